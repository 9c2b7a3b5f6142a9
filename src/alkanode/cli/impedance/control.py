"""``alkanode impedance control``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from alkanode.cli.analysis import analysis_options
from alkanode.cli.impedance.options import CHECKS
from alkanode.cli.output import emit, load_cell, load_history

_SETTINGS = (
    click.option(
        "--control",
        "control_files",
        multiple=True,
        required=True,
        type=click.Path(path_type=Path),
        help="File of a control cell; once per control cell.",
    ),
    click.option("--preset", help="Named circuit of the cell, for example 'coated-nasicon'."),
    click.option("--circuit", help="Circuit of the cell, for example 'L0-R0-p(R1,CPE1)-p(R2,CPE2)'."),
    click.option("--control-preset", help="Named circuit of the control; by default that which belongs to --preset."),
    click.option("--control-circuit", help="Circuit of the control; by default that of the cell."),
    click.option("--process", help="What is sought, for example 'interface' or R3; by default all arcs."),
    click.option("--control-area", help="Area of the control cells, for example '0.5 cm2'; by default as the cell."),
    click.option("--scale-control", is_flag=True, help="Scale the control to the area of the cell."),
    click.option("--per-interface", is_flag=True, help="Half of it: two equal interfaces of a symmetric cell."),
)


@click.command()
@analysis_options(*_SETTINGS, *CHECKS)
def control(
    *,
    files: Sequence[Path],
    cell_path: Path | None,
    as_json: bool,
    output: Path | None,
    control_files: Sequence[Path],
    **settings: Any,
) -> None:
    """Take the resistance of control cells off that of the cell in FILES.

    A control cell holds everything but the interface that is sought. With several of them, their scatter is part of the
    interval; with one it is not known. A process that the control lacks is found together with the arcs that both cells
    hold, less those of the control.
    """
    from alkanode.studies.blocks import Circuit
    from alkanode.studies.impedance.circuits import circuit_part
    from alkanode.studies.impedance.spectra import spectra_of
    from alkanode.studies.runner import gathered_warnings

    if not (settings["circuit"] or settings["preset"]):
        raise click.UsageError("give --preset or --circuit: a circuit chosen by evidence may differ between the cells")
    chosen = Circuit.of(control=[path.name for path in control_files], **settings)
    caught: list[str] = []
    cell = load_cell(cell_path)
    history = load_history(files, caught)
    controls = [spectra_of(load_history([path], caught)) for path in control_files]
    cycling = history["cycling"].to_dataset() if "cycling" in history.children else None
    with gathered_warnings(caught):
        part = circuit_part(spectra_of(history), cell, chosen, cycling, controls)
    inputs = [*files, *control_files, cell_path]
    emit(part, inputs=inputs, warnings=caught, as_json=as_json, output=output, cell_given=cell is not None)
