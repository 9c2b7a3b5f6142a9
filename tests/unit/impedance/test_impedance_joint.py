"""Joint inversion: exactness of the kernel, breaks, masks, options."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.optimize import nnls

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.impedance import BreakRules, joint_relaxation_times, relaxation_times
from alkanode.impedance.elements import resistor, zarc
from alkanode.impedance.operando.joint_inversion import JointProblem, solve_jointly
from alkanode.impedance.operando.time_smoothing import roughness_matrix, time_systems
from alkanode.impedance.relaxation.tent_basis import penalty_matrix
from alkanode.virtual.synthetic_spectra import synthetic_spectra

FREQUENCY = np.geomspace(1e5, 1.0, 26)
LOG_TAU = np.linspace(np.log(5e-7), np.log(0.5), 30)


def arcs(resistances: list[float], **more: object) -> xr.Dataset:
    """One arc whose resistance runs through a list."""
    z = np.array([resistor(FREQUENCY, 5) + zarc(FREQUENCY, R, 1e-3, 0.9) for R in resistances])
    point = ("spectrum", "point")
    fields = {
        "frequency": (point, np.tile(FREQUENCY, (len(z), 1))),
        "impedance": (point, z),
        **{name: ("spectrum", np.asarray(values)) for name, values in more.items()},
    }
    return xr.Dataset(fields)


def problem(regularisation: float = 1e-3) -> JointProblem:
    weight = np.ones(FREQUENCY.size)
    return JointProblem.of(FREQUENCY, LOG_TAU, weight, regularisation=regularisation, penalty_order=1, inductance=False)


@pytest.mark.parametrize("spectra", [4, 24])
def test_the_solution_is_that_of_one_large_nonnegative_problem(spectra: int) -> None:
    """The short segment is solved by pivoting, the long one by ADMM; both must reach the stacked problem's optimum."""
    shared, mu = problem(), 3.0
    place = np.cumsum(np.tile([1.0, 0.7, 1.6], spectra)[:spectra])
    random = np.random.default_rng(2)
    z = np.array([resistor(FREQUENCY, 5) + zarc(FREQUENCY, 10 + k, 1e-3, 0.8) for k in range(spectra)])
    data = shared.data(z * (1 + 0.02 * random.normal(size=z.shape)))
    n = shared.scale.size
    solution = solve_jointly(
        shared, data, place, mu, start=np.zeros((n, spectra)), tolerance=1e-9, most_iterations=20000
    )
    assert (solution.iterations == 0) == (spectra == 4)
    penalty = np.zeros((n, n))
    penalty[1:, 1:] = 1e-3 * penalty_matrix(LOG_TAU, 1) / (LOG_TAU[1] - LOG_TAU[0])
    values, vectors = np.linalg.eigh(roughness_matrix(place))
    root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    slope_values, slope_vectors = np.linalg.eigh(penalty)
    slope = np.sqrt(np.maximum(slope_values, 0.0))[:, None] * slope_vectors.T
    stacked = np.vstack(
        [
            np.kron(np.eye(spectra), shared.matrix),
            np.kron(np.eye(spectra), slope),
            np.sqrt(mu) * np.kron(root, np.eye(n)),
        ]
    )
    target = np.concatenate([data.T.ravel(), np.zeros(2 * spectra * n)])
    expected = nnls(stacked, target, maxiter=100000)[0].reshape(spectra, n).T
    np.testing.assert_allclose(solution.scaled, expected, atol=2e-5 * expected.max())


def test_a_straight_line_along_the_run_costs_nothing() -> None:
    place = np.array([0.0, 1.0, 2.5, 3.0, 7.0])
    bends = roughness_matrix(place)
    np.testing.assert_allclose(bends @ (3 - 2 * place), 0, atol=1e-12)
    quadratic = place**2 / 2  # second derivative one over the inner half steps
    assert quadratic @ bends @ quadratic == pytest.approx(7.0 - 0.5 - 2.0)
    np.testing.assert_allclose(
        roughness_matrix(np.arange(6.0)), np.diff(np.eye(6), 2, axis=0).T @ np.diff(np.eye(6), 2, axis=0)
    )


