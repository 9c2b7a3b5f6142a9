"""A run that is killed at any moment goes on as if nothing had happened; other workers give the same bits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import series_stages as made
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning, ReaderError
from alkanode.foundation.runtime import require
from alkanode.tomography.series import SeriesError, SeriesResult, open_series, run_series, watch_folder

SUPPORT = Path(made.__file__).parent
SCRIPT = """
import sys
sys.path.insert(0, {support!r})
import series_stages as made
from alkanode.tomography.series import run_series
run_series(made.plan_of({{"a": 1, "b": 2}}, corrections={{"log": {log!r}, "sleep": 0.05}}), {store!r})
"""


def markers(store: Path) -> list[Path]:
    return sorted(store.rglob("*.done/*.json"))


def killed_after(store: Path, log: Path, blocks: int) -> None:
    """Start a run in a process of its own, and kill it (SIGKILL) when so many parts are done."""
    script = SCRIPT.format(support=str(SUPPORT), log=str(log), store=str(store))
    run = subprocess.Popen([sys.executable, "-c", script])
    try:
        until = time.monotonic() + 120.0
        while len(markers(store)) < blocks and run.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()
    assert run.returncode == -signal.SIGKILL


def check_kill(tmp_path: Path, moments: list[int]) -> None:
    store, log = tmp_path / "s", tmp_path / "log"
    plan = made.plan_of({"a": 1, "b": 2}, corrections={"log": str(log), "sleep": 0.05})
    for blocks in moments:
        killed_after(store, log, blocks)
        done = {file: (file.stat().st_ino, file.stat().st_mtime_ns) for file in markers(store)}
        assert len(done) >= blocks
        assert (store / "running.lock").exists()
    result = run_series(plan, store)
    assert result.finished
    # what was done when it was killed stayed; what was begun then, one block each time, was made again
    assert all((file.stat().st_ino, file.stat().st_mtime_ns) == when for file, when in done.items())
    lines = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]
    blocks_made = [tuple(line) for line in lines if int(line[2]) - int(line[1]) > 1]
    assert len(set(blocks_made)) == 10
    assert len(blocks_made) <= 10 + len(moments)
    run_series(plan, tmp_path / "whole")
    assert made.contents(store) == made.contents(tmp_path / "whole")


def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    check_kill(tmp_path, [4])


@pytest.mark.slow
def test_a_run_killed_again_and_again_goes_on(tmp_path: Path) -> None:
    check_kill(tmp_path, [1, 2, 5, 8, 11])


@pytest.mark.slow
def test_processes_give_the_same_bits(tmp_path: Path) -> None:
    plan = made.plan_of({"a": 1, "b": 2})
    run_series(plan, tmp_path / "threads")
    run_series(plan, tmp_path / "processes", workers=2, pool="processes")
    assert made.contents(tmp_path / "threads") == made.contents(tmp_path / "processes")


@pytest.mark.slow
def test_doubts_and_errors_come_back_from_processes(tmp_path: Path) -> None:
    plan = made.plan_of({"a": 1}, corrections={"doubt": True, "fails_at": (8, 12)})
    with pytest.warns(DataQualityWarning) as told:
        result = run_series(plan, tmp_path, pool="processes")
    assert result.failures["volume/a"].kind == "PhysicsError"
    assert any("one pixel was replaced" in str(one.message) for one in told)


@pytest.mark.slow
def test_a_lost_worker_is_named_and_costs_nothing(tmp_path: Path) -> None:
    with pytest.raises(SeriesError, match=r"ended without a word.*fewer workers"):
        run_series(made.plan_of({"a": 1}, corrections={"dies_at": (8, 12)}), tmp_path, pool="processes")
    assert open_series(tmp_path).manifest["status"] == "stopped"
    assert len(markers(tmp_path)) >= 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_dask_cluster_gives_the_same_bits(tmp_path: Path) -> None:
    distributed = require("distributed", extra="distributed")
    plan = made.plan_of({"a": 1, "b": 2})
    run_series(plan, tmp_path / "threads")
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        run_series(plan, tmp_path / "cluster", scheduler=client)
    assert made.contents(tmp_path / "threads") == made.contents(tmp_path / "cluster")


def opened(path: Path) -> xr.Dataset:
    """A scan whose file holds the seed it is made from, if it is whole."""
    text = path.read_text(encoding="utf-8")
    if not text.endswith("\n"):
        raise ReaderError(f"{path.name} must be whole", found=repr(text))
    return made.made_scan(int(text))


def written(path: Path, text: str, *, age: float = 60.0) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (time.time() - age, time.time() - age))


def watched(tmp_path: Path, **options: object) -> SeriesResult:
    settings = {"pattern": "*.scan", "settle": 0.2, "every": 0.02, **options}
    return watch_folder(tmp_path / "in", tmp_path / "out", made.plan_of({}), opened, **settings)  # type: ignore[arg-type]


def test_scans_are_taken_as_they_appear(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    written(folder / "z first.scan", "1\n")
    seen: list[tuple[str, ...]] = []

    def later(result: SeriesResult) -> None:
        seen.append(result.scans)
        if len(seen) == 1:
            # still being written: part now, the rest after it was looked at
            (folder / "second.scan").write_text("2", encoding="utf-8")
            threading.Timer(0.5, lambda: (folder / "second.scan").write_text("2\n", encoding="utf-8")).start()

    result = watched(tmp_path, scans=2, on_update=later)
    assert seen == [("z-first",), ("z-first", "second")]
    assert result.finished
    run_series(made.plan_of({"z-first": 1, "second": 2}), tmp_path / "at once")
    assert made.contents(tmp_path / "out") == made.contents(tmp_path / "at once")


def test_a_scan_that_stays_unreadable_is_named_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    written(tmp_path / "in" / "good.scan", "1\n")
    written(tmp_path / "in" / "cut.scan", "2")
    with pytest.warns(DataQualityWarning, match=r"cut\.scan must be a scan that can be opened"):
        result = watched(tmp_path, idle=0.5)
    assert result.tasks["volume/good"] == "done"
    assert result.failures["scan/cut.scan"].kind == "ReaderError"


def test_the_reference_stays_when_a_watch_begins_again(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    written(tmp_path / "in" / "b.scan", "1\n", age=50.0)
    assert watched(tmp_path, scans=1).reference == "b"
    # an older file appears late
    written(tmp_path / "in" / "a.scan", "2\n", age=500.0)
    result = watched(tmp_path, scans=2)
    assert result.scans == ("b", "a")
    assert result.reference == "b"


def test_a_watch_over_nothing_ends_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(SeriesError, match=r"\*\.scan must appear"):
        watched(tmp_path, idle=0.0)


def test_a_folder_of_images_is_a_scan_too(tmp_path: Path) -> None:
    folder = tmp_path / "in" / "run 1.scan"
    folder.mkdir(parents=True)
    written(folder / "seed.txt", "1\n")
    result = watch_folder(
        tmp_path / "in", tmp_path / "out", made.plan_of({}), _opened_folder, pattern="*.scan", settle=0.0, scans=1
    )
    assert result.scans == ("run-1.scan",)
    assert np.isfinite(result.volume("run-1.scan")["attenuation"]).all()


def _opened_folder(path: Path) -> xr.Dataset:
    return opened(path / "seed.txt")


def test_ctrl_c_ends_a_run_in_a_terminal(tmp_path: Path) -> None:
    """SIGINT to the process: blocks in flight are kept, the manifest says so, the folder is free."""
    store, log = tmp_path / "s", tmp_path / "log"
    script = SCRIPT.format(support=str(SUPPORT), log=str(log), store=str(store))
    run = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE)
    wait_for(lambda: len(markers(store)) >= 3)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=120)
    assert b"KeyboardInterrupt" in errors
    assert open_series(store).manifest["status"] == "interrupted"
    assert not (store / "running.lock").exists()


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 120.0
    while not condition() and time.monotonic() < until:
        time.sleep(0.002)
