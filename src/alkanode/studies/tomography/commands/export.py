"""A volume for other programs, as a part."""

from __future__ import annotations

from pathlib import Path

from alkanode.foundation.errors import SchemaError
from alkanode.foundation.runtime import Progress
from alkanode.io.volumes import write_ome_zarr, write_tiff
from alkanode.studies.part import Part
from alkanode.studies.tomography.commands.volume_place import VolumePlace
from alkanode.studies.wording import shown


def export_part(
    place: VolumePlace,
    *,
    tiff: Path | None = None,
    ome_zarr: Path | None = None,
    field: str | None = None,
    progress: Progress | None = None,
) -> Part:
    """Write a volume as TIFF, as OME-Zarr, or as both.

    Parameters
    ----------
    place
        Which volume.
    tiff, ome_zarr
        File and folder to write.
    field
        Of the record: ``attenuation`` of a volume, ``attenuation_change`` of a difference, ``sign`` of a map of change.
    progress
        Told after each slice or slab.

    Returns
    -------
    Part
        What was written; ``missing`` says what was not, and why.

    Raises
    ------
    SchemaError
        When neither is asked for.
    """
    if tiff is None and ome_zarr is None:
        raise SchemaError("an export needs a target", found="none", todo="Give --tiff FILE, --ome-zarr FOLDER, or both")
    volume = place.open()
    written: dict[str, str] = {}
    missing: dict[str, str] = {}
    for kind, target in (("tiff", tiff), ("ome_zarr", ome_zarr)):
        if target is None:
            continue
        try:
            if kind == "tiff":
                write_tiff(volume, target, field=field, progress=progress)
            else:
                write_ome_zarr(volume, target, field=field, progress=progress)
            written[kind] = str(target)
        except (SchemaError, OSError) as reason:
            missing[str(target)] = str(reason)
    sizes = " x ".join(str(volume.sizes[dim]) for dim in "zyx")
    voxel = shown(float(volume["x"][1] - volume["x"][0]), "pixel_size") if volume.sizes["x"] > 1 else "one voxel wide"
    return Part(
        name="export",
        title=f"Export of {place.name}",
        details={"written": written, "shape": [int(volume.sizes[dim]) for dim in "zyx"]},
        findings=tuple(f"{target}: {sizes} voxels (z, y, x) of {voxel}." for target in written.values()),
        missing=missing,
    )
