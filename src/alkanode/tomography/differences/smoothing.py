"""Gaussian smoothing that knows which voxels are missing.

Noise of one voxel is about as large as the contrast of sodium and potassium, so a difference is smoothed before it is
judged. Missing voxels (NaN, outside the field of view of either scan) do not leak into their neighbours: the kernel
is renormalised over what is there.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError
from alkanode.tomography.differences.slabs import Flags, Volume32

TRUNCATE = 3.5
"""Half width of the kernel in standard deviations; 5e-4 of a Gaussian lies beyond."""

_FULL = np.float32(1 - 1e-5)


def halo(sigma: float) -> int:
    """Slices around a slab that its smoothing needs.

    Raises
    ------
    PhysicsError
        For a width that is negative or not finite.
    """
    if not 0 <= sigma < np.inf:
        raise PhysicsError("a width of smoothing is not negative", found=repr(sigma))
    return int(TRUNCATE * sigma + 0.5)


def fill_missing(values: Volume32) -> tuple[Volume32, Flags | None]:
    """The values with 0 written in the place of NaN, and where values were, or None when nothing was missing."""
    present = np.isfinite(values)
    if present.all():
        return values, None
    set_missing(values, present)
    return values, present


def set_missing(values: Volume32, present: Flags) -> None:
    """Write 0 where nothing is present, slice by slice."""
    for one, there in zip(values, present, strict=True):
        one[~there] = 0.0


def smooth(padded: Volume32 | Flags, sigma: float, inner: slice, share: Volume32 | None = None) -> Volume32:
    """Smooth the core of a slab, over what is there.

    Parameters
    ----------
    padded
        Shape (z, y, x), with its halo; 0 where missing. Flags count as 0 and 1.
    sigma
        Standard deviation of the Gaussian, voxels; 0 leaves the values alone.
    inner
        Where the core lies within the padded slices.
    share
        Smoothed share of present voxels of the core, from :func:`present_share`; None when nothing is missing.

    Returns
    -------
    ndarray
        Shape of the core, float32.
    """
    if sigma == 0:
        return padded[inner].astype(np.float32)
    from alkanode.tomography.differences.kernels import gaussian_slices

    core = np.empty((inner.stop - inner.start, *padded.shape[1:]), np.float32)
    gaussian_slices(padded, taps(sigma), inner.start, core)
    if share is not None:
        for one, of_one in zip(core, share, strict=True):
            np.divide(one, of_one, out=one, where=(of_one > 0) & (of_one < _FULL))
    return core


def taps(sigma: float) -> npt.NDArray[np.float32]:
    """The kernel from its middle outwards, summing to 1 over both sides."""
    weights = np.exp(-0.5 * (np.arange(halo(sigma) + 1) / sigma) ** 2)
    return np.asarray(weights / (2 * weights.sum() - weights[0]), dtype=np.float32)


def present_share(present: Flags | None, sigma: float, inner: slice) -> Volume32 | None:
    """Share of the kernel that lies on present voxels, shape of the core; None when nothing is missing."""
    if present is None:
        return None
    return smooth(present, sigma, inner)
