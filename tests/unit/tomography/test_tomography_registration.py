"""Registration: what is found, what is held, what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr
from registration_phantom import PIXEL, cell, corners, largest_error, volume

from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.tomography.registration import (
    FixedMaterial,
    RegistrationOptions,
    fixed_material,
    register,
    register_series,
    residual_map,
)

SHAPE = (40, 48, 48)
SHIFT = (0.7, -2.4, 3.3)
TURN = (0.012, 0.003, -0.002)
NOISE = 30.0
QUICK = RegistrationOptions(points=30_000)


@pytest.fixture(scope="module")
def pair() -> tuple[xr.Dataset, xr.Dataset]:
    """Pristine and later scan; 5 % of the voxels hold a grain in each alone."""
    fixed = cell(SHAPE, grains=1, changed=0.05, noise=NOISE, seed=1)
    moving = cell(SHAPE, shift=SHIFT, rotation=TURN, grains=2, changed=0.05, noise=NOISE, seed=2)
    return volume(fixed), volume(moving)


def test_motion_is_found_with_tenth_of_the_voxels_changed(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    found = register(pair[1], pair[0], options=QUICK)
    error = largest_error(found, corners(SHAPE), SHIFT, TURN)
    assert error < 0.1
    assert error < 4 * found["displacement_error"].item() / PIXEL
    assert found["condition_number"].item() < 1000
    assert found["residual_after"].item() < 0.2 * found["residual_before"].item()
    assert found["observable"].all()
    assert json.loads(found.attrs["options"])["points"] == 30_000


def test_the_stated_error_holds_noise_and_what_parts_disagree_about(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    whole = register(pair[1], pair[0], options=QUICK)
    ratio = whole["displacement_error"].item() / whole["displacement_noise"].item()
    assert 1 <= ratio < 4
    # one side moved by half a voxel against the other: noise knows nothing of it, the sectors do
    one, other = (cell(SHAPE, shift=(shift, 0, 0), grains=2, changed=0.05, noise=NOISE, seed=2) for shift in (0.0, 0.5))
    torn = np.concatenate([one[..., :24], other[..., 24:]], axis=2)
    found = register(volume(torn), pair[0], options=QUICK)
    true = np.array([[[0.0, 0, 0]], [[0.5, 0, 0]]])
    largest = max(largest_error(found, corners(SHAPE), tuple(shift[0]), (0, 0, 0)) for shift in true)
    noise, error = (found[name].item() / PIXEL for name in ("displacement_noise", "displacement_error"))
    assert noise < 0.25 * largest < error
    assert error > 1.3 * noise


def test_a_mask_of_a_few_voxels_is_refused_by_name(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    mask = np.zeros(pair[0]["attenuation"].shape, dtype=np.bool_)
    mask[20, 20, 10:20] = True
    with pytest.raises(PhysicsError, match="must hold at least 100 voxels"):
        register(pair[1], pair[0], mask=mask, options=QUICK)


def test_a_mask_thinner_than_binned_voxels_still_registers(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    field = pair[0]["attenuation"].to_numpy()
    mask = np.zeros(field.shape, dtype=np.bool_)
    mask[:, :, ::4] = True  # a quarter of each binned voxel
    options = RegistrationOptions(points=30_000, coarsest=16)
    found = register(pair[1], pair[0], mask=mask, options=options)
    assert largest_error(found, corners(SHAPE), SHIFT, TURN) < 0.1


def test_the_same_result_every_time(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    assert register(pair[1], pair[0], options=QUICK).identical(register(pair[1], pair[0], options=QUICK))


def test_blocks_of_a_volume_held_binned_give_the_same_motion(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    options = RegistrationOptions(points=30_000, working_voxels=2**15, block=16)
    found = register(pair[1], pair[0], options=options)
    assert largest_error(found, corners(SHAPE), SHIFT, TURN) < 0.1


def test_a_crop_is_laid_where_its_coordinates_say(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    cropped = pair[1].isel(z=slice(3, 45), y=slice(5, None), x=slice(0, 50))
    found = register(cropped, pair[0], options=QUICK)
    assert largest_error(found, corners(SHAPE), SHIFT, TURN) < 0.15


def test_a_gain_and_an_offset_do_not_move_anything(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    other = pair[1].assign(attenuation=pair[1]["attenuation"] * 1.2 + 40)
    found = register(other, pair[0], options=QUICK)
    assert largest_error(found, corners(SHAPE), SHIFT, TURN) < 0.1
    assert found["grey_gain"].item() == pytest.approx(1.2, abs=0.02)
    assert found["grey_offset"].item() == pytest.approx(40, abs=5)


def test_missing_voxels_are_left_out(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    holed = pair[1].copy(deep=True)
    holed["attenuation"][10:20, 20:30, 20:30] = np.nan
    found = register(holed, pair[0], options=QUICK)
    assert largest_error(found, corners(SHAPE), SHIFT, TURN) < 0.1
    assert found["overlap"].item() < 1


def test_a_large_rotation_needs_a_wide_search(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    turn = (0.6, 0.0, 0.0)
    turned = volume(cell(SHAPE, rotation=turn, noise=NOISE, seed=5))
    found = register(turned, pair[0], options=RegistrationOptions(points=30_000, angle_range=np.pi, coarsest=32))
    assert largest_error(found, corners(SHAPE), (0, 0, 0), turn) < 0.2


@pytest.mark.parametrize("noise", [0.0, 30.0, 200.0])
def test_rotation_of_a_plain_cylinder_is_held_at_zero(noise: float) -> None:
    y, x = np.meshgrid(np.arange(48) - 23.5, np.arange(48) - 23.5, indexing="ij")

    def cylinder(dy: float, dx: float, seed: int) -> xr.Dataset:
        plane = 1000 / (1 + np.exp(-1.7 * (17 - np.hypot(y - dy, x - dx))))
        random = np.random.default_rng(seed)
        return volume(np.stack([plane] * 32) + noise * random.standard_normal((32, 48, 48)))

    with pytest.warns(DataQualityWarning, match=r"cannot be observed.*shift_z, rotation_z") as caught:
        found = register(cylinder(1.3, -2.2, 1), cylinder(0, 0, 2), options=QUICK)
    assert caught[0].filename == __file__
    assert found["shift"].to_numpy()[0, 0] == 0.0
    assert found["rotation"].to_numpy()[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert np.isinf(found["rotation_error"].to_numpy()[0, 0])
    assert np.isinf(found["shift_error"].to_numpy()[0, 0])
    assert np.isinf(found["condition_number"].item())
    assert np.isinf(found["displacement_error"].item())
    np.testing.assert_allclose(found["shift"].to_numpy()[0, 1:] / PIXEL, [1.3, -2.2], atol=0.05)
    assert np.isfinite(found["rotation_error"].to_numpy()[0, 1:]).all()
    assert found["observable"].to_numpy()[0].tolist() == [False, True, True, False, True, True]


def test_noise_alone_tells_nothing() -> None:
    random = np.random.default_rng(3)
    one, two = (volume(random.standard_normal((32, 32, 32))) for _ in range(2))
    with pytest.warns(DataQualityWarning) as caught:
        found = register(one, two, options=QUICK)
    assert any("hardly resemble" in str(warning.message) for warning in caught)
    assert not found["observable"].any()
    assert (found["shift"] == 0).all()


def test_a_homogeneous_mask_fixes_nothing(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    inside = xr.zeros_like(pair[0]["attenuation"], dtype=bool)
    inside[34:42, 24:32, 24:32] = True
    even = volume(np.random.default_rng(1).normal(65, 5, SHAPE))
    with pytest.warns(DataQualityWarning) as caught:
        found = register(volume(np.random.default_rng(2).normal(65, 5, SHAPE)), even, mask=inside, options=QUICK)
    assert any("cannot be observed" in str(warning.message) for warning in caught)
    assert np.isinf(found["displacement_error"].item())


def test_mask_of_the_electrolyte_ignores_a_moved_anode() -> None:
    fixed = cell(SHAPE, grains=4, changed=0.2, noise=10, seed=1)
    later = cell(SHAPE, shift=(0.0, 1.0, 0.0), grains=4, changed=0.2, noise=10, seed=2)
    slid = cell(SHAPE, shift=(0.0, 4.0, 2.0), grains=4, changed=0.2, noise=10, seed=3)
    later[22:] = slid[22:]  # the anode went its own way
    mask = fixed_material(volume(fixed), 500, 1500, erode=-2)
    assert mask.to_numpy()[:15].any()
    assert not mask.to_numpy()[24:].any()
    for given in (mask, FixedMaterial(lower=500, upper=1500, erode=-2), mask.to_numpy()):
        found = register(volume(later), volume(fixed), mask=given, options=QUICK)
        np.testing.assert_allclose(found["shift"].to_numpy()[0, 1:] / PIXEL, [1.0, 0.0], atol=0.05)


def test_fixed_material_erodes_and_grows() -> None:
    box = np.zeros((20, 20, 20))
    box[5:15, 5:15, 5:15] = 1000.0
    plain, less, more = (
        int(fixed_material(volume(box), "5 cm-1", "15 cm-1", erode, smoothing=0).sum()) for erode in (0, 2, -1)
    )
    assert plain == 1000
    assert less == 6**3
    assert more == 1000 + 6 * 100
    with pytest.raises(PhysicsError, match="no voxel"):
        fixed_material(volume(box), 5000, 6000)
    with pytest.raises(SchemaError, match="lower must be below"):
        fixed_material(volume(box), 2, 1)


def test_fixed_material_does_not_depend_on_the_slab(monkeypatch: pytest.MonkeyPatch) -> None:
    box = volume(cell((40, 32, 32), noise=60))
    whole = fixed_material(box, 500, 1500, 1)
    monkeypatch.setattr("alkanode.tomography.registration.slabs.SLAB_VOXELS", 1)
    assert whole.identical(fixed_material(box, 500, 1500, 1))


def test_series_against_the_pristine_scan(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    found = register_series({"pristine": pair[0], "plated": pair[1]}, options=QUICK)
    assert found["scan"].to_numpy().tolist() == ["pristine", "plated"]
    assert (found["shift"].sel(scan="pristine") == 0).all()
    assert found["displacement"].sel(scan="pristine").item() == 0
    single = register(pair[1], pair[0], options=QUICK)
    np.testing.assert_array_equal(found["shift"].sel(scan="plated"), single["shift"][0])
    back = register_series([pair[0], pair[1]], to=1, options=QUICK)
    assert (back["shift"][1] == 0).all()
    np.testing.assert_allclose(back["rotation"][0], -single["rotation"][0], atol=2e-3)
    with pytest.raises(SchemaError, match="one of the scans"):
        register_series([pair[0]], to=3)


def test_start_can_be_given(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    start = (np.array(SHIFT) * PIXEL, np.array(TURN))
    found = register(pair[1], pair[0], start=start, options=QUICK)
    assert largest_error(found, corners(SHAPE), SHIFT, TURN) < 0.1
    for wrong in ("guess", ([1, 2], [0, 0, 0]), ([np.nan, 0, 0], [0, 0, 0])):
        with pytest.raises(SchemaError, match="start"):
            register(pair[1], pair[0], start=wrong, options=QUICK)


def test_volumes_that_do_not_fit_are_refused(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    fixed, moving = pair
    with pytest.raises(SchemaError, match="coordinates z, y, x"):
        register(moving.drop_vars(["z", "y", "x"]), fixed)
    with pytest.raises(SchemaError, match="one size"):
        register(moving.assign_coords({axis: moving[axis] * 1.01 for axis in "zyx"}), fixed)
    with pytest.raises(SchemaError, match="cubic"):
        register(moving.assign_coords(z=moving["z"] * 2), fixed)
    with pytest.raises(SchemaError, match="one flag for each voxel"):
        register(moving, fixed, mask=np.ones((3, 3, 3), dtype=bool))
    with pytest.raises(PhysicsError, match="mask must hold voxels"):
        register(moving, fixed, mask=np.zeros(SHAPE, dtype=bool))
    with pytest.raises(PhysicsError, match="overlap"):
        register(moving.assign_coords(x=moving["x"] + 1e-3), fixed, start="none")
    with pytest.raises(PhysicsError, match="finite"):
        register(moving, fixed.assign(attenuation=fixed["attenuation"] * np.nan))
    with pytest.raises(PhysicsError, match="finite"):
        register(moving.assign(attenuation=moving["attenuation"] * np.nan), fixed)


@pytest.mark.parametrize(
    "wrong",
    [
        {"points": 10},
        {"smoothing": -1},
        {"grey": "colour"},
        {"angle_range": 7},
        {"artefact": 1.5},
        {"tolerance": 0},
        {"block": 1},
    ],
)
def test_options_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(SchemaError, match=next(iter(wrong))):
        RegistrationOptions(**wrong)


def test_no_convergence_is_said(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    with pytest.warns(DataQualityWarning, match="did not converge in 1 steps"):
        register(pair[1], pair[0], options=RegistrationOptions(points=5000, iterations=1))


def test_residual_map_shows_what_is_not_rigid(pair: tuple[xr.Dataset, xr.Dataset]) -> None:
    found = register(pair[1], pair[0], options=QUICK)
    rigid = residual_map(pair[1], pair[0], found, cell=16)
    assert rigid.attrs["excess"] < 2.5
    assert np.nanmax(rigid["residual_after"]) < np.nanmax(rigid["residual_before"])
    wrong = found.copy(deep=True)
    wrong["shift"][0, 2] += 0.4 * PIXEL
    off = residual_map(pair[1], pair[0], wrong, cell=16)
    assert off.attrs["excess"] > 5 * rigid.attrs["excess"]
    sure = off["local_shift_error"].sel(component="x") < 0.05 * PIXEL
    assert sure.any()
    shift = off["local_shift"].sel(component="x").where(sure).median().item() / PIXEL
    assert shift == pytest.approx(-0.4, abs=0.1)
    with pytest.raises(SchemaError, match="4 voxels"):
        residual_map(pair[1], pair[0], found, cell=2)
