"""Options and the course of every command on impedance spectra."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alkanode.cli.output import (
    cell_option,
    emit,
    files_argument,
    json_option,
    load_cell,
    load_history,
    output_option,
)

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.data import Cell
    from alkanode.studies import Part
    from alkanode.studies.blocks import Impedance

Function = Callable[..., Any]
Option = Callable[[Function], Function]

CHECKS = (
    click.option("--drift-limit", type=float, default=1.0, show_default=True, help="DC drift over AC amplitude."),
    click.option(
        "--frequency-range",
        nargs=2,
        type=str,
        help="Lowest and highest frequency to keep, for example '0 Hz' '50 kHz'.",
    ),
)
INVERSION = (
    click.option(
        "--lambda",
        "regularisation",
        type=float,
        default=1e-3,
        show_default=True,
        help="Regularisation; 1e-3 is that of Wu 2025.",
    ),
    click.option(
        "--order",
        "penalty_order",
        type=click.IntRange(0, 2),
        default=1,
        show_default=True,
        help="Derivative that is penalised.",
    ),
)


def options(*settings: Option) -> Option:
    """Files, cell and output options, with settings of the analysis between them."""
    options: list[Option] = [files_argument, cell_option, *settings, json_option, output_option]

    def decorate(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def execute(
    analyse: Callable[[xr.Dataset, Cell | None, Impedance], Part],
    *,
    files: Sequence[Path],
    cell_path: Path | None,
    as_json: bool,
    output: Path | None,
    **settings: Any,
) -> None:
    """Read the spectra, analyse them, print and write the result."""
    from alkanode.studies.blocks import Impedance
    from alkanode.studies.impedance.spectra import spectra_of
    from alkanode.studies.runner import gathered_warnings

    chosen = Impedance.of(**settings)
    caught: list[str] = []
    cell = load_cell(cell_path)
    spectra = spectra_of(load_history(files, caught))
    with gathered_warnings(caught):
        part = analyse(spectra, cell, chosen)
    inputs = [*files, cell_path]
    emit(part, inputs=inputs, warnings=caught, as_json=as_json, output=output, cell_given=cell is not None)
