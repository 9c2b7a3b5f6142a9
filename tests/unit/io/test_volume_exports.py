"""Volumes written for other programs: what is read back is what was there, with its size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
import xarray as xr
import zarr

from alkanode.data.schema import label
from alkanode.foundation.errors import SchemaError
from alkanode.io.volumes import write_ome_zarr, write_tiff

P = 1.3e-6


def volume(shape: tuple[int, int, int] = (9, 130, 131)) -> xr.Dataset:
    values = np.random.default_rng(1).normal(60, 20, shape).astype(np.float32)
    z, y, x = (P * (np.arange(n) - 0.5 * (n - 1)) for n in shape)
    return label(xr.Dataset({"attenuation": (("z", "y", "x"), values)}, coords={"z": z, "y": y, "x": x}), "volume")


def test_a_tiff_holds_the_voxels_in_per_cm_and_their_size(tmp_path: Path) -> None:
    record = volume((5, 20, 30))
    path = write_tiff(record, tmp_path / "v.tif")
    with tifffile.TiffFile(path) as file:
        assert file.is_imagej
        assert file.imagej_metadata["spacing"] == pytest.approx(1.3)
        np.testing.assert_allclose(file.asarray(), 0.01 * record["attenuation"].to_numpy(), rtol=1e-6)
        numerator, denominator = file.pages[0].tags["XResolution"].value
        assert denominator / numerator == pytest.approx(1.3, rel=1e-5)
    assert list(tmp_path.iterdir()) == [path]


def test_signs_become_small_whole_numbers(tmp_path: Path) -> None:
    record = volume((4, 8, 8))
    signs = np.sign(record["attenuation"] - 60).astype(np.int8)
    change = label(xr.Dataset({"sign": signs}), "change_map")
    stored = tifffile.imread(write_tiff(change, tmp_path / "s.tif"))
    assert stored.dtype == np.uint8
    np.testing.assert_array_equal(stored.astype(int) - 1, signs.to_numpy())


def test_ome_zarr_holds_every_level_with_its_place(tmp_path: Path) -> None:
    record = volume()
    path = write_ome_zarr([record, 2 * record], tmp_path / "v.ome.zarr", times=[0.0, 180.0])
    group = zarr.open_group(path, mode="r")
    ome = group.attrs["ome"]
    assert ome["version"] == "0.5"
    scales = ome["multiscales"][0]
    assert [axis["name"] for axis in scales["axes"]] == ["t", "z", "y", "x"]
    np.testing.assert_allclose(group["0"][1], 0.02 * record["attenuation"].to_numpy(), rtol=1e-6)
    fine, coarse = (level["coordinateTransformations"] for level in scales["datasets"][:2])
    assert fine[0]["scale"] == pytest.approx([180.0, 1.3, 1.3, 1.3])
    assert coarse[0]["scale"] == pytest.approx([180.0, 2.6, 2.6, 2.6])
    # the mean of 8 fine voxels lies at the mean of their centres
    assert coarse[1]["translation"][3] == pytest.approx(fine[1]["translation"][3] + 0.65)
    np.testing.assert_allclose(
        group["1"][0, 1, 2, 3], 0.01 * record["attenuation"].to_numpy()[2:4, 4:6, 6:8].mean(), rtol=1e-5
    )
    assert group["1"].shape == (2, 5, 65, 66)


def test_levels_do_not_depend_on_where_slabs_end(tmp_path: Path) -> None:
    record = volume((130, 128, 16))
    group = zarr.open_group(write_ome_zarr(record, tmp_path / "v.ome.zarr"), mode="r")
    fine = 0.01 * record["attenuation"].to_numpy()
    np.testing.assert_allclose(
        group["1"][0], fine.reshape(65, 2, 64, 2, 8, 2).mean(axis=(1, 3, 5)), rtol=1e-4, atol=1e-5
    )


def test_what_cannot_be_written_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    record = volume((3, 4, 5))
    with pytest.raises(SchemaError, match="voxel size"):
        write_tiff(record.drop_vars("z"), tmp_path / "a.tif")
    with pytest.raises(SchemaError, match="even steps"):
        write_tiff(record.assign_coords(x=[0.0, 1.0, 2.0, 4.0, 5.0]), tmp_path / "a.tif")
    with pytest.raises(SchemaError, match="one grid"):
        write_ome_zarr([record, record.isel(z=slice(0, 2))], tmp_path / "a.ome.zarr")
    with pytest.raises(SchemaError, match="one time per volume"):
        write_ome_zarr(record, tmp_path / "a.ome.zarr", times=[0.0, 1.0])
    with pytest.raises(SchemaError, match="field on voxels"):
        write_tiff(record, tmp_path / "a.tif", field="counts")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a.ome.zarr").mkdir()
    with pytest.raises(SchemaError, match="does not exist yet"):
        write_ome_zarr(record, tmp_path / "a.ome.zarr")
