"""Differences of volumes: noise that is measured, voxels that are not trusted, grids that do not fit."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy import ndimage
from synthetic_volumes import LIQUID, POTASSIUM, VOXEL, halves_of, mean_of, reconstruction_noise, sphere, volume_of

from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.tomography.differences import (
    change_map,
    difference,
    difference_noise,
    difference_slab,
    difference_slabs,
    noise_from_halves,
    noise_from_region,
    null_map,
)

SHAPE = (24, 64, 64)


@pytest.fixture(scope="module")
def pair() -> tuple[xr.Dataset, xr.Dataset]:
    liquid = np.full(SHAPE, LIQUID)
    changed = liquid + (POTASSIUM - LIQUID) * sphere(SHAPE, (12, 32, 32), 8)
    return mean_of(halves_of(changed, 10.0, 1)), mean_of(halves_of(liquid, 10.0, 2))


@pytest.mark.parametrize("smoothing", [0.0, 1.0, 2.0])
def test_noise_from_halves_is_the_noise_of_the_mean(smoothing: float) -> None:
    """Against the truth; slices of 64 voxels hold few independent voxels once they are smoothed."""
    halves = halves_of(np.full(SHAPE, LIQUID), 32.0, 3)
    found = noise_from_halves(*halves, smoothing=smoothing)
    truth = difference(mean_of(halves), volume_of(np.full(SHAPE, LIQUID)), smoothing=smoothing, noise=1.0)
    spread = truth["attenuation_change"].to_numpy().std()
    assert float(found["attenuation_noise"].mean()) == pytest.approx(spread, rel=0.05 * (1 + smoothing / 2))


def test_smoothing_lowers_correlated_noise_as_reconstructions_show() -> None:
    """sigma_voxel 0.32 /cm with the hann filter falls to about 0.09 at 1 voxel and 0.03 at 2."""
    halves = halves_of(np.full((48, 96, 96), LIQUID), 32.0, 4)
    at = [float(noise_from_halves(*halves, smoothing=width)["attenuation_noise"].mean()) for width in (0.0, 1.0, 2.0)]
    assert at == pytest.approx([32.0, 9.0, 3.0], rel=0.1)


def test_noise_is_robust_against_changes_and_exact_in_a_quiet_region(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    quiet = np.zeros(SHAPE, bool)
    quiet[:, :, :16] = True
    truth = 10.0 * np.sqrt(2)
    in_region = difference(*pair, smoothing=0.0, region=quiet)["attenuation_noise"]
    everywhere = difference(*pair, smoothing=0.0)
    assert float(in_region.mean()) == pytest.approx(truth, rel=0.03)
    assert truth < float(everywhere["attenuation_noise"][12]) < 1.25 * truth
    assert "too high rather than too low" in everywhere.attrs["noise_source"]


def test_noise_of_a_difference_adds_in_quadrature(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    after = noise_from_halves(*halves_of(np.full(SHAPE, LIQUID), 10.0, 5), smoothing=1.5)
    before = noise_from_halves(*halves_of(np.full(SHAPE, LIQUID), 20.0, 6), smoothing=1.5)
    both = difference_noise(after, before)
    expected = np.hypot(after["attenuation_noise"], before["attenuation_noise"])
    assert both["attenuation_noise"].to_numpy() == pytest.approx(expected.to_numpy())
    assert float(difference(*pair, noise=both)["attenuation_noise"][3]) == pytest.approx(float(expected[3]))


def test_noise_for_another_smoothing_or_of_one_volume_is_refused(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    noise = noise_from_halves(*halves_of(np.full(SHAPE, LIQUID), 10.0, 5), smoothing=1.0)
    with pytest.raises(SchemaError, match="smoothing 1"):
        difference(*pair, smoothing=1.5, noise=difference_noise(noise, noise))
    with pytest.raises(SchemaError, match="noise of a volume"):
        difference(*pair, smoothing=1.0, noise=noise)
    with pytest.raises(PhysicsError, match="positive"):
        difference(*pair, noise=-1.0)


def test_a_gain_is_positive_and_swapping_the_volumes_turns_every_sign(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    there = difference(*pair)
    back = difference(*pair[::-1])
    assert float(there["attenuation_change"][12, 32, 32]) == pytest.approx(POTASSIUM - LIQUID, abs=10)
    assert np.array_equal(there["attenuation_change"], -back["attenuation_change"])


def test_a_constant_offset_of_both_scans_cancels(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    moved = [one.assign(attenuation=one["attenuation"] + np.float32(64)) for one in pair]
    assert difference(*moved)["attenuation_change"].to_numpy() == pytest.approx(
        difference(*pair)["attenuation_change"].to_numpy(), abs=1e-3
    )


def test_smoothing_conserves_the_sum_of_change(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    grain = 31.5 * sphere(SHAPE, (12, 32, 32), 3)
    flat = volume_of(np.zeros(SHAPE))
    change = difference(volume_of(grain), flat, smoothing=1.5, noise=1.0)["attenuation_change"]
    assert float(change.sum()) == pytest.approx(grain.sum(), rel=1e-4)


@pytest.mark.parametrize("width", [0.4, 1.5, 3.0])
def test_smoothing_equals_that_of_scipy(width: float) -> None:
    values = reconstruction_noise((13, 17, 19), 10.0, 8)
    ours = difference(volume_of(values), volume_of(np.zeros_like(values)), smoothing=width, noise=1.0, slab=4)
    peer = ndimage.gaussian_filter(values, width, mode="nearest", truncate=3.5)
    assert ours["attenuation_change"].to_numpy() == pytest.approx(peer, abs=1e-4)


def test_missing_voxels_do_not_leak(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    after, before = (one.copy(deep=True) for one in pair)
    after["attenuation"][:, :, :10] = np.nan
    found = difference(after, before)
    whole = difference(*pair)
    assert np.isfinite(found["attenuation_change"]).all()
    assert not found["trusted"][:, :, :10].any()
    assert found["trusted"][:, :, 10:].all()
    far = slice(10 + 6, None)
    assert np.array_equal(found["attenuation_change"][:, :, far], whole["attenuation_change"][:, :, far])
    level = float(found["attenuation_after"][0, :, 10].mean())
    assert level == pytest.approx(LIQUID, rel=0.1)


def test_edges_that_a_displacement_would_move_are_not_trusted() -> None:
    wall = np.zeros(SHAPE)
    wall[:, :, 32:] = 1000.0
    quiet = [volume_of(wall + reconstruction_noise(SHAPE, 5.0, seed)) for seed in (1, 2)]
    sure = difference(*quiet)
    unsure = difference(*quiet, displacement_error="0.13 um")
    assert sure["trusted"].all()
    assert not unsure["trusted"][:, :, 31:33].any()
    assert unsure["trusted"][:, :, :24].all()
    assert unsure["trusted"][:, :, 40:].all()


def test_noise_follows_the_slice() -> None:
    """Rows with little light are noisier, and only they."""
    noise = reconstruction_noise(SHAPE, 10.0, 7)
    noise[16:] *= 8
    found = difference(volume_of(LIQUID + noise), volume_of(np.full(SHAPE, LIQUID)), smoothing=0.0)["attenuation_noise"]
    assert float(found[16:].mean() / found[:16].mean()) == pytest.approx(8, rel=0.05)


def test_a_corner_of_zeros_does_not_count_as_quiet() -> None:
    inside = (sphere((1, 64, 64), (0, 31.5, 31.5), 24) > 0)[0]
    draws = [np.where(inside, LIQUID + reconstruction_noise(SHAPE, 10.0, seed), 0.0) for seed in (1, 2)]
    found = difference(*(volume_of(one) for one in draws), smoothing=0.0)
    assert float(found["attenuation_noise"].mean()) == pytest.approx(10 * np.sqrt(2), rel=0.05)


def test_slabs_equal_the_whole(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    options = {"smoothing": 1.5, "displacement_error": "0.05 um"}
    whole = difference(*pair, **options)
    for z, part in difference_slabs(*pair, slab=7, **options):
        for name in ("attenuation_before", "attenuation_after", "attenuation_change", "attenuation_noise", "trusted"):
            assert np.array_equal(part[name], whole[name].isel(z=z)), name
    one = difference_slab(*pair, 5, 9, **options)
    assert np.array_equal(one["z"], whole["z"][5:9])
    with pytest.raises(PhysicsError, match="within 0 to 24"):
        difference_slab(*pair, 20, 30, **options)


def test_volumes_on_other_voxels_are_refused(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    after, before = pair
    with pytest.raises(SchemaError, match="same voxels"):
        difference(after.isel(z=slice(1, None)), before)
    with pytest.raises(SchemaError, match="their y differ"):
        difference(after.assign_coords(y=after["y"] + VOXEL), before)
    with pytest.raises(PhysicsError, match="one photon energy"):
        difference(after.assign(photon_energy=7.2e-15), before.assign(photon_energy=6.4e-15))
    with pytest.raises(PhysicsError, match="not negative"):
        difference(after, before, smoothing=-1.0)
    with pytest.raises(SchemaError, match="shape"):
        difference(after, before, region=np.ones((2, 2, 2), bool))


def test_values_that_do_not_scatter_give_no_noise() -> None:
    still = volume_of(np.full(SHAPE, LIQUID))
    with pytest.raises(PhysicsError, match="scatter"):
        difference(still, still)


def test_slices_without_a_region_take_the_noise_of_their_neighbours(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    region = np.ones(SHAPE, bool)
    region[10:12] = False
    with pytest.warns(DataQualityWarning, match="2 of 24 slices"):
        found = difference(*pair, region=region)
    assert np.isfinite(found["attenuation_noise"]).all()
    with pytest.raises(PhysicsError, match="no slice"):
        difference(*pair, region=np.zeros(SHAPE, bool))


def test_noise_inside_one_material() -> None:
    values = LIQUID + reconstruction_noise(SHAPE, 10.0, 9)
    values[:, :, 40:] += 500
    region = np.zeros(SHAPE, bool)
    region[:, :, :36] = True
    found = noise_from_region(volume_of(values), region)
    assert float(found["attenuation_noise"].mean()) == pytest.approx(10.0, rel=0.05)


def test_a_map_without_change_has_the_noise_of_the_difference_and_no_object() -> None:
    truth = 100 * sphere(SHAPE, (12, 32, 32), 10)
    later, earlier = halves_of(truth, 10.0, 11), halves_of(truth, 15.0, 12)
    measured = difference(mean_of(later), mean_of(earlier))
    maps = [null_map(later, earlier, combine=way) for way in ("sum", "difference")]
    for one in maps:
        assert float(one["attenuation_noise"].mean()) == pytest.approx(
            float(measured["attenuation_noise"].mean()), rel=0.1
        )
        assert np.corrcoef(one["attenuation_change"].to_numpy().ravel(), truth.ravel())[0, 1] == pytest.approx(
            0, abs=0.05
        )
        assert "no rings" in one.attrs["null_contains"]
    with pytest.raises(PhysicsError, match="one map"):
        null_map(later, combine="difference")
    with pytest.raises(SchemaError, match="pair"):
        null_map([later[0]], earlier)


def test_a_map_of_one_scan_is_scaled_to_two() -> None:
    halves = halves_of(np.full(SHAPE, LIQUID), 10.0, 13)
    single = null_map(halves, smoothing=0.0)
    assert float(single["attenuation_noise"].mean()) == pytest.approx(10 * np.sqrt(2), rel=0.05)


def test_a_large_slice_is_sampled_without_following_its_columns() -> None:
    """Every second column is ten times noisier: a sample of one parity would be off by a factor of 3 or more."""
    values = np.random.default_rng(3).normal(0.0, 1.0, (1, 1500, 1400))
    values[:, :, ::2] *= 10
    found = noise_from_region(volume_of(values), np.ones(values.shape, bool))
    truth = 1.4826 * np.median(np.abs(values))
    assert float(found["attenuation_noise"][0]) == pytest.approx(truth, rel=0.02)
    assert float(found["voxel_count"][0]) < values.size


def test_a_slab_outside_the_view_has_no_noise_and_no_change(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    after = pair[0].copy(deep=True)
    after["attenuation"][:8] = np.nan
    with pytest.warns(DataQualityWarning, match="trusted"):
        found = difference_slab(after, pair[1], 0, 4)
    assert np.isnan(found["attenuation_noise"]).all()
    assert not change_map(found, 3.0)["sign"].any()
