"""Critical current density from a ramp: the interval from the last level that passed to the first that failed.

A level passes when its half cycles in both directions reach their target without a failure. A short ends the ramp and gives
the critical current density. Lost contact, or the voltage limit, also ends it but is another event: it gives a critical
stripping (or plating) current, and of the critical current density only that it lies above the last level that passed.
"""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.charge import passed_charge
from alkanode.data.schema import RecordLike, check, label
from alkanode.electrochem.critical_currents.current_ramp import RampRule, current_ramp
from alkanode.electrochem.critical_currents.level_outcomes import (
    SHORT,
    Outcomes,
    PassRule,
    Target,
    judge,
    reached,
    read_target,
)
from alkanode.electrochem.critical_currents.level_table import level_table
from alkanode.electrochem.critical_currents.ramp_protocol import signature
from alkanode.electrochem.failures import find_failures
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError, UnitsError
from alkanode.foundation.sources import source
from alkanode.foundation.units import QuantityLike, to_si

SYMMETRIC = (
    "symmetric cell: the value is the smaller of two interfaces; if flaws follow a Weibull law of shape m, one interface "
    "alone has 2^(1/m) times the scale"
)


@source("Park2021")
def critical_current(
    record: RecordLike,
    cell: Cell | None = None,
    *,
    failures: xr.Dataset | None = None,
    impedance: xr.Dataset | None = None,
    target: str | None = None,
    voltage_limit: QuantityLike | None = None,
    ramp_rule: RampRule | None = None,
    pass_rule: PassRule | None = None,
) -> xr.Dataset:
    """Critical current density of a cell from a ramp of currents.

    Parameters
    ----------
    record
        Cycling record with ``time`` (s), ``current`` (A), ``voltage`` (V); ``current_setpoint`` (A) where there is one.
    cell
        Gives the role of the anode, the nominal and the final area (m2), stack pressure, temperature and materials, which
        become part of the protocol's signature. Without it current densities are NaN.
    failures
        What :func:`alkanode.electrochem.find_failures` returned for this record; by default it is called here.
    impedance
        Checked impedance record on the same clock, for that call: the collapse of the arcs is a second sign of a short.
    target
        What a half cycle was meant to reach: ``"3 mAh cm-2"`` (of the nominal area), ``"1 mAh"`` or ``"30 min"``. By
        default read off the record, from whichever of charge and time is the same at all levels.
    voltage_limit
        V at which the program ends a half cycle. Without it only half cycles that are followed by others are seen to have
        ended there; a last one that ended early counts as unfinished.
    ramp_rule, pass_rule
        Thresholds; they are stored with the result.

    Returns
    -------
    Dataset
        Kind ``critical_current``, dimensions ``level`` and ``direction`` (``"strip"``, ``"plate"`` of the anode):
        ``current`` (A), ``nominal_current_density`` and ``final_current_density`` (A m-2); ``charge_passed`` (C),
        ``areal_capacity`` (C m-2 of the effective area) and ``duration`` (s) per half cycle, the smallest where a level is
        repeated, NaN where the direction is absent; ``reached`` (its target); ``half_cycles``; ``failure`` (``short``,
        ``contact_loss``, ``voltage_limit``, ``ended_early``, ``unfinished`` or empty), ``reason``, ``confirmed`` (two signs),
        ``passed``, ``after_failure``; ``first_row``, ``last_row``, ``start_time`` (s), ``resistance`` (ohm).
        ``attrs``: ``last_passed`` and ``first_failed`` (A; 0 and infinite where unknown) bound the critical current;
        ``censoring`` is ``interval``, ``left`` (fails in the first level), ``right`` (never shorts) or ``none`` (nothing
        known); ``ended_by``, ``ended_level``, ``ended_current`` (A), ``failing_direction``, ``increment`` (A),
        ``failure_row``,
        ``charge_at_failure`` (C) and ``time_at_failure`` (s) of the failing half cycle, ``cumulative_charge`` (C, both
        directions, up to the failure); ``mode``, ``protocol`` (JSON), ``interfaces``, areas, ``other_events``,
        ``not_judged``, the rules.

    Raises
    ------
    SchemaError
        When the record is no ramp (the message says why), or no half cycle can be judged.
    PhysicsError
        When the target or the voltage limit is not positive, or the target is areal and the cell has no nominal area.
    UnitsError
        When the target is no time, charge or charge per area.

    Warns
    -----
    DataQualityWarning
        When levels are left out, some half cycles could not be judged, or the target per half cycle is unclear.

    Notes
    -----
    The critical current depends on capacity (or time) per half cycle, pressure and temperature, so that two results are
    comparable only if their protocols agree. An error of the area moves both ends of the interval together.
    """
    record = check(record, "cycling")
    limit = None if voltage_limit is None else to_si(voltage_limit, "voltage")
    if limit is not None and limit <= 0:
        raise PhysicsError("a voltage limit is positive (a magnitude)", found=repr(voltage_limit))
    ramp = current_ramp(record, cell, rule=ramp_rule)
    if not ramp.attrs["is_ramp"]:
        raise SchemaError(
            "a critical current density needs a ramp: half cycles back and forth at rising currents",
            found=str(ramp.attrs["reason"]),
        )
    found = failures if failures is not None else find_failures(record, cell, impedance=impedance)
    not_judged = _not_judged(found)
    rule = pass_rule or PassRule()
    aim = _target(ramp, target, cell, rule)
    complete = reached(ramp, aim, rule)
    outcomes = judge(ramp, found, complete, rule, last_row=record.sizes["row"] - 1, limit=limit)
    result = level_table(ramp, outcomes, complete, cell)
    result.attrs.update(_bounds(result, ramp, outcomes))
    result.attrs.update(_at_failure(record, ramp, outcomes))
    result.attrs.update(_cell_facts(cell))
    result.attrs.update(
        mode=aim.mode,
        target_charge=aim.charge,
        target_duration=aim.duration,
        target_from=aim.basis,
        protocol=json.dumps(signature(ramp, result["current"].to_numpy().tolist(), cell, aim)),
        ramped=str(ramp.attrs["ramped"]),
        other_events="; ".join(outcomes.others),
        not_judged=not_judged,
        left_out=str(ramp.attrs["left_out"]),
        levels_from=str(ramp.attrs["levels_from"]),
        charge_from=str(ramp.attrs["charge_from"]),
        ramp_rule=str(ramp.attrs["rule"]),
        pass_rule=str(rule),
        convention="a level passes when all its half cycles reach their target without a failure; the critical current "
        "density lies above the last that passed and at or below the first that shorted",
    )
    return label(result, "critical_current")


