"""``alkanode tomography inspect``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from alkanode.cli.tomography.options import SCAN, execute, scan_of, tomography_options


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@tomography_options(
    *SCAN,
    click.option(
        "--frames",
        type=click.IntRange(min=0),
        default=64,
        show_default=True,
        help="Projections read of each scan, evenly spread; 0 looks at headers only.",
    ),
    click.option("--all-frames", is_flag=True, help="Read every projection: finds single bad frames."),
)
def inspect(
    files: Sequence[Path], frames: int, all_frames: bool, as_json: bool, output: Path | None, **scan: Any
) -> None:
    """What scans hold, what is wrong with them, and what was assumed; nothing stops at the first defect.

    FILES are scans in the order taken: NXtomo, Data Exchange, any HDF5 with --datasets, folders of TIFF. Several are
    also compared with the first. Volumes that are reconstructed already are named as such. Ends with 3 where a scan
    cannot be used.
    """
    from alkanode.studies.tomography.commands.inspection import inspection_part

    chosen = [scan_of(path, **scan) for path in files]
    execute(
        lambda: inspection_part(chosen, frames=None if all_frames else frames),
        inputs=files,
        as_json=as_json,
        output=output,
    )
