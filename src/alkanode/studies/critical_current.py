"""The critical current density of a ramp as a part of a study."""

from __future__ import annotations

import math

import xarray as xr

from alkanode.data.cell import Cell
from alkanode.electrochem.critical_currents.current_ramp import RampRule, current_ramp
from alkanode.electrochem.critical_currents.density import critical_current
from alkanode.electrochem.critical_currents.estimates import critical_current_estimates, effective_basis
from alkanode.electrochem.failures import find_failures
from alkanode.foundation.errors import StudyError
from alkanode.foundation.sources import Estimate, Trust
from alkanode.plot.describe_critical_current import current_ramp as describe_ramp
from alkanode.studies.blocks import CriticalCurrent
from alkanode.studies.part import Part, Table
from alkanode.studies.wording import shown, worded

_ENDS = {
    "short": "a short",
    "contact_loss": "loss of contact",
    "voltage_limit": "the voltage limit",
    "depletion": "an empty electrode",
}


def ccd_part(
    record: xr.Dataset,
    cell: Cell | None,
    settings: CriticalCurrent,
    *,
    failures: xr.Dataset | None = None,
    checked: xr.Dataset | None = None,
) -> Part:
    """Critical current density of one cell, with the table of its levels.

    Parameters
    ----------
    record
        Cycling record.
    cell
        The cell, or ``None`` for a bare file.
    settings
        Block of the study.
    failures
        Failures of the record where they are known already.
    checked
        Checked impedance record on the same clock, or ``None``.

    Raises
    ------
    StudyError
        When the record is no ramp, or none of it can be judged.
    """
    rule = RampRule(least_levels=settings.least_levels)
    ramp = current_ramp(record, cell, rule=rule)
    if not ramp.attrs["is_ramp"]:
        raise StudyError("a critical current density needs a ramp of currents", found=str(ramp.attrs["reason"]))
    found = failures if failures is not None else find_failures(record, cell, impedance=checked)
    if found.attrs["not_judged"] and int(found.attrs["unjudged"]) >= int(found.attrs["half_cycles"]):
        raise StudyError(
            "levels of a ramp pass or fail only where failures can be judged", found=str(found.attrs["not_judged"])
        )
    result = critical_current(
        record, cell, failures=found, target=settings.target, voltage_limit=settings.voltage_limit, ramp_rule=rule
    )
    estimates = critical_current_estimates(result)
    attrs = result.attrs
    return Part(
        name="ccd",
        title="Critical current density",
        estimates=estimates,
        details={
            "censoring": str(attrs["censoring"]),
            "ended_by": str(attrs["ended_by"]),
            "confirmed": bool(attrs["confirmed"]),
            "failing_direction": str(attrs["failing_direction"]),
            "last_passed_A": float(attrs["last_passed"]),
            "first_failed_A": float(attrs["first_failed"]),
            "increment_A": float(attrs["increment"]),
            "time_at_failure_s": float(attrs["time_at_failure"]),
            "mode": str(attrs["mode"]),
            "protocol": str(attrs["protocol"]),
            "interfaces": str(attrs["interfaces"]),
            "other_events": [text for text in str(attrs["other_events"]).split("; ") if text],
            "not_judged": str(attrs["not_judged"]),
            "rules": [str(attrs["ramp_rule"]), str(attrs["pass_rule"])],
            "convention": str(attrs["convention"]),
        },
        records={"critical_current": result},
        figures={"ramp": describe_ramp(record, result)},
        tables={"levels": _levels(result)},
        findings=tuple(_findings(result, estimates)),
    )


def _levels(result: xr.Dataset) -> Table:
    """The table of levels in display units."""
    rows = []
    for index in range(result.sizes["level"]):
        one = result.isel(level=index)
        charge = one["charge_passed"].to_numpy() / 3.6
        outcome = "passed" if bool(one["passed"]) else str(one["failure"].item()).replace("_", " ")
        rows.append(
            (
                index + 1,
                1e3 * float(one["current"]),
                0.1 * float(one["nominal_current_density"]),
                0.1 * float(one["final_current_density"]),
                int(one["half_cycles"]),
                float(charge[0]),
                float(charge[1]),
                float(one["resistance"]),
                outcome or "-",
                str(one["reason"].item()).partition(":")[0],
            )
        )
    return Table(
        title="Levels of the ramp (charge: smallest half cycle of the level)",
        columns=(
            "level",
            "current / mA",
            "nominal / mA cm-2",
            "final area / mA cm-2",
            "half cycles",
            "stripped / mAh",
            "plated / mAh",
            "resistance / ohm",
            "outcome",
            "reason",
        ),
        rows=tuple(rows),
    )


