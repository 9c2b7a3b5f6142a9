"""Figures of profile shapes and staircases: what they mark, and that both renderers draw them."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data import Cell, label
from alkanode.electrochem import profile_shape, staircase
from alkanode.foundation.errors import SchemaError
from alkanode.plot import Figure, save_figure, to_plotly
from alkanode.plot.describe_profile import half_cycle_shapes, shape_history
from alkanode.plot.describe_staircase import rest_relaxation, staircase_trace, steady_against_current

X = np.linspace(0, 1, 200)
SODIUM = 0.05 + 0.03 / (1 + np.exp(-(X - 0.6) / 0.03)) + 0.15 * np.exp(-X / 0.01)
CELL = Cell(anode="Na", area="1 cm2")


@pytest.fixture
def symmetric() -> xr.Dataset:
    voltage, current = np.r_[SODIUM, -SODIUM], np.r_[np.full(200, 1e-3), np.full(200, -1e-3)]
    fields = {"time": 10.0 * np.arange(400), "voltage": voltage, "current": current}
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


@pytest.fixture
def stairs() -> xr.Dataset:
    step = np.arange(10.0, 610.0, 10.0)
    current, voltage = [np.zeros(30)], [np.zeros(30)]
    for index, level in enumerate((1e-4, 2e-4, 3e-4)):
        away = 1 + (index == 2) * np.where(step > 300, (step - 300) ** 2 / 1000, 0)
        current += [np.full(60, level), np.zeros(60)]
        voltage += [level * 500 * away, level * 100 * np.exp(-step / 100)]
    flow, over = np.concatenate(current), np.concatenate(voltage)
    noise = 1e-5 * np.random.default_rng(0).normal(size=over.size)
    fields = {"time": 10.0 * np.arange(flow.size), "voltage": over + noise, "current": flow}
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


def drawn(figure: Figure, path: object) -> None:
    assert save_figure(figure, f"{path}/figure.png").stat().st_size > 1000
    assert to_plotly(figure).data


def test_spike_and_plateaus_are_marked(symmetric: xr.Dataset, tmp_path: object) -> None:
    shapes = profile_shape(symmetric, CELL)
    figure = half_cycle_shapes(symmetric, shapes, area=CELL.area)
    series = figure.panels[0].series
    assert [one.name for one in series if one.in_legend] == ["0: strip, two plateaus", "1: plate, two plateaus"]
    spikes = [one for one in series if one.name.endswith("spike")]
    assert [one.y[0] for one in spikes] == pytest.approx([200.0, 200.0], abs=2)
    plateaus = next(one for one in series if one.name == "0: shape")
    assert [plateaus.y[0], plateaus.y[-1]] == pytest.approx([50, 80], abs=0.6)
    crossing = plateaus.x[np.searchsorted(plateaus.y, 65.0)]
    assert crossing == pytest.approx(0.6 * 2000 * 1e-3 / 3.6, rel=0.02)
    assert figure.panels[0].x.unit == "mAh cm-2"
    drawn(figure, tmp_path)
    assert "divided by 2" in half_cycle_shapes(symmetric, profile_shape(symmetric, interfaces=2)).notes[0]


def test_the_history_separates_directions(symmetric: xr.Dataset, tmp_path: object) -> None:
    figure = shape_history(profile_shape(symmetric, CELL))
    names = [one.name for one in figure.panels[0].series]
    assert names == ["strip, first", "strip, second or end", "plate, first", "plate, second or end", "nucleation spike"]
    assert all(one.y_interval is not None for one in figure.panels[0].series)
    drawn(figure, tmp_path)


def test_figures_of_profiles_refuse_what_does_not_belong(symmetric: xr.Dataset) -> None:
    shapes = profile_shape(symmetric)
    with pytest.raises(SchemaError, match="0 to 1 can be drawn"):
        half_cycle_shapes(symmetric, shapes, half_cycles=[7])
    with pytest.raises(SchemaError, match="must be of this record"):
        half_cycle_shapes(symmetric, shapes.isel(half_cycle=[0]))
    few = profile_shape(symmetric.isel(row=slice(0, 9)))
    with pytest.raises(SchemaError, match="a half cycle with a shape"):
        shape_history(few)


def test_a_staircase_marks_steady_voltages_and_failed_levels(stairs: xr.Dataset, tmp_path: object) -> None:
    levels = staircase(stairs, CELL)
    figure = staircase_trace(stairs, levels, area=CELL.area)
    steady = figure.panels[0].series[1]
    assert steady.y == pytest.approx([0.05, 0.1], abs=1e-4)
    assert [band.label for band in figure.panels[0].bands] == ["suspected contact loss"]
    assert figure.panels[1].y.unit == "mA cm-2"
    drawn(figure, tmp_path)
    with pytest.raises(SchemaError, match="must be of this record"):
        staircase_trace(stairs.isel(row=slice(0, 50)), levels)


def test_a_line_needs_three_levels(stairs: xr.Dataset, tmp_path: object) -> None:
    figure = steady_against_current(staircase(stairs, CELL))
    assert [one.style for one in figure.panels[0].series] == ["points"]
    healthy = stairs.assign(voltage=("row", np.minimum(stairs["voltage"].to_numpy(), 0.15)))
    figure = steady_against_current(staircase(label(healthy, "cycling"), CELL))
    assert [one.style for one in figure.panels[0].series] == ["points", "dashed"]
    assert "is a straight line" in figure.notes[0]
    drawn(figure, tmp_path)


def test_relaxations_are_drawn_with_their_fits(stairs: xr.Dataset, tmp_path: object) -> None:
    levels = staircase(stairs, CELL)
    figure = rest_relaxation(stairs, levels)
    data, fit = figure.panels[0].series[:2]
    assert fit.y == pytest.approx(data.y, abs=1e-4)
    assert float(figure.notes[0].split()[3]) == pytest.approx(100, rel=0.01)
    drawn(figure, tmp_path)
