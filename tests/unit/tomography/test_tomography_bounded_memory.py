"""Reading by parts changes nothing: slabs, regions, boxes and prefilter against the whole at once."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy import ndimage

from alkanode.data.schema import label
from alkanode.data.volumes import open_volume, save_volume
from alkanode.foundation.errors import PhysicsError
from alkanode.tomography.differences import classify, difference, difference_slab, null_map, separable_classes
from alkanode.tomography.differences import slabs as slabs_module
from alkanode.tomography.differences.components import RegionCounter
from alkanode.tomography.grains.dipole_patches import Window
from alkanode.tomography.registration.apply_registration import _prefilter
from alkanode.tomography.series.half_volumes import half_volumes


def volume_of(seed: int, shape: tuple[int, int, int] = (22, 18, 20)) -> xr.Dataset:
    values = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    values[:, :2] = np.nan
    places = {axis: np.arange(size) * 1e-6 for axis, size in zip(("z", "y", "x"), shape, strict=True)}
    return xr.Dataset({"attenuation": (("z", "y", "x"), values)}, coords=places)


def test_slices_of_a_map_without_change_are_those_of_the_whole() -> None:
    after, before = (volume_of(1), volume_of(2)), (volume_of(3), volume_of(4))
    whole = null_map(after, before, combine="difference")
    part = null_map(after, before, combine="difference", slices=(7, 15))
    xr.testing.assert_identical(part, whole.isel(z=slice(7, 15)))
    with pytest.raises(PhysicsError, match="slices within 0 to 22"):
        null_map(after, before, slices=(15, 23))


def test_slabs_shrink_where_slices_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    record, halves = volume_of(1), ((volume_of(1), volume_of(2)), (volume_of(3), volume_of(4)))
    assert slabs_module.bounded(16, record) == 16
    whole = null_map(*halves)
    monkeypatch.setattr(slabs_module, "SLAB_VOXELS", 3 * 18 * 20)
    assert slabs_module.bounded(16, record) == 3
    xr.testing.assert_identical(null_map(*halves), whole)


@pytest.mark.parametrize("thickness", [1, 3, 30])
def test_regions_counted_in_slabs_are_those_of_the_whole(thickness: int) -> None:
    flags = np.random.default_rng(5).random((30, 25, 27)) < 0.06
    flags[10:13] = False
    labels, _ = ndimage.label(flags, np.ones((3, 3, 3)))
    counter = RegionCounter()
    for first in range(0, 30, thickness):
        counter.add(flags[first : first + thickness])
    np.testing.assert_array_equal(counter.sizes(), np.sort(np.bincount(labels.ravel())[1:]))


@pytest.mark.parametrize("room", [1, 10**9])
def test_a_box_from_pieces_is_the_box(room: int) -> None:
    values = np.random.default_rng(6).random((21, 33, 30))
    stored = xr.Variable(("z", "y", "x"), values, encoding={"chunks": (8, 16, 16)})
    window = Window({"stored": stored, "plain": xr.Variable(("z", "y", "x"), values)}, room)
    for box in ((slice(3, 19), slice(0, 33), slice(15, 17)), (slice(8, 16), slice(16, 32), slice(16, 30))):
        found = window.read(box)
        for one in found.values():
            np.testing.assert_array_equal(one, values[box])
    assert list(window.read(box, ["plain"])) == ["plain"]
    assert sum(one.nbytes for one in window.held.values()) <= max(room, 8 * 16 * 16 * 8)


def test_prefilter_in_place_is_that_of_scipy() -> None:
    values = np.random.default_rng(7).standard_normal((20, 300, 23)).astype(np.float32)
    expected = ndimage.spline_filter(values, order=3, output=np.float32, mode="mirror")
    _prefilter(values)
    np.testing.assert_array_equal(values, expected)


def test_regions_that_ended_leave_nothing_but_their_sizes() -> None:
    counter = RegionCounter()
    kept = []
    for seed in range(12):
        counter.add(np.random.default_rng(seed).random((6, 40, 40)) < 0.03)
        kept.append(sum(one.nbytes for one in vars(counter).values()))
    assert max(kept[6:]) < 1.3 * max(kept[:3])
    counter.add(np.zeros((1, 40, 40), np.bool_))
    assert counter.sizes().size > 1000


def stored_scan(seed: int, rows: int, folder: Path) -> xr.Dataset:
    """A scan with halves on the disk, without a rim, in blocks of eight slices."""
    random = np.random.default_rng(seed)
    values, half = (random.standard_normal((rows, 300, 310)).astype(np.float32) for _ in range(2))
    values[:, :, :4] = np.nan
    places = {axis: np.arange(size) * 1e-6 for axis, size in zip(("z", "y", "x"), values.shape, strict=True)}
    fields = {"attenuation": (("z", "y", "x"), values + 60), "half_difference": (("z", "y", "x"), half)}
    record = label(xr.Dataset(fields, coords=places), "volume")
    save_volume(record, folder / f"{seed}_{rows}.zarr", tile=80)
    return open_volume(folder / f"{seed}_{rows}.zarr")


def test_halves_read_in_turn_are_those_read_alone(tmp_path: Path) -> None:
    volume = stored_scan(1, 20, tmp_path)
    whole, half = (volume[name].to_numpy() for name in ("attenuation", "half_difference"))
    odd, even = half_volumes(volume)
    for part in (slice(0, 8), slice(5, 13), slice(5, 13)):
        np.testing.assert_array_equal(odd["attenuation"][part].to_numpy(), whole[part] + half[part])
        np.testing.assert_array_equal(even["attenuation"][part, 3:50].to_numpy(), (whole - half)[part, 3:50])
        np.testing.assert_array_equal(even["attenuation"][part].to_numpy(), (whole - half)[part])
        np.testing.assert_array_equal(odd["attenuation"][part].to_numpy(), (whole + half)[part])


def peak_of(make: Callable[[], object]) -> int:
    """Most bytes of arrays that were alive at once, above those before."""
    make()
    tracemalloc.start()
    try:
        make()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_block_needs_as_much_memory_in_a_tall_volume_as_in_a_low_one(tmp_path: Path) -> None:
    peaks: dict[str, list[int]] = {"difference": [], "null": [], "classes": []}
    for rows in (24, 56):
        before, after = (stored_scan(seed, rows, tmp_path) for seed in (1, 2))
        halves = half_volumes(after), half_volumes(before)
        changed = difference(after, before, noise=1.0)
        save_volume(changed, tmp_path / f"change_{rows}.zarr", tile=80)
        stored = open_volume(tmp_path / f"change_{rows}.zarr")
        classes = separable_classes({"NaK50": 60.0, "K": 90.0}, 1.0)
        makers: dict[str, Callable[[], object]] = {
            "difference": lambda pair=(after, before): difference_slab(
                *pair, 8, 16, noise=1.0, displacement_error=1e-7
            ),
            "null": lambda halves=halves: null_map(*halves, slices=(8, 16)),
            "classes": lambda stored=stored, classes=classes: classify(stored, classes, slices=(8, 16)),
        }
        for name, make in makers.items():
            peaks[name].append(peak_of(make))
    field = 8 * 300 * 310 * 4
    for low, tall in peaks.values():
        assert tall < 1.1 * low
        # 2.5 GB for blocks of eight slices of 3077 x 3077 voxels; the rest of 3 GB is Python and its libraries
        assert low < 8.25 * field
