"""What the fits of a run say of each process: resistance, relaxation time and width with errors, shapes averaged.

Rival shapes that the spectra do not tell apart share the result by their probability; their disagreement is part of the error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.impedance.decomposition.arc_sum import SHAPE_UNKNOWNS, peak_times, widths
from alkanode.impedance.decomposition.fit_run import Run, RunFit

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]

_STEP = 1e-4  # of a logit, for the derivative of a peak time


@dataclass(frozen=True, slots=True, eq=False)
class RunArcs:
    """Processes of a run.

    Attributes
    ----------
    spectra
        Positions in the record, shape (spectrum,).
    shapes
        Shape of each process, the most probable.
    resistance, resistance_deviation
        ohm, shape (spectrum, process).
    log_time, log_time_deviation
        ln(tau / s) at the largest loss, shape (spectrum, process).
    shared
        Covariance of R (ohm) and ln(tau), shape (spectrum, process).
    width
        Full width at half height of the distribution, decades, shape (spectrum, process).
    series_resistance, series_deviation
        ohm, shape (spectrum,).
    inductance
        H, shape (spectrum,).
    rms
        Root mean square residual of a part over |Z|, shape (spectrum,).
    fits, weights
        Rival fits and their probabilities.
    """

    spectra: IntArray
    shapes: tuple[str, ...]
    resistance: FloatArray
    resistance_deviation: FloatArray
    log_time: FloatArray
    log_time_deviation: FloatArray
    shared: FloatArray
    width: FloatArray
    series_resistance: FloatArray
    series_deviation: FloatArray
    inductance: FloatArray
    rms: FloatArray
    fits: tuple[RunFit, ...]
    weights: FloatArray

    @property
    def count(self) -> int:
        """Number of processes."""
        return len(self.shapes)


def run_arcs(run: Run, spectra: IntArray, fits: list[RunFit], weights: FloatArray) -> RunArcs:
    """Average the fits of a run.

    Parameters
    ----------
    run
        The spectra.
    spectra
        Their positions in the record, shape (spectrum,).
    fits, weights
        Fits with the same processes in the same order, and their probabilities.

    Returns
    -------
    RunArcs
    """
    each = [_of_fit(fit) for fit in fits]
    R, u, width = (np.stack([one[k] for one in each]) for k in (0, 1, 2))
    variance_R, variance_u, shared = (np.stack([one[k] for one in each]) for k in (3, 4, 5))
    R0 = np.stack([fit.x[:, 0] for fit in fits])
    variance_0 = np.stack([fit.covariance[:, 0, 0] for fit in fits])

    def mean(values: FloatArray) -> FloatArray:
        return np.asarray(np.tensordot(weights, values, axes=1))

    fast = 2 * np.pi * run.frequency.max(axis=1)
    return RunArcs(
        spectra=spectra,
        shapes=fits[0].model.shapes,
        resistance=mean(R),
        resistance_deviation=np.sqrt(mean(variance_R) + mean((R - mean(R)) ** 2)),
        log_time=mean(u),
        log_time_deviation=np.sqrt(mean(variance_u) + mean((u - mean(u)) ** 2)),
        shared=mean(shared) + mean((R - mean(R)) * (u - mean(u))),
        width=mean(width),
        series_resistance=mean(R0),
        series_deviation=np.sqrt(mean(variance_0) + mean((R0 - mean(R0)) ** 2)),
        inductance=mean(np.stack([fit.x[:, 1] for fit in fits])) / fast,
        rms=fits[0].rms(run),
        fits=tuple(fits),
        weights=weights,
    )


def time_gradient(fit: RunFit, arc: int) -> FloatArray:
    """Derivative of ln(tau) at the largest loss of an arc with respect to its place and shape, (spectrum, unknown of arc)."""
    shape, model = fit.model.shapes[arc], fit.model
    kinds = SHAPE_UNKNOWNS[shape]
    gradient = np.zeros((len(fit.x), len(kinds)))
    gradient[:, 0] = 1
    if shape == "skewed":
        for place in range(1, len(kinds)):
            moved = fit.x.copy()
            moved[:, model.log_time(arc) + place] += _STEP
            ahead = peak_times(shape, model.unknowns(moved, arc))
            gradient[:, place] = (ahead - peak_times(shape, model.unknowns(fit.x, arc))) / _STEP
    return gradient


def _of_fit(fit: RunFit) -> tuple[FloatArray, ...]:
    """R, ln(tau), width and the variances of R and ln(tau), and what these share; each (spectrum, process)."""
    columns: list[tuple[FloatArray, ...]] = []
    for arc, shape in enumerate(fit.model.shapes):
        known = fit.model.unknowns(fit.x, arc)
        at, place = fit.model.resistance(arc), fit.model.log_time(arc)
        gradient = time_gradient(fit, arc)
        block = slice(place, place + gradient.shape[1])
        inner = fit.covariance[:, block, block]
        columns.append(
            (
                fit.x[:, at],
                peak_times(shape, known),
                widths(shape, known),
                fit.covariance[:, at, at],
                np.einsum("ki,kij,kj->k", gradient, inner, gradient),
                np.einsum("ki,ki->k", fit.covariance[:, at, block], gradient),
            )
        )
    return tuple(np.stack(field, axis=1) for field in zip(*columns, strict=True))
