"""``alkanode thermo path``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.thermo.options import (
    ASSESSMENT,
    ION,
    SPREAD,
    SUSPEND,
    TEMPERATURE,
    execute,
    own_system,
    thermo_options,
)

SIZE = (
    click.option("--mass", help="Of the electrode, for example '4.3 mg', for its thickness and for --carbon-mass."),
    click.option("--volume", help="Of the electrode, for example '10 uL', for its thickness."),
    click.option("--thickness", help="Of the electrode at the start."),
    click.option("--diameter", help="Of the disc, for example '7.14 mm'."),
    click.option("--area", help="Of the electrode, for example '0.4 cm2'."),
)
_CARBON = (
    click.option("--carbon-mass", help="Carbon cloth or felt in contact with the alloy, for example '1.2 mg'."),
    click.option(
        "--carbon-volume-fraction",
        "carbon_volume",
        type=click.FloatRange(0, 1, max_open=True),
        help="Share of carbon in the volume of a filled cloth, instead of --carbon-mass, for example 0.2.",
    ),
    click.option(
        "--kc8-extent",
        type=click.FloatRange(0, 1),
        default=0.0,
        show_default=True,
        help="Share of that carbon that has become KC8, which is not known: 0 to 1.",
    ),
)


@click.command()
@click.argument("alloy")
@thermo_options(
    ION,
    click.option("--plate", is_flag=True, help="Plate the metal into ALLOY, which may be a pure metal."),
    TEMPERATURE,
    SPREAD,
    *SIZE,
    *_CARBON,
    SUSPEND,
    ASSESSMENT,
    click.option(
        "--draws",
        type=click.IntRange(min=0),
        help="Sets of parameters behind the interval over the assessment; 0 leaves it out. Default 200, for three metals 40.",
    ),
)
def path(
    alloy: str,
    ion: str,
    plate: bool,
    temperature: str,
    spread: str,
    mass: str | None,
    volume: str | None,
    thickness: str | None,
    diameter: str | None,
    area: str | None,
    carbon_mass: str | None,
    carbon_volume: float | None,
    kc8_extent: float,
    suspend: tuple[str, ...],
    assessment_file: Path | None,
    draws: int | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Phases, capacities and potential of ALLOY (NaK50, Na50K50, K, ...) while one metal is stripped or plated.

    Capacities are per gram of initial alloy. With the size of the electrode its thickness is told too. Carbon takes up K as
    KC8; with its mass, a table shows what that would move beside the temperature and the assessment.
    """
    from alkanode.studies.thermo.path import path_part
    from alkanode.thermo import ElectrodeSize, potassium_in_carbon

    if kc8_extent > 0 and carbon_mass is None and carbon_volume is None:
        raise click.UsageError("--kc8-extent needs --carbon-mass or --carbon-volume-fraction")
    if carbon_mass is not None and mass is None:
        raise click.UsageError("--carbon-mass needs --mass, since KC8 takes one K for eight C")
    sizes = {"mass": mass, "volume": volume, "thickness": thickness, "area": area, "diameter": diameter}
    only_mass = mass is not None and not any((volume, thickness, diameter, area))
    size = None if only_mass or not any(sizes.values()) else ElectrodeSize(**sizes)
    uptake = 0.0
    if carbon_mass is not None or carbon_volume is not None:
        uptake = potassium_in_carbon(
            alloy,
            mass=None if carbon_mass is None else mass,
            carbon_mass=carbon_mass,
            carbon_volume_fraction=carbon_volume,
        )
    execute(
        lambda: path_part(
            alloy,
            ion,
            plate=plate,
            temperature=temperature,
            spread=spread,
            size=size,
            full_uptake=uptake,
            kc8_extent=kc8_extent,
            system=own_system(assessment_file),
            suspend=suspend,
            draws=draws,
        ),
        inputs=[assessment_file],
        as_json=as_json,
        output=output,
    )
