"""Attenuation against charge where the electrode is smaller than the view, or an element has no ion."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.tomography.grains import attenuation_conservation, balance_estimate

PIXEL, SIDE, ROWS = 2e-6, 61, 8
RADIUS = 20 * PIXEL
"""m, of an electrode with air beside it."""
CAPACITY = 1.8e4
"""C m-2."""
MASS_ATTENUATION = 0.0327
"""m2 kg-1, near that of Na at 45 keV."""
MOLAR_MASS, FARADAY = 0.02298976928, 96485.33212


def stripped() -> tuple[xr.Dataset, float]:
    """A difference from which the whole electrode lost the Na of the charge, and the electrode's area on voxels (m2)."""
    axis = (np.arange(SIDE) - 0.5 * (SIDE - 1)) * PIXEL
    disc = np.hypot(axis[:, None], axis[None, :]) <= RADIUS
    area = float(disc.sum()) * PIXEL**2
    per_area = MASS_ATTENUATION * CAPACITY * MOLAR_MASS / FARADAY
    change = np.where(disc, -per_area / (ROWS * PIXEL), 0.0).astype(np.float32)
    field = np.broadcast_to(change, (ROWS, SIDE, SIDE)).copy()
    zero = np.zeros_like(field)
    record = xr.Dataset(
        {
            "attenuation_before": (("z", "y", "x"), zero),
            "attenuation_after": (("z", "y", "x"), field),
            "attenuation_change": (("z", "y", "x"), field),
            "attenuation_noise": ("z", np.ones(ROWS)),
        },
        coords={"z": np.arange(ROWS) * PIXEL, "y": axis, "x": axis},
    )
    return label(record, "difference"), area


def test_a_small_electrode_balances_over_its_own_area() -> None:
    record, area = stripped()
    given = {"areal_capacity": CAPACITY, "mass_attenuation": MASS_ATTENUATION, "flat_error": 0.0}
    own = balance_estimate(attenuation_conservation(record, electrode_area=area, **given))
    assert own.value == pytest.approx(1.0, rel=1e-4)
    # over the circle of the view the same change is spread too thin
    spread = balance_estimate(attenuation_conservation(record, **given))
    assert spread.value == pytest.approx(area / attenuation_conservation(record, **given).attrs["area"], rel=1e-4)
    assert spread.value < 0.6


def test_an_electrode_wider_than_the_view_is_taken_as_even() -> None:
    record, _ = stripped()
    given = {"areal_capacity": CAPACITY, "mass_attenuation": MASS_ATTENUATION}
    wide = attenuation_conservation(record, electrode_area=1.0, **given)
    assert wide.attrs["area"] == attenuation_conservation(record, **given).attrs["area"]


def test_the_error_of_flats_is_that_of_the_area_in_use() -> None:
    record, area = stripped()
    given = {"areal_capacity": CAPACITY, "mass_attenuation": MASS_ATTENUATION}
    whole, own = (attenuation_conservation(record, electrode_area=one, **given) for one in (None, area))
    ratio = float(own["flat_balance_error"]) / float(whole["flat_balance_error"])
    assert ratio == pytest.approx(float(own["attenuation_balance"]) / float(whole["attenuation_balance"]))


def test_a_balance_refuses_what_has_no_ion_or_no_area() -> None:
    record, _ = stripped()
    with pytest.raises(PhysicsError, match="ion"):
        attenuation_conservation(record, areal_capacity=CAPACITY, mass_attenuation=MASS_ATTENUATION, element="Sn")
    with pytest.raises(SchemaError, match="area"):
        attenuation_conservation(record, areal_capacity=CAPACITY, mass_attenuation=MASS_ATTENUATION, electrode_area=0.0)
