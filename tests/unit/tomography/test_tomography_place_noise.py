"""Noise by place: rings near the axis, edges that move, slices that do not judge themselves."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from still_scans import CERAMIC, FACE, rings, scan_of, truth_of
from synthetic_volumes import LIQUID, POTASSIUM, halves_of, reconstruction_noise, volume_of

from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.tomography.differences import (
    calibrate_threshold,
    classify,
    detection_limit,
    detection_limits,
    difference,
    difference_noise,
    difference_slabs,
    noise_by_place,
    noise_from_halves,
    null_from_scans,
)

SHAPE = (40, 112, 112)
MOVED = 0.2


def noise_of(*scans: tuple[xr.Dataset, tuple[xr.Dataset, xr.Dataset]]) -> xr.Dataset:
    """Of a difference, from the halves of both."""
    return difference_noise(*(noise_from_halves(*halves, smoothing=1.5) for _, halves in scans))


@pytest.fixture(scope="module")
def still() -> tuple[xr.Dataset, xr.Dataset, xr.Dataset]:
    """Two scans of an object at rest, the face of the second elsewhere by a fifth of a voxel, and their noise."""
    before, after = scan_of(truth_of(SHAPE), 1), scan_of(truth_of(SHAPE, (), FACE + MOVED), 2)
    return after[0], before[0], noise_of(after, before)


@pytest.fixture(scope="module")
def place(still: tuple[xr.Dataset, xr.Dataset, xr.Dataset]) -> xr.Dataset:
    after, before, noise = still
    return noise_by_place(difference(after, before, noise=noise))


def test_edges_that_lie_elsewhere_give_their_displacement(place: xr.Dataset) -> None:
    """Along the axis, where the face is steep. All of it moved alike, which is the median of a spread 1.48 times as wide."""
    found = place["edge_displacement"].sel(direction="z")
    assert ((found > 0.95 * MOVED) & (found < 1.6 * MOVED)).all()


def test_walls_that_lie_elsewhere_give_their_displacement_across() -> None:
    y, x = (np.arange(n) - 0.5 * (n - 1) for n in SHAPE[1:])

    def wall(radius: float) -> np.ndarray:
        inside = np.clip(radius - np.hypot(y[:, None], x[None, :]) + 0.5, 0, 1)
        return np.broadcast_to(LIQUID + 300.0 * inside, SHAPE)

    scans = scan_of(wall(35.3), 3), scan_of(wall(35.0), 4)
    found = noise_by_place(difference(scans[0][0], scans[1][0], noise=noise_of(*scans)))
    across = found["edge_displacement"].sel(direction="across")
    assert ((across > 0.95 * 0.3) & (across < 1.6 * 0.3)).all()


def test_noise_near_the_axis_is_that_of_the_rings(
    still: tuple[xr.Dataset, xr.Dataset, xr.Dataset], place: xr.Dataset
) -> None:
    """In units of its noise by place a difference scatters by 1 everywhere; by the noise of its slice by half as much again near the axis."""
    after, before, noise = still
    plain = difference(after, before, noise=noise)
    record = difference(after, before, noise=noise, place_noise=place, edge_limit=2.0)
    y, x = (np.arange(n) - 0.5 * (n - 1) for n in SHAPE[1:])
    away = np.hypot(y[:, None], x[None, :])
    by_slice = plain["attenuation_change"] / plain["attenuation_noise"]
    by_place = by_slice / record["noise_factor"].astype(np.float32)
    # near the axis a few dozen independent values are there to measure by, and as few to judge by
    for low, high, off in ((4, 8, 0.4), (8, 16, 0.25), (16, 30, 0.15), (30, 48, 0.12)):
        ring = xr.DataArray((away >= low) & (away < high), dims=("y", "x"))
        inside = record["trusted"] & ring
        assert float(by_place.where(inside).std()) == pytest.approx(1.0, abs=off)
    near = xr.DataArray((away >= 4) & (away < 8), dims=("y", "x"))
    assert float(by_slice.where(record["trusted"] & near).std()) > 1.3


def test_false_grains_of_rings_and_faces_no_longer_set_the_threshold(
    still: tuple[xr.Dataset, xr.Dataset, xr.Dataset], place: xr.Dataset
) -> None:
    after, before, noise = still
    levels = np.arange(2.0, 30.0, 0.25)
    found = [
        calibrate_threshold(null_from_scans(difference(after, before, noise=noise, **how)), thresholds=levels)
        for how in ({}, {"place_noise": place, "edge_limit": 2.0})
    ]
    by_slice, by_place = (float(one.attrs["chosen_threshold"]) for one in found)
    assert by_place <= 4.5
    assert by_slice > by_place + 2


def test_what_an_edge_makes_doubtful_is_counted(
    still: tuple[xr.Dataset, xr.Dataset, xr.Dataset], place: xr.Dataset
) -> None:
    after, before, noise = still
    record = difference(after, before, noise=noise, place_noise=place, edge_limit=2.0)
    assert not record["trusted"].to_numpy()[int(FACE), 50:60, 80:90].any()
    assert float(record["distrusted_voxels"][int(FACE)]) > 0.9 * 112 * 112
    # far from the face only the axis is left out
    assert 20 < float(record["distrusted_voxels"][30]) < 40
    whole = record["trusted_voxels"] + record["distrusted_voxels"]
    assert (whole == 112 * 112).all()
    assert (record["trusted_voxels"] == record["trusted"].sum(("y", "x"))).all()


def test_a_material_that_takes_no_part_is_left_out_and_not_doubtful(
    still: tuple[xr.Dataset, xr.Dataset, xr.Dataset], place: xr.Dataset
) -> None:
    after, before, noise = still
    record = difference(after, before, noise=noise, place_noise=place, largest_attenuation=0.5 * CERAMIC)
    assert not record["trusted"].to_numpy()[: int(FACE) - 2].any()
    assert (record["distrusted_voxels"][: int(FACE) - 4] == 0).all()
    assert record["trusted"].to_numpy()[30, 20:30, 20:30].all()


def test_a_slice_is_judged_by_the_others(still: tuple[xr.Dataset, xr.Dataset, xr.Dataset], place: xr.Dataset) -> None:
    after, before, noise = still
    factor = np.stack([np.full(place.sizes["radius"], value) for value in (1.0, 3.0)])
    told = place.assign(
        noise_factor=(("kind", "radius"), factor), edge_displacement=xr.zeros_like(place["edge_displacement"])
    )
    made = difference(after, before, noise=noise, place_noise=told)["noise_factor"]
    assert (made[:8] == 3).all()
    assert (made[8:16] == 1).all()
    assert (made[16:24] == 3).all()


def test_slabs_measure_and_judge_as_the_whole(
    still: tuple[xr.Dataset, xr.Dataset, xr.Dataset], place: xr.Dataset
) -> None:
    after, before, noise = still
    cut = noise_by_place(difference_slabs(after, before, noise=noise, slab=6), SHAPE)
    for name in ("noise_factor", "edge_displacement"):
        assert cut[name].to_numpy() == pytest.approx(place[name].to_numpy(), rel=1e-6)
    options = {"noise": noise, "place_noise": place, "edge_limit": 2.0, "largest_attenuation": "5 cm-1"}
    whole = difference(after, before, **options)
    for z, part in difference_slabs(after, before, slab=7, **options):
        for name in ("trusted", "noise_factor", "trusted_voxels", "distrusted_voxels"):
            assert np.array_equal(part[name].to_numpy(), whole[name].isel(z=z).to_numpy())


def test_changes_hardly_raise_noise_measured_on_the_pair_itself(place: xr.Dataset) -> None:
    """Grains in four per cent of the liquid, and no scans at rest to learn from."""
    random = np.random.default_rng(5)
    changed = truth_of(SHAPE)
    for centre in random.uniform((18, 12, 12), (36, 100, 100), (40, 3)).astype(int):
        z, y, x = (slice(c - 2, c + 3) for c in centre)
        changed[z, y, x] += POTASSIUM - LIQUID
    scans = scan_of(changed, 6), scan_of(truth_of(SHAPE), 7)
    own = noise_by_place(difference(scans[0][0], scans[1][0], noise=noise_of(*scans)))
    outer = place["radius_voxels"] > 8
    ratio = (own["noise_factor"] / place["noise_factor"]).where(outer)
    assert 0.85 < float(ratio.mean()) < 1.2
    assert "itself" in own.attrs["measured_on"]


def test_noise_by_place_of_another_smoothing_or_size_is_refused(
    still: tuple[xr.Dataset, xr.Dataset, xr.Dataset], place: xr.Dataset
) -> None:
    after, before, _ = still
    with pytest.raises(SchemaError, match=r"smoothing 2\b"):
        difference(after, before, smoothing=2.0, place_noise=place)
    small = [one.isel(x=slice(0, 100)) for one in (after, before)]
    with pytest.raises(SchemaError, match="112 x 100"):
        difference(*small, place_noise=place)
    with pytest.raises(SchemaError, match="shape of their volume"):
        noise_by_place(difference_slabs(after, before))
    tiny = difference(
        *(one.isel(z=slice(14, 16), y=slice(0, 12), x=slice(0, 12)) for one in (after, before)), noise=5.0
    )
    with pytest.raises(PhysicsError, match="away from edges"):
        noise_by_place(tiny)


def test_a_circle_of_zeros_does_not_make_noise_small() -> None:
    """Outside of the circle a reconstruction holds 0, and an interpolated one nearly 0."""
    halves = [one["attenuation"].to_numpy().copy() for one in halves_of(np.full((12, 64, 64), LIQUID), 20.0, 8)]
    inside = noise_from_halves(*(volume_of(one) for one in halves), smoothing=1.5)["attenuation_noise"]
    y, x = (np.arange(64) - 31.5 for _ in range(2))
    beyond = np.hypot(y[:, None], x[None, :]) > 26
    tiny = reconstruction_noise((12, 64, 64), 1e-5, 9)
    for place, one in enumerate(halves):
        one[:, beyond] = (tiny * place)[:, beyond]
    cut = noise_from_halves(*(volume_of(one) for one in halves), smoothing=1.5)["attenuation_noise"]
    assert float(cut.mean()) == pytest.approx(float(inside.mean()), rel=0.1)


def test_grains_are_found_by_the_noise_of_their_place(
    still: tuple[xr.Dataset, xr.Dataset, xr.Dataset], place: xr.Dataset
) -> None:
    after, before, noise = still
    null = null_from_scans(difference(after, before, noise=noise, place_noise=place, largest_attenuation="5 cm-1"))
    louder = null.assign(noise_factor=(null["noise_factor"] * 2).astype(np.float16))
    options = {"smallest_voxels": 30, "copies": 25}
    found = detection_limits(null, (30.0, -60.0), ["6 um", "9 um"], (3.0, 4.0), **options)
    one = detection_limit(null, 30.0, ["6 um", "9 um"], threshold=4.0, **options)
    assert np.array_equal(one["found_share"], found[30.0, 4.0]["found_share"])
    assert (found[30.0, 3.0]["found_share"] >= found[30.0, 4.0]["found_share"]).all()
    assert float(found[-60.0, 4.0]["found_share"][1]) > 0.9
    hidden = detection_limit(louder, 30.0, ["6 um", "9 um"], threshold=4.0, **options)
    assert float(hidden["found_share"].sum()) < float(one["found_share"].sum())


def test_classes_are_less_certain_where_noise_is_larger(
    still: tuple[xr.Dataset, xr.Dataset, xr.Dataset], place: xr.Dataset
) -> None:
    after, before, noise = still
    record = difference(after, before, noise=noise, place_noise=place, largest_attenuation="5 cm-1").isel(
        z=slice(24, 32), y=slice(20, 40), x=slice(20, 40)
    )
    louder = record.assign(noise_factor=(record["noise_factor"] * 6).astype(np.float16))
    materials = {"void": 0.0, "NaK50": LIQUID, "K": POTASSIUM}
    sure, unsure = (float(classify(one, materials)["probability"].mean()) for one in (record, louder))
    assert sure > unsure + 0.05


def test_rings_fall_with_the_root_of_the_distance() -> None:
    """What the tests call rings has the law that the text says."""
    made = rings((200, 101, 101), 1)
    away = np.hypot(*np.meshgrid(np.arange(101) - 50, np.arange(101) - 50))
    spread = [made[:, np.abs(away - r) < 0.5].std() for r in (9, 36)]
    assert spread[0] / spread[1] == pytest.approx(2.0, rel=0.1)
