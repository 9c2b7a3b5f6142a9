"""Refits reproduce what is shipped, find a known truth, and say what they predict."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from alkanode.foundation.errors import ConvergenceError, PhysicsError, SchemaError
from alkanode.foundation.sources import Trust
from alkanode.thermo import (
    WeakPrior,
    fit_assessment,
    held_out_report,
    load_assessment,
    observation_table,
    parse_assessment,
)
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.observables import Observer

BINARIES = ("Na-K", "Li-Na", "Li-K")


def with_observed(data: Assessment, values: np.ndarray) -> Assessment:
    seen = tuple(dataclasses.replace(o, observed=float(v)) for o, v in zip(data.observations, values, strict=True))
    return dataclasses.replace(data, observations=seen)


@pytest.mark.parametrize("system", BINARIES)
def test_the_shipped_coefficients_are_the_fit_of_the_shipped_observations(system: str) -> None:
    data = load_assessment(system)
    fit = fit_assessment(data)
    for name, error in fit.standard_errors.items():
        assert fit.parameters[name] == pytest.approx(data.parameters[name], abs=1e-3 * error), name
    assert data.uncertainty is not None
    assert data.uncertainty.parameters == tuple(fit.parameters)
    if system == "Na-K":
        return  # its shipped covariance reaches further: test_thermo_weights
    widths = np.array(list(fit.standard_errors.values()))
    shipped = np.array(data.uncertainty.covariance) / np.outer(widths, widths)
    assert shipped == pytest.approx(fit.covariance / np.outer(widths, widths), abs=1e-4)
    assert data.uncertainty.method == fit.assessment.uncertainty.method  # type: ignore[union-attr]


@pytest.mark.parametrize("system", [*BINARIES, "Li-Na-K"])
def test_the_column_computed_is_what_the_coefficients_give(system: str) -> None:
    table = observation_table(system)
    recorded = {(o.short, o.quantity): o.computed for o in load_assessment(system).observations}
    for short, quantity, value in zip(table.short.values, table.quantity.values, table.computed.values, strict=True):
        assert value == pytest.approx(recorded[str(short), str(quantity)], rel=1e-3), short


def test_chi_square_and_freedom() -> None:
    fit = fit_assessment("Na-K")
    assert fit.chi_square == pytest.approx(3.55, abs=0.01)
    assert fit.degrees_of_freedom == 5
    pulls = fit.table.pull.values[fit.table.fitted.values]
    assert (pulls**2).sum() == pytest.approx(fit.chi_square)
    interpolating = fit_assessment("Li-Na")
    assert interpolating.degrees_of_freedom == 0
    assert interpolating.chi_square < 1e-9


def test_a_known_truth_is_found_from_another_start() -> None:
    data = load_assessment("Na-K")
    moved = {name: value * 1.05 for name, value in data.parameters.items()}
    truth = data.with_parameters(moved)
    exact = with_observed(data, Observer(truth)(None)[:, 0])
    fit = fit_assessment(exact, start={"liquid K-Na 0 constant": 2500.0, "Na2K slope": 0.5})
    assert fit.chi_square < 1e-6
    for name, error in fit.standard_errors.items():
        assert fit.parameters[name] == pytest.approx(moved[name], abs=0.01 * error), name


@pytest.mark.slow
def test_the_covariance_is_the_scatter_of_refits() -> None:
    data = load_assessment("Na-K")
    rng = np.random.default_rng(5)
    exact = Observer(data)(None)[:, 0]
    width = np.array([o.uncertainty for o in data.observations])
    fits = [
        fit_assessment(with_observed(data, exact + width * rng.standard_normal(width.size))).parameters
        for _ in range(25)
    ]
    errors = fit_assessment(data).standard_errors
    for name in ("liquid K-Na 0 constant", "bcc_A2 K-Na 0 constant"):
        scatter = np.std([fit[name] for fit in fits], ddof=1)
        assert 0.6 < scatter / errors[name] < 1.5, name


def test_twice_the_uncertainty_gives_twice_the_errors_and_a_quarter_of_chi_square() -> None:
    data = load_assessment("Na-K")
    doubled = dataclasses.replace(
        data, observations=tuple(dataclasses.replace(o, uncertainty=2 * o.uncertainty) for o in data.observations)
    )
    one, two = fit_assessment(data), fit_assessment(doubled)
    assert two.chi_square == pytest.approx(one.chi_square / 4, rel=1e-4)
    assert list(two.standard_errors.values()) == pytest.approx([2 * e for e in one.standard_errors.values()], rel=1e-3)


def test_held_out_observations_are_not_fitted_and_do_not_weaken_the_label() -> None:
    recalled = ("mixing heat", "peritectic", "44 wt% K freezing point")
    fit = fit_assessment("Na-K", hold_out=recalled, prior=WeakPrior())
    assert fit.held_out == recalled
    assert not fit.table.fitted.values[np.isin(fit.table.short.values, recalled)].any()
    assert fit.assessment.weakest_trust is Trust.FITTED
    assert fit.degrees_of_freedom == 1


def test_a_tight_prior_wins_and_a_wide_one_does_not() -> None:
    tight = fit_assessment("Na-K", prior=WeakPrior(constant=20e3, slope=1e-4)).parameters
    assert abs(tight["Na2K slope"]) < 1e-3 < abs(load_assessment("Na-K").parameters["Na2K slope"])
    wide = fit_assessment("Na-K", prior=WeakPrior(constant=1e7, slope=1e4))
    assert wide.parameters == pytest.approx(fit_assessment("Na-K").parameters, rel=1e-3)


def test_what_the_rest_predicts() -> None:
    """Robustness of K-Na as planned: the window holds without its own data, Na2K rests on recalled numbers."""
    report = held_out_report("Na-K")
    assert report.refit.values[0] == "all data"

    def at(refit: str, short: str, quantity: str) -> tuple[float, float, bool]:
        i = np.flatnonzero((report.short.values == short) & (report.quantity.values == quantity))[0]
        row = report.sel(refit=refit)
        return float(row.computed[i]), float(row.computed_uncertainty[i]), bool(row.fitted[i])

    blind = "window and tie line"
    for short, quantity, planned, tolerance in (
        ("K-side liquidus at 25 degC", "liquidus", 0.142, 0.001),
        ("Na-side liquidus at 25 degC", "liquidus", 0.717, 0.003),
        ("K-side tie line near 21 degC (liquid)", "liquidus", 0.159, 0.001),
        ("K-side tie line near 21 degC (solid)", "solidus", 0.041, 0.001),
    ):
        value, _, fitted = at(blind, short, quantity)
        assert not fitted
        assert value == pytest.approx(planned, abs=tolerance), short
    heat, spread, fitted = at("recalled", "mixing heat", "mixing_enthalpy")
    assert not fitted
    assert abs(heat - 736) < 2 * spread
    kelvin, spread, _ = at("recalled", "peritectic", "invariant_temperature")
    assert abs(kelvin - 280.05) < 2 * spread
    assert spread > 3, "without recalled numbers the peritectic is hardly known"
    assert at("all data", "peritectic", "invariant_temperature")[2]


def test_an_equilibrium_that_a_refit_loses_is_nan() -> None:
    report = held_out_report("Li-Na", {"eutectic": ("eutectic temperature", "eutectic composition")})
    lost = report.sel(refit="eutectic").computed.values[report.quantity.values == "invariant_temperature"]
    assert np.isnan(lost).any()
    assert np.isfinite(report.sel(refit="all data").computed.values).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: fit_assessment("Li-Na-K"), PhysicsError, "one by one"),
        (lambda: fit_assessment("Na-K", hold_out=("colour",)), PhysicsError, "colour"),
        (lambda: fit_assessment("Na-K", start={"colour": 1.0}), PhysicsError, "colour"),
        (lambda: fit_assessment("Li-Na", hold_out=("consolute temperature",)), ConvergenceError, "WeakPrior"),
        (lambda: fit_assessment("Na-K", start={"liquid K-Na 0 constant": 1e6}), ConvergenceError, "starting values"),
        (lambda: held_out_report("Li-K"), PhysicsError, "groups"),
        (lambda: held_out_report("Na-K", {"all data": ("mixing heat",)}), PhysicsError, "none of them named"),
    ],
)
def test_bad_requests(call, error: type[Exception], message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=message):
        call()


def test_a_fitted_observation_needs_an_uncertainty() -> None:
    data = load_assessment("Na-K")
    exact = tuple(dataclasses.replace(o, uncertainty=0.0) for o in data.observations)
    with pytest.raises(PhysicsError, match="uncertainty above 0"):
        fit_assessment(dataclasses.replace(data, observations=exact))


def test_a_file_may_only_hold_out_its_own_observations() -> None:
    from importlib import resources

    folder = resources.files("alkanode.thermo.assessment").joinpath("shipped")
    text = folder.joinpath("li_na.yaml").read_text(encoding="utf-8")
    assert parse_assessment(text).held_out
    with pytest.raises(SchemaError, match=r"broken\.yaml names observations"):
        parse_assessment(text.replace("[eutectic composition]", "[eutectics]"), origin="broken.yaml")
