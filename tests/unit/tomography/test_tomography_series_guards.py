"""What a series refuses, says once, and takes again."""

from __future__ import annotations

import errno
import os
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import series_stages as made
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning, ReaderError
from alkanode.foundation.wording import merged
from alkanode.tomography.series import (
    OtherSeriesError,
    SeriesError,
    SeriesResult,
    open_series,
    run,
    run_series,
    watch_folder,
)
from alkanode.tomography.series.scans import facts_of


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["a of b", "a of b"], ["a of b (2 blocks)"]),
        (["9 of 12 pixels", "no darks", "10 of 12 pixels"], ["9 to 10 of 12 pixels (2 blocks)", "no darks"]),
        (["scan_2 moved", "scan_3 moved"], ["scan_2 moved", "scan_3 moved"]),
        (["error 1e-05 m", "error 2e-04 m"], ["error 1e-05 to 2e-04 m (2 blocks)"]),
        (["mean of 1.07: flats", "mean of 1.2: flats"], ["mean of 1.07 to 1.2: flats (2 blocks)"]),
        ([], []),
    ],
)
def test_doubts_that_differ_in_numbers_are_one(texts: list[str], said: list[str]) -> None:
    assert merged(texts) == said


def test_what_several_scans_doubt_is_one_warning(tmp_path: Path) -> None:
    plan = made.plan_of({"a": 1, "b": 2}, corrections={"doubt": True})
    with pytest.warns(DataQualityWarning) as told:
        run_series(plan, tmp_path)
    assert sorted(str(one.message).partition(":")[0] for one in told) == ["axis/a, b", "volume/a, b"]


def test_a_folder_keeps_the_series_it_has(tmp_path: Path) -> None:
    run_series(made.plan_of({"a": 1, "b": 2}), tmp_path)
    before = made.contents(tmp_path)
    for other in ({"a": 3, "b": 4}, {"c": 3}):
        with pytest.raises(OtherSeriesError, match=r"results of other scans in .*: a, b\. Name another folder"):
            run_series(made.plan_of(other), tmp_path)
    assert made.contents(tmp_path) == before
    # one scan in common is enough, under whatever name, and whatever is said of its pixel
    assert run_series(made.plan_of({"renamed": 2, "new": 5}), tmp_path).finished
    other_pixel = made.made_scan(5).assign(pixel_size=1e-6)
    assert run_series(made.plan_of({}).with_scans({"new": other_pixel}), tmp_path).finished


def test_scans_that_differ_in_what_is_said_of_them_are_told_apart(tmp_path: Path) -> None:
    scan = made.made_scan(1)
    facts = facts_of("a", scan)
    for other in (
        scan.assign(pixel_size=1e-6),
        scan.assign(photon_energy=1e-14),
        scan.assign_attrs(started="2026-03-01T10:00:00"),
    ):
        assert facts_of("a", other).fingerprint != facts.fingerprint
        assert facts_of("a", other).frames == facts.frames
    moved = scan.assign_attrs(source_file="elsewhere.nxs", defects="a doubt")
    assert facts_of("a", moved) == facts


def test_a_disk_that_takes_no_manifest_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = made.plan_of({"a": 1, "b": 2})
    written = run.write_manifest
    calls = 0

    def full(*arguments: Any, **options: Any) -> Path:
        nonlocal calls
        calls += 1
        if calls > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return written(*arguments, **options)

    monkeypatch.setattr(run, "write_manifest", full)
    with pytest.raises(SeriesError, match=r"must take what the series makes.*Make room and run again"):
        run_series(plan, tmp_path)
    monkeypatch.undo()
    assert not (tmp_path / "running.lock").exists()
    kept = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.done/*.json")}
    assert kept
    assert run_series(plan, tmp_path).finished
    assert all(file.stat().st_mtime_ns == when for file, when in kept.items())


def test_a_series_can_be_read_at_any_moment(tmp_path: Path) -> None:
    """What another process sees: a whole manifest, and of every volume the slices that are there."""
    plan = made.plan_of({"a": 1, "b": 2}, corrections={"sleep": 0.03})
    runner = threading.Thread(target=run_series, args=(plan, tmp_path))
    runner.start()
    seen: set[str] = set()
    try:
        while runner.is_alive():
            if not (tmp_path / "manifest.json").exists():
                continue
            series = open_series(tmp_path)
            seen.add(str(series.manifest["status"]))
            for name in series.scans:
                if series.has("volume", name):
                    assert series.volume(name)["attenuation"].notnull().all()
                elif (tmp_path / f"scans/{name}/volume.zarr").exists() and series.tasks:
                    look(series, name)
            time.sleep(0.01)
    finally:
        runner.join()
    assert "running" in seen
    assert open_series(tmp_path).finished


def look(series: SeriesResult, name: str) -> None:
    try:
        part = series.volume(name, whole=False)
    except ReaderError:  # it is being laid out
        return
    there = part["attenuation"].notnull().any(("y", "x"))
    assert int((~there).sum()) >= 0
    assert 0 <= part.attrs["missing_slices"] <= part.sizes["z"]


def opened(path: Path) -> xr.Dataset:
    """A scan whose file holds the seed it is made from."""
    return made.made_scan(int(path.read_text(encoding="utf-8")))


def watched(tmp_path: Path, **options: Any) -> SeriesResult:
    settings = {"pattern": "*.scan", "settle": 0.2, "every": 0.02, **options}
    return watch_folder(tmp_path / "in", tmp_path / "out", made.plan_of({}), opened, **settings)


def test_a_scan_that_grows_after_it_was_taken_is_taken_again(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, seed in (("a", 1), ("b", 2)):
        (folder / f"{name}.scan").write_text(str(seed), encoding="utf-8")
        os.utime(folder / f"{name}.scan", (time.time() - 60 + seed,) * 2)
    seen: list[str] = []

    def later(result: SeriesResult) -> None:
        seen.append(result.manifest["scans"]["b"]["fingerprint"])
        if len(seen) == 1:
            threading.Timer(0.1, lambda: (folder / "b.scan").write_text("22", encoding="utf-8")).start()

    result = watched(tmp_path, idle=1.5, on_update=later)
    assert len(set(seen)) == len(seen) == 2
    assert result.finished
    run_series(made.plan_of({"a": 1, "b": 22}), tmp_path / "at once")
    assert made.contents(tmp_path / "out") == made.contents(tmp_path / "at once")


def test_a_folder_that_is_gone_ends_the_watch_and_keeps_what_is_done(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    with pytest.raises(SeriesError, match=r"folder to watch must be there.*in for"):
        watched(tmp_path)
    folder.mkdir()
    (folder / "a.scan").write_text("1", encoding="utf-8")
    os.utime(folder / "a.scan", (time.time() - 60,) * 2)
    with pytest.raises(SeriesError, match="folder to watch must be there"):
        watched(tmp_path, on_update=lambda _: shutil.rmtree(folder))
    assert open_series(tmp_path / "out").finished
