"""``alkanode simulate``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alkanode.cli.output import emit, json_option

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.cell_models import ParameterSet
    from alkanode.data import Cell, Protocol
    from alkanode.studies import Part


@click.command()
@click.argument("cell", type=click.Path(path_type=Path))
@click.option(
    "--protocol",
    "protocol",
    multiple=True,
    required=True,
    help="A step, several separated by semicolons, or a YAML file with a list of steps. May be given several times. For "
    "example 'Strip at 1 mA cm-2 until 1 V; Rest for 10 min', or 'Repeat 10 times: Strip ...; Plate ...'.",
)
@click.option("--model", default="alloy-anode", show_default=True, help="Cell model by name.")
@click.option("--parameters", default="Wu2025", show_default=True, help="Parameter set by name, or a YAML file of one.")
@click.option(
    "--set",
    "changes",
    metavar="NAME=VALUE",
    multiple=True,
    help="Another value for a parameter, in the SI unit of its name, for example 'Cloth thickness=300e-6'.",
)
@click.option(
    "--alloy", help="Another alloy for the anode, for example NaK65; a mass of the cell file is then left out."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Where to keep the history: a name ending in .zarr or .h5."
)
@click.option("--plot", "plotted", is_flag=True, help="Draw figures into a folder beside the history.")
@click.option(
    "--measured",
    type=click.Path(path_type=Path),
    help="Also write what a potentiostat would have recorded, with noise: .mpt, or .csv and .parquet without spectra.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of that noise.")
@json_option
def simulate(
    cell: Path,
    protocol: tuple[str, ...],
    model: str,
    parameters: str,
    changes: tuple[str, ...],
    alloy: str | None,
    output: Path | None,
    plotted: bool,
    measured: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Simulate the CELL of a file under a protocol.

    Positive current strips the anode. What the run rested on, fitted and assumed numbers apart, is said with its results.
    """
    from alkanode.cell_models import load_parameters
    from alkanode.cell_models import simulate as run
    from alkanode.data import open_cell
    from alkanode.foundation.runtime import TextProgress
    from alkanode.studies.runner import gathered_warnings
    from alkanode.studies.simulation import simulation_part

    if plotted and output is None:
        raise click.UsageError("--plot needs -o: figures are drawn beside the history")
    if output is not None and output.suffix not in (".zarr", ".h5"):
        raise click.UsageError(f"-o takes a name ending in .zarr or .h5; found {output.name!r}")
    numbers = with_changes(load_parameters(parameters), changes)
    described = with_alloy(open_cell(cell), alloy)
    steps = read_protocol(protocol)
    caught: list[str] = []
    with gathered_warnings(caught):
        history = run(model, described, steps, numbers, progress=TextProgress())
        part = simulation_part(history, described)
        _keep(history, output, measured, seed)
    if plotted and output is not None:
        _draw(part, output.with_name(f"{output.stem}_figures"))
    emit(part, inputs=[cell], warnings=caught, as_json=as_json)
    if not as_json:
        for path in (output, measured):
            if path is not None:
                click.echo(f"written: {path}")


def with_changes(parameters: ParameterSet, changes: tuple[str, ...]) -> ParameterSet:
    """The set with the values of ``--set``.

    Raises
    ------
    StudyError
        For a text that is not NAME=NUMBER, or a name that the set lacks.
    """
    from alkanode.foundation.errors import StudyError

    values: dict[str, float] = {}
    for text in changes:
        name, sign, value = text.rpartition("=")
        try:
            number = float(value)
        except ValueError:
            sign = ""
            number = 0.0
        if not sign or not name.strip():
            raise StudyError(
                "a changed parameter reads NAME=NUMBER, in the SI unit of its name",
                found=repr(text),
                todo="Write for example --set 'Stack pressure=2e6'",
            )
        values[parameters.full_name(name.strip())] = number
    return parameters.replace(values)


def with_alloy(cell: Cell, alloy: str | None) -> Cell:
    """The cell with another alloy as its anode; a known mass belonged to the old one and is left out."""
    import copy

    from alkanode.data import Electrode

    if alloy is None:
        return cell
    old = cell.anode
    made = copy.copy(cell)
    object.__setattr__(made, "anode", Electrode(alloy, thickness=old.thickness, coating=old.coating))
    return made


def read_protocol(given: tuple[str, ...]) -> Protocol:
    """The protocol of ``--protocol``: steps, steps between semicolons, blocks, YAML files.

    Raises
    ------
    StudyError
        Says which step and why.
    """
    from alkanode.data import Protocol
    from alkanode.data.mapping import load_yaml
    from alkanode.foundation.errors import StudyError

    lines: list[str | Mapping[str, Any]] = []
    for text in given:
        if text.endswith((".yaml", ".yml")):
            content = load_yaml(text)
            if isinstance(content, dict) and list(content) == ["protocol"]:
                content = content["protocol"]
            if not isinstance(content, list):
                raise StudyError(f"{text} holds a list of steps", found=type(content).__name__)
            lines += content
        elif text.lstrip().lower().startswith("repeat") or "\n" in text:
            lines += text.splitlines()
        else:
            lines += [part.strip() for part in text.split(";") if part.strip()]
    made = Protocol.from_text(lines)
    made.require_ends()
    return made


def _keep(history: xr.DataTree, output: Path | None, measured: Path | None, seed: int) -> None:
    """Store the history, and what a potentiostat would have recorded."""
    from alkanode.data import save

    if output is not None:
        save(history, output)
    if measured is not None:
        from alkanode.virtual.simulated_cell import measure_history, write_measured

        record = measure_history(history, seed=seed, name=measured.name)
        write_measured(record, measured)


def _draw(part: Part, folder: Path) -> None:
    """Figures with their data."""
    from alkanode.plot import save_data, save_figure

    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in part.figures.items():
        save_figure(figure, folder / f"{name}.png")
        save_data(figure, folder / f"{name}.csv")
