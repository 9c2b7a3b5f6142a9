"""HDF5 files looked at without trust: links that lead nowhere, filters that are absent, frames that were never written."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from math import ceil
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from alkanode.io.projections.defects import Findings
from alkanode.io.projections.frames import Hdf5Frames
from alkanode.io.projections.raw_scan import Floats
from alkanode.io.projections.units import fact_in_si

SIGNATURE = b"\x89HDF\r\n\x1a\n"
"""First bytes of an HDF5 file."""


DAMAGE = (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError, MemoryError)
"""What h5py raises on a file whose book-keeping is damaged."""

WIDE_CHUNK = 64
"""Rows of a compressed piece above which reading a few rows costs much more than these rows."""

LARGEST = (10_000_000, 100_000, 100_000)
"""Frames, rows and columns beyond which a shape is damage: no detector has as many."""


@contextmanager
def opened(path: Path, findings: Findings) -> Iterator[h5py.File | None]:
    """Open a file, or note why not and give ``None``; damage that shows later is noted too and leaves the block."""
    try:
        file = h5py.File(path, "r", locking="best-effort")
    except FileNotFoundError:
        findings.fatal("file-missing", str(path), "there is no such file")
        yield None
        return
    except DAMAGE as cause:
        findings.fatal(*_why_closed(path, str(cause)))
        yield None
        return
    with file:
        try:
            yield file
        except DAMAGE as cause:
            findings.fatal("file-damaged", str(path), f"its book-keeping is damaged: {str(cause)[:120]}", COPY)


COPY = "Copy it again from the beamline"


def _why_closed(path: Path, text: str) -> tuple[str, str, str, str]:
    """Kind, place, words and remedy for a file that does not open."""
    if "truncated" in text:
        return "file-truncated", str(path), f"the file is cut short: {text[text.find('truncated') :][:120]}", COPY
    if "lock" in text:
        return "file-in-use", str(path), "another program is writing it", "Wait until the scan is finished"
    if "signature" in text:
        return "file-unreadable", str(path), "it is no HDF5 file", COPY
    return "file-unreadable", str(path), text[:160], COPY


def find(file: h5py.File, place: str, findings: Findings, *, needed: bool) -> Any:
    """The object at a place, or ``None``; a link that leads nowhere is fatal where the object is needed."""
    node: Any = file
    for step in (part for part in place.split("/") if part):
        if not isinstance(node, h5py.Group):
            node = None
            break
        link = node.get(step, getlink=True) if step in node else None
        if link is None:
            node = None
            break
        try:
            node = node[step]
        except (KeyError, OSError, RuntimeError) as cause:
            aim = (
                f"{link.filename} : {link.path}"
                if isinstance(link, h5py.ExternalLink)
                else getattr(link, "path", str(cause)[:120])
            )
            note = findings.fatal if needed else findings.doubt
            note(
                "link-dangling",
                f"{file.filename}:{place}",
                f"the link leads nowhere: {aim}",
                "Put the linked file beside it",
            )
            return None
    if node is None and needed:
        findings.fatal("dataset-missing", f"{file.filename}:{place}", "there is no such dataset", nearby(file))
    return node


def nearby(file: h5py.File, *, limit: int = 8) -> str:
    """A sentence that names datasets that could be frames."""
    found: list[str] = []

    def look(name: str, node: object) -> None:
        if isinstance(node, h5py.Dataset) and node.ndim == 3 and node.dtype.kind in "fiu" and len(found) < limit:
            found.append(f"/{name} {node.shape}")

    with suppress(Exception):
        file.visititems(look)
    return f"Datasets with three dimensions: {', '.join(found)}" if found else "No dataset in it has three dimensions"


def text_at(file: h5py.File, place: str) -> str:
    """Text of a dataset, or empty."""
    try:
        value = file[place][()]
    except (KeyError, OSError, RuntimeError, AttributeError, TypeError):
        return ""
    value = value.flat[0] if isinstance(value, np.ndarray) and value.size else value
    return value.decode("utf-8", "replace").strip() if isinstance(value, bytes) else str(value).strip()


def unit_of(node: h5py.Dataset) -> str:
    """Unit written beside a dataset, or empty."""
    value = node.attrs.get("units", node.attrs.get("unit", ""))
    value = value.flat[0] if isinstance(value, np.ndarray) and value.size else value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def vector_at(file: h5py.File, place: str, findings: Findings, *, needed: bool) -> tuple[Floats, str] | None:
    """Numbers of a dataset as one row, and their unit."""
    node = find(file, place, findings, needed=needed)
    if node is None:
        return None
    where = f"{file.filename}:{place}"
    try:
        if not isinstance(node, h5py.Dataset) or node.dtype.kind not in "fiu":
            raise TypeError("it holds no numbers")
        return np.atleast_1d(np.asarray(node[()], dtype=float)).ravel(), unit_of(node)
    except (OSError, RuntimeError, TypeError, ValueError) as cause:
        note = findings.fatal if needed else findings.doubt
        note("dataset-unreadable", where, str(cause)[:160])
        return None


def fact_at(
    file: h5py.File, place: str, name: str, findings: Findings, *, default: str, else_try: tuple[str, ...] = ()
) -> float | None:
    """One number of a header in SI; of several the median, and a doubt where they differ."""
    found = vector_at(file, place, findings, needed=False)
    if found is None:
        return None
    values = found[0][np.isfinite(found[0])]
    where = f"{Path(file.filename).name}:{place}"
    if values.size == 0:
        findings.doubt(f"{name}-unusable", where, f"{name} is empty or no number", f"Give {name}=")
        return None
    if np.ptp(values) > 1e-3 * abs(float(np.median(values))):
        findings.doubt(
            f"{name}-varies", where, f"{name} runs from {values.min():g} to {values.max():g}", "The median is taken"
        )
    return fact_in_si(float(np.median(values)), found[1], name, where, findings, default=default, else_try=else_try)


def frames_at(
    path: Path, file: h5py.File, place: str, findings: Findings, *, needed: bool = True
) -> tuple[Hdf5Frames, npt.NDArray[np.bool_]] | None:
    """Frames of a dataset, and which of them were written.

    Parameters
    ----------
    path, file
        The file, by name and open.
    place
        Dataset (frame, row, column); with two dimensions it is one frame.
    findings
        Notes a dataset that is absent, of another shape or type, compressed with an absent filter, or not whole.
    needed
        Whether its absence is fatal.

    Returns
    -------
    tuple or None
        The source, and (frame,) whether anything was written of it.
    """
    node = find(file, place, findings, needed=needed)
    if node is None:
        return None
    where = f"{path.name}:{place}"
    if not isinstance(node, h5py.Dataset) or node.dtype.kind not in "fiu":
        findings.fatal("frames-not-numbers", where, "no dataset of real numbers", nearby(file))
        return None
    if node.ndim not in (2, 3) or 0 in node.shape or (np.array(node.shape) > LARGEST[-node.ndim :]).any():
        findings.fatal("frames-shape", where, f"shape {node.shape} is not (frame, row, column)", nearby(file))
        return None
    plugin = _needs_plugin(node)
    if plugin is None:
        findings.fatal(
            "filter-missing",
            where,
            f"it is compressed with the filter {', '.join(_filters(node))}, which is not installed",
            "Install it with: pip install hdf5plugin",
        )
        return None
    shape = node.shape if node.ndim == 3 else (1, *node.shape)
    if node.chunks is not None and node.id.get_create_plist().get_nfilters() and node.chunks[-2] > WIDE_CHUNK:
        findings.assume(f"{where} is compressed by whole frames: each block of rows unpacks every frame again")
    written = _written(path, node, where, findings)
    source = Hdf5Frames(path, place, (shape[0], shape[1], shape[2]), node.dtype, plugin=plugin, flat=node.ndim == 2)
    return source, written


def _filters(node: h5py.Dataset) -> list[str]:
    properties = node.id.get_create_plist()
    return [
        f"{number} {name.decode('utf-8', 'replace')}".strip()
        for number, _, _, name in (properties.get_filter(place) for place in range(properties.get_nfilters()))
        if not h5py.h5z.filter_avail(number)
    ]


def _needs_plugin(node: h5py.Dataset) -> bool | None:
    """Whether hdf5plugin is needed; ``None`` where a filter is absent even with it."""
    if not _filters(node):
        return "hdf5plugin" in sys.modules and node.id.get_create_plist().get_nfilters() > 0
    with suppress(ImportError):
        import_module("hdf5plugin")
    return None if _filters(node) else True


def _written(path: Path, node: h5py.Dataset, where: str, findings: Findings) -> npt.NDArray[np.bool_]:
    """(frame,) whether a frame was written; HDF5 itself gives zeros for one that was not."""
    count = node.shape[0] if node.ndim == 3 else 1
    written = np.ones(count, dtype=bool)
    if node.is_virtual:
        written = _virtual(path, node, where, findings)
    elif node.id.get_storage_size() == 0 and node.external is None:
        written[:] = False
    elif node.chunks is not None and node.ndim == 3:
        size = node.chunks
        expected = int(np.prod([ceil(length / step) for length, step in zip(node.shape, size, strict=True)]))
        if node.id.get_num_chunks() < expected:
            per_frame = expected // ceil(count / size[0])
            first_frames: list[int] = []
            node.id.chunk_iter(lambda chunk: first_frames.append(chunk.chunk_offset[0]))
            held = np.bincount(np.asarray(first_frames, dtype=int) // size[0], minlength=ceil(count / size[0]))
            written = np.repeat(held == per_frame, size[0])[:count]
    if not written.any():
        findings.fatal(
            "frames-never-written", where, "no frame was written", "The scan was aborted before the first frame"
        )
    elif not written.all():
        findings.repaired(
            "frames-never-written",
            where,
            f"{int((~written).sum())} of {count} frames were never written (first: {int(np.argmin(written))}), an aborted scan",
            "They are marked invalid",
        )
    return written


def _virtual(path: Path, node: h5py.Dataset, where: str, findings: Findings) -> npt.NDArray[np.bool_]:
    written = np.zeros(node.shape[0] if node.ndim == 3 else 1, dtype=bool)
    lost: list[str] = []
    for source in node.virtual_sources():
        low, high = source.vspace.get_select_bounds()
        there = source.file_name == "." or any(
            (folder / source.file_name).exists() for folder in (path.parent, Path(node.file.filename).parent, Path())
        )
        if not there:
            lost.append(source.file_name)
        written[low[0] : min(high[0], written.size - 1) + 1] |= there
    if lost:
        findings.doubt(
            "link-dangling",
            where,
            f"{len(lost)} files of a virtual dataset are absent (first: {lost[0]}); HDF5 gives fill values for them",
            "Put the files beside it",
        )
    return written
