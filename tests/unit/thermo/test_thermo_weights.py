"""A second choice of weights: what it moves, and that the shipped uncertainty reaches as far."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo import (
    fit_assessment,
    held_out_report,
    load_assessment,
    observation_table,
    reweighted,
    uncertainty_over_weights,
)
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.held_out import OTHER_WEIGHTS


@pytest.fixture(scope="module")
def moved() -> Assessment:
    return fit_assessment(reweighted("Na-K")).assessment


def test_the_second_choice_follows_its_stated_rules() -> None:
    """Recalled numbers count a ninth of what their kind would; invariants are known to half a kelvin."""
    second = {(one.short, one.quantity): one.uncertainty for one in reweighted("Na-K").observations if one.in_fit}
    assert second["eutectic temperature", "invariant_temperature"] == 0.5
    assert second["peritectic", "invariant_temperature"] == 3 * 0.5
    assert second["eutectic composition", "invariant_composition"] == 0.005
    assert second["peritectic", "invariant_composition"] == 3 * 0.005
    assert second["mixing heat", "mixing_enthalpy"] == pytest.approx(3 * 0.05 * 736, rel=0.01)
    digits, kelvin = 0.005, 1.0
    for short, slope in (("K-side liquidus at 25 degC", 0.0040), ("Na-side liquidus at 25 degC", 0.0062)):
        assert second[short, "liquidus"] == pytest.approx(np.hypot(digits, kelvin * slope), rel=0.02)


def test_reweighting_changes_nothing_but_the_weights() -> None:
    data, other = load_assessment("Na-K"), reweighted("Na-K")
    assert other.parameters == data.parameters
    assert [one.observed for one in other.observations] == [one.observed for one in data.observations]
    assert all(one.uncertainty == one.source_uncertainty for one in other.observations if one.in_fit)


def test_the_shipped_covariance_is_that_over_both_choices() -> None:
    found, shipped = uncertainty_over_weights("Na-K"), load_assessment("Na-K").uncertainty
    assert shipped is not None
    width = np.sqrt(np.diag(found.covariance))
    ours, theirs = (np.array(one.covariance) / np.outer(width, width) for one in (found, shipped))
    assert theirs == pytest.approx(ours, abs=1e-4)
    assert shipped.method == found.method


def test_no_observable_moves_by_more_than_the_shipped_uncertainty(moved: Assessment) -> None:
    """True by construction, to first order: a difference d is within the root of S + d d^T."""
    table, other = observation_table("Na-K"), observation_table(moved)
    move = np.abs(other.computed.values - table.computed.values)
    assert (move < 1.2 * table.computed_uncertainty.values).all()


def test_the_covariance_of_the_first_weights_alone_would_not_reach(moved: Assessment) -> None:
    """The reason for the second: the peritectic and the heat of mixing leave the 95 % interval of the first fit."""
    alone = fit_assessment("Na-K").table
    other = observation_table(moved)
    move = np.abs(other.computed.values - alone.computed.values) / alone.computed_uncertainty.values
    left = {str(short) for short, far in zip(alone.short.values, move, strict=True) if far > 1.96}
    assert {"mixing heat", "peritectic"} <= left


def test_the_report_shows_the_other_weights(moved: Assessment) -> None:
    row = held_out_report("Na-K").sel(refit=OTHER_WEIGHTS)
    assert row.fitted.values[:12].all()
    other = observation_table(moved)
    assert row.computed.values == pytest.approx(other.computed.values, rel=0.02)
    assert OTHER_WEIGHTS not in held_out_report("Li-Na").refit.values


def test_a_wider_prior_moves_no_prediction_of_sodium_and_potassium_by_its_uncertainty() -> None:
    report = held_out_report("Na-K")
    predicted = ~report.fitted.values
    share = np.abs(report.prior_move.values / report.computed_uncertainty.values)[predicted]
    assert share.max() < 0.2


def test_a_prediction_is_judged_by_both_uncertainties() -> None:
    row = held_out_report("Na-K").sel(refit="recalled")
    i = int(np.flatnonzero(row.short.values == "mixing heat")[0])
    both = np.hypot(row.uncertainty.values[i], row.computed_uncertainty.values[i])
    assert row.pull.values[i] == pytest.approx((row.computed.values[i] - row.observed.values[i]) / both)
    assert abs(row.pull.values[i]) < 2


def test_observations_without_a_second_uncertainty() -> None:
    with pytest.raises(PhysicsError, match="source_uncertainty"):
        reweighted("Li-Na")
    data = load_assessment("Na-K")
    first = dataclasses.replace(data.observations[0], source_uncertainty=2.0)
    mixed = dataclasses.replace(
        data, observations=(first, *(dataclasses.replace(o, source_uncertainty=None) for o in data.observations[1:]))
    )
    assert [one.uncertainty for one in reweighted(mixed).observations][:2] == [2.0, data.observations[1].uncertainty]
