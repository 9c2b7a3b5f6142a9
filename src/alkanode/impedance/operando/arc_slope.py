"""Error of d ln tau / d ln R along a process whose arcs were fitted, from the covariance of the whole run.

ln(tau) of neighbouring spectra is tied, so its errors are alike and a bootstrap over rows cannot see them. The covariance of
the run does: the slope is a function of all unknowns, and its variance that of this function.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.impedance.decomposition.run_arcs import RunArcs, time_gradient
from alkanode.impedance.operando.track_slope import slope_gradient

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def slope_deviation(
    runs: tuple[RunArcs, ...],
    run: IntArray,
    process: IntArray,
    spectrum: IntArray,
    log_tau: FloatArray,
    log_resistance: FloatArray,
    ratio: float,
) -> float:
    """Standard deviation of the slope of a track.

    Parameters
    ----------
    runs
        The runs of the series.
    run, process, spectrum
        Where each row of the track is from, shape (row,).
    log_tau, log_resistance
        Of the rows.
    ratio
        Of the variances of their errors, as the slope was computed with.

    Returns
    -------
    float
    """
    du, dv = slope_gradient(log_tau, log_resistance, ratio)
    variance = 0.0
    for number in np.unique(run):
        mine = np.flatnonzero(run == number)
        arcs = runs[int(number)]
        place = np.searchsorted(arcs.spectra, spectrum[mine])
        arc = int(process[mine[0]])
        for fit, weight in zip(arcs.fits, arcs.weights, strict=True):
            gradient = np.zeros_like(fit.x)
            at, resistance = fit.model.log_time(arc), fit.model.resistance(arc)
            turned = time_gradient(fit, arc)
            gradient[place, at : at + turned.shape[1]] = du[mine, None] * turned[place]
            gradient[place, resistance] = dv[mine] / np.maximum(fit.x[place, resistance], 1e-300)
            variance += weight * float((gradient * fit.chain.solve(gradient)).sum())
    return float(np.sqrt(max(variance, 0.0)))
