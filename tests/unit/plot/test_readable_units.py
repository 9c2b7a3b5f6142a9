"""Axes and sentences in units that suit their numbers: nothing but the scale moves."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from alkanode.data.schema import label
from alkanode.foundation.sources import Estimate
from alkanode.plot.describe_cycling import voltage_history
from alkanode.plot.plotly_renderer import figure_html
from alkanode.plot.readable_units import readable, readable_unit
from alkanode.studies.wording import shown, worded


@pytest.mark.parametrize(
    ("unit", "largest", "expected"),
    [
        ("V", 0.5, ("V", 1.0)),
        ("V", 0.004, ("mV", 1e3)),
        ("h", 0.0001, ("s", 3600.0)),
        ("mAh", 0.0028, ("uAh", 1e3)),
        ("ohm", 1e-9, ("ohm", 1.0)),
        ("mA", 0.0, ("mA", 1.0)),
        ("mA", float("inf"), ("mA", 1.0)),
    ],
)
def test_units(unit: str, largest: float, expected: tuple[str, float]) -> None:
    assert readable_unit(unit, largest) == expected


@given(st.floats(1e-9, 1e9))
def test_a_readable_number_is_not_small_or_has_no_smaller_unit(largest: float) -> None:
    unit, factor = readable_unit("h", largest)
    assert largest * factor >= 0.02 or unit == "s"
    assert factor >= 1


def small_cell(size: float) -> xr.Dataset:
    """Two half cycles of a cell of ``size`` A and ``size`` kV over two hours."""
    time = np.linspace(0.0, 7200.0, 200)
    sign = np.where(time < 3600, 1.0, -1.0)
    record = xr.Dataset({"time": ("row", time), "voltage": ("row", 1e3 * size * sign), "current": ("row", size * sign)})
    return label(record, "cycling")


def test_panels_of_one_axis_keep_one_unit_and_what_is_drawn_moves_with_it() -> None:
    plain = voltage_history(small_cell(3e-6))
    drawn = readable(plain)
    assert [panel.y.unit for panel in drawn.panels] == ["mV", "uA"]
    assert {panel.x.unit for panel in drawn.panels} == {"h"}
    for before, after in zip(plain.panels, drawn.panels, strict=True):
        for one, other in zip(before.series, after.series, strict=True):
            np.testing.assert_allclose(other.y, 1e3 * one.y)
            np.testing.assert_array_equal(other.x, one.x)
        if before.y.limits is not None and after.y.limits is not None:
            assert after.y.limits == pytest.approx([1e3 * end for end in before.y.limits])
    assert r"voltage \u002f mV" in figure_html(plain, div_id="a")


def test_large_numbers_are_left_alone() -> None:
    plain = voltage_history(small_cell(1e-3))
    assert [panel.y.unit for panel in readable(plain).panels] == ["V", "mA"]


def test_sentences_keep_one_unit_for_value_and_interval() -> None:
    assert shown(0.010085, "charge") == "2.801 uAh"
    assert shown(0.1912, "charge") == "0.05311 mAh"
    slope = Estimate(value=0.0, unit="V", quantity="overpotential", interval=(-19e-6, 19e-6), label="measured")
    assert worded(slope) == "0 mV (-0.019 to 0.019)"
    small = Estimate(value=2e-9, unit="A", quantity="current", interval=(1e-9, 5e-6), label="measured")
    assert worded(small).split()[1] == "uA"
