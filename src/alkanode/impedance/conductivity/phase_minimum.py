"""Where a blocked spectrum is most nearly a resistance: the valley of |phase| between the arcs and the blocking tail."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

LARGEST_PHASE = 45.0
"""Degrees; beyond, a cell is more a capacitor than a resistance."""


def phase_minimum(
    frequency: Floats, impedance: ComplexArray, *, prominence: float = 1.0, largest: float = LARGEST_PHASE
) -> tuple[Floats, Floats, Floats]:
    """The point of least |phase| next to the blocking tail, per spectrum.

    Parameters
    ----------
    frequency
        Hz, descending, shape (point,).
    impedance
        ohm, shape (spectrum, point).
    prominence
        Depth (degrees) from which a valley counts. The one at the lowest frequency is taken: above it the arcs of the
        electrolyte begin, and an inductive head may cross zero once more.
    largest
        Largest |phase| (degrees) of a valley; beyond, the cell is more a capacitor than a resistance.

    Returns
    -------
    frequency, phase, resistance
        Hz, degrees and ohm (real part there), shape (spectrum,).
    """
    from scipy.signal import find_peaks  # loaded where it is used: most of a second

    phase = np.degrees(np.angle(impedance))
    rows = []
    for one in np.abs(phase):
        walled = np.concatenate([[one.max() + 2 * prominence], one, [one.max() + 2 * prominence]])
        valleys, _ = find_peaks(-walled, prominence=prominence, height=-largest)
        rows.append(int(valleys[-1]) - 1 if valleys.size else int(np.argmin(one)))
    at = (np.arange(len(rows)), np.array(rows, dtype=np.intp))
    return frequency[at[1]], phase[at], impedance[at].real
