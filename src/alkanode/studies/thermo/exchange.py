"""Exchange of metals between an alloy and the ions of an electrolyte, as a part."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import xarray as xr

from alkanode.foundation.units import QuantityLike
from alkanode.materials import Alloy
from alkanode.plot.describe_potentials import ion_exchange as describe
from alkanode.studies.part import Part, Table
from alkanode.studies.tables import thinned
from alkanode.studies.thermo.systems import temperature_text
from alkanode.studies.wording import number, percent, shown
from alkanode.thermo import Electrolyte, exchange_estimates, ion_exchange

_MOST_ROWS = 12


def exchange_part(
    alloy: Alloy | str,
    electrolyte: str | Electrolyte,
    *,
    ions: Mapping[str, QuantityLike],
    electrolyte_volume: QuantityLike,
    mass: QuantityLike,
    temperature: QuantityLike = "25 degC",
    suspend: Sequence[str] = (),
) -> Part:
    """How far an alloy and an electrolyte exchange their metals, and what limits it.

    Parameters
    ----------
    alloy
        An alloy of two metals, or its name.
    electrolyte
        Name of a shipped one, or one with potentials of your own.
    ions
        Concentration by ion at the start.
    electrolyte_volume, mass
        Of the electrolyte and of the alloy.
    temperature
        K or text.
    suspend
        Phases kept out of equilibrium.

    Returns
    -------
    Part
        Record ``ion_exchange`` and its estimates; a table along the extent.

    Raises
    ------
    PhysicsError
        As :func:`alkanode.thermo.ion_exchange`.
    """
    record = ion_exchange(
        alloy,
        electrolyte,
        ions=ions,
        electrolyte_volume=electrolyte_volume,
        mass=mass,
        temperature=temperature,
        suspend=tuple(suspend),
    )
    attrs = record.attrs
    reached, largest = float(record["equilibrium_extent"]), float(record["largest_extent"])
    share = percent(reached / largest) if largest > 0 else "none"
    precipitate = f" {attrs['salt']} may precipitate." if attrs["salt"] else ""
    return Part(
        name="ion_exchange",
        title=f"Exchange of {attrs['alloy']} with {attrs['electrolyte']} at {temperature_text(temperature)}",
        estimates=exchange_estimates(record),
        details={
            "alloy": attrs["alloy"],
            "electrolyte": attrs["electrolyte"],
            "plated": attrs["plated"],
            "dissolved": attrs["dissolved"],
            "salt": attrs["salt"] or None,
            "temperature": temperature_text(temperature),
        },
        records={"ion_exchange": record},
        figures={"ion_exchange": describe(record)},
        tables={"exchange": _table(record)},
        findings=(
            f"{attrs['dissolved']} dissolves and {attrs['plated']} is plated until {share} of what is possible has been "
            f"exchanged.{precipitate} How fast, thermodynamics does not say. [{attrs['label']}]",
        ),
    )


def _table(record: xr.Dataset) -> Table:
    elements = [str(symbol) for symbol in record["element"].to_numpy()]
    rows = []
    for place in thinned(record.sizes["point"], _MOST_ROWS):
        at = record.isel(point=int(place))
        rows.append(
            (
                number(float(at["extent"])),
                *(shown(float(at["mole_fraction"].sel(element=symbol)), "mole_fraction") for symbol in elements),
                *(number(float(at["ion_activity"].sel(element=symbol))) for symbol in elements),
                shown(drive, "driving_potential") if math.isfinite(drive := float(at["driving_potential"])) else None,
            )
        )
    return Table(
        title="Along the exchange (moles per mole of atoms)",
        columns=(
            "extent",
            *(f"{symbol} in the alloy" for symbol in elements),
            *(f"a({symbol}+)" for symbol in elements),
            "driving potential",
        ),
        rows=tuple(rows),
    )
