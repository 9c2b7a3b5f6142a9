"""Grains, their measures and their depth."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr
from grain_scenes import PIXEL, change_map, difference, places

from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.tomography.grains import depth_profile, grain_estimates, label_grains

SHAPE = (30, 40, 44)


def ball_and_plate() -> xr.Dataset:
    z, y, x = places(SHAPE)
    signs = np.zeros(SHAPE)
    signs[(z - 12) ** 2 + (y - 15) ** 2 + (x - 20) ** 2 <= 36] = 1
    signs[20:22, 2:30, 3:30] = -1
    signs[5, 35, 40] = -1
    return change_map(signs, attenuation_change=(33.0 * signs).astype(np.float32))


def test_measures_of_known_shapes() -> None:
    grains = label_grains(ball_and_plate(), smallest=2)
    assert grains["sign"].values.tolist() == [1, -1]
    ball = grains.isel(grain=0)
    voxels = round(float(ball["grain_volume"]) / PIXEL**3)
    assert voxels == 925
    assert float(ball["equivalent_diameter"]) == pytest.approx(PIXEL * (6 * 925 / np.pi) ** (1 / 3))
    np.testing.assert_allclose(ball["centroid"] / PIXEL, [12, 15 - 19.5, 20 - 21.5])
    np.testing.assert_allclose(ball["principal_length"] / PIXEL, 12.1, atol=0.1)
    plate = grains.isel(grain=1)
    # a box of 2 x 28 x 27 voxels has the second moments of an ellipsoid sqrt(5/3) times as long
    np.testing.assert_allclose(plate["principal_length"] / PIXEL, np.sqrt(5 / 3) * np.array([28, 27, 2]))
    assert float(plate["attenuation_change"]) == -33.0
    assert float(plate["z_last"] - plate["z_first"]) == pytest.approx(PIXEL)
    assert grains.attrs["grains_below_smallest"] == 1


def test_opposite_changes_are_never_one_grain_and_corners_join_only_where_asked() -> None:
    signs = np.zeros((3, 3, 8))
    signs[0, 0, 0], signs[1, 1, 1], signs[1, 1, 2] = 1, 1, -1
    assert label_grains(change_map(signs)).sizes["grain"] == 2
    assert label_grains(change_map(signs), connectivity=18).sizes["grain"] == 3


def test_grains_at_the_border_are_marked() -> None:
    signs = np.zeros((5, 6, 7))
    signs[0, 2, 2] = signs[2, 5, 2] = signs[2, 2, 6] = signs[2, 2, 2] = 1
    grains = label_grains(change_map(signs))
    assert grains["touches_border"].values.tolist() == [True, False, True, True]


def test_untrusted_voxels_do_not_count() -> None:
    signs = np.ones((3, 3, 9))
    trusted = np.ones(signs.shape, dtype=bool)
    trusted[:, :, 4] = False
    assert label_grains(change_map(signs, trusted=trusted)).sizes["grain"] == 2


def test_the_map_tells_the_smallest_grain_and_the_caller_overrules_it() -> None:
    record = ball_and_plate().assign_attrs(smallest_voxels=1000, threshold=4.0)
    found = label_grains(record)
    assert found["sign"].values.tolist() == [-1]
    assert found.attrs["threshold"] == 4.0
    assert label_grains(record, smallest=1).sizes["grain"] == 3


def test_labels_follow_the_list_of_grains() -> None:
    grains = label_grains(ball_and_plate(), smallest=2, labels=True)
    voxels = np.bincount(grains["label"].values.ravel())[1:]
    np.testing.assert_allclose(voxels * PIXEL**3, grains["grain_volume"])


def test_an_empty_map_gives_an_empty_list_and_profile() -> None:
    grains = label_grains(change_map(np.zeros((4, 5, 6))), labels=True)
    assert grains.sizes["grain"] == 0
    profile = depth_profile(grains)
    assert profile.sizes["depth"] == 4
    assert profile["mean_grain_volume"].isnull().all()
    assert float(profile["volume_lost"].sum()) == 0.0


def test_without_change_the_mean_change_is_unknown() -> None:
    grains = label_grains(change_map(np.ones((2, 3, 4))))
    assert np.isnan(grains["attenuation_change"]).all()


@pytest.mark.parametrize(
    "broken", ["no coordinate", "uneven", "backward", "other grid", "slab", "smallest", "connectivity"]
)
def test_what_cannot_be_labelled_is_refused(broken: str) -> None:
    record = ball_and_plate()
    options: dict[str, object] = {}
    if broken == "no coordinate":
        record = record.drop_vars("y")
    elif broken == "uneven":
        record = record.assign_coords(x=record["x"].values ** 3)
    elif broken == "backward":
        record = record.assign_coords(z=record["z"].values[::-1])
    elif broken == "other grid":
        options["difference"] = difference(np.zeros((4, 4, 4)), np.ones((4, 4, 4)))[0]
    else:
        options[broken] = 0
    with pytest.raises(SchemaError):
        label_grains(record, **options)  # type: ignore[arg-type]


def test_two_rules_of_counting_differ_as_they_must() -> None:
    signs = np.zeros((6, 9, 9))
    signs[1:5, 1:3, 1:3] = 1  # one tall grain of 16 voxels
    signs[2, 6, 6] = 1  # one grain of a single voxel
    profile = depth_profile(label_grains(change_map(signs)))
    mean = profile["mean_grain_volume"].sel(change="gain") / PIXEL**3
    np.testing.assert_allclose(mean.sel(rule="touching"), [np.nan, 16, 8.5, 16, 16, np.nan])
    # the centroid of the tall one lies between slices 2 and 3
    assert float(profile["grain_count"].sel(change="gain", rule="centroid").sum()) == 2
    assert np.nanmax(mean.sel(rule="centroid")) == 16
    np.testing.assert_allclose(profile["volume_gained"] / PIXEL**3, [0, 4, 5, 4, 4, 0])


def test_depth_counts_from_the_interface_into_the_anode() -> None:
    signs = np.zeros((20, 9, 9))
    signs[14, 4, 4] = 1
    grains = label_grains(change_map(signs))
    for height, side, depth in ((9.5, 1, 4.5), (16.5, -1, 2.5)):
        profile = depth_profile(grains, interface=height * PIXEL, anode_side=side)  # type: ignore[arg-type]
        at = float(profile["depth"][np.argmax(profile["volume_gained"].values)])
        assert at / PIXEL == pytest.approx(depth)


def test_displaced_grains_are_left_out_kept_apart_or_included() -> None:
    grains = label_grains(ball_and_plate(), smallest=2)
    moved = grains.assign(displaced=("grain", [True, False]), fringe=("grain", [False, False]))
    total = float(grains["grain_volume"][0])
    for how, expected in (("leave out", 0.0), ("only", total), ("include", total)):
        profile = depth_profile(moved, displaced=how)  # type: ignore[arg-type]
        assert float(profile["volume_gained"].sum()) == pytest.approx(expected)
    with pytest.raises(SchemaError, match="displaced"):
        depth_profile(moved, displaced="some")  # type: ignore[arg-type]


def test_mean_change_with_depth_needs_no_grain() -> None:
    before = np.zeros((8, 12, 12))
    after = before.copy()
    after[3] += 5.0
    record, noise = difference(before, after, smoothing=0.0)
    profile = depth_profile(label_grains(change_map(np.zeros(before.shape))), difference=record)
    np.testing.assert_allclose(profile["mean_attenuation_change"], [0, 0, 0, 5, 0, 0, 0, 0])
    np.testing.assert_allclose(profile["attenuation_noise"], noise)


def test_a_steep_interface_under_a_wide_grain_is_doubted() -> None:
    signs = np.zeros((10, 60, 60))
    signs[5, 2:58, 2:58] = -1
    plane = xr.Dataset(
        {
            "interface_height": (("y", "x"), np.zeros((1, 1))),
            "plane_height": 2 * PIXEL,
            "plane_slope": ("direction", [0.1, 0.0]),
            "plane_height_error": 0.0,
            "plane_slope_error": ("direction", [0.0, 0.0]),
            "anode_side": np.int8(1),
        },
        coords={"direction": ["y", "x"]},
    )
    with pytest.warns(DataQualityWarning, match="tilted"):
        profile = depth_profile(label_grains(change_map(signs)), interface=plane)
    assert profile.attrs["tilt"] == pytest.approx(np.arctan(0.1))


def test_headline_numbers_say_whether_displacements_were_taken_out() -> None:
    grains = label_grains(ball_and_plate(), smallest=2)
    plain = grain_estimates(grains)
    assert plain["volume_gained"].value == pytest.approx(925 * PIXEL**3)
    assert "not told apart" in plain["volume_gained"].label
    tested = grains.assign(displaced=("grain", [True, False]), fringe=("grain", [False, False]))
    tested.attrs["dipole_test"] = json.dumps({"false_rate_upper": 0.02, "fringe_false_rate_upper": 0.03})
    found = grain_estimates(tested)
    assert found["volume_gained"].value == 0.0
    assert found["volume_displaced"].value == pytest.approx(925 * PIXEL**3)
    # marked voxels are no estimate of the whole
    assert found["volume_lost"].interval is None
