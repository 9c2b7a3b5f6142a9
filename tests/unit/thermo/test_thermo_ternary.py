from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.foundation.errors import ConvergenceError, ExtrapolationWarning, PhysicsError
from alkanode.materials import Alloy
from alkanode.thermo import load_assessment, phase_fractions, ternary_equilibrium
from alkanode.thermo.gibbs.model import ternary_model
from alkanode.thermo.ternary.kernel import equilibrate

pytestmark = pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.ExtrapolationWarning")

ELEMENTS = ("K", "Li", "Na")


def test_the_record_says_what_it_rests_on() -> None:
    state = ternary_equilibrium("27 degC", [0.3, 0.3, 0.4], elements=ELEMENTS)
    assert state.attrs["kind"] == "ternary_equilibrium"
    assert "assumed" in state.attrs["label"]
    assert state.chemical_potential.attrs["units"] == "J mol-1"
    assert state.phase_mole_fraction.attrs["units"] == "1"
    assert state.temperature.values.tolist() == [300.15]


def test_alloys_arrays_and_data_arrays_are_the_same_states() -> None:
    alloys = [Alloy.from_mole_fractions(Na=0.5, K=0.4, Li=0.1), Alloy.from_name("NaK50")]
    x = np.array(
        [
            [alloy.composition.mole_fraction(e) if e in alloy.composition.elements else 0.0 for e in ELEMENTS]
            for alloy in alloys
        ]
    )
    turned = xr.DataArray(x[:, ::-1], dims=("state", "element"), coords={"element": list(ELEMENTS[::-1])})
    first = ternary_equilibrium(300.0, alloys)
    for other in (ternary_equilibrium(300.0, x, elements=ELEMENTS), ternary_equilibrium(300.0, turned)):
        xr.testing.assert_allclose(first, other, rtol=1e-9)
    assert ternary_equilibrium(300.0, alloys[1]).sizes["state"] == 1


@pytest.mark.parametrize("pair", [("K", "Na"), ("Li", "Na"), ("K", "Li")])
@pytest.mark.parametrize("temperature", [250.0, 300.0, 360.0])
def test_without_the_third_metal_it_is_the_binary_system(pair: tuple[str, str], temperature: float) -> None:
    second = np.linspace(0.02, 0.98, 25)
    x = np.zeros((25, 3))
    x[:, ELEMENTS.index(pair[0])], x[:, ELEMENTS.index(pair[1])] = 1 - second, second
    ternary = equilibrate(ternary_model(load_assessment("Li-Na-K")), np.full(25, temperature), x)
    binary = phase_fractions(temperature, second, system="-".join(pair)).phase_fraction
    liquid = sum(
        np.ravel(binary.sel(phase=name).to_numpy()) for name in binary.phase.to_numpy() if name.startswith("liquid")
    )
    assert ternary.fraction("liquid") == pytest.approx(liquid, abs=1e-7)
    missing = ({*ELEMENTS} - {*pair}).pop()
    assert (ternary.potentials[:, ELEMENTS.index(missing)] == -np.inf).all()
    assert np.nansum(ternary.compositions[..., ELEMENTS.index(missing)]) == 0


def test_traces_obey_henry() -> None:
    """A hundredfold smaller trace lowers its potential by RT ln 100 and changes nothing else."""
    model = ternary_model(load_assessment("Li-Na-K"))
    trace = np.array([1e-7, 1e-9, 1e-11])
    x = np.stack([0.5 - trace / 2, trace, 0.5 - trace / 2], axis=-1)
    found = equilibrate(model, np.full(3, 300.0), x)
    step = model.assessment.gas_constant * 300 * np.log(100)
    assert -np.diff(found.potentials[:, 1]) == pytest.approx(step, rel=1e-5)
    assert found.fraction("liquid") == pytest.approx(1, abs=1e-12)