def _not_judged(found: xr.Dataset) -> str:
    """Which half cycles the search for failures could not judge; an error when it could judge none."""
    reason = str(found.attrs.get("not_judged", ""))
    if reason and int(found.attrs.get("unjudged", 0)) >= int(found.attrs.get("half_cycles", 1)):
        raise SchemaError("levels pass or fail only where failures can be judged", found=reason)
    if reason:
        warnings.warn(
            f"levels may count as passed although failures were not judged in {reason}",
            DataQualityWarning,
            stacklevel=4,
        )
    return reason


def _target(ramp: xr.Dataset, text: str | None, cell: Cell | None, rule: PassRule) -> Target:
    if text is None:
        aim = read_target(ramp, rule)
        if aim.mode == "unknown" and int(ramp["level"].max()) > 0:
            warnings.warn(
                "neither charge nor time per half cycle is the same at all levels: a half cycle counts as complete when it "
                "reaches either of the first level; state the target",
                DataQualityWarning,
                stacklevel=4,
            )
        return aim
    for name in ("duration", "charge", "areal_capacity"):
        try:
            value = to_si(text, name)
        except UnitsError:
            continue
        if value <= 0:
            raise PhysicsError("the target of a half cycle is positive", found=repr(text))
        if name == "duration":
            return Target(mode="constant time", duration=value, basis="given by the user")
        if name == "areal_capacity":
            if cell is None or cell.area is None:
                raise PhysicsError("a target per area needs the nominal area of the cell", found="none")
            value *= cell.area
        return Target(mode="constant capacity", charge=value, basis="given by the user")
    raise UnitsError("a target is a time, a charge or a charge per area", found=repr(text), todo="Write '3 mAh cm-2'")


