from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.foundation.errors import ConvergenceError, DataQualityWarning, PhysicsError
from alkanode.thermo import invariants, isothermal_section, load_assessment, ternary_equilibrium
from alkanode.thermo.gibbs.model import TernaryModel, ternary_model
from alkanode.thermo.ternary.critical_point import critical_point, softest
from alkanode.thermo.ternary.phases import phases_of
from alkanode.thermo.ternary.section import MOVES
from alkanode.thermo.ternary.section_fields import Fields, section_fields

pytestmark = pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.ExtrapolationWarning")


def triangles(section: xr.Dataset) -> set[frozenset[str]]:
    return {frozenset(corner) for corner in section.triangle_phase.to_numpy()}


@pytest.fixture(scope="module")
def section() -> xr.Dataset:
    return isothermal_section(300.0)


def test_fields_at_room_temperature(section: xr.Dataset) -> None:
    assert triangles(section) == {frozenset({"liquid", "bcc_K", "bcc_Li"}), frozenset({"liquid", "bcc_Na", "bcc_Li"})}
    assert {"liquid", "bcc_Li", "liquid + bcc_Li", "liquid + bcc_Na", "liquid + bcc_K"} <= set(
        section.region_phases.to_numpy()
    )
    assert section.boundary_mole_fraction.attrs["units"] == "1"
    assert section.attrs["kind"] == "isothermal_section"


def test_every_point_lies_in_the_composition_triangle(section: xr.Dataset) -> None:
    for name in ("boundary", "tie_line", "triangle", "region"):
        x = section[f"{name}_mole_fraction"].to_numpy()
        assert np.isfinite(x).all()
        assert (x >= 0).all()
        assert x.sum(axis=-1) == pytest.approx(1, abs=1e-9)


def test_tie_lines_and_triangles_are_equilibria(section: xr.Dataset) -> None:
    middles = section.tie_line_mole_fraction.mean("end")
    found = ternary_equilibrium(300.0, middles)
    for row, names in enumerate(section.tie_line_phase.to_numpy()):
        for end, name in enumerate(names):
            assert found.phase_fraction[row].sel(phase=name) == pytest.approx(0.5, abs=1e-6)
            expected = section.tie_line_mole_fraction[row, end].to_numpy()
            assert found.phase_mole_fraction[row].sel(phase=name).to_numpy() == pytest.approx(expected, abs=1e-8)
    inside = ternary_equilibrium(300.0, section.triangle_mole_fraction.mean("corner"))
    for row, names in enumerate(section.triangle_phase.to_numpy()):
        assert inside.phase_fraction[row].sel(phase=names).to_numpy() == pytest.approx(1 / 3, abs=1e-6)


def test_boundaries_end_at_triangles_or_sides(section: xr.Dataset) -> None:
    corners = section.triangle_mole_fraction.to_numpy().reshape(-1, 3)
    for line in section.boundary_mole_fraction.to_numpy():
        for end in (line[0], line[-1]):
            on_a_side = (end == 0).any()
            at_a_corner = np.abs(corners - end).max(axis=-1).min() < 1e-9
            assert on_a_side or at_a_corner


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [
        (250.0, {"bcc_K bcc_Li Na2K", "bcc_Li bcc_Na Na2K"}),
        (270.0, {"bcc_K bcc_Li liquid", "bcc_Li liquid Na2K", "bcc_Li bcc_Na Na2K"}),
        (350.0, {"bcc_Li bcc_Na liquid"}),
        (400.0, set()),
        (500.0, set()),
    ],
)
def test_fields_open_and_close_with_temperature(temperature: float, expected: set[str]) -> None:
    found = triangles(isothermal_section(temperature, points=20))
    assert found == {frozenset(names.split()) for names in expected}


