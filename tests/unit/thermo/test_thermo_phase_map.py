from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from alkanode.foundation.errors import ConvergenceError, ExtrapolationWarning
from alkanode.foundation.sources import Trust
from alkanode.thermo import Assessment, invariants, liquid_fraction, load_assessment, phase_diagram, tie_line_table
from alkanode.thermo.assessment.data import Compound, Phase
from alkanode.thermo.binary.phase_map import PhaseMap, phase_map

SYSTEMS = ("Na-K", "Li-Na", "Li-K")


def with_compound(system: str, name: str, atoms: tuple[tuple[str, int], ...], energy: float) -> Assessment:
    """A shipped system with a made-up compound; ``energy`` is J per mole of formula units, from the bcc elements."""
    data = load_assessment(system)
    phase = Phase(name=name, tdb_name=name.upper(), model="compound", atoms=atoms)
    entry = Compound(
        phase=name, constant=energy, slope=0.0, unit="J mol-1", source="", trust=Trust.ASSUMED, in_fit=False
    )
    return dataclasses.replace(data, phases=(*data.phases, phase), compounds=(*data.compounds, entry))


def test_lithium_sodium_has_a_eutectic_a_monotectic_and_a_consolute_point() -> None:
    found = invariants("Li-Na")
    assert [(point.kind, point.branches) for point in found] == [
        ("eutectic", ("bcc_Li", "liquid_Na", "bcc_Na")),
        ("melting", ("bcc_Na", "liquid_Na")),
        ("monotectic", ("bcc_Li", "liquid_Li", "liquid_Na")),
        ("melting", ("bcc_Li", "liquid_Li")),
        ("consolute", ("liquid",)),
    ]
    assert [point.temperature for point in found] == pytest.approx([365.25, 370.87, 443.9, 453.6, 576.8], abs=0.5)
    assert found[2].compositions[1:] == pytest.approx([0.03, 0.899], abs=0.002)
    assert found[4].compositions == pytest.approx([0.36], abs=0.005)


def test_the_gap_of_lithium_potassium_stays_open_up_to_the_end_of_the_functions() -> None:
    found = invariants("Li-K")
    assert [point.kind for point in found] == ["eutectic", "melting", "monotectic", "melting"]
    eutectic, potassium = found[:2]
    assert 0.01 < potassium.temperature - eutectic.temperature < 0.5
    chart = phase_map(load_assessment("Li-K"))
    assert chart.branches == ("liquid_Li", "liquid_K", "bcc_Li", "bcc_K")
    assert chart.ranges[-1].upper == 1000
    assert [(field.left, field.right) for field in chart.ranges[-1].fields] == [("liquid_K", "liquid_Li")]


def test_the_consolute_point_is_where_two_derivatives_vanish() -> None:
    chart = phase_map(load_assessment("Li-Na"))
    point = chart.invariants[-1]
    terms = chart.model.solution("liquid", np.array(point.temperature))
    x, h = point.compositions[0], 1e-4
    bend = [terms.potentials(np.array(x + s))[2] / ((x + s) * (1 - x - s)) for s in (-h, 0.0, h)]
    assert bend[1] == pytest.approx(0, abs=1e-6 * terms.rt)
    assert (bend[2] - bend[0]) / (2 * h) == pytest.approx(0, abs=1e-4 * terms.rt)


@pytest.mark.parametrize("distance", [1e-9, 1e-6, 1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0])
def test_a_gap_closes_as_a_parabola(distance: float) -> None:
    chart = phase_map(load_assessment("Li-Na"))
    point = chart.invariants[-1]
    lines = chart.tie_lines(np.array([point.temperature - distance]))
    left, right = lines.left[0, 0], lines.right[0, 0]
    assert left < point.compositions[0] < right
    assert (right - left) ** 2 / distance == pytest.approx(0.00932, rel=0.003 + 0.003 * distance)
    amounts = lines.fraction("liquid_Li", np.array(point.compositions[0])) + lines.fraction(
        "liquid_Na", np.array(point.compositions[0])
    )
    assert amounts == pytest.approx(1)


