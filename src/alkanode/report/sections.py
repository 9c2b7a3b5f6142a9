"""Sections of a page: one part of a study in words, numbers, tables and figures, ready for the template."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from importlib import resources
from typing import Any

from alkanode.foundation.sources import Estimate
from alkanode.plot import figure_html
from alkanode.studies import Part, Table, cell_text, shown, spoken, worded

_FIGURE_TITLES = {
    "phase_diagram": "Phase diagram with the path of the anode",
    "isothermal_section": "Isothermal section of three metals",
    "gibbs_curves": "Gibbs energies and common tangents",
    "stripping_path": "Phases and potential while metal is stripped",
    "plating_path": "Phases and potential while metal is plated",
    "anode_paths": "Liquid fraction and potential along the charge",
    "alloy_potentials": "Potentials of the metals over composition",
    "ion_exchange": "Exchange of metals with the electrolyte",
    "lever_rule": "Electrodes before and after a charge",
    "liquid_window": "Liquid window over temperature",
    "metal_stabilisation": "Chemical potentials against the pure metals",
    "lithium_film": "Lithium in a film of Na-K, and its limiting current",
    "history": "Voltage and current over time",
    "stripping": "Voltage over the charge stripped",
    "nyquist": "Impedance in the complex plane",
    "bode": "Magnitude and phase",
    "residuals": "Kramers-Kronig residuals",
    "drift": "Drift during the sweeps",
    "map": "Map of relaxation times",
    "tracks": "Tracked peaks",
    "distribution": "Distributions of relaxation times",
    "regularisation": "Choice of the regularisation",
    "circuit_residuals": "Residuals of the circuit",
    "circuit_parameters": "Resistances of the circuit along the run",
    "growth": "Growth of the resistance at rest",
    "arrhenius": "Activation of the conductivity",
    "rivals": "Rivals for the peaks",
    "constriction": "Constriction of current to contact spots",
    "active_area": "Area fraction in contact",
    "recovered": "Recovered over true values",
    "cycling_trace": "Voltage and current over time",
    "model_voltage": "Voltage, measured and of the model",
    "model_numbers": "The model over the measurement",
    "anode_depths": "Inside the simulated anode",
    "contact_share": "Contact at the interfaces of the model",
    "profiles": "Traces of half cycles and the shapes they support",
    "shape_history": "Overpotentials over the half cycles",
    "capacity": "Capacity and coulombic efficiency over the cycles",
    "differential_capacity": "Differential capacity and its peaks",
    "voltage_profiles": "Voltage over capacity, cycle by cycle",
}

_SAME_AS = {"cycling_trace": "history"}
"""Figures that repeat another one of the page, where that one is there."""


def template(name: str) -> str:
    """The text of a template by its file name."""
    return resources.files("alkanode.report").joinpath(name).read_text(encoding="utf-8")


def section(part: Part, area: float | None, drawn: Collection[str] = ()) -> dict[str, Any]:
    """What the page shows of a part; ``drawn`` are the names of all figures of the page."""
    return {
        "name": part.name,
        "title": part.title,
        "estimates": [
            estimate_row(name, one)
            for name, one in part.estimates.items()
            if part.name != "recovery" and (part.listed is None or name in part.listed)
        ],
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


def estimate_row(name: str, estimate: Estimate) -> dict[str, str]:
    """Name, value with interval, and label of a headline number."""
    return {"name": spoken(name), "value": worded(estimate), "label": estimate.label}


def reference(bibtex: str) -> str:
    """One line of text from a BibTeX entry: authors, title, journal, year, doi."""
    import re

    fields = dict(re.findall(r"^\s*(\w+)\s*=\s*\{(.*)\},?\s*$", bibtex, flags=re.MULTILINE))
    text = ". ".join(
        part.rstrip(".")
        for part in (
            fields.get("author", "").replace(" and others", " et al.").replace(" and ", "; "),
            fields.get("title", ""),
            " ".join(fields.get(key, "") for key in ("journal", "volume", "pages") if key in fields),
            fields.get("year", ""),
            f"doi:{fields['doi']}" if "doi" in fields else fields.get("note", ""),
        )
        if part
    )
    return re.sub(r"[{}]|\\[\"'`^]", "", text)
