"""Numbers that papers print, next to ours, as a part: one table with role and verdict, and the reason of each that needs one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import xarray as xr

from alkanode.studies.part import Part, Table
from alkanode.studies.wording import number
from alkanode.thermo import published_comparison

_TEXT = (
    "rows",
    "source",
    "place",
    "quantity",
    "condition",
    "as_printed",
    "unit",
    "role",
    "verdict",
    "reason",
    "rests_on",
)
_CLEAR = ("agrees", "bound met")


def published_part(
    keys: Sequence[str] | None = None, *, source: str | None = None, reasons: bool = False, draws: int = 200
) -> Part:
    """Printed numbers on Li-Na-K anodes beside ours.

    Parameters
    ----------
    keys, source, draws
        As :func:`alkanode.thermo.published_comparison`.
    reasons
        Whether every verdict's reason is a finding; by default that of each which is not plain agreement.

    Returns
    -------
    Part
        Record and table ``comparison``; ``details["figures"]`` holds every row for machines, ``details["verdicts"]`` how many
        of each role have which verdict.

    Raises
    ------
    PhysicsError
        For keys or a paper without figures.
    """
    record = published_comparison(keys, source=source, draws=draws)
    rows = [_details(record.isel(figure=place)) for place in range(record.sizes["figure"])]
    counted = Counter((str(row["role"]), str(row["verdict"])) for row in rows)
    return Part(
        name="published",
        title=f"Printed numbers beside ours: {len(rows)}",
        details={
            "figures": rows,
            "verdicts": [
                {"role": role, "verdict": verdict, "figures": count}
                for (role, verdict), count in sorted(counted.items())
            ],
        },
        records={"comparison": record},
        tables={"comparison": _table(rows), "verdicts": _counts(counted)},
        findings=(
            _predictions(counted),
            *(
                f"{row['figure']}: {row['verdict']}. {row['reason']}."
                for row in rows
                if reasons or row["verdict"] not in _CLEAR
            ),
        ),
    )


def _details(at: xr.Dataset) -> dict[str, object]:
    """One printed number for machines; numbers in its own unit."""
    return {
        "figure": str(at["figure"].item()),
        **{name: str(at[name].item()) for name in _TEXT},
        "printed": [float(bound) for bound in at["printed"]],
        "ours": float(at["ours"]),
        "ours_interval": [float(bound) for bound in at["ours_interval"]],
        "ours_assessment_interval": [float(bound) for bound in at["ours_assessment_interval"]],
        "tolerance": float(at["tolerance"]),
    }


def _table(rows: Sequence[dict[str, object]]) -> Table:
    return Table(
        title="Printed and ours (T: over the temperature, A: 95 % over the assessment)",
        columns=("row", "paper", "what", "printed", "ours", "T", "A", "unit", "role", "verdict"),
        rows=tuple(
            (
                str(row["rows"]).partition(" ")[0],
                str(row["source"]),
                str(row["figure"]),
                str(row["as_printed"]),
                _digits(row["ours"]),
                _range(row["ours_interval"]),
                _range(row["ours_assessment_interval"]),
                "" if row["unit"] == "1" else str(row["unit"]),
                str(row["role"]),
                str(row["verdict"]),
            )
            for row in rows
        ),
    )


def _counts(counted: Counter[tuple[str, str]]) -> Table:
    return Table(
        title="How many of each",
        columns=("role", "verdict", "figures"),
        rows=tuple((role, verdict, count) for (role, verdict), count in sorted(counted.items())),
    )


def _predictions(counted: Counter[tuple[str, str]]) -> str:
    """What the predictions came to, since only they speak for the assessments."""
    predicted = {verdict: count for (role, verdict), count in counted.items() if role == "prediction"}
    if not predicted:
        return "None of these numbers is a prediction."
    verdicts = ", ".join(f"{verdict} {count}" for verdict, count in sorted(predicted.items()))
    return f"Predictions: {sum(predicted.values())} ({verdicts}). Only these speak for the assessments."


def _digits(value: object) -> str | None:
    return number(float(value)) if isinstance(value, float) and math.isfinite(value) else None


def _range(bounds: object) -> str | None:
    if not isinstance(bounds, list) or not all(math.isfinite(bound) for bound in bounds):
        return None
    return f"{number(bounds[0])} to {number(bounds[1])}"
