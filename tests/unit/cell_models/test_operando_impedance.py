"""Impedance of a linearised model: against PyBaMM, against equations without a mesh, along a run, and what is refused."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import xarray as xr
from diffusion_cell import CURRENT, DiffusionCell
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from alkanode.cell_models.host import pybamm as host
from alkanode.cell_models.operando_impedance import (
    PybammModel,
    SweepRules,
    operando_impedance,
    relaxation_modes,
    state_impedance,
    states_record,
    sweep_frequencies,
)
from alkanode.cell_models.operando_impedance import modes as modes_file
from alkanode.cell_models.operando_impedance.modes import modes, spectrum
from alkanode.cell_models.operando_impedance.small_signal import SmallSignal, eliminate
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError, StudyError
from alkanode.impedance import kramers_kronig, peaks, relaxation_times

F = sweep_frequencies(7e6, 1e-2, 5)


class Circuit:
    """R0 + R1 C1 with a charge that runs away at a rate: a model written by hand, with one algebraic state."""

    mass_matrix = sparse.diags_array([1.0, 0.0])

    def __init__(self, *, R0: float = 2.0, R1: float = 3.0, tau: float = 1e-3, algebraic: float = 1.0) -> None:
        self.R0, self.R1, self.tau, self.algebraic = R0, R1, tau, algebraic

    def residual_jacobian(self, t: float, y: np.ndarray, inputs: dict[str, float]) -> Any:
        return np.array([[-1 / self.tau, 0.0], [0.0, self.algebraic]])

    def input_vector(self, t: float, y: np.ndarray, inputs: dict[str, float]) -> Any:
        return np.array([self.R1 / self.tau, -self.algebraic * self.R0])

    def output_row(self, t: float, y: np.ndarray, inputs: dict[str, float]) -> Any:
        return np.array([1.0, 1.0])

    def feedthrough(self, t: float, y: np.ndarray, inputs: dict[str, float]) -> float:
        return 0.0


@pytest.fixture(scope="module")
def run() -> tuple[DiffusionCell, PybammModel, np.ndarray, np.ndarray]:
    """A diffusion cell after 20 h of stripping, at five times."""
    cell, times = DiffusionCell(), np.linspace(0, 20 * 3600.0, 5)
    model, states, _ = cell.solved(2.5, times)
    return cell, model, times, states


def surface(cell: DiffusionCell, state: np.ndarray) -> float:
    """Content of the face: the cell next to it, a nanometre wide, has it to 1e-6."""
    edges = cell.edges()
    middles = (edges[1:] + edges[:-1]) / 2
    slope = (state[1] - state[0]) / (middles[1] - middles[0])
    return float(state[0] - slope * middles[0])


def test_impedance_at_any_time_is_that_of_finite_length_diffusion(run: Any) -> None:
    cell, model, times, states = run
    for t, y in zip(times, states, strict=True):
        found = state_impedance(model, t, y, {CURRENT: 2.5}, F)
        face = surface(cell, y[: cell.cells]) if t else cell.content
        np.testing.assert_allclose(found, cell.exact(F, face), rtol=1e-4)


def test_at_the_start_it_is_minus_that_of_pybamm(run: Any) -> None:
    cell, model, _, states = run
    pb = host()
    other = pb.EISSimulation(
        cell.model(), parameter_values=pb.ParameterValues({CURRENT: 0.0}), skip_surface_form_check=True, **cell.parts()
    ).solve(F)
    start = np.concatenate([np.full(cell.cells, cell.content), np.zeros(states.shape[1] - cell.cells)])
    found = state_impedance(model, 0.0, start, {CURRENT: 0.0}, F)
    np.testing.assert_allclose(found, -np.asarray(other.impedance), rtol=1e-6)


def test_discharge_positive_models_keep_their_arcs_capacitive(run: Any) -> None:
    cell, model, _, states = run
    simulation = cell.built()
    turned = PybammModel(simulation.built_model, {CURRENT: 0.0}, discharge_positive=True)
    inputs = {CURRENT: 0.0}
    one, other = (state_impedance(m, 0.0, states[1], inputs, F) for m in (model, turned))
    np.testing.assert_allclose(one, -other)


def test_mesh_converges_with_its_square() -> None:
    """A uniform mesh, against equations without one; graded ones are better by orders of magnitude."""
    errors = []
    f = np.array([1e-3, 1e-2])
    for cells in (50, 100, 200):
        cell = DiffusionCell(cells=cells, smallest=250e-6 / cells * (1 - 1e-9), diffusivity=1e-11)
        model = PybammModel(cell.built().built_model, {CURRENT: 0.0})
        start = np.concatenate([np.full(cells, cell.content), np.zeros(3)])
        found = state_impedance(model, 0.0, start, {CURRENT: 0.0}, f)
        errors.append(np.abs(found / cell.exact(f, cell.content) - 1).max())
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.2)
    assert np.log2(errors[1] / errors[2]) == pytest.approx(2.0, abs=0.1)


def test_modes_are_the_impedance(run: Any) -> None:
    cell, model, times, states = run
    inputs = {CURRENT: 2.5}
    found = relaxation_modes(model, times[2], states[2], inputs)
    w = 2j * np.pi * F
    tau, r = found["relaxation_time"].to_numpy(), found["mode_resistance"].to_numpy()
    z = found["series_resistance"].item() + (r / (1 + w[:, None] * tau)).sum(axis=1)
    z += 1 / (w * found["charging_capacitance"].item())
    np.testing.assert_allclose(z, state_impedance(model, times[2], states[2], inputs, F), rtol=1e-7)
    assert found["series_resistance"].item() == pytest.approx(cell.ohmic + cell.algebraic)
    for resistance, time in zip(cell.resistances, cell.times, strict=True):
        place = int(np.abs(np.log(tau / time)).argmin())
        assert tau[place] == pytest.approx(time, rel=1e-6)
        assert r[place] == pytest.approx(resistance, rel=1e-3)
    assert not found["oscillating"].any()


def test_model_and_its_relaxation_times_go_through_the_usual_analysis(run: Any) -> None:
    cell, model, times, states = run
    record = states_record(model, times[1:], states[1:], {CURRENT: 2.5}, sweep_frequencies(), charge=times[1:] * 2.5)
    assert record.attrs["kind"] == "impedance"
    assert kramers_kronig(record)["rms_residual"].max() < 1e-3
    found = peaks(relaxation_times(record))
    for k in range(record.sizes["spectrum"]):
        tau = found["relaxation_time"].to_numpy()[found["spectrum_index"].to_numpy() == k]
        for time in cell.times:
            assert np.abs(np.log10(tau / time)).min() < 0.05


def test_algebraic_states_are_solved_for() -> None:
    found = state_impedance(Circuit(), 0.0, np.zeros(2), {}, F)
    np.testing.assert_allclose(found, 2.0 + 3.0 / (1 + 2j * np.pi * F * 1e-3), rtol=1e-12)


def test_algebraic_states_that_nothing_fixes_are_refused() -> None:
    with pytest.raises(PhysicsError, match="fix their unknowns"):
        state_impedance(Circuit(algebraic=0.0), 0.0, np.zeros(2), {}, F)


def test_infinite_derivatives_are_refused() -> None:
    with pytest.raises(PhysicsError, match="finite derivatives"):
        state_impedance(Circuit(R1=np.inf), 0.0, np.zeros(2), {}, F)


def signal(random: np.random.Generator, size: int, algebraic: int, *, full_mass: bool = False) -> SmallSignal:
    """A stable model with random numbers."""
    J = random.normal(size=(size, size)) / size - np.diag(random.uniform(0.5, 100.0, size))
    mass = np.diag(np.r_[random.uniform(0.5, 2.0, size - algebraic), np.zeros(algebraic)])
    if full_mass:
        inner = slice(0, size - algebraic)
        mass[inner, inner] += 0.1 * np.eye(size - algebraic, k=1) + 0.1 * np.eye(size - algebraic, k=-1)
    return SmallSignal(
        mass=sparse.csc_array(mass),
        jacobian=sparse.csc_array(J),
        to_states=random.normal(size=size),
        to_voltage=random.normal(size=size),
        feedthrough=1.0,
    )


@settings(max_examples=30)
@given(size=st.integers(1, 30), algebraic=st.integers(0, 10), seed=st.integers(0, 10**6), full=st.booleans())
def test_all_ways_to_a_spectrum_agree(size: int, algebraic: int, seed: int, full: bool) -> None:
    one = signal(np.random.default_rng(seed), size + algebraic, algebraic, full_mass=full)
    f = np.geomspace(1e3, 1e-3, 7)
    M, J = one.mass.toarray(), one.jacobian.toarray()
    plain = np.array(
        [1.0 + one.to_voltage @ np.linalg.solve(2j * np.pi * x * M - J, one.to_states.astype(complex)) for x in f]
    )
    np.testing.assert_allclose(spectrum(one, f), plain, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(modes_file._factored(one, f), plain, rtol=1e-8, atol=1e-10)


def test_a_model_without_a_basis_of_modes_is_solved_directly() -> None:
    """Two equal relaxations in a row: eigenvectors fall together."""
    J = np.array([[-1.0, 0.0], [1.0, -1.0]])
    one = SmallSignal(
        mass=sparse.csc_array(np.eye(2)),
        jacobian=sparse.csc_array(J),
        to_states=np.array([1.0, 0.0]),
        to_voltage=np.array([0.0, 1.0]),
        feedthrough=0.0,
    )
    np.testing.assert_allclose(spectrum(one, F), 1 / (1 + 2j * np.pi * F) ** 2, rtol=1e-9)


def test_many_states_take_the_sparse_way(monkeypatch: pytest.MonkeyPatch) -> None:
    one = signal(np.random.default_rng(5), 40, 4)
    dense = spectrum(one, F)
    monkeypatch.setattr(modes_file, "LARGEST_DENSE", 10)
    monkeypatch.setattr(modes_file, "eliminate", lambda *_: pytest.fail("eliminated"))
    np.testing.assert_allclose(spectrum(one, F), dense, rtol=1e-9)


def test_no_dynamics_is_a_resistance() -> None:
    one = signal(np.random.default_rng(6), 3, 3)
    space = eliminate(one)
    assert modes(space) is not None
    np.testing.assert_allclose(spectrum(one, F), space.feedthrough)


def test_grids_of_different_length_are_padded(run: Any) -> None:
    _, model, times, states = run
    record = states_record(model, times[1:3], states[1:3], {CURRENT: 2.5}, [F, F[:4]], current_density=[2.5, 2.5])
    assert np.isfinite(record["frequency"].to_numpy()).sum(axis=1).tolist() == [F.size, 4]
    assert np.isnan(record["impedance"].to_numpy()[1, 4:]).all()
    with pytest.raises(SchemaError, match="as many times"):
        states_record(model, times[:2], states[:3], {CURRENT: 2.5}, F)


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.DataQualityWarning")
def test_drift_says_what_a_sweep_would_see(run: Any) -> None:
    """Voltage and impedance after the sweep, from the run itself, against what the state tells beforehand."""
    cell, model, _, _ = run
    f = sweep_frequencies(1e3, 1e-2, 3)
    rules = SweepRules(periods=2.0)
    start = 15 * 3600.0
    times = np.array([0.0, start, start + rules.duration(f)])
    model, states, simulation = cell.solved(2.5, times)
    record = states_record(model, times[1:], states[1:], {CURRENT: 2.5}, f, rules=rules)
    volts = [simulation.solution["Voltage [V]"](t) for t in times[1:]]
    assert record["voltage_drift"][0].item() == pytest.approx(float(abs(volts[1] - volts[0])), rel=0.05)
    z = record["impedance"].to_numpy()
    assert record["impedance_drift"][0].item() == pytest.approx(abs(z[1, -1] / z[0, -1] - 1), rel=0.1)


def test_a_cell_that_changes_within_a_sweep_is_told(run: Any) -> None:
    _, model, times, states = run
    with pytest.warns(DataQualityWarning, match="not stationary during 1 of 2 sweeps"):
        states_record(model, times[:2], states[:2], {CURRENT: 2.5}, F[F > 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        states_record(model, times[1:2], states[1:2], {CURRENT: 2.5}, F[F > 1])


def test_what_makes_no_sweep_is_refused() -> None:
    for limits in ((1.0, 10.0), (0.0, 0.0), (np.inf, 1.0)):
        with pytest.raises(PhysicsError, match="falls from"):
            sweep_frequencies(*limits)
    with pytest.raises(PhysicsError, match="positive"):
        state_impedance(Circuit(), 0.0, np.zeros(2), {}, [1.0, 0.0])
    with pytest.raises(PhysicsError, match="positive"):
        SweepRules(periods=0.0)
    grid = sweep_frequencies()
    assert (grid[0], grid[-1]) == (pytest.approx(7e6), pytest.approx(1.0))
    assert np.diff(np.log10(grid)).min() >= -0.1


def test_models_that_cannot_be_linearised_are_refused() -> None:
    cell = DiffusionCell()
    built = cell.built().built_model
    with pytest.raises(SchemaError, match="current as an input"):
        PybammModel(built, {})
    with pytest.raises(SchemaError, match="no variable"):
        PybammModel(built, {CURRENT: 0.0}, voltage="Terminal voltage [V]")
    with pytest.raises(SchemaError, match="discretised"):
        PybammModel(cell.model(), {CURRENT: 0.0})


@pytest.fixture(scope="module")
def history() -> xr.DataTree:
    from alkanode.cell_models import simulate

    steps = ["Strip at 1 mA cm-2 for 1 mAh cm-2", "Rest for 10 min", "Plate at 1 mA cm-2 for 0.5 mAh cm-2"]
    return simulate("alloy-anode", "NaK50", steps, "Wu2025", keep_states=True)


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.DataQualityWarning")
def test_spectra_along_a_run(history: xr.DataTree) -> None:
    record = operando_impedance(history, F[F > 1], every="0.25 mAh cm-2")
    assert record.attrs["kind"] == "impedance"
    assert record["step"].to_numpy().tolist() == [0, 0, 0, 0, 1, 2, 2]
    area = float(history["cycling"]["charge"].max()) / 36e3
    np.testing.assert_allclose(
        record["charge"] / area, [0.0, 9e3, 18e3, 27e3, 36e3, 27e3, 18e3], atol=1.0
    )  # C m-2, stripped and plated back
    assert record["at_rest"].to_numpy().tolist() == [False] * 4 + [True] + [False] * 2
    np.testing.assert_allclose(record["current_density"], [10.0] * 4 + [0.0] + [-10.0] * 2)
    by_charge = operando_impedance(history, F[F > 1], charges=np.arange(7) * 9000.0)
    np.testing.assert_allclose(by_charge["impedance"], record["impedance"], rtol=1e-6)
    assert operando_impedance(history, F[F > 1]).sizes["spectrum"] == 25


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.DataQualityWarning")
def test_a_time_between_two_kept_states_is_integrated(history: xr.DataTree) -> None:
    clock = history["solution"]["time"].to_numpy()
    k = int(np.diff(clock).argmax())
    times = np.linspace(clock[k], clock[k + 1] - 1e-6, 5)
    found = operando_impedance(history, [10.0, 1.0], times=times)["impedance"].to_numpy()
    steps = np.diff(found[:, 1].real)
    assert np.abs(steps).max() > 0
    assert np.abs(np.diff(steps)).max() < 0.5 * np.abs(steps).max()


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.DataQualityWarning")
def test_a_rest_before_a_spectrum_lets_the_cell_relax(history: xr.DataTree) -> None:
    record = operando_impedance(history, F[F > 1], times=[1800.0], rest="30 min")
    assert bool(record["at_rest"].all())
    assert record["current_density"].item() == 0
    running = operando_impedance(history, F[F > 1], times=[1800.0])
    assert record["voltage_drift"].item() < 1e-3
    assert record["impedance"][0, -1] != running["impedance"][0, -1]


def test_spectra_outside_a_run_are_refused(history: xr.DataTree) -> None:
    with pytest.raises(PhysicsError, match="within the run"):
        operando_impedance(history, F, times=[-1.0])
    with pytest.raises(PhysicsError, match="within the run"):
        operando_impedance(history, F, charges=[1e6])
    with pytest.raises(PhysicsError, match="positive charge apart"):
        operando_impedance(history, F, every=0.0)
    with pytest.raises(StudyError, match="more than one"):
        operando_impedance(history, F, times=[0.0], charges=[0.0])
    bare = history.drop_nodes("solution")
    with pytest.raises(StudyError, match="without them"):
        operando_impedance(bare, F, times=[0.0])
