"""``alkanode thermo published``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from alkanode.cli.thermo.options import execute, thermo_options


@click.command()
@click.argument("figures", nargs=-1)
@thermo_options(
    click.option("--paper", help="Figures of one paper only: Wu2025, Koh2024, Park2021, WuHatzell, EncyclopediaNaK."),
    click.option("--reasons", is_flag=True, help="The reason of every verdict, also of plain agreement."),
    click.option(
        "--draws",
        type=click.IntRange(min=0),
        default=200,
        show_default=True,
        help="Sets of the assessments' parameters behind their intervals; 0 leaves these out.",
    ),
)
def published(
    figures: Sequence[str], paper: str | None, reasons: bool, draws: int, as_json: bool, output: Path | None
) -> None:
    """Numbers that papers print on Li-Na-K anodes, next to ours, each with role and verdict.

    FIGURES are names of rows (S004-073) or keys of figures; none is all of them. A calibration helped a fit, so that its
    agreement checks the code only; a prediction did not.
    """
    from alkanode.studies.thermo.published import published_part

    execute(
        lambda: published_part(figures or None, source=paper, reasons=reasons, draws=draws),
        as_json=as_json,
        output=output,
    )
