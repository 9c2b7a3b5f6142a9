"""A user's own TDB: states and sections of three elements, and what goes wrong with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alkanode.foundation.errors import ConvergenceError, DataQualityWarning, PhysicsError
from alkanode.thermo import calphad, invariants, load_assessment, phase_diagram
from alkanode.thermo.calphad.records import section_record

UPPER = ("K", "LI", "NA")

IDEAL = """
 ELEMENT /- ELECTRON_GAS 0.0 0.0 0.0 !
 ELEMENT VA VACUUM 0.0 0.0 0.0 !
 ELEMENT K BCC_A2 39.1 0.0 0.0 !
 ELEMENT LI BCC_A2 6.94 0.0 0.0 !
 ELEMENT NA BCC_A2 22.99 0.0 0.0 !
 TYPE_DEFINITION % SEQ * !
 DEFINE_SYSTEM_DEFAULT ELEMENT 2 !
 PHASE MELT % 1 1.0 !
 CONSTITUENT MELT : K,LI,NA : !
 PARAMETER G(MELT,K;0) 200 -1000; 2000 N !
 PARAMETER G(MELT,LI;0) 200 -2000; 2000 N !
 PARAMETER G(MELT,NA;0) 200 -3000; 2000 N !
"""


@pytest.fixture(scope="module")
def database() -> Any:
    pytest.importorskip("pycalphad")
    return calphad.open_database(load_assessment("Li-Na-K"))


def test_an_ideal_solution_has_the_potentials_of_the_textbook() -> None:
    pytest.importorskip("pycalphad")
    x = np.array([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]])
    found = calphad.database_equilibrium(calphad.open_database(IDEAL), 400.0, x, elements=UPPER)
    assert found.attrs["kind"] == "ternary_equilibrium"
    assert found.phase.to_numpy().tolist() == ["MELT"]
    assert found.element.to_numpy().tolist() == ["K", "Li", "Na"]
    assert found.chemical_potential.to_numpy() == pytest.approx(8.3145 * 400 * np.log(x), abs=1e-3)
    assert found.phase_mole_fraction[:, 0].to_numpy() == pytest.approx(x, abs=1e-9)


def test_two_liquids_come_as_two_phases(database: Any) -> None:
    found = calphad.database_equilibrium(database, 500.0, [[0.05, 0.5, 0.45]], elements=UPPER)
    assert {"LIQUID", "LIQUID#2"} <= set(found.phase.to_numpy())
    assert found.phase_fraction.sum("phase").item() == pytest.approx(1)
    held = (found.phase_fraction * found.phase_mole_fraction.fillna(0)).sum("phase")
    assert held.to_numpy() == pytest.approx(np.array([[0.05, 0.5, 0.45]]), abs=1e-9)


def test_chosen_phases(database: Any) -> None:
    found = calphad.database_equilibrium(database, 300.0, [[0.2, 0.3, 0.5]], elements=UPPER, phases=("LIQUID",))
    assert all(name.startswith("LIQUID") for name in found.phase.to_numpy())


def test_broken_states(database: Any) -> None:
    x = [[0.2, 0.3, 0.5]]
    with pytest.raises(PhysicsError, match="RB"):
        calphad.database_equilibrium(database, 300.0, x, elements=("K", "LI", "RB"))
    with pytest.raises(PhysicsError, match="HCP_A3"):
        calphad.database_equilibrium(database, 300.0, x, elements=UPPER, phases=("HCP_A3",))
    with pytest.raises(PhysicsError, match=r"-0\.1"):
        calphad.database_equilibrium(database, 300.0, [[-0.1, 0.6, 0.5]], elements=UPPER)
    with pytest.raises(PhysicsError, match="sum to 1"):
        calphad.database_equilibrium(database, 300.0, [[0.2, 0.3, 0.6]], elements=UPPER)
    with pytest.raises(PhysicsError, match="shape"):
        calphad.database_equilibrium(database, 300.0, [[0.5, 0.5]], elements=UPPER)


def test_a_model_that_cannot_be_evaluated_is_named(database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pycalphad = pytest.importorskip("pycalphad")

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("quasichemical model")

    monkeypatch.setattr(pycalphad, "equilibrium", refuse)
    with pytest.raises(PhysicsError, match="NotImplementedError: quasichemical model"):
        calphad.database_equilibrium(database, 300.0, [[0.2, 0.3, 0.5]], elements=UPPER)
    with pytest.raises(PhysicsError, match=r"Leave out the phases"):
        calphad.equilibrium_phase_fractions(database, [300.0], [0.5])


def test_states_without_equilibrium_are_raised_or_masked(database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pycalphad = pytest.importorskip("pycalphad")
    genuine = pycalphad.equilibrium

    def hollow(*args: Any, **kwargs: Any) -> Any:
        result = genuine(*args, **kwargs)
        if len(result.component) > 1:
            result.Phase[...] = ""
        return result

    monkeypatch.setattr(pycalphad, "equilibrium", hollow)
    x = [[0.2, 0.3, 0.5]]
    with pytest.raises(ConvergenceError, match="at 300 K"):
        calphad.database_equilibrium(database, 300.0, x, elements=UPPER)
    with pytest.warns(DataQualityWarning, match="1 of 1 states"):
        masked = calphad.database_equilibrium(database, 300.0, x, elements=UPPER, failed="mask")
    assert np.isnan(masked.phase_fraction).all()
    assert np.isnan(masked.chemical_potential).all()


def test_the_mapping_of_a_section_is_given_up_in_time(database: Any) -> None:
    with pytest.raises(ConvergenceError, match="time_limit"):
        calphad.database_section(database, 300.0, elements=UPPER, time_limit="1 ms")


def test_a_section_without_two_phase_fields() -> None:
    pytest.importorskip("pycalphad")
    with pytest.raises(ConvergenceError, match="two-phase"):
        calphad.database_section(calphad.open_database(IDEAL), 400.0, elements=UPPER)


@pytest.mark.parametrize(("system", "elements"), [("Na-K", ("K", "NA")), ("Li-Na", ("LI", "NA"))])
def test_a_mapped_diagram_is_ours(system: str, elements: tuple[str, str]) -> None:
    pytest.importorskip("pycalphad")
    window = (245.0, 330.0) if system == "Na-K" else (350.0, 500.0)
    theirs = calphad.database_diagram(
        calphad.open_database(load_assessment(system)), window, elements=elements, step=5.0
    )
    assert theirs.attrs["kind"] == "phase_diagram"
    expected = [p for p in invariants(system) if p.kind in {"eutectic", "peritectic", "monotectic"}]
    assert theirs.invariant_kind.to_numpy().tolist() == [point.kind for point in expected]
    assert theirs.invariant_temperature.to_numpy() == pytest.approx([p.temperature for p in expected], abs=1e-3)
    for row, point in enumerate(expected):
        assert 1 - theirs.invariant_mole_fraction[row].to_numpy() == pytest.approx(sorted(point.compositions), abs=1e-4)
    ours = phase_diagram(system, window)
    for boundary in ("liquidus", "solidus", "binodal"):
        assert (boundary in theirs.boundary) == (boundary in ours.boundary)
    assert (
        len(
            set(
                zip(theirs.phase.values, theirs.other_phase.values, theirs.temperature.max("point").values, strict=True)
            )
        )
        == theirs.sizes["line"]
    )


def test_a_diagram_of_nothing() -> None:
    pytest.importorskip("pycalphad")
    database = calphad.open_database(load_assessment("Na-K"))
    with pytest.raises(PhysicsError, match="increasing"):
        calphad.database_diagram(database, (300.0, 300.0), elements=("K", "NA"))
    with pytest.raises(PhysicsError, match="LI"):
        calphad.database_diagram(database, (300.0, 310.0), elements=("K", "LI"))


def test_a_mapped_triangle_is_kept_once() -> None:
    corners = np.array([[[0.9, 0.05, 0.05]], [[0.05, 0.9, 0.05]], [[0.05, 0.05, 0.9]]])
    turned = (("B", "C", "A"), corners[[1, 2, 0]] + 1e-5)
    line = (("A", "B"), np.array([[[1.0, 0, 0], [0.9, 0.05, 0.05]], [[0, 1.0, 0], [0.05, 0.9, 0.05]]]))
    record = section_record([line], [(("A", "B", "C"), corners), turned], ("K", "Li", "Na"), 5)
    assert record.sizes["triangle"] == 1
    assert record.sizes["boundary"] == 2
    assert record.region_phases.to_numpy().tolist() == ["A + B", "A + B + C"]
