"""One self-contained HTML page per study: it asks nothing of the network."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from alkanode.data.cell import Cell
from alkanode.data.cell_parts import Electrode
from alkanode.data.store import provenance
from alkanode.foundation.sources import Estimate, bibliography
from alkanode.plot import figure_html, plotly_script
from alkanode.studies import Outcome, Part, Table, cell_text, shown, spoken, worded

_FIGURE_TITLES = {
    "phase_diagram": "Phase diagram with the path of the anode",
    "history": "Voltage and current over time",
    "stripping": "Voltage over the charge stripped",
    "nyquist": "Impedance in the complex plane",
    "bode": "Magnitude and phase",
    "residuals": "Kramers-Kronig residuals",
    "map": "Map of relaxation times",
    "distribution": "Distributions of relaxation times",
    "recovered": "Recovered over true values",
    "cycling_trace": "Voltage and current over time",
    "profiles": "Traces of half cycles and the shapes they support",
    "shape_history": "Overpotentials over the half cycles",
    "capacity": "Capacity and coulombic efficiency over the cycles",
    "differential_capacity": "Differential capacity and its peaks",
    "voltage_profiles": "Voltage over capacity, cycle by cycle",
}

_SAME_AS = {"cycling_trace": "history"}
"""Figures that repeat another one of the page, where that one is there."""


def write_report(outcome: Outcome, path: str | Path) -> Path:
    """Write the report of a study.

    Parameters
    ----------
    outcome
        What :func:`alkanode.studies.run_study` returned.
    path
        The HTML file.

    Returns
    -------
    Path
        The file written.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render_report(outcome), encoding="utf-8")
    return target


