"""Volumes from the whole distribution of the change: exact moments, totals of grains that no threshold finds, refusals."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy import ndimage

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.tomography import (
    change_distribution,
    change_map,
    distribution_estimates,
    null_from_scans,
    transition_contrasts,
)
from alkanode.tomography.differences.distribution_fit import fit_distribution
from alkanode.tomography.differences.grain_distribution import Bins, GrainModel, sphere_values

VOXEL = 1.3e-6
SMOOTHING = 1.0
SHAPE = (64, 120, 120)
CONTRASTS = {"NaK50 -> K": 33.0, "NaK50 -> void": -65.0}


def map_of(change: np.ndarray, *, null: bool = False, smoothing: float = SMOOTHING) -> xr.Dataset:
    dims = ("z", "y", "x")
    noise = 1.4826 * np.median(np.abs(change - np.median(change)), axis=(1, 2))
    record = label(
        xr.Dataset(
            {
                "attenuation_before": (dims, np.zeros_like(change)),
                "attenuation_after": (dims, change),
                "attenuation_change": (dims, change),
                "attenuation_noise": ("z", noise),
            },
            coords={axis: VOXEL * np.arange(count) for axis, count in zip(dims, change.shape, strict=True)},
            attrs={"smoothing_voxels": smoothing},
        ),
        "difference",
    )
    return null_from_scans(record, "noise drawn for a test") if null else record


def noise_of(seed: int) -> np.ndarray:
    """White along z and of falling power at long waves across, as a reconstruction has it; 13 per m once smoothed."""
    white = np.random.default_rng(seed).standard_normal(SHAPE)
    waves = np.hypot(np.fft.fftfreq(SHAPE[1])[:, None], np.fft.rfftfreq(SHAPE[2])[None])
    shaped = np.fft.irfft2(np.fft.rfft2(white, axes=(1, 2)) * np.sqrt(waves), s=SHAPE[1:], axes=(1, 2))
    smooth = ndimage.gaussian_filter(shaped, SMOOTHING)
    return np.asarray(13.0 * smooth / smooth.std(), dtype=np.float32)


def grains(seed: int, kinds: tuple[tuple[int, float, float, float], ...]) -> tuple[np.ndarray, list[float]]:
    """Spheres (number, smallest and largest diameter in um, contrast), blurred; and the volume of each kind in m3."""
    random = np.random.default_rng(seed)
    change, volumes = np.zeros(SHAPE), []
    fine = (np.arange(4) + 0.5) / 4 - 0.5
    for number, small, large, contrast in kinds:
        total = 0.0
        for diameter in random.uniform(small, large, number):
            radius = 0.5e-6 * diameter / VOXEL
            reach = int(radius) + 2
            middle = [int(random.integers(reach, count - reach)) for count in SHAPE]
            steps = ((np.arange(-reach, reach + 1)[:, None] + fine).ravel() - random.uniform(-0.5, 0.5)) ** 2
            inside = steps[:, None, None] + steps[:, None] + steps <= radius**2
            share = inside.reshape(2 * reach + 1, 4, 2 * reach + 1, 4, 2 * reach + 1, 4).mean(axis=(1, 3, 5))
            change[tuple(slice(one - reach, one + reach + 1) for one in middle)] += contrast * share
            total += share.sum() * VOXEL**3
        volumes.append(total)
    return ndimage.gaussian_filter(change, np.hypot(SMOOTHING, 0.5)).astype(np.float32), volumes


@pytest.fixture(scope="module")
def quiet() -> list[xr.Dataset]:
    return [map_of(noise_of(seed), null=True) for seed in (1, 2)]


def model_of(densities: int = 3) -> GrainModel:
    bins = Bins.for_noise(10.0, 65.0)
    noise = np.exp(-0.5 * (bins.values / 10.0) ** 2)
    return GrainModel.of(bins, noise, np.linspace(2.0, 5.0, densities), np.array([33.0, -65.0]), 1.1)


def test_a_blurred_sphere_keeps_its_volume() -> None:
    for radius in (1.5, 4.0):
        values, voxels = sphere_values(radius, 1.2)
        assert np.isclose(values @ voxels, 4 / 3 * np.pi * radius**3, rtol=1e-4)


def test_mean_and_variance_are_those_of_shot_noise() -> None:
    model = model_of()
    densities = np.array([2e-4, 1e-4, 5e-5, 1e-4, 5e-5, 2e-5])
    shares, _ = model.shares(densities, 1.5, 4.0)
    values = model.bins.coarse_values
    mean = shares @ values
    expected = 1.5 + np.repeat([33.0, -65.0], 3) * model.volumes @ densities
    variance = 100.0 + 4.0
    for density, (radius, contrast) in zip(
        densities, [(r, c) for c in (33.0, -65.0) for r in np.linspace(2.0, 5.0, 3)], strict=True
    ):
        height, voxels = sphere_values(radius, 1.1)
        variance += density * contrast**2 * float(height**2 @ voxels)
    assert np.isclose(shares.sum(), 1.0, atol=1e-9)
    assert np.isclose(mean, expected, atol=0.01)
    assert np.isclose(shares @ (values - mean) ** 2, variance, rtol=0.005)  # bins are a quarter of the noise wide


def test_slopes_are_those_of_the_shares() -> None:
    model = model_of(2)
    here = np.array([1e-4, 5e-5, 1e-4, 2e-5, 0.5, 2.0])
    _, slopes = model.shares(here[:-2], here[-2], here[-1])
    for column, step in enumerate([1e-7] * 4 + [1e-3, 1e-2]):
        up, down = here.copy(), here.copy()
        up[column] += step
        down[column] -= step
        ends = [model.shares(one[:-2], one[-2], one[-1])[0] for one in (up, down)]
        numeric = (ends[0] - ends[1]) / (2 * step)
        assert np.allclose(slopes[:, column], numeric, atol=1e-5 * np.abs(numeric).max())


def test_exact_counts_give_back_their_grains() -> None:
    model = model_of()
    densities = np.array([2e-4, 0.0, 5e-5, 0.0, 5e-5, 2e-5])
    counts = np.tile(1e6 * model.shares(densities, 0.0, 0.0)[0], (8, 1))
    noise = np.tile(1e6 * model.shares(np.zeros(6), 0.0, 0.0)[0], (8, 1))
    fit = fit_distribution(model, counts, noise, (0.01, 0.1))
    assert fit.settled
    for own in (slice(0, 3), slice(3, 6)):
        assert np.isclose(model.volumes[own] @ fit.densities[own], model.volumes[own] @ densities[own], rtol=0.01)


def test_totals_of_grains_too_small_to_be_found(quiet: list[xr.Dataset]) -> None:
    change, (gained, lost) = grains(3, ((150, 5.0, 9.0, 33.0), (200, 5.0, 7.0, -65.0)))
    record = map_of(change + noise_of(4))
    found = distribution_estimates(change_distribution(record, quiet, CONTRASTS))
    for name, truth in (("volume_gained", gained), ("volume_lost", lost)):
        low, high = found[name].interval or (np.nan, np.nan)
        assert low <= truth <= high
        assert found[name].value is not None
        assert 0.05 < (high - low) / (4 * truth) < 0.6
    assert abs((found["volume_lost"].value or 0.0) / lost - 1) < 0.25
    beyond = float((change_map(record, 4.5)["sign"] < 0).sum()) * VOXEL**3
    assert beyond < 0.5 * lost  # voxels beyond a threshold that keeps false grains away are far too few


def test_nothing_is_found_where_nothing_changed(quiet: list[xr.Dataset]) -> None:
    found = distribution_estimates(change_distribution(map_of(noise_of(9)), quiet, CONTRASTS))
    for one in found.values():
        assert one.interval is not None
        assert one.interval[0] <= 0.002 * np.prod(SHAPE) * VOXEL**3


def test_the_transition_is_chosen_by_the_data(quiet: list[xr.Dataset]) -> None:
    change, (lost,) = grains(5, ((60, 10.0, 14.0, -65.0),))
    both = {"NaK50 -> Na": -33.0, "NaK50 -> void": -65.0}
    made = change_distribution(map_of(change + noise_of(6)), quiet, both)
    low, high = made["volume_lost_interval"].to_numpy()
    assert low <= lost <= high
    assert high < 1.6 * lost  # all sodium would be twice the volume
    assert float(made["transition_volume"].sel(transition="NaK50 -> void")) > 0.7 * lost


def test_untrusted_and_missing_voxels_do_not_count(quiet: list[xr.Dataset]) -> None:
    change, _ = grains(3, ((100, 5.0, 9.0, 33.0), (150, 5.0, 7.0, -65.0)))
    record = map_of(change + noise_of(4))
    whole = change_distribution(record.isel(y=slice(0, 60)), quiet, CONTRASTS)
    spoiled = record.copy(deep=True)
    spoiled["trusted"] = xr.full_like(spoiled["attenuation_change"], True, dtype=bool)
    spoiled["trusted"][:, 60:] = False
    spoiled["attenuation_change"][:, 60:90] = 1e4
    spoiled["attenuation_change"][:, 90:] = np.nan
    part = change_distribution(spoiled, quiet, CONTRASTS)
    for name in ("volume_gained", "volume_lost"):
        assert np.isclose(float(part[name]), float(whole[name]), rtol=1e-3)


def test_a_noise_that_the_maps_lack_is_refused(quiet: list[xr.Dataset]) -> None:
    made = change_distribution(map_of(np.float32(1.3) * noise_of(4)), quiet, CONTRASTS)
    one = distribution_estimates(made)["volume_gained"]
    assert one.value is None
    assert one.interval is None
    assert "1.3" in one.label
    assert np.isnan(float(made["volume_gained"]))
    forced = change_distribution(map_of(np.float32(1.3) * noise_of(4)), quiet, CONTRASTS, widest_core=2.0)
    assert np.isfinite(float(forced["volume_gained"]))


def test_noisy_slices_are_left_out(quiet: list[xr.Dataset]) -> None:
    values = noise_of(4)
    values[:10] *= 5
    made = change_distribution(map_of(values), quiet, CONTRASTS)
    assert 10 <= made.attrs["slices_left_out"] <= 12  # slices at the rim are noisier by themselves
    assert "refused" not in made.attrs


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"contrasts": {}}, PhysicsError),
        ({"contrasts": {"none": 0.0}}, PhysicsError),
        ({"smallest_diameter": "9 um", "largest_diameter": "5 um"}, PhysicsError),
        ({"widest_core": 1.0}, PhysicsError),
        ({"null_maps": []}, SchemaError),
    ],
)
def test_what_makes_no_sense_is_refused(
    quiet: list[xr.Dataset], options: dict[str, object], error: type[Exception]
) -> None:
    asked = {"null_maps": quiet, "contrasts": CONTRASTS, **options}
    with pytest.raises(error):
        change_distribution(map_of(noise_of(4)), **asked)  # type: ignore[arg-type]


def test_maps_must_be_marked_and_smoothed_alike(quiet: list[xr.Dataset]) -> None:
    record = map_of(noise_of(4))
    with pytest.raises(SchemaError, match="not marked"):
        change_distribution(record, record, CONTRASTS)
    with pytest.raises(SchemaError, match="smoothing"):
        change_distribution(map_of(noise_of(4), smoothing=2.0), quiet, CONTRASTS)


def test_contrasts_of_an_alloy_and_its_voids() -> None:
    known = {"void": 0.0, "NaK50": 65.0, "Na": 32.0, "K": 97.0}
    found = transition_contrasts(known, "NaK50")
    assert found["NaK50 -> void"] == -65.0
    assert found["NaK50 -> Na"] == -33.0
    merged = [name for name in found if "NaK50 -> K" in name and "void -> Na" in name]
    assert len(merged) == 1
    assert found[merged[0]] == 32.0
    assert found["void -> K"] == 97.0
    with pytest.raises(SchemaError, match="NaK65"):
        transition_contrasts(known, "NaK65")
