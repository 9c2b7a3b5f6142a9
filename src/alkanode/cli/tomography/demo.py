"""``alkanode tomography demo``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.output import json_option


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("alkanode-tomography-demo"),
    show_default=True,
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the virtual cell.")
@json_option
def demo(output: Path, seed: int, as_json: bool) -> int:
    """Five virtual scans of a cell through the whole path, with the truth beside every number.

    Needs no file from outside. Na is stripped from a NaK50 anode on carbon cloth and plated back; the scans are written
    as NXtomo files with the faults of a beamline and analysed like measured ones. Takes a few minutes; stopped or
    killed, the same command goes on where it was.
    """
    from alkanode.cli.run import execute
    from alkanode.foundation.runtime import TextProgress
    from alkanode.virtual import write_tomography_demo

    study = write_tomography_demo(output / "experiment", seed=seed, progress=TextProgress())
    if not as_json:
        click.echo(f"virtual experiment written to {study.parent}")
    return execute(study, output / "result", data=study.parent, as_json=as_json)
