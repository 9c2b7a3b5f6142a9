"""Distributions of relaxation times of a whole series at once, smooth along the run, broken where the run breaks.

One spectrum after the other, the noise of each goes into its own distribution, and a map shows stripes. Together, the
series determines what changes slowly and the noise averages out. Nothing is smoothed across a break.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.sources import source
from alkanode.impedance.breaks import BreakRules
from alkanode.impedance.frequency_grids import FrequencyGrid, frequency_grids
from alkanode.impedance.operando.joint_inversion import JointProblem, JointSolution, solve_jointly
from alkanode.impedance.operando.segments import Breaks, segments_of
from alkanode.impedance.operando.smoothing_choice import CANDIDATES, Stretch, prediction_errors
from alkanode.impedance.relaxation.relaxation_times import relaxation_times
from alkanode.impedance.relaxation.tent_basis import integration_weights
from alkanode.impedance.relaxation.window import nodes_of, window_of

FloatArray = npt.NDArray[np.float64]
Along = Literal["auto", "charge", "time", "spectrum"]

SHORTEST = 3
"""Spectra of a segment that is solved jointly: two have no bend, and each is then inverted by itself."""


@dataclass(frozen=True, slots=True, eq=False)
class _Segment:
    number: int
    grid: FrequencyGrid
    nodes: npt.NDArray[np.intp]
    stretch: Stretch


@source("Wan2015")
def joint_relaxation_times(
    record: RecordLike,
    *,
    breaks: Breaks = "auto",
    regularisation: float | Literal["gcv", "l-curve", "re-im"] = 1e-4,
    time_smoothing: float | Literal["auto"] = "auto",
    along: Along = "auto",
    single_regularisation: float = 1e-3,
    penalty_order: int = 1,
    points_per_decade: int = 10,
    extend_decades: float = 0.5,
    weights: Literal["unit", "modulus"] = "unit",
    inductance: bool = True,
    break_rules: BreakRules | None = None,
    tolerance: float = 2e-4,
    most_iterations: int = 3000,
) -> xr.Dataset:
    """Distributions of relaxation times of a series, inverted together.

    Parameters
    ----------
    record
        Impedance record as for :func:`alkanode.impedance.relaxation_times`, spectra in the order in which they were
        measured. ``time``, ``charge``, ``step``, ``current`` help to find breaks.
    breaks
        ``"auto"`` (default: ``break_rules``), the numbers of the spectra that begin a new segment, or ``None``.
    regularisation
        lambda of the objective, or a rule of :func:`alkanode.impedance.relaxation_times` that chooses it. Default 1e-4,
        a tenth of that for single spectra: the neighbours hold the noise down, so less rounding is needed.
    time_smoothing
        mu of the objective, for places in typical (median) steps between neighbours. ``"auto"`` takes the one of
        1e-2 .. 1e8 that best predicts left-out spectra from their neighbours.
    along
        What the distributions are smooth in: ``"charge"``, ``"time"``, the number of the ``"spectrum"``; ``"auto"``
        takes the first that runs one way in every segment. Uneven steps are accounted for.
    single_regularisation
        lambda of spectra that stand alone between two breaks.
    penalty_order, points_per_decade, extend_decades, inductance
        As for single spectra.
    weights
        ``"unit"``, or ``"modulus"``: each frequency over the root mean square of |Z| of the segment at it, since one
        segment needs one set of weights.
    break_rules
        What counts as a break.
    tolerance
        Where the search ends, over the largest unknown: difference of the bounded and the unbounded solution, and
        change of the last step. The default leaves some 0.5 % of the largest value.
    most_iterations
        Where it ends without, with a warning.

    Returns
    -------
    Dataset
        Kind ``relaxation_times``, fields as for single spectra. Over spectrum further ``segment`` (number, -1 for masked
        ones) and ``jointly`` (false where a spectrum stood alone). In ``attrs``: ``breaks`` (one line ``spectrum: reason``
        each), ``time_smoothing``, ``smooth_along``, ``prediction_errors`` (candidate: rms over |Z|), ``iterations``,
        ``primal_residual``, ``dual_residual`` (the worst of all segments).

    Raises
    ------
    SchemaError
        For an option out of range or a missing field, and as for single spectra.
    ConvergenceError
        When the options leave the problem singular.

    Warns
    -----
    DataQualityWarning
        Where a segment did not converge, and as for single spectra.

    Notes
    -----
    Minimises, per segment of one frequency grid, ``sum_k |W(A x_k - b_k)|^2 + lambda sum_k x_k'M x_k + mu integral
    (d^2x/ds^2)^2 ds`` with ``x >= 0``; x holds R0, omega_max L and gamma, the last with the weight of its integral over
    ln tau. A straight line along the run costs nothing, so ends are not flattened. With unit weights the result scales
    with Z whatever lambda and mu are. Masked spectra hold nothing and their neighbours are joined over the gap; the result
    stays empty there. Segments of one or two spectra are inverted one by one.

    The series resistance has no sign where the real part of a spectrum is negative somewhere, as for single spectra.

    References
    ----------
    :cite:`Wan2015`
    """
    record = check(record, "impedance")
    _check_options(time_smoothing, along, weights, single_regularisation, tolerance, most_iterations)
    single = relaxation_times(
        record,
        regularisation=regularisation if isinstance(regularisation, str) else single_regularisation,
        penalty_order=penalty_order,
        points_per_decade=points_per_decade,
        extend_decades=extend_decades,
        weights=weights,
        inductance=inductance,
    )
    strength = float(single.attrs["regularisation"] if isinstance(regularisation, str) else regularisation)
    if not (np.isfinite(strength) and strength > 0):
        raise SchemaError("regularisation must be positive", found=repr(regularisation))
    grids = frequency_grids(record)
    cut = segments_of(record, grids, breaks, break_rules or BreakRules())
    place, smooth_along = _places(record, cut.number, along)
    log_tau = np.log(single["relaxation_time"].to_numpy())
    segments = list(
        _segments(grids, cut.number, place, log_tau, strength, penalty_order, extend_decades, weights, inductance)
    )
    amount, errors = _amount(segments, time_smoothing)
    result = single.copy(deep=True)
    solutions = []
    for segment in segments:
        solution = _solve(segment, single, amount, tolerance, most_iterations)
        solutions.append(solution)
        _write(result, segment, solution, log_tau, inductance=inductance)
    jointly = np.zeros(cut.number.size, dtype=bool)
    for segment in segments:
        jointly[segment.grid.spectra] = True
    result = result.assign(segment=("spectrum", cut.number), jointly=("spectrum", jointly))
    result.attrs |= {
        "regularisation": strength,
        "single_regularisation": float(single.attrs["regularisation"]),
        "breaks": "\n".join(cut.lines()),
        "time_smoothing": amount,
        "smooth_along": smooth_along,
        "prediction_errors": "\n".join(f"{mu:g}: {np.sqrt(e):.3g}" for mu, e in zip(CANDIDATES, errors, strict=False)),
        "iterations": max((solution.iterations for solution in solutions), default=0),
        "primal_residual": max((solution.primal_residual for solution in solutions), default=0.0),
        "dual_residual": max((solution.dual_residual for solution in solutions), default=0.0),
    }
    _warn(segments, solutions, tolerance, most_iterations)
    return label(result, "relaxation_times")


def _check_options(
    time_smoothing: float | str, along: str, weights: str, single: float, tolerance: float, most_iterations: int
) -> None:
    smoothing_known = time_smoothing == "auto" or (
        not isinstance(time_smoothing, str) and np.isfinite(time_smoothing) and time_smoothing >= 0
    )
    demands = (
        (smoothing_known, "time_smoothing must be 'auto' or not negative", time_smoothing),
        (along in {"auto", "charge", "time", "spectrum"}, "along must be charge, time, spectrum or auto", along),
        (weights in {"unit", "modulus"}, "weights must be 'unit' or 'modulus'", weights),
        (np.isfinite(single) and single > 0, "single_regularisation must be positive", single),
        (0 < tolerance < 1, "tolerance must lie between 0 and 1", tolerance),
        (most_iterations >= 1, "most_iterations must be 1 or more", most_iterations),
    )
    for good, needed, found in demands:
        if not good:
            raise SchemaError(needed, found=repr(found))


def _places(record: xr.Dataset, number: npt.NDArray[np.int64], along: Along) -> tuple[FloatArray, str]:
    """Places along the run in median steps, increasing inside every segment, shape (spectrum,)."""
    count = number.size
    for name in ("charge", "time") if along == "auto" else (along,):
        if name == "spectrum":
            break
        if name not in record.variables:
            if along == "auto":
                continue
            raise SchemaError(f"smoothing along the {name} needs it", found=f"a record without {name!r}")
        values = record[name].to_numpy().astype(np.float64)
        steps = [np.diff(values[number == segment]) for segment in np.unique(number[number >= 0])]
        if all((step > 0).all() or (step < 0).all() for step in steps):
            every = np.abs(np.concatenate(steps)) if steps else np.zeros(0)
            signs = np.ones(count)
            for segment, step in zip(np.unique(number[number >= 0]), steps, strict=True):
                signs[number == segment] = -1.0 if (step < 0).any() else 1.0
            return signs * values / (float(np.median(every)) if every.size else 1.0), name
        if along != "auto":
            raise SchemaError(
                f"smoothing along the {name} needs one direction in every segment",
                found=f"{name} that repeats, turns or is missing inside a segment",
                todo="Use along='time' or 'spectrum', or give the breaks",
            )
    return np.arange(count, dtype=np.float64), "spectrum"


def _segments(
    grids: list[FrequencyGrid],
    number: npt.NDArray[np.int64],
    place: FloatArray,
    log_tau: FloatArray,
    regularisation: float,
    penalty_order: int,
    extend_decades: float,
    weights: str,
    inductance: bool,
) -> Iterator[_Segment]:
    """Segments of three spectra and more; those of one frequency grid share its matrices."""
    for grid in grids:
        nodes = nodes_of(grid.frequency, log_tau, extend_decades)
        shared: JointProblem | None = None
        for segment in np.unique(number[grid.spectra]):
            rows = np.flatnonzero(number[grid.spectra] == segment)
            if rows.size < SHORTEST:
                continue
            part = replace(grid, spectra=grid.spectra[rows], points=grid.points[rows], impedance=grid.impedance[rows])
            if shared is None or weights == "modulus":
                shared = JointProblem.of(
                    grid.frequency,
                    log_tau[nodes],
                    _weight(part.impedance, weights),
                    regularisation=regularisation,
                    penalty_order=penalty_order,
                    inductance=inductance,
                )
            yield _Segment(int(segment), part, nodes, Stretch(shared, part.impedance, place[part.spectra]))


def _weight(impedance: npt.NDArray[np.complex128], weights: str) -> FloatArray:
    """Of each point; the mean square of weight times |Z| is that of |Z|, so that lambda keeps its meaning."""
    if weights == "unit":
        return np.ones(impedance.shape[1])
    size = np.sqrt(np.mean(np.abs(impedance) ** 2, axis=0))
    return np.asarray(np.sqrt(np.mean(size**2)) / size)


def _amount(segments: list[_Segment], time_smoothing: float | str) -> tuple[float, FloatArray]:
    """Smoothing along the run, and the errors of prediction by which it was chosen (none when it was given)."""
    if not isinstance(time_smoothing, str):
        return float(time_smoothing), np.zeros(0)
    if not segments:
        return float(CANDIDATES[0]), np.zeros(0)
    errors = prediction_errors([segment.stretch for segment in segments])
    return float(CANDIDATES[int(np.argmin(errors))]), errors


def _solve(
    segment: _Segment, single: xr.Dataset, amount: float, tolerance: float, most_iterations: int
) -> JointSolution:
    problem, rows = segment.stretch.problem, segment.grid.spectra
    gamma = single["distribution"].to_numpy()[np.ix_(rows, segment.nodes)]
    fixed = [single["series_resistance"].to_numpy()[rows], single["inductance"].to_numpy()[rows]]
    start = np.column_stack([*fixed[: problem.scale.size - segment.nodes.size], gamma]).T * problem.scale[:, None]
    return solve_jointly(
        problem,
        problem.data(segment.grid.impedance),
        segment.stretch.place,
        amount,
        start=np.maximum(start, 0.0),
        free_resistance=np.asarray((segment.grid.impedance.real < 0).any(axis=1)),
        tolerance=tolerance,
        most_iterations=most_iterations,
    )


def _write(
    result: xr.Dataset,
    segment: _Segment,
    solution: JointSolution,
    log_tau: FloatArray,
    *,
    inductance: bool,
) -> None:
    """Put the unknowns of a segment into its rows."""
    problem, rows, nodes = segment.stretch.problem, segment.grid.spectra, segment.nodes
    unknowns = solution.scaled / problem.scale[:, None]
    gamma = unknowns[-nodes.size :].T
    low, high = window_of(segment.grid.frequency)
    inside = gamma @ integration_weights(log_tau[nodes], low, high)
    everything = gamma @ integration_weights(log_tau[nodes], log_tau[nodes[0]], log_tau[nodes[-1]])
    misfit = (problem.matrix @ solution.scaled - problem.data(segment.grid.impedance)).T
    points = segment.grid.frequency.size
    size = np.abs(segment.grid.impedance) * problem.weight
    relative = (misfit[:, :points] ** 2 + misfit[:, points:] ** 2) / size**2
    values = {
        "series_resistance": unknowns[0],
        "inductance": unknowns[1] if inductance else np.zeros(rows.size),
        "polarisation_in_window": inside,
        "polarisation_out_of_window": everything - inside,
        "rms_residual": np.sqrt(relative.mean(axis=1) / 2),
    }
    result["distribution"].to_numpy()[np.ix_(rows, nodes)] = gamma
    for name, value in values.items():
        result[name].to_numpy()[rows] = value


def _warn(segments: list[_Segment], solutions: list[JointSolution], tolerance: float, most_iterations: int) -> None:
    """Say which segments did not settle."""
    open_ones = [
        f"{segment.number} (residual {max(solution.primal_residual, solution.dual_residual):.1g})"
        for segment, solution in zip(segments, solutions, strict=True)
        if max(solution.primal_residual, solution.dual_residual) > tolerance
    ]
    if open_ones:
        message = (
            f"segment {', '.join(open_ones)}: the joint inversion did not reach {tolerance:g} in {most_iterations} "
            "iterations; raise most_iterations or the regularisation"
        )
        warnings.warn(message, DataQualityWarning, stacklevel=4)
