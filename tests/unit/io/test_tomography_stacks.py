"""Reconstructed stacks with their grey scales."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, ReaderError
from alkanode.io import GreyScale, open_stack

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
