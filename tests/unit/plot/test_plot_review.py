"""Areas that are none, and maps whose spectra all lie at one place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

from alkanode import plot
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.plot import describe_cycling, describe_impedance, describe_relaxation


@pytest.mark.parametrize("area", [0.0, -1e-4, "0 cm2"])
def test_an_area_must_be_positive(area: object, cycling: xr.Dataset, spectra: xr.Dataset, times: xr.Dataset) -> None:
    figures: list[tuple[Callable[..., object], xr.Dataset]] = [
        (describe_cycling.voltage_history, cycling),
        (describe_cycling.stripping, cycling),
        (describe_impedance.nyquist, spectra),
        (describe_impedance.bode, spectra),
        (describe_relaxation.relaxation_map, times),
        (describe_relaxation.distribution, times),
    ]
    for describe, record in figures:
        with pytest.raises(SchemaError, match="area must be positive"):
            describe(record, area=area)


def test_a_mass_must_be_positive(cycling: xr.Dataset) -> None:
    for describe in (describe_cycling.voltage_history, describe_cycling.stripping):
        with pytest.raises(SchemaError, match="mass must be positive"):
            describe(cycling, mass=0.0)


def test_a_map_of_spectra_at_one_charge_shows_one_column(times: xr.Dataset) -> None:
    times["charge"] = ("spectrum", np.full(times.sizes["spectrum"], 3.6))
    with pytest.warns(DataQualityWarning, match="share their charge"):
        figure = describe_relaxation.relaxation_map(times)
    panel = figure.panels[0]
    assert panel.maps[0].z.shape[1] == 1
    assert panel.x.limits is not None
    assert panel.x.limits[0] < 1.0 < panel.x.limits[1]
    plot.draw(figure)
    plot.to_plotly(figure)
