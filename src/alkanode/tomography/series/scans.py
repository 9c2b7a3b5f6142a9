"""Scans of a series: opened lazily, told apart by what they hold."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import xarray as xr

from alkanode.data.schema import check
from alkanode.data.volumes import configuration_hash
from alkanode.foundation.errors import SchemaError
from alkanode.tomography.series.doubts import collected

ScanSource: TypeAlias = xr.Dataset | Callable[[], xr.Dataset]
"""A record of kind ``projections`` opened lazily, or something without arguments that opens one; for worker processes it
can be pickled, as ``functools.partial(open_projections, path)``."""

SAMPLED_FRAMES = 7
"""Frames that the fingerprint of a scan reads whole."""

TOLD_OF_THE_FILE = frozenset({"source_file", "layout", "title", "assumptions", "defects"})
"""Attributes that say where a scan was read from and what was thought of it, and not what it is: a scan that is moved, or
converted from one format to another, stays the same scan."""

_opened: OrderedDict[str, xr.Dataset] = OrderedDict()
_lock = threading.Lock()
_KEPT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFacts:
    """What is known of a scan before it is reconstructed.

    Attributes
    ----------
    name
        Name within the series.
    fingerprint
        Hash of its shape, angles, keys, times, pixel, energy, attributes and some frames.
    frames
        Hash of its shape and these frames alone: it tells whether two scans were taken of the same thing, whatever pixel
        size or energy is said of them.
    rows, columns
        Size of the detector, in pixels.
    pixel_size
        In m.
    start, end
        Time of its first and last frame, in s; NaN where unknown.
    projections
        Frames with the sample in the beam.
    exposure_time
        In s; NaN where unknown.
    """

    name: str
    fingerprint: str
    rows: int
    columns: int
    pixel_size: float
    start: float = np.nan
    end: float = np.nan
    projections: int = 0
    exposure_time: float = np.nan
    frames: str = ""

    def doubts_beside(self, other: ScanFacts) -> list[str]:
        """What does not fit together with another scan, though both can be compared."""
        doubts = []
        if (self.rows, self.columns) != (other.rows, other.columns):
            doubts.append(
                f"{self.name} has {self.rows} x {self.columns} pixels, {other.name} {other.rows} x {other.columns}: "
                "another part of the detector is laid upon the reference by its shift, and what only one saw has no "
                "difference"
            )
        if self.projections != other.projections:
            doubts.append(
                f"{self.name} has {self.projections} projections, {other.name} {other.projections}: "
                "noise and resolution differ, and edges may show as changes"
            )
        if np.isfinite(self.exposure_time * other.exposure_time) and not np.isclose(
            self.exposure_time, other.exposure_time, rtol=1e-2
        ):
            doubts.append(
                f"{self.name} was exposed for {self.exposure_time:.4g} s, {other.name} for {other.exposure_time:.4g} s: "
                "noise differs; check that its flats were taken alike"
            )
        return doubts


def open_scan(source: ScanSource, fingerprint: str = "") -> xr.Dataset:
    """Open a scan, once per process where its fingerprint is known.

    Parameters
    ----------
    source
        See :data:`ScanSource`.
    fingerprint
        Hash of what it holds; empty to open it anew. With it nothing is warned of: that was done when it was found.

    Returns
    -------
    Dataset
        Kind ``projections``.
    """
    if isinstance(source, xr.Dataset):
        return check(source, "projections")
    if fingerprint:
        with _lock:
            if fingerprint in _opened:
                _opened.move_to_end(fingerprint)
                return _opened[fingerprint]
    if not fingerprint:
        return check(source(), "projections")
    with collected():  # its doubts were told when it was opened the first time
        scan = check(source(), "projections")
    with _lock:
        _opened[fingerprint] = scan
        while len(_opened) > _KEPT:
            _opened.popitem(last=False)
    return scan


def facts_of(name: str, source: ScanSource) -> ScanFacts:
    """Open a scan and note its size, pixel, times and fingerprint.

    Parameters
    ----------
    name
        Name within the series.
    source
        See :data:`ScanSource`.

    Returns
    -------
    ScanFacts

    Raises
    ------
    SchemaError
        When the pixel size is unknown: nothing could be said in 1/m.
    """
    scan = open_scan(source)
    pixel = float(scan["pixel_size"]) if "pixel_size" in scan.variables else np.nan
    if not (np.isfinite(pixel) and pixel > 0):
        raise SchemaError(
            f"scan {name!r} needs its pixel size",
            found="none in the file",
            todo="Give pixel_size where the scan is opened",
        )
    times = scan["time"].to_numpy() if "time" in scan.variables else np.array([np.nan])
    known = times[np.isfinite(times)] if times.dtype.kind == "f" else times
    frames = frames_hash(scan)
    return ScanFacts(
        name=name,
        fingerprint=fingerprint_of(scan, frames=frames),
        frames=frames,
        rows=int(scan.sizes["row"]),
        columns=int(scan.sizes["column"]),
        pixel_size=pixel,
        start=float(known.min()) if known.size else np.nan,
        end=float(known.max()) if known.size else np.nan,
        projections=int((scan["image_key"].to_numpy() == 0).sum()),
        exposure_time=float(scan["exposure_time"]) if "exposure_time" in scan.variables else np.nan,
    )


def fingerprint_of(scan: xr.Dataset, *, frames: str = "") -> str:
    """Hash of what a scan holds: everything but the frames, and some frames whole.

    Parameters
    ----------
    scan
        Kind ``projections``.
    frames
        Of :func:`frames_hash`, where it is known already.

    Returns
    -------
    str
        64 hexadecimal digits. Pixel size, energy, angles, times and attributes count, but for those that only say where
        the scan was read from (:data:`TOLD_OF_THE_FILE`).
    """
    told = {str(name): value for name, value in scan.attrs.items() if name not in TOLD_OF_THE_FILE}
    return configuration_hash(
        {"fields": scan.drop_vars("counts"), "attrs": told, "frames": frames or frames_hash(scan)}
    )


def frames_hash(scan: xr.Dataset) -> str:
    """Hash of the shape of a scan and of seven frames, spread over it, first and last among them.

    A scan that was replaced by another is noticed wherever its files lie, a single altered pixel elsewhere is not.
    """
    counts = scan["counts"]
    chosen = np.unique(np.linspace(0, counts.sizes["frame"] - 1, SAMPLED_FRAMES).round().astype(int))
    digest = hashlib.sha256(repr((tuple(counts.shape), str(counts.dtype))).encode())
    for frame in chosen:
        digest.update(np.ascontiguousarray(counts.isel(frame=int(frame)).to_numpy()).tobytes())
    return digest.hexdigest()
