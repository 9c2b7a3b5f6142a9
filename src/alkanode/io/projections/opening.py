"""Open a scan, whatever the layout of its files."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypedDict, Unpack

import h5py
import numpy as np
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.io.projections.assembly import Assembled, Given, assemble
from alkanode.io.projections.data_exchange import DataExchangeSource
from alkanode.io.projections.declared import DatasetPaths, DeclaredSource, place_of
from alkanode.io.projections.defects import Findings, refuse, sorted_defects
from alkanode.io.projections.folder import FolderSource
from alkanode.io.projections.frames import MemoryFrames, PickedFrames
from alkanode.io.projections.hdf5 import nearby, opened, vector_at
from alkanode.io.projections.nxtomo import NXtomoSource, tomo_entries
from alkanode.io.projections.raw_scan import DARK, FLAT, Part, RawAngles, RawScan, ScanSource, keyed
from alkanode.io.projections.text_angles import AngleRange, read_angles
from alkanode.io.projections.tiff import SUFFIXES, tiff_frames, tiff_names

Place: TypeAlias = "str | Path"
FramesLike: TypeAlias = "Place | np.ndarray[Any, Any] | Sequence[Place]"
"""A TIFF file, a folder of them, an HDF5 file, ``FILE::DATASET``, an array (frame, row, column), or several files."""
AnglesLike: TypeAlias = "Place | AngleRange | Sequence[float] | np.ndarray[Any, Any]"
"""A text file, ``FILE::DATASET``, an :class:`AngleRange`, or numbers (rad, or in ``angle_unit``)."""


def open_projections(
    path: Place | ScanSource,
    *,
    layout: DatasetPaths | None = None,
    entry: str = "",
    flats: FramesLike | None = None,
    flats_after: FramesLike | None = None,
    darks: FramesLike | None = None,
    angles: AnglesLike | None = None,
    angle_unit: str = "",
    sinograms: bool = False,
    normalised: bool | float = False,
    pixel_size: QuantityLike | None = None,
    photon_energy: QuantityLike | None = None,
    exposure_time: QuantityLike | None = None,
    detector_distance: QuantityLike | None = None,
) -> xr.Dataset:
    """Open a scan without reading its frames.

    Parameters
    ----------
    path
        An NXtomo or Data Exchange file, any HDF5 file with ``layout``, a folder of TIFF images, a TIFF file with many
        pages, or an object with ``arrays`` (see :class:`ScanSource`).
    layout
        Places in an HDF5 file of no known layout.
    entry
        Entry of an NXtomo file that holds several.
    flats, flats_after, darks
        Frames in other files; they replace those of the scan. ``flats`` were taken before the projections.
    angles
        One angle per projection (or per frame, or per number of a file); they replace those of the scan.
    angle_unit
        ``"deg"`` or ``"rad"``. By default the unit that stands in the file; without one, angles that span no more
        than 6.9 are radians and others degrees, and the report says so. Numbers given in Python are rad.
    sinograms
        For TIFF: each image is the sinogram (angle, column) of one detector row.
    normalised
        The readings are transmissions already: ``True`` where 1 is full transmission, or the reading that is. A dark of
        zeros and such a flat are then made up, so that all later stages work as ever.
    pixel_size, photon_energy, exposure_time, detector_distance
        Text with a unit, or SI; they count more than what the file says.

    Returns
    -------
    Dataset
        Kind ``projections``: ``counts`` (frame, row, column), read only where it is indexed, in the order taken;
        ``image_key`` (frame,) 0 projection, 1 flat, 2 dark, 3 invalid; ``rotation_angle`` (frame,) rad, unwrapped as
        measured, NaN where unknown for flats and darks; ``time`` (s since ``attrs["started"]``), ``beam_monitor`` and
        scalars ``pixel_size`` (m), ``photon_energy`` (J), ``exposure_time`` (s), ``detector_distance`` (m) where known.
        ``attrs["assumptions"]`` and ``attrs["defects"]`` say, a line each, what was assumed, mended and doubted. The record can be
        pickled, and holds no open file.

    Raises
    ------
    ReaderError
        Where no record can be made: it names every fatal defect, not only the first.

    Warns
    -----
    DataQualityWarning
        One for the scan, which lists what was mended and what is doubted.

    Examples
    --------
    >>> scan = open_projections("scan.nxs", pixel_size="1.3 um", photon_energy="45 keV")  # doctest: +SKIP
    >>> scan.isel(row=slice(10, 18))["counts"].values  # doctest: +SKIP
    """
    findings = Findings()
    source, _, made = read_scan(
        path,
        findings,
        layout=layout,
        entry=entry,
        flats=flats,
        flats_after=flats_after,
        darks=darks,
        angles=angles,
        angle_unit=angle_unit,
        sinograms=sinograms,
        normalised=normalised,
        pixel_size=pixel_size,
        photon_energy=photon_energy,
        exposure_time=exposure_time,
        detector_distance=detector_distance,
    )
    record = made.record
    if record is None:
        raise refuse(source.name if source is not None else str(path), findings)
    if findings.defects:
        told = "\n".join(f"  {defect}" for defect in sorted_defects(findings))
        warnings.warn(f"{record.attrs['source_file']}:\n{told}", DataQualityWarning, stacklevel=2)
    return record


class Reading(TypedDict, total=False):
    """Options of :func:`open_projections`, which says what they mean."""

    layout: DatasetPaths | None
    entry: str
    flats: FramesLike | None
    flats_after: FramesLike | None
    darks: FramesLike | None
    angles: AnglesLike | None
    angle_unit: str
    sinograms: bool
    normalised: bool | float
    pixel_size: QuantityLike | None
    photon_energy: QuantityLike | None
    exposure_time: QuantityLike | None
    detector_distance: QuantityLike | None


_FACTS: tuple[Literal["pixel_size", "photon_energy", "exposure_time", "detector_distance"], ...] = (
    "pixel_size",
    "photon_energy",
    "exposure_time",
    "detector_distance",
)


def read_scan(
    path: Place | ScanSource, findings: Findings, **reading: Unpack[Reading]
) -> tuple[ScanSource | None, RawScan | None, Assembled]:
    """The source of a scan, what it handed over, and what came of it; without a fatal defect there is a record."""
    given = _given(findings, reading)
    source = choose_source(
        path,
        findings,
        layout=reading.get("layout"),
        entry=reading.get("entry", ""),
        sinograms=reading.get("sinograms", False),
    )
    raw = source.arrays(findings) if source is not None else None
    if raw is None:
        return source, None, Assembled()
    if not raw.parts:
        if not findings.any_fatal:
            findings.fatal("frames-missing", raw.source, "there are no frames")
        return source, raw, Assembled()
    made = assemble(raw, given, findings)
    if made.record is not None:
        made.record.attrs["assumptions"] = "\n".join(findings.assumptions)
        made.record.attrs["defects"] = "\n".join(str(defect) for defect in sorted_defects(findings))
    return source, raw, made


def _given(findings: Findings, reading: Reading) -> Given:
    """What the user said, looked up; what is wrong with it is noted."""
    facts = {name: reading.get(name) for name in _FACTS}
    normalised = reading.get("normalised", False)
    return Given(
        angles=_angles(reading.get("angles"), findings),
        angle_unit=reading.get("angle_unit", ""),
        flats=_frames(reading.get("flats"), FLAT, "flats", findings),
        flats_after=_frames(reading.get("flats_after"), FLAT, "flats_after", findings),
        darks=_frames(reading.get("darks"), DARK, "darks", findings),
        facts={name: to_si(value, name) for name, value in facts.items() if value is not None},
        full=None if normalised is False else float(normalised),
    )


def choose_source(
    path: Place | ScanSource, findings: Findings, *, layout: DatasetPaths | None, entry: str, sinograms: bool
) -> ScanSource | None:
    """The source that reads a path, by what is there."""
    if not isinstance(path, str | Path):
        return path
    path = Path(path)
    if layout is not None:
        return DeclaredSource(path, layout)
    if path.is_dir() or path.suffix.lower() in SUFFIXES:
        return FolderSource(path, sinograms)
    chosen: ScanSource | None = None
    with opened(path, findings) as file:
        if file is None:
            return None
        if entry or tomo_entries(file):
            chosen = NXtomoSource(path, entry)
        elif isinstance(file.get("exchange"), h5py.Group) and "data" in file["exchange"]:
            chosen = DataExchangeSource(path)
        else:
            todo = f"Give layout=DatasetPaths(counts=...). {nearby(file)}"
            findings.fatal("layout-unknown", path.name, "neither NXtomo nor Data Exchange", todo)
    return chosen


def scan_entries(path: Place) -> list[str]:
    """Entries of an NXtomo file, for ``entry=``.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    list of str
        In alphabetical order; empty where it is no NXtomo file.

    Raises
    ------
    ReaderError
        Where it cannot be opened.
    """
    findings = Findings()
    entries: list[str] = []
    with opened(Path(path), findings) as file:
        entries = [] if file is None else tomo_entries(file)
    if findings.any_fatal:
        raise refuse(str(path), findings)
    return entries


def _angles(angles: AnglesLike | None, findings: Findings) -> RawAngles | AngleRange | None:
    if angles is None or isinstance(angles, AngleRange):
        return angles
    if isinstance(angles, str | Path):
        path, dataset = place_of(angles)
        if not dataset:
            return read_angles(path, findings)
        found = None
        with opened(path, findings) as file:
            found = None if file is None else vector_at(file, dataset, findings, needed=True)
        return None if found is None else RawAngles(values=found[0], unit=found[1], where=str(angles))
    return RawAngles(values=np.asarray(angles, dtype=float).ravel(), unit="rad", where="angles=")


def _frames(given: FramesLike | None, key: int, name: str, findings: Findings) -> list[Part]:
    """Frames that an option names."""
    if given is None:
        return []
    if isinstance(given, np.ndarray):
        values = given[np.newaxis] if given.ndim == 2 else given
        if values.ndim != 3 or values.dtype.kind not in "fiu":
            findings.fatal("frames-shape", f"{name}=", f"an array of shape {given.shape} and type {given.dtype}")
            return []
        return [Part(frames=MemoryFrames(values), keys=keyed(len(values), key), where=f"{name}=")]
    if not isinstance(given, str | Path):
        return [part for one in given for part in _frames(one, key, name, findings)]
    path, dataset = place_of(given)
    if dataset:
        return DeclaredSource.part(path, dataset, key, findings)
    if path.is_dir() or path.suffix.lower() in SUFFIXES:
        folder, names = (path, tiff_names(path)) if path.is_dir() else (path.parent, [path.name])
        if not names:
            findings.fatal("frames-missing", f"{name}={path}", "no TIFF file in it")
            return []
        held = tiff_frames(folder, names, findings)
        return (
            []
            if held is None
            else [Part(frames=held[0], keys=keyed(held[0].shape[0], key), where=f"{name}={path.name}")]
        )
    return _of_other_scan(path, key, name, findings)


def _of_other_scan(path: Path, key: int, name: str, findings: Findings) -> list[Part]:
    """Frames of one sort of another scan's file; of a file with one dataset of frames, all of these."""
    quiet = Findings()
    source = choose_source(path, quiet, layout=None, entry="", sinograms=False)
    raw = source.arrays(findings) if source is not None else None
    if raw is not None:
        chosen = [(part, np.flatnonzero(part.keys == key)) for part in raw.parts if (part.keys == key).any()]
        if not chosen:
            findings.fatal("frames-missing", f"{name}={path.name}", f"no {name} among its frames")
        return [
            Part(
                frames=PickedFrames(part.frames, which),
                keys=keyed(which.size, key),
                where=f"{name}={path.name}",
                started=str(raw.attrs.get("started", "")),
            )
            for part, which in chosen
        ]
    findings.fatal(
        "frames-missing", f"{name}={path}", "; ".join(defect.what for defect in quiet.defects), "Write FILE::DATASET"
    )
    return []
