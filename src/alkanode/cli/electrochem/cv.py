"""``alkanode electrochem cv``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from alkanode.cli.analysis import analysis_options, run_analysis
from alkanode.cli.output import cycling_of

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.data import Cell
    from alkanode.studies import Part


@click.command()
@analysis_options(
    click.option(
        "--window", nargs=2, help="Where the stripping peak is sought, for example 0.1V 0.4V; default anywhere."
    ),
    click.option("--series-resistance", help="Taken off the voltage, for example '127 ohm'; default nothing."),
    click.option("--electrolyte-resistance", help="For example '127 ohm'; default from the cell."),
)
def cv(
    window: tuple[str, str] | None, series_resistance: str | None, electrolyte_resistance: str | None, **options: Any
) -> None:
    """Voltammogram of FILES, cycle by cycle: resistance, charges, stripping peak and its growth."""
    from alkanode.studies.blocks import Voltammetry
    from alkanode.studies.voltammetry import cv_part

    settings = Voltammetry.of(
        window=window, series_resistance=series_resistance, electrolyte_resistance=electrolyte_resistance
    )

    def analyse(history: xr.DataTree, cell: Cell | None) -> Part:
        return cv_part(cycling_of(history), cell, settings)

    run_analysis(analyse, **options)
