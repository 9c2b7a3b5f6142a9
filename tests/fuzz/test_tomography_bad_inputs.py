"""What beamlines hand over, through the commands: each bad scan ends in a volume with its doubts told, or in a named error.

A row of the table spoils a sound scan, says which defect ``inspect`` must name and how bad it is, and how ``reconstruct``
must end: 0 with a volume, 2 where the scan cannot be opened, 3 where a part failed and the rest is written.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tifffile
from made_scans import COLUMNS, ROWS, MadeScan

from alkanode.cli.main import run
from alkanode.io.projections import write_nxtomo
from alkanode.studies import runner
from alkanode.tomography.series import open_series

DETECTOR, ANGLE = "entry/instrument/detector", "entry/sample/rotation_angle"
Words = tuple[object, ...]
AXIS = ("--axis", str(0.5 * (COLUMNS - 1)))
ROI = ("--rows", "8:16", "--no-halves", "--stripes", "none")


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are described and their data written, but not painted: sixty scans would take minutes."""
    monkeypatch.setattr(runner, "save_figure", painted)


def painted(figure: object, path: Path) -> Path:
    path.touch()
    return path


@pytest.fixture
def alkanode(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def call(*words: object) -> Said:
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        assert code != 1, said.err
        assert "Traceback" not in said.err + said.out
        return Said(code, said.out, said.err)

    return call


@dataclass(frozen=True)
class Row:
    """One bad input.

    ``make`` writes it into a folder and gives its path and what more the commands are told; ``defect`` and ``severity`` are
    what ``inspect`` names (or a word of an assumption, where that is all there is to say); ``code`` is how ``reconstruct``
    ends, and ``told`` what it says if that is not 0.
    """

    name: str
    make: Callable[[Path], tuple[Path, Words]]
    defect: str
    severity: str
    code: int = 0
    told: tuple[str, ...] = ()
    options: Words = field(default=(*AXIS, *ROI))


def made(spoil: Callable[[MadeScan], None] = lambda _: None, **options: Any) -> Callable[[Path], tuple[Path, Words]]:
    """A scan whose frames are spoiled."""

    def make(folder: Path) -> tuple[Path, Words]:
        scan = MadeScan(**options)
        spoil(scan)
        return write_nxtomo(scan.record(), folder / "scan.nxs"), ()

    return make


def changed(change: Callable[[h5py.File], None]) -> Callable[[Path], tuple[Path, Words]]:
    """A scan whose file is spoiled."""

    def make(folder: Path) -> tuple[Path, Words]:
        path = MadeScan().nxtomo(folder / "scan.nxs")
        with h5py.File(path, "r+") as file:
            change(file)
        return path, ()

    return make


def record(change: Callable[[Any], Any]) -> Callable[[Path], tuple[Path, Words]]:
    """A scan whose record is changed before it is written."""

    def make(folder: Path) -> tuple[Path, Words]:
        return write_nxtomo(change(MadeScan().record()), folder / "scan.nxs"), ()

    return make


def with_flats(write: Callable[[Path], Path]) -> Callable[[Path], tuple[Path, Words]]:
    """A sound scan with flats from elsewhere."""

    def make(folder: Path) -> tuple[Path, Words]:
        scan, _ = made()(folder)
        return scan, ("--flats", write(folder))

    return make


def angles(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Path], tuple[Path, Words]]:
    """A scan with other angles (deg) of its projections."""

    def act(file: h5py.File) -> None:
        values, keys = file[ANGLE][()], file[f"{DETECTOR}/image_key"][()]
        values[keys == 0] = change(values[keys == 0])
        file[ANGLE][...] = values

    return changed(act)


def keeping(*keys: int) -> Callable[[Path], tuple[Path, Words]]:
    return record(lambda scan: scan.isel(frame=np.isin(scan["image_key"], keys)))


def flats_where(before: bool) -> Callable[[Path], tuple[Path, Words]]:
    def change(scan: Any) -> Any:
        key, frame = scan["image_key"].to_numpy(), np.arange(scan.sizes["frame"])
        first = np.flatnonzero(key == 0)[0]
        return scan.isel(frame=(key != 1) | ((frame < first) == before))

    return record(change)


def scale_frames(scan: MadeScan, factor: float) -> None:
    scan.frames[:] = (100 + (scan.frames - 100.0) * factor).clip(0, 65535).astype(np.uint16)


