"""Interface, displaced matter, conserved attenuation and cracks, in volumes whose truth is known."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr
from grain_scenes import (
    CARBON,
    ELECTROLYTE,
    LIQUID,
    PIXEL,
    POTASSIUM,
    axes,
    beyond,
    change_map,
    difference,
    places,
    soft,
    volume,
)
from scipy import ndimage

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.impedance import constriction
from alkanode.tomography.grains import (
    ContactLayer,
    CrackRule,
    DipoleRule,
    attenuation_conservation,
    balance_estimate,
    constriction_inputs,
    contact_estimates,
    crack_estimate,
    cracks,
    dipole_test,
    interface_contact,
    interface_plane,
    label_grains,
)
from alkanode.tomography.grains.void_pattern import correlation_length

CELL = (44, 128, 128)
SLOPE_Y, SLOPE_X, HEIGHT = 0.02, -0.01, 14.3


def cell(side: int, *, noise: float = 60.0, voids: np.ndarray | None = None, seed: int = 0) -> xr.Dataset:
    """Liquid on one side of a tilted plane, electrolyte on the other, voids of the full depth of ten voxels between."""
    z, y, x = places(CELL)
    depth = side * (z - HEIGHT - SLOPE_Y * (y - 63.5) - SLOPE_X * (x - 63.5))
    values = ELECTROLYTE - (ELECTROLYTE - LIQUID) * np.clip(depth + 0.5, 0, 1)
    if voids is not None:
        values = np.where((depth > 0.5) & (depth < 10) & voids, 0.0, values)
    return volume(values + np.random.default_rng(seed).normal(0, noise, CELL))


@pytest.mark.parametrize("side", [1, -1])
def test_the_plane_is_found_within_its_errors(side: int) -> None:
    found = interface_plane(cell(side), column=8)
    assert int(found["anode_side"]) == side
    height = HEIGHT * PIXEL
    assert abs(float(found["plane_height"]) - height) < 4 * float(found["plane_height_error"])
    for name, slope in (("y", SLOPE_Y), ("x", SLOPE_X)):
        one = found.sel(direction=name)
        assert abs(float(one["plane_slope"]) - slope) < 4 * float(one["plane_slope_error"])
    assert float(found["plane_height_error"]) < 0.05 * PIXEL


def test_pits_do_not_tilt_the_plane_and_the_slab_changes_nothing() -> None:
    scene = cell(1).copy(deep=True)
    scene["attenuation"][5:30, 80:110, 80:110] = LIQUID
    found = interface_plane(scene, column=8, slab=5)
    assert found.identical(interface_plane(scene, column=8, slab=100))
    np.testing.assert_allclose(found["plane_slope"], [SLOPE_Y, SLOPE_X], atol=0.002)


def test_no_plane_is_invented() -> None:
    random = np.random.default_rng(1)
    with pytest.raises(PhysicsError, match="stand out"):
        interface_plane(volume(random.normal(65.0, 60.0, CELL)))
    middle = np.full(CELL, ELECTROLYTE)
    middle[15:30] = LIQUID
    with pytest.raises(PhysicsError, match="both ends"):
        interface_plane(volume(middle))
    with pytest.raises(PhysicsError, match="columns"):
        interface_plane(cell(1), column=64)
    scene = cell(1).copy(deep=True)
    scene["attenuation"][:, :64] = LIQUID
    with pytest.warns(DataQualityWarning, match="no jump"):
        interface_plane(scene, column=8, electrolyte_attenuation=ELECTROLYTE, anode_attenuation=LIQUID, anode_side=1)


def lattice(spacing: int, radius: float) -> np.ndarray:
    _, y, x = places((1, *CELL[1:]))
    near = [(one[0] + spacing / 2) % spacing - spacing / 2 for one in (y - spacing / 2, x - spacing / 2)]
    return np.hypot(*near) <= radius


def test_contact_and_spacing_of_a_lattice_of_voids_and_what_impedance_makes_of_them() -> None:
    voids = lattice(32, 8.0)
    layer = ContactLayer(radius=1.5)
    scene = cell(1, voids=voids, noise=30.0)
    found = interface_contact(
        [cell(1, noise=30.0), scene], interface_plane(scene), metal_attenuation=LIQUID, layer=layer
    )
    assert found["pattern"].values.tolist() == ["no voids", "voids in contact"]
    assert float(found["contact_area_fraction"][0]) == 1.0
    late = found.isel(scan=1)
    assert float(late["contact_area_fraction"]) == pytest.approx(1 - voids.mean(), abs=0.01)
    low, high = late["contact_area_fraction_interval"].values
    assert low < 1 - voids.mean() < high
    assert float(late["void_spacing"]) == pytest.approx(32 * PIXEL, rel=0.01)
    assert float(late["contact_spacing"]) == pytest.approx(32 * PIXEL / np.sqrt(np.pi), rel=0.01)
    assert float(late["void_diameter"]) == pytest.approx(16 * PIXEL, rel=0.05)
    inputs = constriction_inputs(found)
    share = inputs.pop("area_fraction")
    expected = constriction(
        1 - voids.mean(),
        resistivity="1000 ohm cm",
        spacing=32 * PIXEL / np.sqrt(np.pi),
        void_depth="5 um",
        frequency=[1.0],
    )
    got = constriction(share, resistivity="1000 ohm cm", void_depth="5 um", frequency=[1.0], **inputs)
    assert float(got["constriction_resistance"][0]) == pytest.approx(
        float(expected["constriction_resistance"][0]), rel=0.1
    )
    assert contact_estimates(found)["contact_spacing"].value == inputs["spacing"]
    with pytest.raises(PhysicsError, match="no voids"):
        constriction_inputs(found, scan=0)


def test_islands_of_contact_are_counted_as_such() -> None:
    scene = cell(1, voids=~lattice(32, 7.0), noise=10.0)
    found = interface_contact(scene, interface_plane(cell(1)), metal_attenuation=LIQUID, layer=ContactLayer(radius=1.5))
    assert found["pattern"].item() == "islands of contact"
    assert found["contact_spacing"].item() == pytest.approx(32 * PIXEL / np.sqrt(np.pi), rel=0.02)
    assert found["contact_radius"].item() == pytest.approx(7 * PIXEL, rel=0.06)


def test_contact_is_refused_where_noise_or_the_volume_cannot_show_it() -> None:
    with pytest.raises(PhysicsError, match="standard deviations"):
        interface_contact(cell(1, noise=600.0), HEIGHT * PIXEL, metal_attenuation=LIQUID)
    with pytest.raises(PhysicsError, match="within the volume"):
        interface_contact(cell(1), 42 * PIXEL, metal_attenuation=LIQUID)
    with pytest.raises(SchemaError, match="more than a void"):
        interface_contact(cell(1), HEIGHT * PIXEL, metal_attenuation=0.0)


def test_correlation_length_of_a_smoothed_field() -> None:
    # sign of Gaussian noise smoothed with s: covariance (2/pi) asin(exp(-r^2/(4 s^2))) is at 1/e for r = 2 s sqrt(-ln sin(pi/2e))
    field = ndimage.gaussian_filter(np.random.default_rng(2).normal(size=(512, 512)), 4.0, mode="wrap")
    expected = 2 * 4.0 * np.sqrt(-np.log(np.sin(np.pi / (2 * np.e))))
    assert correlation_length(field > 0, np.ones(field.shape, bool)) == pytest.approx(expected, rel=0.05)
    assert np.isnan(correlation_length(np.ones((9, 9), bool), np.ones((9, 9), bool)))


FIBRES = (48, 120, 120)


def fibres(moved: bool, shift: tuple[float, float, float]) -> np.ndarray:
    """Five straight fibres along x in liquid, of which two can move."""
    z, y, _ = places(FIBRES)
    values = np.full(FIBRES, LIQUID)
    for i in range(5):
        u = np.array(shift if moved and i in (1, 3) else (0.0, 0.0, 0.0))
        inside = soft(np.hypot(z - 14 - 5 * (i % 3) - u[0], y - 14 - 22 * i - u[1]) - 4.0)
        values += (CARBON - LIQUID) * inside
    return values


def test_a_moved_fibre_is_told_from_new_grains_with_its_displacement() -> None:
    shift = (0.8, 1.6, 0.0)
    before, after = fibres(False, shift), fibres(True, shift)
    z, y, x = places(FIBRES)
    # two pairs of real grains: potassium beside a void, at fibres that stay
    for centre, level in (
        ((14, 22, 30), POTASSIUM),
        ((14, 22, 42), 0.0),
        ((24, 66, 80), POTASSIUM),
        ((24, 66, 92), 0.0),
    ):
        inside = soft(np.sqrt((z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2) - 4.5)
        after = after * (1 - inside) + level * inside
    record, noise = difference(before, after, noise=15.0, seed=3)
    signs = beyond(record, 4 * noise)
    tested = dipole_test(record, label_grains(signs, smallest=30), signs)
    long = (tested["principal_length"][:, 0] > 60 * PIXEL).values
    assert long.sum() == 4
    assert tested["displaced"].values.tolist() == long.tolist()
    found = tested["displacement_vector"].values[long] / PIXEL
    np.testing.assert_allclose(found[:, :2], np.tile(shift[:2], (4, 1)), atol=0.25)
    partner = tested["dipole_partner"].values
    assert (tested["sign"].values[partner[long]] == -tested["sign"].values[long]).all()
    said = json.loads(tested.attrs["dipole_test"])
    assert said["false_rate_measured"] <= said["false_rate"]
    assert said["limit"] >= DipoleRule().least_share


def test_a_fringe_that_grows_is_a_fringe_and_no_displacement() -> None:
    plain = ndimage.gaussian_filter(fibres(False, (0, 0, 0)), 1.0)
    edge = -ndimage.laplace(plain)
    record, noise = difference(plain + 0.5 * edge, plain + 3.0 * edge, noise=4.0, smoothing=1.0, seed=4)
    signs = beyond(record, 4 * noise)
    tested = dipole_test(record, label_grains(signs, smallest=100), signs)
    assert tested.sizes["grain"] >= 5
    assert not tested["displaced"].any()
    volume_of = tested["grain_volume"].values
    assert volume_of[tested["fringe"].values].sum() > 0.6 * volume_of.sum()


def test_a_lone_grain_is_not_tested_and_no_room_is_said() -> None:
    before = np.full((20, 30, 30), LIQUID)
    after = before.copy()
    after[8:12, 8:12, 8:12] = POTASSIUM
    record, _ = difference(before, after)
    signs = beyond(record, 10.0)
    lone = dipole_test(record, label_grains(signs), signs)
    assert not lone["displaced"].any()
    assert lone["dipole_partner"].values.tolist() == [-1]
    assert lone["dipole_score"].isnull().all()
    after[8:12, 8:12, 14:18] = 0.0
    record, _ = difference(before, after)
    signs = beyond(record, 10.0)
    with pytest.warns(DataQualityWarning, match="unrelated placements of 200"):
        dipole_test(record, label_grains(signs), signs)


CAPACITY = 18.0  # C/m2, 0.5 mAh/cm2


def test_attenuation_lost_is_that_of_the_sodium_that_left() -> None:
    shape = (40, 96, 96)
    lost = 2.0
    change = np.zeros(shape)
    change[5:25] = -lost
    record, _ = difference(np.full(shape, LIQUID), LIQUID + change, noise=3.0, smoothing=0.0)
    per_area = 20 * PIXEL * lost
    coefficient = 0.0326
    # the charge that takes this much sodium: -B z F/((mu/rho) M)
    capacity = per_area * 96485.33212 / (coefficient * 22.98976928e-3)
    balance = attenuation_conservation(
        record, areal_capacity=capacity, mass_attenuation=coefficient, flat_error=0.0, between=(0.0, 30 * PIXEL)
    )
    assert float(balance["attenuation_balance"]) == pytest.approx(-per_area, abs=5 * float(balance["balance_noise"]))
    estimate = balance_estimate(balance)
    assert estimate.value == pytest.approx(1.0, abs=0.02)
    assert estimate.interval is not None
    assert estimate.interval[0] < 1.0 < estimate.interval[1]


def test_flats_that_are_off_take_the_size_of_the_signal() -> None:
    # a field of 4 mm and an anode of 250 um at the pixel of 1.3 um, seen on coarser voxels
    shape, step = (24, 385, 385), 10.4e-6
    zero = np.zeros(shape, dtype=np.float32)
    axis = (np.arange(385) - 192) * step
    record = label(
        xr.Dataset(
            dict.fromkeys(("attenuation_before", "attenuation_after", "attenuation_change"), (("z", "y", "x"), zero))
            | {"attenuation_noise": ("z", np.ones(24)), "photon_energy": 45e3 * 1.602176634e-19},
            coords={"z": np.arange(24) * step, "y": axis, "x": axis},
        ),
        "difference",
    )
    balance = attenuation_conservation(record, areal_capacity="0.5 mAh cm-2", flat_error=1e-3, radius=1.0)
    # 0.5 mAh/cm2 are 4.3e-4 g/cm2 of sodium, 0.326 cm2/g each
    assert float(balance["expected_balance"]) == pytest.approx(-1.4e-4, rel=0.01)
    share = float(balance["flat_balance_error"]) / -float(balance["expected_balance"])
    assert 0.3 < share < 0.7
    assert balance_estimate(balance).value == 0.0
    worse = attenuation_conservation(record, areal_capacity="0.5 mAh cm-2", flat_error=5e-3)
    said = balance_estimate(worse)
    assert said.value is None
    assert said.label.startswith("cannot say")


def test_the_error_of_flats_is_what_a_constant_line_integral_reconstructs_to() -> None:
    # rays through e/(pi sqrt(R^2 - r^2)) all give e; its sum within the circle follows from the formula
    radius, offset, n = 1.0, 1e-3, 2001
    axis = (np.arange(n) - (n - 1) / 2) * 2 * radius / n
    square = radius**2 - axis[:, None] ** 2 - axis[None, :] ** 2
    field = np.where(square > 0, offset / (np.pi * np.sqrt(np.where(square > 0, square, 1.0))), 0.0)
    rays = field.sum(axis=0)[200:-200] * 2 * radius / n
    assert np.abs(rays / offset - 1.0).mean() < 0.02
    inner = 0.9 * radius
    within = axis[:, None] ** 2 + axis[None, :] ** 2 <= inner**2
    total = field[within].sum() * (2 * radius / n) ** 2
    assert total == pytest.approx(2 * offset * (radius - np.sqrt(radius**2 - inner**2)), rel=0.01)


def test_a_balance_needs_its_energy_and_slices() -> None:
    record, _ = difference(np.zeros((4, 8, 8)), np.zeros((4, 8, 8)))
    with pytest.raises(PhysicsError, match="energy"):
        attenuation_conservation(record, areal_capacity=CAPACITY)
    with pytest.raises(PhysicsError, match="hold slices"):
        attenuation_conservation(record, areal_capacity=CAPACITY, mass_attenuation=0.03, between=(1.0, 2.0))
    with pytest.raises(SchemaError, match="flats"):
        attenuation_conservation(record, areal_capacity=CAPACITY, mass_attenuation=0.03, flat_error=-1.0)


PELLET = (44, 100, 100)


def pellet(width: float, *, noise: float = 200.0, pores: int = 4, seed: int = 0, draw: int = 9) -> xr.Dataset:
    """Electrolyte with pores and one slanted crack of some voxels' width, blurred by one voxel."""
    random = np.random.default_rng(seed)
    z, y, x = places(PELLET)
    off = np.abs((y - 50) * 0.8 + (z - 18) * 0.6)
    share = np.clip(np.minimum(off + 0.5, width / 2) - np.maximum(off - 0.5, -width / 2), 0, 1)
    values = ELECTROLYTE * (1 - share * ((x > 25) & (x < 75) & (z > 3) & (z < 30)))
    for _ in range(pores):
        centre = random.uniform([4, 20, 20], [28, 80, 80])
        values = np.where((z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2 < 9, 0.0, values)
    values[36:] = LIQUID
    return volume(ndimage.gaussian_filter(values, 1.0) + np.random.default_rng([seed, draw]).normal(0, noise, PELLET))


EDGE = 35.5 * PIXEL


@pytest.mark.parametrize("width", [0.6, 1.0, 2.0])
def test_a_crack_is_found_with_its_opening_and_direction(width: float) -> None:
    found = cracks(pellet(width), EDGE, electrolyte_attenuation=ELECTROLYTE)
    assert found.sizes["crack"] == 1
    assert float(found["opening"][0]) == pytest.approx(width * PIXEL, rel=0.2)
    assert abs(float(found["normal"].values[0] @ np.array([0.6, 0.8, 0.0]))) > 0.99
    assert float(found["crack_area"][0]) == pytest.approx(49 * 26 / 0.8 * PIXEL**2, rel=0.2)
    assert crack_estimate(found).value == float(found["opening"][0])


def test_pores_are_no_cracks_and_nothing_found_is_a_bound() -> None:
    found = cracks(pellet(0.0), EDGE, electrolyte_attenuation=ELECTROLYTE)
    assert found.sizes["crack"] == 0
    assert found.attrs["dark_regions"] >= 3
    estimate = crack_estimate(found)
    assert estimate.value == 0.0
    assert estimate.interval is not None
    assert 0.2 * PIXEL < estimate.interval[1] < 1.0 * PIXEL
    assert estimate.label.startswith("measured: none found")


def test_the_stated_limit_grows_with_noise_and_is_kept() -> None:
    quiet, loud = (cracks(pellet(0.0, noise=one), EDGE, electrolyte_attenuation=ELECTROLYTE) for one in (100.0, 400.0))
    low, high = (float(one["smallest_opening"].median()) for one in (quiet, loud))
    assert high == pytest.approx(4 * low, rel=0.15)
    for seed in range(5):
        scene = pellet(high / PIXEL, noise=400.0, pores=0, seed=seed)
        assert cracks(scene, EDGE, electrolyte_attenuation=ELECTROLYTE).sizes["crack"] >= 1


def test_a_volume_before_takes_out_what_was_there_and_the_slab_changes_nothing() -> None:
    options = {"electrolyte_attenuation": ELECTROLYTE, "before": pellet(0.0, seed=5, draw=10)}
    found = cracks(pellet(1.5, seed=5), EDGE, slab=6, **options)  # type: ignore[arg-type]
    assert found.sizes["crack"] == 1
    assert found.attrs["dark_regions"] == 0
    whole = cracks(pellet(1.5, seed=5), EDGE, **options)  # type: ignore[arg-type]
    np.testing.assert_allclose(found["opening"], whole["opening"], rtol=1e-5)


def test_cracks_need_an_electrolyte() -> None:
    with pytest.raises(PhysicsError, match="anode_side"):
        cracks(pellet(0.0), -10 * PIXEL, electrolyte_attenuation=ELECTROLYTE)
    with pytest.raises(SchemaError, match="positive"):
        cracks(pellet(0.0), EDGE, electrolyte_attenuation=0.0)
    with pytest.raises(SchemaError, match="flatness"):
        CrackRule(flatness=0.5)


def test_axes_of_the_scenes_are_those_of_the_package() -> None:
    coords = axes((3, 4, 5))
    assert change_map(np.zeros((3, 4, 5)))["y"].values.tolist() == coords["y"].tolist()
