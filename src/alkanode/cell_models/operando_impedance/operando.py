"""Impedance along a simulated run, at chosen times or charges."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.cell_models.alloy_anode.names import BY_VOLTAGE, SET_CURRENT, VOLTAGE_RATE
from alkanode.cell_models.operando_impedance.states_record import DEFAULT_SWEEP, states_record, sweep_frequencies
from alkanode.cell_models.operando_impedance.stationarity import SweepRules
from alkanode.data.schema import check
from alkanode.foundation.errors import PhysicsError, StudyError
from alkanode.foundation.sources import source
from alkanode.foundation.units import QuantityLike, to_si

Floats = npt.NDArray[np.float64]

_SEAM = 1e-6  # of the length of a run: a charge so near to a kept row belongs to it

DEFAULT_COUNT = 25
"""Spectra of a run when neither times nor charges are asked for."""


@source("Hallemans2025")
def operando_impedance(
    history: xr.DataTree,
    frequency: npt.ArrayLike | None = None,
    *,
    times: npt.ArrayLike | None = None,
    charges: npt.ArrayLike | None = None,
    every: QuantityLike | None = None,
    rest: QuantityLike | None = None,
    rules: SweepRules = DEFAULT_SWEEP,
) -> xr.Dataset:
    """Impedance of a simulated cell at any state along its run.

    Parameters
    ----------
    history
        Of :func:`alkanode.cell_models.simulate` with ``keep_states=True``.
    frequency
        Hz, (frequency,). Default 7 MHz to 1 Hz, ten per decade, the range of :cite:`Wu2025`.
    times
        s, (spectrum,).
    charges
        C m-2, (spectrum,), areal charge that has passed since the start, both directions counted; instead of times.
    every
        C m-2 or text such as ``"0.25 mAh cm-2"``: at the start and whenever so much has passed; instead of times or charges.
        Of none of the three, 25 spectra lie evenly over the charge.
    rest
        s or text. The cell rests so long before each spectrum, beside the run, which is not changed. By default none: the
        current flows on, as in a galvanostatic sweep.
    rules
        How long a sweep takes and how much may change in it.

    Returns
    -------
    Dataset
        Kind ``impedance``, as :func:`states_record` gives it, with ``time`` (s of the run), ``charge`` (C), ``step``,
        ``cycle``, ``current_density`` (A m-2), ``at_rest``: what :func:`alkanode.impedance.relaxation_times`,
        :func:`alkanode.impedance.operando_map` and :func:`alkanode.impedance.kramers_kronig` take.

    Raises
    ------
    StudyError
        For a history without states, or times and charges together.
    PhysicsError
        For times or charges outside the run.

    Warns
    -----
    DataQualityWarning
        When the cell is not stationary for the length of a sweep.

    Notes
    -----
    Z = D + C (jw M - J)^-1 B of the discretised model at the state. The state at a time between two steps of the integrator
    is integrated from the one before. At the seam of two steps of a protocol the later one counts, at the end the last.
    """
    from alkanode.cell_models.simulation.history import built_model, state_inputs

    if sum(one is not None for one in (times, charges, every)) > 1:
        raise StudyError(
            "spectra are asked for by times, charges or a distance in charge", found="more than one of them"
        )
    cycling = check(history, "cycling")
    state_inputs(history, 0)  # says what is missing
    solution = history["solution"].to_dataset()
    clock = solution["time"].to_numpy()
    moments = _moments(history, clock, times, charges, every)
    model = built_model(history)
    pause = 0.0 if rest is None else to_si(rest, "duration")
    states, inputs, rows = [], [], []
    for moment in moments:
        row = int(np.clip(np.searchsorted(clock, moment, side="right") - 1, 0, clock.size - 1))
        values = state_inputs(history, row)
        state = _state_at(model, solution["state_vector"].to_numpy(), clock, row, values, float(moment))
        if pause:
            values = values | {SET_CURRENT: 0.0, BY_VOLTAGE: 0.0, VOLTAGE_RATE: 0.0}
            state = _later(model, state, values, pause)
        states.append(state)
        inputs.append(values)
        rows.append(row)
    grid = sweep_frequencies() if frequency is None else frequency
    density = history["interface"]["current_density"].to_numpy()[rows]
    return states_record(
        model,
        moments,
        np.stack(states),
        inputs,
        grid,
        rules=rules,
        attrs={
            "rest": pause,
            **{key: str(history.attrs[key]) for key in ("model", "parameter_set") if key in history.attrs},
        },
        charge=np.interp(moments, cycling["time"].to_numpy(), cycling["charge"].to_numpy()),
        step=cycling["step"].to_numpy()[rows],
        cycle=cycling["cycle"].to_numpy()[rows],
        current_density=np.zeros(len(rows)) if pause else density,
        at_rest=np.full(len(rows), True) if pause else density == 0,
    )


def _moments(
    history: xr.DataTree,
    clock: Floats,
    times: npt.ArrayLike | None,
    charges: npt.ArrayLike | None,
    every: QuantityLike | None,
) -> Floats:
    """Times of the spectra, s."""
    if times is not None:
        wanted = np.atleast_1d(np.asarray(times, dtype=np.float64))
        _inside(wanted, clock[0], clock[-1], "times", "s")
        return wanted
    passed = np.abs(np.diff(history["interface"]["areal_capacity"].to_numpy(), prepend=0.0)).cumsum()
    if charges is not None:
        asked = np.atleast_1d(np.asarray(charges, dtype=np.float64))
    elif every is not None:
        distance = to_si(every, "areal_capacity")
        if not distance > 0:
            raise PhysicsError("spectra lie a positive charge apart", found=f"{every!r}")
        asked = np.arange(0.0, passed[-1] * (1 + 1e-9), distance)
    elif passed[-1] > 0:
        asked = np.linspace(0.0, passed[-1], DEFAULT_COUNT)
    else:
        return np.linspace(clock[0], clock[-1], DEFAULT_COUNT)
    _inside(asked, 0.0, passed[-1] * (1 + 1e-9), "charges", "C m-2")
    # Where no charge passes, in a rest, the time is not determined: the first one counts.
    rising, first = np.unique(passed, return_index=True)
    found = np.interp(asked, rising, clock[first])
    nearest = clock[np.abs(clock[:, None] - found).argmin(axis=0)]
    return np.where(np.abs(nearest - found) <= _SEAM * clock[-1], nearest, found)


def _inside(wanted: Floats, low: float, high: float, name: str, unit: str) -> None:
    if wanted.size == 0 or not ((wanted >= low) & (wanted <= high)).all():
        raise PhysicsError(
            f"{name} of spectra lie within the run, {low:.6g} to {high:.6g} {unit}",
            found="none" if wanted.size == 0 else f"{wanted.min():.6g} to {wanted.max():.6g}",
        )


def _state_at(model: Any, states: Floats, clock: Floats, row: int, values: dict[str, float], moment: float) -> Floats:
    """State at a time, integrated from the kept one before; under a controlled voltage the nearer kept one."""
    ahead = moment - clock[row]
    if ahead <= 1e-9 * max(1.0, abs(moment)) or row == clock.size - 1:
        return np.asarray(states[row])
    if values[BY_VOLTAGE]:
        return np.asarray(states[row if ahead < clock[row + 1] - moment else row + 1])
    return _later(model, states[row], values, ahead)


def _later(model: Any, state: Floats, values: dict[str, float], duration: float) -> Floats:
    return np.asarray(model.run(state, values, duration, times=np.array([duration])).state[-1])
