"""Figures of phase equilibria and anodes: what they hold, that both renderers draw them, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
import pytest
import xarray as xr

import alkanode as alk
import alkanode.plot as drawing
from alkanode.foundation.errors import SchemaError
from alkanode.plot import describe_thermo
from alkanode.plot.description import Area, Axis, Figure, Note, Panel
from alkanode.plot.free_places import FreePlaces
from alkanode.plot.phase_words import field_name, field_role, phase_name, phase_role
from alkanode.plot.placement import ends
from alkanode.plot.readable_units import readable
from alkanode.plot.triangle import Triangle
from alkanode.plot.twin_scales import composition_twin, kelvin_twin


@pytest.fixture(autouse=True)
def _no_open_figures() -> Iterator[None]:
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


@pytest.fixture(scope="module")
def lithium_sodium() -> xr.Dataset:
    return alk.thermo.phase_diagram("Li-Na", ("350 K", "620 K"), points=60)


@pytest.fixture(scope="module")
def sodium_potassium() -> xr.Dataset:
    return alk.thermo.phase_diagram("Na-K", ("240 K", "380 K"), points=60)


@pytest.fixture(scope="module")
def nak80() -> xr.Dataset:
    return alk.thermo.stripping_path("NaK80", points=80, draws=20)


@pytest.fixture
def section() -> xr.Dataset:
    """Li(s) beside Na-K liquid, and beside it with each other solid; liquid holds 0.01 to 0.25 at% Li."""
    ratio = np.linspace(0.134, 0.713, 9)
    lithium = 1e-4 * 25 ** np.linspace(0, 1, 9)
    liquid = np.stack([(1 - ratio) * (1 - lithium), lithium, ratio * (1 - lithium)], axis=-1)
    solid = np.tile([0.0, 0.9995, 0.0005], (9, 1))
    potassium, sodium = np.array([0.965, 0.0, 0.035]), np.array([0.02, 0.01, 0.97])
    return xr.Dataset(
        {
            "boundary_mole_fraction": (("boundary", "point", "element"), np.stack([liquid, solid])),
            "boundary_phase": ("boundary", ["liquid", "bcc_Li"]),
            "boundary_other_phase": ("boundary", ["bcc_Li", "liquid"]),
            "tie_line_mole_fraction": (("tie_line", "end", "element"), np.stack([liquid, solid], axis=1)),
            "tie_line_phase": (("tie_line", "end"), [["liquid", "bcc_Li"]] * 9),
            "triangle_mole_fraction": (
                ("triangle", "corner", "element"),
                np.stack([[liquid[0], potassium, solid[0]], [liquid[-1], sodium, solid[-1]]]),
            ),
            "triangle_phase": (("triangle", "corner"), [["liquid", "bcc_K", "bcc_Li"], ["liquid", "bcc_Na", "bcc_Li"]]),
            "region_mole_fraction": (("region", "element"), [[0.33, 0.34, 0.33], [0.55, 0.0002, 0.4498]]),
            "region_phases": ("region", ["liquid + bcc_Li", "liquid"]),
        },
        coords={"element": ["K", "Li", "Na"]},
        attrs={"kind": "isothermal_section", "temperature": 300.0, "label": "made up"},
    )


@pytest.fixture
def curves() -> xr.Dataset:
    """Two parabolas with minima at 0.2 and 0.8 and a compound; their common tangent joins the minima."""
    x = np.linspace(0, 1, 51)
    compound = np.full(51, np.nan)
    compound[25] = 500.0
    mass = x * 39.1 / (x * 39.1 + (1 - x) * 22.99)
    return xr.Dataset(
        {
            "mole_fraction": ("composition", x, {"element": "K"}),
            "mass_fraction": ("composition", mass),
            "gibbs_energy": (
                ("phase", "composition"),
                np.stack([1e4 * (x - 0.2) ** 2 - 100, 1e4 * (x - 0.8) ** 2 - 100, compound]),
            ),
            "tangent_mole_fraction": (("tangent", "end"), [[0.2, 0.8]]),
            "tangent_mass_fraction": (("tangent", "end"), [[0.2983, 0.8719]]),
            "tangent_gibbs_energy": (("tangent", "end"), [[-100.0, -100.0]]),
            "tangent_phase": (("tangent", "end"), [["liquid", "bcc_K"]]),
        },
        coords={"phase": ["liquid", "bcc_A2", "Na2K"]},
        attrs={"kind": "gibbs_curves", "system": "Na-K", "temperature": 298.15},
    )


def _inventory(alloy: str) -> xr.Dataset:
    return alk.thermo.lever_rule(
        alloy, volume="10 uL", diameter="7.14 mm", areal_capacity="3 mAh cm-2", ion="K+", temperature="21 degC"
    )


@pytest.fixture(scope="module")
def figures(sodium_potassium: xr.Dataset, lithium_sodium: xr.Dataset, nak80: xr.Dataset) -> dict[str, Figure]:
    plated = alk.thermo.plating_path("K", "Na+", points=80, draws=20)
    return {
        "Na-K": describe_thermo.phase_diagram(sodium_potassium, paths=[nak80, plated]),
        "Li-Na": describe_thermo.phase_diagram(lithium_sodium, basis="mole"),
        "path": describe_thermo.anode_path(nak80),
        "plating": describe_thermo.anode_path(plated),
        "paths": describe_thermo.anode_paths([nak80, alk.thermo.stripping_path("NaK50", points=80, draws=20)]),
        "potentials": describe_thermo.alloy_potentials(
            alk.thermo.alloy_potentials(np.linspace(0.02, 0.98, 25), "PC", draws=20)
        ),
        "lever rule": describe_thermo.lever_rule(
            [_inventory("K0.95Na0.05"), _inventory("K0.90Na0.10")], diagram=sodium_potassium
        ),
    }


NAMES = ("Na-K", "Li-Na", "path", "plating", "paths", "potentials", "lever rule")


def _drawn_by_both(figure: Figure) -> None:
    axes = drawing.draw(figure)
    first = axes[0] if isinstance(axes, list) else axes
    first.get_figure().canvas.draw()
    page = drawing.figure_html(figure, div_id="a")
    assert not re.findall(r"https?://", page)
    assert "NaN" not in figure.caption
    assert "  " not in figure.caption + figure.title


@pytest.mark.parametrize("name", NAMES)
def test_both_renderers_draw_it(figures: dict[str, Figure], name: str) -> None:
    _drawn_by_both(figures[name])


def test_both_renderers_draw_triangles_and_tangents(section: xr.Dataset, curves: xr.Dataset) -> None:
    _drawn_by_both(describe_thermo.isothermal_section(section))
    _drawn_by_both(describe_thermo.gibbs_curves(curves, basis="mass"))


def _overlap(notes: tuple[Note, ...], panel: Panel) -> list[tuple[str, str]]:
    room = FreePlaces(panel.x, panel.y, *ends(panel), letter=(0.0122, 0.0605 / panel.height))
    boxes = [(note.text, room.box(note.text, note.x, note.y, note.anchor, note.level)) for note in notes]
    return [
        (one[0], two[0])
        for one, two in combinations(boxes, 2)
        if min(one[1][1], two[1][1]) > max(one[1][0], two[1][0])
        and min(one[1][3], two[1][3]) > max(one[1][2], two[1][2])
    ]


@pytest.mark.parametrize("name", ["Na-K", "Li-Na"])
def test_texts_of_a_diagram_do_not_overlap(figures: dict[str, Figure], name: str) -> None:
    (panel,) = figures[name].panels
    assert len(panel.notes) >= 7
    assert _overlap(panel.notes, panel) == []


def test_gap_of_two_liquids_is_named_and_its_top_marked(figures: dict[str, Figure]) -> None:
    (panel,) = figures["Li-Na"].panels
    texts = {note.text for note in panel.notes}
    assert {
        "two liquids",
        "monotectic 170.8 °C",
        "eutectic 92.1 °C",
        "Na-rich liquid + Li(s)",
        "Li(s) + Na(s)",
    } <= texts
    assert any(text.startswith("consolute 30") for text in texts)
    assert "binodal" in {one.name for one in panel.series}
    assert panel.y.limits is not None
    assert panel.y.limits[1] > max(np.nanmax(one.y) for one in panel.series)
    assert next(note for note in panel.notes if note.text.startswith("consolute")).y < panel.y.limits[1]


def test_narrow_field_has_a_short_name_that_the_caption_explains(
    figures: dict[str, Figure], sodium_potassium: xr.Dataset
) -> None:
    texts = {note.text for note in figures["Na-K"].panels[0].notes}
    assert "L + K(s)" in texts
    assert "L: liquid." in figures["Na-K"].caption
    wide = describe_thermo.phase_diagram(sodium_potassium, basis="mole")
    assert "liquid + K(s)" in {note.text for note in wide.panels[0].notes}
    assert "L: liquid" not in wide.caption


def _holds(area: Area, x: float, y: float) -> bool:
    """Whether an outline holds a point: a ray to the right crosses it an odd number of times."""
    a, b = np.column_stack([area.x, area.y]), np.column_stack([np.roll(area.x, -1), np.roll(area.y, -1)])
    crosses = (a[:, 1] > y) != (b[:, 1] > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = a[:, 0] + (y - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])
    return bool((crosses & (x < at)).sum() % 2)


def test_areas_are_the_phases_of_the_equilibrium(figures: dict[str, Figure]) -> None:
    (panel,) = figures["Na-K"].panels
    rng = np.random.default_rng(3)
    mass, kelvin = rng.uniform(0.02, 0.98, 120), rng.uniform(242, 368, 120)
    for w, t in zip(mass, kelvin, strict=True):
        alloy = alk.materials.Composition.from_mass_fractions(K=float(w), Na=float(1 - w))
        liquid = float(alk.thermo.liquid_fraction(float(t), alloy))
        here = [area for area in panel.areas if _holds(area, 100 * w, t - 273.15)]
        assert len(here) == 1, (w, t, [area.name for area in here])
        wanted = "liquid" if liquid == 1 else "liquid + " if liquid > 0 else ""
        assert here[0].name == wanted if liquid == 1 else here[0].name.startswith(wanted)
        assert ("liquid" in here[0].name) == (liquid > 0)


def test_hover_along_a_path_tells_the_charge(figures: dict[str, Figure]) -> None:
    (panel,) = figures["Na-K"].panels
    stripped, plated = (one for one in panel.series if one.style == "arrow")
    assert stripped.x[0] == pytest.approx(80)
    assert stripped.x[-1] == pytest.approx(100)
    assert plated.x[0] == pytest.approx(100)
    assert plated.x[-1] < 40
    assert len(stripped.hover) == stripped.x.size > 10
    assert all("mAh g⁻¹ stripped" in text for text in stripped.hover[1:])
    assert all("mAh g⁻¹ plated" in text for text in plated.hover[1:])


def test_path_of_other_metals_is_refused(lithium_sodium: xr.Dataset, nak80: xr.Dataset) -> None:
    with pytest.raises(SchemaError, match="Li and Na"):
        describe_thermo.phase_diagram(lithium_sodium, paths=[nak80])


def test_phases_of_a_path_fill_the_panel(figures: dict[str, Figure], nak80: xr.Dataset) -> None:
    phases, potential = figures["path"].panels[:2]
    total = sum(fill.upper - fill.lower for fill in phases.fills)
    assert total == pytest.approx(np.ones(nak80.sizes["point"]))
    assert [fill.name for fill in phases.fills] == ["liquid", "K(s)"]
    temperature, assessment = (one for one in phases.series if one.x_interval is not None)
    for one, suffix in ((temperature, "interval"), (assessment, "assessment_interval")):
        assert one.x_interval is not None
        assert one.x[0] == pytest.approx(nak80.capacity_to_liquidus.item() / 3600)
        wanted = nak80[f"capacity_to_liquidus_{suffix}"].to_numpy() / 3600
        assert [one.x_interval[0][0], one.x_interval[1][0]] == pytest.approx(wanted.tolist())
    assert [line.label for line in potential.lines] == ["solid appears", "last liquid"]
    assert np.isnan(potential.series[0].y[-1])


def test_plating_into_potassium_melts_it(figures: dict[str, Figure]) -> None:
    phases, potential = figures["plating"].panels[:2]
    assert {"liquid", "K(s)", "Na(s)"} == {fill.name for fill in phases.fills}
    assert [line.label for line in potential.lines][:2] == ["first liquid", "all liquid"]
    assert figures["plating"].title == "Plating Na⁺ into K at 25 °C"


def test_several_paths_are_of_one_kind(nak80: xr.Dataset) -> None:
    with pytest.raises(SchemaError, match="no path"):
        describe_thermo.anode_paths([])
    with pytest.raises(SchemaError, match="one kind"):
        describe_thermo.anode_paths([nak80, nak80.assign_attrs(kind="plating_path")])


def test_thickness_has_its_own_panel(nak80: xr.Dataset) -> None:
    thick = nak80.assign(thickness=("point", np.linspace(250e-6, 200e-6, nak80.sizes["point"])))
    panel = describe_thermo.anode_path(thick).panels[-1]
    assert panel.y.unit == "um"
    assert panel.series[0].y[[0, -1]] == pytest.approx([250, 200])


def test_section_is_an_equilateral_triangle(section: xr.Dataset) -> None:
    figure = describe_thermo.isothermal_section(section)
    triangle, solubility = figure.panels
    assert figure.title == "Isothermal section Li-Na-K at 300 K (26.85 °C)"
    assert triangle.bare
    frame = next(one for one in triangle.series if one.name == "frame")
    sides = np.hypot(np.diff(frame.x), np.diff(frame.y))
    assert sides == pytest.approx(np.ones(3))
    corners = {note.text: (note.x, note.y) for note in triangle.notes if note.text in {"K", "Na", "Li"}}
    assert corners["K"][0] < 0 < 1 < corners["Na"][0]
    assert corners["Li"][1] > 0.86
    assert [area.role for area in triangle.areas] == ["three-phase"] * 2
    names = {note.text for note in triangle.notes}
    assert {"liquid", "liquid + Li(s)", "liquid + K(s) + Li(s)", "liquid + Li(s) + Na(s)"} <= names
    ties = next(one for one in triangle.series if one.name == "tie lines")
    assert "Li(s): 99.95 % Li" in ties.hover[0]
    assert solubility.y.scale == "log"
    assert solubility.series[0].x[[0, -1]] == pytest.approx([13.4, 71.3])
    assert solubility.series[0].y[[0, -1]] == pytest.approx([0.01, 0.25])


def test_section_without_liquid_has_one_panel_and_other_corners_are_possible(section: xr.Dataset) -> None:
    solid = section.assign(boundary_phase=("boundary", ["bcc_K", "bcc_Li"]))
    figure = describe_thermo.isothermal_section(solid, corners=("Li", "K", "Na"))
    assert len(figure.panels) == 1
    at = {note.text: note.x for note in figure.panels[0].notes}
    assert at["Li"] < at["Na"] < at["K"]
    with pytest.raises(SchemaError, match="three elements"):
        describe_thermo.isothermal_section(section, corners=("Li", "K", "Cs"))
    with pytest.raises(SchemaError, match="solute"):
        describe_thermo.isothermal_section(section, solute="Cs")


def test_alloys_and_paths_stand_in_a_section(section: xr.Dataset, nak80: xr.Dataset) -> None:
    figure = describe_thermo.isothermal_section(section, alloys=["K50Na50", "Li50K50"], paths=[nak80])
    series = {one.name: one for one in figure.panels[0].series}
    assert (series["K50Na50"].x[0], series["K50Na50"].y[0]) == (pytest.approx(0.5), pytest.approx(0.0))
    assert (series["Li50K50"].x[0], series["Li50K50"].y[0]) == (pytest.approx(0.25), pytest.approx(np.sqrt(3) / 4))
    arrow = series["NaK80 along its charge"]
    assert arrow.x[-1] == pytest.approx(0.0, abs=1e-9)
    assert arrow.x[0] > arrow.x[-1]
    assert "mAh g⁻¹" in arrow.hover[3]
    with pytest.raises(SchemaError, match="Sn50K50"):
        describe_thermo.isothermal_section(section, alloys=["Sn50K50"])
    with pytest.raises(SchemaError, match="element_mole_fraction"):
        describe_thermo.isothermal_section(section, paths=[nak80.drop_vars("element_mole_fraction")])


def test_mass_basis_moves_compositions_towards_the_heavy_metal() -> None:
    equal = np.array([[1 / 3, 1 / 3, 1 / 3]])
    order = ["K", "Li", "Na"]
    moles = Triangle(elements=("K", "Na", "Li"), basis="mole").fractions(equal, order)
    masses = Triangle(elements=("K", "Na", "Li"), basis="mass").fractions(equal, order)
    assert moles[0] == pytest.approx([1 / 3] * 3)
    assert masses[0] == pytest.approx(np.array([39.0983, 22.98977, 6.94]) / (39.0983 + 22.98977 + 6.94), rel=1e-3)


def test_tangent_touches_both_curves(curves: xr.Dataset) -> None:
    for basis, wanted in (("mole", [20, 80]), ("mass", [29.83, 87.19])):
        figure = describe_thermo.gibbs_curves(curves, basis="mole" if basis == "mole" else "mass")
        dashed = next(one for one in figure.panels[0].series if one.style == "dashed")
        assert dashed.x[[0, -1]] == pytest.approx(wanted, abs=0.02)
        assert dashed.y == pytest.approx(np.full(dashed.y.size, -0.1))
    compound = next(one for one in figure.panels[0].series if one.name == "Na₂K(s)")
    assert compound.style == "points"
    assert compound.y.tolist() == [0.5]


def test_potentials_keep_their_zeros_apart(figures: dict[str, Figure]) -> None:
    own, together = figures["potentials"].panels
    assert own.y.label == "potential vs own metal"
    assert together.y.label == "potential vs Na in PC"
    assert "cannot be compared" in figures["potentials"].caption
    potassium, sodium = (next(one for one in together.series if one.name == name) for name in ("K", "Na"))
    assert (potassium.y < sodium.y).all()
    assert own.y.limits is not None
    assert own.y.limits[1] < 60
    few = describe_thermo.alloy_potentials(alk.thermo.alloy_potentials(["NaK80", "NaK50"], draws=20))
    assert len(few.panels) == 1
    assert few.panels[0].series[0].style == "line+points"
    assert np.diff(few.panels[0].series[0].x)[0] > 0
    with pytest.raises(SchemaError, match="K, Na"):
        describe_thermo.alloy_potentials(alk.thermo.alloy_potentials("NaK50", draws=0), along="Li")


def test_lever_rule_shows_both_electrodes(figures: dict[str, Figure]) -> None:
    diagram, phases = figures["lever rule"].panels
    arrows = [one for one in diagram.series if one.style == "arrow"]
    assert [one.x[0] for one in arrows] == pytest.approx([95, 95, 90, 90])
    assert arrows[0].x[1] > 95 > arrows[1].x[1]
    assert arrows[0].y == pytest.approx([21, 21])
    assert "compound" not in {one.name for one in diagram.series}
    assert len(phases.y.categories) == 6
    liquid, solid = phases.fills
    bars = np.split(liquid.x[np.isfinite(liquid.x)], 6)
    points = next(one for one in phases.series if one.name == "liquid: ±2 K")
    assert [bar[1] for bar in bars] == pytest.approx(points.x.tolist())
    assert np.nanmax(solid.x) == pytest.approx(100)
    alone = describe_thermo.lever_rule(_inventory("K0.95Na0.05"))
    assert alone.panels[0].y.categories == ("initial", "enriched in K", "depleted in K")
    with pytest.raises(SchemaError, match="at least one"):
        describe_thermo.lever_rule([])


def test_lever_rule_of_other_metals_is_refused(lithium_sodium: xr.Dataset) -> None:
    with pytest.raises(SchemaError, match="electrodes of Li and Na"):
        describe_thermo.lever_rule(_inventory("K0.95Na0.05"), diagram=lithium_sodium)


def _film(kind: str) -> xr.Dataset:
    sodium = np.array([0.7, 0.4, 0.2])
    fields = {
        "mole_fraction": (("composition", "element"), np.stack([1 - sodium, 0.001 * sodium, sodium], axis=1)),
        "solubility": ("composition", [0.0025, 0.0004, 0.0001]),
        "concentration": ("composition", [100.0, 16.0, 4.0]),
        "solubility_interval": (("composition", "bound"), [[0.002, 0.003], [0.0003, 0.0005], [5e-5, 2e-4]]),
    }
    if kind == "lithium_film":
        fields["limiting_current_density"] = ("composition", [400.0, 50.0, 12.0])
    attrs = {"kind": kind, "temperature": 300.0, "thickness": 70e-6}
    return xr.Dataset(fields, coords={"element": ["K", "Li", "Na"]}, attrs=attrs)


def test_film_is_drawn_over_the_ratio_of_its_metals() -> None:
    figure = describe_thermo.lithium_film(_film("lithium_film"))
    solubility, current = figure.panels
    assert solubility.series[0].x.tolist() == pytest.approx([20, 40, 70])
    assert solubility.series[0].y.tolist() == pytest.approx([0.01, 0.04, 0.25])
    assert solubility.fills[0].upper.tolist() == pytest.approx([0.02, 0.05, 0.3])
    assert current.y.unit == "mA cm-2"
    assert current.series[0].y.tolist() == pytest.approx([1.2, 5, 40])
    assert "70 µm thick" in figure.title
    assert len(describe_thermo.lithium_film(_film("lithium_solubility")).panels) == 1
    _drawn_by_both(figure)


def test_exchange_ends_where_nothing_drives_it() -> None:
    exchange = alk.thermo.ion_exchange(
        "Na50K50", "PC", ions={"Na+": "1 mol L-1"}, electrolyte_volume="100 uL", mass="10 mg"
    )
    figure = describe_thermo.ion_exchange(exchange)
    driving, activities = figure.panels
    found = driving.series[0].y[np.isfinite(driving.series[0].y)]
    assert found[0] > 100
    assert found[-1] == pytest.approx(0, abs=1e-6)
    assert driving.lines[1].value == pytest.approx(exchange.equilibrium_extent.item())
    assert figure.title == "Exchange of metals of Na50K50 with PC at 25 °C"
    assert activities.y.scale == "log"
    assert {one.name for one in activities.series} == {"K⁺ in the electrolyte", "Na⁺ in the electrolyte"}
    _drawn_by_both(figure)


@pytest.mark.parametrize(
    ("describe", "kind"),
    [
        (describe_thermo.isothermal_section, "isothermal_section"),
        (describe_thermo.gibbs_curves, "gibbs_curves"),
        (describe_thermo.anode_path, "stripping_path"),
        (describe_thermo.alloy_potentials, "alloy_potentials"),
        (describe_thermo.ion_exchange, "ion_exchange"),
        (describe_thermo.lever_rule, "electrode_inventory"),
        (describe_thermo.lithium_film, "lithium_film"),
    ],
)
def test_records_of_another_kind_are_refused(describe: Callable[[xr.Dataset], Figure], kind: str) -> None:
    with pytest.raises(SchemaError, match=f"{kind} record needs"):
        describe(xr.Dataset({"time": ("row", [0.0])}))


def test_quick_functions_draw(
    sodium_potassium: xr.Dataset, nak80: xr.Dataset, section: xr.Dataset, curves: xr.Dataset
) -> None:
    potentials = alk.thermo.alloy_potentials(["NaK80", "NaK50"], draws=0)
    assert len(drawing.isothermal_section(section)) == 2
    assert drawing.gibbs_curves(curves).get_ylabel().startswith("Gibbs energy")
    assert len(drawing.anode_path(nak80)) >= 2
    assert len(drawing.anode_paths([nak80])) == 2
    assert len(drawing.alloy_potentials(potentials)) == 1
    assert len(drawing.lever_rule(_inventory("K0.95Na0.05"), diagram=sodium_potassium)) == 2
    assert len(drawing.lithium_film(_film("lithium_film"))) == 2


def test_bare_panel_keeps_its_shape_in_both_renderers(section: xr.Dataset) -> None:
    figure = describe_thermo.isothermal_section(section)
    layout = drawing.to_plotly(figure).layout
    assert layout.xaxis.visible is False
    assert layout.yaxis.scaleanchor == "x"
    assert layout.yaxis2.visible is None
    axes = drawing.draw(figure)
    assert isinstance(axes, list)
    assert not axes[0].axison
    assert axes[1].axison
    axes[0].get_figure().canvas.draw()
    corners = axes[0].transData.transform([(0, 0), (1, 0), (0.5, np.sqrt(3) / 2)])
    sides = [np.hypot(*(corners[i] - corners[j])) for i, j in ((0, 1), (1, 2), (2, 0))]
    assert sides == pytest.approx([sides[0]] * 3, rel=1e-6)


def test_turned_texts_turn_the_same_way(section: xr.Dataset) -> None:
    figure = describe_thermo.isothermal_section(section)
    turned = {note.text: note.angle for note in figure.panels[0].notes if note.angle}
    assert turned["Li / at%"] == -60
    drawn = {one.text: one.textangle for one in drawing.to_plotly(figure).layout.annotations}
    axes = drawing.draw(figure)
    assert isinstance(axes, list)
    by_text = {text.get_text(): text.get_rotation() for text in axes[0].texts}
    for text, angle in turned.items():
        assert drawn[text] == pytest.approx(-angle)
        assert by_text[text] == pytest.approx(angle % 360)


def test_areas_move_with_smaller_units() -> None:
    panel = Panel(
        x=Axis(label="a"),
        y=Axis(label="voltage", unit="V"),
        areas=(Area(name="field", x=np.array([0.0, 1, 1]), y=np.array([0.0, 0.0, 0.01]), role="liquid"),),
    )
    moved = readable(Figure(title="", caption="", panels=(panel,))).panels[0]
    assert moved.y.unit == "mV"
    assert moved.areas[0].y.tolist() == [0, 0, 10]


def test_outline_needs_as_many_x_as_y() -> None:
    with pytest.raises(SchemaError, match="one length"):
        Area(name="field", x=np.zeros(3), y=np.zeros(2), role="liquid")


def test_second_scales_stay_readable() -> None:
    twin = composition_twin("Li", "K", "mass")
    assert twin.labels[0] == "0"
    assert twin.labels[-1] == "100"
    assert np.diff(twin.positions).min() >= 3.5
    zoomed = composition_twin("K", "Na", "mole", (80.0, 100.0))
    assert len(zoomed.labels) >= 5
    assert all(79.9 <= place <= 100.1 for place in zoomed.positions)
    kelvin = kelvin_twin((-33.15, 426.85))
    assert kelvin.positions[0] == pytest.approx(float(kelvin.labels[0]) - 273.15)
    assert len(kelvin.labels) <= 11


def test_words_of_phases() -> None:
    assert phase_name("liquid_Li") == "Li-rich liquid"
    assert field_name(("bcc_Na", "liquid_Na")) == "Na-rich liquid + Na(s)"
    assert field_role(("liquid", "bcc_K", "bcc_Na")) == "three-phase"
    assert field_role(("bcc_K",)) == "solid"
    assert len({phase_role(name) for name in ("liquid", "bcc_K", "bcc_Na", "bcc_Li", "Na2K")}) == 5


def test_free_place_avoids_curves_and_texts() -> None:
    x, y = Axis(label="x"), Axis(label="y")
    room = FreePlaces(x, y, (0.0, 1.0), (0.0, 1.0))
    room.avoid(np.array([0.0, 1.0]), np.array([0.5, 0.5]))
    first = room.put("word", [(0.5, 0.5, "centre", "on"), (0.5, 0.8, "centre", "on")])
    assert first.y == 0.8
    second = room.put("other", [(0.5, 0.8, "centre", "on"), (0.5, 0.2, "centre", "on")])
    assert second.y == 0.2
    third = room.put("beyond", [(1.0, 0.35, "left", "on"), (1.0, 0.35, "right", "on")])
    assert third.anchor == "right"
