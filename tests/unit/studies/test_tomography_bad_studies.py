"""Whole studies on bad scans: exit codes, named errors, and what was computed stays, is shown and is used again."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small_cell as made
import yaml

from alkanode.cli.main import run
from alkanode.data import Cell
from alkanode.foundation.errors import AlkanodeWarning
from alkanode.foundation.runtime import require
from alkanode.io import write_nxtomo
from alkanode.studies import runner
from alkanode.studies.tomography import series_part
from alkanode.studies.tomography.plan import plan_of
from alkanode.studies.tomography.settings import Tomography
from alkanode.tomography.series import blocks, open_series, run_series

pytestmark = pytest.mark.slow

# without the alloy among the materials the fit of the whole distribution, which takes longest, is left out
QUICK = {"materials": ["void", "Na"]}


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str
    folder: Path

    @property
    def results(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "results.json").read_text(encoding="utf-8"))["results"])

    @property
    def page(self) -> str:
        return (self.folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No figures: what they show is tested elsewhere, and a dozen studies would take minutes."""
    monkeypatch.setattr(series_part, "figures_of", lambda *_: {})
    monkeypatch.setattr(runner, "save_figure", lambda figure, path: path)


@pytest.fixture
def study(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run a study; a fault of the program or a traceback fails every test."""

    def call(folder: Path, out: Path, scans: list[str], **options: Any) -> Ended:
        path = made.write_study(folder, scans, **{**QUICK, **options})
        code = run(["run", str(path), "-o", str(out)])
        said = capsys.readouterr()
        assert code != 1, said.err
        assert "Traceback" not in said.err + said.out
        assert "fault of the program" not in said.err
        return Ended(code, said.out, said.err, out)

    return call


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three scans on disk."""
    folder = tmp_path_factory.mktemp("cell")
    made.write_cell(folder, 3)
    return folder


@pytest.fixture(scope="module")
def done(cell: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the first two."""
    out = tmp_path_factory.mktemp("done") / "out"
    path = made.write_study(cell, ["scan_1.nxs", "scan_2.nxs"], **QUICK)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(series_part, "figures_of", lambda *_: {})
        assert run(["run", str(path), "-o", str(out)]) == 0
    series = open_series(out / "tomography")
    assert series.finished
    assert np.isfinite(series.open("residual", "scan_2")["residual_after"]).any()
    return out


def copied(cell: Path, done: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A copy of scans and results with the times of their files."""
    shutil.copytree(cell, tmp_path / "cell")
    shutil.copytree(done, tmp_path / "out")
    return tmp_path / "cell", tmp_path / "out"


def marks(out: Path) -> dict[str, int]:
    """Marks of all blocks and records that are done, with the time of each."""
    files = (out / "tomography").rglob("*.done/*.json")
    return {file.relative_to(out).as_posix(): file.stat().st_mtime_ns for file in files}


def unreadable(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def saturated(path: Path) -> None:
    scan = made.small_scan(2)
    full = np.where(scan["image_key"] == 2, scan["counts"].transpose(..., "frame"), 65535).transpose(2, 0, 1)
    write_nxtomo(scan.assign(counts=(scan["counts"].dims, full.astype(np.uint16))), path)


def without_flats(path: Path) -> None:
    scan = made.small_scan(2)
    write_nxtomo(scan.isel(frame=scan["image_key"].to_numpy() != 1), path)


def without_pixel(path: Path) -> None:
    write_nxtomo(made.small_scan(2).drop_vars("pixel_size"), path)


def of_other_energy(path: Path) -> None:
    write_nxtomo(made.small_scan(2, photon_energy=60 * 1.602176634e-16), path)


def out_of_view(path: Path) -> None:
    write_nxtomo(made.small_scan(2, shift=(60 * made.PIXEL, 0.0, 0.0)), path)


def absent(path: Path) -> None:
    path.unlink()


BROKEN = {
    "cut off": (unreadable, "scan/scan_3", "file-"),
    "absent": (absent, "scan/scan_3", "no such file"),
    "without flats": (without_flats, "scan/scan_3", "flats-missing"),
    "without pixel size": (without_pixel, "scan/scan_3", "needs its pixel size"),
    "saturated": (saturated, "volume/scan_3", "expose for a shorter time"),
    "of another energy": (of_other_energy, "registration/scan_3", "60 keV in scan_3"),
    "out of view": (out_of_view, "registration/scan_3", "must show edges"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_bad_scan_costs_what_is_made_of_it(
    name: str, cell: Path, done: Path, tmp_path: Path, study: Callable[..., Ended]
) -> None:
    folder, out = copied(cell, done, tmp_path)
    spoil, what, why = BROKEN[name]
    spoil(folder / "scan_3.nxs")
    before = marks(out)
    ended = study(folder, out, [f"scan_{k}.nxs" for k in (1, 2, 3)])
    assert ended.code == 3
    assert f"tomography.{what} failed" in ended.err
    assert why in ended.err
    assert {key: marks(out)[key] for key in before} == before
    results = ended.results
    assert why in results["failed"][f"tomography.{what}"]
    assert results["tomography"]["volume_lost_in_scan_2"]["value"] is not None
    assert "volume_lost_in_scan_3" not in results["tomography"]
    # the page shows what is there, says what failed, and where it stands
    assert "The series is not complete" in ended.page
    assert "What is made" in ended.page
    assert "Volumes whose attenuation changed" in ended.page
    if name not in ("cut off", "saturated"):
        return
    # the scan is mended: what was made is used, and the rest is made
    shutil.copy(cell / "scan_3.nxs", folder / "scan_3.nxs")
    again = study(folder, out, [f"scan_{k}.nxs" for k in (1, 2, 3)])
    assert again.code == 0, again.err
    assert {key: marks(out)[key] for key in before} == before
    assert "volume_lost_in_scan_3" in again.results["tomography"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"cell": {"anode": "NaK50"}}, "no electrolyte in the study or the cell"),
        ({"cell": {"anode": "NaK50", "electrolyte": "cheese"}}, "cheese"),
        ({"scans": ["absent_1.nxs", "absent_2.nxs"]}, "absent_1.nxs"),
        ({"energy": None}, "none in scan_1. Add photon_energy to the tomography block"),
        ({"broken": True}, "at least one scan must open; found none. scan_1: "),
    ],
)
def test_a_study_that_cannot_begin_ends_with_3_and_its_reason(
    change: dict[str, Any], told: str, cell: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = change.get("scans", ["scan_1.nxs"])
    if "energy" in change:
        write_nxtomo(made.small_scan(0).drop_vars("photon_energy"), tmp_path / "scan_1.nxs")
    elif "broken" in change:
        (tmp_path / "scan_1.nxs").write_bytes(b"no scan")
    else:
        shutil.copy(cell / "scan_1.nxs", tmp_path)
    shutil.copy(cell / "cell.yaml", tmp_path)
    path = made.write_study(tmp_path, names, **QUICK)
    if "cell" in change:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        path.write_text(yaml.safe_dump({**content, "cell": change["cell"]}), encoding="utf-8")
    assert run(["run", str(path), "-o", str(tmp_path / "out")]) == 3
    said = capsys.readouterr()
    assert told in said.err
    assert told not in said.out
    assert "tomography failed" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_a_full_disk_midway_shows_what_was_made(
    cell: Path, done: Path, tmp_path: Path, study: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = copied(cell, done, tmp_path)
    before = marks(out)
    write = blocks.write_block
    calls = 0

    def full(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(*arguments, **options)

    monkeypatch.setattr(blocks, "write_block", full)
    scans = [f"scan_{k}.nxs" for k in (1, 2, 3)]
    ended = study(folder, out, scans)
    assert ended.code == 3
    assert "Make room and run again" in ended.err
    assert "No space left on device" in ended.results["failed"]["tomography.the series"]
    assert "volume_lost_in_scan_2" in ended.results["tomography"]
    assert "Make room and run again" in ended.page
    assert "The series is not complete" in ended.page
    midway = marks(out)
    assert len([key for key in midway if key not in before and "volume.done" in key]) == 2
    monkeypatch.setattr(blocks, "write_block", write)
    again = study(folder, out, scans)
    assert again.code == 0, again.err
    assert {key: marks(out)[key] for key in midway} == midway


def test_an_option_that_changed_makes_again_what_follows_from_it(
    cell: Path, done: Path, tmp_path: Path, study: Callable[..., Ended]
) -> None:
    folder, out = copied(cell, done, tmp_path)
    before = marks(out)
    ended = study(folder, out, ["scan_1.nxs", "scan_2.nxs"], false_grains=300.0)
    assert ended.code == 0
    after = marks(out)
    remade = {key.split("/")[-2].removesuffix(".done") for key in before if after.get(key) != before[key]}
    assert "threshold" in remade
    assert not remade & {"volume", "axis", "aligned", "registration", "noise", "difference"}


def test_a_folder_of_another_series_is_left_alone(
    cell: Path, done: Path, tmp_path: Path, study: Callable[..., Ended]
) -> None:
    folder, out = copied(cell, done, tmp_path)
    before = marks(out)
    for number in (1, 2):
        write_nxtomo(made.small_scan(3, seed=900 + number), folder / f"scan_{number}.nxs")
    ended = study(folder, out, ["scan_1.nxs", "scan_2.nxs"])
    assert ended.code == 3
    assert "a folder of results belongs to one series of scans" in ended.err
    assert "Name another folder" in ended.err
    assert marks(out) == before
    assert "tomography" not in ended.results


def test_a_damaged_volume_is_named_and_mended(
    cell: Path, done: Path, tmp_path: Path, study: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Damage that only a table or figure meets, since no step reads the volume again."""
    folder, out = copied(cell, done, tmp_path)
    chunks = sorted(file for file in (out / "tomography/pairs").rglob("classes.zarr/transition/c/*/0/0"))
    whole = chunks[1].read_bytes()
    chunks[1].write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    ended = study(folder, out, ["scan_1.nxs", "scan_2.nxs"])
    assert ended.code == 3
    assert "tomography.transitions failed: damage on the disk in classes/" in ended.err
    assert "volume_lost_in_scan_2" in ended.results["tomography"]
    assert study(folder, out, ["scan_1.nxs", "scan_2.nxs"]).code == 0
    assert chunks[1].read_bytes() == whole


def test_ctrl_c_ends_with_130_and_the_rest_is_made_later(
    cell: Path, tmp_path: Path, study: Callable[..., Ended]
) -> None:
    shutil.copytree(cell, tmp_path / "cell")
    out = tmp_path / "out"
    scans = ["scan_1.nxs", "scan_2.nxs"]
    path = made.write_study(tmp_path / "cell", scans, **QUICK)
    script = "import sys; from alkanode.cli.main import main; main(sys.argv[1:])"
    command = [sys.executable, "-W", "ignore", "-c", script, "run", str(path), "-o", str(out)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 200
    while len(marks(out)) < 4 and time.monotonic() < until and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=200)
    assert process.returncode == 130, errors
    assert b"Traceback" not in errors
    assert b"what had been computed is written" in errors
    kept = marks(out)
    assert len(kept) >= 4
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "The series is not complete" in page
    assert study(tmp_path / "cell", out, scans).code == 0
    assert {key: marks(out)[key] for key in kept} == kept


def test_live_a_scan_half_written_and_then_whole(cell: Path, tmp_path: Path, study: Callable[..., Ended]) -> None:
    folder = tmp_path / "cell"
    folder.mkdir()
    shutil.copy(cell / "cell.yaml", folder)
    (folder / "in").mkdir()
    shutil.copy(cell / "scan_1.nxs", folder / "in")
    os.utime(folder / "in" / "scan_1.nxs", (time.time() - 60,) * 2)
    whole = (cell / "scan_2.nxs").read_bytes()
    (folder / "in" / "scan_2.nxs").write_bytes(whole[: len(whole) // 2])

    def finish() -> None:
        (folder / "in" / "scan_2.nxs").write_bytes(whole)

    timer = threading.Timer(4.0, finish)
    timer.start()
    watch = {"folder": "in", "settle": "0.5 s", "scans": 2, "idle": "60 s"}
    axes = dict.fromkeys(("scan_1", "scan_2"), made.AXIS_COLUMN)
    ended = study(folder, tmp_path / "out", [], watch=watch, axis_columns=axes, photon_energy="45 keV")
    timer.join()
    assert ended.code == 0, ended.err
    assert ended.results["tomography"]["scans"] == ["scan_1", "scan_2"]
    assert "report renewed" in ended.err
    at_once = study(cell, tmp_path / "once", ["scan_1.nxs", "scan_2.nxs"], photon_energy="45 keV")
    assert at_once.code == 0
    assert volumes(ended.folder) == volumes(at_once.folder)


def test_live_a_folder_that_disappears(cell: Path, tmp_path: Path, study: Callable[..., Ended]) -> None:
    folder = tmp_path / "cell"
    (folder / "in").mkdir(parents=True)
    shutil.copy(cell / "cell.yaml", folder)
    shutil.copy(cell / "scan_1.nxs", folder / "in")
    os.utime(folder / "in" / "scan_1.nxs", (time.time() - 60,) * 2)

    def vanish() -> None:
        until = time.monotonic() + 100
        while not (tmp_path / "out/results.json").exists() and time.monotonic() < until:
            time.sleep(0.05)
        shutil.move(folder / "in", tmp_path / "gone")

    thread = threading.Thread(target=vanish)
    thread.start()
    axes = {"scan_1": made.AXIS_COLUMN}
    watch = {"folder": "in", "settle": "0.5 s", "idle": "100 s"}
    ended = study(folder, tmp_path / "out", [], watch=watch, axis_columns=axes, photon_energy="45 keV")
    thread.join()
    assert ended.code == 3
    assert "the folder to watch must be there" in ended.err
    assert "What is made" in ended.page or "The series is not complete" in ended.page
    kept = marks(tmp_path / "out")
    assert kept
    shutil.move(tmp_path / "gone", folder / "in")
    again = study(folder, tmp_path / "out", [], watch={**watch, "scans": 1}, axis_columns=axes, photon_energy="45 keV")
    assert again.code == 0
    assert marks(tmp_path / "out") == kept


def volumes(out: Path) -> dict[str, bytes]:
    """Numbers of all volumes of a study."""
    base = out / "tomography"
    return {
        str(file.relative_to(base)): file.read_bytes()
        for file in sorted(base.rglob("*"))
        if file.is_file() and ".zarr" in str(file.relative_to(base))
    }


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.filterwarnings(f"ignore::{AlkanodeWarning.__module__}.{AlkanodeWarning.__name__}")
def test_threads_processes_and_a_cluster_give_the_same_volumes(cell: Path, done: Path, tmp_path: Path) -> None:
    """The stages of the package on real frames: whoever makes the blocks, the volumes are the same bit for bit."""
    block = {
        "scans": ["scan_1.nxs", "scan_2.nxs"],
        "stripes": "none",
        "axis_columns": dict.fromkeys(("scan_1", "scan_2"), made.AXIS_COLUMN),
        **QUICK,
    }
    settings = Tomography.of(**block)
    files = {name: cell / f"{name}.nxs" for name in settings.names}
    plan = plan_of(settings, files, cell, Cell.from_mapping({"anode": "NaK50", "electrolyte": "NASICON"}))
    plan = plan.without("registration", "aligned", "null", "threshold", "changes", "sweep", "grains", "profile")
    plan = plan.without("interface", "classes", "cracks", "contact", "distribution")
    distributed = require("distributed", extra="distributed")
    run_series(plan, tmp_path / "threads" / "tomography", workers=2)
    run_series(plan, tmp_path / "processes" / "tomography", workers=2, pool="processes")
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        run_series(plan, tmp_path / "cluster" / "tomography", scheduler=client)
    made_by = {way: volumes(tmp_path / way) for way in ("threads", "processes", "cluster")}
    assert made_by["threads"]
    assert made_by["threads"] == made_by["processes"] == made_by["cluster"]
    assert open_series(tmp_path / "threads" / "tomography").finished
