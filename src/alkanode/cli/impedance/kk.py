"""``alkanode impedance kk``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from alkanode.cli.impedance.options import CHECKS, execute, options

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.data import Cell
    from alkanode.studies import Part
    from alkanode.studies.blocks import Impedance


@click.command()
@options(*CHECKS)
def kk(**options: Any) -> None:
    """Checks and linear Kramers-Kronig test of the spectra in FILES."""
    from alkanode.studies.impedance.validity import kramers_kronig_part

    def analyse(spectra: xr.Dataset, cell: Cell | None, settings: Impedance) -> Part:
        return kramers_kronig_part(spectra, settings, area=None if cell is None else cell.effective_area)

    execute(analyse, **options)
