"""Write a scan as an NXtomo file that other programs read.

Layout as in :mod:`alkanode.io.projections.nxtomo`, with the names of the definition and of the package ``nxtomo``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError

BLOCK = 1 << 26
"""Bytes of frames that are in memory at a time."""

KILOELECTRONVOLT = 1.602176634e-16
"""J."""
_VERSION = 1.5


def write_nxtomo(
    scan: RecordLike,
    path: str | Path,
    *,
    entry: str = "entry",
    compression: str | None = None,
    attrs: dict[str, Any] | None = None,
) -> Path:
    """Write a scan as an NXtomo file.

    Parameters
    ----------
    scan
        Record of kind ``projections``; its frames may be lazy and are copied block by block.
    path
        File to write; it appears under this name only when it is whole.
    entry
        Name of the entry.
    compression
        ``None`` (default: rows can then be read without touching the rest), or ``"gzip"`` or ``"lzf"`` by frame.
    attrs
        More attributes of the entry: texts and numbers.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    SchemaError
        When the record is no scan, or the name of the entry is empty.

    Notes
    -----
    Angles are written in degrees and energies in keV, as the definition asks; a frame without an angle (flats, darks)
    has NaN. Reading the file back gives the same record, but for the rounding of these two factors.
    """
    record = check(scan, "projections")
    if not entry.strip("/"):
        raise SchemaError("an NXtomo file needs the name of an entry", found=repr(entry))
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with h5py.File(partial, "w") as file:
            file.attrs.update(NX_class="NXroot", default=entry)
            _write(file.create_group(entry), record, compression, attrs or {})
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _group(parent: h5py.Group, name: str, kind: str) -> h5py.Group:
    group = parent.require_group(name)
    group.attrs["NX_class"] = kind
    return group


def _number(group: h5py.Group, name: str, values: Any, unit: str = "") -> h5py.Dataset:
    dataset = group.create_dataset(name, data=values)
    if unit:
        dataset.attrs["units"] = unit
    return dataset


def _write(entry: h5py.Group, record: xr.Dataset, compression: str | None, attrs: dict[str, Any]) -> None:
    entry.attrs.update(NX_class="NXentry", definition="NXtomo", version=_VERSION, default="data", **attrs)
    entry["definition"] = "NXtomo"
    for name, attribute in (("title", "title"), ("start_time", "started"), ("end_time", "ended")):
        if record.attrs.get(attribute):
            entry[name] = str(record.attrs[attribute])
    instrument = _group(entry, "instrument", "NXinstrument")
    detector = _group(instrument, "detector", "NXdetector")
    sample = _group(entry, "sample", "NXsample")
    sample["name"] = str(record.attrs.get("title", "sample"))
    source = _group(instrument, "source", "NXsource")
    source["probe"] = "x-ray"
    frames = record.sizes["frame"]
    detector.create_dataset("image_key", data=record["image_key"].to_numpy().astype(np.int32))
    detector.create_dataset("image_key_control", data=record["image_key"].to_numpy().astype(np.int32))
    _number(sample, "rotation_angle", np.degrees(record["rotation_angle"].to_numpy()), "degree")
    for name, place, unit in (
        ("pixel_size", (detector, "x_pixel_size"), "m"),
        ("pixel_size", (detector, "y_pixel_size"), "m"),
        ("pixel_size", (sample, "x_pixel_size"), "m"),
        ("pixel_size", (sample, "y_pixel_size"), "m"),
        ("detector_distance", (detector, "distance"), "m"),
    ):
        if name in record.variables:
            _number(*place, float(record[name]), unit)
    if "exposure_time" in record.variables:
        _number(detector, "count_time", np.full(frames, float(record["exposure_time"])), "s")
    if "photon_energy" in record.variables:
        energy = float(record["photon_energy"]) / KILOELECTRONVOLT
        for parent in (entry, instrument):
            _number(_group(parent, "beam", "NXbeam"), "incident_energy", energy, "keV")
    if "beam_monitor" in record.variables:
        _number(_group(entry, "control", "NXmonitor"), "data", record["beam_monitor"].to_numpy())
    if "time" in record.variables:
        times = _number(detector, "start_time", record["time"].to_numpy().astype(float), "s")
        if record.attrs.get("started"):
            times.attrs["start"] = str(record.attrs["started"])
    _write_frames(detector, record["counts"], compression)
    data = _group(entry, "data", "NXdata")
    data.attrs["signal"] = "data"
    for name, place in (("data", detector["data"]), ("image_key", detector["image_key"])):
        data[name] = place
    data["rotation_angle"] = sample["rotation_angle"]


def _write_frames(detector: h5py.Group, counts: xr.DataArray, compression: str | None) -> None:
    frames, rows, columns = counts.shape
    dataset = detector.create_dataset(
        "data",
        shape=counts.shape,
        dtype=counts.dtype,
        chunks=None if compression is None else (1, rows, columns),
        compression=compression,
    )
    dataset.attrs["interpretation"] = "image"
    step = max(1, BLOCK // max(1, rows * columns * counts.dtype.itemsize))
    for begin in range(0, frames, step):
        block = counts.isel(frame=slice(begin, begin + step)).to_numpy()
        dataset[begin : begin + len(block)] = block