def test_modes_and_bands_solve_the_same_systems() -> None:
    random = np.random.default_rng(4)
    place = np.cumsum(random.uniform(0.5, 2.0, size=130))
    eigenvalues, right = np.array([0.1, 2.0, 50.0]), random.normal(size=(3, 130))
    solved = time_systems(eigenvalues, place, 4.0, 0.3).solve(right)
    bends = 4.0 * roughness_matrix(place)
    for value, one, given in zip(eigenvalues, solved, right, strict=True):
        np.testing.assert_allclose((value + 0.3) * one + bends @ one, given, atol=1e-8)


def test_breaks_are_found_where_the_interface_jumps() -> None:
    record, _ = synthetic_spectra("switched_interface", spectra=13, noise=0.005)
    result = joint_relaxation_times(record)
    check(result, "relaxation_times")
    assert result.segment.values.tolist() == [0] * 4 + [1] * 4 + [2] * 5
    assert result.jointly.values.all()
    lines = result.attrs["breaks"].splitlines()
    assert [line.split(":")[0] for line in lines] == ["4", "8"]
    assert "the step changes" in lines[0]
    assert "the charge turns back" in lines[0]
    bare = joint_relaxation_times(record.drop_vars(["step", "charge"]))
    assert bare.attrs["breaks"].startswith("4: the spectra jump")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"step": [0] * 5 + [1] * 5}, "the step changes"),
        ({"time": [0, 1, 2, 3, 4, 50, 51, 52, 53, 54]}, "a long pause"),
        ({"charge": [0.0, 1, 2, 3, 4, 3, 2, 1, 0, -1]}, "the charge turns back or stops"),
        ({"charge": [0.0, 1, 2, 3, 4, 4, 4, 4, 4, 4]}, "the charge turns back or stops"),
        ({"level_current": [1e-3] * 5 + [2e-3] * 5}, "the current changes"),
        ({"at_rest": [False] * 5 + [True] * 5}, "rest and current alternate"),
    ],
)
def test_what_is_known_of_the_spectra_breaks_the_series(more: dict[str, list[float]], reason: str) -> None:
    result = joint_relaxation_times(arcs([10.0 + k for k in range(10)], **more))
    assert result.attrs["breaks"] == f"5: {reason}"


def test_a_counter_of_sweeps_is_no_break() -> None:
    record = arcs(
        [10.0 + k for k in range(10)], step=np.arange(10), charge=np.array([0, 2, 1, 3, 2, 4, 3, 5, 4, 6]) * 1e-6
    )
    assert joint_relaxation_times(record).attrs["breaks"] == ""


def test_a_jump_is_not_smeared() -> None:
    record = arcs([10.0] * 6 + [40.0] * 6)
    result = joint_relaxation_times(record, time_smoothing=1e4)
    total = (result.polarisation_in_window + result.polarisation_out_of_window).values
    np.testing.assert_allclose(total, [10.0] * 6 + [40.0] * 6, rtol=0.02)
    smeared = joint_relaxation_times(record, time_smoothing=1e4, breaks=None)
    total = (smeared.polarisation_in_window + smeared.polarisation_out_of_window).values
    assert abs(total[5] - 10) > 2


def test_lone_spectra_are_inverted_by_themselves() -> None:
    record = arcs([10.0, 11.0, 12.0, 30.0, 31.0, 50.0])
    result = joint_relaxation_times(record, breaks=[3, 5])
    assert result.segment.values.tolist() == [0, 0, 0, 1, 1, 2]
    assert result.jointly.values.tolist() == [True] * 3 + [False] * 3
    alone = relaxation_times(record)
    np.testing.assert_array_equal(result.distribution[3:], alone.distribution[3:])
    assert result.attrs["breaks"] == "3: given\n5: given"


