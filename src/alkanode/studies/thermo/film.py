"""A film of liquid Na-K on lithium as a part: how much lithium it dissolves, and which current that lets pass."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from alkanode.foundation.units import QuantityLike
from alkanode.materials import Alloy
from alkanode.plot.describe_film import lithium_film as describe
from alkanode.studies.part import Part, Table
from alkanode.studies.tables import thinned
from alkanode.studies.thermo.systems import temperature_text
from alkanode.studies.wording import percent, shown
from alkanode.thermo import film_estimates, lithium_film

_MOST_ROWS = 11


def film_part(
    alloys: Sequence[Alloy | str] = (),
    *,
    thickness: QuantityLike,
    diffusivity: QuantityLike | None = None,
    temperature: QuantityLike = "27 degC",
    spread: QuantityLike = "2 K",
) -> Part:
    """Solubility of lithium in Na-K liquids and the limiting current density of a film of them.

    Parameters
    ----------
    alloys
        Na-K liquids by name; none is the whole liquid window.
    thickness
        Of the film.
    diffusivity
        Of lithium in it; by default that of sodium is assumed.
    temperature, spread
        Temperature and half width of its interval. The default is that of :cite:`Park2021`.

    Returns
    -------
    Part
        Record ``lithium_film``; estimates where there is one alloy.

    Raises
    ------
    PhysicsError
        As :func:`alkanode.thermo.lithium_film`.
    """
    metals = [alloy if isinstance(alloy, Alloy) else Alloy.from_name(alloy) for alloy in alloys]
    record = lithium_film(
        metals or None,
        thickness=thickness,
        diffusivity=diffusivity,
        temperature=temperature,
        temperature_uncertainty=spread,
    )
    low, high = float(record["solubility"].min()), float(record["solubility"].max())
    currents = record["limiting_current_density"]
    lets = " to ".join(
        dict.fromkeys(shown(float(end), "limiting_current_density") for end in (currents.min(), currents.max()))
    )
    dissolves = " to ".join(dict.fromkeys(percent(end) for end in (low, high)))
    return Part(
        name="lithium_film",
        title=f"Film of Na-K on lithium at {temperature_text(temperature)}",
        estimates=film_estimates(record) if record.sizes["composition"] == 1 else {},
        details={
            "alloys": [alloy.name for alloy in metals],
            "temperature": temperature_text(temperature),
            "thickness_m": float(record.attrs["thickness"]),
            "diffusion_coefficient": record.attrs["diffusion_coefficient_trust"],
            "films": _films(record),
        },
        records={"lithium_film": record},
        figures={"lithium_film": describe(record)},
        tables={"films": _table(record)},
        findings=(
            f"The liquid dissolves {dissolves} of Li (of all atoms), and the film lets {lets} pass while Li is stripped "
            f"through it. [{record.attrs['label']}]",
        ),
    )


def _films(record: xr.Dataset) -> list[dict[str, float]]:
    """Every film for machines, SI."""
    units = {"solubility": "", "concentration": "_mol_m-3", "limiting_current_density": "_A_m-2"}
    return [
        {
            "mole_fraction_of_Na_before": float(at["host_mole_fraction"]),
            **{f"{name}{unit}": float(at[name]) for name, unit in units.items()},
        }
        for at in (record.isel(composition=place) for place in range(record.sizes["composition"]))
    ]


def _table(record: xr.Dataset) -> Table:
    rows = []
    for place in thinned(record.sizes["composition"], _MOST_ROWS):
        at = record.isel(composition=int(place))
        rows.append(
            (
                shown(float(at["host_mole_fraction"]), "mole_fraction", 3),
                *(shown(float(at[name]), name) for name in ("solubility", "concentration", "limiting_current_density")),
                "yes" if bool(at["stable"]) else "undercooled",
            )
        )
    return Table(
        title="Films",
        columns=("Na in the liquid", "Li dissolved", "concentration", "limiting current density", "stable"),
        rows=tuple(rows),
    )
