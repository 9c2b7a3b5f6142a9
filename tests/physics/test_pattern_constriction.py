"""Constriction of maps and boxes against the series for round spots, Holm's lone spot and exact limits."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from contact_maps import contact_record, disc, hexagonal_discs
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError, UnitsError
from alkanode.impedance import (
    constriction,
    constriction_resistance,
    pattern_constriction,
    pattern_constriction_estimate,
    spot_resistance,
    voxel_conduction,
    voxel_conduction_estimate,
)

SIDE = 1e-5


def lattice(short: int, share: float) -> tuple[xr.Dataset, float]:
    """A hexagonal lattice of spots and the radius of the round cell of one."""
    pattern = hexagonal_discs(short, share)
    pixel = SIDE / short
    spacing = float(np.sqrt(pattern.size * pixel**2 / 2 / np.pi))
    return contact_record(pattern, pixel, spacing=spacing), spacing


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_evenly_spread_spots_meet_the_series(share: float) -> None:
    record, spacing = lattice(128, share)
    found = pattern_constriction(record, resistivity="1000 ohm cm")
    series = float(constriction_resistance(share, resistivity=10.0, spacing=spacing))
    assert found["constriction_resistance"].item() == pytest.approx(series, rel=0.01)
    assert found["constriction_formula"].item() == pytest.approx(series, rel=1e-3)


def test_holm_spot_is_the_limit_of_small_pixels() -> None:
    """rho/(4 a) with the correction for the box; the error falls with the size of a pixel against the spot."""
    errors = []
    for radius in (4, 8, 16):
        pattern = disc(16 * radius, np.pi / 256)
        found = pattern_constriction(contact_record(pattern, 1e-6), resistivity=1.0)
        area = pattern.size * 1e-12
        even = np.sqrt(pattern.sum() * 1e-12 / np.pi)
        in_box = 1 - 1.40978 * np.sqrt(pattern.mean()) + 0.34406 * pattern.mean() ** 1.5
        lone = float(spot_resistance(1.0, even)) * in_box
        errors.append(found["constriction_resistance"].item() / area / lone - 1)
    assert np.abs(errors).max() < 0.03
    assert np.log2(errors[1] / errors[2]) == pytest.approx(1.0, abs=0.4)
    assert abs(2 * errors[2] - errors[1]) < 0.004


def test_error_falls_with_the_first_power_of_a_pixel() -> None:
    found = pattern_constriction(contact_record(disc(48, 0.2), 1e-6), resistivity=1.0, refinements=(1, 2, 4, 8))
    steps = np.diff(found["refined_resistance"].to_numpy())
    assert (steps < 0).all()
    assert np.log2(steps[:-1] / steps[1:]) == pytest.approx(0.93, abs=0.1)
    low, high = found["constriction_resistance_interval"].to_numpy()
    finer = pattern_constriction(contact_record(disc(48, 0.2), 1e-6), resistivity=1.0, refinements=(1, 2, 4, 8, 16))
    assert low <= finer["constriction_resistance"].item() <= high


def test_full_contact_has_no_constriction() -> None:
    found = pattern_constriction(contact_record(np.ones((8, 8), dtype=bool), 1e-6), resistivity=1.0)
    assert found["constriction_resistance"].item() == 0
    np.testing.assert_allclose(found["current_concentration"], 1.0)
    found = pattern_constriction(
        contact_record(np.ones((8, 8), dtype=bool), 1e-6), resistivity=1.0, contact_resistance="1 ohm cm2"
    )
    assert abs(found["constriction_resistance"].item()) < 1e-12


def test_an_even_current_costs_8_percent_more() -> None:
    """A resistance of the contact far above rho a makes the current even: 32/(3 pi^2) for lone spots."""
    share = 0.002
    record = contact_record(disc(160, share), 1e-6, spacing=160e-6 / np.sqrt(np.pi))
    perfect, even = (
        pattern_constriction(record, resistivity=1.0, contact_resistance=r)["constriction_resistance"].item()
        for r in (0.0, 1.0)
    )
    assert even / perfect == pytest.approx(32 / (3 * np.pi**2), rel=0.025)


def test_arc_of_the_voids() -> None:
    """The relaxation time is that of the solution in a round cell; at high frequency the voids are no obstacle."""
    record, spacing = lattice(48, 0.3)
    frequency = np.geomspace(1e9, 1e3, 40)
    given = {"resistivity": 10.0, "void_depth": 1e-8, "frequency": frequency}
    found = pattern_constriction(record, **given)
    cell = constriction(found["area_fraction"].item(), spacing=spacing, **given)
    loss, expected = (-one["constriction_impedance"].to_numpy().imag.ravel() for one in (found, cell))
    assert abs(int(loss.argmax()) - int(expected.argmax())) <= 1
    assert loss.max() == pytest.approx(expected.max(), rel=0.06)
    assert abs(found["constriction_impedance"][0]) < 0.1 * abs(found["constriction_impedance"][-1])


def test_clusters_cost_more_than_even_spots() -> None:
    even = contact_record(np.tile(disc(16, 0.2), (4, 4)), 1e-6)
    cluster = contact_record(disc(64, 0.2), 1e-6)
    few, one = (pattern_constriction(r, resistivity=1.0)["constriction_resistance"].item() for r in (even, cluster))
    assert one == pytest.approx(4 * few, rel=0.05)


def test_only_what_was_seen_counts() -> None:
    y, x = np.mgrid[-32:32, -32:32] + 0.5
    seen = np.hypot(y, x) < 32
    pattern = np.ones((64, 64), dtype=bool)
    pattern[~seen] = False
    found = pattern_constriction(contact_record(pattern & seen, 1e-6, seen=seen), resistivity=1.0)
    assert found["constriction_resistance"].item() == 0
    assert found.sizes["y"] == found.sizes["x"] == 46  # the largest square in a circle of 32


def test_the_headline_number_names_what_it_rests_on() -> None:
    estimate = pattern_constriction_estimate(pattern_constriction(lattice(32, 0.3)[0], resistivity=10.0))
    assert estimate.value is not None
    assert estimate.interval is not None
    assert estimate.interval[0] <= estimate.value <= estimate.interval[1]
    assert "30" in estimate.label


@settings(max_examples=10)
@given(st.floats(0.1, 100.0), st.floats(1e-7, 1e-4))
def test_resistance_scales_with_resistivity_and_pixel(rho: float, pixel: float) -> None:
    pattern = disc(12, 0.3)
    one = pattern_constriction(contact_record(pattern, 1e-6), resistivity=1.0, refinements=(1, 2))
    other = pattern_constriction(contact_record(pattern, pixel), resistivity=rho, refinements=(1, 2))
    ratio = other["constriction_resistance"].item() / one["constriction_resistance"].item()
    assert ratio == pytest.approx(rho * pixel / 1e-6, rel=1e-6)


def test_impossible_maps_are_refused() -> None:
    none = contact_record(np.zeros((8, 8), dtype=bool), 1e-6)
    some = contact_record(disc(8, 0.3), 1e-6)
    with pytest.raises(PhysicsError, match="contact in the map"):
        pattern_constriction(none, resistivity=1.0)
    with pytest.raises(PhysicsError, match="resistivity is positive"):
        pattern_constriction(some, resistivity=-1.0)
    with pytest.raises(PhysicsError, match="whole parts"):
        pattern_constriction(some, resistivity=1.0, refinements=(0,))
    with pytest.raises(PhysicsError, match="depth of the voids"):
        pattern_constriction(some, resistivity=1.0, frequency=[1.0])
    with pytest.raises(PhysicsError, match="nothing seen"):
        pattern_constriction(contact_record(disc(8, 0.3), 1e-6, seen=np.zeros((8, 8), dtype=bool)), resistivity=1.0)
    with pytest.raises(UnitsError):
        pattern_constriction(some, resistivity="10 ohm")


def box(metal: np.ndarray, size: float, sigma: float = 2.0) -> xr.Dataset:
    return label(
        xr.Dataset(
            {
                "conductivity": (("z", "y", "x"), np.where(metal, 0.0, sigma)),
                "metal": (("z", "y", "x"), metal),
            },
            coords={axis: np.arange(n) * size for axis, n in zip(("z", "y", "x"), metal.shape, strict=True)},
        ),
        "conducting_voxels",
    )


def test_a_flat_box_is_a_map() -> None:
    pattern = disc(32, 0.3)
    metal = np.zeros((33, 32, 32), dtype=bool)
    metal[0] = pattern
    voxels = box(metal, 1e-6)
    voxels["conductivity"][0] = 0.0
    found = voxel_conduction(voxels)
    flat = pattern_constriction(contact_record(pattern, 1e-6), resistivity=0.5, refinements=(1,), thickness=32e-6)
    assert found["contact_area_ratio"].item() == pytest.approx(pattern.mean())
    assert found["constriction_resistance"].item() == pytest.approx(flat["constriction_resistance"].item(), rel=0.05)


def test_a_rough_contact_has_more_area_and_a_deep_one_less_electrolyte() -> None:
    metal = np.zeros((20, 16, 16), dtype=bool)
    metal[:4] = True
    smooth = voxel_conduction(box(metal, 1e-6), contact_resistance=1e-4)
    metal[4:6, ::2] = True
    rough = voxel_conduction(box(metal, 1e-6), contact_resistance=1e-4)
    assert smooth["contact_area_ratio"].item() == pytest.approx(1.0)
    assert smooth["constriction_resistance"].item() == pytest.approx(0.0, abs=1e-9)
    assert rough["contact_area_ratio"].item() > 2.5
    assert rough["cell_area_resistance"].item() < smooth["cell_area_resistance"].item()


def test_two_sizes_of_voxels_are_extrapolated() -> None:
    records = []
    for part in (1, 2):
        metal = np.zeros((17 * part, 16 * part, 16 * part), dtype=bool)
        metal[:part] = disc(16, 0.3).repeat(part, axis=0).repeat(part, axis=1)
        voxels = box(metal, 1e-6 / part)
        voxels["conductivity"][:part] = 0.0
        records.append(voxel_conduction(voxels))
    estimate = voxel_conduction_estimate(records[1], records[0])
    exact = pattern_constriction(contact_record(disc(16, 0.3), 1e-6), resistivity=0.5, thickness=16e-6)
    assert estimate.value == pytest.approx(exact["constriction_resistance"].item() + 8e-6, rel=0.01)
    assert voxel_conduction_estimate(records[1]).interval is None
