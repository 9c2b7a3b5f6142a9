"""Figures of critical currents, as numbers."""

from __future__ import annotations

from collections.abc import Sequence

import current_ramps
import numpy as np
import pytest
import xarray as xr

from alkanode.data import Cell, Electrolyte
from alkanode.electrochem import critical_current, critical_current_against, pool
from alkanode.foundation.errors import SchemaError
from alkanode.plot import describe_critical_current as describe
from alkanode.plot import draw, to_plotly


def ramp(short_at: float = np.inf, levels: Sequence[float] = (0.25e-3, 0.5e-3, 0.75e-3, 1e-3)) -> xr.Dataset:
    return current_ramps.ramp(current_ramps.both_ways(levels), short_at=short_at, rests=0)


def result(short_at: float, name: str = "a", area: str = "0.5 cm2") -> xr.Dataset:
    electrolyte = Electrolyte("NASICON", thickness="1 mm", conductivity="1 mS cm-1", single_ion=True)
    cell = Cell(name=name, anode="Na", counter="Na", area="1 cm2", final_area=area, electrolyte=electrolyte)
    return critical_current(ramp(short_at), cell)


@pytest.fixture(scope="module")
def pooled() -> xr.Dataset:
    return pool([result(short_at, name) for name, short_at in zip("abcd", (0.5e-3, 0.75e-3, 1e-3, 9.0), strict=True)])


def test_the_ramp_tells_its_levels_apart() -> None:
    record = ramp(0.75e-3)
    figure = describe.current_ramp(record, result(0.75e-3))
    current, voltage = figure.panels
    names = [series.name for series in current.series]
    assert names == ["passed", "failed", "after the failure", "outside the levels"]
    assert np.nanmax(current.series[0].y) == pytest.approx(1.0)  # 0.5 mA on 0.5 cm2
    assert np.nanmax(current.series[1].y) == pytest.approx(1.5)
    assert [line.label for line in current.lines] == ["short"]
    drawn = sum(np.count_nonzero(np.isfinite(series.y)) for series in voltage.series)
    assert drawn == record.sizes["row"]


def test_a_ramp_without_area_shows_currents() -> None:
    record = ramp()
    cell = Cell(anode="Na", electrolyte=Electrolyte("NASICON", single_ion=True))
    figure = describe.current_ramp(record, critical_current(record, cell))
    assert figure.panels[0].y.unit == "mA"
    assert figure.panels[0].lines == ()
    with pytest.raises(SchemaError, match="same record"):
        describe.current_ramp(record.isel(row=slice(0, 50)), critical_current(record, cell))


def test_the_weibull_plot_is_a_straight_line(pooled: xr.Dataset) -> None:
    (panel,) = describe.weibull_plot(pooled).panels
    law = next(series for series in panel.series if series.name == "Weibull law")
    slope = np.diff(law.y) / np.diff(np.log(law.x))
    assert slope == pytest.approx(pooled.attrs["shape"], rel=1e-6)
    points = panel.series[0]
    assert points.x_interval is not None
    assert points.x_interval[0].tolist() == pytest.approx([0.5, 1.0, 1.5])
    assert (np.diff(points.y) > 0).all()
    assert sum(series.style == "arrow" for series in panel.series) == 1
    with pytest.raises(SchemaError, match="a cell that failed"):
        describe.weibull_plot(pool([result(9.0)]))


def test_a_plot_without_a_law_says_why() -> None:
    figure = describe.weibull_plot(pool([result(0.75e-3, name) for name in "ab"]))
    assert any("share a point" in note for note in figure.notes)


def test_dependence_with_intervals_arrows_and_reference_lines() -> None:
    table = critical_current_against([result(0.75e-3), result(9.0, "b")], "areal_capacity")
    (panel,) = describe.critical_current_against(table, reference="park").panels
    points = panel.series[0]
    assert points.y_interval is not None
    assert (points.y_interval[0][0], points.y[0], points.y_interval[1][0]) == pytest.approx((1.0, 1.25, 1.5))
    assert panel.series[1].style == "arrow"
    assert panel.series[1].y[0] == pytest.approx(2.0)
    assert sorted(line.value for line in panel.lines if not line.upright) == [1.0, 3.0]
    assert panel.y.limits is not None
    assert panel.y.limits[1] > 3
    assert describe.critical_current_against(table).panels[0].lines == ()


def test_both_renderers_draw_them(pooled: xr.Dataset) -> None:
    from matplotlib import pyplot

    table = critical_current_against([result(0.75e-3), result(9.0, "b")], "areal_capacity")
    for figure in (
        describe.current_ramp(ramp(0.75e-3), result(0.75e-3)),
        describe.weibull_plot(pooled),
        describe.critical_current_against(table, reference="park"),
    ):
        draw(figure)
        pyplot.close("all")
        assert len(to_plotly(figure).data) >= len(figure.panels)
