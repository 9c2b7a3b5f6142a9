"""Potentials of every metal of an alloy as a part: each against its own pure metal, and together in an electrolyte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from alkanode.foundation.units import QuantityLike
from alkanode.materials import Alloy
from alkanode.plot.describe_potentials import alloy_potentials as describe
from alkanode.studies.part import Part, Table
from alkanode.studies.tables import thinned
from alkanode.studies.thermo.systems import binary_system, temperature_text
from alkanode.studies.wording import shown
from alkanode.thermo import (
    Assessment,
    Electrolyte,
    alloy_potentials,
    electrolyte_names,
    load_electrolyte,
    potential_estimates,
)

GRID = 201
"""Compositions across a binary system, where no alloy is named; odd, so that the middle is one of them."""

_MOST_ROWS = 21
_BINARY = 2


def potentials_part(
    alloys: Sequence[Alloy | str] = (),
    electrolyte: str | Electrolyte | None = None,
    *,
    temperature: QuantityLike = "25 degC",
    spread: QuantityLike = "2 K",
    reference: str | None = None,
    ion_activity: Mapping[str, float] | None = None,
    system: str | Assessment | None = None,
    suspend: Sequence[str] = (),
) -> Part:
    """Equilibrium potentials of all metals of some alloys, or across a binary system.

    Parameters
    ----------
    alloys
        Alloys by name; none is the whole range of ``system``.
    electrolyte, reference, ion_activity
        As :func:`alkanode.thermo.alloy_potentials`.
    temperature, spread
        Temperature and half width of its interval.
    system
        Shipped system or an assessment; by default that of the alloys, without alloys Na-K.
    suspend
        Phases kept out of equilibrium.

    Returns
    -------
    Part
        Record ``alloy_potentials``; estimates where there is one alloy, else a table with one row per composition.

    Raises
    ------
    PhysicsError
        As :func:`alkanode.thermo.alloy_potentials`; an unknown electrolyte is answered with the known ones.
    """
    assessment = None if system is None and alloys else binary_system(system or "Na-K")
    metals = [alloy if isinstance(alloy, Alloy) else Alloy.from_name(alloy) for alloy in alloys]
    record = alloy_potentials(
        metals if metals else np.linspace(0, 1, GRID),
        None if electrolyte is None else load_electrolyte(electrolyte),
        temperature=temperature,
        temperature_uncertainty=spread,
        reference=reference,
        ion_activity=ion_activity,
        system=assessment,
        suspend=tuple(suspend),
    )
    curve = _curve(record, metals, electrolyte, temperature, spread, reference, ion_activity, assessment, suspend)
    estimates = potential_estimates(record) if len(metals) == 1 else {}
    at = temperature_text(temperature)
    what = ", ".join(alloy.name for alloy in metals) or str(record.attrs["system"])
    medium = str(record.attrs.get("electrolyte", ""))
    return Part(
        name="potentials",
        title=f"Potentials of {what} at {at}" + (f" in {medium}" if medium else ""),
        estimates=estimates,
        details={
            "system": record.attrs["system"],
            "alloys": [alloy.name for alloy in metals],
            "temperature": at,
            "electrolyte": medium or None,
            "reference": record.attrs.get("reference"),
            "known_electrolytes": list(electrolyte_names()),
            "suspended": list(suspend),
            "potentials": _details(record) if metals else [],
        },
        records={"alloy_potentials": record},
        figures={"alloy_potentials": describe(record) if curve is None else describe(curve, alloys=record)},
        tables={"potentials": _table(record)},
        findings=_findings(record),
    )


def _curve(
    record: xr.Dataset,
    metals: Sequence[Alloy],
    electrolyte: str | Electrolyte | None,
    temperature: QuantityLike,
    spread: QuantityLike,
    reference: str | None,
    ion_activity: Mapping[str, float] | None,
    assessment: Assessment | None,
    suspend: Sequence[str],
) -> xr.Dataset | None:
    """The same potentials across the system of some alloys of two metals, as the ground on which they are drawn."""
    if not metals or record.sizes["element"] != _BINARY:
        return None
    return alloy_potentials(
        np.linspace(0, 1, GRID),
        None if electrolyte is None else load_electrolyte(electrolyte),
        temperature=temperature,
        temperature_uncertainty=spread,
        reference=reference,
        ion_activity=ion_activity,
        system=assessment or str(record.attrs["system"]),
        suspend=tuple(suspend),
    )


def _details(record: xr.Dataset) -> list[dict[str, object]]:
    """Potentials of each alloy for machines, V; ``None`` where there is none."""
    elements = [str(symbol) for symbol in record["element"].to_numpy()]
    fields = [name for name in ("electrode_potential", "potential_in_electrolyte") if name in record]
    return [
        {
            "alloy": str(at["alloy"].item()),
            "mole_fractions": dict(zip(elements, map(float, at["mole_fraction"].to_numpy()), strict=True)),
            **{f"{name}_V": dict(zip(elements, map(float, at[name].to_numpy()), strict=True)) for name in fields},
        }
        for at in (record.isel(composition=place) for place in range(record.sizes["composition"]))
    ]


def _table(record: xr.Dataset) -> Table:
    elements = [str(symbol) for symbol in record["element"].to_numpy()]
    together = "potential_in_electrolyte" in record
    reference = record.attrs.get("reference")
    columns = [f"{symbol} content" for symbol in elements] + [f"E({symbol}) against {symbol}" for symbol in elements]
    if together:
        columns += [f"E({symbol}) against {reference}" for symbol in elements]
    names = record["alloy"].to_numpy() if "alloy" in record.coords else None
    rows = []
    for place in thinned(record.sizes["composition"], _MOST_ROWS):
        at = record.isel(composition=int(place))
        row = [] if names is None else [str(names[place])]
        row += [shown(float(at["mole_fraction"].sel(element=symbol)), "mole_fraction", 3) for symbol in elements]
        row += [_volts(at["electrode_potential"].sel(element=symbol), "electrode_potential") for symbol in elements]
        if together:
            row += [
                _volts(at["potential_in_electrolyte"].sel(element=symbol), "potential_in_electrolyte")
                for symbol in elements
            ]
        rows.append(tuple(row))
    return Table(
        title="Potentials of the metals",
        columns=tuple(columns if names is None else ["alloy", *columns]),
        rows=tuple(rows),
    )


def _volts(value: xr.DataArray, quantity: str) -> str:
    """A potential, or a dash where the metal is absent or its ions do not move."""
    return shown(float(value), quantity) if np.isfinite(value) else "-"


def _findings(record: xr.Dataset) -> tuple[str, ...]:
    label = record.attrs["label"]
    if "potential_in_electrolyte" not in record:
        return (
            "Each metal is known against its own pure metal; the zeros differ, so nothing here says which metal is "
            f"oxidised first. That needs an electrolyte. [{label}]",
        )
    named = [str(metal) for metal in record["oxidised_first"].to_numpy()]
    if not any(named):
        return (f"Only one metal has a potential in {record.attrs['electrolyte']}. [{label}]",)
    first = ", ".join(dict.fromkeys(filter(None, named)))
    margins = record["oxidation_margin"].to_numpy()
    low, high = (shown(float(end), "oxidation_margin") for end in (np.nanmin(margins), np.nanmax(margins)))
    apart = low if low == high else f"{low} to {high}"
    verb = "is" if "," not in first else "are, depending on the composition,"
    unsure = bool((record["oxidation_margin_interval"].isel(bound=0) < 0).any())
    doubt = " At 95 % the order is not certain everywhere." if unsure else ""
    return (
        f"{first} {verb} oxidised first: its potential lies {apart} below the next.{doubt} That is equilibrium; how fast, it "
        f"does not say. [{label}]",
    )