def _findings(result: xr.Dataset, estimates: dict[str, Estimate]) -> list[str]:
    attrs = result.attrs
    findings = [_verdict(result, estimates), _protocol(result)]
    nominal, final = float(attrs["nominal_area"]), float(attrs["final_area"])
    if math.isfinite(nominal) and math.isfinite(final):
        apart = 100 * (nominal / final - 1)
        findings.append(
            f"Current densities rest on the final area; on the nominal one they would be {apart:+.2g} % apart, both ends "
            "together. [measured]"
        )
    if str(attrs["interfaces"]).startswith("symmetric"):
        findings.append(
            "A symmetric cell fails at the weaker of two interfaces: of one interface alone the Weibull scale would be "
            "2^(1/m) times higher at shape m (1.26 times at m = 3), if flaws are independent. [computed]"
        )
    findings += [
        f"{text}. [measured]"
        for text in (
            f"Other events that end no level: {attrs['other_events']}" if attrs["other_events"] else "",
            f"Not judged: {attrs['not_judged']}" if attrs["not_judged"] else "",
            f"Left out: {attrs['left_out']}" if attrs["left_out"] else "",
        )
        if text
    ]
    return findings


def _verdict(result: xr.Dataset, estimates: dict[str, Estimate]) -> str:
    """One sentence: where the cell failed, or that it did not."""
    attrs = result.attrs
    name = "critical_current_density" if "critical_current_density" in estimates else "critical_current"
    quantity, per = (
        ("current_density", float(attrs[f"{effective_basis(result)}_area"])) if name.endswith("y") else ("current", 1.0)
    )

    def level(key: str) -> str:
        return shown(float(attrs[key]) / per, quantity)

    ended = str(attrs["ended_by"])
    passed = f"up to {level('last_passed')} every level passed" if attrs["last_passed"] else "no level passed"
    if not ended:
        return f"No level failed: {passed}, so the critical current density is only bounded from below. [measured]"
    way = str(attrs["failing_direction"])
    where = f"while the anode was {'stripped' if way == 'strip' else 'plated'}"
    text = f"The ramp ended by {_ENDS[ended]} at {level('ended_current')} {where}, {shown(float(attrs['charge_at_failure']), 'charge')} into its half cycle; {passed}."
    if ended == "short":
        doubt = "" if attrs["confirmed"] else " One sign only: the short is suspected."
        reason = str(result["reason"].to_numpy()[int(attrs["ended_level"])])
        label = (
            "[measured and assumed]" if any(f"({trust})" in reason for trust in Trust if trust.weak) else "[measured]"
        )
        return f"{text} Critical current density: {worded(estimates[name])}.{doubt} {label}"
    return f"{text} That is no short: of the critical current density it says only that it lies above the last level that passed. [measured]"


def _protocol(result: xr.Dataset) -> str:
    attrs = result.attrs
    mode = str(attrs["mode"])
    target = (
        f"{shown(float(attrs['target_charge']), 'charge')} per half cycle"
        if mode == "constant capacity"
        else f"{float(attrs['target_duration']):.4g} s per half cycle"
        if mode == "constant time"
        else "neither charge nor time per half cycle was constant"
    )
    pressure = float(attrs["stack_pressure"])
    place = f" at {shown(pressure, 'stack_pressure')}" if math.isfinite(pressure) else ", stack pressure not stated"
    count = result.sizes["level"]
    return (
        f"Protocol: {count} levels, {target} ({attrs['target_from']}){place}. A critical current density depends on all of "
        "these; compare it only with ramps of the same protocol. [measured]"
    )
