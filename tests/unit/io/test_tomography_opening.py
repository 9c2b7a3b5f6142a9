"""Scans of every layout open to the same record."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile
import xarray as xr
from made_scans import COLUMNS, ROWS, MadeScan

import alkanode as alk
from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, ReaderError
from alkanode.io import (
    AngleRange,
    DatasetPaths,
    open_history,
    open_projections,
    open_record,
    scan_entries,
    write_nxtomo,
)
from alkanode.io.projections import Findings, MemoryFrames, Part, RawAngles, RawScan

MADE = MadeScan()
FACTS = {"pixel_size": "1.3 um", "photon_energy": "45 keV"}


def quietly(*args: object, **options: object) -> xr.Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return open_projections(*args, **options)  # type: ignore[arg-type]


def same_frames(record: xr.Dataset, key: int, wanted: np.ndarray) -> None:
    found = record["counts"].to_numpy()[record["image_key"].to_numpy() == key]
    np.testing.assert_array_equal(found, wanted)


def test_nxtomo_without_a_doubt_gives_no_warning(tmp_path: Path) -> None:
    scan = open_projections(MADE.nxtomo(tmp_path / "scan.nxs"))
    check(scan, "projections")
    counts, keys, angles = MADE.stacked()
    np.testing.assert_array_equal(scan["counts"], counts)
    np.testing.assert_array_equal(scan["image_key"], keys)
    np.testing.assert_allclose(scan["rotation_angle"].to_numpy()[keys == 0], angles[keys == 0], atol=1e-12)
    assert scan["pixel_size"].item() == 1.3e-6
    assert scan["photon_energy"].item() == pytest.approx(7.2098e-15, rel=1e-4)
    assert scan.attrs["defects"] == ""


def test_any_order_of_image_keys(tmp_path: Path) -> None:
    counts, keys, angles = MADE.stacked()
    order = np.random.default_rng(3).permutation(keys.size)
    with h5py.File(MADE.nxtomo(tmp_path / "scan.nxs"), "r+") as file:
        for place, values in (
            ("instrument/detector/data", counts[order]),
            ("instrument/detector/image_key", keys[order]),
            ("sample/rotation_angle", np.degrees(angles[order])),
        ):
            del file["entry"][place]
            file["entry"][place] = values
    scan = quietly(tmp_path / "scan.nxs")
    np.testing.assert_array_equal(scan["image_key"], keys[order])
    np.testing.assert_array_equal(scan["counts"], counts[order])


def test_alignment_frames_are_set_aside(tmp_path: Path) -> None:
    with h5py.File(MADE.nxtomo(tmp_path / "scan.nxs"), "r+") as file:
        control = file["entry/instrument/detector/image_key"][()]
        control[-2:] = -1
        file["entry/instrument/detector/image_key_control"] = control
    with pytest.warns(DataQualityWarning, match="2 alignment frames"):
        scan = open_projections(tmp_path / "scan.nxs")
    assert (scan["image_key"].to_numpy()[-2:] == 3).all()


def test_several_entries_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "two.nxs"
    MADE.nxtomo(path)
    with h5py.File(path, "r+") as file:
        file.copy("entry", "second")
        file["linked"] = h5py.SoftLink("/entry")
    assert scan_entries(path) == ["/entry", "/second"]
    with pytest.raises(ReaderError, match="/entry, /second"):
        quietly(path)
    same_frames(quietly(path, entry="second"), 0, MADE.frames)


def test_frames_behind_an_external_link(tmp_path: Path) -> None:
    path = MADE.nxtomo(tmp_path / "scan.nxs")
    with h5py.File(path, "r+") as file, h5py.File(tmp_path / "frames.h5", "w") as other:
        other["all"] = file["entry/instrument/detector/data"][()]
        del file["entry/instrument/detector/data"]
        file["entry/instrument/detector/data"] = h5py.ExternalLink("frames.h5", "/all")
    same_frames(quietly(path), 0, MADE.frames)


def test_data_exchange(tmp_path: Path) -> None:
    scan = quietly(MADE.exchange(tmp_path / "scan.h5"))
    for key, frames in ((0, MADE.frames), (1, MADE.flats_before), (2, MADE.darks)):
        same_frames(scan, key, frames)
    assert "taken as degrees" in scan.attrs["assumptions"]
    assert "does not say when its flats were taken" in scan.attrs["assumptions"]


def test_folder_in_natural_order(tmp_path: Path) -> None:
    scan = quietly(MADE.folder(tmp_path / "scan"))
    for key, frames in ((0, MADE.frames), (2, MADE.darks), (1, np.concatenate([MADE.flats_before, MADE.flats_after]))):
        same_frames(scan, key, frames)
    keys = scan["image_key"].to_numpy()
    assert keys[0] == 2
    assert keys[-1] == 1, "flats named 'after' come after the projections"
    np.testing.assert_allclose(scan["rotation_angle"].to_numpy()[keys == 0], MADE.angles)


def test_declared_paths_with_parts_in_other_files(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "main.h5", "w") as file:
        file["a/b"] = MADE.frames
        file["pixel"] = 1.3
        file["pixel"].attrs["units"] = "um"
    with h5py.File(tmp_path / "beam.h5", "w") as file:
        file["open"], file["closed"] = MADE.flats_before, MADE.darks
    np.savetxt(tmp_path / "theta.txt", MADE.angles, header="angle in rad")
    layout = DatasetPaths(
        counts="/a/b", flats="beam.h5::/open", darks="beam.h5::/closed", angles="theta.txt", pixel_size="pixel"
    )
    scan = quietly(tmp_path / "main.h5", layout=layout)
    for key, frames in ((0, MADE.frames), (1, MADE.flats_before), (2, MADE.darks)):
        same_frames(scan, key, frames)
    np.testing.assert_allclose(scan["rotation_angle"].to_numpy()[-len(MADE.angles) :], MADE.angles)
    assert scan["pixel_size"].item() == pytest.approx(1.3e-6)


def test_declared_sinograms_and_mixed_frames(tmp_path: Path) -> None:
    counts, keys, _ = MADE.stacked()
    with h5py.File(tmp_path / "main.h5", "w") as file:
        file["sinograms"], file["keys"] = counts.transpose(1, 0, 2), keys
        file["monitor"] = np.arange(keys.size, dtype=float)
    layout = DatasetPaths(counts="sinograms", image_key="keys", sinograms=True, beam_monitor="monitor")
    scan = quietly(tmp_path / "main.h5", layout=layout, angles=MADE.angles)
    np.testing.assert_array_equal(scan["counts"], counts)
    np.testing.assert_array_equal(scan["beam_monitor"], np.arange(keys.size))


def test_flats_darks_and_angles_given(tmp_path: Path) -> None:
    """From an array, another scan, a folder; they replace what the scan holds."""
    path = MADE.exchange(tmp_path / "scan.h5")
    other = MadeScan(noise=2)
    other.nxtomo(tmp_path / "other.nxs")
    (tmp_path / "darks").mkdir()
    tifffile.imwrite(tmp_path / "darks" / "one.tiff", other.darks[0])
    scan = quietly(
        path,
        flats=tmp_path / "other.nxs",
        flats_after=other.flats_after[:2],
        darks=tmp_path / "darks",
        angles=AngleRange(stop="180 deg", endpoint=False),
        **FACTS,
    )
    keys = scan["image_key"].to_numpy()
    wanted = np.concatenate([other.flats_before, other.flats_after, other.flats_after[:2]])
    same_frames(scan, 1, wanted)
    same_frames(scan, 2, other.darks[:1])
    assert keys[-1] == 1
    np.testing.assert_allclose(np.diff(scan["rotation_angle"].to_numpy()[keys == 0]), np.pi / 37)
    assert scan["pixel_size"].item() == pytest.approx(1.3e-6)


@pytest.mark.parametrize(
    ("unit", "values"),
    [("deg", np.degrees(MADE.angles)), ("rad", MADE.angles), ("", np.degrees(MADE.angles)), ("", MADE.angles)],
)
@pytest.mark.parametrize("turned", [0.0, 16740.0, -90.0])
def test_angles_in_any_unit_and_from_anywhere(tmp_path: Path, unit: str, values: np.ndarray, turned: float) -> None:
    start = np.radians(turned) if unit == "rad" or np.ptp(values) < 4 else turned
    with h5py.File(MADE.exchange(tmp_path / "scan.h5"), "r+") as file:
        file["exchange/theta"][...] = start + values[::-1]
        if unit:
            file["exchange/theta"].attrs["units"] = unit
    angles = quietly(tmp_path / "scan.h5")["rotation_angle"].to_numpy()
    np.testing.assert_allclose(angles[np.isfinite(angles)], np.radians(turned) + MADE.angles[::-1], atol=1e-9)


def test_a_source_of_ones_own() -> None:
    class Memory:
        name = "memory"

        def arrays(self, findings: Findings) -> RawScan:
            counts, keys, angles = MADE.stacked()
            findings.assume("made up")
            return RawScan(
                source="memory",
                layout="own",
                parts=[Part(frames=MemoryFrames(counts), keys=keys, where="memory")],
                angles=RawAngles(values=angles, unit="rad", where="memory"),
            )

    scan = quietly(Memory(), **FACTS)
    same_frames(scan, 0, MADE.frames)
    assert scan.attrs["layout"] == "own"
    assert "made up" in scan.attrs["assumptions"]


def test_open_record_and_open_history_know_scans(tmp_path: Path) -> None:
    nexus = MADE.nxtomo(tmp_path / "scan.nxs")
    folder = MADE.folder(tmp_path / "scan")
    same_frames(open_record(nexus), 0, MADE.frames)
    same_frames(alk.open_history(nexus)["projections"].to_dataset(), 0, MADE.frames)
    with pytest.warns(DataQualityWarning, match="pixel_size"):
        same_frames(open_record(folder), 0, MADE.frames)
    with pytest.raises(ReaderError, match="opened alone"):
        open_history([nexus, nexus])
    with pytest.raises(ReaderError, match="must be a file; found a folder"):
        open_record(tmp_path / "scan", reader="biologic-mpr")


def test_a_store_of_alkanode_is_still_read_as_one(tmp_path: Path) -> None:
    record = xr.Dataset(
        {name: ("row", np.linspace(0, 1, 5)) for name in ("time", "voltage", "current")}, attrs={"kind": "cycling"}
    )
    alk.data.save(record, tmp_path / "cell.h5")
    assert open_record(tmp_path / "cell.h5").sizes["row"] == 5


class TestMeasured:
    def test_tooth(self, measured: Callable[[str], Path]) -> None:
        scan = quietly(measured("tomography/tomopy_tooth/tooth.h5"))
        keys = scan["image_key"].to_numpy()
        assert [(keys == key).sum() for key in (0, 1, 2)] == [181, 10, 10]
        assert scan["counts"].shape == (201, 2, 640)
        assert np.degrees(np.nanmax(scan["rotation_angle"])) == pytest.approx(179.0055, abs=1e-4)

    def test_savu_with_more_angles_than_images(self, measured: Callable[[str], Path]) -> None:
        folder = measured("tomography/savu_24737_tiff")
        with pytest.warns(DataQualityWarning, match="111 angles for 91 projections; the first is repeated 10 times"):
            scan = open_projections(folder)
        angles = np.degrees(scan["rotation_angle"].to_numpy()[scan["image_key"].to_numpy() == 0])
        assert angles.size == 91
        assert angles[[0, 1, -1]] == pytest.approx([-88.2, -86.2, 91.7999])
        apart = quietly(
            folder / "tiffs",
            flats=folder / "flat_00001.tiff",
            darks=folder / "dark_00001.tiff",
            angles=folder / "angles.txt",
            angle_unit="deg",
        )
        np.testing.assert_array_equal(apart["counts"], scan["counts"])
        np.testing.assert_array_equal(scan["counts"][3], tifffile.imread(folder / "tiffs" / "raw_00001.tiff"))

    def test_neutron_sinogram(self, measured: Callable[[str], Path]) -> None:
        path = measured("tomography/sarepy_neutron/sinogram_360_neutron_image.tif")
        scan = quietly(path, sinograms=True, normalised=46811, angles=AngleRange(stop="360 deg"))
        image = tifffile.imread(path)
        assert image.shape == (459, 503)
        same_frames(scan, 0, image[:, np.newaxis])
        same_frames(scan, 1, np.full((1, 1, 503), 46811))
        same_frames(scan, 2, np.zeros((1, 1, 503)))
        assert scan["counts"].dtype == np.uint16
        assert "360 deg" in scan.attrs["assumptions"]
        with pytest.raises(ReaderError, match="flats-missing"):
            quietly(path, sinograms=True, angles=AngleRange(stop="360 deg"))


def test_a_written_scan_opens_in_blocks_of_rows(tmp_path: Path) -> None:
    scan = open_projections(write_nxtomo(MADE.record(), tmp_path / "scan.nxs"))
    rows = np.concatenate([scan.isel(row=slice(start, start + 8))["counts"] for start in range(0, ROWS, 8)], axis=1)
    np.testing.assert_array_equal(rows, MADE.stacked()[0])
    assert rows.shape[2] == COLUMNS