def test_above_the_consolute_point_the_liquid_is_one() -> None:
    point = invariants("Li-Na")[-1]
    chart = phase_map(load_assessment("Li-Na"))
    above = chart.tie_lines(np.array(point.temperature + 1e-6))
    assert above.fraction("liquid", np.array(0.36)) == 1
    assert liquid_fraction(point.temperature - 1.0, 0.36, system="Li-Na") == pytest.approx(1)


@pytest.mark.parametrize("system", SYSTEMS)
def test_topology_holds_between_the_invariants(system: str) -> None:
    chart = phase_map(load_assessment(system))
    assert [part.upper for part in chart.ranges[:-1]] == [part.lower for part in chart.ranges[1:]]
    for part in chart.ranges:
        ends = [part.first, *(name for field in part.fields for name in (field.left, field.right))]
        assert ends[1::2] == ends[:-1:2]  # each field begins with the phase that ended the one before
        for field in part.fields:
            inner = slice(1, -1)
            assert (field.x_left[inner] < field.x_right[inner]).all()


@pytest.mark.parametrize("system", SYSTEMS)
def test_without_the_solid_only_the_liquid_is_left(system: str) -> None:
    with pytest.warns(ExtrapolationWarning):
        assert liquid_fraction(
            220.0, [0.1, 0.95], system=system, suspend=("bcc_A2", *(["Na2K"] * (system == "Na-K")))
        ) == (pytest.approx(1))


def test_without_the_solid_the_gap_of_the_liquid_goes_on_below_the_monotectic() -> None:
    stable = phase_map(load_assessment("Li-Na"))
    metastable = phase_map(load_assessment("Li-Na"), ("bcc_A2",))
    t = np.array([500.0])
    assert metastable.tie_lines(t).left[0] == pytest.approx(stable.tie_lines(t).left[0])
    below = metastable.tie_lines(np.array([400.0]))
    assert [metastable.branches[k] for k in (below.left_branch[0, 0], below.right_branch[0, 0])] == [
        "liquid_Li",
        "liquid_Na",
    ]
    assert [point.kind for point in metastable.invariants] == ["consolute"]


def test_without_the_liquid_the_solids_unmix_up_to_their_own_consolute_point() -> None:
    found = invariants("Li-Na", suspend=("liquid",))
    assert [(point.kind, point.branches) for point in found] == [("consolute", ("bcc",))]
    with pytest.warns(ExtrapolationWarning):
        assert liquid_fraction(700.0, 0.5, system="Li-Na", suspend=("liquid",)) == 0


@pytest.mark.parametrize(
    ("make", "kinds"),
    [
        # a compound inside the gap of two liquids that melts into both of them
        (
            lambda: with_compound("Li-Na", "LiNa", (("Li", 1), ("Na", 1)), -2000.0),
            {"syntectic", "eutectic", "consolute"},
        ),
        # one that melts into a liquid of its own composition
        (lambda: with_compound("Li-Na", "LiNa4", (("Li", 1), ("Na", 4)), -9000.0), {"congruent"}),
    ],
)
def test_compounds_that_do_not_exist(make: Callable[[], Assessment], kinds: set[str]) -> None:
    assert kinds <= {point.kind for point in phase_map(make()).invariants}


def test_draws_are_maps_of_their_own() -> None:
    data = load_assessment("Na-K")
    random = np.random.default_rng(3)
    draws = {name: value * (1 + 1e-3 * random.standard_normal(5)) for name, value in data.parameters.items()}
    lines = phase_map(data).tie_lines(np.array(298.15), draws)
    assert lines.left.shape == (3, 5)
    assert not lines.failed.any()
    for number in range(5):
        own = PhaseMap(data.with_parameters({name: float(values[number]) for name, values in draws.items()}))
        one = own.tie_lines(np.array(298.15))
        for place in range(2):
            assert lines.left[place, number] == pytest.approx(one.left[place], rel=1e-9)
            assert lines.right[place, number] == pytest.approx(one.right[place], rel=1e-9)
    amounts = lines.liquid_fraction(np.array(0.1))
    assert amounts.shape == (5,)
    assert np.ptp(amounts) > 1e-4