def test_a_state_is_the_same_alone_and_among_others() -> None:
    model = ternary_model(load_assessment("Li-Na-K"))
    random = np.random.default_rng(4)
    t, x = random.uniform(250, 600, 30), random.dirichlet([1, 1, 1], 30)
    together = equilibrate(model, t, x)
    for row in range(0, 30, 7):
        alone = equilibrate(model, t[row : row + 1], x[row : row + 1])
        assert together.fractions[row] == pytest.approx(alone.fractions[0], abs=1e-9)
        assert together.potentials[row] == pytest.approx(alone.potentials[0], abs=1e-6)


def test_suspended_phases_stay_away_and_cost_energy() -> None:
    x = [[1 / 3, 1e-3, 2 / 3 - 1e-3], [0.2, 0.3, 0.5]]
    stable = ternary_equilibrium(270.0, x, elements=ELEMENTS)
    assert stable.phase_fraction.sel(phase="Na2K")[0] > 0.9
    for names in (("Na2K",), ("bcc_A2",), ("liquid",), ("bcc_A2", "Na2K")):
        other = ternary_equilibrium(270.0, x, elements=ELEMENTS, suspend=names)
        gone = [p for p in other.phase.to_numpy() if p in names or ("bcc_A2" in names and p.startswith("bcc"))]
        assert gone == []
        assert other.attrs["suspended"] == " ".join(names)
        energy, least = ((r.chemical_potential * r.mole_fraction).sum("element") for r in (other, stable))
        assert (energy >= least - 1e-6).all()


def test_parameters_may_differ_from_state_to_state() -> None:
    """As posterior draws do: the third state has the shipped numbers."""
    assessment = load_assessment("Li-Na-K")
    name = "liquid K-Li 0 constant"
    shift = np.array([-2000.0, 2000.0, 0.0])
    x = np.tile([0.5, 0.2, 0.3], (3, 1))
    drawn = equilibrate(
        ternary_model(assessment), np.full(3, 300.0), x, parameters={name: assessment.parameters[name] + shift}
    )
    column = drawn.phases.index("liquid")
    solubility = drawn.compositions[:, column, 1]
    assert solubility[0] > solubility[2] > solubility[1]
    moved = assessment.with_parameters({name: assessment.parameters[name] - 2000.0})
    alone = equilibrate(ternary_model(moved), np.array([300.0]), x[:1])
    assert solubility[0] == pytest.approx(alone.compositions[0, column, 1], rel=1e-9)


def test_two_liquids_are_named_after_what_tells_them_apart() -> None:
    state = ternary_equilibrium(500.0, [[0.05, 0.5, 0.45], [0.45, 0.5, 0.05]], elements=ELEMENTS)
    present = [
        [p for p, f in zip(state.phase.to_numpy(), row, strict=True) if f > 0]
        for row in state.phase_fraction.to_numpy()
    ]
    assert present == [["liquid_Li", "liquid_Na"], ["liquid_K", "liquid_Li"]]


@pytest.mark.parametrize(
    ("composition", "elements", "message"),
    [
        ([0.5, 0.5, 0.5], ELEMENTS, "sum 1.5"),
        ([-0.1, 0.6, 0.5], ELEMENTS, "-0.1"),
        ([np.nan, 0.5, 0.5], ELEMENTS, "nan"),
        ([0.2, 0.3, 0.5], None, "order of the elements"),
        ([0.2, 0.3, 0.5], ("K", "Li", "Rb"), "Rb"),
        ([0.5, 0.5], ELEMENTS, "three elements"),
        ("NaK", ELEMENTS, "numbers, or alloys"),
        ([Alloy.from_name("NaK50"), 0.5], None, "alloys only"),
    ],
)
def test_broken_compositions(composition: object, elements: tuple[str, ...] | None, message: str) -> None:
    with pytest.raises(PhysicsError, match=message):
        ternary_equilibrium(300.0, composition, elements=elements)  # type: ignore[arg-type]


