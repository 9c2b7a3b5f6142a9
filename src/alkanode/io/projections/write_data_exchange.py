"""Write a scan as a Data Exchange file, for tomopy, tomocupy and their like."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import h5py
import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import DataQualityWarning
from alkanode.io.projections.raw_scan import DARK, FLAT, INVALID, PROJECTION
from alkanode.io.projections.write_nxtomo import BLOCK, KILOELECTRONVOLT


def write_data_exchange(scan: RecordLike, path: str | Path) -> Path:
    """Write a scan as a Data Exchange file.

    Parameters
    ----------
    scan
        Record of kind ``projections``; its frames may be lazy and are copied block by block.
    path
        File to write; it appears under this name only when it is whole.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    SchemaError
        When the record is no scan.

    Warns
    -----
    DataQualityWarning
        When something has no place in this format: flats on both sides of the projections (their sides are lost),
        invalid frames and the beam monitor (both left out).
    """
    record = check(scan, "projections")
    keys = record["image_key"].to_numpy()
    _tell_losses(keys, record)
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with h5py.File(partial, "w") as file:
            file["implements"] = "exchange:measurement:process"
            for name, key in (("data", PROJECTION), ("data_white", FLAT), ("data_dark", DARK)):
                frames = np.flatnonzero(keys == key)
                if frames.size:
                    _frames(file, f"exchange/{name}", record["counts"], frames)
            projections = keys == PROJECTION
            theta = file.create_dataset(
                "exchange/theta", data=np.degrees(record["rotation_angle"].to_numpy()[projections])
            )
            theta.attrs["units"] = "degrees"
            _facts(file, record, projections)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _tell_losses(keys: np.ndarray[tuple[int], np.dtype[np.int64]], record: xr.Dataset) -> None:
    flats, projections = np.flatnonzero(keys == FLAT), np.flatnonzero(keys == PROJECTION)
    losses = []
    if flats.size and projections.size and flats[0] < projections[-1] < flats[-1]:
        losses.append("on which side of the projections each flat was taken")
    if (keys == INVALID).any():
        losses.append(f"{int((keys == INVALID).sum())} invalid frames")
    if "beam_monitor" in record.variables:
        losses.append("the beam monitor")
    if losses:
        warnings.warn(f"Data Exchange has no place for {'; '.join(losses)}", DataQualityWarning, stacklevel=3)


def _frames(
    file: h5py.File, place: str, counts: xr.DataArray, frames: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> None:
    rows, columns = counts.shape[1:]
    dataset = file.create_dataset(place, shape=(frames.size, rows, columns), dtype=counts.dtype)
    dataset.attrs["units"] = "counts"
    step = max(1, BLOCK // max(1, rows * columns * counts.dtype.itemsize))
    for begin in range(0, frames.size, step):
        dataset[begin : begin + step] = counts.isel(frame=frames[begin : begin + step]).to_numpy()


def _facts(file: h5py.File, record: xr.Dataset, projections: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
    for name, place, factor, unit in (
        ("photon_energy", "measurement/instrument/monochromator/energy", 1 / KILOELECTRONVOLT, "keV"),
        ("pixel_size", "measurement/instrument/detection_system/objective/resolution", 1e6, "um"),
        ("exposure_time", "measurement/instrument/detector/exposure_time", 1.0, "s"),
        ("detector_distance", "measurement/instrument/detector_motor_stack/setup/z", 1e3, "mm"),
    ):
        if name in record.variables:
            file.create_dataset(place, data=float(record[name]) * factor).attrs["units"] = unit
    for attribute, place in (
        ("started", "process/acquisition/start_date"),
        ("ended", "process/acquisition/end_date"),
        ("title", "measurement/sample/name"),
    ):
        if record.attrs.get(attribute):
            file[place] = str(record.attrs[attribute])
    if "time" in record.variables:
        file.create_dataset("defaults/NDArrayTimeStamp", data=record["time"].to_numpy()[projections]).attrs["units"] = (
            "s"
        )
