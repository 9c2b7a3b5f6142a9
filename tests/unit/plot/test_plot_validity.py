"""The figure of the Kramers-Kronig test."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data import label
from alkanode.foundation.errors import SchemaError
from alkanode.plot import figure_html
from alkanode.plot.describe_validity import kramers_kronig


def made(valid: list[bool], rms: list[float]) -> xr.Dataset:
    count, points = len(valid), 5
    frequency = np.tile(np.geomspace(1e3, 1, points), (count, 1))
    residual = np.linspace(-0.004, 0.004, count * points).reshape(count, points)
    fields = {
        "frequency": (("spectrum", "point"), frequency),
        "residual_real": (("spectrum", "point"), residual),
        "residual_imaginary": (("spectrum", "point"), -residual),
        "rms_residual": ("spectrum", rms),
        "element_count": ("spectrum", np.full(count, 5)),
        "valid": ("spectrum", valid),
    }
    return label(xr.Dataset(fields, attrs={"limit": 0.01}), "kramers_kronig")


def test_residuals_in_per_cent_with_their_limit() -> None:
    figure = kramers_kronig(made([True, False, False], [0.001, 0.02, np.nan]))
    assert len(figure.panels) == 2
    for panel, sign in zip(figure.panels, (1, -1), strict=True):
        assert [series.style for series in panel.series] == ["line+points", "dashed"]
        np.testing.assert_allclose(panel.series[0].y, sign * 100 * np.linspace(-0.004, 0.004, 15)[:5][::-1])
        assert (np.diff(panel.series[0].x) > 0).all()
        assert [line.value for line in panel.lines] == [-1.0, 1.0]
        assert panel.y.unit == "%"
    assert "fails the test" in figure_html(figure, div_id="x")


def test_nothing_tested_is_no_figure() -> None:
    with pytest.raises(SchemaError, match="tested spectrum"):
        kramers_kronig(made([False], [np.nan]))
