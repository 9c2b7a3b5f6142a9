"""``alkanode tomography axis``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from alkanode.cli.tomography.options import (
    CORRECTIONS,
    ROWS,
    SCAN,
    SEARCH,
    TOLERANCE,
    corrections_of,
    execute,
    scan_of,
    tomography_options,
)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@tomography_options(
    *SCAN,
    *CORRECTIONS,
    ROWS,
    SEARCH,
    TOLERANCE,
    click.option("--algotom", "with_algotom", is_flag=True, help="Also run algotom's search, which is slow."),
)
def axis(
    file: Path,
    stripes: str,
    zinger_threshold: float,
    flat_counts: float | None,
    rows: tuple[int, int] | None,
    search: tuple[float, float] | None,
    tolerance: float,
    with_algotom: bool,
    as_json: bool,
    output: Path | None,
    **scan: Any,
) -> None:
    """Detector column of the rotation axis of FILE by methods that rest on different things, with their curves.

    Where they differ by more than --tolerance the command ends with 3 and tells every value; the curves are written.
    """
    from alkanode.foundation.runtime import TextProgress
    from alkanode.studies.tomography.commands.axis import axis_part

    execute(
        lambda: axis_part(
            scan_of(file, **scan),
            corrections=corrections_of(stripes=stripes, zinger_threshold=zinger_threshold, flat_counts=flat_counts),
            rows=rows,
            search=search,
            tolerance=tolerance,
            with_algotom=with_algotom,
            progress=TextProgress(),
        ),
        inputs=[file],
        as_json=as_json,
        output=output,
    )
