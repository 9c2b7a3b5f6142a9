"""``alkanode tomography demo``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from alkanode.cli.output import json_option

if TYPE_CHECKING:
    import xarray as xr


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
    """Virtual scans of a cell through the whole path, with the truth beside every number.

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
    status = execute(study, output / "result", data=study.parent, as_json=as_json)
    if status == 0 and not as_json:
        _judge(output / "result", seed)
    return status


def _judge(result: Path, seed: int) -> None:
    """Print what is true of places and classes, and write the whole table of classes."""
    from alkanode.studies.tomography.series_part import FOLDER
    from alkanode.tomography.series import open_series
    from alkanode.virtual.tomograph.demo import demo_series
    from alkanode.virtual.tomograph.judged import class_truth, registration_truth

    truth, made = demo_series(seed), open_series(result / FOLDER)
    places = registration_truth(truth, made.registration())
    pixel = truth.tomographs[0].pixel_size
    click.echo("Place of the cell, pixels: largest error anywhere in it (stated standard error; of it noise)")
    for scan in places["scan"].to_numpy():
        one = places.sel(scan=scan) / pixel
        click.echo(
            f"  {scan}: {float(one['largest_error']):.3f} ({float(one['stated_error']):.3f}; {float(one['noise_error']):.3f})"
        )
    turn = truth.cell.turn
    pair = next(name for name in made.pairs if name.startswith(f"{made.scans[turn]}_from_{made.reference}"))
    if made.has("classes", pair):
        table = class_truth(truth, made.open("classes", pair), 0, turn)
        path = result / "tables" / f"class_confusion_{pair}.csv"
        path.parent.mkdir(exist_ok=True)
        table["voxel_count"].to_pandas().to_csv(path)
        click.echo(
            f"Classes of voxels, {pair.replace('_from_', ' against ')}: found of each true class (all in {path})"
        )
        for line in confusion_lines(table):
            click.echo(f"  {line}")


def confusion_lines(table: xr.Dataset) -> list[str]:
    """One line per true class of unmixed material: how many voxels, how many found, and what most others were taken for."""
    lines = []
    names = [str(name) for name in table["found_class"].to_numpy()]
    for row, name in enumerate(str(one) for one in table["true_class"].to_numpy()):
        if "mixed" in name:
            continue
        share = dict(zip(names, table["share"].to_numpy()[row], strict=True))
        right = share.pop(name, 0.0)
        other = max(share, key=lambda one: share[one])
        taken = {"none": "could not be classed", "mixed": "taken as mixed"}.get(other, f"taken as {other}")
        count = int(table["voxel_count"].to_numpy()[row].sum())
        lines.append(f"{name}: {right:.0%} of {count} voxels, {share[other]:.0%} {taken}")
    return lines
