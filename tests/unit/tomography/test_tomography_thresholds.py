"""Thresholds from false grains: the stated rate holds on noise that was not used, and cannot be had for nothing."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from synthetic_volumes import LIQUID, POTASSIUM, VOXEL, halves_of, mean_of, sphere, volume_of

from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.tomography.differences import (
    calibrate_threshold,
    change_map,
    detection_limit,
    difference,
    false_grain_estimate,
    headline_numbers,
    null_from_scans,
    null_map,
    smallest_found,
    threshold_sweep,
)

SHAPE = (32, 96, 96)
SIGMA = 10.0


def quiet_halves(seed: int) -> tuple[xr.Dataset, xr.Dataset]:
    return halves_of(np.full(SHAPE, LIQUID), SIGMA, seed)


@pytest.fixture(scope="module")
def maps() -> list[xr.Dataset]:
    later, earlier = quiet_halves(1), quiet_halves(2)
    return [null_map(later, earlier, combine=way) for way in ("sum", "difference")]


@pytest.fixture(scope="module")
def calibration(maps: list[xr.Dataset]) -> xr.Dataset:
    return calibrate_threshold(maps, smallest_diameter="4 um", other_diameters=("2 um", "6 um"))


def test_the_stated_rate_holds_on_noise_that_was_not_used(calibration: xr.Dataset) -> None:
    """Fresh scans of the same object: mean number of false grains at most what was accepted."""
    counts = []
    for seed in range(10, 18):
        fresh = null_from_scans(difference(mean_of(quiet_halves(2 * seed)), mean_of(quiet_halves(2 * seed + 1))))
        sweep = threshold_sweep(fresh, calibration=calibration)
        at = sweep.sel(threshold=calibration.attrs["chosen_threshold"])
        counts.append(float(at["grain_count"].sum()))
    assert np.mean(counts) <= calibration.attrs["false_grains_accepted"]


def test_the_lowest_threshold_that_keeps_the_rate_is_taken(calibration: xr.Dataset) -> None:
    size = int(np.argmin(np.abs(calibration["smallest_grain"].to_numpy() - calibration.attrs["chosen_smallest_grain"])))
    bound = calibration["false_grain_density_upper"].isel(size=size) * calibration.attrs["accepted_volume"]
    chosen = calibration.attrs["chosen_threshold"]
    levels = calibration["threshold"].to_numpy()
    assert (bound.to_numpy()[levels >= chosen] <= 5).all()
    assert float(bound.to_numpy()[levels < chosen][-1]) > 5


def test_larger_grains_allow_a_lower_threshold(calibration: xr.Dataset) -> None:
    assert (np.diff(calibration["smallest_grain"]) > 0).all()
    assert (np.diff(calibration["lowest_threshold"]) < 0).all()


def test_a_rate_that_the_maps_cannot_show_is_refused_with_what_they_can(maps: list[xr.Dataset]) -> None:
    with pytest.raises(PhysicsError, match="are needed to show a rate"):
        calibrate_threshold(maps, false_grains=0.01)
    with pytest.raises(PhysicsError, match="at the highest of the list"):
        calibrate_threshold(maps, thresholds=[0.5, 1.0], smallest_diameter="2 um")


def test_only_marked_maps_calibrate(maps: list[xr.Dataset]) -> None:
    plain = difference(mean_of(quiet_halves(3)), mean_of(quiet_halves(4)))
    with pytest.raises(SchemaError, match="not marked"):
        calibrate_threshold(plain)
    with pytest.raises(SchemaError, match="several"):
        calibrate_threshold([maps[0], null_map(quiet_halves(1), smoothing=1.0)])
    with pytest.raises(SchemaError, match="none"):
        calibrate_threshold([])
    with pytest.raises(PhysicsError, match="rising"):
        calibrate_threshold(maps, thresholds=[3.0, 2.0])


def test_expected_false_grains_come_with_their_bound(calibration: xr.Dataset) -> None:
    found = false_grain_estimate(calibration, calibration.attrs["accepted_volume"])
    assert found.interval is not None
    assert found.value <= found.interval[1] <= 5
    assert "no rings" in found.label


def test_the_map_of_changes_has_the_sign_of_the_change_and_spares_the_untrusted(calibration: xr.Dataset) -> None:
    truth = np.full(SHAPE, LIQUID)
    gained, lost = sphere(SHAPE, (16, 24, 24), 8), sphere(SHAPE, (16, 70, 70), 8)
    later = mean_of(halves_of(truth + (POTASSIUM - LIQUID) * gained - LIQUID * lost, SIGMA, 31))
    later["attenuation"][:, 68:72, :] = np.nan
    found = change_map(difference(later, mean_of(quiet_halves(5))), calibration)
    sign = found["sign"].to_numpy()
    assert sign[16, 24, 24] == 1
    assert sign[16, 75, 70] == -1
    assert not sign[:, 68:72].any()
    assert found.attrs["smallest_voxels"] == calibration.attrs["chosen_smallest_voxels"]
    assert "false grains" in found.attrs["threshold_source"]


def test_a_threshold_of_another_smoothing_is_refused(calibration: xr.Dataset) -> None:
    record = difference(mean_of(quiet_halves(3)), mean_of(quiet_halves(4)), smoothing=1.0)
    with pytest.raises(SchemaError, match="smoothing"):
        change_map(record, calibration)
    with pytest.raises(PhysicsError, match="positive"):
        change_map(record, float("nan"))


def test_the_sweep_falls_with_the_threshold_and_headlines_span_its_neighbours(calibration: xr.Dataset) -> None:
    truth = np.full(SHAPE, LIQUID)
    gained = sphere(SHAPE, (16, 48, 48), 10)
    record = difference(mean_of(halves_of(truth + (POTASSIUM - LIQUID) * gained, SIGMA, 31)), mean_of(quiet_halves(6)))
    sweep = threshold_sweep(record, calibration=calibration)
    assert (np.diff(sweep["volume_gained"]) <= 0).all()
    assert (sweep["false_volume"].to_numpy()[:-1] >= sweep["false_volume"].to_numpy()[1:]).all()
    numbers = headline_numbers(sweep)
    one = numbers["volume_gained"]
    assert one.interval[0] <= one.value <= one.interval[1]
    assert one.value == pytest.approx(gained.sum() * VOXEL**3, rel=0.35)
    assert numbers["grains_lost"].value <= 5
    assert "not an error" in one.label
    with pytest.raises(PhysicsError, match="within the sweep"):
        headline_numbers(sweep, threshold=99.0)


def test_a_mean_of_no_grains_has_no_value(maps: list[xr.Dataset]) -> None:
    sweep = threshold_sweep(maps[0], thresholds=[6.0, 7.0])
    assert headline_numbers(sweep, threshold=6.5)["mean_volume_gained"].value is None


def test_grains_put_into_noise_are_found_from_a_size_on(maps: list[xr.Dataset], calibration: xr.Dataset) -> None:
    limit = detection_limit(maps[0], POTASSIUM - LIQUID, ("3 um", "6 um", "12 um"), calibration=calibration, copies=20)
    shares = limit["found_share"].to_numpy()
    assert shares[0] < 0.5
    assert shares[-1] == 1.0
    assert (np.diff(shares) >= 0).all()
    size = smallest_found(limit)
    assert 3e-6 < size.value <= 12e-6
    faint = detection_limit(maps[0], 1.0, ("3 um", "6 um"), calibration=calibration, copies=20)
    assert smallest_found(faint).value is None
    with pytest.raises(PhysicsError, match="voxels on each side"):
        detection_limit(maps[0], 31.5, ("60 um",), calibration=calibration, copies=1)


def test_a_difference_without_coordinates_has_no_volumes(maps: list[xr.Dataset]) -> None:
    with pytest.raises(SchemaError, match="pixel size"):
        threshold_sweep(maps[0].drop_vars(["z", "y", "x"]))


def test_voxels_that_are_no_cubes_are_refused() -> None:
    flat = volume_of(np.zeros((4, 16, 16)))
    flat = flat.assign_coords(z=flat["z"] * 2)
    with pytest.raises(SchemaError, match="cubic"):
        threshold_sweep(null_from_scans(difference(flat, flat, noise=1.0)))
