"""``alkanode electrochem failures``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from alkanode.cli.analysis import analysis_options, run_analysis
from alkanode.cli.output import checked_of, cycling_of

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.data import Cell
    from alkanode.studies import Part


@click.command()
@analysis_options(
    click.option("--electrolyte-resistance", "resistance", help="For example '127 ohm'; default from the cell."),
)
def failures(resistance: str | None, **options: Any) -> None:
    """Hard shorts and loss of contact in FILES, each with its evidence."""
    from alkanode.studies.blocks import Failures
    from alkanode.studies.findings import failures_part

    settings = Failures.of(electrolyte_resistance=resistance)

    def analyse(history: xr.DataTree, cell: Cell | None) -> Part:
        return failures_part(cycling_of(history), cell, settings, checked_of(history))

    run_analysis(analyse, **options)
