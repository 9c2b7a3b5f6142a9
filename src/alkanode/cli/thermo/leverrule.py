"""``alkanode thermo leverrule``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.thermo.options import ASSESSMENT, SPREAD, SUSPEND, TEMPERATURE, execute, own_system, thermo_options


@click.command()
@thermo_options(
    click.option("--alloy", required=True, help="Of both electrodes: K0.95Na0.05, NaK80, Na20K80, ..."),
    click.option("--volume", help="Of one electrode, for example '10 uL'; this, --mass or --thickness."),
    click.option("--mass", help="Of one electrode, for example '8.6 mg'."),
    click.option("--thickness", help="Of one electrode at the start; needs no area."),
    click.option("--diameter", help="Of the disc, for example '7.14 mm'; this or --area."),
    click.option("--area", help="Of one electrode, for example '0.4 cm2'."),
    click.option("--areal-capacity", required=True, help="Charge that has moved, for example '3 mAh cm-2'."),
    click.option("--ion", default="K+", show_default=True, help="Working ion: which metal moves."),
    TEMPERATURE,
    SPREAD,
    SUSPEND,
    ASSESSMENT,
)
def leverrule(
    alloy: str,
    volume: str | None,
    mass: str | None,
    thickness: str | None,
    diameter: str | None,
    area: str | None,
    areal_capacity: str,
    ion: str,
    temperature: str,
    spread: str,
    suspend: tuple[str, ...],
    assessment_file: Path | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Phases, volumes and potentials of both electrodes of a symmetric cell after a charge has moved between them.

    One electrode is enriched in the metal of the working ion, the other is depleted. Size and area of the electrodes
    matter: a thin electrode moves farther along its tie line than a thick one.
    """
    from alkanode.studies.thermo.lever_rule import lever_rule_part

    execute(
        lambda: lever_rule_part(
            alloy,
            volume=volume,
            mass=mass,
            thickness=thickness,
            area=area,
            diameter=diameter,
            areal_capacity=areal_capacity,
            ion=ion,
            temperature=temperature,
            spread=spread,
            system=own_system(assessment_file),
            suspend=suspend,
        ),
        inputs=[assessment_file],
        as_json=as_json,
        output=output,
    )
