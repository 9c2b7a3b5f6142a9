"""``alkanode impedance fit``."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alkanode.cli.analysis import analysis_options
from alkanode.cli.impedance.options import CHECKS
from alkanode.cli.output import emit, load_cell, load_history

if TYPE_CHECKING:
    from alkanode.studies import Part


def _list_presets(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    """Say what the presets are, what is printed of them and what is assumed."""
    if not wanted:
        return
    from alkanode.impedance.circuits.presets import CIRCUIT_PRESETS

    for known in CIRCUIT_PRESETS.values():
        click.echo(f"{known.name}: {known.circuit} ({known.source})")
        click.echo(f"  printed: {known.printed}")
        click.echo(f"  assumed: {known.assumed}")
    ctx.exit()


_SETTINGS = (
    click.option("--circuit", help="Circuit, for example 'L0-R0-p(R1,CPE1)' or the Boukamp code 'LR(RQ)'."),
    click.option("--preset", help="Named circuit of a paper, for example 'coated-nasicon'; see --presets."),
    click.option(
        "--presets",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_list_presets,
        help="List the named circuits, what is printed of them and what is assumed.",
    ),
    click.option(
        "--arcs", type=click.Choice(["auto"]), help="Choose the number of arcs by evidence (default without a circuit)."
    ),
    click.option(
        "--most-arcs", type=click.IntRange(1, 6), default=4, show_default=True, help="Largest number of arcs."
    ),
    click.option(
        "--growth", help="Process or resistance whose growth at rest is sought, for example 'interface' or R3."
    ),
    click.option(
        "--growth-since",
        type=click.Choice(["assembly", "current"]),
        default="assembly",
        show_default=True,
        help="What the time of growth counts from.",
    ),
    click.option(
        "--began", help="Assembly on the clock of the files, for example '-20 min'; by default the first spectrum."
    ),
    click.option("--process", help="Process whose resistance is followed over cycles or time; 'total' is all of them."),
    click.option("--per-interface", is_flag=True, help="Half of it: two equal interfaces of a symmetric cell."),
)


@click.command()
@analysis_options(*_SETTINGS, *CHECKS)
def fit(
    *,
    files: Sequence[Path],
    cell_path: Path | None,
    as_json: bool,
    output: Path | None,
    arcs: str | None,
    **settings: Any,
) -> None:
    """Fit a circuit to every spectrum in FILES.

    Prints the parameters of the first and the last spectrum; with -o all of them stand in parameters.csv.
    """
    from alkanode.studies.blocks import Circuit
    from alkanode.studies.impedance.circuits import circuit_part
    from alkanode.studies.impedance.spectra import spectra_of
    from alkanode.studies.runner import gathered_warnings

    if arcs is not None and (settings["circuit"] or settings["preset"]):
        raise click.UsageError("--arcs auto chooses the circuit: leave --circuit and --preset away")
    chosen = Circuit.of(**settings)
    caught: list[str] = []
    cell = load_cell(cell_path)
    history = load_history(files, caught)
    cycling = history["cycling"].to_dataset() if "cycling" in history.children else None
    with gathered_warnings(caught):
        part = circuit_part(spectra_of(history), cell, chosen, cycling)
    if output is not None:
        _write_parameters(part, output / "parameters.csv")
    inputs = [*files, cell_path]
    emit(part, inputs=inputs, warnings=caught, as_json=as_json, output=output, cell_given=cell is not None)


def _write_parameters(part: Part, path: Path) -> None:
    """Write the parameters of all fitted spectra as a table."""
    from alkanode.studies.impedance.circuits import fitted_spectra, parameter_table

    record = part.records["circuit_fit"]
    table = parameter_table(record, fitted_spectra(record))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(table.columns)
        writer.writerows(table.rows)
