"""``alkanode impedance kk``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from alkanode.cli.analysis import analysis_options
from alkanode.cli.impedance.options import CHECKS, execute

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.data import Cell
    from alkanode.studies import Part
    from alkanode.studies.blocks import Impedance

_TEST = (
    click.option(
        "--elements",
        type=click.IntRange(min=1),
        default=None,
        help="Number of RC elements; default found per spectrum.",
    ),
    click.option(
        "--criterion",
        type=click.Choice(["mu and residual", "mu", "residual"]),
        default="mu and residual",
        show_default=True,
        help="What ends the search for that number.",
    ),
    click.option("--mu-limit", type=float, default=0.85, show_default=True, help="Limit of mu."),
    click.option(
        "--limit",
        type=float,
        default=0.01,
        show_default=True,
        help="Largest rms residual over |Z| of a valid spectrum.",
    ),
    click.option(
        "--form",
        type=click.Choice(["auto", "impedance", "admittance"]),
        default="auto",
        show_default=True,
        help="What is fitted.",
    ),
    click.option(
        "--leave-out-inductive-head", is_flag=True, help="Do not test leading points of positive imaginary part."
    ),
)


@click.command()
@analysis_options(*CHECKS, *_TEST)
def kk(
    *,
    elements: int | None,
    criterion: str,
    mu_limit: float,
    limit: float,
    form: str,
    leave_out_inductive_head: bool,
    **options: Any,
) -> None:
    """Checks, linear Kramers-Kronig test and drift of the spectra in FILES, one row per sweep."""
    from alkanode.studies.impedance.validity import kramers_kronig_part

    options["frequency_range"] = options["frequency_range"] or ("0 Hz", "inf")  # every point is on trial here
    chosen: dict[str, Any] = {
        "elements": "auto" if elements is None else elements,
        "criterion": criterion,
        "mu_limit": mu_limit,
        "limit": limit,
        "form": form,
        "inductive_head": "leave out" if leave_out_inductive_head else "keep",
    }

    def analyse(spectra: xr.Dataset, cell: Cell | None, settings: Impedance) -> Part:
        area = None if cell is None else cell.effective_area
        return kramers_kronig_part(spectra, settings, area=area, **chosen)

    execute(analyse, **options)
