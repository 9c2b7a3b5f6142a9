"""``alkanode impedance interface``."""

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

_CONTACT = (
    click.option(
        "--interfaces",
        type=click.IntRange(min=1),
        default=1,
        show_default=True,
        help="Equal interfaces that a peak holds; 2 for a symmetric cell.",
    ),
    click.option(
        "--decisive", type=float, default=10.0, show_default=True, help="Odds from which on a process is named."
    ),
    click.option(
        "--seen-without-coating/--not-seen-without-coating",
        default=None,
        help="Whether a cell without coating shows the same peak.",
    ),
    click.option("--resistivity", help="Of the electrolyte, for example '1000 ohm cm'; default from the cell."),
    click.option("--spacing", help="Half the distance between contact spots, for example '20 um'."),
    click.option("--void-depth", help="Depth of the voids; default 1 um."),
    click.option("--circuit", help="Circuit whose parameters give the area in contact, for example 'R0-p(R1,CPE1)'."),
    click.option("--charge-transfer", help="Its charge-transfer resistance, for example R1."),
    click.option("--double-layer", help="Its double layer, for example CPE1."),
    click.option("--constriction", help="Its constriction resistance; needs --spacing."),
    click.option(
        "--reference-spectrum", type=click.IntRange(min=0), help="Spectrum in which all of the area is in contact."
    ),
    click.option("--reference-state", help="That state in words."),
)
_NAMES = (
    *("interfaces", "decisive", "seen_without_coating", "resistivity", "spacing", "void_depth", "circuit"),
    *("charge_transfer", "double_layer", "constriction", "reference_spectrum", "reference_state"),
)


@click.command("interface")
@analysis_options(*_CONTACT, *INVERSION, *CHECKS)
def interface(**options: Any) -> None:
    """Rival processes for the peaks, constriction by voids and area in contact, of the spectra in FILES.

    Resistances and capacitances are compared per area, so --cell is needed.
    """
    from alkanode.studies.blocks import Interface
    from alkanode.studies.impedance.interface import interface_part
    from alkanode.studies.impedance.relaxation import relaxation_part
    from alkanode.studies.impedance.spectra import checked_spectra

    chosen = Interface.of(**{name: options.pop(name) for name in _NAMES})

    def analyse(spectra: xr.Dataset, cell: Cell | None, settings: Impedance) -> Part:
        checked = checked_spectra(spectra, settings)
        area = None if cell is None else cell.effective_area
        times = relaxation_part(checked, settings, area=area).records["relaxation_times"]
        return interface_part(checked, times, cell, chosen)

    execute(analyse, **options)
