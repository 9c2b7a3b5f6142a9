"""TIFF files as frames: natural order, gaps in the numbering, files of another size or type, files cut short."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from alkanode.foundation.runtime import require
from alkanode.io.projections.defects import Findings
from alkanode.io.projections.frames import TiffFrames

SUFFIXES = (".tif", ".tiff")
_NUMBER = re.compile(r"(\d+)(?=\D*$)")


def natural_key(name: str) -> tuple[tuple[bool, int, str], ...]:
    """Key that sorts ``raw_2`` before ``raw_10``."""
    return tuple((not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", name))


def number_of(name: str) -> int | None:
    """Last number in the name of a file, without its suffix."""
    match = _NUMBER.search(Path(name).stem)
    return int(match.group(1)) if match else None


def tiff_names(folder: Path) -> list[str]:
    """Names of the TIFF files of a folder in natural order; hidden files are left out."""
    names = [
        entry.name
        for entry in folder.iterdir()
        if entry.suffix.lower() in SUFFIXES and not entry.name.startswith(".") and entry.is_file()
    ]
    return sorted(names, key=natural_key)


@dataclass(frozen=True)
class _Page:
    name: str
    page: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    offset: int


def tiff_frames(
    folder: Path, names: list[str], findings: Findings
) -> tuple[TiffFrames, npt.NDArray[np.int64] | None] | None:
    """Frames of some TIFF files.

    Parameters
    ----------
    folder, names
        Files in their order; each may have several pages.
    findings
        Notes files that are damaged, cut short, in colour, or of another size or type than most.

    Returns
    -------
    tuple or None
        The source; and (frame,) the numbers in the names, where each file is one frame and each has a number.
    """
    pages: list[_Page] = []
    for name in names:
        pages += _pages(folder / name, findings)
    if not pages:
        return None
    (shape, dtype), most = Counter((page.shape, page.dtype.newbyteorder("=")) for page in pages).most_common(1)[0]
    if len(shape) != 2:
        findings.fatal("frames-shape", str(folder), f"frames of shape {shape}, in colour perhaps", "Give grey images")
        return None
    others = [page for page in pages if page.shape != shape]
    if others:
        findings.fatal(
            "frames-of-two-sizes",
            str(folder),
            f"{most} frames of {shape} and {len(others)} others (first: {others[0].name} {others[0].shape})",
            "Take the others away, or give flats= and darks=",
        )
        return None
    if any(page.dtype.newbyteorder("=") != dtype for page in pages):
        kinds = Counter(str(page.dtype.newbyteorder("=")) for page in pages)
        findings.repaired(
            "frames-of-two-types",
            str(folder),
            f"frames of type {', '.join(f'{kind} ({count})' for kind, count in kinds.items())}",
            "Readings take the type that holds all; check that they have one scale",
        )
    stored = {page.dtype for page in pages}
    one_type = len(stored) == 1
    source = TiffFrames(
        folder,
        tuple(page.name for page in pages),
        np.array([page.page for page in pages], np.int32),
        np.array([page.offset if one_type else -1 for page in pages], np.int64),
        shape[0],
        shape[1],
        next(iter(stored)) if one_type else np.result_type(*(kind.newbyteorder("=") for kind in stored)),
    )
    numbers = [number_of(page.name) for page in pages]
    if len(pages) != len(names) or any(number is None for number in numbers):
        return source, None
    return source, np.array(numbers, np.int64)


def _pages(path: Path, findings: Findings) -> list[_Page]:
    """Headers of the pages of a file; what is wrong with it is noted."""
    tifffile = require("tifffile", extra="tomography")
    try:
        size = path.stat().st_size
        with tifffile.TiffFile(path) as file:
            found = []
            for number, page in enumerate(file.pages):
                if page.dtype is None or page.dtype.kind not in "fiu":
                    findings.fatal("frames-not-numbers", path.name, f"page {number} holds no numbers that are known")
                    return []
                ends = [begin + length for begin, length in zip(page.dataoffsets, page.databytecounts, strict=True)]
                if not ends or max(ends) > size:
                    findings.fatal(
                        "file-truncated", path.name, "the file is cut short", "Copy it again from the beamline"
                    )
                    return []
                plain = page.is_contiguous and page.compression == 1 and len(page.shape) == 2
                dtype = np.dtype(page.dtype).newbyteorder(file.byteorder)
                found.append(
                    _Page(path.name, number, tuple(page.shape), dtype, int(page.dataoffsets[0]) if plain else -1)
                )
    except Exception as cause:  # tifffile raises errors of many kinds on a damaged file
        kind = "file-missing" if isinstance(cause, FileNotFoundError) else "file-unreadable"
        findings.fatal(
            kind, path.name, f"no TIFF that can be read: {str(cause)[:120]}", "Copy it again from the beamline"
        )
        return []
    return found
