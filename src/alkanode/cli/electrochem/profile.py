"""``alkanode electrochem profile``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.output import (
    cell_option,
    cycling_of,
    emit,
    files_argument,
    json_option,
    load_cell,
    load_history,
    output_option,
)


@click.command()
@files_argument
@cell_option
@click.option("--spike-share", type=float, help="Share of the charge in which a spike is looked for; default 0.05.")
@click.option("--interfaces", type=int, help="Equal interfaces that share the voltage; default 1, the whole cell.")
@click.option("--with-sweeps", is_flag=True, help="Count rows of impedance sweeps under current control.")
@json_option
@output_option
def profile(
    files: tuple[Path, ...],
    cell_path: Path | None,
    spike_share: float | None,
    interfaces: int | None,
    with_sweeps: bool,
    as_json: bool,
    output: Path | None,
) -> None:
    """Shape of each half cycle of FILES: nucleation spike, plateaus, ramp or arch."""
    from alkanode.electrochem import find_failures
    from alkanode.studies.blocks import Profile
    from alkanode.studies.profile import profile_part
    from alkanode.studies.runner import gathered_warnings

    given = {"spike_share": spike_share, "interfaces": interfaces}
    settings = Profile.of(with_sweeps=with_sweeps, **{key: value for key, value in given.items() if value is not None})
    caught: list[str] = []
    cell = load_cell(cell_path)
    record = cycling_of(load_history(files, caught))
    with gathered_warnings(caught):
        part = profile_part(record, cell, settings, find_failures(record, cell))
    emit(
        part,
        inputs=[*files, cell_path],
        warnings=caught,
        as_json=as_json,
        output=output,
        cell_given=cell is not None,
    )