def all_full(scan: MadeScan) -> None:
    for part in (scan.frames, scan.flats_before, scan.flats_after):
        part[:] = 65535


def some_full(scan: MadeScan) -> None:
    scan.frames[3:9, 9:14, :5] = 65535


def flats_full(scan: MadeScan) -> None:
    scan.flats_before[:] = 65535
    scan.flats_after[:] = 65535


def zeros(scan: MadeScan) -> None:
    scan.frames[3, 9:12, 5:9] = 0


def below_dark(scan: MadeScan) -> None:
    scan.flats_before[:, 10, 4] = 0
    scan.flats_after[:, 10, 4] = 0


def drift(scan: MadeScan) -> None:
    scan.flats_after[:] = (scan.flats_after * 0.985).astype(np.uint16)


def zingers_in_flats(scan: MadeScan) -> None:
    scan.flats_before[2, 10, 7] = 60000


def dead_column(scan: MadeScan) -> None:
    for part in (scan.flats_before, scan.flats_after, scan.frames):
        part[:, :, 11] = 110


def hot(scan: MadeScan) -> None:
    for part in (scan.darks, scan.flats_before, scan.flats_after, scan.frames):
        part[:, 8, 9] += 5000


def unsteady(scan: MadeScan) -> None:
    swing = (2000 * np.array([-1, 1, -1, 1, -1])).astype(np.int32)
    scan.flats_before[:, 8, 9] = (scan.flats_before[:, 8, 9] + swing).astype(np.uint16)


def dump(scan: MadeScan) -> None:
    scan.frames[20] = scan.darks[0]


def top_up(scan: MadeScan) -> None:
    scan.frames[20:] = (scan.frames[20:] * 1.2).astype(np.uint16)
    scan.frames[30:] = (scan.frames[30:] / 1.2).astype(np.uint16)


def twice(scan: MadeScan) -> None:
    scan.frames[21] = scan.frames[20]


def starved(scan: MadeScan) -> None:
    scan.frames[:, :, 8:32] = 110


def sank(scan: MadeScan) -> None:
    scan.frames[-3:] = np.roll(scan.frames[-3:], 3, axis=1)


