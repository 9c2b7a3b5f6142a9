"""``alkanode electrochem staircase``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from alkanode.cli.analysis import analysis_options, given, run_analysis
from alkanode.cli.output import checked_of, cycling_of

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.data import Cell
    from alkanode.studies import Part


@click.command()
@analysis_options(
    click.option("--steady-rate", help="Drift below which a level is steady; default 1 mV min-1."),
    click.option("--least-levels", type=int, help="Levels that must rise one after the other; default 3."),
)
def staircase(steady_rate: str | None, least_levels: int | None, **options: Any) -> None:
    """Levels of a current staircase in FILES: steady voltage, resistance, relaxation, and the current that fails."""
    from alkanode.studies.blocks import Staircase
    from alkanode.studies.staircase import staircase_part

    settings = Staircase.of(**given(steady_rate=steady_rate, least_levels=least_levels))

    def analyse(history: xr.DataTree, cell: Cell | None) -> Part:
        return staircase_part(cycling_of(history), cell, settings, checked_of(history))

    run_analysis(analyse, **options)
