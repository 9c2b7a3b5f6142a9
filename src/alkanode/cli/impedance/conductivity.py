"""``alkanode impedance conductivity``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alkanode.cli.analysis import analysis_options, run_analysis
from alkanode.cli.impedance.options import CHECKS

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.data import Cell
    from alkanode.studies import Part

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
@analysis_options(*_SETTINGS, *CHECKS)
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

    chosen = Conductivity.of(temperatures=list(temperatures) or None, **settings)

    def analyse(history: xr.DataTree, cell: Cell | None) -> Part:
        return conductivity_part(spectra_of(history), cell, chosen)

    run_analysis(analyse, files=files, cell_path=cell_path, as_json=as_json, output=output)
