"""``alkanode impedance drt``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from alkanode.cli.analysis import analysis_options
from alkanode.cli.impedance.options import CHECKS, INVERSION, execute

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.data import Cell
    from alkanode.studies import Part
    from alkanode.studies.blocks import Impedance


POSTERIOR = click.option(
    "--posterior",
    is_flag=True,
    help="95 % bands and intervals from a posterior, which finds its smoothness itself (no --lambda).",
)


@click.command()
@analysis_options(*INVERSION, POSTERIOR, *CHECKS)
def drt(**options: Any) -> None:
    """Distributions of relaxation times of the spectra in FILES.

    A sweep down to 1 Hz holds relaxation times up to 0.16 s; what is found beyond the measured window is reported apart.
    """
    from alkanode.studies.impedance.relaxation import relaxation_part
    from alkanode.studies.impedance.spectra import checked_spectra

    def analyse(spectra: xr.Dataset, cell: Cell | None, settings: Impedance) -> Part:
        checked = checked_spectra(spectra, settings)
        return relaxation_part(checked, settings, area=None if cell is None else cell.effective_area)

    execute(analyse, **options)