def test_a_gap_that_no_side_closes_ends_at_a_critical_point() -> None:
    """At 650 K Li-Na mixes and Li-K does not: two liquids from the Li-K side to a point inside."""
    section = isothermal_section(650.0)
    ends = section.boundary_mole_fraction.to_numpy()
    assert len(ends) == 2
    meeting = [n for n in (0, -1) if np.allclose(ends[0, n], ends[1, n], atol=1e-9)]
    assert len(meeting) == 1
    x = ends[0, meeting[0]]
    terms = phases_of(ternary_model(load_assessment("Li-Na-K")), np.array([650.0])).solutions[0]
    assert softest(terms, x[None])[0][0] == pytest.approx(0, abs=1e-6)
    assert (x > 0.05).all()
    assert critical_point(terms, x + np.array([0.01, 0.0, -0.01])) == pytest.approx(x, abs=1e-5)


@pytest.mark.parametrize("temperature", [261.0, 300.0, 366.0, 460.0])
def test_every_field_of_one_phase_has_its_name(temperature: float) -> None:
    """Also the liquid that has just appeared at 261 K, and both liquids that a gap keeps apart at 460 K."""
    section = isothermal_section(temperature, points=20)
    alone = [name for name in section.region_phases.to_numpy() if "+" not in name]
    ends = {name.split("_")[0] if name.startswith("liquid") else name for name in section.boundary_phase.to_numpy()}
    assert ends - {"Na2K"} <= set(alone)
    assert alone.count("liquid") == (2 if temperature == 460.0 else 1)
    found = ternary_equilibrium(temperature, section.region_mole_fraction)
    for row, name in enumerate(section.region_phases.to_numpy()):
        if name in alone:
            assert found.phase_fraction[row].sel(phase=name) == pytest.approx(1, abs=1e-9)


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.DataQualityWarning")
@pytest.mark.parametrize(
    ("system", "kind"),
    [
        ("Na-K", "eutectic"),
        ("Na-K", "peritectic"),
        ("Li-Na", "monotectic"),
        pytest.param("Li-Na", "consolute", marks=pytest.mark.slow),
    ],
)
def test_where_fields_open_or_close_there_is_a_section(system: str, kind: str) -> None:
    for point in (point for point in invariants(system) if point.kind == kind):
        temperature = float(point.temperature)
        section = isothermal_section(temperature, points=9, tie_lines=1)
        assert section.attrs["computed_at"] == pytest.approx(temperature, abs=max(map(abs, MOVES)))
        assert section.temperature == temperature


def test_a_section_beside_the_temperature_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = section_fields

    def refuses(model: TernaryModel, temperature: float, suspended: tuple[str, ...], points: int) -> Fields:
        if temperature == 300.0:
            raise ConvergenceError("fields must close", found="none")
        return exact(model, temperature, suspended, points)

    monkeypatch.setattr("alkanode.thermo.ternary.section.section_fields", refuses)
    with pytest.warns(DataQualityWarning, match=r"300\.002 K"):
        section = isothermal_section(300.0, points=9)
    assert section.attrs["computed_at"] == 300.002
    with pytest.raises(ConvergenceError, match="close"):
        isothermal_section(300.0, moves=())


def test_a_suspended_compound_leaves_no_trace() -> None:
    section = isothermal_section(270.0, suspend=("Na2K",), points=20)
    assert "Na2K" not in set(section.boundary_phase.to_numpy()) | set(section.boundary_other_phase.to_numpy())
    assert "metastable without Na2K" in section.attrs["label"]


def test_options_are_checked(section: xr.Dataset) -> None:
    few = isothermal_section(300.0, tie_lines=2, points=9)
    assert few.sizes["point"] == 9
    assert few.sizes["tie_line"] < section.sizes["tie_line"]
    with pytest.raises(PhysicsError, match="one temperature"):
        isothermal_section([300.0, 310.0])  # type: ignore[arg-type]
    with pytest.raises(PhysicsError, match="three points"):
        isothermal_section(300.0, points=2)
    with pytest.raises(PhysicsError, match="three elements"):
        isothermal_section(300.0, system="Na-K")
    with pytest.raises(PhysicsError, match="2000 K"):
        isothermal_section(2000.0)
