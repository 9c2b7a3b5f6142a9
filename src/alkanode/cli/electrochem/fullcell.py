"""``alkanode electrochem fullcell``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.output import (
    cell_option,
    cycling_of,
    emit,
    files_argument,
    json_option,
    load_cell,
    load_history,
    output_option,
)


@click.command()
@files_argument
@cell_option
@click.option(
    "--reference", type=int, help="Cycle whose discharge counts as 1; default the first complete one after formation."
)
@click.option("--formation", type=int, help="Number of cycles of formation; default found by their lower current.")
@click.option("--begins", type=click.Choice(["auto", "charge", "discharge"]), help="What a cycle begins with.")
@click.option(
    "--criterion", type=float, help="Share of the reference at which life ends; 0 is no capacity; default 0.8."
)
@click.option("--width", help="Window of dQ/dU, for example '10 mV'; default from the noise of the voltage.")
@click.option("--usable", type=click.Choice(["Na", "K", "both"]), help="Metal that counts in the N/P ratio.")
@click.option("--cathode-capacity", help="Capacity of the cathode for the N/P ratio, for example '80 mAh g-1'.")
@json_option
@output_option
def fullcell(
    files: tuple[Path, ...],
    cell_path: Path | None,
    reference: int | None,
    formation: int | None,
    begins: str | None,
    criterion: float | None,
    width: str | None,
    usable: str | None,
    cathode_capacity: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Capacities, efficiencies, fade, rates and dQ/dU of the full or half cell of FILES."""
    from alkanode.studies.blocks import FullCell
    from alkanode.studies.full_cell import full_cell_part
    from alkanode.studies.runner import gathered_warnings

    given = {
        "reference": reference,
        "formation": formation,
        "begins": begins,
        "criterion": criterion,
        "width": width,
        "usable": usable,
        "cathode_capacity": cathode_capacity,
    }
    settings = FullCell.of(**{key: value for key, value in given.items() if value is not None})
    caught: list[str] = []
    cell = load_cell(cell_path)
    record = cycling_of(load_history(files, caught))
    with gathered_warnings(caught):
        part = full_cell_part(record, cell, settings)
    emit(
        part,
        inputs=[*files, cell_path],
        warnings=caught,
        as_json=as_json,
        output=output,
    )
