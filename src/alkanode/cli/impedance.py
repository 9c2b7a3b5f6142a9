"""``alkanode impedance drt|kk|map``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from alkanode.cli.output import cell_option, emit, files_argument, json_option, load_cell, load_history, output_option

if TYPE_CHECKING:
    import xarray as xr

_lambda = click.option(
    "--lambda", "regularisation", type=float, default=1e-3, show_default=True, help="Regularisation."
)
_order = click.option(
    "--order", type=click.IntRange(0, 2), default=1, show_default=True, help="Derivative that is penalised."
)
_range = click.option(
    "--frequency-range", nargs=2, type=str, help="Lowest and highest frequency to keep, for example '0 Hz' '50 kHz'."
)
_drift = click.option("--drift-limit", type=float, default=1.0, show_default=True, help="DC drift over AC amplitude.")


@click.group()
def impedance() -> None:
    """Validity, relaxation times and maps of impedance spectra."""


def _spectra(files: tuple[Path, ...], caught: list[str]) -> xr.Dataset:
    """Spectra of the files, with the charge that had passed where the files tell."""
    from alkanode.data import passed_charge
    from alkanode.studies.spectra import impedance_of, with_charge

    history = load_history(files, caught)
    spectra = impedance_of(history)
    if "cycling" not in history.children:
        return spectra
    rows = history["cycling"].to_dataset()
    charge, _ = passed_charge(rows)
    return with_charge(spectra, charge, rows["time"].to_numpy().astype(float))


@impedance.command()
@files_argument
@cell_option
@_drift
@_range
@json_option
@output_option
def kk(
    files: tuple[Path, ...],
    cell_path: Path | None,
    drift_limit: float,
    frequency_range: tuple[str, str] | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Checks and linear Kramers-Kronig test of the spectra in FILES."""
    from alkanode.studies.runner import gathered_warnings
    from alkanode.studies.spectra import kramers_kronig_part
    from alkanode.studies.study import Impedance

    settings = Impedance.of(drift_limit=drift_limit, frequency_range=frequency_range)
    caught: list[str] = []
    cell = load_cell(cell_path)
    spectra = _spectra(files, caught)
    with gathered_warnings(caught):
        part = kramers_kronig_part(spectra, settings, area=None if cell is None else cell.effective_area)
    emit(
        part,
        inputs=[*files, cell_path],
        warnings=caught,
        as_json=as_json,
        output=output,
        cell_given=cell is not None,
    )


@impedance.command()
@files_argument
@cell_option
@_lambda
@_order
@_drift
@_range
@json_option
@output_option
def drt(
    files: tuple[Path, ...],
    cell_path: Path | None,
    regularisation: float,
    order: int,
    drift_limit: float,
    frequency_range: tuple[str, str] | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Distributions of relaxation times of the spectra in FILES."""
    from alkanode.studies.runner import gathered_warnings
    from alkanode.studies.spectra import checked_spectra, relaxation_part
    from alkanode.studies.study import Impedance

    settings = Impedance.of(
        regularisation=regularisation, penalty_order=order, drift_limit=drift_limit, frequency_range=frequency_range
    )
    caught: list[str] = []
    cell = load_cell(cell_path)
    spectra = _spectra(files, caught)
    with gathered_warnings(caught):
        checked = checked_spectra(spectra, settings)
        part = relaxation_part(checked, settings, area=None if cell is None else cell.effective_area)
    emit(
        part,
        inputs=[*files, cell_path],
        warnings=caught,
        as_json=as_json,
        output=output,
        cell_given=cell is not None,
    )


@impedance.command("map")
@files_argument
@cell_option
@_lambda
@_order
@_drift
@_range
@json_option
@output_option
def operando_map(
    files: tuple[Path, ...],
    cell_path: Path | None,
    regularisation: float,
    order: int,
    drift_limit: float,
    frequency_range: tuple[str, str] | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Map of relaxation times over charge (or time, where no charge moves)."""
    from alkanode.studies.runner import gathered_warnings
    from alkanode.studies.spectra import impedance_part
    from alkanode.studies.study import Impedance

    settings = Impedance.of(
        regularisation=regularisation, penalty_order=order, drift_limit=drift_limit, frequency_range=frequency_range
    )
    caught: list[str] = []
    cell = load_cell(cell_path)
    spectra = _spectra(files, caught)
    with gathered_warnings(caught):
        part = impedance_part(spectra, cell, settings)
    emit(
        part,
        inputs=[*files, cell_path],
        warnings=caught,
        as_json=as_json,
        output=output,
        cell_given=cell is not None,
    )
