"""``alkanode tomography export``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.output import json_option
from alkanode.cli.tomography.options import execute, stacked
from alkanode.cli.tomography.volume_options import VOLUME

_OPTIONS = (
    *VOLUME,
    click.option("--tiff", type=click.Path(path_type=Path, dir_okay=False), help="File to write, for Fiji and AVIZO."),
    click.option("--ome-zarr", type=click.Path(path_type=Path), help="Folder to make, for napari; it must not exist."),
    click.option("--field", help="Of the record, such as attenuation_change or sign; default the first that it has."),
    json_option,
)


@click.command()
@click.argument("volume")
@stacked(*_OPTIONS)
def export(
    volume: str,
    pixel_size: str | None,
    grey: str | None,
    photon_energy: str | None,
    tiff: Path | None,
    ome_zarr: Path | None,
    field: str | None,
    as_json: bool,
) -> None:
    """VOLUME for other programs, slice by slice, with its voxel size; attenuation in 1/cm.

    VOLUME is a folder of reconstruct, FOLDER#SCAN of a series, a *.zarr of these or of difference, or a stack of slices.
    """
    from alkanode.foundation.runtime import TextProgress
    from alkanode.studies.tomography.commands.export import export_part
    from alkanode.studies.tomography.commands.volume_place import VolumePlace

    place = VolumePlace(text=volume, grey=grey, pixel_size=pixel_size, photon_energy=photon_energy)
    execute(
        lambda: export_part(place, tiff=tiff, ome_zarr=ome_zarr, field=field, progress=TextProgress()),
        as_json=as_json,
        output=None,
    )