def render_report(outcome: Outcome) -> str:
    """The report of a study as one HTML text."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    parts = outcome.ordered
    drawn = {name for part in parts for name in part.figures}
    origin = provenance(inputs={entry["file"]: entry["sha256"] for entry in outcome.inputs})
    keys = dict.fromkeys(key for part in outcome.parts for key in part.sources)
    return environment.get_template("report.html.jinja").render(
        title=outcome.study.model.title,
        summary=outcome.study.model.summary,
        cell_name=outcome.study.cell.name,
        cell=_cell_rows(outcome.study.cell),
        files=_file_rows(outcome),
        findings=[(part.title, sentence) for part in parts for sentence in part.findings],
        sections=[_section(part, outcome.study.cell.effective_area, drawn) for part in parts],
        skipped=outcome.skipped,
        not_applicable=outcome.not_applicable,
        failed=outcome.failed,
        interrupted=outcome.interrupted,
        warnings=outcome.warnings,
        origin=origin,
        settings=outcome.study.model.analyses.model_dump(),
        sources=[_reference(bibliography()[key]) for key in keys],
        bibtex="\n\n".join(bibliography()[key] for key in keys),
        plotly=plotly_script() if any(part.figures for part in parts) else "",
    )


def _template(name: str) -> str:
    return resources.files("alkanode.report").joinpath(name).read_text(encoding="utf-8")


def _section(part: Part, area: float | None, drawn: Collection[str] = ()) -> dict[str, Any]:
    """What the page shows of a part; ``drawn`` are the names of all figures of the page."""
    return {
        "name": part.name,
        "title": part.title,
        "estimates": [] if part.name == "recovery" else [_estimate_row(*item) for item in part.estimates.items()],
        "recovered": _recovered_rows(part) if part.name == "recovery" else [],
        "figures": [
            {
                "title": _FIGURE_TITLES.get(name, figure.title),
                "html": figure_html(replace(figure, title=""), div_id=f"{part.name}-{name}"),
            }
            for name, figure in part.figures.items()
            if _SAME_AS.get(name) not in drawn
        ],
        "tables": [_table(table) for table in part.tables.values()],
        "events": [event | {"charge_text": _event_charge(event, area)} for event in part.details.get("events", [])],
        "masked": part.details.get("masked_spectra", []),
        "checks": part.details.get("checks", []),
    }


def _table(table: Table) -> dict[str, Any]:
    """A table without its empty columns."""
    rows = [[cell_text(cell) for cell in row] for row in table.rows]
    kept = [i for i, _ in enumerate(table.columns) if any(row[i] not in ("", "-") for row in rows)]
    return {
        "title": table.title,
        "columns": [table.columns[i] for i in kept],
        "rows": [[row[i] for i in kept] for row in rows],
    }


def _event_charge(event: dict[str, Any], area: float | None) -> str:
    """Charge that had passed in the half cycle of an event, and per area where that is known."""
    passed = abs(float(event["half_cycle_charge"]))
    text = f"{shown(passed, 'charge')} in its half cycle"
    return text if area is None else f"{text}, {shown(passed / area, 'areal_capacity')}"


def _estimate_row(name: str, estimate: Estimate) -> dict[str, str]:
    return {"name": spoken(name), "value": worded(estimate), "label": estimate.label}


def _recovered_rows(part: Part) -> list[dict[str, str]]:
    rows = []
    for name, estimate in part.estimates.items():
        true, error = part.details["true"][name], part.details["relative_error"][name]
        where, _, what = name.partition(".")
        rows.append(
            {
                "name": f"{where}: {what.replace('_', ' ')}",
                "value": worded(estimate),
                "true": shown(true, estimate.quantity, 5),
                "error": f"{100 * error:+.2g} %",
            }
        )
    return rows


def _cell_rows(cell: Cell) -> list[tuple[str, str]]:
    """What is known of the cell, and what is not, as pairs of name and text."""
    rows = [("Anode", _electrode(cell.anode)), ("Anode is the", f"{cell.anode_role} electrode")]
    rows.append(("Counter electrode", "not stated" if cell.counter is None else _electrode(cell.counter)))
    rows.append(("Reference electrode", cell.reference or "none (two-electrode cell)"))
    if cell.electrolyte is None:
        rows.append(("Electrolyte", "not stated"))
    else:
        parts = [cell.electrolyte.material, f"{cell.electrolyte.ion} conductor"]
        if cell.electrolyte.thickness is not None:
            parts.append(shown(cell.electrolyte.thickness, "thickness") + " thick")
        if cell.electrolyte.conductivity is not None:
            parts.append(shown(cell.electrolyte.conductivity, "conductivity"))
        if len(parts) > 2:
            parts.append(f"{cell.electrolyte.trust}")
        rows.append(("Electrolyte", ", ".join(parts)))
    rows.append(("Nominal area", _with_spread(cell.area, cell.area_uncertainty, "area")))
    if cell.final_area is not None:
        rows.append(("Final area", _with_spread(cell.final_area, cell.final_area_uncertainty, "area")))
    history = [
        f"{shown(stage.pressure, 'stack_pressure')} {stage.kind} ({stage.stage}"
        + (f", {stage.duration / 60:g} min)" if stage.duration is not None else ")")
        for stage in cell.pressure_history
    ]
    rows.append(("Pressure history", "; ".join(history) or "not stated"))
    temperature = f"{shown(cell.temperature, 'temperature')} +- {cell.temperature_uncertainty:g} K"
    rows.append(("Temperature", temperature if cell.temperature_known else f"{temperature} (assumed, not stated)"))
    if cell.notes:
        rows.append(("Notes", cell.notes))
    return rows


def _electrode(electrode: Electrode) -> str:
    parts = [str(electrode.material)]
    if electrode.mass is not None:
        parts.append(_with_spread(electrode.mass, electrode.mass_uncertainty, "mass"))
    if electrode.thickness is not None:
        parts.append(shown(electrode.thickness, "thickness") + " thick")
    if electrode.coating:
        parts.append(f"coating: {electrode.coating}")
    if electrode.carbon_mass is not None:
        parts.append(f"{shown(electrode.carbon_mass, 'mass')} carbon, KC8 extent {electrode.kc8_extent:g}")
    return ", ".join(parts)


def _with_spread(value: float | None, spread: float | None, name: str) -> str:
    if value is None:
        return "not stated"
    text = shown(value, name)
    return text if spread is None else f"{text} +- {shown(spread, name, 2)}"


def _file_rows(outcome: Outcome) -> list[dict[str, str]]:
    return [{"file": entry["file"], "sha256": entry["sha256"]} for entry in outcome.inputs]


def _reference(bibtex: str) -> str:
    """One line of text from a BibTeX entry: authors, title, journal, year, doi."""
    import re

    fields = dict(re.findall(r"^\s*(\w+)\s*=\s*\{(.*)\},?\s*$", bibtex, flags=re.MULTILINE))
    text = ". ".join(
        part.rstrip(".")
        for part in (
            fields.get("author", "").replace(" and ", "; "),
            fields.get("title", ""),
            " ".join(fields.get(key, "") for key in ("journal", "volume", "pages") if key in fields),
            fields.get("year", ""),
            f"doi:{fields['doi']}" if "doi" in fields else fields.get("note", ""),
        )
        if part
    )
    return re.sub(r"[{}]|\\[\"'`^]", "", text)
