"""``alkanode electrochem fullcell``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from alkanode.cli.analysis import analysis_options, given, run_analysis
from alkanode.cli.output import cycling_of

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.data import Cell
    from alkanode.studies import Part

_SETTINGS = ("reference", "formation", "begins", "criterion", "width", "usable", "cathode_capacity")


@click.command()
@analysis_options(
    click.option(
        "--reference",
        type=int,
        help="Cycle whose discharge counts as 1; default the first complete one after formation.",
    ),
    click.option("--formation", type=int, help="Number of cycles of formation; default found by their lower current."),
    click.option("--begins", type=click.Choice(["auto", "charge", "discharge"]), help="What a cycle begins with."),
    click.option(
        "--criterion", type=float, help="Share of the reference at which life ends; 0 is no capacity; default 0.8."
    ),
    click.option("--width", help="Window of dQ/dU, for example '10 mV'; default from the noise of the voltage."),
    click.option("--usable", type=click.Choice(["Na", "K", "both"]), help="Metal that counts in the N/P ratio."),
    click.option("--cathode-capacity", help="Capacity of the cathode for the N/P ratio, for example '80 mAh g-1'."),
)
def fullcell(**options: Any) -> None:
    """Capacities, efficiencies, fade, rates and dQ/dU of the full or half cell of FILES."""
    from alkanode.studies.blocks import FullCell
    from alkanode.studies.full_cell import full_cell_part

    settings = FullCell.of(**given(**{name: options.pop(name) for name in _SETTINGS}))

    def analyse(history: xr.DataTree, cell: Cell | None) -> Part:
        return full_cell_part(cycling_of(history), cell, settings)

    run_analysis(analyse, needs_cell=False, **options)