def _bounds(result: xr.Dataset, ramp: xr.Dataset, outcomes: Outcomes) -> dict[str, Any]:
    """Between which currents (A) the cell shorts, and what ended the ramp."""
    current, passed = result["current"].to_numpy(), result["passed"].to_numpy()
    last = float(current[passed].max()) if passed.any() else 0.0
    end = outcomes.first_failing
    ended = "" if end is None else outcomes.kind[end]
    level = -1 if end is None else int(ramp["level"][end])
    failed = float(current[level]) if level >= 0 else float("inf")
    shorted = ended == SHORT
    censoring = ("interval" if last > 0 else "left") if shorted else "right" if last > 0 else "none"
    step = failed - (float(current[level - 1]) if level > 0 else 0.0) if level >= 0 else float("nan")
    return {
        "last_passed": last,
        "first_failed": failed if shorted else float("inf"),
        "censoring": censoring,
        "increment": float(np.diff(current)[-1]) if level < 0 and current.size > 1 else step,
        "ended_by": ended,
        "ended_level": level,
        "ended_current": failed,
        "confirmed": int(bool(end is not None and outcomes.confirmed[end])),
        "failing_direction": "" if end is None else str(ramp["direction"].to_numpy()[end]),
    }


def _at_failure(record: xr.Dataset, ramp: xr.Dataset, outcomes: Outcomes) -> dict[str, Any]:
    """Charge (C) and time (s) of the failing half cycle at the failure, and the charge of both directions up to it."""
    end = outcomes.first_failing
    level, passed = ramp["level"].to_numpy(), ramp["charge_passed"].to_numpy()
    inside = np.flatnonzero(level >= 0)
    if end is None:
        whole = float(passed[inside].sum())
        nothing = dict.fromkeys(("charge_at_failure", "time_at_failure"), float("nan"))
        return {**nothing, "cumulative_charge": whole, "failure_row": -1}
    first, row = int(ramp["first_row"][end]), int(outcomes.row[end])
    row = int(ramp["last_row"][end]) if row < 0 else row
    charge, _ = passed_charge(record)
    time = record["time"].to_numpy().astype(float)
    here = abs(float(charge[row] - charge[max(first - 1, 0)]))
    return {
        "charge_at_failure": here,
        "time_at_failure": float(time[row] - time[first]),
        "cumulative_charge": float(passed[inside[inside < end]].sum()) + here,
        "failure_row": row,
    }


def _cell_facts(cell: Cell | None) -> dict[str, Any]:
    """What later comparisons need of the cell, as plain values; NaN and empty where unknown."""
    nan = float("nan")
    if cell is None:
        facts: dict[str, Any] = dict.fromkeys(
            ("nominal_area", "nominal_area_uncertainty", "final_area", "final_area_uncertainty", "stack_pressure"), nan
        )
        return {**facts, "potassium_mass_fraction": nan, "cell": "", "anode": "", "interfaces": "cell not stated"}
    same = cell.counter is not None and cell.counter.material == cell.anode.material
    counter = "counter electrode not stated" if cell.counter is None else "two different electrodes"
    share = nan if cell.alloy is None else cell.alloy.composition.mass_fraction("K")
    values = {
        "nominal_area": cell.area,
        "nominal_area_uncertainty": cell.area_uncertainty,
        "final_area": cell.final_area,
        "final_area_uncertainty": cell.final_area_uncertainty,
        "stack_pressure": cell.stack_pressure,
    }
    return {
        **{name: nan if value is None else value for name, value in values.items()},
        "potassium_mass_fraction": share,
        "cell": cell.name,
        "anode": cell.anode.name,
        "interfaces": SYMMETRIC if same else counter,
    }
