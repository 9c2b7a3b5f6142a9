"""Tasks: what a series is made of.

A task makes one result of one subject: the volume of a scan, the difference of a pair, the table of a series. A volume is
made block by block, a record at once. A block is a pure function of the scan, its rows and the configuration: it reads
what it needs from disk and writes only its own part, so it may run anywhere, at any time, and again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import xarray as xr

from alkanode.data.volumes import VolumeLayout, open_volume
from alkanode.foundation.errors import SchemaError
from alkanode.tomography.series.kept_records import open_record
from alkanode.tomography.series.scans import open_scan

if TYPE_CHECKING:
    from alkanode.tomography.series.plan import SeriesPlan

Rows: TypeAlias = tuple[int, int]
"""First and last-plus-one slice of a block."""

Work: TypeAlias = Callable[["Workplace", "Task", Rows], xr.Dataset]
"""Makes a block (of slices ``rows`` of the volume) or, with ``rows = (0, 0)``, a whole record."""

WHOLE: Rows = (0, 0)
"""Stands for the rows of a record that is made at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One result of one subject.

    Attributes
    ----------
    step, subject
        What is made, and of which scan, pair or series: ``"volume"`` of ``"scan-1"``.
    path
        Where it stands, relative to the folder of the series; ``*.zarr`` for volumes, ``*.h5`` for records.
    token
        Hash of all that it depends on: its own configuration, and the tokens of what it is made from.
    needs
        Keys of the tasks that must be done before.
    scans
        Names of the scans whose raw frames it reads.
    work
        Makes a block, or the record.
    layout
        Gives the shape of a volume, once its needs are done; ``None`` for a record.
    expected_blocks
        How many blocks it will have, for the estimate of the remaining time.
    weight
        Rough cost of a block against one block of a reconstruction, used until one has been timed.
    """

    step: str
    subject: str
    path: str
    token: str
    work: Work
    needs: tuple[str, ...] = ()
    scans: tuple[str, ...] = ()
    layout: Callable[[Workplace, Task], VolumeLayout] | None = None
    expected_blocks: int = 1
    weight: float = 1.0

    @property
    def key(self) -> str:
        """Name of the task within its series."""
        return key_of(self.step, self.subject)


def key_of(step: str, subject: str) -> str:
    """Name of a task within its series: ``"volume/scan-1"``."""
    return f"{step}/{subject}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What a block may look at: the plan, the raw scans, and results that are done.

    Attributes
    ----------
    folder
        Folder of the series.
    plan
        What was asked.
    fingerprints
        Scan -> hash of what it holds.
    paths
        Task key -> path of its result, relative to the folder.
    """

    folder: Path
    plan: SeriesPlan
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)

    def scan(self, name: str) -> xr.Dataset:
        """Raw frames of a scan, opened lazily."""
        return open_scan(self.plan.scans[name], self.fingerprints.get(name, ""))

    def result(self, step: str, subject: str) -> xr.Dataset:
        """Result of a task: a volume opened lazily, or a record in memory."""
        key = key_of(step, subject)
        if key not in self.paths:
            raise SchemaError(f"the series needs {key}", found="no such task in its plan")
        path = self.folder / self.paths[key]
        if path.suffix == ".zarr":
            return open_volume(path)
        return open_record(path)

    def narrowed(self, task: Task) -> Workplace:
        """The same place with only the scans that a task reads, so that little travels to another process."""
        scans = {name: scan for name, scan in self.plan.scans.items() if name in task.scans}
        return Workplace(
            folder=self.folder,
            plan=self.plan.with_scans(scans),
            fingerprints={name: self.fingerprints[name] for name in scans if name in self.fingerprints},
            paths={key: path for key, path in self.paths.items() if key in task.needs},
        )
