"""Filled areas, shared colour bars, and what of the complex plane is in the frame, in both renderers."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import alkanode.plot as drawing
from alkanode.data.schema import label
from alkanode.foundation.errors import SchemaError
from alkanode.impedance import relaxation_times
from alkanode.plot.describe_impedance import nyquist
from alkanode.plot.describe_relaxation import distribution
from alkanode.plot.display import best_place
from alkanode.plot.placement import colour_bars
from alkanode.plot.readable_units import readable


def _spectrum(impedance: np.ndarray, frequency: np.ndarray) -> xr.Dataset:
    return label(
        xr.Dataset(
            {
                "frequency": (("spectrum", "point"), frequency[None]),
                "impedance": (("spectrum", "point"), impedance[None]),
            }
        ),
        "impedance",
    )


@pytest.fixture
def frequency() -> np.ndarray:
    return np.logspace(6, -1, 71)


@pytest.fixture
def filled() -> drawing.Figure:
    x = np.linspace(0.0, 4.0, 5)
    low, high = x.copy(), x + 2
    high[2] = np.nan
    panel = drawing.Panel(
        x=drawing.Axis(label="x"),
        y=drawing.Axis(label="voltage", unit="V"),
        series=(drawing.Series(name="crosses", x=x, y=x, style="crosses"),),
        fills=(drawing.Fill(name="interval", x=x, lower=low, upper=high, role="second"),),
    )
    return drawing.Figure(title="t", caption="c", panels=(panel,))


def test_a_filled_area_has_a_gap_where_an_end_is_missing(filled: drawing.Figure) -> None:
    axes = drawing.draw(filled)
    assert not isinstance(axes, list)
    areas = axes.collections
    assert [tuple(area.get_paths()[0].get_extents().intervalx) for area in areas] == [(0.0, 1.0), (3.0, 4.0)]
    assert axes.get_ylim()[1] >= 6
    traces = [trace for trace in drawing.to_plotly(filled).data if trace.fill == "toself"]
    assert [list(trace.x) for trace in traces] == [[0, 1, 1, 0], [3, 4, 4, 3]]
    assert [list(trace.y) for trace in traces] == [[2, 3, 1, 0], [5, 6, 4, 3]]
    assert [trace.showlegend for trace in traces] == [True, False]


def test_crosses_are_crosses(filled: drawing.Figure) -> None:
    axes = drawing.draw(filled)
    assert not isinstance(axes, list)
    assert axes.lines[0].get_marker() == "x"
    assert [t.marker.symbol for t in drawing.to_plotly(filled).data if t.name == "crosses"] == ["x-thin"]


def test_a_filled_area_stands_in_the_table_and_changes_unit_with_its_axis(
    filled: drawing.Figure, tmp_path: Path
) -> None:
    with drawing.save_data(filled, tmp_path / "data.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["x", "voltage", "x", "voltage, lower end", "voltage, upper end"]
    assert rows[2] == ["crosses", "crosses", "interval", "interval", "interval"]
    assert [row[4] for row in rows[3:]] == ["2", "3", "", "5", "6"]
    small = replace(filled.panels[0], y=drawing.Axis(label="voltage", unit="V", limits=(0.0, 0.01)))
    scaled = readable(replace(filled, panels=(small,))).panels[0]
    assert scaled.y.unit == "mV"
    assert scaled.fills[0].upper[0] == pytest.approx(2000)


def test_a_filled_area_needs_one_length() -> None:
    with pytest.raises(SchemaError, match="one length"):
        drawing.Fill(name="a", x=np.zeros(3), lower=np.zeros(3), upper=np.zeros(2))


def _maps(*limits: tuple[float, float] | None) -> drawing.Figure:
    edges = np.array([0.0, 1.0, 2.0])
    return drawing.Figure(
        title="t",
        caption="c",
        panels=tuple(
            drawing.Panel(
                x=drawing.Axis(label="x"),
                y=drawing.Axis(label="y"),
                maps=(
                    drawing.Heatmap(
                        name="z", unit="ohm", x_edges=edges, y_edges=edges, z=np.full((2, 2), 1.0 + k), limits=one
                    ),
                ),
            )
            for k, one in enumerate(limits)
        ),
    )


@pytest.mark.parametrize(
    ("limits", "groups"),
    [
        (((0, 5), (0, 5), (0, 5)), [[0, 1, 2]]),
        (((0, 5), (0, 4), (0, 5)), [[0], [1], [2]]),
        ((None, None), [[0], [1]]),
    ],
)
def test_maps_with_equal_colour_limits_share_one_bar(
    limits: tuple[tuple[float, float] | None, ...], groups: list[list[int]]
) -> None:
    figure = _maps(*limits)
    assert [where for _, where in colour_bars(figure)] == groups
    axes = drawing.draw(figure)
    assert isinstance(axes, list)
    canvas = axes[0].get_figure()
    assert canvas is not None
    assert len(canvas.axes) == len(limits) + len(groups)
    bars = [trace for trace in drawing.to_plotly(figure).data if trace.showscale]
    assert len(bars) == len(groups)
    if len(groups) == 1:
        assert bars[0].colorbar.len == pytest.approx(1.0)


def test_decades_of_frequency_are_marked_where_the_curve_passes_them(frequency: np.ndarray) -> None:
    def impedance(f: np.ndarray) -> np.ndarray:
        return np.asarray(10 + 100 / (1 + 2j * np.pi * f * 1e-3))

    panel = nyquist(_spectrum(impedance(frequency), frequency)).panels[0]
    marks = panel.series[-1]
    assert marks.style == "squares"
    exact = impedance(10.0 ** np.arange(6, -2, -1))
    np.testing.assert_allclose(marks.x, exact.real, atol=1e-6)
    np.testing.assert_allclose(marks.y, -exact.imag, atol=1e-6)
    assert marks.hover[0] == "1 MHz, spectrum 0"
    assert {"1 kHz", "100 Hz"} <= {note.text for note in panel.notes}
    places = np.array([(note.x, note.y) for note in panel.notes])
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    assert apart[~np.eye(len(places), dtype=bool)].min() > 5


def test_a_blocking_tail_leaves_the_frame(frequency: np.ndarray) -> None:
    s = 2j * np.pi * frequency
    arc = 10 + 100 / (1 + s * 1e-5)
    figure = nyquist(_spectrum(arc + 1 / (s * 1e-5), frequency))
    x, y = figure.panels[0].x.limits, figure.panels[0].y.limits
    assert x is not None
    assert y is not None
    assert 110 < x[1] < 200
    assert 50 < y[1] < 500
    assert "blocking tail" in figure.notes[0]
    assert nyquist(_spectrum(arc, frequency)).notes == ()
    finite = nyquist(_spectrum(arc + 5000 / (1 + s * 0.01), frequency))
    assert finite.notes == ()
    assert finite.panels[0].x.limits is not None
    assert finite.panels[0].x.limits[1] > 5110


def test_a_deep_inductive_head_leaves_the_frame(frequency: np.ndarray) -> None:
    s = 2j * np.pi * frequency
    arc = 10 + 10 / (1 + s * 1e-3)
    figure = nyquist(_spectrum(arc + s * 1e-5, frequency))
    assert figure.panels[0].y.limits is not None
    assert -10 < figure.panels[0].y.limits[0] < 0
    assert "Inductive heads" in figure.notes[0]
    assert nyquist(_spectrum(arc + s * 1e-6, frequency)).notes == ()


@pytest.mark.parametrize(
    ("charge", "best"), [([0.0, 1.0, 2.0], "charge"), ([3.0, 2.0, 2.0], "charge"), ([0.0, 1.0, 0.5], "time")]
)
def test_a_charge_that_turns_back_is_no_place(charge: list[float], best: str) -> None:
    record = xr.Dataset({"charge": ("spectrum", charge), "time": ("spectrum", [0.0, 1.0, 2.0])})
    assert best_place(record) == best


def test_the_height_of_a_distribution_is_that_before_a_blocking_tail(frequency: np.ndarray) -> None:
    s = 2j * np.pi * frequency
    times = relaxation_times(_spectrum(10 + 100 / (1 + s * 1e-4) + 1e2 * s**-0.9, frequency), blocking=True)
    panel = distribution(times).panels[0]
    assert panel.y.limits is not None
    assert panel.y.limits[1] < 1000
    assert [line.label for line in panel.lines] == ["blocking tail"]
    assert 1e-4 < panel.lines[0].value < 1
