"""Make one block, write it, mark it: the function that every worker runs."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from alkanode.data.store import provenance, save
from alkanode.data.volumes import Marker, canonical, forget_damaged, write_block, write_marker
from alkanode.foundation.errors import AlkanodeError, ReaderError
from alkanode.tomography.series.doubts import collected
from alkanode.tomography.series.task import WHOLE, Rows, Task, Workplace


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockReport:
    """What a worker says of a block that it made.

    Attributes
    ----------
    key
        Task.
    rows
        Slices; :data:`~alkanode.tomography.series.task.WHOLE` for a record.
    seconds
        How long it took.
    doubts
        Warnings that came up, each once.
    """

    key: str
    rows: Rows
    seconds: float
    doubts: tuple[str, ...]


def run_block(place: Workplace, task: Task, rows: Rows) -> BlockReport:
    """Make one block of a task, write it, and mark it as done.

    Parameters
    ----------
    place
        Where the results stand and what is asked.
    task
        What is made.
    rows
        Slices of the block, or :data:`~alkanode.tomography.series.task.WHOLE`.

    Returns
    -------
    BlockReport
    """
    start = time.perf_counter()
    path = place.folder / task.path
    with collected() as doubts:
        made = _made(place, task, rows)
        attrs = {**_plain_attrs(made), "doubts": list(doubts)}
        if rows == WHOLE:
            _save_record(made, path, task)
            files = {path.name: path.stat().st_size}
            write_marker(path, Marker(token=task.token, start=0, stop=0, attrs=attrs, files=files))
        else:
            values = {str(name): field.to_numpy() for name, field in made.data_vars.items() if field.dims[:1] == ("z",)}
            write_block(path, rows[0], values, token=task.token, attrs=attrs)
    return BlockReport(key=task.key, rows=rows, seconds=time.perf_counter() - start, doubts=tuple(doubts))


def _made(place: Workplace, task: Task, rows: Rows) -> xr.Dataset:
    """What a task makes; where it fails on what it reads, damage on the disk is named, and mended by the next run."""
    try:
        return task.work(place, task, rows)
    except (AlkanodeError, OSError):
        raise
    except Exception as error:
        volumes = [place.paths[need] for need in task.needs if place.paths[need].endswith(".zarr")]
        damaged = {path: blocks for path in volumes if (blocks := forget_damaged(place.folder / path))}
        if not damaged:
            raise
        told = "; ".join(
            f"{path}, slices {', '.join(f'{start} to {stop - 1}' for start, stop in blocks)}"
            for path, blocks in damaged.items()
        )
        raise ReaderError(
            "what a series wrote must read back as it was written",
            found=f"damage on the disk in {told}",
            todo="Run the series again: the damaged slices are made again",
        ) from error


def _save_record(record: xr.Dataset, path: Path, task: Task) -> None:
    """Save a record so that a reader sees the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.stem}.{os.getpid()}.partial{path.suffix}")
    flat = record.copy()
    flat.attrs = {name: _flat(value) for name, value in record.attrs.items()}
    for name in flat.variables:
        flat[name].attrs = {key: _flat(value) for key, value in flat[name].attrs.items()}
    try:
        save(flat, partial, origin=provenance(settings={"task": task.key, "token": task.token}))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _plain_attrs(record: xr.Dataset) -> dict[str, Any]:
    return {str(name): canonical(value) for name, value in record.attrs.items()}


def _flat(value: Any) -> Any:
    """An attribute as HDF5 can hold it: what is neither text, number nor list of them becomes JSON."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, (str, int, float)):
        return value
    plain = canonical(value.tolist() if hasattr(value, "tolist") else value)
    if isinstance(plain, (str, int, float)) and not isinstance(plain, bool):
        return plain
    numbers = isinstance(plain, list) and plain and all(type(part) in (int, float) for part in plain)
    return plain if numbers else json.dumps(plain)
