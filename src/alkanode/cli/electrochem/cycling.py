"""``alkanode electrochem cycling``."""

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
        "--series-resistance", "resistance", help="For example '60 ohm'; default that of the cell's electrolyte."
    ),
)
def cycling(resistance: str | None, **options: Any) -> None:
    """Overpotential of every half cycle of FILES, its growth over the cycles, and what failed when."""
    from alkanode.electrochem import find_failures
    from alkanode.studies.blocks import Cycling
    from alkanode.studies.cycling import cycling_part

    settings = Cycling.of(series_resistance=resistance)

    def analyse(history: xr.DataTree, cell: Cell | None) -> Part:
        record = cycling_of(history)
        return cycling_part(record, cell, settings, find_failures(record, cell))

    run_analysis(analyse, **options)
