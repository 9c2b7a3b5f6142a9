"""Display units, edges of maps, thinning, texts: picking and scaling only."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alkanode.foundation.errors import SchemaError
from alkanode.plot import Axis, Figure, Heatmap, Line, Panel, Series
from alkanode.plot.display import cells, log_edges, padded, shown, spread
from alkanode.plot.placement import line_labels, map_limits, share
from alkanode.plot.style import ROLE_COLOURS, frequency, number, power_of_ten, shown_unit, with_unit
from alkanode.plot.thinning import thinned


@pytest.mark.parametrize(
    ("plain", "pretty"),
    [
        ("mA cm-2", "mA cm⁻²"),
        ("ohm cm2", "Ω cm²"),
        ("um", "µm"),
        ("degC", "°C"),
        ("deg", "°"),
        ("mAh g-1", "mAh g⁻¹"),
        ("V", "V"),
        ("wt%", "wt%"),
    ],
)
def test_units_look_as_people_write_them(plain: str, pretty: str) -> None:
    assert shown_unit(plain) == pretty


def test_numbers_have_no_negative_zero_and_no_e() -> None:
    assert number(-0.0) == "0"
    assert number(-1e-300 * 0) == "0"
    assert number(-2.5) == "−2.5"
    assert number(1e-7) == "1×10⁻⁷"
    assert with_unit(math.nan, "V") == "not known V"
    assert power_of_ten(1e-3) == "10⁻³"
    assert frequency(7e6) == "7 MHz"
    assert frequency(0.2) == "200 mHz"


def test_display_units_follow_the_vocabulary() -> None:
    assert shown(np.array([10.0, -0.0]), "current_density").tolist() == [1.0, 0.0]
    assert not np.signbit(shown(np.array([-0.0]), "voltage"))[0]
    assert np.isnan(shown(np.array([np.inf]), "electrode_potential"))[0]


@given(st.lists(st.floats(0.001, 100), min_size=1, max_size=40))
def test_cells_hold_their_centres_and_never_overlap(steps: list[float]) -> None:
    centres = np.cumsum(steps)
    edges, column = cells(centres)
    assert (np.diff(edges) > 0).all()
    assert column.size == edges.size - 1
    assert np.array_equal(column[column >= 0], np.arange(centres.size))
    filled = np.flatnonzero(column >= 0)
    assert (edges[filled] <= centres).all()
    assert (centres <= edges[filled + 1]).all()


def test_a_pause_is_an_empty_cell() -> None:
    edges, column = cells(np.array([0.0, 1, 2, 20, 21, 22]))
    assert column.tolist() == [0, 1, 2, -1, 3, 4, 5]
    assert edges[3] == pytest.approx(3.5)
    assert edges[4] == pytest.approx(18.5)


def test_log_edges_lie_half_way_in_the_logarithm() -> None:
    assert log_edges(np.array([1.0, 100.0, 1e4])) == pytest.approx([0.1, 10.0, 1e3, 1e5])


@given(st.lists(st.floats(-1e3, 1e3) | st.just(math.nan), min_size=1, max_size=500), st.integers(8, 60))
def test_thinning_keeps_extremes_ends_and_order(values: list[float], most: int) -> None:
    y = np.array(values)
    kept = thinned(y, most)
    assert kept.size <= max(most, 1) or kept.size == y.size
    assert (np.diff(kept) > 0).all()
    assert kept[0] == 0
    assert kept[-1] == y.size - 1
    if np.isfinite(y).any():
        assert np.nanmax(y[kept]) == np.nanmax(y)
        assert np.nanmin(y[kept]) == np.nanmin(y)


def test_thinning_keeps_a_gap() -> None:
    y = np.sin(np.linspace(0, 9, 4000))
    y[1234] = np.nan
    assert 1234 in thinned(y, 200)


@given(st.integers(1, 5000), st.integers(2, 50))
def test_spread_is_even_and_within_its_bound(count: int, most: int) -> None:
    chosen = spread(count, most)
    assert chosen.size == min(count, most)
    assert chosen[0] == 0
    assert chosen[-1] == count - 1


def test_limits_ignore_gaps_and_respect_a_floor() -> None:
    assert padded(np.array([np.nan, 0.0, 10.0]), 0.1, floor=0.0) == (0.0, 11.0)
    assert padded(np.array([np.nan])) == (0.0, 1.0)
    low, high = padded(np.array([3.0, 3.0]))
    assert low < 3 < high


def test_shares_follow_scale_and_direction() -> None:
    assert share(10.0, (1.0, 100.0), Axis(label="", scale="log")) == pytest.approx(0.5)
    assert share(25.0, (0.0, 100.0), Axis(label="", reversed=True)) == pytest.approx(0.75)


def test_labels_of_close_lines_stand_on_different_heights_and_the_roomy_side() -> None:
    axis = Axis(label="x", limits=(0.0, 10.0))
    panel = Panel(x=axis, y=axis, lines=tuple(Line(value=v, upright=True, label=str(v)) for v in (9.0, 9.1, 9.2, 1.0)))
    labels = line_labels(panel)
    assert len({place.height for place in labels}) == 4
    assert [place.side for place in labels] == ["right", "left", "left", "left"]


def test_colour_limits_start_at_zero_or_are_symmetric() -> None:
    edges = np.array([0.0, 1.0, 2.0])
    z = np.array([[1.0, np.nan], [2.0, 4.0]])
    plain = Heatmap(name="z", unit="ohm", x_edges=edges, y_edges=edges, z=z)
    assert map_limits(plain) == (0.0, 4.0)
    assert map_limits(Heatmap(name="z", unit="1", x_edges=edges, y_edges=edges, z=-z, diverging=True)) == (-4.0, 4.0)
    empty = Heatmap(name="z", unit="1", x_edges=edges, y_edges=edges, z=np.full((2, 2), np.nan))
    assert map_limits(empty) == (0.0, 1.0)


def test_colours_of_roles_are_distinct() -> None:
    assert len(set(ROLE_COLOURS.values())) == len(ROLE_COLOURS)


def test_parts_of_unequal_length_are_refused() -> None:
    with pytest.raises(SchemaError, match="one length"):
        Series(name="a", x=np.zeros(3), y=np.zeros(2))
    with pytest.raises(SchemaError, match="one length"):
        Series(name="a", x=np.zeros(3), y=np.zeros(3), hover=("one",))
    with pytest.raises(SchemaError, match="one border more"):
        Heatmap(name="z", unit="1", x_edges=np.zeros(3), y_edges=np.zeros(3), z=np.zeros((3, 3)))
    with pytest.raises(SchemaError, match="at least one panel"):
        Figure(title="", caption="", panels=())
