"""Calibration: data and priors, recovery of a known truth, what a posterior rests on, evidence between variants."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pybamm")
pytest.importorskip("emcee")

from alkanode.cell_models import AlloyAnodeOptions, load_parameters
from alkanode.cell_models.observables import QuickCell
from alkanode.foundation.errors import DataQualityWarning, StudyError
from alkanode.studies.calibration import (
    Datum,
    LogNormal,
    LogUniform,
    Normal,
    Uniform,
    Variant,
    calibrate,
    model_evidence,
)
from alkanode.studies.calibration.calibrate import calibrated_parameters
from alkanode.studies.calibration.priors import coordinate, value_at

D = "Sodium transport coefficient [m2.s-1]"
STRIP = ("Strip at 0.25 mA cm-2 until 1 V",)
TRUE = 7e-13
SCATTER = 0.02
WIDE = {D: LogUniform(1e-14, 1e-10)}


@pytest.fixture(scope="module")
def truth() -> dict[str, float]:
    parameters = load_parameters("Wu2025").replace({D: TRUE})
    found = {}
    for alloy in ("NaK50", "NaK65", "NaK80"):
        cell = QuickCell(alloy, parameters)
        found[alloy] = cell.stripped(2.5) * cell.area / cell.alloy_mass
    return found


def capacities(truth: dict[str, float], *alloys: str) -> list[Datum]:
    return [
        Datum(
            cell=one,
            protocol=list(STRIP),
            observable="specific_capacity",
            value=truth[one],
            standard_error=SCATTER,
            logarithmic=True,
        )
        for one in alloys
    ]


@given(
    st.sampled_from([Uniform(-1, 3), LogUniform(1e-3, 10), Normal(1, 2), LogNormal(2, 1.5)]),
    st.floats(0.05, 0.95),
)
def test_a_prior_goes_back_and_forth(prior: Uniform | LogUniform | Normal | LogNormal, share: float) -> None:
    low, high = prior.bounds
    place = low + share * (high - low)
    assert coordinate(prior, value_at(prior, place)) == pytest.approx(place, rel=1e-6, abs=1e-5 * (high - low))
    assert math.isfinite(prior.log_density(place))
    assert prior.log_density(high + 1) == -math.inf


@pytest.mark.parametrize("prior", [Uniform(-1, 3), LogUniform(1e-3, 10), Normal(1, 2), LogNormal(2, 1.5)])
def test_a_prior_is_a_density(prior: Uniform | LogUniform | Normal | LogNormal) -> None:
    places = np.linspace(*prior.bounds, 4001)
    density = np.exp([prior.log_density(place) for place in places])
    mean = np.trapezoid(density * places, places)
    assert np.trapezoid(density, places) == pytest.approx(1, rel=1e-3)
    assert math.sqrt(np.trapezoid(density * (places - mean) ** 2, places)) == pytest.approx(prior.width, rel=1e-2)


@pytest.mark.parametrize(
    "make", [lambda: Uniform(1, 1), lambda: LogUniform(0, 1), lambda: Normal(0, 0), lambda: LogNormal(1, 1)]
)
def test_an_impossible_prior_is_refused(make: object) -> None:
    with pytest.raises(StudyError):
        make()  # type: ignore[operator]


@pytest.mark.parametrize(
    "changes",
    [
        {"observable": "colour"},
        {"standard_error": 0.0},
        {"standard_error": math.nan},
        {"value": math.inf},
        {"value": -1.0},
        {"protocol": ["Strip at 0.25 mA cm-2"]},
        {"observable": "voltage"},
    ],
)
def test_data_without_sense_are_refused(changes: dict[str, object]) -> None:
    good = {
        "cell": "NaK50",
        "protocol": list(STRIP),
        "observable": "specific_capacity",
        "value": 1.0,
        "standard_error": 0.1,
        "logarithmic": True,
    }
    with pytest.raises(StudyError):
        Datum(**(good | changes))  # type: ignore[arg-type]


def test_texts_with_units_become_si() -> None:
    one = Datum(
        cell="NaK50",
        protocol=list(STRIP),
        observable="specific_capacity",
        value="400 mAh g-1",
        standard_error="40 mAh g-1",
    )
    assert one.si[0] == pytest.approx(1.44e6)
    assert one.error[0] == pytest.approx(1.44e5)
    assert one.residual(np.array([1.44e6 + 1.44e5]))[0] == pytest.approx(1)


def test_nothing_to_fit_or_to_fit_to_is_refused(truth: dict[str, float]) -> None:
    with pytest.raises(StudyError, match="at least one"):
        calibrate("alloy-anode", capacities(truth, "NaK50"), {})
    with pytest.raises(StudyError, match="needs data"):
        calibrate("alloy-anode", [], WIDE)
    with pytest.raises(StudyError, match="Did you mean"):
        calibrate("alloy-anode", capacities(truth, "NaK50"), {"Sodium transport coefficent": LogUniform(1e-14, 1e-10)})
    with pytest.raises(StudyError, match="alloy-anode"):
        calibrate("another", capacities(truth, "NaK50"), WIDE)


def test_a_known_truth_is_found_and_the_third_alloy_predicted(truth: dict[str, float]) -> None:
    found = calibrate(
        "alloy-anode",
        capacities(truth, "NaK50", "NaK80"),
        WIDE,
        held_out=capacities(truth, "NaK65"),
        samples=0,
        profile_points=4,
        confounders=["Cloth thickness"],
    )
    posterior = found["posterior"].to_dataset()
    assert posterior["best"].item() == pytest.approx(TRUE, rel=1e-3)
    low, high = posterior["interval"].to_numpy()[0]
    assert low < TRUE < high < 1.3 * low
    predicted = found["predictive"].to_dataset().sel(datum="NaK65 specific capacity")
    assert predicted["role"].item() == "predicted"
    assert predicted["best"].item() == pytest.approx(truth["NaK65"], rel=1e-3)
    profile = found["profile"].to_dataset()
    assert profile["closed"].to_numpy().all()
    np.testing.assert_allclose(profile["interval"].to_numpy()[0], (low, high), rtol=0.05)


def test_the_coefficient_goes_with_the_square_of_the_thickness(truth: dict[str, float]) -> None:
    found = calibrate(
        "alloy-anode",
        capacities(truth, "NaK50", "NaK80"),
        WIDE,
        samples=0,
        profile_points=0,
        confounders=["Cloth thickness"],
    )
    record = found["confounding"].to_dataset()
    ends, factors = record["end"].to_numpy()[0], record["factor"].to_numpy()[0, :, 0]
    np.testing.assert_allclose(factors, (ends / 250e-6) ** 2, rtol=0.01)
    posterior = found["posterior"].to_dataset()
    narrow, honest = posterior["interval"].to_numpy()[0], posterior["honest_interval"].to_numpy()[0]
    assert honest[0] < narrow[0]
    assert honest[1] > 1.5 * narrow[1]


def test_as_many_numbers_as_data_is_said(truth: dict[str, float]) -> None:
    with pytest.warns(DataQualityWarning, match="says nothing for the model"):
        calibrate("alloy-anode", capacities(truth, "NaK50"), WIDE, samples=0, profile_points=0, confounders=[])


def test_what_the_data_do_not_touch_is_said(truth: dict[str, float]) -> None:
    with pytest.warns(DataQualityWarning, match="hardly bound"):
        found = calibrate(
            "alloy-anode",
            capacities(truth, "NaK50", "NaK65", "NaK80"),
            {**WIDE, "Precipitation rate": LogNormal(1e-2, 2.0)},
            samples=0,
            profile_points=0,
            confounders=[],
        )
    assert float(found["posterior"]["prior_share"][1]) == pytest.approx(1, abs=0.1)


def test_the_calibrated_set_says_to_what_it_was_fitted(truth: dict[str, float]) -> None:
    found = calibrate(
        "alloy-anode", capacities(truth, "NaK50", "NaK65"), WIDE, samples=0, profile_points=0, confounders=[]
    )
    made = calibrated_parameters(found)[D]
    assert made.role == "fitted"
    assert "NaK65 specific capacity" in made.fitted_to
    assert made.at() == pytest.approx(TRUE, rel=1e-3)


@pytest.mark.slow
def test_the_true_physics_has_the_better_evidence() -> None:
    """Data of drainage through films, which carries both metals, beside diffusion of sodium alone."""
    parameters = load_parameters("Wu2025").replace({"Film drainage coefficient": 3e-12})
    drains = AlloyAnodeOptions(transport="film drainage")
    data = []
    for alloy in ("NaK50", "NaK65"):
        for current in (0.25, 1.0):
            cell = QuickCell(alloy, parameters, options=drains)
            value = cell.stripped(10 * current) * cell.area / cell.alloy_mass
            steps = [f"Strip at {current} mA cm-2 until 1 V"]
            data.append(
                Datum(
                    cell=alloy,
                    protocol=steps,
                    observable="specific_capacity",
                    value=value,
                    standard_error=0.03,
                    logarithmic=True,
                )
            )
    found = model_evidence(
        data,
        {
            "diffusion": Variant(fit=WIDE),
            "drainage": Variant(fit={"Film drainage coefficient": LogUniform(1e-14, 1e-10)}, options=drains),
        },
    )
    assert list(found["tuned"].to_numpy()) == [1, 1]
    assert float(found["bic"].sel(variant="drainage")) < float(found["bic"].sel(variant="diffusion")) - 2
    assert (
        float(found["log_evidence"].sel(variant="drainage")) > float(found["log_evidence"].sel(variant="diffusion")) + 1
    )
    assert float(found["largest_error"].sel(variant="drainage")) < 0.01


@pytest.mark.slow
def test_draws_agree_with_the_gaussian_and_repeat(truth: dict[str, float]) -> None:
    data = capacities(truth, "NaK50", "NaK80")

    def run() -> np.ndarray:
        found = calibrate("alloy-anode", data, WIDE, samples=600, profile_points=0, confounders=[], seed=3)
        posterior = found["posterior"].to_dataset()
        assert float(posterior["split_r_hat"][0]) < 1.1
        assert float(posterior["effective_samples"][0]) > 50
        return np.log(posterior["value"].to_numpy()[:, 0])

    first = run()
    gaussian = calibrate("alloy-anode", data, WIDE, samples=0, profile_points=0, confounders=[])
    wide = np.log(gaussian["posterior"]["value"].to_numpy()[:, 0])
    assert first.mean() == pytest.approx(wide.mean(), abs=0.5 * wide.std())
    assert first.std() == pytest.approx(wide.std(), rel=0.3)
    np.testing.assert_array_equal(first, run())
