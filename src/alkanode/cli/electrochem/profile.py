"""``alkanode electrochem profile``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from alkanode.cli.analysis import analysis_options, given, run_analysis
from alkanode.cli.output import cycling_of

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.data import Cell
    from alkanode.studies import Part


@click.command()
@analysis_options(
    click.option("--spike-share", type=float, help="Share of the charge in which a spike is looked for; default 0.05."),
    click.option("--interfaces", type=int, help="Equal interfaces that share the voltage; default 1, the whole cell."),
    click.option("--with-sweeps", is_flag=True, help="Count rows of impedance sweeps under current control."),
)
def profile(spike_share: float | None, interfaces: int | None, with_sweeps: bool, **options: Any) -> None:
    """Shape of each half cycle of FILES: nucleation spike, plateaus, ramp or arch."""
    from alkanode.electrochem import find_failures
    from alkanode.studies.blocks import Profile
    from alkanode.studies.profile import profile_part

    settings = Profile.of(with_sweeps=with_sweeps, **given(spike_share=spike_share, interfaces=interfaces))

    def analyse(history: xr.DataTree, cell: Cell | None) -> Part:
        record = cycling_of(history)
        return profile_part(record, cell, settings, find_failures(record, cell))

    run_analysis(analyse, **options)
