"""Live mode: take scans as they appear in a folder, and keep the series current.

A scan is taken when it is complete: its size has stood still for a while, and it can be opened. Each time scans were taken
the series runs; what is done stays, so that a run costs what is new. A scan that goes on growing after it was taken is taken
again. Scans that cannot be opened are looked at again until the watch ends, and then named among the failures.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.foundation.runtime import Progress
from alkanode.tomography.series.failures import SeriesError
from alkanode.tomography.series.manifest import NAME
from alkanode.tomography.series.plan import SeriesPlan
from alkanode.tomography.series.result import SeriesResult, open_series
from alkanode.tomography.series.run import run_series
from alkanode.tomography.series.workers import Pool

OpenScan = Callable[[Path], xr.Dataset]
Signature = tuple[int, int, int]


@dataclass(slots=True)
class Arrivals:
    """What lies in a folder, and since when it has stood still.

    Attributes
    ----------
    folder, pattern
        Where scans appear, and what their files or folders are called.
    open_scan
        Opens one lazily.
    settle
        Seconds for which a size must stand still.
    ready
        Path -> name of the scans that are complete, in the order taken.
    unreadable
        Path -> why it could not be opened, last time.
    """

    folder: Path
    pattern: str
    open_scan: OpenScan
    settle: float
    ready: dict[Path, str] = field(default_factory=dict)
    unreadable: dict[Path, str] = field(default_factory=dict)
    _since: dict[Path, tuple[Signature, float]] = field(default_factory=dict)
    _taken: dict[Path, Signature] = field(default_factory=dict)
    _gone_since: float | None = None

    def look(self) -> bool:
        """Look once; true when scans were taken.

        Raises
        ------
        SeriesError
            When the folder is not there for longer than ``settle``.
        """
        self._check_folder()
        found = [path for path in self.folder.glob(self.pattern) if not path.name.startswith(".")]
        taken = False
        for path in sorted(found, key=_age_and_name):
            if not self._stands_still(path) or self._since[path][0] == self._taken.get(path):
                continue
            if self._opens(path):
                self._taken[path] = self._since[path][0]
                if path not in self.ready:
                    self.ready[path] = self._name(path)
                self.unreadable.pop(path, None)
                taken = True
        return taken

    def _check_folder(self) -> None:
        """A folder may be away for a moment, as those of a network are."""
        if self.folder.is_dir():
            self._gone_since = None
            return
        now = time.monotonic()
        if self._gone_since is None:
            self._gone_since = now
        if now - self._gone_since >= self.settle:
            raise SeriesError(
                "the folder to watch must be there",
                found=f"no {self.folder} for {now - self._gone_since:.0f} s",
                todo="Check the path and the connection, and run again: it goes on where it stopped",
            )

    def _stands_still(self, path: Path) -> bool:
        now = time.monotonic()
        try:
            signature = signature_of(path)
        except OSError:
            return False
        known = self._since.get(path)
        if known is None or known[0] != signature:
            # a file that was last written long ago need not be waited for
            old = time.time() - signature[2] / 1e9
            self._since[path] = (signature, now - max(old, 0.0) if known is None else now)
        return now - self._since[path][1] >= self.settle

    def _opens(self, path: Path) -> bool:
        try:
            self.open_scan(path).close()
        except Exception as error:
            self.unreadable[path] = str(error) or repr(error)
            self._since[path] = (self._since[path][0], time.monotonic())
            return False
        return True

    def _name(self, path: Path) -> str:
        short, long = (_allowed(text) for text in (path.stem if path.is_file() else path.name, path.name))
        return long if short in self.ready.values() else short


def watch_folder(
    folder: str | Path,
    store: str | Path,
    plan: SeriesPlan,
    open_scan: OpenScan,
    *,
    pattern: str = "*.nxs",
    settle: float = 10.0,
    every: float = 2.0,
    scans: int | None = None,
    idle: float | None = None,
    on_update: Callable[[SeriesResult], None] | None = None,
    workers: int = 1,
    pool: Pool = "threads",
    scheduler: Any = None,
    progress: Progress | None = None,
) -> SeriesResult:
    """Take scans as they appear in a folder, and keep the series current.

    Parameters
    ----------
    folder
        Where the instrument writes.
    store
        Folder of the series.
    plan
        What is asked for; its own scans come before those that appear. Name the ``reference`` where the first scan to
        appear is not the pristine one.
    open_scan
        Opens the file or folder of a scan lazily, as a record of kind ``projections``. For worker processes it can be
        pickled.
    pattern
        What files or folders of scans are called.
    settle
        Seconds for which the size of a scan must stand still. The default, 10 s, is longer than a frame takes.
    every
        Seconds between two looks.
    scans
        Stop once so many scans are there.
    idle
        Stop after so many seconds without a new scan. Without either the watch goes on until Ctrl-C.
    on_update
        Called with the series after every run, for example to write a report.
    workers, pool, scheduler, progress
        As :func:`~alkanode.tomography.series.run_series`.

    Returns
    -------
    SeriesResult
        The series as it stands at the end; scans that could not be opened are among its failures.

    Raises
    ------
    SeriesError
        When nothing appeared at all, the folder is not there for longer than ``settle``, and as
        :func:`~alkanode.tomography.series.run_series`.
    KeyboardInterrupt
        After Ctrl-C; what is done stays done.
    """
    arrivals = Arrivals(folder=Path(folder), pattern=pattern, open_scan=open_scan, settle=settle)
    order = _order_before(Path(store))
    result: SeriesResult | None = None
    news = time.monotonic()

    def run(extra: Mapping[str, Any]) -> SeriesResult:
        appeared = {name: partial(open_scan, path) for path, name in arrivals.ready.items()}
        known = {
            **plan.scans,
            **dict(sorted(appeared.items(), key=lambda item: order.get(item[0], len(order)))),
            **extra,
        }
        made = run_series(
            plan.with_scans(known), store, workers=workers, pool=pool, scheduler=scheduler, progress=progress
        )
        if on_update is not None:
            on_update(made)
        return made

    while True:
        if arrivals.look():
            result = run({})
            news = time.monotonic()
        if scans is not None and len(plan.scans) + len(arrivals.ready) >= scans:
            break
        if idle is not None and time.monotonic() - news >= idle:
            break
        time.sleep(every)
    if arrivals.unreadable:
        bad = {_allowed(path.name): partial(_refuse, path, why) for path, why in arrivals.unreadable.items()}
        return run(bad)
    if result is None:
        if plan.scans:
            return run({})
        raise SeriesError(
            f"scans named {pattern} must appear in {folder}",
            found="none",
            todo="Check the folder and the pattern",
        )
    return result


def signature_of(path: Path) -> Signature:
    """Number of files, bytes and time of the last change (ns) of a file or a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    states = [file.stat() for file in files]
    return len(states), sum(state.st_size for state in states), max((state.st_mtime_ns for state in states), default=0)


def _age_and_name(path: Path) -> tuple[int, str]:
    try:
        return signature_of(path)[2], path.name
    except OSError:
        return 0, path.name


def _allowed(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", text).lstrip("._-") or "scan"


def _order_before(store: Path) -> dict[str, int]:
    """Order of the scans in an earlier run, so that the reference stays the same."""
    if not (store / NAME).is_file():
        return {}
    return {name: place for place, name in enumerate(open_series(store).scans)}


def _refuse(path: Path, why: str) -> xr.Dataset:
    raise ReaderError(f"{path.name} must be a scan that can be opened", found=why)
