"""Figures of voltammetry, as numbers and drawn by both renderers."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data import Cell
from alkanode.electrochem import scan_rates, voltammetry
from alkanode.foundation.errors import SchemaError
from alkanode.plot import draw, to_plotly
from alkanode.plot.describe_voltammetry import current_over_scan_rate, peak_over_cycles, voltammogram
from alkanode.virtual import IslandLaw, SweepProgram, island_voltammogram


@pytest.fixture(scope="module")
def record() -> xr.Dataset:
    return island_voltammogram(program=SweepProgram(cycles=8, interval=0.005), seed=2)["cycling"].to_dataset()


@pytest.fixture(scope="module")
def cycles(record: xr.Dataset) -> xr.Dataset:
    return voltammetry(record)


def test_one_colour_per_cycle_and_marks(record: xr.Dataset, cycles: xr.Dataset) -> None:
    figure = voltammogram(record, cycles, area="0.5 cm2")
    panel = figure.panels[0]
    loops = [one for one in panel.series if one.shade is not None]
    assert [one.shade for one in loops] == pytest.approx(np.linspace(0, 1, 8))
    marks = {one.name: one for one in panel.series if one.shade is None}
    seen = int(cycles["peak"].sum())
    assert marks["stripping peak"].x.size == seen
    np.testing.assert_allclose(
        marks["stripping peak"].y, cycles["peak_total_current"].to_numpy()[cycles["peak"]] * 1e3 / 0.5
    )
    assert marks["baseline"].x.size == 3 * seen
    assert panel.y.unit == "mA cm-2"
    assert panel.colour_scale is not None
    assert panel.colour_scale.high == 8


def test_the_marks_of_a_counter_electrode_lie_on_its_curve(record: xr.Dataset) -> None:
    turned = record.assign({name: -record[name] for name in ("voltage", "voltage_setpoint", "current")})
    found = voltammetry(turned, Cell(anode="NaK50", anode_role="counter"))
    mark = next(one for one in voltammogram(turned, found).panels[0].series if one.name == "stripping peak")
    assert (mark.x < 0).all()
    assert (mark.y < 0).all()


def test_marks_of_another_record_are_refused(record: xr.Dataset) -> None:
    other = island_voltammogram(program=SweepProgram(cycles=2), seed=2)["cycling"].to_dataset()
    with pytest.raises(SchemaError, match="same record"):
        voltammogram(record, voltammetry(other))


def test_many_cycles_are_thinned_with_a_note() -> None:
    many = island_voltammogram(program=SweepProgram(cycles=20, interval=0.01), seed=2)["cycling"].to_dataset()
    figure = voltammogram(many)
    assert len(figure.panels[0].series) == 12
    assert "12 of 20" in figure.notes[0]


def test_peak_over_cycles_shows_interval_and_slope(cycles: xr.Dataset) -> None:
    figure = peak_over_cycles(cycles)
    points, slope = figure.panels[0].series
    np.testing.assert_allclose(points.y, cycles["peak_charge"] / 3.6)
    assert points.y_interval is not None
    assert slope.style == "dashed"
    assert "grows" in figure.notes[0]


def test_no_peak_no_figure(cycles: xr.Dataset) -> None:
    with pytest.raises(SchemaError, match="at least one"):
        peak_over_cycles(cycles.isel(cycle=[0]))


def test_all_are_drawn_by_both(record: xr.Dataset, cycles: xr.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "Agg")
    from matplotlib import pyplot

    law = IslandLaw(first_share=0.3)
    several = [
        voltammetry(
            island_voltammogram(law, SweepProgram(cycles=2, scan_rate=rate, interval=0.005), seed=1)[
                "cycling"
            ].to_dataset()
        )
        for rate in (0.005, 0.01, 0.02)
    ]
    for figure in (
        voltammogram(record, cycles),
        peak_over_cycles(cycles),
        current_over_scan_rate(scan_rates(several)),
    ):
        assert draw(figure)
        assert to_plotly(figure).data
        pyplot.close("all")
