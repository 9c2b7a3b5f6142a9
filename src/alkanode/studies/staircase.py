"""A current staircase as a part of a study."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.electrochem import StaircaseRule, staircase, staircase_estimates
from alkanode.foundation.errors import SchemaError, StudyError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import to_si
from alkanode.plot.describe_staircase import rest_relaxation, staircase_trace, steady_against_current
from alkanode.plot.description import Figure
from alkanode.studies.blocks import Staircase
from alkanode.studies.part import Part, Table
from alkanode.studies.wording import number, shown, worded


def staircase_part(record: xr.Dataset, cell: Cell | None, settings: Staircase, checked: xr.Dataset | None) -> Part:
    """Levels of a staircase: steady voltages, resistances, relaxation, and the current at which the electrode fails.

    Parameters
    ----------
    record
        Cycling record.
    cell
        The cell, or ``None`` for a bare file.
    settings
        Block of the study.
    checked
        Checked impedance record on the same clock, or ``None``.

    Raises
    ------
    StudyError
        Says why the record is no staircase.
    """
    rule = StaircaseRule(steady_rate=to_si(settings.steady_rate, "ramp_rate"), least_levels=settings.least_levels)
    try:
        levels = staircase(record, cell, impedance=checked, rule=rule)
    except SchemaError as reason:
        raise StudyError(reason.needed, found=reason.found) from reason
    estimates = staircase_estimates(levels, cell)
    area = None if cell is None else cell.effective_area
    figures: dict[str, Figure] = {"staircase": staircase_trace(record, levels, area=area)}
    if np.isfinite(levels["steady_voltage"].to_numpy()).any():
        figures["steady_voltage"] = steady_against_current(levels, area=area)
    if (levels["relaxation_model"].to_numpy() != "").any():
        figures["relaxation"] = rest_relaxation(record, levels)
    return Part(
        name="staircase",
        title="Current staircase",
        estimates=estimates,
        details={
            "levels": int(levels.sizes["level"]),
            "branches": int(levels.sizes["staircase_branch"]),
            "not_passed": {
                int(i): str(levels["failure"].to_numpy()[i]) for i in np.flatnonzero(~levels["passed"].to_numpy())
            },
            "spectra_in_current": [str(text) for text in levels["spectra_in_current"].to_numpy()],
            "spectra_in_rest": [str(text) for text in levels["spectra_in_rest"].to_numpy()],
            "spectra_in_drift": [str(text) for text in levels["spectra_in_drift"].to_numpy()],
            "linear": [bool(one) for one in levels["linear"].to_numpy()],
            "rule": str(levels.attrs["rule"]),
        },
        records={"staircase": levels},
        figures=figures,
        tables={"levels": _levels(levels), "relaxation": _relaxation(levels)},
        findings=tuple(_findings(levels, estimates)),
    )


def _levels(levels: xr.Dataset) -> Table:
    """One row per level."""
    known = bool(np.isfinite(levels["current_density"].to_numpy()).any())
    current = 0.1 * levels["current_density"].to_numpy() if known else 1e3 * levels["current"].to_numpy()
    capacity = (
        levels["areal_capacity"].to_numpy() / 3.6e4 if known else np.abs(levels["charge_passed"].to_numpy()) / 3.6
    )
    delays = [f"R at {delay:g} s / ohm" for delay in levels["delay"].to_numpy()]
    return Table(
        title="Levels",
        columns=(
            "level",
            "direction",
            "current density / mA cm-2" if known else "current / mA",
            "passed charge / mAh cm-2" if known else "passed charge / mAh",
            "steady voltage / mV",
            "drift at the end / mV min-1",
            *delays,
            "R at the end / ohm",
            "result",
        ),
        rows=tuple(
            (
                i,
                str(levels["direction"].to_numpy()[i]),
                float(current[i]),
                float(capacity[i]),
                1e3 * float(levels["steady_voltage"][i]),
                6e4 * float(levels["end_rate"][i]),
                *(float(value) for value in levels["resistance"].to_numpy()[i]),
                float(levels["end_resistance"][i]),
                str(levels["failure"].to_numpy()[i]).replace("_", " ")
                or ("passed" if bool(levels["steady"][i]) else "passed, drifting"),
            )
            for i in range(levels.sizes["level"])
        ),
    )


def _relaxation(levels: xr.Dataset) -> Table:
    """One row per rest."""
    tau, amplitude = levels["time_constant"].to_numpy(), 1e3 * levels["relaxation_amplitude"].to_numpy()
    return Table(
        title="Rests",
        columns=(
            "after level",
            "model",
            "duration / s",
            "relaxed voltage / mV",
            "time constant 1 / s",
            "amplitude 1 / mV",
            "time constant 2 / s",
            "amplitude 2 / mV",
        ),
        rows=tuple(
            (
                i,
                str(levels["relaxation_model"].to_numpy()[i]) or str(levels["relaxation_reason"].to_numpy()[i]),
                float(levels["rest_duration"][i]),
                1e3 * float(levels["relaxed_voltage"][i]),
                *(float(value) for pair in zip(tau[i], amplitude[i], strict=True) for value in pair),
            )
            for i in range(levels.sizes["level"])
        ),
    )


def _findings(levels: xr.Dataset, estimates: dict[str, Estimate]) -> list[str]:
    found = []
    for word in ("stripping", "plating"):
        critical = estimates.get(f"critical_{word}_current")
        if critical is not None:
            found.append(_critical(levels, critical, word))
        resistance = estimates.get(f"{word}_resistance")
        if resistance is not None:
            direction = "strip" if word == "stripping" else "plate"
            branch = int(levels["branch"].to_numpy()[levels["direction"].to_numpy() == direction][0])
            line = (
                "follows the current in a straight line" if bool(levels["linear"][branch]) else "bends with the current"
            )
            worst = number(100 * float(levels["linear_worst"][branch]), 2)
            found.append(
                f"The steady voltage {line}: {worded(resistance)}, with the levels within {worst} % of the range. [fitted]"
            )
    drifting = np.flatnonzero(~levels["steady"].to_numpy() & levels["passed"].to_numpy())
    if drifting.size:
        which = ", ".join(str(i) for i in drifting)
        found.append(f"The voltage still drifted at the end of level {which}: no steady state was reached. [measured]")
    sweeps = sum(len(str(text).split()) for text in levels["spectra_in_drift"].to_numpy())
    if sweeps:
        found.append(
            f"{sweeps} spectra were taken while the voltage drifted; their low frequencies are doubtful. [measured]"
        )
    return found


def _critical(levels: xr.Dataset, critical: Estimate, word: str) -> str:
    if critical.value is None:
        return f"No critical {word} current can be given: {critical.label.partition('cannot be said: ')[2].partition('; on the')[0]}. [measured]"
    low, high = critical.interval or (0.0, float("inf"))
    if not np.isfinite(high):
        return f"No level of {word} failed: the critical {word} current lies above {shown(low, critical.quantity)}. [measured]"
    direction = "strip" if word == "stripping" else "plate"
    names = levels["failure"].to_numpy()[levels["direction"].to_numpy() == direction]
    cause = next(
        (str(name).replace("_", " ") for name in names if name not in ("", "cut short", "after a failure")), "failure"
    )
    bounds = f"above {shown(low, critical.quantity)} and at most {shown(high, critical.quantity)}"
    return f"The critical {word} current lies {bounds} ({cause}). It is no critical current density of a symmetric test. [measured]"
