"""``alkanode impedance map``."""

from __future__ import annotations

from typing import Any

import click

from alkanode.cli.analysis import analysis_options
from alkanode.cli.impedance.options import CHECKS, INVERSION, execute

_AGAINST = ("charge", "time", "current", "current_density", "voltage", "spectrum")


def _number_or_auto(value: float | str) -> float | str:
    """A value of ``--time-smoothing``."""
    if isinstance(value, float) or value == "auto":
        return value
    try:
        return float(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is neither a number nor auto") from None


_MAP = (
    click.option(
        "--against",
        type=click.Choice(_AGAINST),
        help="What the map runs against; by default charge where it moves, else time.",
    ),
    click.option(
        "--joint/--single",
        "joint",
        default=True,
        show_default=True,
        help="Invert the series together, smooth along the run, or one spectrum after the other.",
    ),
    click.option(
        "--time-smoothing",
        type=_number_or_auto,
        metavar="NUMBER|auto",
        default="auto",
        show_default=True,
        help="How smooth along the run; auto predicts left-out spectra best.",
    ),
)


@click.command("map")
@analysis_options(*_MAP, *INVERSION, *CHECKS)
def operando_map(**options: Any) -> None:
    """Map of relaxation times along a run, and its peaks followed through it.

    The joint inversion takes a tenth of lambda, since the neighbours of a spectrum hold its noise down; it ends at breaks
    (current steps, turns of the charge, pauses, jumps). What lies beyond the measured window is hatched.

    Against current, the levels come from the staircase in the files: spectra under current and spectra in the rests
    have a map each. Spectra of a long rest after a run of charge have a map over the time since the current stopped.
    """
    from alkanode.studies.impedance.whole import impedance_part

    execute(impedance_part, with_rows=True, **options)
