"""Contact is looked for within the electrode, not in the wall of the cell and the air around it."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.tomography.grains import ContactLayer, interface_contact

PIXEL, SIDE, BORE = 1e-6, 81, 25.0
LAYER = ContactLayer(smoothing=0.0)


def volume() -> xr.Dataset:
    """Electrolyte below z = 5, metal in a bore above it with one void, nothing outside."""
    y, x = np.indices((SIDE, SIDE)) - (SIDE - 1) / 2
    inside = np.hypot(y, x) <= BORE
    void = np.hypot(y - 8, x) <= 6
    values = np.zeros((20, SIDE, SIDE), dtype=np.float32)
    values[:5] = np.where(inside, 1000.0, 0.0)
    values[5:] = np.where(inside & ~void, 65.0, 0.0)
    place = (np.arange(SIDE) - (SIDE - 1) / 2) * PIXEL
    return label(
        xr.Dataset(
            {"attenuation": (("z", "y", "x"), values)}, coords={"z": np.arange(20) * PIXEL, "y": place, "x": place}
        ),
        "volume",
    )


def share(**options: object) -> float:
    found = interface_contact([volume()], 4.5 * PIXEL, metal_attenuation=65.0, layer=LAYER, **options)
    return float(found["contact_area_fraction"][0])


def test_only_the_electrode_is_looked_at() -> None:
    rim = BORE - LAYER.clearance
    expected = 1 - 6**2 / rim**2
    assert share(electrode_area=np.pi * (BORE * PIXEL) ** 2) == pytest.approx(expected, abs=0.02)
    assert share() < 0.6 * expected


def test_an_electrode_wider_than_the_view_changes_nothing() -> None:
    assert share(electrode_area="1 cm2") == share()
