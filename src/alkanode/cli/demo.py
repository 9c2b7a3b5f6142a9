"""``alkanode demo``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.output import json_option


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), default=Path("alkanode-demo"), show_default=True
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the noise.")
@click.option(
    "--cell-model",
    is_flag=True,
    help="Simulate the cell with the cell model in place of the stated law; a ramp of currents and a voltammogram are written "
    "beside, with studies of their own.",
)
@json_option
def demo(output: Path, seed: int, cell_model: bool, as_json: bool) -> int:
    """Write a virtual experiment as raw files and a study, run that study, compare with the truth.

    Needs no file from outside. The virtual NaK50 cell loses contact by a stated law while it is stripped.
    """
    from alkanode.cli.run import execute
    from alkanode.virtual import write_demo, write_model_demo

    folder = output / "experiment"
    study = write_model_demo(folder, seed=seed).stripping if cell_model else write_demo(folder, seed=seed)
    if not as_json:
        click.echo(f"virtual experiment written to {study.parent}")
    return execute(study, output / "result", data=study.parent, as_json=as_json)
