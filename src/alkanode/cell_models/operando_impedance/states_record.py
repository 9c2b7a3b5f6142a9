"""Impedance spectra of a cell model at the states of a run, as a record like a measured one."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.cell_models.operando_impedance.modes import spectrum
from alkanode.cell_models.operando_impedance.small_signal import Inputs, LinearisableModel, linearise
from alkanode.cell_models.operando_impedance.stationarity import SweepRules, drift
from alkanode.data.schema import label
from alkanode.data.spectra import spectra_record
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError

Floats = npt.NDArray[np.float64]

DEFAULT_SWEEP = SweepRules()


def sweep_frequencies(highest: float = 7e6, lowest: float = 1.0, points_per_decade: int = 10) -> Floats:
    """Frequencies of a sweep, falling, evenly spread over their logarithm.

    Parameters
    ----------
    highest, lowest
        Hz; both are among the frequencies. The defaults are the range of :cite:`Wu2025`.
    points_per_decade
        At least so many per factor of ten.

    Raises
    ------
    PhysicsError
        For limits that are not positive or not in this order.
    """
    if not (0 < lowest <= highest < np.inf and points_per_decade >= 1):
        raise PhysicsError(
            "a sweep falls from a highest to a lowest frequency above zero",
            found=f"{highest:g} to {lowest:g} Hz, {points_per_decade} per decade",
        )
    count = int(np.ceil(points_per_decade * np.log10(highest / lowest) - 1e-9)) + 1
    return np.geomspace(highest, lowest, count)


def state_impedance(
    model: LinearisableModel, t: float, y: npt.ArrayLike, inputs: Inputs, frequency: npt.ArrayLike
) -> npt.NDArray[np.complex128]:
    """Impedance of a model at one state.

    Parameters
    ----------
    model
        A discretised model; :class:`PybammModel` makes one of any built PyBaMM model.
    t, y, inputs
        Time (s), states (state,), inputs of the model.
    frequency
        Hz, (frequency,), positive.

    Returns
    -------
    ndarray
        Z = dV/dI in ohm, complex, (frequency,); capacitive arcs have a negative imaginary part.

    Raises
    ------
    PhysicsError
        For frequencies that are not positive, or a state at which the model has no impedance.

    Notes
    -----
    Z = D + C (jw M - J)^-1 B with M dy/dt = F, J = dF/dy, B = dF/dI, C = dV/dy, D = dV/dI.
    """
    return spectrum(linearise(model, t, y, inputs), _grid(frequency))


def states_record(
    model: LinearisableModel,
    times: npt.ArrayLike,
    states: npt.ArrayLike | Sequence[npt.ArrayLike],
    inputs: Inputs | Sequence[Inputs],
    frequency: npt.ArrayLike | Sequence[npt.ArrayLike],
    *,
    rules: SweepRules = DEFAULT_SWEEP,
    attrs: Mapping[str, Any] | None = None,
    **fields: npt.ArrayLike | None,
) -> xr.Dataset:
    """Spectra of a model at several states.

    Parameters
    ----------
    model
        A discretised model.
    times
        s, (spectrum,).
    states
        (spectrum, state).
    inputs
        Inputs of the model: one mapping for all states, or one for each.
    frequency
        Hz: one array for all states, or one for each; shorter ones are padded with NaN.
    rules
        How long a sweep takes and how much may change in it.
    attrs
        Written on the record.
    **fields
        Further fields of the kind ``impedance``: ``charge`` (C), ``step``, ``cycle``, ``at_rest``, ``current_density``
        over (spectrum,); ``voltage`` (V), ``current`` (A) over (spectrum,) or (spectrum, point). ``None`` is left out.

    Returns
    -------
    Dataset
        Kind ``impedance`` with the fields of a measured record: ``frequency``, ``impedance`` (ohm), ``time``;
        ``at_common_time`` is true, since all points of a spectrum belong to one state; ``voltage_drift`` (V) and
        ``impedance_drift`` (1) say how much voltage and impedance change while an instrument would take the sweep.

    Raises
    ------
    SchemaError
        When numbers of times, states, inputs or frequencies differ.
    PhysicsError
        As :func:`state_impedance`.

    Warns
    -----
    DataQualityWarning
        When a cell is not stationary for the length of a sweep.
    """
    moments = np.atleast_1d(np.asarray(times, dtype=np.float64))
    rows = [np.asarray(one, dtype=np.float64).ravel() for one in np.atleast_2d(np.asarray(states, dtype=np.float64))]
    settings = [inputs] * moments.size if isinstance(inputs, dict) else list(inputs)
    grids = _grids(frequency, moments.size)
    if not moments.size == len(rows) == len(settings) == len(grids):
        raise SchemaError(
            "spectra need as many times as states, inputs and grids of frequency",
            found=f"{moments.size} times, {len(rows)} states, {len(settings)} inputs, {len(grids)} grids",
        )
    points = max(grid.size for grid in grids)
    f = np.full((moments.size, points), np.nan)
    z = np.full((moments.size, points), np.nan + 1j * np.nan)
    drifts = np.empty((2, moments.size))
    for place, (t, y, values, grid) in enumerate(zip(moments, rows, settings, grids, strict=True)):
        signal = linearise(model, float(t), y, values)
        f[place, : grid.size], z[place, : grid.size] = grid, spectrum(signal, grid)
        found = drift(model, signal, float(t), y, values, grid, rules)
        drifts[:, place] = found.voltage, found.impedance
    _warn(moments, drifts, rules)
    given = {name: _spread(name, values, f.shape) for name, values in fields.items() if values is not None}
    record = spectra_record(
        f,
        z,
        time=moments,
        voltage_drift=drifts[0],
        at_common_time=np.ones(moments.size, dtype=bool),
        attrs={"sweep_periods": rules.periods, "origin": "linearised cell model"} | dict(attrs or {}),
        **given,
    )
    record["impedance_drift"] = ("spectrum", drifts[1])
    return label(record, "impedance")


def _grid(frequency: npt.ArrayLike) -> Floats:
    f = np.atleast_1d(np.asarray(frequency, dtype=np.float64))
    if f.ndim != 1 or not (np.isfinite(f) & (f > 0)).all():
        raise PhysicsError("frequencies of a model's impedance are positive numbers", found=f"{frequency!r}"[:80])
    return f


def _grids(frequency: npt.ArrayLike | Sequence[npt.ArrayLike], count: int) -> list[Floats]:
    """One grid for each spectrum."""
    if isinstance(frequency, Sequence) and len(frequency) and np.ndim(frequency[0]) == 1:
        return [_grid(one) for one in frequency]
    if isinstance(frequency, np.ndarray) and frequency.ndim == 2:
        return [_grid(row[np.isfinite(row)]) for row in frequency]
    return [_grid(np.asarray(frequency))] * count


def _spread(name: str, values: npt.ArrayLike, shape: tuple[int, int]) -> npt.ArrayLike:
    """Voltage and current given once for a spectrum hold at all its points."""
    array = np.asarray(values)
    if name in {"voltage", "current"} and array.shape == shape[:1]:
        return np.repeat(array[:, None], shape[1], axis=1)
    return array


def _warn(times: Floats, drifts: Floats, rules: SweepRules) -> None:
    moved = (drifts[0] > rules.voltage_drift) | (drifts[1] > rules.impedance_drift)
    if moved.any():
        worst = int(np.argmax(np.where(moved, drifts[1], -1.0)))
        warnings.warn(
            f"the cell is not stationary during {int(moved.sum())} of {times.size} sweeps: at {times[worst]:.4g} s a sweep "
            f"would see the impedance change by {100 * drifts[1, worst]:.2g} % and the voltage by "
            f"{1e3 * drifts[0, worst]:.2g} mV; the spectra given here belong to the states at their start",
            DataQualityWarning,
            stacklevel=3,
        )
