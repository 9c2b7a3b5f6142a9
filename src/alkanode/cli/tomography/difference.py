"""``alkanode tomography difference``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.output import json_option
from alkanode.cli.tomography.options import execute, stacked
from alkanode.cli.tomography.volume_options import VOLUME, attenuation_range, box

_OPTIONS = (
    *VOLUME,
    click.option("--grey-after", help="As --grey, where the scale of AFTER is another one."),
    click.option(
        "--fixed",
        metavar="LOWER:UPPER",
        callback=attenuation_range,
        help="Attenuation of a material that does not change, for example '5:20 cm-1'; the volumes are laid upon one "
        "another by it. Default the whole volume.",
    ),
    click.option(
        "--electrolyte",
        help="In place of --fixed: that material by name, for example NASICON; half to twice its value.",
    ),
    click.option(
        "--erode",
        type=int,
        default=-2,
        show_default=True,
        help="Voxels taken off that material; negative adds its surface.",
    ),
    click.option("--lie-alike", is_flag=True, help="The volumes lie upon one another already: no registration."),
    click.option(
        "--smoothing", type=click.FloatRange(min=0), default=1.5, show_default=True, help="Of the Gaussian, in voxels."
    ),
    click.option(
        "--unchanged",
        metavar="BOX",
        callback=box,
        help="Voxels of BEFORE where nothing changed, z0:z1,y0:y1,x0:x1: noise and threshold come from there. Needed "
        "where volumes hold no halves of the projections.",
    ),
    click.option(
        "--false-grains",
        type=click.FloatRange(min=0, min_open=True),
        help="Grains accepted in the volume that are noise, by which the threshold is set; default 2, with --unchanged 5.",
    ),
    click.option("--smallest-diameter", default="5 um", show_default=True, help="Of a grain that counts."),
    click.option(
        "--threshold",
        type=click.FloatRange(min=0, min_open=True),
        help="Multiple of the noise, in place of a stated number of false grains.",
    ),
    json_option,
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path, file_okay=False),
        required=True,
        help="Folder for every stage, pictures and numbers. The same command again goes on where it stopped.",
    ),
)


@click.command()
@click.argument("before")
@click.argument("after")
@stacked(*_OPTIONS)
def difference(
    before: str,
    after: str,
    pixel_size: str | None,
    grey: str | None,
    photon_energy: str | None,
    grey_after: str | None,
    fixed: tuple[str, str] | None,
    electrolyte: str | None,
    erode: int,
    lie_alike: bool,
    smoothing: float,
    unchanged: tuple[tuple[int, int], tuple[int, int], tuple[int, int]] | None,
    false_grains: float | None,
    smallest_diameter: str,
    threshold: float | None,
    as_json: bool,
    output: Path,
) -> None:
    """What changed from volume BEFORE to volume AFTER: registration, difference, noise, threshold, map of change.

    A volume is a folder of reconstruct, FOLDER#SCAN of a series, a folder of TIFF slices, or a TIFF with many pages.
    The threshold is not chosen by eye: it is where maps without change hold few enough grains.
    """
    from alkanode.foundation.runtime import TextProgress
    from alkanode.foundation.units import to_si
    from alkanode.studies.tomography.commands.comparison import ComparisonChoice
    from alkanode.studies.tomography.commands.difference import difference_part, threshold_choice
    from alkanode.studies.tomography.commands.volume_place import VolumePlace

    if fixed is not None and electrolyte is not None:
        raise click.UsageError("give --fixed or --electrolyte, not both")
    span = None if fixed is None else (to_si(fixed[0], "attenuation"), to_si(fixed[1], "attenuation"))
    places = [
        VolumePlace(text=text, grey=scale, pixel_size=pixel_size, photon_energy=photon_energy)
        for text, scale in ((before, grey), (after, grey_after or grey))
    ]
    execute(
        lambda: difference_part(
            places[0],
            places[1],
            output,
            ComparisonChoice(fixed=span, erode=erode, lie_alike=lie_alike, smoothing=smoothing, unchanged=unchanged),
            threshold_choice(false_grains, smallest_diameter, threshold),
            electrolyte=electrolyte,
            progress=TextProgress(),
        ),
        as_json=as_json,
        output=output,
    )
