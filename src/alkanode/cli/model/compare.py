"""``alkanode compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from alkanode.cli.output import cell_option, emit, json_option, output_option

if TYPE_CHECKING:
    import xarray as xr


@click.command()
@click.argument("measured", required=False, type=click.Path(path_type=Path))
@click.argument("model", required=False, type=click.Path(path_type=Path))
@cell_option
@click.option(
    "--cutoff", "cutoffs", multiple=True, help="Voltage at which stripped charges are compared; default 0.5, 1 and 2 V."
)
@click.option("--circuit", help="Circuit fitted to spectra of both at equal charges, for example 'R0-p(R1,C1)'.")
@click.option(
    "--published", is_flag=True, help="Instead: one row per published figure, with what the model gives for it."
)
@click.option("--paper", help="With --published: figures of this paper only, for example Wu2025.")
@json_option
@output_option
def compare(
    measured: Path | None,
    model: Path | None,
    cell_path: Path | None,
    cutoffs: tuple[str, ...],
    circuit: str | None,
    published: bool,
    paper: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Compare a MEASURED file with a simulated history, the MODEL (what 'alkanode simulate -o' wrote).

    The same analysis runs on both; differences are given in standard deviations, and every number of the model is called
    calibrated or predicted.
    """
    if published:
        if measured is not None:
            raise click.UsageError("--published takes no files")
        from alkanode.cli.model.published import emit_published

        emit_published(paper=paper, as_json=as_json, output=output)
        return
    if paper is not None:
        raise click.UsageError("--paper goes with --published")
    if measured is None or model is None:
        raise click.UsageError("name a MEASURED file and the MODEL's history, or --published")
    from alkanode.cli.output import load_cell, load_history
    from alkanode.data import open_saved
    from alkanode.studies.comparison.comparison_part import comparison_part
    from alkanode.studies.runner import gathered_warnings

    caught: list[str] = []
    cell = load_cell(cell_path)
    history = load_history([measured], caught)
    with gathered_warnings(caught):
        part = comparison_part(
            _history(open_saved(model), model), history, cell, cutoffs=cutoffs or None, circuit=circuit
        )
    emit(
        part, inputs=[measured, cell_path], warnings=caught, as_json=as_json, output=output, cell_given=cell is not None
    )


def _history(found: xr.DataTree | xr.Dataset, path: Path) -> xr.DataTree:
    """What was saved, if it is the history of a model.

    Raises
    ------
    StudyError
        When it is something else.
    """
    import xarray as xr

    from alkanode.foundation.errors import StudyError

    if isinstance(found, xr.DataTree) and {"cycling", "parameters"} <= set(found.children):
        return found
    raise StudyError(
        f"{path.name} holds the history of a model", found="something else", todo="Write one with alkanode simulate -o"
    )