def test_masked_spectra_stay_empty_and_are_bridged() -> None:
    record = arcs([10.0 + k for k in range(9)], time=np.arange(9.0))
    masked = np.arange(9) == 4
    spoiled = record.assign(masked=("spectrum", masked), mask_reason=("spectrum", np.where(masked, "drift", "")))
    spoiled["impedance"][4] = 1e6
    result = joint_relaxation_times(spoiled, time_smoothing=10.0)
    assert result.segment.values.tolist() == [0, 0, 0, 0, -1, 0, 0, 0, 0]
    assert np.isnan(result.distribution[4]).all()
    assert np.isnan(result.series_resistance[4])
    whole = joint_relaxation_times(record, time_smoothing=10.0)
    np.testing.assert_allclose(result.polarisation_in_window[~masked], whole.polarisation_in_window[~masked], rtol=2e-3)


def test_grids_of_their_own_do_not_mix() -> None:
    record = arcs([10.0 + k for k in range(8)])
    record["frequency"][1::2, -3:] = np.nan
    record["impedance"][1::2, -3:] = np.nan
    result = joint_relaxation_times(record, time_smoothing=1.0)
    assert result.jointly.values.all()
    window = result.in_window.sum("relaxation_time").values
    assert (window[1::2] < window[::2]).all()
    np.testing.assert_allclose(
        result.polarisation_in_window + result.polarisation_out_of_window, 10.0 + np.arange(8), rtol=0.03
    )


def test_scale_free_as_single_spectra_are() -> None:
    record, _ = synthetic_spectra(spectra=9, points=40, noise=0.01)
    larger = record.assign(impedance=record.impedance * 1e3)
    one = joint_relaxation_times(record)
    other = joint_relaxation_times(larger)
    assert one.attrs["time_smoothing"] == other.attrs["time_smoothing"]
    np.testing.assert_allclose(other.distribution, 1e3 * one.distribution, atol=0.02 * float(other.distribution.max()))


def test_a_search_that_ends_early_says_so() -> None:
    record, _ = synthetic_spectra(spectra=12, points=40, noise=0.01)
    with pytest.warns(DataQualityWarning, match="joint inversion did not reach"):
        result = joint_relaxation_times(record, most_iterations=10, tolerance=1e-8)
    assert result.attrs["iterations"] == 10
    assert result.attrs["primal_residual"] > 1e-8


def test_the_chosen_lambda_is_taken_over() -> None:
    record, _ = synthetic_spectra(spectra=6, points=40, noise=0.01)
    result = joint_relaxation_times(record, regularisation="gcv")
    assert result.attrs["regularisation"] == relaxation_times(record, regularisation="gcv").attrs["regularisation"]


@pytest.mark.parametrize(
    "options",
    [
        {"breaks": "often"},
        {"breaks": [99]},
        {"breaks": [0.5]},
        {"regularisation": 0.0},
        {"time_smoothing": -1.0},
        {"time_smoothing": "much"},
        {"along": "pressure"},
        {"along": "charge"},
        {"weights": "none"},
        {"tolerance": 0.0},
        {"most_iterations": 0},
        {"single_regularisation": -1.0},
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(SchemaError):
        joint_relaxation_times(arcs([10.0, 11.0, 12.0]), **options)  # type: ignore[arg-type]


def test_break_rules_must_be_positive() -> None:
    with pytest.raises(SchemaError, match="jump of the break rules"):
        BreakRules(jump=0.0)


def test_modulus_weights_and_an_imaginary_spectrum_that_falls() -> None:
    record, truth = synthetic_spectra(spectra=20, points=50, noise=0.01)
    result = joint_relaxation_times(record, weights="modulus", inductance=True)
    expected = truth.polarisation(3e-6, 1 / (2 * np.pi))
    nodes = np.log(result.relaxation_time.values)
    slow = np.where(np.exp(nodes) > 3e-6, result.distribution.values, 0.0)
    np.testing.assert_allclose(np.trapezoid(slow, nodes, axis=1), expected, rtol=0.08)
    assert float(np.median(result.rms_residual)) == pytest.approx(0.0075, abs=0.004)
