"""The course of a command that analyses files: read, compute, print and write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

Function = Callable[..., Any]
Option = Callable[[Function], Function]


def analysis_options(*settings: Option) -> Option:
    """Files, cell and output options, with settings of the analysis between them."""
    options: list[Option] = [files_argument, cell_option, *settings, json_option, output_option]

    def decorate(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def run_analysis(
    analyse: Callable[[xr.DataTree, Cell | None], Part],
    *,
    files: Sequence[Path],
    cell_path: Path | None,
    as_json: bool,
    output: Path | None,
    needs_cell: bool = True,
) -> None:
    """Read the files into one history, analyse it, print and write the result.

    ``needs_cell=False`` says nothing of assumptions where no cell was given: the analysis makes none.
    """
    from alkanode.studies.runner import gathered_warnings

    caught: list[str] = []
    cell = load_cell(cell_path)
    history = load_history(files, caught)
    with gathered_warnings(caught):
        part = analyse(history, cell)
    emit(
        part,
        inputs=[*files, cell_path],
        warnings=caught,
        as_json=as_json,
        output=output,
        cell_given=cell is not None or not needs_cell,
    )


def given(**settings: Any) -> dict[str, Any]:
    """The settings that were given; what was not has the default of its block."""
    return {name: value for name, value in settings.items() if value is not None}
