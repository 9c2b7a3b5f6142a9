"""``alkanode calibrate``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.output import emit, json_option, output_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--samples",
    type=click.IntRange(min=0),
    help="Draws of the posterior, instead of what the file says; 0 takes the Gaussian at the best place.",
)
@json_option
@output_option
def calibrate(file: Path, samples: int | None, as_json: bool, output: Path | None) -> None:
    """Calibrate a cell model as a FILE (YAML) says: data with standard errors, what is fitted, what is held out.

    Two intervals are given: that of the posterior, and one with the intervals of numbers that were not fitted.
    """
    from alkanode.foundation.runtime import TextProgress
    from alkanode.studies.calibration.file import calibrate_file
    from alkanode.studies.calibration.part import calibration_part
    from alkanode.studies.runner import gathered_warnings

    caught: list[str] = []
    with gathered_warnings(caught):
        part = calibration_part(calibrate_file(file, samples=samples, progress=TextProgress()))
    emit(part, inputs=[file], warnings=caught, as_json=as_json, output=output)
