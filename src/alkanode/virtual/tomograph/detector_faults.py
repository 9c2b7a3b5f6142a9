"""What is wrong with a detector and its beam, drawn once per scan: sensitivity, stripes, lost pixels, drift."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.virtual.tomograph.tomograph import Detector

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Faults:
    """The state of a detector; all arrays are (row, column).

    Attributes
    ----------
    sensitivity
        Counts per count of an ideal pixel, with the profile of the beam.
    in_projections
        Factor on the sensitivity with a sample in the beam, 1 where a pixel is sound: a pixel that answers otherwise
        to a weak beam than to a strong one makes a ring that flats do not remove.
    dark
        Counts without beam.
    dead, hot, fluctuating
        Pixels that read nothing, the saturation, or wander.
    slope
        Relative drift of the flat field across the detector, -0.5 to 0.5 times ``flat_drift``.
    """

    sensitivity: Floats
    in_projections: Floats
    dark: Floats
    dead: Flags
    hot: Flags
    fluctuating: Flags
    slope: Floats


def draw_faults(detector: Detector, rows: int, columns: int, *, seed: int) -> Faults:
    """Draw the state of a detector.

    Parameters
    ----------
    detector
        How bad it is.
    rows, columns
        Pixels.
    seed
        The same seed gives the same detector.

    Returns
    -------
    Faults
    """
    random = np.random.default_rng([seed, 31])
    shape = (rows, columns)
    sensitivity = 1 + detector.flat_pattern * random.standard_normal(shape)
    if detector.beam_width > 0:
        height = (np.arange(rows) - 0.5 * (rows - 1)) / (detector.beam_width * rows)
        sensitivity *= np.exp(-0.5 * height**2)[:, None]
    faulty = random.random(shape) < detector.stripes / detector.stripe_height
    strength = detector.stripe_strength * random.standard_normal(shape)
    factor = np.ones(shape)
    for row, column in np.argwhere(faulty):
        factor[row : row + detector.stripe_height, column] = 1 + strength[row, column]
    dark = detector.dark * np.maximum(1 + detector.dark_pattern * random.standard_normal(shape), 0.0)
    lot = random.random(shape)
    dead = lot < detector.dead
    hot = (lot >= detector.dead) & (lot < detector.dead + detector.hot)
    fluctuating = (lot >= detector.dead + detector.hot) & (lot < detector.dead + detector.hot + detector.fluctuating)
    across = np.linspace(-0.5, 0.5, columns) if columns > 1 else np.zeros(1)
    slope = detector.flat_drift * np.broadcast_to(across, shape)
    return Faults(
        np.maximum(sensitivity, 0.05), np.maximum(factor, 0.0), dark, dead, hot, fluctuating, np.asarray(slope)
    )


def beam_intensity(detector: Detector, progress: Floats) -> Floats:
    """Intensity of the beam (frame,) over that at the start, at shares of the scan (0 to 1)."""
    intensity = 1 - detector.beam_loss * progress
    if detector.dump is not None:
        start, end, level = detector.dump
        intensity = np.where((progress >= start) & (progress < end), intensity * level, intensity)
    return np.asarray(intensity)
