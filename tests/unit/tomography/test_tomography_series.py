"""The engine of a series: what is made, kept, made again, and what becomes of failures."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import series_stages as made
import xarray as xr

from alkanode.data.volumes import marker_folder, read_markers
from alkanode.foundation.errors import DataQualityWarning, ReaderError, SchemaError
from alkanode.tomography.series import (
    FindAxis,
    ReconstructScans,
    SeriesError,
    SeriesPlan,
    open_series,
    pair_name,
    run_series,
)

SEEDS = {"a": 1, "b": 2}


def calls(log: Path) -> list[tuple[int, int, int]]:
    """Scan (by its first time), first and last row of every reconstruction so far."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [tuple(int(part) for part in line.split()) for line in lines]  # type: ignore[misc]


def blocks_made(log: Path) -> list[tuple[int, int, int]]:
    """Those of more than one row: rows of the axis are looked at one by one."""
    return [call for call in calls(log) if call[2] - call[1] > 1]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "calls.txt"


class Stop:
    """Progress that interrupts, as Ctrl-C would, after some blocks."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.told: list[tuple[int, int, str]] = []

    def update(self, done: int, total: int, what: str) -> None:
        self.told.append((done, total, what))
        if done >= self.after:
            raise KeyboardInterrupt


def test_a_series_holds_what_the_stages_give(tmp_path: Path) -> None:
    plan = made.plan_of(SEEDS, rows=(2, 17))
    result = run_series(plan, tmp_path)
    assert result.finished
    assert set(result.tasks) == {"axis/a", "axis/b", "volume/a", "volume/b"}
    for name, seed in SEEDS.items():
        scan = made.made_scan(seed)
        column = float(result.open("axis", name).attrs["consensus_column"])
        direct = made.reconstruct(made.line_integrals(scan, (2, 17), None), column, None)
        volume = result.volume(name)
        np.testing.assert_array_equal(volume["attenuation"], direct["attenuation"])
        np.testing.assert_allclose(volume["z"], np.arange(2, 17) * made.PIXEL)
        assert float(volume["photon_energy"]) == 7.2e-15
    axes = result.axes()
    assert axes["scan"].to_numpy().tolist() == ["a", "b"]
    np.testing.assert_allclose(axes["axis_column_interval"], [[5.0, 6.0], [5.0, 6.0]])
    assert [note["line_integrals_replaced_pixels"] for note in result.notes("volume", "a")] == [4, 4, 4, 3]


def test_the_manifest_says_what_was_asked_and_from_what(tmp_path: Path) -> None:
    run_series(made.plan_of(SEEDS), tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "finished"
    assert manifest["configuration"]["block_rows"] == 4
    assert manifest["configuration"]["reconstruct"] == "series_stages.reconstruct"
    assert set(manifest["provenance"]["inputs"]) == {"a", "b"}
    assert manifest["scans"]["b"]["start"] == 2000.0
    assert manifest["scans"]["b"]["pixel_size"] == made.PIXEL
    assert all(task["state"] == "done" for task in manifest["tasks"].values())


def test_running_again_makes_nothing_again(tmp_path: Path, log: Path) -> None:
    plan = made.plan_of(SEEDS, corrections={"log": str(log)})
    run_series(plan, tmp_path / "s")
    first = calls(log)
    assert len(blocks_made(log)) == 10
    run_series(plan, tmp_path / "s")
    assert calls(log) == first


def test_numbers_do_not_depend_on_workers_or_blocks(tmp_path: Path) -> None:
    run_series(made.plan_of(SEEDS), tmp_path / "one")
    run_series(made.plan_of(SEEDS), tmp_path / "three", workers=3)
    assert made.contents(tmp_path / "one") == made.contents(tmp_path / "three")
    wide = run_series(made.plan_of(SEEDS, block_rows=7, tile=5), tmp_path / "wide")
    for name in SEEDS:
        np.testing.assert_array_equal(
            wide.volume(name)["attenuation"], open_series(tmp_path / "one").volume(name)["attenuation"]
        )


def test_a_changed_option_makes_again_only_what_it_touches(tmp_path: Path, log: Path) -> None:
    plan = made.plan_of(SEEDS, corrections={"log": str(log)})
    run_series(plan, tmp_path / "s")
    before = calls(log)
    # a column given for one scan: neither its search nor the other scan is touched
    given = plan.with_step(FindAxis(find=made.find_axis, rows=3, columns={"b": 5.0}))
    result = run_series(given, tmp_path / "s")
    assert calls(log)[len(before) :] == [(2000, start, start + 4) for start in range(0, 20, 4)]
    assert result.open("axis", "b")["axis_column"].to_numpy().tolist() == [5.0]
    # back again: the result of the first run
    run_series(plan, tmp_path / "s")
    run_series(plan, tmp_path / "fresh")
    assert made.contents(tmp_path / "s") == made.contents(tmp_path / "fresh")


def test_another_scan_under_the_same_name_is_noticed(tmp_path: Path) -> None:
    run_series(made.plan_of(SEEDS), tmp_path / "s")
    run_series(made.plan_of({"a": 1, "b": 3}), tmp_path / "s")
    run_series(made.plan_of({"a": 1, "b": 3}), tmp_path / "fresh")
    assert made.contents(tmp_path / "s") == made.contents(tmp_path / "fresh")


def test_a_scan_more_leaves_the_others(tmp_path: Path, log: Path) -> None:
    options = {"corrections": {"log": str(log)}}
    run_series(made.plan_of(SEEDS, **options), tmp_path / "s")
    before = calls(log)
    result = run_series(made.plan_of({**SEEDS, "c": 3}, **options), tmp_path / "s")
    assert {call[0] for call in calls(log)[len(before) :]} == {3000}
    assert result.scans == ("a", "b", "c")


def test_the_rows_of_interest_come_first(tmp_path: Path, log: Path) -> None:
    run_series(made.plan_of({"a": 1}, corrections={"log": str(log)}, first_rows=(9, 13), rows=(1, 20)), tmp_path / "s")
    assert [call[1:] for call in blocks_made(log)] == [(9, 13), (1, 5), (5, 9), (13, 17), (17, 20)]


def test_a_scan_that_cannot_be_opened_takes_down_only_itself(tmp_path: Path) -> None:
    plan = made.plan_of(SEEDS)
    plan = plan.with_scans({**plan.scans, "bad": made.broken_scan})
    with pytest.warns(DataQualityWarning, match=r"scan/bad failed: scan\.nxs must be readable"):
        result = run_series(plan, tmp_path)
    assert result.tasks == {"axis/a": "done", "axis/b": "done", "volume/a": "done", "volume/b": "done"}
    assert result.failures["scan/bad"].kind == "ReaderError"
    assert not result.finished


def test_a_block_that_fails_ends_its_volume_only(tmp_path: Path) -> None:
    plan = made.plan_of(SEEDS, corrections={"fails_at": (8, 12)})
    with pytest.warns(DataQualityWarning, match="volume/a failed: line integrals need light"):
        result = run_series(plan, tmp_path)
    assert result.failures["volume/a"].kind == "PhysicsError"
    assert result.failures["volume/a"].detail == ""
    assert set(result.failures) == {"volume/a", "volume/b"}
    with pytest.raises(ReaderError, match="2 of 5 blocks"):
        result.volume("a")
    # what is there can be looked at
    assert np.isfinite(result.volume("a", whole=False)["attenuation"][:8]).all()
    assert read_markers(tmp_path / "scans/a/volume.zarr").keys() == {0, 4}


def test_an_axis_that_is_refused_leaves_its_volume_waiting(tmp_path: Path) -> None:
    plan = made.plan_of({"a": 1}).with_step(FindAxis(find=made.find_axis, options={"refuse": True}))
    with pytest.warns(DataQualityWarning, match="the methods agree within 1 pixel"):
        result = run_series(plan, tmp_path)
    assert result.failures["axis/a"].kind == "PhysicsError"
    assert result.failures["volume/a"].kind == "waits"
    assert "axis/a" in result.failures["volume/a"].message


def test_an_error_of_a_stage_keeps_where_it_came_from(tmp_path: Path) -> None:
    with pytest.warns(DataQualityWarning, match="volume/a failed"):
        result = run_series(made.plan_of({"a": 1}, reconstruct=_divide), tmp_path)
    failure = result.failures["volume/a"]
    assert failure.kind == "ZeroDivisionError"
    assert "_divide" in failure.detail


def _divide(record: xr.Dataset, axis_column: float, options: Any) -> xr.Dataset:
    return record / (0 // 0)


def test_doubts_are_told_once_per_volume_and_kept(tmp_path: Path) -> None:
    plan = made.plan_of({"a": 1}, corrections={"doubt": True})
    with pytest.warns(DataQualityWarning, match="one pixel was replaced") as told:
        result = run_series(plan, tmp_path, workers=2)
    assert len(told) == 2  # axis and volume
    assert result.doubts["volume/a"] == ["one pixel was replaced (5 blocks)"]
    with pytest.warns(DataQualityWarning, match="one pixel was replaced"):
        again = run_series(plan, tmp_path)
    assert again.doubts == result.doubts


def test_a_full_disk_stops_the_run_and_keeps_what_is_done(tmp_path: Path) -> None:
    full = made.plan_of(SEEDS, line_integrals=_full_while_marked, corrections={"marked": str(tmp_path / "full")})
    (tmp_path / "full").touch()
    with pytest.raises(SeriesError, match=r"No space left on device.*GB free.*Make room and run again"):
        run_series(full, tmp_path / "s")
    stopped = open_series(tmp_path / "s")
    assert stopped.manifest["status"] == "stopped"
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "s").rglob("*.json") if ".done" in str(file)}
    assert kept
    (tmp_path / "full").unlink()
    assert run_series(full, tmp_path / "s").finished
    assert all(file.stat().st_mtime_ns == when for file, when in kept.items())
    run_series(made.plan_of(SEEDS), tmp_path / "fresh")
    for name in SEEDS:
        np.testing.assert_array_equal(
            open_series(tmp_path / "s").volume(name)["attenuation"],
            open_series(tmp_path / "fresh").volume(name)["attenuation"],
        )


def _full_while_marked(scan: xr.Dataset, rows: tuple[int, int], options: dict[str, str]) -> xr.Dataset:
    here = {"full_at": (8, 12)} if Path(options["marked"]).exists() else {}
    return made.line_integrals(scan, rows, here)


def test_after_an_interruption_the_rest_is_made(tmp_path: Path, log: Path) -> None:
    plan = made.plan_of(SEEDS, corrections={"log": str(log)})
    stop = Stop(after=5)
    with pytest.raises(KeyboardInterrupt):
        run_series(plan, tmp_path / "s", workers=2, progress=stop)
    assert open_series(tmp_path / "s").manifest["status"] == "interrupted"
    assert not (tmp_path / "s" / "running.lock").exists()
    assert 5 <= len(list((tmp_path / "s").rglob("*.done/*.json"))) <= 7
    assert run_series(plan, tmp_path / "s").finished
    # nothing was made twice
    assert len(blocks_made(log)) == len(set(blocks_made(log))) == 10
    run_series(plan, tmp_path / "fresh")
    assert made.contents(tmp_path / "s") == made.contents(tmp_path / "fresh")


def test_progress_counts_blocks_and_says_the_time_left(tmp_path: Path) -> None:
    listen = Stop(after=10**9)
    run_series(made.plan_of(SEEDS), tmp_path, progress=listen)
    done = [told[0] for told in listen.told]
    assert done == sorted(done)
    assert listen.told[-1][:2] == (12, 12)
    assert "time left not yet known" in listen.told[0][2]
    assert listen.told[-1][2].endswith("0 s left")


def test_debris_of_a_killed_writer_is_cleared(tmp_path: Path) -> None:
    plan = made.plan_of({"a": 1})
    run_series(plan, tmp_path)
    whole = made.contents(tmp_path)
    volume = tmp_path / "scans/a/volume.zarr"
    # killed between the numbers and the marker, with a half written file beside
    (marker_folder(volume) / "000008.json").unlink()
    chunk = volume / "attenuation/c/2/0/0"
    chunk.write_bytes(chunk.read_bytes()[:50])
    (chunk.parent / "0.1234.partial").write_bytes(b"x")
    # killed while the record was written
    (tmp_path / "scans/a/axis.done/000000.json").unlink()
    (tmp_path / "scans/a/axis.77.partial.h5").write_bytes(b"x")
    run_series(plan, tmp_path)
    assert made.contents(tmp_path) == whole
    assert not list(tmp_path.rglob("*.partial*"))


def test_one_run_at_a_time(tmp_path: Path) -> None:
    holder = {"process": os.getppid(), "machine": os.uname().nodename}
    (tmp_path / "running.lock").write_text(json.dumps(holder), encoding="utf-8")
    with pytest.raises(SeriesError, match=f"process {os.getppid()}"):
        run_series(made.plan_of({"a": 1}), tmp_path)
    # a run that is gone holds nothing
    (tmp_path / "running.lock").write_text(json.dumps({**holder, "process": 2**22 + 1}), encoding="utf-8")
    assert run_series(made.plan_of({"a": 1}), tmp_path).finished
    (tmp_path / "running.lock").write_text("", encoding="utf-8")
    assert run_series(made.plan_of({"a": 1}), tmp_path).finished
    (tmp_path / "running.lock").write_text(json.dumps({"process": 1, "machine": "elsewhere"}), encoding="utf-8")
    with pytest.raises(SeriesError, match="process 1 on elsewhere"):
        run_series(made.plan_of({"a": 1}), tmp_path)


def test_scans_without_a_pixel_size_are_refused_by_name(tmp_path: Path) -> None:
    plan = made.plan_of({"a": 1})
    plan = plan.with_scans({"a": made.made_scan(1).drop_vars("pixel_size")})
    with pytest.warns(DataQualityWarning, match="scan 'a' needs its pixel size"):
        result = run_series(plan, tmp_path)
    assert result.failures["scan/a"].kind == "SchemaError"


def test_records_in_memory_do_as_scans(tmp_path: Path) -> None:
    plan = made.plan_of({"a": 1})
    run_series(plan, tmp_path / "opened")
    run_series(plan.with_scans({"a": made.made_scan(1)}), tmp_path / "held")
    assert made.contents(tmp_path / "opened") == made.contents(tmp_path / "held")


def test_pairs_of_a_plan() -> None:
    names = ("a", "b", "c")
    sources = {name: partial(made.made_scan, 1) for name in names}

    def pairs(**options: Any) -> tuple[tuple[str, str], ...]:
        return SeriesPlan(scans=sources, **options).pairs_of(names)

    assert pairs() == (("a", "b"), ("a", "c"))
    assert pairs(reference="b") == (("b", "a"), ("b", "c"))
    assert pairs(pairs="consecutive") == (("a", "b"), ("b", "c"))
    assert pairs(pairs="both") == (("a", "b"), ("a", "c"), ("b", "c"))
    assert pairs(pairs=(("c", "a"), ("a", "d"))) == (("c", "a"),)
    assert pair_name("a", "c") == "c_from_a"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scans": {"a/b": made.broken_scan}}, "names of scans"),
        ({"rows": (5, 5)}, "rows are"),
        ({"first_rows": (-1, 5)}, "first_rows are"),
        ({"block_rows": 0}, "at least one slice"),
        ({"pairs": "all"}, "pairs are"),
        ({"steps": (FindAxis(), FindAxis())}, "stands once"),
    ],
)
def test_plans_that_make_no_sense_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        SeriesPlan(**{"scans": {}, **options})


def test_requests_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="needs scans"):
        run_series(made.plan_of({}), tmp_path)
    with pytest.raises(SchemaError, match="at least one worker"):
        run_series(made.plan_of({"a": 1}), tmp_path, workers=0)
    with pytest.raises(ReaderError, match="must be a series"):
        open_series(tmp_path / "nothing")
    result = run_series(made.plan_of({"a": 1}), tmp_path)
    with pytest.raises(SchemaError, match="no step 'difference'"):
        result.difference("b_from_a")
    with pytest.raises(SchemaError, match="volume/a"):
        result.open("volume", "z")
    with pytest.raises(SchemaError, match="no result"):
        result.registration()
    with pytest.warns(DataQualityWarning, match="rows of a series lie on the detector"):
        run_series(made.plan_of({"a": 1}, rows=(50, 60)), tmp_path / "s")


@pytest.mark.parametrize(
    "change", [lambda plan: plan.without("volume"), lambda plan: plan.with_step(ReconstructScans())]
)
def test_steps_are_left_out_and_replaced_by_name(change: Callable[[SeriesPlan], SeriesPlan]) -> None:
    plan = made.plan_of({"a": 1})
    names = [step.name for step in change(plan).steps]
    assert names in (["axis"], ["axis", "volume"])
    assert len(plan.with_step(ReconstructScans()).steps) == 2