def test_draws_broadcast_with_temperatures() -> None:
    data = load_assessment("Li-Na")
    name = "liquid Li-Na 0 constant"
    lines = phase_map(data).tie_lines(
        np.array([400.0, 500.0])[:, None], {name: data.parameters[name] + np.array([-50.0, 0.0, 50.0])}
    )
    assert lines.left.shape == (2, 2, 3)
    assert lines.left[0, :, 1] == pytest.approx(phase_map(data).tie_lines(np.array([400.0, 500.0])).left[0])
    assert (np.diff(lines.right[0, 1]) > 0).all()  # the more the metals dislike each other, the wider the gap


def test_a_draw_without_the_tie_line_is_nan_and_counted() -> None:
    data = load_assessment("Li-Na")
    name = "liquid Li-Na 0 constant"
    lines = phase_map(data).tie_lines(np.array(570.0), {name: data.parameters[name] + np.array([0.0, -2000.0])})
    assert lines.failed.tolist() == [False, True]
    assert np.isnan(lines.liquid_fraction(np.array(0.36))).tolist() == [False, True]
    terms = phase_map(data).model.terms(np.array([570.0, 570.0]))
    assert np.isnan(lines.potentials(terms, np.array(0.36))[0]).tolist() == [False, True]


def test_a_diagram_shows_all_that_happens_unless_told_otherwise() -> None:
    assert phase_diagram("Na-K", points=2).temperature.values[[0, -1], [0, 1]].tolist()[0] == 240
    diagram = phase_diagram("Li-Na", points=41)
    assert set(diagram.boundary.values.tolist()) == {"liquidus", "solidus", "solvus", "binodal"}
    assert diagram.invariant_kind.values.tolist() == [point.kind for point in invariants("Li-Na")]
    assert diagram.mole_fraction.attrs["element"] == "Li"
    gap = diagram.isel(line=np.flatnonzero(diagram.boundary == "binodal")[-2:])
    assert gap.mole_fraction.values[:, -1] == pytest.approx([1 - 0.36] * 2, abs=0.005)  # both sides meet
    assert np.abs(np.diff(gap.mole_fraction.values)).max() < 0.05  # and the top is drawn round


def test_the_diagram_of_lithium_potassium_says_that_it_is_extrapolated() -> None:
    with pytest.warns(ExtrapolationWarning, match="alkanode-estimate K-Li"):
        diagram = phase_diagram("Li-K")
    assert diagram.temperature.min() < 336 < 454 < diagram.temperature.max()
    assert "assumed" in diagram.attrs["label"]


def test_a_table_names_its_ends_after_the_elements() -> None:
    table = tie_line_table([400.0, 448.0], system="Li-Na")
    assert table.end.values.tolist() == ["Li-rich", "Na-rich"]
    assert table.phase.values[0, 0].tolist() == ["bcc_Li", "liquid_Na"]
    assert table.phase.values[1].tolist() == [["bcc_Li", "liquid_Li"], ["liquid_Li", "liquid_Na"]]


def test_two_compounds_side_by_side_have_the_potentials_of_their_chord() -> None:
    data = with_compound("Na-K", "NaK", (("Na", 1), ("K", 1)), -700.0)
    chart = phase_map(data)
    t = np.array(210.0)
    lines, terms = chart.tie_lines(t), chart.model.terms(t)
    mu_k, mu_na = lines.potentials(terms, np.array(0.6))
    assert 0.5 * (mu_k + mu_na) == pytest.approx(float(np.asarray(terms["NaK"])))
    assert (mu_k + 2 * mu_na) / 3 == pytest.approx(float(np.asarray(terms["Na2K"])))


def test_an_unresolved_topology_is_an_error_that_names_it() -> None:
    data = load_assessment("Na-K")
    gap = [dataclasses.replace(term, constant=4600.0 if term.order == 0 else 0.0) for term in data.interactions]
    made_up = dataclasses.replace(data, interactions=tuple(gap), compounds=(), phases=data.phases[:2])
    with pytest.raises(ConvergenceError, match="change of topology"):
        phase_map(made_up)