def changed_inside(scan: MadeScan) -> None:
    inside = slice(COLUMNS // 4, 3 * COLUMNS // 4)
    scan.frames[-3:, :, inside] = (scan.frames[-3:, :, inside] * 1.1).astype(np.uint16)


def not_finite(value: float, *, everywhere: bool = False) -> Callable[[Path], tuple[Path, Words]]:
    def change(scan: Any) -> Any:
        counts = scan["counts"].to_numpy().astype(np.float32)
        shown = scan["image_key"].to_numpy() == 0
        if everywhere:
            counts[shown] = value
        else:
            counts[np.flatnonzero(shown)[4], :, 3:6] = value
        return scan.assign(counts=(scan["counts"].dims, counts))

    return record(change)


def shuffled(scan: Any) -> Any:
    return scan.isel(frame=np.random.default_rng(1).permutation(scan.sizes["frame"]))


def strange_key(file: h5py.File) -> None:
    file[f"{DETECTOR}/image_key"][0] = 7


def dangling(file: h5py.File) -> None:
    del file[f"{DETECTOR}/data"]
    file[f"{DETECTOR}/data"] = h5py.ExternalLink("elsewhere.h5", "/frames")


def unit_lost(file: h5py.File) -> None:
    del file[ANGLE].attrs["units"]
    file[ANGLE][...] = np.radians(file[ANGLE][()])


def degrees_called_radians(file: h5py.File) -> None:
    file[ANGLE].attrs["units"] = "rad"


def cut(share: float) -> Callable[[Path], tuple[Path, Words]]:
    def make(folder: Path) -> tuple[Path, Words]:
        path = MadeScan().nxtomo(folder / "scan.nxs")
        path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
        return path, ()

    return make


def exchange(change: Callable[[h5py.File], None]) -> Callable[[Path], tuple[Path, Words]]:
    def make(folder: Path) -> tuple[Path, Words]:
        path = MadeScan().exchange(folder / "scan.h5")
        with h5py.File(path, "r+") as file:
            change(file)
        return path, ("--pixel-size", "1.3 um", "--energy", "45 keV")

    return make


def more_angles(file: h5py.File) -> None:
    theta = file["exchange/theta"][()]
    del file["exchange/theta"]
    file["exchange/theta"] = np.concatenate([[theta[0]] * 10, theta, [theta[-1]] * 10])


def other_angles(count: int) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file["exchange/theta"]
        file["exchange/theta"] = np.linspace(0, 180, count)

    return change


def images(spoil: Callable[[Path], None]) -> Callable[[Path], tuple[Path, Words]]:
    def make(folder: Path) -> tuple[Path, Words]:
        path = MadeScan().folder(folder / "images")
        spoil(path)
        return path, ("--pixel-size", "1.3 um", "--energy", "45 keV", "--angle-unit", "deg")

    return make


def gap(path: Path) -> None:
    (path / "raw_12.tif").unlink()


def gap_and_angle(path: Path) -> None:
    gap(path)
    theta = np.loadtxt(path / "angles.txt")
    np.savetxt(path / "angles.txt", np.delete(theta, 12))


def other_type(path: Path) -> None:
    image = tifffile.imread(path / "raw_5.tif")
    tifffile.imwrite(path / "raw_5.tif", image.astype(np.float32))


def other_size(path: Path) -> None:
    tifffile.imwrite(path / "raw_5.tif", np.full((ROWS, COLUMNS - 2), 500, np.uint16))


def bare(path: Path) -> None:
    for file in (*path.glob("flat*"), *path.glob("dark*"), path / "angles.txt"):
        file.unlink()


def flats_of_other_size(folder: Path) -> Path:
    (folder / "flats").mkdir()
    tifffile.imwrite(folder / "flats" / "flat_0.tif", np.full((ROWS, COLUMNS + 4), 10000, np.uint16))
    return folder / "flats"


def old_flats(folder: Path) -> Path:
    earlier = MadeScan(noise=2).record().assign_attrs(started="2026-02-28T10:00:00", ended="2026-02-28T10:00:05")
    return write_nxtomo(earlier, folder / "yesterday.nxs")


def full_flats(folder: Path) -> Path:
    burnt = MadeScan(noise=2)
    flats_full(burnt)
    return write_nxtomo(burnt.record(), folder / "burnt.nxs")


def rows_of(count: int) -> Callable[[Path], tuple[Path, Words]]:
    return record(lambda scan: scan.isel(row=slice(0, count)))


def half_turn(share: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda values: values * share


ALL = (*AXIS, "--no-halves", "--stripes", "none")
TABLE = [
    # flats and darks
    Row("flats before only", flats_where(True), "flats-on-one-side", "doubt"),
    Row("flats after only", flats_where(False), "flats-on-one-side", "doubt"),
    Row("no flats", keeping(0, 2), "flats-missing", "fatal", 2, ("flats-missing", "--flats")),
    Row("no darks", keeping(0, 1), "darks-missing", "repairable"),
    Row("flats drift", made(drift), "flats-drift", "doubt"),
    Row("flat not above dark", made(below_dark), "flat-not-above-dark", "repairable"),
    Row("zingers in flats", made(zingers_in_flats), "zingers-in-flats", "repairable"),
    Row("flats saturated", made(flats_full), "readings-saturated", "fatal", 3, ("of the flats at it", "Leave the row out")),
    Row("flats of another size", with_flats(flats_of_other_size), "frames-of-two-sizes", "fatal", 2, ("frames-of-two-sizes", "Give flats and darks of its size")),
    Row("flats of yesterday", with_flats(old_flats), "flats-old", "doubt"),
    Row("saturated flats of another scan", with_flats(full_flats), "readings-saturated", "fatal", 3, ("of the flats at it",)),
    # counts
    Row("zero counts", made(zeros), "readings-zero", "repairable"),
    Row("not above the dark", made(zeros), "transmission-not-positive", "repairable"),
    Row("some saturated", made(some_full), "readings-saturated", "doubt"),
    Row("all saturated", made(all_full), "readings-saturated", "fatal", 3, ("of the projections at it", "expose for a shorter time")),
    Row("brighter than the flats", made(lambda scan: scale_frames(scan, 1.4)), "transmission-above-one", "repairable"),
    Row("NaN in frames", not_finite(np.nan), "readings-not-finite", "repairable"),
    Row("infinite in frames", not_finite(np.inf), "readings-not-finite", "repairable"),
    Row("nothing but NaN", not_finite(np.nan, everywhere=True), "readings-not-finite", "repairable", 3, ("only readings that are not finite",)),
    # stripes
    Row("dead column", made(dead_column), "pixels-dead", "repairable"),
    Row("hot pixel", made(hot), "pixels-hot", "repairable"),
    Row("unsteady pixel", made(unsteady), "pixels-unsteady", "repairable"),
    # angles
    Row("radians without a unit", changed(unit_lost), "taken as radians", "assumed"),
    Row("degrees called radians", changed(degrees_called_radians), "angle-unit", "doubt"),
    Row("falling", angles(lambda a: a[::-1]), "the angles fall", "assumed"),
    Row("from 90 deg", angles(lambda a: a + 90), "holds both its ends", "assumed"),
    Row("from 16740 deg", angles(lambda a: a + 16740), "some turns from zero", "assumed"),
    Row("one NaN", angles(lambda a: np.where(np.arange(a.size) == 5, np.nan, a)), "angles-not-numbers", "repairable"),
    Row("all NaN", angles(lambda a: a * np.nan), "angles-not-numbers", "fatal", 2, ("have no angle", "--angles")),
    Row("no rotation", angles(lambda a: a * 0), "no-rotation", "fatal", 2, ("no-rotation", "--angles")),
    Row("not rising", angles(lambda a: np.where(np.arange(a.size) == 20, 12.0, a)), "angles-run-back", "doubt"),
    Row("both ends of 180 deg", made(), "holds both its ends", "assumed"),
    Row("without 180 deg", angles(lambda a: a * (a.size - 1) / a.size), "without its last frame", "assumed"),
    Row("a whole turn", made(turn=2 * np.pi, projections=73), "360 deg", "assumed"),
    Row("partial turn", angles(half_turn(0.6)), "range-short", "doubt"),
    Row("frames lost", angles(lambda a: a + 20 * (a > 90)), "angle-gaps", "doubt"),
    Row("frame twice", made(twice), "frames-repeated", "doubt"),
    Row("few projections", made(projections=5), "projections-few", "doubt"),
    Row("more angles than images", exchange(more_angles), "angles-more-than-projections", "repairable"),
    Row("angles of something else", exchange(other_angles(50)), "angles-more-than-projections", "fatal", 2, ("50 angles for 37 projections", "--angles")),
    Row("aborted", exchange(other_angles(30)), "angles-fewer-than-projections", "fatal", 2, ("30 angles for 37 projections", "--angles")),
    # files
    Row("keys in any order", record(shuffled), "angles go back and forth", "assumed"),
    Row("unknown key", changed(strange_key), "image-key-unknown", "repairable"),
    Row("link that leads nowhere", changed(dangling), "link-dangling", "fatal", 2, ("link-dangling", "elsewhere.h5")),
    Row("cut short", cut(0.5), "file-", "fatal", 2, ("file-", "again")),
    Row("empty file", cut(0.0), "file-", "fatal", 2, ("file-",)),
    Row("gap in numbers", images(gap), "frames-dropped", "repairable"),
    Row("gap in numbers and angles", images(gap_and_angle), "numbering-gaps", "doubt"),
    Row("images of another type", images(other_type), "frames-of-two-types", "repairable"),
    Row("images of another size", images(other_size), "frames-of-two-sizes", "fatal", 2, ("frames-of-two-sizes",)),
    Row("images only", images(bare), "flats-missing", "fatal", 2, ("flats-missing", "angles-missing", "--angles")),
    # geometry
    Row("two rows", rows_of(2), "few-rows", "doubt", options=(*ALL,)),
    Row("wider than the view", made(lambda scan: scale_frames(scan, 0.6)), "wider-than-view", "doubt"),
    Row("beam dump", made(dump), "beam-lost", "doubt"),
    Row("top-up", made(top_up), "beam-jumps", "doubt"),
    Row("sample sank", made(sank), "sample-moved", "doubt"),
    Row("sample changed", made(changed_inside), "sample-changed", "doubt"),
    Row("rows without light", made(starved), "rows-starved", "doubt"),
    Row("axis outside the search", made(), "holds both its ends", "assumed", 3, ("reconstruct --axis", "--search"), options=("--search", "2:6", *ROI)),
    # what is not said
    Row("no pixel size", record(lambda scan: scan.drop_vars("pixel_size")), "pixel_size-unknown", "doubt", 2, ("needs the pixel size", "--pixel-size")),
    Row("no energy", record(lambda scan: scan.drop_vars("photon_energy")), "photon_energy-unknown", "doubt"),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=[row.name for row in TABLE])
def test_each_ends_in_a_volume_or_a_named_error(row: Row, tmp_path: Path, alkanode: Callable[..., Said]) -> None:
    path, more = row.make(tmp_path)
    seen = alkanode("tomography", "inspect", path, *more, "--all-frames", "--json")
    (report,) = json.loads(seen.out)["results"]["scans"].values()
    if row.severity == "assumed":
        assert any(row.defect in line for line in report["assumptions"]), report["assumptions"]
    else:
        found = {defect["severity"] for defect in report["defects"] if defect["kind"].startswith(row.defect)}
        assert found == {row.severity}, report["defects"]
    assert seen.code == (3 if row.severity == "fatal" else 0)

    out = tmp_path / "out"
    said = alkanode("tomography", "reconstruct", path, *more, *row.options, "-o", out)
    assert said.code == row.code, said.err
    for word in row.told:
        assert word in said.err
    if row.code:
        line = next(line for line in said.err.splitlines() if line.startswith("alkanode: "))
        assert "; found " in line or "fatal" in line
        assert row.told[0] not in said.out
    else:
        series = open_series(out)
        volume = series.volume(series.scans[0])["attenuation"].to_numpy()
        assert np.isfinite(volume).any()
        if row.severity in ("doubt", "repairable") and row.name not in SEEN_IN_FRAMES_ONLY:
            assert row.defect in said.err or "correcting a scan" in said.err


SEEN_IN_FRAMES_ONLY = {
    "flats drift", "zingers in flats", "frame twice", "two rows", "wider than the view", "top-up", "sample sank",
    "sample changed", "rows without light", "zero counts", "not above the dark", "hot pixel", "unsteady pixel", "beam dump", "brighter than the flats",
}  # fmt: skip
"""What only a look at all frames finds; a reconstruction repairs it or leaves it, and inspect is what tells."""


def test_a_broken_scan_leaves_what_was_made_of_the_sound_one(tmp_path: Path, alkanode: Callable[..., Said]) -> None:
    """A volume, then the same file spoiled in each way that can be: the volume stands, and is used when the file is back."""
    (tmp_path / "good").mkdir()
    good, _ = made()(tmp_path / "good")
    scan, out = tmp_path / "scan.nxs", tmp_path / "out"
    shutil.copy(good, scan)
    command = ("tomography", "reconstruct", scan, *AXIS, *ROI, "-o", out)
    assert alkanode(*command).code == 0
    kept = {file: file.stat().st_mtime_ns for file in out.rglob("*.done/*.json")}
    assert kept
    for number, row in enumerate(row for row in TABLE if row.code and row.name != "axis outside the search"):
        place = tmp_path / str(number)
        place.mkdir()
        path, more = row.make(place)
        if path.suffix != ".nxs":
            continue
        shutil.copy(path, scan)
        said = alkanode(*command[:3], *more, *command[3:])
        assert said.code in (2, 3), row.name
        assert {file: file.stat().st_mtime_ns for file in out.rglob("*.done/*.json")} == kept, row.name
    shutil.copy(good, scan)
    assert alkanode(*command).code == 0
    assert {file: file.stat().st_mtime_ns for file in out.rglob("*.done/*.json")} == kept


def test_scans_that_do_not_fit_together_are_told(tmp_path: Path, alkanode: Callable[..., Said]) -> None:
    first, _ = made()(tmp_path)
    others = {
        "series-exposure_time": lambda scan: scan.assign(exposure_time=0.3),
        "series-photon_energy": lambda scan: scan.assign(photon_energy=60 * 1.602176634e-16),
        "series-pixel_size": lambda scan: scan.assign(pixel_size=0.65e-6),
        "series-size": lambda scan: scan.isel(row=slice(4, None)),
        "series-projections": lambda scan: scan.isel(frame=np.arange(scan.sizes["frame"]) != 20),
    }
    for kind, change in others.items():
        (tmp_path / kind).mkdir()
        other, _ = record(change)(tmp_path / kind)
        said = alkanode("tomography", "inspect", first, other)
        assert said.code == 0
        assert f"between scans, doubt: [{kind}]" in said.out
