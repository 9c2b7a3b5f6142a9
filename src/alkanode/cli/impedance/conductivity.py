"""``alkanode impedance conductivity``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from alkanode.cli.impedance.options import CHECKS, options
from alkanode.cli.output import emit, load_cell, load_history

_SETTINGS = (
    click.option("--thickness", help="Thickness of the electrolyte, for example '1 mm'; else that of the cell."),
    click.option("--thickness-uncertainty", help="Its standard deviation."),
    click.option("--area", help="Area of the electrodes, for example '0.785 cm2'; else that of the cell."),
    click.option("--area-uncertainty", help="Its standard deviation."),
    click.option(
        "--temperature", "temperatures", multiple=True, help="One temperature, or one per spectrum (repeat the option)."
    ),
)


@click.command()
@options(*_SETTINGS, *CHECKS)
def conductivity(
    *,
    files: Sequence[Path],
    cell_path: Path | None,
    as_json: bool,
    output: Path | None,
    temperatures: Sequence[str],
    **settings: Any,
) -> None:
    """Conductivity of the electrolyte between blocking electrodes in FILES."""
    from alkanode.studies.blocks import Conductivity
    from alkanode.studies.impedance.conductivity import conductivity_part
    from alkanode.studies.impedance.spectra import spectra_of
    from alkanode.studies.runner import gathered_warnings

    chosen = Conductivity.of(temperatures=list(temperatures) or None, **settings)
    caught: list[str] = []
    cell = load_cell(cell_path)
    spectra = spectra_of(load_history(files, caught))
    with gathered_warnings(caught):
        part = conductivity_part(spectra, cell, chosen)
    inputs = [*files, cell_path]
    emit(part, inputs=inputs, warnings=caught, as_json=as_json, output=output, cell_given=cell is not None)
