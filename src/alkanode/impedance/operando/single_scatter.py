"""Standard deviations of tracked peaks from spectra that were inverted one by one.

A joint inversion smooths the scatter away that would tell how well a peak is known. The same stretch of relaxation times in
the distributions of the single spectra still scatters as one measurement does.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.impedance.relaxation.tent_basis import integration_weights

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def single_places(
    log_tau: FloatArray, joint: FloatArray, single: FloatArray, spectrum: IntArray, relaxation_time: FloatArray
) -> FloatArray:
    """Mean ln tau and ln R, in the single distributions, of the stretch that a peak of the joint ones covers.

    Parameters
    ----------
    log_tau
        ln(tau / s) of the nodes, shape (tau,).
    joint, single
        Distributions, ohm, shape (spectrum, tau).
    spectrum, relaxation_time
        Of every peak (s), shape (row,).

    Returns
    -------
    ndarray
        ln tau and ln R, shape (2, row); NaN where the single distribution is empty there.
    """
    found = np.full((2, spectrum.size), np.nan)
    for row, (one, tau) in enumerate(zip(spectrum, relaxation_time, strict=True)):
        known = np.isfinite(joint[one]) & np.isfinite(single[one])
        nodes, gamma = log_tau[known], joint[one, known]
        low, high = _valleys(gamma, int(np.argmin(np.abs(nodes - np.log(tau)))))
        weights = integration_weights(nodes, nodes[low], nodes[high]) * np.maximum(single[one, known], 0.0)
        if weights.sum() > 0:
            found[:, row] = (weights @ nodes) / weights.sum(), np.log(weights.sum())
    return found


def _valleys(gamma: FloatArray, top: int) -> tuple[int, int]:
    """Nodes down to which a distribution falls on both sides of a peak."""
    rises = np.diff(gamma) > 0
    before = np.flatnonzero(~rises[:top])
    after = np.flatnonzero(rises[top:])
    low = int(before[-1]) + 1 if before.size else 0
    high = top + int(after[0]) if after.size else gamma.size - 1
    return min(low, top), max(high, top)
