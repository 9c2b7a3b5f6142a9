"""Markers: a small file beside a volume that says that one block is whole, and what it was made with.

A marker is written last, after the numbers have reached the disk, and appears in one step. So a block with a marker is
whole, whatever killed the program, and a block without one is made again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """What a marker says.

    Attributes
    ----------
    token
        Hash of the configuration that the block was made with.
    start, stop
        First and last-plus-one slice.
    attrs
        What was found while the block was made (counts of repaired pixels, doubts), JSON-friendly.
    files
        Files that hold the block, relative to the folder of the volume -> bytes.
    """

    token: str
    start: int
    stop: int
    attrs: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, int] = field(default_factory=dict)

    def stands(self, path: str | Path) -> bool:
        """Whether the files of the block are there in full length; a block that lost one is as good as not made."""
        folder = Path(path).parent
        try:
            return all((folder / name).stat().st_size == size for name, size in self.files.items())
        except OSError:
            return False


def marker_folder(path: str | Path) -> Path:
    """Folder of the markers of a volume: ``volume.zarr`` has ``volume.done`` beside it."""
    return Path(path).with_suffix(".done")


def write_marker(path: str | Path, marker: Marker) -> Path:
    """Mark a block of a volume as done.

    Parameters
    ----------
    path
        The volume, ``*.zarr``.
    marker
        What to say.

    Returns
    -------
    Path
        The file.
    """
    text = json.dumps(
        {
            "token": marker.token,
            "start": marker.start,
            "stop": marker.stop,
            "attrs": dict(marker.attrs),
            "files": dict(marker.files),
        },
        default=str,
    )
    return write_text_atomically(marker_folder(path) / f"{marker.start:06d}.json", text)


def read_markers(path: str | Path) -> dict[int, Marker]:
    """Markers of a volume by first slice; one that cannot be read, or whose block lost a file, counts as absent.

    Parameters
    ----------
    path
        The volume, ``*.zarr``.

    Returns
    -------
    dict
        First slice -> :class:`Marker`.
    """
    found: dict[int, Marker] = {}
    folder = marker_folder(path)
    for file in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            marker = Marker(
                token=str(content["token"]),
                start=int(content["start"]),
                stop=int(content["stop"]),
                attrs=content["attrs"],
                files={str(name): int(size) for name, size in content["files"].items()},
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
        if marker.stands(path):
            found[marker.start] = marker
    return found


def write_text_atomically(path: str | Path, text: str) -> Path:
    """Write a text so that a reader sees the old file or the new one, never a part.

    Parameters
    ----------
    path
        The file; its folder is made.
    text
        UTF-8 content.

    Returns
    -------
    Path
        The file.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target
