"""Scans that a beamline spoiled: every defect is named, with its place, all at once, and before anything is read."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile
from made_scans import MadeScan

from alkanode.foundation.errors import DataQualityWarning, ReaderError
from alkanode.io import AngleRange, DatasetPaths, inspect_scan, inspect_series, open_projections

MADE = MadeScan()
DETECTOR, ANGLE = "entry/instrument/detector", "entry/sample/rotation_angle"


def replace(file: h5py.File, place: str, values: object) -> None:
    attrs = dict(file[place].attrs)
    del file[place]
    file[place] = values
    file[place].attrs.update(attrs)


def only_keys(*kept: int) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        keep = np.isin(file[f"{DETECTOR}/image_key"][()], kept)
        for place in (f"{DETECTOR}/data", f"{DETECTOR}/image_key", ANGLE):
            replace(file, place, file[place][()][keep])

    return change


def angles_become(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[h5py.File], None]:
    """Change the angles (deg) of the projections."""

    def act(file: h5py.File) -> None:
        values, keys = file[ANGLE][()], file[f"{DETECTOR}/image_key"][()]
        values[keys == 0] = change(values[keys == 0])
        file[ANGLE][...] = values

    return act


def put(place: int, value: float) -> Callable[[np.ndarray], np.ndarray]:
    def change(values: np.ndarray) -> np.ndarray:
        values[place] = value
        return values

    return change


def without_angles(file: h5py.File) -> None:
    del file[ANGLE]


def without_keys(file: h5py.File) -> None:
    del file[f"{DETECTOR}/image_key"]
    file["entry"].attrs["definition"] = "NXtomo"


def dangling(file: h5py.File) -> None:
    del file[f"{DETECTOR}/data"]
    file[f"{DETECTOR}/data"] = h5py.ExternalLink("elsewhere.h5", "/frames")


def strange_key(file: h5py.File) -> None:
    file[f"{DETECTOR}/image_key"][0] = 7


def short_keys(file: h5py.File) -> None:
    replace(file, f"{DETECTOR}/image_key", file[f"{DETECTOR}/image_key"][:-3])


def without_pixel(file: h5py.File) -> None:
    del file[f"{DETECTOR}/x_pixel_size"]


def pixel_in_micrometres(file: h5py.File) -> None:
    replace(file, f"{DETECTOR}/x_pixel_size", 1.3)
    del file[f"{DETECTOR}/x_pixel_size"].attrs["units"]


def zero_energy(file: h5py.File) -> None:
    file["entry/beam/incident_energy"][...] = 0.0


def degrees_called_radians(file: h5py.File) -> None:
    file[ANGLE].attrs["units"] = "rad"


def radians_called_degrees(file: h5py.File) -> None:
    file[ANGLE][...] = np.radians(file[ANGLE][()])


def never_written(file: h5py.File) -> None:
    frames = file[f"{DETECTOR}/data"][()]
    del file[f"{DETECTOR}/data"]
    data = file.create_dataset(
        f"{DETECTOR}/data", shape=frames.shape, dtype=frames.dtype, chunks=(1, *frames.shape[1:])
    )
    data[:30] = frames[:30]


def nothing_written(file: h5py.File) -> None:
    shape = file[f"{DETECTOR}/data"].shape
    del file[f"{DETECTOR}/data"]
    file.create_dataset(f"{DETECTOR}/data", shape=shape, dtype="u2")


def text_frames(file: h5py.File) -> None:
    replace(file, f"{DETECTOR}/data", "lost")


def flat_frames(file: h5py.File) -> None:
    replace(file, f"{DETECTOR}/data", file[f"{DETECTOR}/data"][()].reshape(-1))


CASES = {
    "no flats": (only_keys(0, 2), "flats-missing", "fatal"),
    "no darks": (only_keys(0, 1), "darks-missing", "repairable"),
    "no projections": (only_keys(1, 2), "projections-missing", "fatal"),
    "no angles": (without_angles, "angles-missing", "fatal"),
    "no keys": (without_keys, "dataset-missing", "fatal"),
    "link that leads nowhere": (dangling, "link-dangling", "fatal"),
    "unknown key": (strange_key, "image-key-unknown", "repairable"),
    "too few keys": (short_keys, "image-key-count", "fatal"),
    "no pixel size": (without_pixel, "pixel_size-unknown", "doubt"),
    "pixel without unit": (pixel_in_micrometres, "pixel_size-unit", "doubt"),
    "no energy": (zero_energy, "photon_energy-unusable", "doubt"),
    "degrees called radians": (degrees_called_radians, "angle-unit", "doubt"),
    "radians called degrees": (radians_called_degrees, "angle-unit", "doubt"),
    "frames never written": (never_written, "frames-never-written", "repairable"),
    "nothing written": (nothing_written, "frames-never-written", "fatal"),
    "text for frames": (text_frames, "frames-not-numbers", "fatal"),
    "one dimension": (flat_frames, "frames-shape", "fatal"),
    "an angle is NaN": (angles_become(put(5, np.nan)), "angles-not-numbers", "repairable"),
    "all angles are NaN": (angles_become(lambda a: a * np.nan), "angles-not-numbers", "fatal"),
    "no rotation": (angles_become(lambda a: a * 0), "no-rotation", "fatal"),
    "aborted": (angles_become(lambda a: a * 0.6), "range-short", "doubt"),
    "gap": (angles_become(lambda a: a + 20 * (a > 90)), "angle-gaps", "doubt"),
    "angle twice": (angles_become(lambda a: np.concatenate([a[:1], a[:-1]])), "angles-repeated", "doubt"),
    "runs back": (angles_become(put(20, 12.0)), "angles-run-back", "doubt"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_defect_of_an_nxtomo_file(tmp_path: Path, case: str) -> None:
    change, kind, severity = CASES[case]
    path = MADE.nxtomo(tmp_path / "scan.nxs")
    assert inspect_scan(path, frames=0).defects == ()
    with h5py.File(path, "r+") as file:
        change(file)
    report = inspect_scan(path)
    found = [defect for defect in report.defects if defect.kind == kind]
    assert [defect.severity for defect in found] == [severity], str(report)
    assert found[0].what
    assert found[0].where
    if severity == "fatal":
        with pytest.raises(ReaderError, match=kind):
            open_projections(path)
        assert not report.usable
    else:
        with pytest.warns(DataQualityWarning, match=kind):
            open_projections(path)


def test_all_fatal_defects_at_once(tmp_path: Path) -> None:
    path = MADE.nxtomo(tmp_path / "scan.nxs")
    with h5py.File(path, "r+") as file:
        only_keys(0, 2)(file)
        without_angles(file)
        without_pixel(file)
    report = inspect_scan(path)
    assert report.kinds() >= {"flats-missing", "angles-missing", "pixel_size-unknown"}
    assert [defect.severity for defect in report.defects] == sorted(
        (defect.severity for defect in report.defects), key=["fatal", "repairable", "doubt"].index
    )
    with pytest.raises(ReaderError, match=r"flats-missing.*angles-missing.*lesser defects"):
        open_projections(path)
    assert "flats-missing" in str(report)
    assert report.to_json()["defects"][0]["severity"] == "fatal"


@pytest.mark.parametrize("side", ["before", "after"])
def test_flats_on_one_side(tmp_path: Path, side: str) -> None:
    path = MADE.nxtomo(tmp_path / "scan.nxs")
    with h5py.File(path, "r+") as file:
        keys = file[f"{DETECTOR}/image_key"]
        keys[: len(MADE.darks) + 5] = 2 if side == "after" else keys[: len(MADE.darks) + 5]
        if side == "before":
            keys[-5:] = 3
    with pytest.warns(DataQualityWarning, match=f"all {side} the projections"):
        open_projections(path)


def test_a_frame_that_was_never_written_is_set_aside(tmp_path: Path) -> None:
    path = MADE.nxtomo(tmp_path / "scan.nxs")
    with h5py.File(path, "r+") as file:
        never_written(file)
    with pytest.warns(DataQualityWarning, match="frames were never written"):
        scan = open_projections(path)
    assert (scan["image_key"].to_numpy()[30:] == 3).all()
    assert (scan["image_key"].to_numpy()[:30] != 3).all()


def test_virtual_frames_whose_files_are_gone(tmp_path: Path) -> None:
    """HDF5 gives zeros for them without a word."""
    path = MADE.nxtomo(tmp_path / "scan.nxs")
    with h5py.File(path, "r+") as file:
        frames = file[f"{DETECTOR}/data"][()]
        half = len(frames) // 2
        layout = h5py.VirtualLayout(shape=frames.shape, dtype=frames.dtype)
        for name, part in (("one.h5", slice(0, half)), ("two.h5", slice(half, None))):
            with h5py.File(tmp_path / name, "w") as other:
                other["frames"] = frames[part]
            layout[part] = h5py.VirtualSource(name, "frames", shape=frames[part].shape)
        del file[f"{DETECTOR}/data"]
        file.create_virtual_dataset(f"{DETECTOR}/data", layout)
    np.testing.assert_array_equal(open_projections(path)["counts"], frames)
    (tmp_path / "two.h5").unlink()
    report = inspect_scan(path, frames=0)
    assert report.kinds() >= {"link-dangling", "frames-never-written"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        assert (open_projections(path)["image_key"].to_numpy()[half:] == 3).all()


def test_a_filter_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import alkanode.io.projections.hdf5 as module

    path = MADE.nxtomo(tmp_path / "scan.nxs")
    with h5py.File(path, "r+") as file:
        frames = file[f"{DETECTOR}/data"][()]
        del file[f"{DETECTOR}/data"]
        file.create_dataset(f"{DETECTOR}/data", data=frames, chunks=(1, *frames.shape[1:]), compression="lzf")
    np.testing.assert_array_equal(open_projections(path)["counts"], frames)

    class NoFilters:
        @staticmethod
        def filter_avail(_: int) -> bool:
            return False

    monkeypatch.setattr(module.h5py, "h5z", NoFilters)
    monkeypatch.setattr(module, "import_module", lambda name: None)
    report = inspect_scan(path, frames=0)
    assert [defect.kind for defect in report.of("fatal")] == ["filter-missing"]
    assert "hdf5plugin" in report.of("fatal")[0].todo


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_file_that_is_cut_short(tmp_path: Path, share: float) -> None:
    path = MADE.nxtomo(tmp_path / "scan.nxs")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    report = inspect_scan(path)
    assert report.of("fatal")[0].kind in {"file-truncated", "file-unreadable"}
    with pytest.raises(ReaderError):
        open_projections(path)


def test_a_file_that_is_being_written(tmp_path: Path) -> None:
    path = MADE.nxtomo(tmp_path / "scan.nxs")
    code = "import h5py, sys; f = h5py.File(sys.argv[1], 'r+'); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdin is not None
        assert writer.stdout.readline().strip() == b"open"
        assert inspect_scan(path).kinds() == {"file-in-use"}
        writer.stdin.close()
    assert inspect_scan(path).usable


def test_no_file_and_no_scan(tmp_path: Path) -> None:
    assert inspect_scan(tmp_path / "none.nxs").kinds() == {"file-missing"}
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["a/b"] = np.zeros((3, 4, 5))
    report = inspect_scan(tmp_path / "other.h5")
    assert report.kinds() == {"layout-unknown"}
    assert "/a/b (3, 4, 5)" in report.defects[0].todo
    (tmp_path / "empty").mkdir()
    assert "frames-missing" in inspect_scan(tmp_path / "empty").kinds()


def test_declared_places_that_are_not_there(tmp_path: Path) -> None:
    path = MADE.exchange(tmp_path / "scan.h5")
    layout = DatasetPaths(
        counts="/exchange/data",
        flats="beam.h5::/flats",
        darks="/exchange/darks",
        angles="theta.txt",
        pixel_size="/pixel",
    )
    report = inspect_scan(path, layout=layout)
    fatal = " ".join(defect.where for defect in report.of("fatal"))
    for name in ("beam.h5", "/exchange/darks", "theta.txt"):
        assert name in fatal
    assert any(defect.kind == "dataset-missing" and "/pixel" in defect.where for defect in report.of("doubt"))


class TestTiff:
    def test_a_gap_in_the_numbers_with_an_angle_for_each_number(self, tmp_path: Path) -> None:
        folder = MADE.folder(tmp_path / "scan")
        for number in (10, 11):
            (folder / f"raw_{number}.tif").unlink()
        with pytest.warns(DataQualityWarning, match="files 10, 11 are missing"):
            scan = open_projections(folder, pixel_size="1 um", photon_energy="45 keV")
        angles = scan["rotation_angle"].to_numpy()[scan["image_key"].to_numpy() == 0]
        np.testing.assert_allclose(angles, np.delete(MADE.angles, [10, 11]), atol=1e-12)
        with pytest.warns(DataQualityWarning, match="goes by the number"):
            spaced = open_projections(folder, angles=AngleRange())
        np.testing.assert_allclose(spaced["rotation_angle"], scan["rotation_angle"], atol=1e-12)

    def test_a_gap_where_angles_and_files_agree_in_number(self, tmp_path: Path) -> None:
        folder = MADE.folder(tmp_path / "scan")
        (folder / "raw_10.tif").unlink()
        np.savetxt(folder / "angles.txt", np.degrees(np.delete(MADE.angles, 10)))
        report = inspect_scan(folder)
        assert report.kinds() >= {"numbering-gaps", "angle-gaps"}

    def test_more_angles_than_images_after_an_abort(self, tmp_path: Path) -> None:
        folder = MADE.folder(tmp_path / "scan")
        for number in range(30, 37):
            (folder / f"raw_{number}.tif").unlink()
        with pytest.raises(ReaderError, match="37 angles for 30 projections"):
            open_projections(folder)
        with pytest.warns(DataQualityWarning, match="range-short"):
            open_projections(folder, angles=MADE.angles[:30])

    def test_fewer_angles_than_images(self, tmp_path: Path) -> None:
        folder = MADE.folder(tmp_path / "scan")
        np.savetxt(folder / "angles.txt", np.degrees(MADE.angles[:-4]))
        assert "angles-fewer-than-projections" in inspect_scan(folder).kinds()

    def test_frames_of_two_sizes_and_of_two_types(self, tmp_path: Path) -> None:
        folder = MADE.folder(tmp_path / "scan")
        tifffile.imwrite(folder / "raw_3.tif", MADE.frames[3].astype(np.uint8))
        with pytest.warns(DataQualityWarning, match="frames-of-two-types"):
            scan = open_projections(folder)
        frame = np.flatnonzero(scan["image_key"].to_numpy() == 0)[3]
        np.testing.assert_array_equal(scan["counts"][frame], MADE.frames[3].astype(np.uint8))
        tifffile.imwrite(folder / "raw_3.tif", MADE.frames[3][:-1])
        with pytest.raises(ReaderError, match="frames-of-two-sizes"):
            open_projections(folder)

    def test_flats_of_another_size(self, tmp_path: Path) -> None:
        path = MADE.exchange(tmp_path / "scan.h5")
        with pytest.raises(ReaderError, match=r"frames-of-two-sizes.*24 x 39.*24 x 40"):
            open_projections(path, flats=MADE.flats_before[:, :, :-1])

    def test_damaged_and_cut_files_are_all_named(self, tmp_path: Path) -> None:
        folder = MADE.folder(tmp_path / "scan")
        (folder / "raw_4.tif").write_bytes(b"nothing")
        whole = (folder / "raw_7.tif").read_bytes()
        (folder / "raw_7.tif").write_bytes(whole[:-100])
        report = inspect_scan(folder)
        assert {(defect.kind, defect.where) for defect in report.of("fatal")} >= {
            ("file-unreadable", "raw_4.tif"),
            ("file-truncated", "raw_7.tif"),
        }

    def test_colour(self, tmp_path: Path) -> None:
        folder = tmp_path / "scan"
        folder.mkdir()
        for number in range(3):
            tifffile.imwrite(folder / f"raw_{number}.tif", np.zeros((5, 6, 3), np.uint8), photometric="rgb")
        assert "frames-shape" in inspect_scan(folder).kinds()

    @pytest.mark.parametrize(("text", "todo"), [("", "one angle per line"), ("1 2 3\n4 5 6\n", "one angle per line")])
    def test_angles_that_cannot_be_read(self, tmp_path: Path, text: str, todo: str) -> None:
        folder = MADE.folder(tmp_path / "scan")
        (folder / "angles.txt").write_text(text)
        defect = next(each for each in inspect_scan(folder).defects if each.kind == "angles-unreadable")
        assert todo in defect.todo

    def test_a_file_that_vanishes_after_opening(self, tmp_path: Path) -> None:
        folder = MADE.folder(tmp_path / "scan")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataQualityWarning)
            scan = open_projections(folder)
        (folder / "raw_0.tif").unlink()
        with pytest.raises(ReaderError, match=r"raw_0\.tif"):
            scan["counts"].to_numpy()


def test_scans_that_do_not_fit_together(tmp_path: Path) -> None:
    reports = []
    for number, (made, energy) in enumerate(
        [(MADE, 45.0), (MadeScan(projections=31), 45.0), (MADE, 30.0), (MADE, 45.0)]
    ):
        path = made.nxtomo(tmp_path / f"{number}.nxs")
        with h5py.File(path, "r+") as file:
            file["entry/beam/incident_energy"][...] = energy
            file["entry/start_time"] = f"2026-03-01T10:0{3 - number if number == 3 else number}:00"
            if number == 3:
                without_pixel(file)
        reports.append(inspect_scan(path, frames=0))
    reports.append(inspect_scan(tmp_path / "gone.nxs"))
    found = {(defect.kind, Path(defect.where).name) for defect in inspect_series(reports)}
    assert found == {
        ("series-projections", "1.nxs"),
        ("series-photon_energy", "2.nxs"),
        ("series-pixel_size", "3.nxs"),
        ("series-order", "3.nxs"),
        ("series-scan-unusable", "gone.nxs"),
    }
    assert inspect_series(reports[:1]) == ()
