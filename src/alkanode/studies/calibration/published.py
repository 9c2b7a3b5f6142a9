"""Printed figures beside the cell models, as a part: the table, alloys held out, laws compared, and what it comes to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import xarray as xr

from alkanode.foundation.runtime import Progress
from alkanode.studies.part import Part, Table
from alkanode.studies.wording import number

_TEXT = ("paper", "place", "quantity", "printed", "unit", "status", "verdict", "reason", "model_text")


def published_model_part(
    figures: Sequence[str] | None = None, *, paper: str | None = None, progress: Progress | None = None
) -> Part:
    """Printed figures beside the cell models.

    Parameters
    ----------
    figures, paper, progress
        As :func:`alkanode.cell_models.published.model_comparison`. Alloys held out and laws are added where all figures of
        Wu2025 are asked for.

    Returns
    -------
    Part
        ``details["figures"]``: one mapping per figure with ``id``, ``published``, ``model``, ``interval``, ``baseline``, ``status``,
        ``verdict``, ``reason`` and the rest; numbers in the paper's ``unit``. ``details["held_out"]``, ``details["laws"]``.

    Raises
    ------
    StudyError
        For a figure or paper that is not known.
    """
    from alkanode.cell_models.published import model_comparison

    record = model_comparison(figures, paper=paper, progress=progress)
    rows = [_details(record.isel(figure=place)) for place in range(record.sizes["figure"])]
    details: dict[str, object] = {"figures": rows}
    records = {"comparison": record}
    tables = {"comparison": _table(rows)}
    findings = [_predictions(rows), *(f"{row['id']}: {row['verdict']}. {row['reason']}." for row in rows if _told(row))]
    if figures is None and paper in (None, "Wu2025"):
        more_records, more_tables, more_details, more_findings = _laws()
        records |= more_records
        tables |= more_tables
        details |= more_details
        findings += more_findings
    counted = Counter((str(row["status"]), str(row["verdict"])) for row in rows)
    details["verdicts"] = [
        {"status": status, "verdict": verdict, "figures": count} for (status, verdict), count in sorted(counted.items())
    ]
    tables["verdicts"] = Table(
        title="How many of each",
        columns=("status", "verdict", "figures"),
        rows=tuple((status, verdict, count) for (status, verdict), count in sorted(counted.items())),
    )
    return Part(
        name="published_model",
        title=f"Printed figures beside the cell models: {len(rows)}",
        details=details,
        records=records,
        tables=tables,
        findings=tuple(findings),
    )


def _details(at: xr.Dataset) -> dict[str, object]:
    published = float(at["published"])
    return {
        "id": str(at["figure"].item()),
        "published": published,
        "model": float(at["model"]),
        "interval": [float(end) for end in at["interval"]],
        "baseline": float(at["baseline"]),
        "relative_error": float(at["model"]) / published - 1 if published else math.nan,
        "built_in": bool(at["built_in"]),
        **{name: str(at[name].item()) for name in _TEXT},
    }


def _told(row: dict[str, object]) -> bool:
    return row["verdict"] in ("differs", "bound broken")


def _table(rows: Sequence[dict[str, object]]) -> Table:
    return Table(
        title="Printed, model, baseline",
        columns=("figure", "paper", "what", "printed", "model", "interval", "baseline", "unit", "status", "verdict"),
        rows=tuple(
            (
                str(row["id"]),
                str(row["paper"]),
                str(row["quantity"]),
                str(row["printed"]),
                str(row["model_text"]) or _shown(row["model"]),
                _range(row["interval"]),
                _shown(row["baseline"]),
                "" if row["unit"] == "1" else str(row["unit"]),
                str(row["status"]),
                str(row["verdict"]),
            )
            for row in rows
        ),
    )


def _shown(value: object) -> str | None:
    if not isinstance(value, float) or math.isnan(value):
        return None
    return number(value) if math.isfinite(value) else "none found"


def _range(ends: object) -> str | None:
    if not isinstance(ends, list) or any(math.isnan(end) for end in ends):
        return None
    shown = [number(end) if math.isfinite(end) else "no end" for end in ends]
    return " to ".join(shown)


def _predictions(rows: Sequence[dict[str, object]]) -> str:
    predicted = [row for row in rows if row["status"] == "predicted"]
    if not predicted:
        return "None of these figures is a prediction."
    counted = Counter(str(row["verdict"]) for row in predicted if not row["built_in"])
    verdicts = ", ".join(f"{verdict} {count}" for verdict, count in sorted(counted.items()))
    certain = sum(bool(row["built_in"]) for row in predicted)
    return (
        f"Predictions that could have failed: {sum(counted.values())} ({verdicts}); {certain} more are arithmetic or built into the "
        "equations. Only the first speak for the models, and not where the baseline does as well."
    )


def _laws() -> tuple[dict[str, xr.Dataset], dict[str, Table], dict[str, object], list[str]]:
    from alkanode.cell_models.published.transport_fits import held_out_alloys, transport_evidence

    one, two = held_out_alloys(), held_out_alloys(("D", "b"))
    laws = transport_evidence()
    held = [_held(record.isel(datum=k), fitted) for record, fitted in ((one, "D"), (two, "D, b")) for k in range(3)]
    names = ("tuned", "data", "log_likelihood", "bic", "log_evidence", "mean_error", "largest_error")
    rows = [
        {
            "variant": str(at["variant"].item()),
            "tuned_names": str(at["tuned_names"].item()),
            "remark": str(at["remark"].item()),
            **{name: float(at[name]) for name in names},
        }
        for at in (laws.isel(variant=k) for k in range(laws.sizes["variant"]))
    ]
    tables = {
        "held_out": Table(
            title="Fitted to two alloys, predicting the third (critical stripping capacity)",
            columns=(
                "alloy",
                "fitted",
                "printed / mAh g-1",
                "predicted / mAh g-1",
                "error / %",
                "liquidus, nothing fitted / %",
            ),
            rows=tuple(
                (
                    str(row["alloy"]),
                    str(row["fitted"]),
                    _number(row, "published"),
                    _number(row, "predicted"),
                    100 * _number(row, "relative_error"),
                    100 * _number(row, "baseline_error"),
                )
                for row in held
            ),
        ),
        "laws": Table(
            title=f"Laws and fits; scatter between cells of {laws.attrs['scatter']:.0%} assumed",
            columns=(
                "law",
                "tuned numbers",
                "data",
                "log likelihood",
                "BIC",
                "log evidence",
                "mean error / %",
                "largest / %",
            ),
            rows=tuple(
                (
                    str(row["variant"]),
                    str(row["tuned_names"]) or "none",
                    int(_number(row, "data")),
                    _number(row, "log_likelihood"),
                    _number(row, "bic"),
                    _number(row, "log_evidence"),
                    100 * _number(row, "mean_error"),
                    100 * _number(row, "largest_error"),
                )
                for row in rows
            ),
        ),
    }
    records = {"held_out": one, "held_out_slope": two, "laws": laws}
    return records, tables, {"held_out": held, "laws": rows}, _sentences(one, laws)


def _held(at: xr.Dataset, fitted: str) -> dict[str, object]:
    return {
        "alloy": str(at["datum"].item()),
        "fitted": fitted,
        "published": float(at["measured"]) / 3600,
        "predicted": float(at["predicted"]) / 3600,
        "relative_error": float(at["relative_error"]),
        "baseline": float(at["baseline"]) / 3600,
        "baseline_error": float(at["baseline_error"]),
        "fitted_value": float(at["fitted_value"]),
        "status": "predicted",
    }


def _number(row: dict[str, object], name: str) -> float:
    value = row[name]
    return float(value) if isinstance(value, int | float) else math.nan


def _sentences(held: xr.Dataset, laws: xr.Dataset) -> list[str]:
    errors = held["relative_error"].to_numpy()
    inside = int((abs(errors) <= 0.2).sum())
    shown = ", ".join(
        f"{name} {100 * error:+.0f} %" for name, error in zip(held["datum"].to_numpy(), errors, strict=True)
    )

    def of(variant: str, name: str) -> float:
        return float(laws[name].sel(variant=variant))

    gain = of("currents: transport, D from the capacities", "log_likelihood") - of(
        "currents: share of sodium", "log_likelihood"
    )
    odds = of("currents: transport, D from the capacities", "log_evidence") - of(
        "currents: share of sodium", "log_evidence"
    )
    return [
        f"The transport coefficient fitted to two alloys predicts the third: {shown}; {inside} of 3 within 20 %.",
        f"Mean in-sample error of the capacities: {100 * of('capacities: D', 'mean_error'):.0f} % with one tuned number, "
        f"{100 * of('capacities: D and its slope with potassium', 'mean_error'):.0f} % with two, "
        f"{100 * of('capacities: bulk at its liquidus', 'mean_error'):.0f} % for the liquidus with none.",
        f"Critical current densities: transport with one number tuned gains {gain:+.2f} in log likelihood and {odds:+.2f} in log evidence over "
        "a law proportional to the share of sodium, which also tunes one: " + ("a gain." if odds > 1 else "no gain."),
        "The scatter between cells is assumed: with s instead of 13 % differences of squared residuals scale by (13 % / s) squared.",
    ]
