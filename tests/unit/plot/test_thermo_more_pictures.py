"""Figures of the liquid window and of chemical potentials, and what a stranger needs to read the others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
import xarray as xr

import alkanode as alk
import alkanode.plot as drawing
from alkanode.foundation.errors import ExtrapolationWarning, SchemaError
from alkanode.plot import describe_thermo
from alkanode.plot.description import Figure, Panel, Series


@pytest.fixture(autouse=True)
def _no_open_figures() -> Iterator[None]:
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


@pytest.fixture(scope="module")
def window() -> xr.Dataset:
    return alk.thermo.liquid_window("Na-K", temperature=np.linspace(295, 325, 11).tolist(), draws=20)


@pytest.fixture(scope="module")
def asked() -> xr.Dataset:
    return alk.thermo.liquid_window("Na-K", temperature="25 degC", draws=20)


def _series(panel: Panel, name: str) -> list[Series]:
    return [one for one in panel.series if one.name == name]


def _drawn(figure: Figure) -> None:
    drawing.draw(figure)
    assert "figcaption" in drawing.figure_html(figure, div_id="a")


def test_window_shows_both_bases_and_what_was_asked(window: xr.Dataset, asked: xr.Dataset) -> None:
    figure = describe_thermo.liquid_window(window, marks=asked)
    _drawn(figure)
    mass, mole = figure.panels
    assert (mass.y.unit, mole.y.unit) == ("wt%", "at%")
    (points,) = (one for one in mass.series if one.name.startswith("asked for") and one.in_legend)
    assert points.x[0] == pytest.approx(25.0)
    assert points.y[0] == pytest.approx(40.6, abs=0.1)
    assert points.y_interval is not None
    assert points.y_interval[0][0] < points.y[0] < points.y_interval[1][0]
    lower, upper = _series(mole, "end of the liquid field")
    assert all(a > b for a, b in pairwise(lower.y))
    assert all(a < b for a, b in pairwise(upper.y))
    assert {fill.name for fill in mass.fills} == {"interval: ±2 K", "interval: assessment, 95 %"}
    assert figure.notes[0].startswith("Phases: computed from assessment")


def test_window_at_one_temperature_is_points(asked: xr.Dataset) -> None:
    figure = describe_thermo.liquid_window(asked)
    assert not figure.panels[0].areas
    assert {one.style for one in figure.panels[0].series} == {"points", "crosses"}
    _drawn(figure)


def test_window_of_another_kind_is_refused() -> None:
    with pytest.raises(SchemaError):
        describe_thermo.liquid_window(xr.Dataset(attrs={"kind": "stripping_path"}))


def test_stabilisation_marks_where_the_curves_cross() -> None:
    record = alk.thermo.compare_chemical_potentials(np.linspace(0.05, 0.95, 46))
    figure = describe_thermo.metal_stabilisation(record)
    _drawn(figure)
    (line,) = figure.panels[0].lines
    assert line.value == pytest.approx(40.2, abs=0.3)
    curves = {one.name: one for one in figure.panels[0].series}
    at = [float(np.interp(line.value, curves[name].x, curves[name].y)) for name in ("Na", "K")]
    assert at[0] == pytest.approx(at[1], abs=2e-3)


def test_one_alloy_is_drawn_with_the_whole_of_its_interval() -> None:
    record = alk.thermo.alloy_potentials(["NaK50"], "PC", draws=20)
    for panel in describe_thermo.alloy_potentials(record).panels:
        limits = panel.y.limits
        assert limits is not None
        for one in panel.series:
            assert one.y_interval is not None
            assert limits[0] < one.y_interval[0][0] < one.y_interval[1][0] < limits[1]


def test_alloys_lie_on_the_curves_of_their_metals() -> None:
    curve = alk.thermo.alloy_potentials(np.linspace(0, 1, 201), draws=20)
    figure = describe_thermo.alloy_potentials(curve, alloys=alk.thermo.alloy_potentials(["NaK50"], draws=20))
    (panel,) = figure.panels
    for metal in ("Na", "K"):
        (line,), (mark,) = _series(panel, metal), _series(panel, f"{metal} of the alloys asked for")
        known = np.isfinite(line.y)
        assert np.interp(mark.x[0], line.x[known], line.y[known]) == pytest.approx(mark.y[0], rel=1e-2)
    _drawn(figure)


def test_slender_fields_of_solids_have_upright_names() -> None:
    figure = describe_thermo.phase_diagram(alk.thermo.phase_diagram("Na-K", (240, 375), points=60))
    upright = {note.text for note in figure.panels[0].notes if note.angle == 90}
    assert upright == {"Na(s)", "K(s)"}
    assert "Too slender" not in figure.caption


def test_extrapolated_diagram_says_so_in_its_title() -> None:
    with pytest.warns(ExtrapolationWarning):
        diagram = alk.thermo.phase_diagram("Li-K", (310, 460), points=40)
    figure = describe_thermo.phase_diagram(diagram, basis="mole")
    assert "extrapolated outside 290 to 310 K" in figure.title
    within = describe_thermo.phase_diagram(alk.thermo.phase_diagram("Na-K", (280, 300), points=40))
    assert "extrapolated" not in within.title + within.caption


def test_phases_of_a_path_begin_and_end_on_the_axis() -> None:
    figure = describe_thermo.anode_path(alk.thermo.plating_path("K", "Na+", points=80, draws=20))
    (edge,) = _series(figure.panels[0], "up to liquid")
    known = edge.y[np.isfinite(edge.y)]
    assert known[0] == pytest.approx(0.0, abs=1e-9)


def test_section_names_alloys_as_they_were_named() -> None:
    section = alk.thermo.isothermal_section("300 K")
    alloys = [alk.Alloy.from_name("Li1Na49K50"), alk.Composition.from_mole_fractions(Na=1.0), "NaK50"]
    points = [
        one
        for one in describe_thermo.isothermal_section(section, alloys=alloys).panels[0].series
        if one.style == "points"
    ]
    assert [one.name for one in points] == ["Li1Na49K50", str(alloys[1]), "NaK50"]
    assert (points[1].x[0], points[1].y[0]) == pytest.approx((1.0, 0.0))
