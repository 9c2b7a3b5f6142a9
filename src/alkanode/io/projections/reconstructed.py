"""Tell a reconstructed volume from a scan, so that nobody is asked for the flats of a volume.

What counts: the metadata of OME-Zarr and of alkanode's own folders; in stacks of images without flats, darks and angles,
readings that no camera gives. A reconstruction has negative numbers, or a round field of view outside which all slices
hold one number. Square images alone are a hint and no proof: cameras are square too.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from alkanode.io.projections.defects import Findings
from alkanode.io.projections.frames import FrameSource
from alkanode.io.projections.hdf5 import frames_at, opened
from alkanode.io.projections.tiff import SUFFIXES, tiff_frames, tiff_names
from alkanode.io.projections.units import factor

_NAMED = re.compile(r"recon|volume|slice|tomogram", re.IGNORECASE)
_OF_A_SCAN = re.compile(r"angle|theta|image_key|flat|white|dark", re.IGNORECASE)
_SAMPLED = 5
_NEGATIVE = 0.01
"""Share of negative readings from which a stack is no counts: camera offsets make a few, noise about nothing makes half."""
_CORNER = 1 / 20
"""Share of the edge of a slice that lies outside a round field of view at each corner (0.146 would touch it)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconstructed:
    """What looks like a reconstructed volume.

    Attributes
    ----------
    layout
        For example ``"OME-Zarr"``, ``"TIFF slices"``.
    shape
        Slices, rows, columns; empty where unknown.
    dtype
        Type of the readings; empty where unknown.
    voxel
        Edge of a voxel in m, where it is known.
    evidence
        What speaks for it.
    sure
        Whether it can be nothing else.
    todo
        How to go on.
    """

    layout: str
    shape: tuple[int, ...] = ()
    dtype: str = ""
    voxel: float | None = None
    evidence: str
    sure: bool
    todo: str


def reconstructed(path: str | Path) -> Reconstructed | None:
    """What speaks for a path being a reconstructed volume; ``None`` where nothing does.

    Parameters
    ----------
    path
        File or folder.

    Returns
    -------
    Reconstructed or None
        A few slices are read at most.
    """
    place = Path(path)
    if (place / "manifest.json").is_file():
        return _series(place)
    if place.is_dir() and (found := _zarr(place)) is not None:
        return found
    if place.is_dir() or place.suffix.lower() in SUFFIXES:
        return _tiff(place)
    return _hdf5(place) if place.is_file() and h5py.is_hdf5(place) else None


def _series(place: Path) -> Reconstructed | None:
    content = _json(place / "manifest.json")
    if not str(content.get("format", "")).startswith("alkanode series"):
        return None
    names = ", ".join(content.get("scans", {}))
    return Reconstructed(
        layout="results of alkanode",
        evidence=f"a series of {names or 'no scans'}, {content.get('status', 'of unknown state')}",
        sure=True,
        todo=f"Name a scan of it where a volume is wanted: '{place.name}#SCAN'",
    )


def _zarr(place: Path) -> Reconstructed | None:
    attributes = _json(place / "zarr.json").get("attributes", {}) or _json(place / ".zattrs")
    if "block_fields" in attributes:
        field = _json(place / str(attributes["block_fields"][0]) / "zarr.json")
        return Reconstructed(
            layout="volume of alkanode",
            shape=tuple(field.get("shape", ())),
            dtype=str(field.get("data_type", "")),
            evidence=f"a record of kind {attributes.get('kind', 'unknown')}",
            sure=True,
            todo="It goes into difference, grains and export as it is",
        )
    scales = attributes.get("ome", attributes).get("multiscales")
    if not scales:
        return None
    finest = scales[0].get("datasets", [{}])[0]
    folder = place / str(finest.get("path", "0"))
    array = _json(folder / "zarr.json") or _json(folder / ".zarray")
    return Reconstructed(
        layout="OME-Zarr",
        shape=tuple(array.get("shape", ())),
        dtype=str(array.get("data_type", array.get("dtype", ""))),
        voxel=_ome_voxel(scales[0].get("axes", []), finest),
        evidence="its multiscales",
        sure=True,
        todo="It is for viewers; give the volume that it was exported from, or its slices as TIFF",
    )


