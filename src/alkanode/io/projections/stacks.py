"""Volumes that another program reconstructed: folders of slices, TIFF files with many pages, HDF5 datasets."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.io.projections.declared import place_of
from alkanode.io.projections.defects import Findings, refuse, sorted_defects
from alkanode.io.projections.frames import FrameSource
from alkanode.io.projections.grey import GreyScale
from alkanode.io.projections.hdf5 import frames_at, opened
from alkanode.io.projections.lazy import lazy_variable
from alkanode.io.projections.tiff import SUFFIXES, tiff_frames, tiff_names

GREY = "grey levels of unknown scale: no attenuation, no noise in m-1, no materials"
"""What ``attrs["attenuation_from"]`` says of a stack without a scale."""


def open_stack(
    path: str | Path,
    *,
    grey: GreyScale | None = None,
    pixel_size: QuantityLike | None = None,
    photon_energy: QuantityLike | None = None,
    first_slice: int = 0,
) -> xr.Dataset:
    """Open a reconstructed volume without reading its slices.

    Parameters
    ----------
    path
        A folder of TIFF slices (natural order), a TIFF file with many pages, or ``FILE::DATASET`` of an HDF5 file;
        slices follow the rotation axis, their rows are y and their columns x.
    grey
        How grey levels become attenuation; each scan of a series may have its own. Without it the numbers stay grey
        levels, which :func:`~alkanode.tomography.register` can use and nothing that speaks of materials can.
    pixel_size, photon_energy
        Text with a unit, or SI. Without the pixel size there are no coordinates.
    first_slice
        Detector row of the first slice, where only some were kept.

    Returns
    -------
    Dataset
        Kind ``volume``: ``attenuation`` (z, y, x) in float32 and m-1, read only where it is indexed; ``z`` (m) from
        detector row 0, ``y``, ``x`` (m) from the middle of the slice; ``attrs["attenuation_from"]``.

    Raises
    ------
    ReaderError
        Where the slices are absent, damaged, of two sizes, or a number is missing in their names: it lists everything.

    Warns
    -----
    DataQualityWarning
        Slices of two types; no grey scale; no pixel size.
    """
    findings = Findings()
    source = _slices(path, findings)
    if source is None or findings.any_fatal:
        raise refuse(str(path), findings)
    scale = grey or GreyScale(scale=1.0, found=GREY)
    if grey is None:
        findings.doubt(
            "grey-unscaled", str(path), "there is no grey scale", "Give grey=, for example GreyScale.from_range"
        )
    volume = xr.Dataset({"attenuation": lazy_variable(("z", "y", "x"), source, scale=scale.scale, offset=scale.offset)})
    if pixel_size is None:
        findings.doubt("pixel_size-unknown", str(path), "nothing can be given per length", "Give pixel_size=")
    else:
        step = to_si(pixel_size, "pixel_size")
        slices, rows, columns = source.shape
        volume = volume.assign_coords(
            z=(np.arange(slices) + first_slice) * step,
            y=(np.arange(rows) - (rows - 1) / 2) * step,
            x=(np.arange(columns) - (columns - 1) / 2) * step,
        )
        volume.attrs["pixel_size"] = step
    if photon_energy is not None:
        volume["photon_energy"] = ((), to_si(photon_energy, "photon_energy"))
    volume = label(volume, "volume")
    volume.attrs.update(source_file=Path(str(path)).name, attenuation_from=scale.found)
    if grey is None:
        volume["attenuation"].attrs.update(units="1", display_unit="1", long_name="Grey level.")
    else:
        volume.attrs.update(grey_scale=scale.scale, grey_offset=scale.offset)
    if findings.defects:
        told = "\n".join(f"  {defect}" for defect in sorted_defects(findings))
        warnings.warn(f"{volume.attrs['source_file']}:\n{told}", DataQualityWarning, stacklevel=2)
    return volume


def _slices(path: str | Path, findings: Findings) -> FrameSource | None:
    place, dataset = place_of(path)
    if dataset:
        held = None
        with opened(place, findings) as file:
            held = None if file is None else frames_at(place, file, dataset, findings)
        if held is None:
            return None
        if not held[1].all():
            findings.fatal(
                "slices-missing", f"{place.name}:{dataset}", f"{int((~held[1]).sum())} slices were never written"
            )
        return held[0]
    if place.is_dir():
        folder, names = place, tiff_names(place)
    elif place.suffix.lower() in SUFFIXES:
        folder, names = place.parent, [place.name]
    else:
        findings.fatal("layout-unknown", str(path), "neither a folder nor a TIFF file", "For HDF5 write FILE::DATASET")
        return None
    if not names:
        findings.fatal("frames-missing", str(path), "no TIFF file in it")
        return None
    found = tiff_frames(folder, names, findings)
    if found is None:
        return None
    source, numbers = found
    if numbers is not None and numbers.size > 1 and (np.diff(numbers) != 1).any():
        jump = int(np.argmax(np.diff(numbers) != 1))
        findings.fatal(
            "slices-missing",
            str(path),
            f"slice {numbers[jump + 1]} follows slice {numbers[jump]}",
            "Give the missing slices, or the run of slices that is whole",
        )
    return source