def test_broken_conditions() -> None:
    x = [0.2, 0.3, 0.5]
    with pytest.raises(PhysicsError, match="100 K"):
        ternary_equilibrium(100.0, x, elements=ELEMENTS)
    with pytest.raises(PhysicsError, match="hcp"):
        ternary_equilibrium(300.0, x, elements=ELEMENTS, suspend=("hcp",))
    with pytest.raises(PhysicsError, match="at least one solution"):
        ternary_equilibrium(300.0, x, elements=ELEMENTS, suspend=("liquid", "bcc_A2"))
    with pytest.raises(PhysicsError, match="three elements"):
        ternary_equilibrium(300.0, x, elements=ELEMENTS, system="Na-K")
    with pytest.raises(PhysicsError, match="one temperature per state"):
        ternary_equilibrium([300.0, 301.0], [x, x, x], elements=ELEMENTS)
    with pytest.warns(ExtrapolationWarning, match="450 K"):
        ternary_equilibrium(450.0, x, elements=ELEMENTS)
    assert ternary_equilibrium(300.0, np.empty((0, 3)), elements=ELEMENTS).sizes["state"] == 0


@pytest.mark.parametrize(
    ("kelvin", "x"),
    [
        (298.15, (7.38349e-7, 0.999998, 1.255697e-6)),
        (298.15, (0.369689, 0.001586, 0.628724)),
        (262.0, (1 / 3, 0.0, 2 / 3)),
        (262.0, (1 / 3, 1e-14, 2 / 3)),
    ],
)
def test_states_on_a_boundary_or_exactly_a_compound_have_an_answer(kelvin: float, x: tuple[float, ...]) -> None:
    found = equilibrate(ternary_model(load_assessment("Li-Na-K")), np.array([kelvin]), np.array([x]))
    assert found.settled.all()
    assert found.fractions.sum() == pytest.approx(1, abs=1e-9)
    assert found.fractions[0] @ np.nan_to_num(found.compositions[0]) == pytest.approx(np.array(x) / sum(x), abs=1e-9)


def test_states_within_rounding_of_a_boundary_settle() -> None:
    """Amounts from 1e-17 to 1e-9 of a phase, on both sides of nothing."""
    model = ternary_model(load_assessment("Li-Na-K"))
    dice = np.random.default_rng(4)
    x = 10.0 ** dice.uniform(-8, 0, (40, 3))
    t = dice.uniform(230, 600, 40)
    found = equilibrate(model, t, x / x.sum(axis=1, keepdims=True))
    rows = np.flatnonzero((found.fractions > 1e-9).sum(axis=1) == 2)
    assert rows.size > 10
    pairs = np.array([np.flatnonzero(found.fractions[row] > 1e-9) for row in rows])
    much, little = (found.compositions[rows, pairs[:, side]] for side in (0, 1))
    for amount in (1e-9, 1e-12, 1e-15, 0.0, -1e-15, -1e-12):
        beside = (1 - amount) * much + amount * little
        beside = np.where(beside > 0, beside, much)
        again = equilibrate(model, t[rows], beside)
        assert again.settled.all()
        assert again.fractions.sum(axis=1) == pytest.approx(1, abs=1e-9)
        held = np.einsum("sp,spe->se", again.fractions, np.nan_to_num(again.compositions))
        assert held == pytest.approx(beside / beside.sum(axis=1, keepdims=True), abs=1e-9)


def test_a_state_that_does_not_settle_is_masked_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    model, t, x = (
        ternary_model(load_assessment("Li-Na-K")),
        np.full(2, 300.0),
        np.array([[0.5, 0.0, 0.5], [0.2, 0.5, 0.3]]),
    )
    whole = equilibrate(model, t, x)
    monkeypatch.setattr(
        "alkanode.thermo.ternary.kernel.unstable_against", lambda *given: given[-1][given[4][given[-1], 1] > 0.1]
    )
    with pytest.raises(ConvergenceError, match="1 states"):
        equilibrate(model, t, x)
    masked = equilibrate(model, t, x, failed="mask")
    assert masked.settled.tolist() == [True, False]
    assert np.isnan(masked.fractions[1]).all()
    assert masked.fractions[0] == pytest.approx(whole.fractions[0], abs=1e-12)
