"""Run the tasks of a series: what is ready goes to the workers, what is done is skipped, what fails is named.

The engine keeps as many blocks in flight as there are workers, in the order of the plan, and looks at each block that
comes back. A block that fails ends its task and what is made from it; everything else goes on. Three things end the whole
run after the blocks in flight are finished: an interruption, a full disk, a lost pool of workers.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

from alkanode.data.store import open_saved
from alkanode.data.volumes import create_volume, marker_folder, read_markers, row_blocks, volume_blocks_done
from alkanode.foundation.errors import AlkanodeError
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.tomography.series.blocks import BlockReport, run_block
from alkanode.tomography.series.failures import Failure, SeriesError, disk_full, no_room
from alkanode.tomography.series.remaining import RemainingTime
from alkanode.tomography.series.task import WHOLE, Rows, Task, Workplace

POLL = 0.5
"""Seconds after which the engine looks up while it waits, so that Ctrl-C is heard everywhere."""


@dataclass(slots=True)
class EngineState:
    """What became of the tasks so far.

    Attributes
    ----------
    done
        Keys of finished tasks.
    failures
        Key -> why it was not made.
    doubts
        Key -> warnings of its blocks, each as often as a block gave it.
    computed
        Blocks made in this run.
    """

    done: set[str] = field(default_factory=set)
    failures: dict[str, Failure] = field(default_factory=dict)
    doubts: dict[str, list[str]] = field(default_factory=dict)
    computed: int = 0


class Engine:
    """Runs tasks in the order of their needs.

    Parameters
    ----------
    place
        Where results stand and what was asked.
    tasks
        Key -> task, in the order in which they are wanted; needs come before what needs them.
    executor, capacity
        Pool of workers, and how many blocks to keep in flight.
    progress
        Is told the number of blocks done, of all, and the time left.
    first_rows
        Slices of each volume that are made first.
    on_change
        Called with the state whenever a task is done or failed.
    """

    def __init__(
        self,
        place: Workplace,
        tasks: Mapping[str, Task],
        executor: Executor,
        capacity: int,
        *,
        progress: Progress | None = None,
        first_rows: Rows | None = None,
        on_change: Callable[[EngineState], None] | None = None,
    ) -> None:
        self.state = EngineState()
        self._place = place
        self._tasks = tasks
        self._executor = executor
        self._capacity = capacity
        self._progress = NoProgress() if progress is None else progress
        self._first_rows = first_rows
        self._on_change = on_change or (lambda state: None)
        self._time = RemainingTime(tasks.values(), capacity)
        self._waiting = dict(tasks)
        self._units: dict[str, list[Rows]] = {}
        self._open: dict[str, int] = {}
        self._flying: dict[Future[BlockReport], tuple[str, Rows]] = {}

    def run(self) -> EngineState:
        """Run until nothing is left.

        Raises
        ------
        SeriesError
            When the disk is full or the workers were lost; blocks in flight are finished first.
        KeyboardInterrupt
            After the blocks in flight are finished; a second one ends at once.
        """
        try:
            while self._advance():
                finished, _ = wait(self._flying, timeout=POLL, return_when=FIRST_COMPLETED)
                for future in finished:
                    self._take(future)
        except BaseException:
            self._drain()
            raise
        return self.state

    def _advance(self) -> bool:
        """Prepare what is ready and fill the pool; false when nothing is left to wait for."""
        moved = True
        while moved:
            moved = False
            for key, task in list(self._waiting.items()):
                if lost := [need for need in task.needs if need in self.state.failures]:
                    self._fail(key, Failure(kind="waits", message=f"it needs {', '.join(lost)}, which failed"))
                    moved = True
                elif all(need in self.state.done for need in task.needs):
                    self._prepare(task)
                    moved = True
        for key in self._tasks:
            units = self._units.get(key)
            while units and len(self._flying) < self._capacity:
                rows = units.pop(0)
                task = self._tasks[key]
                future = self._executor.submit(run_block, self._place.narrowed(task), task, rows)
                self._flying[future] = (key, rows)
        self._report()
        return bool(self._flying)

    def _prepare(self, task: Task) -> None:
        """Find out which blocks of a task are left, and make room for its volume."""
        del self._waiting[task.key]
        path = self._place.folder / task.path
        try:
            left, total = self._blocks_left(task, path)
        except Exception as error:
            if no_room(error):
                raise disk_full(self._place.folder, error) from error
            self._fail(task.key, Failure.of(error))
            return
        earlier = [marker for marker in read_markers(path).values() if marker.token == task.token]
        self.state.doubts[task.key] = [text for marker in earlier for text in marker.attrs.get("doubts", ())]
        self._time.counted(task.key, total)
        self._time.expect(task.key, len(left))
        self._open[task.key] = len(left)
        self._units[task.key] = self._in_order(left)
        if not left:
            self._finish(task.key)

    def _blocks_left(self, task: Task, path: Path) -> tuple[list[Rows], int]:
        done = volume_blocks_done(path, task.token)
        if task.layout is None:
            if 0 in done and is_whole(path):
                return [], 1
            remove_record(path)
            return [WHOLE], 1
        layout = task.layout(self._place, task)
        blocks = list(layout.blocks)
        if token_of_volume(path) != task.token:
            create_volume(path, layout, token=task.token)
            return blocks, len(blocks)
        for debris in path.rglob("*.partial"):
            debris.unlink(missing_ok=True)
        return [block for block in blocks if block[0] not in done], len(blocks)

    def _in_order(self, blocks: list[Rows]) -> list[Rows]:
        if self._first_rows is None:
            return blocks
        low, high = self._first_rows
        return sorted(blocks, key=lambda block: not (block[0] < high and block[1] > low))

    def _take(self, future: Future[BlockReport]) -> None:
        """Look at a block that came back."""
        key, _ = self._flying.pop(future)
        error = future.exception()
        if error is None:
            report = future.result()
            self.state.computed += 1
            self.state.doubts[key].extend(report.doubts)
            self._time.finished(key, report.seconds)
            self._open[key] -= 1
            if not self._open[key] and key not in self.state.failures:
                self._finish(key)
        elif no_room(error):
            raise disk_full(self._place.folder, error) from error
        elif isinstance(error, BrokenProcessPool):
            raise SeriesError(
                "the workers of a series must stay alive",
                found=f"one that ended without a word while it made {key}, as one does that needs more memory than there is",
                todo="Run again with fewer workers or smaller blocks: it goes on where it stopped",
            ) from error
        elif isinstance(error, Exception):
            if key not in self.state.failures:
                self._fail(key, Failure.of(error))
        else:
            raise error

    def _finish(self, key: str) -> None:
        self.state.done.add(key)
        self._on_change(self.state)

    def _fail(self, key: str, failure: Failure) -> None:
        self.state.failures[key] = failure
        self._waiting.pop(key, None)
        self._units.pop(key, None)
        self._time.expect(key, 0)
        self._on_change(self.state)

    def _drain(self) -> None:
        """Let the blocks in flight finish, and keep what they made."""
        for future in list(self._flying):
            if future.cancel():
                del self._flying[future]
        for future in list(wait(self._flying).done):
            if not future.cancelled() and future.exception() is None:
                self._take(future)

    def _report(self) -> None:
        self._progress.update(self._time.done, self._time.total, f"blocks of the series, {self._time.words()}")


def token_of_volume(path: Path) -> str:
    """Configuration hash that a volume was created with; empty where there is none that can be read."""
    import zarr

    try:
        return str(zarr.open_group(path, mode="r", zarr_format=3).attrs.get("token", ""))
    except (OSError, ValueError, KeyError):
        return ""


def is_whole(path: Path) -> bool:
    """Whether a record on disk reads back as it was written."""
    try:
        open_saved(path)
    except AlkanodeError:
        return False
    return True


def remove_record(path: Path) -> None:
    """Remove a record and its marker, and what an interrupted writer left."""
    shutil.rmtree(marker_folder(path), ignore_errors=True)
    for file in (path, *path.parent.glob(f"{path.stem}.*.partial{path.suffix}")):
        file.unlink(missing_ok=True)


def blocks_of_rows(rows: int, block_rows: int) -> int:
    """Number of blocks of a volume."""
    return len(row_blocks(rows, block_rows))


def in_order_of_needs(tasks: Iterable[Task]) -> dict[str, Task]:
    """Tasks by key; each after what it needs.

    Raises
    ------
    SeriesError
        When a task needs one that does not come before it.
    """
    ordered: dict[str, Task] = {}
    for task in tasks:
        if missing := [need for need in task.needs if need not in ordered]:
            raise SeriesError(f"{task.key} comes after what it needs", found=f"no {', '.join(missing)} before it")
        ordered[task.key] = task
    return ordered