def _ome_voxel(axes: list[dict[str, Any]], finest: dict[str, Any]) -> float | None:
    steps: list[float] = next(
        (one["scale"] for one in finest.get("coordinateTransformations", []) if "scale" in one), []
    )
    for axis, step in zip(axes, steps, strict=False):
        if axis.get("name") == "x" and (unit := factor(str(axis.get("unit", "")), "length")) is not None:
            return float(step) * unit
    return None


def _json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _tiff(place: Path) -> Reconstructed | None:
    """A stack of images without flats, darks and angles beside them."""
    if place.is_dir():
        if any(_OF_A_SCAN.search(entry.name) for entry in place.iterdir()):
            return None
        folder, names = place, tiff_names(place)
    elif place.is_file():
        folder, names = place.parent, [place.name]
    else:
        return None
    # names of a folder are sampled: opening each of thousands of files takes minutes
    chosen = names if len(names) < 2 else [names[k] for k in _spread(len(names))]
    held = tiff_frames(folder, chosen, Findings()) if chosen else None
    if held is None:
        return None
    count = held[0].shape[0] if len(names) < 2 else len(names)
    return _stack("TIFF slices", held[0], count, "")


def _hdf5(place: Path) -> Reconstructed | None:
    """A dataset of three dimensions in a file without angles and keys."""
    found = Findings()
    sets: dict[str, tuple[int, ...]] = {}
    of_a_scan = False
    with opened(place, found) as file:
        if file is None:
            return None

        def look(name: str, item: h5py.Group | h5py.Dataset) -> None:
            nonlocal of_a_scan
            if isinstance(item, h5py.Dataset):
                of_a_scan |= bool(_OF_A_SCAN.search(name.rsplit("/", 1)[-1]))
                if item.ndim == 3 and min(item.shape) > 0 and item.dtype.kind in "fiu":
                    sets[name] = item.shape

        file.visititems(look)
        if of_a_scan or not sets:
            return None
        largest = max(sets, key=lambda name: int(np.prod(sets[name])))
        held = frames_at(place, file, largest, found)
    if held is None:
        return None
    return _stack(
        "HDF5 dataset", held[0], sets[largest][0], f"{place.name}::{largest}", named=bool(_NAMED.search(largest))
    )


def _stack(layout: str, source: FrameSource, slices: int, place: str, *, named: bool = False) -> Reconstructed | None:
    """Judge some slices of a stack."""
    rows, columns = source.shape[1:]
    if min(rows, columns) < 3 or slices < 2:
        return None
    sampled = source.read(_spread(source.shape[0]), (0, rows), (0, columns))
    signs = []
    if _negative(sampled):
        signs.append("negative readings")
    if rows == columns and _round_view(sampled):
        signs.append("one number outside a round field of view")
    if named:
        signs.append("its name")
    sure = bool(signs)
    if rows == columns:
        signs.append("square images")
    if not signs:
        return None
    return Reconstructed(
        layout=layout,
        shape=(slices, rows, columns),
        dtype=str(source.dtype),
        evidence=f"{', '.join(signs)}; no flats, darks or angles beside them",
        sure=sure,
        todo="Give it to difference or export"
        + (f" as {place}" if place else "")
        + " with --pixel-size and --grey (attenuation of the grey levels)",
    )


def _spread(count: int) -> npt.NDArray[np.intp]:
    return np.unique(np.linspace(0, count - 1, min(count, _SAMPLED)).round().astype(np.intp))


def _negative(sampled: npt.NDArray[Any]) -> bool:
    return sampled.dtype.kind in "fi" and float((sampled < 0).mean()) > _NEGATIVE


def _round_view(sampled: npt.NDArray[Any]) -> bool:
    """Whether all corners of all slices hold one number, and the middles do not."""
    edge = max(1, round(_CORNER * sampled.shape[1]))
    ends = (slice(0, edge), slice(-edge, None))
    corners = np.concatenate([sampled[:, y, x].ravel() for y in ends for x in ends])
    third = sampled.shape[1] // 3
    middle = sampled[:, third:-third, third:-third]
    one = bool(np.isnan(corners).all()) if corners.dtype.kind == "f" and np.isnan(corners).any() else False
    return (one or bool((corners == corners[0]).all())) and float(np.nanstd(middle.astype(np.float64))) > 0
