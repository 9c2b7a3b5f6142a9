"""A circuit fitted to every spectrum of a record."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.sources import source
from alkanode.impedance.circuits.arcs_of_tree import interchangeable
from alkanode.impedance.circuits.circuit import Circuit, parse_circuit
from alkanode.impedance.circuits.fit_batch import BatchFit, Errors, Weights, fit_batch
from alkanode.impedance.circuits.scales import Bounds
from alkanode.impedance.circuits.starting_values import starting_values
from alkanode.impedance.frequency_grids import FrequencyGrid, frequency_grids, masked_spectra
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates, spectrum_masks

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Start = Literal["relaxation_times"] | Mapping[str, npt.ArrayLike] | npt.ArrayLike

_PER_PARAMETER = ("value", "standard_deviation", "lower_95", "upper_95")
_PER_SPECTRUM = ("chi_square", "relative_noise", "log_likelihood", "aic", "bic")
_NAMED = 5  # spectra that a warning lists


@source("Marquardt1963", "Nielsen1999")
def fit_circuit(
    record: RecordLike,
    circuit: str | Circuit,
    *,
    start: Start = "relaxation_times",
    fixed: Mapping[str, npt.ArrayLike] | None = None,
    bounds: Bounds | None = None,
    weights: Weights = "modulus",
    errors: Errors = "robust",
    order_arcs: bool = True,
    tolerance: float = 1e-8,
    max_iterations: int = 200,
) -> xr.Dataset:
    """Fit a circuit to every spectrum of a record.

    Parameters
    ----------
    record
        Impedance record: ``frequency`` (Hz), ``impedance`` (ohm) over (spectrum, point); masked spectra are skipped.
    circuit
        Text (see :func:`parse_circuit`) or circuit.
    start
        ``"relaxation_times"`` (default): from the distribution of relaxation times of each spectrum. Or a mapping from
        names to values (SI), one number or one per spectrum each; parameters without a start get theirs from the
        relaxation times. Or an array (spectrum, parameter) or (parameter,).
    fixed
        Name -> value (SI) that is held, one number or one per spectrum.
    bounds
        Name -> (lower, upper) in SI. Exponents lie between 0 and 1 by default, everything else is positive.
    weights
        What the noise is taken to be proportional to. ``"modulus"`` (default): ``|Z|``, the habit of the field and
        near to what instruments do. ``"unit"``: the same everywhere. ``"proportional"``: real and imaginary part each
        to its own size, at least 1 % of ``|Z|``. Or standard deviations (ohm), shape (spectrum, point) or (point,) in
        the point order of the record; a complex array gives those of both parts.
    errors
        ``"robust"`` (default): the scatter of the residuals around each part of the spectrum makes the errors, so that
        they hold also where the noise is not as the weights say. ``"noise"``: the noise is as the weights say; its size
        is found from the residuals, or taken as given where ``weights`` is an array.
    order_arcs
        Arcs that could be exchanged, such as the three of ``R(RQ)(RQ)(RQ)``, are put in order of relaxation time, the
        fastest first, so that a column means the same in every spectrum. Arcs whose parameters have different bounds
        or are fixed keep their place.
    tolerance, max_iterations
        When a fit ends: see :func:`alkanode.numerics.levenberg_marquardt.minimise_squares`.

    Returns
    -------
    Dataset
        Kind ``circuit_fit`` with the coordinate ``parameter`` (names). Over (spectrum, parameter), SI: ``value``,
        ``standard_deviation``, ``lower_95``, ``upper_95``, ``at_bound``; ``covariance`` over (spectrum, parameter,
        parameter_2). Over spectrum: ``relative_noise`` (root of the sum of |residual/Z|^2 over the degrees of freedom),
        ``chi_square``, ``degrees_of_freedom``, ``log_likelihood``, ``aic``, ``bic``, ``converged``, ``iterations``,
        ``masked``. Over (spectrum, point): ``frequency``, ``model_impedance`` (ohm), ``residual_real`` and
        ``residual_imaginary``, (model - data)/|Z|. ``attrs``: ``circuit``, ``parameter_units`` (in order, separated by
        blanks) and the options. Masked spectra hold NaN, 0 and false.

    Raises
    ------
    SchemaError
        For a record of another kind, an unreadable circuit, an unknown name, an option out of range, or spectra with
        fewer data than parameters.
    PhysicsError
        For frequencies that are not positive.

    Warns
    -----
    DataQualityWarning
        When fits did not converge.

    Notes
    -----
    Minimises ``sum_i (|Re r_i|/s_i)^2 + (|Im r_i|/s_i')^2`` by Levenberg-Marquardt with analytic derivatives. Positive
    parameters are fitted as logarithms and exponents as logits; the intervals are symmetric there (Student's t), the
    standard deviations follow by the slope of that scale. A parameter on a bound has no error (NaN), and those of the
    others hold it there. Errors know only noise that is independent from point to point: where ``relative_noise`` is
    far above the noise of the instrument the circuit does not describe the spectrum, and no interval means much.
    ``aic`` and ``bic`` compare circuits fitted to the same points with the same weights.

    References
    ----------
    :cite:`Marquardt1963`, :cite:`Nielsen1999`
    """
    record = check(record, "impedance")
    model = circuit if isinstance(circuit, Circuit) else parse_circuit(circuit)
    shape = record["impedance"].shape
    spectra = shape[0]
    given, held = _given_start(model, start, fixed or {}, spectra)
    result = _empty(model, shape)
    for grid in frequency_grids(record):
        first = given[grid.spectra]
        if np.isnan(first).any():
            first = np.where(np.isnan(first), starting_values(model, grid.frequency, grid.impedance), first)
        fit = fit_batch(
            model,
            grid.frequency,
            grid.impedance,
            first,
            fixed=held,
            bounds=bounds,
            weights=_weights_of(weights, grid, shape),
            errors=errors,
            tolerance=tolerance,
            max_iterations=max_iterations,
        )
        _put(result, ordered(model, fit, held, bounds or {}) if order_arcs else fit, grid)
    masked = masked_spectra(record)
    _warn_of_failures(result, masked)
    result["frequency"] = record["frequency"].variable
    result = result.assign(spectrum_masks(record)).assign_coords(spectrum_coordinates(record))
    result.attrs.update(
        circuit=model.text,
        parameter_units=" ".join(parameter.unit for parameter in model.parameters),
        weights=weights if isinstance(weights, str) else "standard deviations",
        errors=errors,
        fixed=" ".join(name for name, is_held in zip(model.names, held, strict=True) if is_held),
        bounds="; ".join(f"{name} {pair[0]} {pair[1]}" for name, pair in (bounds or {}).items()),
        order_arcs=int(order_arcs),
        tolerance=tolerance,
    )
    return label(result, "circuit_fit")


def ordered(circuit: Circuit, fit: BatchFit, held: BoolArray, bounds: Bounds) -> BatchFit:
    """Put interchangeable arcs in order of relaxation time, the fastest first.

    Parameters
    ----------
    circuit, fit
        The fit, in the order of the circuit.
    held
        Which parameters are fixed, shape (parameter,); their arcs keep their place, as do those with ``bounds``.
    """
    place = np.tile(np.arange(len(circuit.names)), (fit.value.shape[0], 1))
    own = held.copy()
    own[[circuit.position(name) for name in bounds]] = True
    for group in interchangeable(circuit.tree):
        if own[group.positions].any():
            continue
        order = np.argsort(group.log_times(fit.value), axis=1, kind="stable")
        # an outer group moves what inner groups may have moved already
        moved = np.take_along_axis(place, np.tile(group.positions.ravel(), (place.shape[0], 1)), axis=1)
        moved = moved.reshape(place.shape[0], *group.positions.shape)
        place[:, group.positions.ravel()] = np.take_along_axis(moved, order[:, :, None], axis=1).reshape(
            place.shape[0], -1
        )
    rows = np.arange(place.shape[0])[:, None]
    table = {name: getattr(fit, name)[rows, place] for name in (*_PER_PARAMETER, "at_bound")}
    covariance = fit.covariance[rows[:, :, None], place[:, :, None], place[:, None, :]]
    return replace(fit, covariance=covariance, **table)


def _given_start(
    circuit: Circuit, start: Start, fixed: Mapping[str, npt.ArrayLike], spectra: int
) -> tuple[FloatArray, BoolArray]:
    """Start (spectrum, parameter), NaN where the relaxation times are to say; and what is held."""
    table = np.full((spectra, len(circuit.names)), np.nan)
    held = np.zeros(len(circuit.names), dtype=bool)
    named: dict[str, npt.ArrayLike] = {}
    if isinstance(start, Mapping):
        named.update(start)
    elif isinstance(start, str):
        if start != "relaxation_times":
            raise SchemaError(
                "a start is 'relaxation_times', a mapping of names to values, or an array", found=repr(start)
            )
    else:
        values = np.asarray(start, dtype=np.float64)
        if values.shape not in {table.shape, table.shape[1:]}:
            raise SchemaError(
                f"a start for {circuit.text} has the shape {table.shape} (spectrum, parameter)",
                found=str(values.shape),
                todo=f"Parameters: {', '.join(circuit.names)}",
            )
        table[:] = values
    for name, value in {**named, **fixed}.items():
        column = np.asarray(value, dtype=np.float64)
        if column.shape not in {(), (spectra,)}:
            raise SchemaError(f"{name} needs one value or {spectra}", found=f"shape {column.shape}")
        if not (column[np.isfinite(column)] > 0).all() or (name in fixed and not np.isfinite(column).all()):
            raise SchemaError(f"values of {name} must be positive numbers", found=str(value))
        table[:, circuit.position(name)] = column
        held[circuit.position(name)] |= name in fixed
    return table, held


def _weights_of(weights: Weights, grid: FrequencyGrid, shape: tuple[int, ...]) -> Weights:
    """Weights of the spectra of a grid, in its order of points."""
    if isinstance(weights, str):
        return weights
    given = np.asarray(weights)
    if given.shape not in {shape, shape[1:]}:
        raise SchemaError("standard deviations need the shape of the impedance", found=f"{given.shape} for {shape}")
    return np.broadcast_to(given, shape)[grid.spectra[:, None], grid.points]


def _empty(circuit: Circuit, shape: tuple[int, ...]) -> xr.Dataset:
    spectra, count = shape[0], len(circuit.names)
    over, both = ("spectrum", "parameter"), ("spectrum", "point")
    fields_ = {name: (over, np.full((spectra, count), np.nan)) for name in _PER_PARAMETER}
    return xr.Dataset(
        {
            **fields_,
            "covariance": ((*over, "parameter_2"), np.full((spectra, count, count), np.nan)),
            "at_bound": (over, np.zeros((spectra, count), dtype=bool)),
            **{name: ("spectrum", np.full(spectra, np.nan)) for name in _PER_SPECTRUM},
            "degrees_of_freedom": ("spectrum", np.zeros(spectra, dtype=np.int64)),
            "iterations": ("spectrum", np.zeros(spectra, dtype=np.int64)),
            "converged": ("spectrum", np.zeros(spectra, dtype=bool)),
            "model_impedance": (both, np.full(shape, np.nan + 1j * np.nan)),
            "residual_real": (both, np.full(shape, np.nan)),
            "residual_imaginary": (both, np.full(shape, np.nan)),
        },
        coords={"parameter": list(circuit.names), "parameter_2": list(circuit.names)},
    )


def _put(result: xr.Dataset, fit: BatchFit, grid: FrequencyGrid) -> None:
    """Write the fit of one grid into the result."""
    for field in fields(BatchFit):
        if field.name != "model":
            result[field.name].to_numpy()[grid.spectra] = getattr(fit, field.name)
    size = np.abs(grid.impedance)
    residual = (fit.model - grid.impedance) / np.where(size > 0, size, np.nan)
    rows = grid.spectra[:, None]
    result["model_impedance"].to_numpy()[rows, grid.points] = fit.model
    result["residual_real"].to_numpy()[rows, grid.points] = residual.real
    result["residual_imaginary"].to_numpy()[rows, grid.points] = residual.imag


def _warn_of_failures(result: xr.Dataset, masked: BoolArray) -> None:
    failed = np.flatnonzero(~result["converged"].to_numpy() & ~masked)
    if failed.size:
        listed = ", ".join(map(str, failed[:_NAMED])) + (" and others" if failed.size > _NAMED else "")
        message = (
            f"{failed.size} of {masked.size} fits did not converge (spectrum {listed}): their values are where the search "
            "stopped. Give start values nearer the answer, or a circuit with fewer parameters"
        )
        warnings.warn(message, DataQualityWarning, stacklevel=3)
