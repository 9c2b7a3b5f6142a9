"""Both renderers draw every kind of figure; pictures, pages and tables are complete and ask no network."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import alkanode.plot as drawing
from alkanode.electrochem import critical_stripping
from alkanode.foundation.errors import SchemaError
from alkanode.plot.describe_cycling import stripping, voltage_history
from alkanode.plot.describe_impedance import bode, nyquist
from alkanode.plot.describe_recovery import recovered_against_true
from alkanode.plot.describe_relaxation import distribution, relaxation_map
from alkanode.plot.describe_thermo import phase_diagram
from alkanode.plot.plotly_renderer import MOST_POINTS

KINDS = ("history", "stripping", "nyquist", "bode", "map", "distribution", "diagram", "recovery")


@pytest.fixture(autouse=True)
def _no_open_figures() -> Iterator[None]:
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


@pytest.fixture
def figures(
    cycling: xr.Dataset, spectra: xr.Dataset, times: xr.Dataset, path: xr.Dataset, diagram: xr.Dataset
) -> dict[str, drawing.Figure]:
    return {
        "history": voltage_history(cycling, events=[(100.0, "a < b")]),
        "stripping": stripping(
            cycling, mass="8 mg", area="0.5 cm2", path=path, limit=critical_stripping(cycling, cutoff="0.5 V")
        ),
        "nyquist": nyquist(spectra),
        "bode": bode(spectra),
        "map": relaxation_map(times),
        "distribution": distribution(times, [0, 7]),
        "diagram": phase_diagram(diagram, paths=[path]),
        "recovery": recovered_against_true(["a", "b"], [1.0, 2.0], [1.1, 2.0], [[0.9, 1.2], [2.1, 2.2]]),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_matplotlib_draws_it(figures: dict[str, drawing.Figure], kind: str) -> None:
    figure = figures[kind]
    drawn = drawing.draw(figure)
    axes = drawn if isinstance(drawn, list) else [drawn]
    assert len(axes) == len(figure.panels)
    for ax, panel in zip(axes, figure.panels, strict=True):
        assert ax.get_yscale() == panel.y.scale
        labels = {line.get_label() for line in ax.get_lines()}
        assert {one.name for one in panel.series if one.in_legend} <= labels
    axes[0].get_figure().canvas.draw()


@pytest.mark.parametrize("kind", KINDS)
def test_plotly_draws_it(figures: dict[str, drawing.Figure], kind: str) -> None:
    figure = figures[kind]
    drawn = drawing.to_plotly(figure)
    names = {trace.name for trace in drawn.data if trace.showlegend}
    assert names == {one.name for panel in figure.panels for one in panel.series if one.in_legend}
    for number, panel in enumerate(figure.panels, start=1):
        axis = drawn.layout["yaxis" if number == 1 else f"yaxis{number}"]
        assert (axis.type or "linear") == panel.y.scale
    assert drawn.layout.title.text == figure.title
    assert drawn.layout.font.size >= 12


@pytest.mark.parametrize("kind", KINDS)
def test_fragment_is_complete_and_silent(figures: dict[str, drawing.Figure], kind: str) -> None:
    page = drawing.figure_html(figures[kind], div_id=f"figure-{kind}")
    assert f'id="figure-{kind}"' in page
    assert "<figcaption>" in page
    assert not re.findall(r"https?://", page)
    assert '"showSendToCloud": false' in page
    assert len(page) < 300_000


def test_library_is_inlined_once_and_not_in_fragments(figures: dict[str, drawing.Figure]) -> None:
    assert "plotly.js v" in drawing.plotly_script()[:200]
    assert "plotly.js v" not in drawing.figure_html(figures["map"], div_id="a")


def test_texts_of_users_cannot_break_a_page(times: xr.Dataset) -> None:
    evil = times.assign(mask_reason=("spectrum", ["</script><script>alert(1)</script>"] * 12))
    page = drawing.figure_html(relaxation_map(evil), div_id="a")
    assert "<script>alert" not in page
    assert page.count("</script>") == page.count("<script")


def test_logarithmic_axes_count_in_powers_of_ten(figures: dict[str, drawing.Figure]) -> None:
    axis = drawing.to_plotly(figures["map"]).layout.yaxis
    assert axis.exponentformat == "power"
    assert axis.labelalias == {"1": "10<sup>0</sup>", "10": "10<sup>1</sup>"}
    assert axis.range == pytest.approx(np.log10(figures["map"].panels[0].y.limits))
    drawn = drawing.draw(figures["map"])
    assert not isinstance(drawn, list)
    drawn.get_figure().canvas.draw()
    shown = [label.get_text() for label in drawn.get_yticklabels() if label.get_text()]
    assert any("10^{-3}" in text for text in shown)


def test_map_reaches_both_renderers_with_gaps(figures: dict[str, drawing.Figure]) -> None:
    (heatmap,) = [trace for trace in drawing.to_plotly(figures["map"]).data if trace.type == "heatmap"]
    z = figures["map"].panels[0].maps[0].z
    assert np.array_equal(np.asarray(heatmap.z, dtype=float), z, equal_nan=True)
    drawn = drawing.draw(figures["map"])
    assert not isinstance(drawn, list)
    (mesh,) = drawn.collections
    assert np.array_equal(np.ma.getmaskarray(mesh.get_array()).ravel(), np.isnan(z).ravel())


def test_long_curves_are_thinned_on_a_page_and_said(cycling: xr.Dataset) -> None:
    rows = 30_000
    voltage = np.zeros(rows)
    voltage[12_345] = 5.0
    record = xr.Dataset(
        {"time": ("row", np.arange(rows) * 1.0), "voltage": ("row", voltage), "current": ("row", np.ones(rows))}
    )
    figure = voltage_history(record)
    drawn = drawing.to_plotly(figure)
    assert len(drawn.data[0].x) <= MOST_POINTS
    assert np.max(drawn.data[0].y) == 5.0
    assert f"of {rows} points" in drawing.figure_html(figure, div_id="a")
    assert "points" not in drawing.figure_html(voltage_history(cycling), div_id="a").split("<figcaption>")[1]


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_pictures_are_written(figures: dict[str, drawing.Figure], tmp_path: Path, suffix: str) -> None:
    target = drawing.save_figure(figures["diagram"], tmp_path / f"a.{suffix}", dpi=60)
    head = target.read_bytes()[:200]
    assert {"png": b"PNG", "pdf": b"%PDF", "svg": b"<svg"}[suffix] in target.read_bytes()[:1000], head
    with pytest.raises(SchemaError, match=r"\.svg"):
        drawing.save_figure(figures["diagram"], tmp_path / "a.jpg")


def test_data_of_a_figure_as_csv(figures: dict[str, drawing.Figure], tmp_path: Path) -> None:
    with drawing.save_data(figures["stripping"], tmp_path / "a.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["specific capacity", "voltage"]
    assert rows[1] == ["mAh g-1", "V"]
    assert rows[2] == ["voltage", "voltage"]
    assert len(rows) == 3 + 400
    assert float(rows[-1][0]) == pytest.approx(250.0)


def test_map_as_csv_lists_cells_with_their_centres(figures: dict[str, drawing.Figure], tmp_path: Path) -> None:
    with drawing.save_data(figures["map"], tmp_path / "a.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[1] == ["mAh", "s", "ohm"]
    assert len(rows) == 3 + 60 * 12
    assert float(rows[3][1]) == pytest.approx(1e-8)
    assert rows[3][2] == ""


def test_axes_of_the_user_are_used(figures: dict[str, drawing.Figure]) -> None:
    import matplotlib.pyplot as plt

    canvas, ax = plt.subplots()
    assert drawing.draw(figures["distribution"], ax=ax) is ax
    canvas.canvas.draw()
    with pytest.raises(SchemaError, match="2 axes"):
        drawing.draw(figures["bode"], ax=ax)


def test_quick_functions_return_axes(
    cycling: xr.Dataset, spectra: xr.Dataset, times: xr.Dataset, path: xr.Dataset, diagram: xr.Dataset
) -> None:
    from matplotlib.axes import Axes

    calls: list[Callable[[], object]] = [
        lambda: drawing.stripping(cycling, mass="8 mg", path=path),
        lambda: drawing.nyquist(spectra),
        lambda: drawing.operando_map(times, against="time"),
        lambda: drawing.relaxation_times(times, 0),
        lambda: drawing.phase_diagram(diagram, paths=[path], basis="mole"),
        lambda: drawing.recovered(["a"], [1.0], [1.1]),
    ]
    for call in calls:
        assert isinstance(call(), Axes)
    assert len(drawing.voltage_history(cycling)) == 2
    assert len(drawing.bode(spectra)) == 2


def test_import_loads_no_drawing_library() -> None:
    code = "import sys, alkanode.plot; print([m for m in ('matplotlib', 'plotly') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
