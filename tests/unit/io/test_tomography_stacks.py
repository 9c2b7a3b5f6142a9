"""Reconstructed stacks with their grey scales."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile
import xarray as xr
from made_scans import MadeScan

from alkanode.data.schema import check, label
from alkanode.data.volumes import save_volume
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, ReaderError
from alkanode.io import GreyScale, open_stack
from alkanode.io.projections import reconstructed
from alkanode.io.volumes import write_ome_zarr

GREY = np.random.default_rng(0).integers(0, 256, (6, 9, 11)).astype(np.uint8)


def folder(path: Path, first: int = 8) -> Path:
    path.mkdir()
    for number, image in enumerate(GREY, start=first):
        tifffile.imwrite(path / f"slice_{number}.tif", image)
    return path


def test_scale_of_a_range(tmp_path: Path) -> None:
    scale = GreyScale.from_range("-1 cm-1", "12 cm-1")
    stack = open_stack(folder(tmp_path / "a"), grey=scale, pixel_size="1.3 um", photon_energy="45 keV", first_slice=8)
    check(stack, "volume")
    assert stack["attenuation"].dtype == np.float32
    np.testing.assert_allclose(stack["attenuation"], -100 + GREY.astype(float) * 1300 / 255, rtol=1e-6, atol=1e-4)
    np.testing.assert_allclose(stack["z"], (8 + np.arange(6)) * 1.3e-6)
    np.testing.assert_allclose(stack["x"], (np.arange(11) - 5) * 1.3e-6)
    assert stack["y"].to_numpy().sum() == pytest.approx(0, abs=1e-18)
    assert "range" in stack.attrs["attenuation_from"]


def test_each_scan_its_own_scale(tmp_path: Path) -> None:
    one = folder(tmp_path / "a")
    first, second = (
        open_stack(one, grey=GreyScale(scale=scale, offset=offset), pixel_size=1e-6)
        for scale, offset in ((2, 5), (3, -1))
    )
    np.testing.assert_allclose((first["attenuation"].to_numpy() - 5) / 2, (second["attenuation"].to_numpy() + 1) / 3)


def test_scale_through_known_materials() -> None:
    scale = GreyScale.from_materials([(10, "0 cm-1"), (60, "1 cm-1")])
    assert scale.scale == pytest.approx(2.0)
    assert scale.offset == pytest.approx(-20.0)
    three = GreyScale.from_materials([(10, "0 cm-1"), (60, "1 cm-1"), (110, "2.3 cm-1")])
    assert "off the line" in three.found
    for bad in ([(10, "1 cm-1")], [(10, "1 cm-1"), (10, "2 cm-1")]):
        with pytest.raises(PhysicsError, match="two materials"):
            GreyScale.from_materials(bad)
    with pytest.raises(PhysicsError, match="finite"):
        GreyScale(scale=0.0)
    with pytest.raises(PhysicsError, match="two attenuations"):
        GreyScale.from_range("1 cm-1", "1 cm-1")


def test_without_a_scale_it_is_no_attenuation(tmp_path: Path) -> None:
    with pytest.warns(DataQualityWarning, match=r"grey-unscaled(.|\n)*pixel_size-unknown"):
        stack = open_stack(folder(tmp_path / "a"))
    np.testing.assert_array_equal(stack["attenuation"], GREY)
    assert stack["attenuation"].attrs["units"] == "1"
    assert "no attenuation" in stack.attrs["attenuation_from"]
    assert "z" not in stack.coords


def test_a_dataset_of_hdf5(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "volume.h5", "w") as file:
        file["entry/data"] = GREY.astype(np.float32)
    stack = open_stack(f"{tmp_path / 'volume.h5'}::/entry/data", grey=GreyScale(scale=100.0), pixel_size=1e-6)
    np.testing.assert_array_equal(stack["attenuation"][2:4], 100 * GREY[2:4].astype(np.float32))


def test_broken_stacks(tmp_path: Path) -> None:
    path = folder(tmp_path / "a")
    (path / "slice_10.tif").unlink()
    with pytest.raises(ReaderError, match=r"slices-missing.*slice 11 follows slice 9"):
        open_stack(path)
    (tmp_path / "empty").mkdir()
    for place, kind in ((tmp_path / "empty", "frames-missing"), (tmp_path / "none", "layout-unknown")):
        with pytest.raises(ReaderError, match=kind):
            open_stack(place)
    with pytest.raises(ReaderError, match="file-missing"):
        open_stack(f"{tmp_path / 'none.h5'}::/data")


def test_measured_cell(measured: Callable[[str], Path]) -> None:
    path = measured("tomography/mpj_cell_vol")
    stack = open_stack(path, grey=GreyScale(scale=1.0), pixel_size="10 um", first_slice=41)
    assert stack["attenuation"].shape == (32, 728, 728)
    np.testing.assert_array_equal(stack["attenuation"][31], tifffile.imread(path / "im072.tif"))
    assert stack["z"][0].item() == pytest.approx(41e-5)


class TestRecognised:
    """A volume is told from a scan, so that nobody is asked for its flats."""

    def stack(self, folder: Path, slices: np.ndarray) -> Path:
        folder.mkdir()
        for number, image in enumerate(slices):
            tifffile.imwrite(folder / f"slice_{number:03d}.tif", image)
        return folder

    def test_slices_with_negative_numbers(self, tmp_path: Path) -> None:
        values = np.random.default_rng(1).normal(0, 1, (6, 20, 24)).astype(np.float32)
        found = reconstructed(self.stack(tmp_path / "volume", values))
        assert found is not None
        assert found.sure
        assert found.shape == (6, 20, 24)
        assert "negative" in found.evidence
        assert "--grey" in found.todo
        many = tmp_path / "volume.tif"
        tifffile.imwrite(many, values, photometric="minisblack")
        paged = reconstructed(many)
        assert paged is not None
        assert paged.shape == (6, 20, 24)

    def test_slices_with_a_round_field_of_view(self, tmp_path: Path) -> None:
        values = np.random.default_rng(1).integers(1, 200, (6, 40, 40)).astype(np.uint8)
        place = np.arange(40) - 19.5
        values[:, np.hypot(place[:, None], place) > 19] = 0
        found = reconstructed(self.stack(tmp_path / "volume", values))
        assert found is not None
        assert found.sure
        assert "round field of view" in found.evidence

    def test_square_images_alone_are_a_hint(self, tmp_path: Path) -> None:
        values = np.random.default_rng(1).integers(1, 200, (6, 40, 40)).astype(np.uint8)
        found = reconstructed(self.stack(tmp_path / "images", values))
        assert found is not None
        assert not found.sure
        assert reconstructed(self.stack(tmp_path / "wide", values[:, :30])) is None

    def test_hdf5_by_its_name_and_never_beside_angles(self, tmp_path: Path) -> None:
        path = tmp_path / "result.h5"
        with h5py.File(path, "w") as file:
            file["entry/reconstruction/results/data"] = np.ones((5, 8, 9), np.float32)
        found = reconstructed(path)
        assert found is not None
        assert found.sure
        assert "result.h5::entry/reconstruction/results/data" in found.todo
        with h5py.File(path, "a") as file:
            file["entry/angles"] = np.arange(5)
        assert reconstructed(path) is None

    def test_zarr_by_what_it_says(self, tmp_path: Path) -> None:
        step = 1.5e-6
        volume = label(
            xr.Dataset(
                {"attenuation": (("z", "y", "x"), np.ones((4, 6, 6), np.float32))},
                coords={"z": np.arange(4) * step, "y": np.arange(6) * step, "x": np.arange(6) * step},
            ),
            "volume",
        )
        exported = reconstructed(write_ome_zarr(volume, tmp_path / "v.ome.zarr"))
        assert exported is not None
        assert exported.layout == "OME-Zarr"
        assert exported.shape == (1, 4, 6, 6)
        assert exported.voxel == pytest.approx(step)
        own = reconstructed(save_volume(volume, tmp_path / "v.zarr"))
        assert own is not None
        assert own.layout == "volume of alkanode"
        assert own.shape == (4, 6, 6)

    def test_a_scan_is_none(self, tmp_path: Path) -> None:
        made = MadeScan()
        for path in (made.folder(tmp_path / "tiff"), made.exchange(tmp_path / "s.h5"), made.nxtomo(tmp_path / "s.nxs")):
            assert reconstructed(path) is None
        assert reconstructed(tmp_path / "absent") is None
        (tmp_path / "notes.txt").write_text("no volume", encoding="utf-8")
        assert reconstructed(tmp_path / "notes.txt") is None
