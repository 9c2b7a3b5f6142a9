"""How the open beam changed between groups of flats, without the noise of the flats.

A flat is the mean of a few frames, a slice one of hundreds of projections: the noise of the flats, which is the same in all
projections, weighs more than theirs and makes rings. Half of it is steady over the scan and is found as a stripe. The other
half is the *difference* of two groups: with flats interpolated between them it grows from one sign to the other during the
scan, its mean is zero, and nothing that looks for steady stripes sees it. But a beam changes smoothly across the detector, and
a pixel hardly ever on its own. So the change is smoothed across columns; what then remains of it is kept as far as it
exceeds the noise of the flats, for the whole row and for single pixels that stand out.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Sizes = npt.NDArray[np.intp]

_WINDOW = 41
"""Columns over which a change of the beam is taken as smooth, at most a quarter of the detector."""
_FEWEST_COLUMNS = 32
_OWN = 4.0
"""Standard errors from which a single pixel has changed on its own; of noise alone, one pixel in 16000 does."""
_MAD = 1.4826


def with_smooth_drift(flats: Floats, frames: Sizes, noise: tuple[float, float]) -> Floats:
    """Flats whose common part holds all of their frames, and whose differences are changes of the beam.

    Parameters
    ----------
    flats
        (group, column) counts over the dark, above 0.
    frames
        (group,) frames in each mean.
    noise
        Gain and offset: the variance of a reading is gain * counts + offset.

    Returns
    -------
    ndarray
        (group, column); the flats as they are where there is one group only, or too few columns to tell.

    Notes
    -----
    With L the logarithm of the flats and M its mean over all frames, A = L - M is split into its smooth part and a rest e. The
    rest has the variance V by noise and S^2 V as measured; max(0, 1 - 1/S^2) of it is kept (Wiener's share), and all of it
    in columns with e^2 > 16 V.
    """
    from scipy import ndimage

    groups, columns = flats.shape
    if groups < 2 or columns < _FEWEST_COLUMNS:
        return flats
    share = frames / frames.sum()
    level = np.log(flats.astype(np.float64))
    middle = share @ level
    change = level - middle
    window = min(_WINDOW, columns // 4 | 1)
    smooth = ndimage.median_filter(change, (1, window), mode="nearest")
    smooth = ndimage.uniform_filter1d(smooth, window, axis=1, mode="nearest")
    rest = change - smooth
    counts = np.exp(middle)
    single = (noise[0] * counts + noise[1]) / counts**2
    variance = np.maximum(np.outer(1.0 / frames - 1.0 / frames.sum(), single), 1e-300)
    score = np.abs(rest) / np.sqrt(variance)
    spread = (_MAD * np.median(score, axis=1)) ** 2
    kept = np.maximum(1.0 - 1.0 / np.maximum(spread, 1e-300), 0.0)[:, None]
    kept = np.where(score > _OWN, 1.0, kept)
    return np.asarray(np.exp(middle + smooth + kept * rest), dtype=np.float32)
