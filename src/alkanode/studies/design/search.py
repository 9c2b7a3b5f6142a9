"""Cells under limits: what can be stripped over composition, loading, temperature, pressure, current and rests.

Every candidate is one quick run on one built model. Life is not searched for: nothing in the model ages a cell as the papers
see it, so that a number of cycles would be invented.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.cell_models.alloy_anode.inventory import THICKNESS, VOLUME, cell_parameters
from alkanode.cell_models.alloy_anode.names import INITIAL_SODIUM
from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions
from alkanode.cell_models.alloy_anode.thermodynamics import FARADAY
from alkanode.cell_models.observables import QuickCell
from alkanode.cell_models.parameters import ParameterSet, load_parameters
from alkanode.data.cell import Cell
from alkanode.data.protocol import Protocol, Step
from alkanode.data.schema import label
from alkanode.foundation.errors import AlkanodeError, StudyError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.studies.comparison.influence import first_crossing

Floats = npt.NDArray[np.float64]

ALLOYS = ("NaK50", "NaK65", "NaK80")
CURRENTS = ("0.25 mA cm-2", "0.5 mA cm-2", "1 mA cm-2")

MOST_PULSES = 200
"""Strips between rests beyond which a candidate is refused."""

LAST_RUN_AWAY = 1.02
"""Voltage at which a run ends, over the limit."""

DRAWN = ("Sodium transport coefficient", "Cloth thickness", "Contact share of fresh interface")
"""Parameters whose stated intervals make the interval of a capacity where no posterior is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a cell must keep.

    Attributes
    ----------
    voltage
        V; stripping ends when it is reached.
    contact
        Least contact share over that of the fresh interface; stripping ends below. 0 for no such limit.
    areal_capacity
        C m-2; least charge to be stripped. 0 for none.
    """

    voltage: float = 1.0
    contact: float = 0.0
    areal_capacity: float = 0.0

    def __post_init__(self) -> None:
        if not (self.voltage > 0 and 0 <= self.contact < 1 and self.areal_capacity >= 0):
            raise StudyError(
                "limits are a positive voltage, a contact share from 0 to below 1 and a capacity of 0 or more",
                found=f"{self.voltage!r} V, {self.contact!r}, {self.areal_capacity!r} C m-2",
            )


def design(
    cell: Cell | str = "NaK50",
    *,
    alloys: Sequence[str] = ALLOYS,
    alloy_volumes: Sequence[QuantityLike] = (),
    temperatures: Sequence[QuantityLike] = (),
    pressures: Sequence[QuantityLike] = (),
    currents: Sequence[QuantityLike] = CURRENTS,
    pulses: Sequence[tuple[QuantityLike, QuantityLike]] = (),
    limits: Limits | None = None,
    parameters: str | ParameterSet = "Wu2025",
    options: AlloyAnodeOptions | None = None,
    posterior: Sequence[Mapping[str, float]] = (),
) -> xr.Dataset:
    """Try every combination, and say which none of the others beats.

    Parameters
    ----------
    cell
        Base: its area, electrolyte, cloth, pressure and temperature hold where nothing else is asked for.
    alloys
        Names.
    alloy_volumes
        m3 per electrode; default that of the cell or the set.
    temperatures, pressures
        K and Pa; default those of the cell or the set.
    currents
        A m-2.
    pulses
        Pairs of times stripping and at rest (s); continuous stripping is always tried.
    limits
        Default 1 V.
    parameters
        The set.
    options
        Physics and mesh.
    posterior
        Draws of fitted parameters, name -> value each, as a calibration gives them. By default the interval of a capacity comes from
        the stated intervals of the transport coefficient, the thickness of the cloth and the fresh contact share, one by one
        and added in quadrature.

    Returns
    -------
    Dataset
        Kind ``design``, one row per ``candidate``: what it is (``alloy``, ``alloy_volume``, ``temperature``, ``stack_pressure``,
        ``current_density``, ``strip_time`` and ``rest_time``, infinite and 0 without pulses), usable ``areal_capacity`` and
        ``specific_capacity`` per mass of alloy, ``duration`` of the discharge with its rests, ``pareto`` (no other candidate that keeps the
        limits has as much capacity per area and per mass, as large a mean current, rests included, and as little pressure), ``reason`` why a candidate
        is out. Intervals (``areal_capacity_lower``, ``_upper``) are given for candidates with ``pareto``; the model's own error is
        not in them.

    Raises
    ------
    StudyError
        When a list is empty or nothing keeps the limits can be made at all.
    """
    bounds = limits or Limits()
    made = cell if isinstance(cell, Cell) else Cell(anode=cell)
    base = cell_parameters(load_parameters(parameters), made)
    axes: dict[str, list[Any]] = {
        "alloy": list(alloys),
        VOLUME: _values(alloy_volumes, "volume") or [base[VOLUME].at(made.alloy)],
        "Temperature [K]": _values(temperatures, "temperature") or [base["Temperature [K]"].at(made.alloy)],
        "Stack pressure [Pa]": _values(pressures, "stack_pressure") or [base["Stack pressure [Pa]"].at(made.alloy)],
        "current": _values(currents, "current_density"),
        "pulse": [
            (math.inf, 0.0),
            *((float(to_si(on, "time")), float(to_si(off, "time"))) for on, off in pulses),
        ],
    }
    empty = [name for name, values in axes.items() if not values]
    if empty:
        raise StudyError("every list of a design holds a value", found=f"no {', no '.join(empty)}")
    candidates = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
    rows = [_try(candidate, base, bounds, options) for candidate in candidates]
    front = _front(rows, [one["Stack pressure [Pa]"] for one in candidates], bounds)
    for k in np.flatnonzero(front):
        rows[k] |= _interval(candidates[k], rows[k], base, bounds, options, posterior)
    if not any(math.isfinite(row["areal_capacity"]) for row in rows):
        raise StudyError("a design needs cells that can be made", found=rows[0]["reason"])
    record = xr.Dataset(
        {
            "alloy": ("candidate", np.array([one["alloy"] for one in candidates], dtype=str)),
            "alloy_volume": _column(candidates, VOLUME),
            "temperature": _column(candidates, "Temperature [K]"),
            "stack_pressure": _column(candidates, "Stack pressure [Pa]"),
            "current_density": _column(candidates, "current"),
            "strip_time": ("candidate", np.array([one["pulse"][0] for one in candidates])),
            "rest_time": ("candidate", np.array([one["pulse"][1] for one in candidates])),
            **{
                name: _column(rows, name)
                for name in (
                    "areal_capacity",
                    "areal_capacity_lower",
                    "areal_capacity_upper",
                    "specific_capacity",
                    "duration",
                )
            },
            "pareto": ("candidate", front),
            "reason": ("candidate", np.array([row["reason"] for row in rows], dtype=str)),
        }
    )
    record.attrs.update({f"limit_{name}": value for name, value in asdict(bounds).items()})
    record.attrs["parameter_set"] = base.name
    record.attrs["interval_from"] = (
        f"{len(posterior)} draws of a posterior" if posterior else f"stated intervals of {', '.join(DRAWN)}"
    )
    return label(record, "design")


def _values(given: Sequence[QuantityLike], name: str) -> list[float]:
    return [float(to_si(one, name)) for one in given]


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> tuple[str, Floats]:
    return "candidate", np.array([row[name] for row in rows], dtype=np.float64)


def _cell(candidate: Mapping[str, Any], base: ParameterSet, options: AlloyAnodeOptions | None) -> QuickCell:
    names = (VOLUME, "Temperature [K]", "Stack pressure [Pa]")
    return QuickCell(candidate["alloy"], base.replace({name: candidate[name] for name in names}), options=options)


def _try(
    candidate: Mapping[str, Any], base: ParameterSet, limits: Limits, options: AlloyAnodeOptions | None
) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(
        ("areal_capacity", "areal_capacity_lower", "areal_capacity_upper", "specific_capacity", "duration"), math.nan
    )
    try:
        made = _cell(candidate, base, options)
        charge, duration = usable(made, candidate["current"], candidate["pulse"], limits)
    except AlkanodeError as reason:
        return row | {"reason": str(reason)}
    found = {
        "areal_capacity": charge,
        "specific_capacity": charge * made.area / made.alloy_mass,
        "duration": duration,
        "reason": "",
    }
    if charge < limits.areal_capacity:
        found["reason"] = "less than the least areal capacity"
    return row | found


def usable(cell: QuickCell, current: float, pulse: tuple[float, float], limits: Limits) -> tuple[float, float]:
    """Areal charge (C m-2) stripped until a limit is met, and how long it took with its rests (s).

    Raises
    ------
    StudyError
        For more than 200 pulses.
    """
    run = cell.run(_pulsed(cell, current, pulse, limits.voltage * LAST_RUN_AWAY))
    charges, volts, shares, times, passed = [], [], [], [], 0.0
    for piece in run.tape.pieces:
        flowing = current if piece.mode == 1 else 0.0
        found = cell.model.evaluate(["Voltage [V]", "Contact share"], piece.time, piece.state, piece.inputs)
        charges.append(passed + flowing * piece.time)
        volts.append(found["Voltage [V]"])
        shares.append(found["Contact share"])
        times.append(piece.start + piece.time)
        passed += flowing * float(piece.time[-1])
    charge, time = np.concatenate(charges), np.concatenate(times)
    ends = [first_crossing(charge, np.concatenate(volts), limits.voltage)]
    if limits.contact > 0:
        share = np.concatenate(shares)
        ends.append(first_crossing(charge, -share, -limits.contact * float(share[0])))
    known = [end for end in ends if math.isfinite(end)]
    end = min(known, default=float(charge[-1]))
    place = int(np.searchsorted(charge, end, side="left"))
    return end, float(time[min(place, time.size - 1)])


def _pulsed(cell: QuickCell, current: float, pulse: tuple[float, float], voltage: float) -> Protocol:
    on, off = pulse
    if not math.isfinite(on):
        return Protocol.critical_stripping(current, voltage)
    most = float(cell.values[INITIAL_SODIUM]) * cell.values[THICKNESS] * FARADAY
    count = math.ceil(most / (current * on)) + 1
    if count > MOST_PULSES:
        raise StudyError(f"at most {MOST_PULSES} pulses are tried", found=f"{count}", todo="Strip longer in each")
    strip = Step(kind="strip", current_density=current, duration=on, voltage_limit=voltage)
    return Protocol((strip, Step(kind="rest", duration=off))).repeat(count)


def _front(rows: Sequence[Mapping[str, Any]], pressures: Sequence[float], limits: Limits) -> npt.NDArray[np.bool_]:
    """Rows within the limits that no other one beats: charge per area and mass, mean current, least pressure."""
    values = np.array(
        [
            [row["areal_capacity"], row["specific_capacity"], row["areal_capacity"] / row["duration"], -pressure]
            for row, pressure in zip(rows, pressures, strict=True)
        ],
        dtype=np.float64,
    )
    fit = np.isfinite(values).all(axis=1) & (values[:, 0] >= limits.areal_capacity)
    front = fit.copy()
    for k in np.flatnonzero(fit):
        others = values[fit]
        better = (others >= values[k]).all(axis=1) & (others > values[k]).any(axis=1)
        front[k] = not better.any()
    return front


def _interval(
    candidate: Mapping[str, Any],
    row: Mapping[str, Any],
    base: ParameterSet,
    limits: Limits,
    options: AlloyAnodeOptions | None,
    posterior: Sequence[Mapping[str, float]],
) -> dict[str, float]:
    """95 % of the draws, or the stated intervals of single parameters in quadrature."""
    value = float(row["areal_capacity"])

    def charge(changes: Mapping[str, float]) -> float:
        try:
            made = _cell(candidate, base.replace(dict(changes)), options)
            return usable(made, candidate["current"], candidate["pulse"], limits)[0]
        except AlkanodeError:
            return math.nan

    if posterior:
        drawn = np.array([charge(draw) for draw in posterior])
        low, high = np.nanquantile(drawn, (0.025, 0.975))
        return {"areal_capacity_lower": float(low), "areal_capacity_upper": float(high)}
    down = up = 0.0
    for name in DRAWN:
        bounds = base[name].bounds(candidate["alloy"])
        ends = [charge({name: end}) - value for end in bounds] if bounds is not None else []
        known = [end for end in ends if math.isfinite(end)]
        down, up = math.hypot(down, min([0.0, *known])), math.hypot(up, max([0.0, *known]))
    return {"areal_capacity_lower": value - down, "areal_capacity_upper": value + up}
