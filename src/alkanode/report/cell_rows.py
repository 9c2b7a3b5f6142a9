"""What is known of a cell, and what is not, as rows of the page."""

from __future__ import annotations

from alkanode.data.cell import Cell
from alkanode.data.cell_parts import Electrode
from alkanode.studies import shown


def cell_rows(cell: Cell) -> list[tuple[str, str]]:
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
