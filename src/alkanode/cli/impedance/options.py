"""Options that commands on impedance spectra share, and their course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alkanode.cli.analysis import run_analysis

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.data import Cell
    from alkanode.studies import Part

METHODS = ("gcv", "l-curve", "re-im")
"""Ways to choose lambda; the same as in :mod:`alkanode.impedance`, which a command must not load to show its help."""


def number_or_method(value: float | str) -> float | str:
    """A value of ``--lambda``: a number, or the name of a way to choose it."""
    if isinstance(value, float) or value in METHODS:
        return value
    try:
        return float(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is neither a number nor one of {', '.join(METHODS)}") from None


CHECKS = (
    click.option("--drift-limit", type=float, default=1.0, show_default=True, help="DC drift over AC amplitude."),
    click.option(
        "--frequency-range",
        nargs=2,
        type=str,
        help="Lowest and highest frequency to keep, for example '0 Hz' '50 kHz'; default all but spoiled points at the top, 'inf' keeps those.",
    ),
)
INVERSION = (
    click.option(
        "--lambda",
        "regularisation",
        type=number_or_method,
        metavar="NUMBER|" + "|".join(METHODS),
        default=1e-3,
        show_default=True,
        help="Regularisation: a number (1e-3 is that of Wu 2025), or gcv, l-curve or re-im to choose one for the series.",
    ),
    click.option(
        "--order",
        "penalty_order",
        type=click.IntRange(0, 2),
        default=1,
        show_default=True,
        help="Derivative that is penalised.",
    ),
    click.option(
        "--weights",
        type=click.Choice(["unit", "modulus"]),
        help="Weights of the residuals; by default unit, with --blocking modulus.",
    ),
    click.option(
        "--basis",
        type=click.Choice(["tent", "gaussian"]),
        default="tent",
        show_default=True,
        help="Functions that the distribution is made of.",
    ),
    click.option("--blocking", is_flag=True, help="Fit the tail of blocking electrodes."),
    click.option(
        "--free-sign",
        nargs=2,
        type=float,
        help="Relaxation times (s) between which the distribution may be negative, for inductive loops.",
    ),
    click.option(
        "--preset",
        type=click.Choice(["wu2025"]),
        help="Published recipe; wu2025 (Re+Im, lambda 1e-3) has sweeps that end at 1 Hz, so nothing beyond 0.16 s.",
    ),
)


def execute(
    analyse: Callable[..., Part],
    *,
    files: Sequence[Path],
    cell_path: Path | None,
    as_json: bool,
    output: Path | None,
    with_rows: bool = False,
    **settings: Any,
) -> None:
    """Read the spectra, analyse them, print and write the result.

    ``analyse`` takes the spectra, the cell or ``None``, and the settings; ``with_rows`` adds the cycling record, or ``None``.
    """
    from alkanode.studies.blocks import Impedance
    from alkanode.studies.impedance.spectra import rows_of, spectra_of

    chosen = Impedance.of(**settings)

    def course(history: xr.DataTree, cell: Cell | None) -> Part:
        rows = (rows_of(history),) if with_rows else ()
        return analyse(spectra_of(history), cell, chosen, *rows)

    run_analysis(course, files=files, cell_path=cell_path, as_json=as_json, output=output)
