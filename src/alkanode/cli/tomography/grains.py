"""``alkanode tomography grains``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.tomography.options import execute, tomography_options


@click.command()
@click.argument("folder")
@tomography_options(
    click.option("--interface", help="Height z of a flat interface from which depth is counted, for example '120 um'."),
    click.option(
        "--find-interface/--no-interface",
        default=True,
        show_default=True,
        help="Look for the plane of the electrolyte; otherwise depth is z.",
    ),
    click.option("--electrolyte-attenuation", help="For that search, for example '10 cm-1'; default by the volume."),
    click.option(
        "--anode-side",
        type=click.Choice(["up", "down"]),
        default="up",
        show_default=True,
        help="With --interface: the anode lies at larger z (up) or smaller.",
    ),
    click.option(
        "--dipoles/--no-dipoles",
        default=True,
        show_default=True,
        help="Test each grain for being something that moved, or a phase fringe.",
    ),
    click.option("--smallest", type=click.IntRange(min=1), help="Voxels of a grain; default that of the threshold."),
)
def grains(
    folder: str,
    interface: str | None,
    find_interface: bool,
    electrolyte_attenuation: str | None,
    anode_side: str,
    dipoles: bool,
    smallest: int | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Grains of change of FOLDER, from the command difference, or of FOLDER#PAIR of a series.

    Sizes, depth profile by both rules of counting, and grains that only moved, reported apart. Written into FOLDER
    itself unless -o names another; tables/grains.csv holds a line per grain.
    """
    from alkanode.foundation.runtime import TextProgress
    from alkanode.foundation.units import to_si
    from alkanode.studies.tomography.commands.grains import grains_part

    target = output or Path(folder.partition("#")[0])
    execute(
        lambda: grains_part(
            folder,
            target,
            interface=interface,
            find_interface=find_interface,
            electrolyte_attenuation=None
            if electrolyte_attenuation is None
            else to_si(electrolyte_attenuation, "attenuation"),
            anode_side=1 if anode_side == "up" else -1,
            dipoles=dipoles,
            smallest=smallest,
            progress=TextProgress(),
        ),
        as_json=as_json,
        output=target,
    )
