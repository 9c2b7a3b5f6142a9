"""Reading by parts changes nothing: slabs, regions, boxes and prefilter against the whole at once."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy import ndimage

from alkanode.foundation.errors import PhysicsError
from alkanode.tomography.differences import null_map
from alkanode.tomography.differences import slabs as slabs_module
from alkanode.tomography.differences.components import RegionCounter
from alkanode.tomography.grains.dipole_patches import Window
from alkanode.tomography.registration.apply_registration import _prefilter


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
