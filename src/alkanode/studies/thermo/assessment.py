"""What an assessment rests on, as a part: observations beside what it gives, coefficients, refits with numbers held out."""

from __future__ import annotations

import math

import xarray as xr

from alkanode.studies.part import Part, Table
from alkanode.studies.thermo.systems import known_system
from alkanode.studies.wording import number
from alkanode.thermo import Assessment, held_out_report, observation_table


def assessment_part(system: str | Assessment = "Na-K", *, hold_out: bool = False) -> Part:
    """Observations and coefficients of an assessment, each with its trust label.

    Parameters
    ----------
    system
        Shipped system or an assessment.
    hold_out
        Whether to refit with observations held out, which takes some seconds; of two elements only.

    Returns
    -------
    Part
        Record ``observation_table`` and, with ``hold_out``, ``held_out_report``; tables of both and of the coefficients.

    Raises
    ------
    PhysicsError
        For a system without a shipped assessment, or refits of three elements.
    """
    assessment = known_system(system)
    record = observation_table(assessment)
    records, tables = {"observation_table": record}, {"observations": _observations(record)}
    tables["coefficients"] = _coefficients(assessment)
    if hold_out:
        report = held_out_report(assessment)
        records["held_out_report"] = report
        tables["held_out"] = _held_out(report)
    fitted = record["fitted"].to_numpy()
    free = len(assessment.parameters)
    return Part(
        name="assessment",
        title=f"{assessment.name}: {assessment.system}",
        details={
            "name": assessment.name,
            "system": assessment.system,
            "description": assessment.description,
            "elements": list(assessment.elements),
            "function_range_K": list(assessment.function_range),
            "use_range_K": list(assessment.use_range),
            "label": assessment.label,
            "sources": list(assessment.sources),
            "parameters": assessment.parameters,
            "uncertainty": None if assessment.uncertainty is None else assessment.uncertainty.method,
            "observations": _details(record),
            "held_out": _predictions(records["held_out_report"]) if hold_out else None,
        },
        records=records,
        tables=tables,
        findings=(
            f"{int(fitted.sum())} observations were fitted by {free} parameters, so that their agreement is a calibration; "
            f"{int((~fitted).sum())} were only compared. Made for {assessment.use_range[0]:g} to "
            f"{assessment.use_range[1]:g} K. [{assessment.label}]",
        ),
    )


def _details(record: xr.Dataset) -> list[dict[str, object]]:
    """Observations for machines."""
    names = (
        "short",
        "quantity",
        "unit",
        "observed",
        "computed",
        "uncertainty",
        "computed_uncertainty",
        "pull",
        "fitted",
    )
    columns = {name: record[name].to_numpy() for name in (*names, "trust", "source")}
    return [
        {name: column[place].item() for name, column in columns.items()} for place in range(record.sizes["observation"])
    ]


def _observations(record: xr.Dataset) -> Table:
    rows = []
    for one in _details(record):
        rows.append(
            (
                str(one["short"]),
                str(one["unit"]),
                *(
                    _digits(one[name])
                    for name in ("observed", "uncertainty", "computed", "computed_uncertainty", "pull")
                ),
                "calibration" if one["fitted"] else "compared only",
                str(one["trust"]),
                str(one["source"]),
            )
        )
    return Table(
        title="Observations",
        columns=("what", "unit", "observed", "+-", "computed", "+-", "pull", "role", "trust", "source"),
        rows=tuple(rows),
    )


def _digits(value: object) -> str | None:
    return number(float(value)) if isinstance(value, float) and math.isfinite(value) else None


def _coefficients(assessment: Assessment) -> Table:
    known = assessment.uncertainty
    spread = (
        {}
        if known is None
        else {name: math.sqrt(known.covariance[place][place]) for place, name in enumerate(known.parameters)}
    )
    rows = []
    for entry in assessment.excess:
        for what in ("constant", "slope"):
            value = float(getattr(entry, what))
            if what == "slope" and value == 0:
                continue
            unit = "J mol-1" if what == "constant" else "J mol-1 K-1"
            sigma = spread.get(f"{entry.name} {what}")
            rows.append((entry.name, what, unit, number(value, 6), _digits(sigma), entry.trust.value, entry.source))
    return Table(
        title="Coefficients (uncertainties are strongly correlated)",
        columns=("coefficient", "part", "unit", "value", "+-", "trust", "source"),
        rows=tuple(rows),
    )


def _predictions(report: xr.Dataset) -> list[dict[str, object]]:
    """What each refit predicts of what it did not see, for machines."""
    short, unit = (report[name].to_numpy() for name in ("short", "unit"))
    found: list[dict[str, object]] = []
    for refit in report["refit"].to_numpy():
        at = report.sel(refit=refit)
        for place in (~at["fitted"].to_numpy()).nonzero()[0]:
            one = at.isel(observation=place)
            numbers = {name: float(one[name]) for name in ("observed", "uncertainty", "computed", "pull")}
            found.append({"refit": str(refit), "short": str(short[place]), "unit": str(unit[place]), **numbers})
    return found


def _held_out(report: xr.Dataset) -> Table:
    """One row per observation, one column per refit; a number that the refit did not see is marked as predicted."""
    refits = [str(name) for name in report["refit"].to_numpy()]
    rows = []
    for place in range(report.sizes["observation"]):
        one = report.isel(observation=place)
        cells = []
        for refit in refits:
            at = one.sel(refit=refit)
            text = number(float(at["computed"]))
            cells.append(text if bool(at["fitted"]) else f"{text} predicted")
        rows.append((str(one["short"].item()), str(one["unit"].item()), number(float(one["observed"])), *cells))
    return Table(
        title="Refits with observations held out (without 'predicted': fitted, so a calibration)",
        columns=("what", "unit", "observed", *refits),
        rows=tuple(rows),
    )
