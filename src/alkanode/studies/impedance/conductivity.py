"""Conductivity of a blocked electrolyte as a part of a study."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from alkanode.data import Cell
from alkanode.foundation.errors import AlkanodeError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import to_si
from alkanode.impedance import arrhenius, electrolyte_conductivity
from alkanode.plot import Figure
from alkanode.plot.describe_growth import arrhenius as arrhenius_figure
from alkanode.plot.describe_impedance import nyquist
from alkanode.studies.blocks import Conductivity, Impedance
from alkanode.studies.impedance.spectra import masked_sentence, masked_spectra, usable_spectra
from alkanode.studies.part import Part, Table
from alkanode.studies.tables import displayed, headed, thinned
from alkanode.studies.wording import number, shown


def conductivity_part(spectra: xr.Dataset, cell: Cell | None, settings: Conductivity) -> Part:
    """Resistance and conductivity of every spectrum, and the activation energy where temperatures differ."""
    checks = Impedance.of(frequency_range=settings.frequency_range, drift_limit=settings.drift_limit)
    checked = usable_spectra(spectra, checks)
    thickness, area, spread = _geometry(cell, settings)
    temperature = _temperature(cell, settings)
    found = electrolyte_conductivity(
        checked,
        thickness=thickness,
        area=area,
        thickness_uncertainty=to_si(settings.thickness_uncertainty, "thickness")
        if settings.thickness_uncertainty
        else 0.0,
        area_uncertainty=spread,
        temperature=temperature,
    )
    records, missing = {"conductivity": found}, {}
    figures: dict[str, Figure] = {"nyquist": nyquist(checked, area=area)}
    estimates = _estimates(found)
    findings = _findings(found)
    if "temperature" in found.variables and np.unique(found["temperature"].to_numpy()).size > 1:
        try:
            activation = arrhenius(found)
        except AlkanodeError as reason:
            missing["activation_energy"] = str(reason)
        else:
            records["arrhenius"] = activation
            figures["arrhenius"] = arrhenius_figure(activation)
            estimates["activation_energy"] = _activation(activation)
    masked = masked_spectra(checked)
    if masked:
        findings.insert(0, masked_sentence(masked, checked.sizes["spectrum"]))
    return Part(
        name="conductivity",
        title="Conductivity of the electrolyte",
        estimates=estimates,
        details={
            "circuit": str(found.attrs["circuit"]),
            "refused": str(found.attrs["refused"]),
            "masked_spectra": masked,
        },
        records=records,
        figures=figures,
        tables={"conductivity": _table(found)},
        findings=tuple(findings),
        missing=missing,
    )


def _geometry(cell: Cell | None, settings: Conductivity) -> tuple[float | None, float | None, float]:
    """Thickness (m), area (m2) and its uncertainty, from the settings or the cell."""
    thickness = None if settings.thickness is None else to_si(settings.thickness, "thickness")
    if thickness is None and cell is not None and cell.electrolyte is not None:
        thickness = cell.electrolyte.thickness
    area = None if settings.area is None else to_si(settings.area, "area")
    spread = None if settings.area_uncertainty is None else to_si(settings.area_uncertainty, "area")
    if area is None and cell is not None:
        area, spread = cell.effective_area, spread or cell.effective_area_uncertainty
    return thickness, area, spread or 0.0


def _temperature(cell: Cell | None, settings: Conductivity) -> float | list[float] | None:
    if settings.temperatures:
        kelvin = [to_si(text, "temperature") for text in settings.temperatures]
        return kelvin[0] if len(kelvin) == 1 else kelvin
    return cell.temperature if cell is not None and cell.temperature_known else None


def _estimates(found: xr.Dataset) -> dict[str, Estimate]:
    """Resistance and conductivity of the first and, in a series, of the last spectrum."""
    rows = np.flatnonzero(np.isfinite(found["resistance"].to_numpy()))
    estimates: dict[str, Estimate] = {}
    if rows.size == 0:
        return estimates
    ends = np.unique(rows[[0, -1]])
    for end, row in zip(("first", "last"), map(int, ends), strict=False):
        name = "" if ends.size == 1 else f"{end}_"
        label = f"fitted: {found['method'].to_numpy()[row]}, spectrum {row}"
        for key, quantity, unit, fields in (
            ("electrolyte_resistance", "resistance", "ohm", ("resistance", "lower_95", "upper_95")),
            ("conductivity", "conductivity", "S m-1", ("conductivity", "conductivity_low", "conductivity_high")),
        ):
            value, low, high = (float(found[field].to_numpy()[row]) for field in fields)
            if not np.isfinite(value):
                continue
            known = np.isfinite([low, high]).all()
            estimates[name + key] = Estimate(
                value=value,
                unit=unit,
                quantity=quantity,
                interval=(low, high) if known else None,
                label=label + ("; interval: 95 % of fit and geometry" if known else ""),
            )
    return estimates


def _activation(activation: xr.Dataset) -> Estimate:
    energy, deviation = float(activation["activation_energy"]), float(activation["activation_energy_deviation"])
    half = float(activation.attrs["interval_factor"]) * deviation
    return Estimate(
        value=energy,
        unit="J mol-1",
        quantity="activation_energy",
        interval=(energy - half, energy + half),
        label=f"fitted: ln({activation.attrs['quantity']}) over 1/T at {activation.attrs['points']} points; interval: 95 %",
    )


def _findings(found: xr.Dataset) -> list[str]:
    said = []
    if found.attrs["refused"]:
        said.append(f"No conductivity is given: {found.attrs['refused']}.")
    arc = found["arc"].to_numpy()
    if (arc == "cut at the top").any():
        said.append(
            f"In {int((arc == 'cut at the top').sum())} of {arc.size} spectra the arc is cut off at the highest frequency: only "
            "the sum of bulk and grain boundaries is determined. [fitted]"
        )
    method, rows = found["method"].to_numpy(), np.flatnonzero(np.isfinite(found["resistance"].to_numpy()))
    if (method == "phase minimum").any():
        said.append(
            f"{int((method == 'phase minimum').sum())} of {method.size} resistances are the real part at the least phase, "
            "without an interval."
        )
    if rows.size:
        row = int(rows[0])
        said.append(
            f"Least phase of spectrum {row}: {number(float(np.degrees(found['phase_minimum'].to_numpy()[row])), 2)} deg at "
            f"{shown(float(found['phase_minimum_frequency'].to_numpy()[row]), 'frequency')}, where the real part is "
            f"{shown(float(found['phase_minimum_resistance'].to_numpy()[row]), 'resistance')}. [measured]"
        )
    return said


def _table(found: xr.Dataset) -> Table:
    """One row per spectrum, thinned."""
    columns: dict[str, list[Any]] = {
        "spectrum": list(range(found.sizes["spectrum"])),
        headed("resistance", "resistance"): displayed(found["resistance"], "resistance"),
        headed("standard deviation", "resistance"): displayed(found["standard_deviation"], "resistance"),
        headed("conductivity", "conductivity"): displayed(found["conductivity"], "conductivity"),
        headed("standard deviation ", "conductivity"): displayed(found["conductivity_deviation"], "conductivity"),
        "method": [str(text) for text in found["method"].to_numpy()],
        "arc": [str(text) for text in found["arc"].to_numpy()],
    }
    if "temperature" in found.variables:
        columns[headed("temperature", "temperature")] = displayed(found["temperature"], "temperature")
    kept = thinned(found.sizes["spectrum"])
    rows = tuple(tuple(column[int(row)] for column in columns.values()) for row in kept)
    return Table(title="Conductivities", columns=tuple(columns), rows=rows)
