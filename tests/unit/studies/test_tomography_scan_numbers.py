"""Numbers of single scans: places that do not depend on a centre, capacities, sizes by depth."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.numerics.rigid import rotation_matrix
from alkanode.studies.tomography.scan_numbers import axis_numbers, capacity_numbers, motion_numbers, size_numbers

TURN, SHIFT = np.array([2e-3, -5e-4, 3e-4]), np.array([1e-6, -3e-6, 2e-6])
ERRORS = np.array([1e-8, 2e-8, 3e-8, 1e-5, 2e-5, 3e-5])


def registration(centre: np.ndarray, axes: float = 0.0, lost: bool = False) -> xr.Dataset:
    """The same motion, counted from one point or another."""
    shift = SHIFT + rotation_matrix(TURN) @ centre - centre
    covariance = np.diag(ERRORS**2)
    errors = ERRORS.copy()
    if lost:
        covariance[0], errors[0] = np.nan, np.inf
    return xr.Dataset(
        {
            "shift": (("scan", "component"), shift[None]),
            "rotation": (("scan", "component"), TURN[None]),
            "centre": ("component", centre),
            "shift_error": (("scan", "component"), errors[None, :3]),
            "rotation_error": (("scan", "component"), errors[None, 3:]),
            "covariance": (("scan", "parameter", "other_parameter"), covariance[None]),
            "axis_displacement_error": ("scan", [axes]),
        }
    )


def test_a_shift_is_that_of_the_origin_whatever_the_centre() -> None:
    for centre in (np.zeros(3), np.array([5e-5, 1e-5, -2e-5])):
        found = motion_numbers(registration(centre))
        assert [found[f"shift_{axis}"].value for axis in "zyx"] == pytest.approx(SHIFT.tolist(), abs=1e-15)
    width = np.diff(found["shift_y"].interval or ())[0] / (2 * 1.96)
    # lever arms of the rotations about z and x at the origin
    assert width == pytest.approx(np.sqrt(2e-8**2 + (1e-5 * 2e-5) ** 2 + (3e-5 * 5e-5) ** 2), rel=1e-6)


def test_errors_of_the_axes_widen_shifts_across_the_axis_only() -> None:
    bare, wide = (motion_numbers(registration(np.zeros(3), axes=axes)) for axes in (0.0, 1e-7))
    assert wide["shift_z"].interval == bare["shift_z"].interval
    assert np.diff(wide["shift_x"].interval or ())[0] > 3 * np.diff(bare["shift_x"].interval or ())[0]
    assert "rotation axes" in wide["shift_x"].label


def test_what_was_held_has_no_value() -> None:
    found = motion_numbers(registration(np.zeros(3), lost=True))
    assert found["shift_z"].value is None
    assert found["shift_y"].value is not None


def test_an_axis_that_was_refused_has_no_value() -> None:
    record = xr.Dataset(
        attrs={
            "consensus_column": np.nan, "consensus_lower": np.nan, "consensus_upper": np.nan, "consensus_label": "refused"
        }
    )  # fmt: skip
    found = axis_numbers(record)["axis_column"]
    assert (found.value, found.interval, found.label) == (None, None, "refused")


def test_capacities_carry_the_error_of_the_clocks() -> None:
    charges = xr.Dataset(
        {"areal_capacity": ("scan", [0.0, 9000.0]), "areal_capacity_error": ("scan", [0.0, 2.5])},
        coords={"scan": ["a", "b"]},
    )
    found = capacity_numbers(charges)["areal_capacity_in_b"]
    assert found.value == 9000.0
    assert found.interval == pytest.approx((9000 - 4.9, 9000 + 4.9))
    assert capacity_numbers(charges)["areal_capacity_in_a"].interval is None
    assert capacity_numbers(None) == {}


def test_sizes_leave_moved_matter_out() -> None:
    grains = xr.Dataset(
        {
            "grain_volume": ("grain", [1e-16, 3e-16, 9e-16, 2e-16]),
            "sign": ("grain", [1, 1, 1, -1]),
            "displaced": ("grain", [False, False, True, False]),
        }
    )
    found = size_numbers(grains)
    assert found["grain_count_gained"].value == 2
    assert found["mean_grain_volume_gained"].value == pytest.approx(2e-16)
    assert found["mean_grain_volume_lost"].value == pytest.approx(2e-16)
    assert found["mean_grain_volume_lost"].interval is None
    assert size_numbers(grains.isel(grain=slice(0, 2)))["mean_grain_volume_lost"].value is None
