"""Figures of stripping series as numbers: bands, bounds as arrows, laws, theory, and what is said beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from alkanode.electrochem import capacity_bands, stripping_against, stripping_series
from alkanode.foundation.errors import SchemaError
from alkanode.plot import save_data, save_figure, to_plotly
from alkanode.plot.describe_series import capacity_against, capacity_by_alloy


def series() -> xr.Dataset:
    rows: list[dict[str, Any]] = [
        {
            "alloy": alloy,
            "specific_capacity": f"{capacity} mAh g-1",
            "lower": f"{capacity - 10} mAh g-1",
            "upper": f"{capacity + 10} mAh g-1",
            "current_density": f"{j} mA cm-2",
            "stack_pressure": "10 MPa",
            "temperature": "25 degC",
            "reached": "no" if alloy == "NaK80" and j == 1 else "yes",
        }
        for alloy, j, capacity in [
            ("NaK80", 0.25, 150),
            ("NaK80", 1, 120),
            ("NaK50", 0.25, 400),
            ("NaK50", 0.5, 370),
            ("NaK50", 1, 330),
        ]
    ]
    for row in rows:
        if row["reached"] == "no":
            del row["lower"], row["upper"]
    return stripping_series(overlay=rows)


BANDS = [capacity_bands("NaK50"), capacity_bands("NaK80")]


def test_one_panel_per_alloy_with_its_phases_and_theory() -> None:
    figure = capacity_against(series(), bands=BANDS)
    assert [panel.y.label for panel in figure.panels] == ["NaK50, capacity", "NaK80, capacity"]
    lower = figure.panels[1]
    assert lower.x.scale == "log"
    assert lower.lines[0].value == pytest.approx(233.2, abs=0.1)
    named = {band.label: (band.y0, band.y1) for band in lower.bands if band.role == "liquid"}
    assert named["liquid"] == pytest.approx((0, 143.1), abs=0.1)
    hatched = [band for band in lower.bands if band.role == "masked"]
    assert (hatched[0].y0, hatched[0].y1) == pytest.approx((137.0, 149.0), abs=0.1)
    assert "by the temperature" in hatched[0].hover
    points = next(one for one in figure.panels[0].series if one.style == "points")
    assert points.x.tolist() == pytest.approx([0.25, 0.5, 1.0])
    assert points.y_interval is not None
    assert points.y_interval[0].tolist() == pytest.approx([390, 360, 320])
    assert points.name == "10 MPa, digitised"


def test_a_lower_bound_is_an_arrow_upwards() -> None:
    panel = capacity_against(series(), bands=BANDS).panels[1]
    arrows = [one for one in panel.series if one.style == "arrow"]
    assert len(arrows) == 1
    assert arrows[0].x.tolist() == pytest.approx([1.0, 1.0])
    assert arrows[0].y[1] > arrows[0].y[0] == pytest.approx(120)


def test_the_law_is_drawn_with_its_band_in_the_panel_of_its_alloy() -> None:
    law = stripping_against(series(), alloy="NaK50")
    figure = capacity_against(series(), law=law)
    curves = [one for one in figure.panels[0].series if one.role == "model"]
    assert [one.style for one in curves] == ["line", "dotted", "dotted"]
    assert (curves[1].y <= curves[0].y).all()
    assert (curves[2].y >= curves[0].y).all()
    assert not [one for one in figure.panels[1].series if one.role == "model"]
    assert "Exponent of the power law" in figure.notes[-1]
    with pytest.raises(SchemaError, match="stack_pressure is needed"):
        capacity_against(series(), "stack_pressure", law=law)


def test_columns_of_alloys_hold_phases_points_and_theory() -> None:
    figure = capacity_by_alloy(series(), bands=BANDS)
    panel = figure.panels[0]
    assert panel.x.categories == ("NaK50", "NaK80")
    theory = [one for one in panel.series if one.name == "theory"]
    assert [one.y[0] for one in theory] == pytest.approx([582.9, 233.2], abs=0.1)
    second = [band for band in panel.bands if band.x0 is not None and band.x0 > 0.5]
    assert second[0].hover.startswith("liquid: 0 to 143")
    assert any("Phases of NaK80 at 25 °C ± 2 K, no K bound as KC8." in note for note in figure.notes)
    assert "Some points are digitised." in figure.notes


def test_what_cannot_be_drawn_is_refused() -> None:
    areal = stripping_series(overlay=[{"alloy": "NaK50", "areal_capacity": "3 mAh cm-2"}])
    with pytest.raises(SchemaError, match="capacity per mass"):
        capacity_by_alloy(areal)
    with pytest.raises(SchemaError, match="current density and a capacity"):
        capacity_against(areal)
    with pytest.raises(SchemaError, match="capacity_bands record"):
        capacity_against(series(), bands=[series()])


def test_both_renderers_draw_them(tmp_path: Path) -> None:
    for n, figure in enumerate((capacity_against(series(), bands=BANDS), capacity_by_alloy(series(), bands=BANDS))):
        assert save_figure(figure, tmp_path / f"{n}.png", dpi=50).stat().st_size > 5000
        assert len(to_plotly(figure).data) > 2
        assert "mAh g-1" in save_data(figure, tmp_path / f"{n}.csv").read_text(encoding="utf-8")
    assert np.isfinite(series().current_density.to_numpy()).all()
