"""One self-contained HTML page per series: what all cells say together first, then a compact section per cell."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from alkanode.data.store import provenance
from alkanode.foundation.sources import bibliography
from alkanode.plot import plotly_script
from alkanode.report.sections import estimate_row, reference, section, template
from alkanode.studies import Member, SeriesOutcome, shown

_PICTURES = ("stripping", "ramp", "history")
"""Figure that stands for a cell: the first of these that it has."""


def write_series_report(outcome: SeriesOutcome, path: str | Path) -> Path:
    """Write the report of a series.

    Parameters
    ----------
    outcome
        What :func:`alkanode.studies.run_series` returned.
    path
        The HTML file.

    Returns
    -------
    Path
        The file written.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render_series_report(outcome), encoding="utf-8")
    return target


def render_series_report(outcome: SeriesOutcome) -> str:
    """The report of a series as one HTML text; pictures of cells are those of their folders."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(template), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    model = outcome.series.model
    keys = dict.fromkeys(key for part in outcome.parts for key in part.sources)
    sections = [section(part, None) for part in outcome.parts]
    return environment.get_template("report.html.jinja").render(
        title=model.title,
        summary=model.summary,
        cell_name=f"{len(outcome.members)} of {len(outcome.series.members)} cells",
        cell=[(member.name, _cell_text(member)) for member in outcome.members],
        files=outcome.inputs,
        findings=[(part.title, sentence) for part in outcome.parts for sentence in part.findings],
        sections=[*sections, *(_cell_section(one, n) for n, one in enumerate(outcome.members, start=1))],
        skipped=_reasons(outcome, "skipped"),
        not_applicable=_reasons(outcome, "not_applicable"),
        failed=outcome.failed,
        interrupted=outcome.interrupted,
        warnings=outcome.warnings,
        origin=provenance(inputs={entry["file"]: entry["sha256"] for entry in outcome.inputs}),
        settings=model.model_dump(exclude={"cells"}),
        sources=[reference(bibliography()[key]) for key in keys],
        bibtex="\n\n".join(bibliography()[key] for key in keys),
        plotly=plotly_script() if any(part.figures for part in outcome.parts) else "",
    )


def _cell_section(member: Member, number: int) -> dict[str, Any]:
    """Headline numbers, findings and one picture of a cell."""
    findings = [[str(sentence)] for sentence in member.results["findings"]]
    tables = [{"title": "Findings", "columns": ["finding"], "rows": findings}] if findings else []
    return {
        "name": f"cell-{number}",
        "title": member.name,
        "estimates": [
            estimate_row(key, one)
            for part, many in member.estimates.items()
            if part != "phases"
            for key, one in many.items()
        ],
        "figures": _picture(member),
        "tables": tables,
        "events": [],
        "masked": [],
        "checks": [],
    }


def _picture(member: Member) -> list[dict[str, str]]:
    """The figure that stands for a cell, as it was written into the cell's folder."""
    for name in _PICTURES:
        path = None if member.folder is None else member.folder / "figures" / f"{name}.png"
        if path is not None and f"figures/{name}.png" in member.written and path.is_file():
            data = base64.b64encode(path.read_bytes()).decode("ascii")
            picture = f'<img src="data:image/png;base64,{data}" alt="{name} of this cell" style="max-width: 100%">'
            return [{"title": name.capitalize(), "html": picture}]
    return []


def _cell_text(member: Member) -> str:
    """What tells the cell from the others, in one line."""
    cell = member.cell
    parts = [str(cell.anode.material)]
    if cell.anode.mass is not None:
        parts.append(shown(cell.anode.mass, "mass"))
    if cell.effective_area is not None:
        parts.append(shown(cell.effective_area, "area") + (" (final)" if cell.final_area is not None else ""))
    parts.append("pressure not stated" if cell.stack_pressure is None else shown(cell.stack_pressure, "stack_pressure"))
    at = f"{shown(cell.temperature, 'temperature')} +- {cell.temperature_uncertainty:g} K"
    parts.append(at if cell.temperature_known else f"{at} (assumed, not stated)")
    if cell.anode.carbon_mass is not None:
        parts.append(f"{shown(cell.anode.carbon_mass, 'mass')} carbon, KC8 extent {cell.anode.kc8_extent:g} (assumed)")
    if cell.notes:
        parts.append(cell.notes)
    return "; ".join(parts)


def _reasons(outcome: SeriesOutcome, kind: str) -> dict[str, str]:
    """Why something was skipped or does not apply, of all cells together and of each."""
    own = {
        f"{member.name}: {part}": str(reason)
        for member in outcome.members
        for part, reason in member.results.get(kind, {}).items()
    }
    return {**(outcome.skipped if kind == "skipped" else outcome.not_applicable), **own}
