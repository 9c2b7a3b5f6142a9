"""``alkanode tomography reconstruct``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from alkanode.cli.output import json_option
from alkanode.cli.tomography.options import (
    CORRECTIONS,
    ROWS,
    SCAN,
    SEARCH,
    TOLERANCE,
    corrections_of,
    execute,
    scan_of,
    stacked,
)

_OPTIONS = (
    *SCAN,
    *CORRECTIONS,
    click.option(
        "--delta-over-beta",
        type=click.FloatRange(min=0, min_open=True),
        help="Turns on the phase step, with this ratio.",
    ),
    click.option("--distance", "detector_distance", help="Sample to detector, for the phase step: '5 cm'."),
    ROWS,
    click.option("--axis", "axis_column", type=float, help="Known detector column of the axis; default by consensus."),
    SEARCH,
    TOLERANCE,
    click.option(
        "--filter",
        "window",
        default="hann",
        show_default=True,
        help="Window on the ramp: ramp, hann, shepp-logan, cosine, hamming.",
    ),
    click.option("--half-acquisition", is_flag=True, help="360 degrees with the axis near one side of the detector."),
    click.option(
        "--halves/--no-halves",
        default=True,
        show_default=True,
        help="Keep what odd and even projections say apart, from which noise is measured; a third more time, twice the room.",
    ),
    click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Blocks made at once."),
    click.option(
        "--block-rows", type=click.IntRange(min=1), default=8, show_default=True, help="Slices of a block: memory."
    ),
    click.option("--tiff", type=click.Path(path_type=Path, dir_okay=False), help="Also write the volume as TIFF."),
    click.option("--ome-zarr", type=click.Path(path_type=Path), help="Also write the volume as OME-Zarr."),
    json_option,
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path, file_okay=False),
        required=True,
        help="Folder for volume, axis, pictures and numbers. The same command again goes on where it stopped.",
    ),
)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@stacked(*_OPTIONS)
def reconstruct(
    file: Path,
    stripes: str,
    zinger_threshold: float,
    flat_counts: float | None,
    delta_over_beta: float | None,
    rows: tuple[int, int] | None,
    axis_column: float | None,
    search: tuple[float, float] | None,
    tolerance: float,
    window: str,
    half_acquisition: bool,
    halves: bool,
    workers: int,
    block_rows: int,
    tiff: Path | None,
    ome_zarr: Path | None,
    as_json: bool,
    output: Path,
    **scan: Any,
) -> None:
    """The scan FILE from raw frames to a volume of linear attenuation coefficients.

    Block by block, with bounded memory; killed at any moment, the same command goes on and the result is the same bit
    for bit. Needs the pixel size. Where the methods do not agree on the axis it ends with 3 and tells every value.
    """
    from dataclasses import replace

    from alkanode.foundation.runtime import TextProgress
    from alkanode.studies.tomography.commands.reconstruction import VolumeChoice, reconstruction_part
    from alkanode.tomography.corrections import PhaseStep
    from alkanode.tomography.reconstruction import Reconstruction

    corrections = corrections_of(stripes=stripes, zinger_threshold=zinger_threshold, flat_counts=flat_counts)
    if delta_over_beta is not None:
        corrections = replace(corrections, phase=PhaseStep(delta_over_beta=delta_over_beta))
    choice = VolumeChoice(
        corrections=corrections,
        reconstruction=Reconstruction(filter=window, half_acquisition=half_acquisition),
        axis_column=axis_column,
        search=search,
        tolerance=tolerance,
        rows=rows,
        halves=halves,
        block_rows=block_rows,
    )
    execute(
        lambda: reconstruction_part(
            scan_of(file, **scan),
            output,
            choice,
            workers=workers,
            tiff=tiff,
            ome_zarr=ome_zarr,
            progress=TextProgress(),
        ),
        inputs=[file],
        as_json=as_json,
        output=output,
    )
