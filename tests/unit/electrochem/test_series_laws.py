"""Laws over current and pressure and the null laws: known answers, censoring, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy.stats import t

from alkanode.electrochem import compare_null_laws, stripping_against, stripping_law_estimates, stripping_series
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.numerics.censored_line import fit_line

MAH_G = 3600.0


def points(
    capacities: dict[float, float],
    *,
    alloy: str = "NaK50",
    pressure: float = 10.0,
    reached: tuple[bool, ...] = (),
    **more: Any,
) -> list[dict[str, Any]]:
    """Rows of an overlay: current density (mA cm-2) -> capacity (mAh g-1)."""
    flags = reached or (True,) * len(capacities)
    return [
        {
            "alloy": alloy,
            "specific_capacity": f"{q} mAh g-1",
            "current_density": f"{j} mA cm-2",
            "stack_pressure": f"{pressure} MPa",
            "temperature": "25 degC",
            "reached": "yes" if flag else "no",
            **more,
        }
        for (j, q), flag in zip(capacities.items(), flags, strict=True)
    ]


def series(rows: list[dict[str, Any]]) -> xr.Dataset:
    return stripping_series(overlay=rows)


CURRENTS = np.array([0.1, 0.2, 0.5, 1.0, 2.0, 4.0])
SCATTER = np.array([0.02, -0.015, 0.01, -0.02, 0.015, -0.01])


def test_intervals_are_students_t_where_nothing_is_censored() -> None:
    x = np.array([0.0, 1, 2, 3, 4, 5])
    y = 1 - 0.3 * x + SCATTER
    design = np.stack([np.ones(6), x], axis=1)
    fit = fit_line(design, y, np.zeros(6, dtype=bool))
    assert not isinstance(fit, str)
    slope, level = np.polyfit(x, y, 1)
    rest = y - level - slope * x
    error = np.sqrt(rest @ rest / 4 / np.sum((x - x.mean()) ** 2))
    half = t.ppf(0.975, 4) * error
    assert fit.coefficients == pytest.approx([level, slope])
    assert fit.interval[1] == pytest.approx([slope - half, slope + half], rel=1e-5)
    assert np.sqrt(fit.covariance[1, 1]) == pytest.approx(error)


def test_a_lower_bound_far_below_the_line_says_nothing_and_one_above_lifts_it() -> None:
    x = np.arange(8.0)
    y = 2 - 0.1 * x + np.tile([0.02, -0.02], 4)
    design = np.stack([np.ones(8), x], axis=1)
    plain = fit_line(design, y, np.zeros(8, dtype=bool))
    more = np.concatenate([design, [[1, 4.0]]])
    flags = np.append(np.zeros(8, dtype=bool), True)
    low, high = (fit_line(more, np.append(y, bound), flags) for bound in (0.5, 2.0))
    assert not isinstance(plain, str)
    assert not isinstance(low, str)
    assert not isinstance(high, str)
    assert low.coefficients == pytest.approx(plain.coefficients, abs=1e-5)
    assert high.coefficients[0] + 4 * high.coefficients[1] > plain.coefficients[0] + 4 * plain.coefficients[1]
    assert high.scatter > plain.scatter


def test_censored_fits_recover_what_censoring_hides() -> None:
    """Values above a limit are seen as bounds; leaving them out or taking them for values biases, the likelihood does not."""
    random = np.random.default_rng(5)
    x = np.tile(np.linspace(0, 1, 20), 10)
    truth = 1 - 0.8 * x + 0.2 * random.normal(size=x.size)
    flags = truth > 0.9
    y = np.where(flags, 0.9, truth)
    fit = fit_line(np.stack([np.ones(x.size), x], axis=1), y, flags)
    assert not isinstance(fit, str)
    naive = np.polyfit(x, y, 1)[0]
    assert fit.interval[1][0] < -0.8 < fit.interval[1][1]
    assert abs(fit.coefficients[1] + 0.8) < 0.5 * abs(naive + 0.8)
    assert fit.scatter == pytest.approx(0.2, rel=0.15)


def test_a_power_law_is_recovered_with_its_interval() -> None:
    capacity = 300 * CURRENTS**-0.25 * np.exp(SCATTER)
    law = stripping_against(series(points(dict(zip(CURRENTS, capacity, strict=True)))))
    assert law.attrs["preferred"] == "power"
    assert law.attrs["exponent_lower"] < 0.25 < law.attrs["exponent_upper"]
    assert law.attrs["exponent"] == pytest.approx(0.25, abs=0.01)
    assert law.attrs["scatter"] == pytest.approx(0.015, abs=0.005)
    numbers = stripping_law_estimates(law)
    assert "preferred law" in numbers["exponent"].label
    assert "digitised" in numbers["exponent"].label
    middle = np.interp(1.0, law.axis_point.to_numpy() / 10, law.fitted_capacity.to_numpy()[1] / MAH_G)
    assert middle == pytest.approx(300, rel=0.02)


def test_no_dependence_is_said_to_be_none() -> None:
    law = stripping_against(series(points(dict(zip(CURRENTS, 300 * np.exp(SCATTER), strict=True)))))
    assert law.attrs["preferred"] == "constant"
    assert law.attrs["exponent_lower"] < 0 < law.attrs["exponent_upper"]
    assert law.attrs["mean_capacity"] / MAH_G == pytest.approx(300, rel=0.01)


def test_a_transition_is_found_where_it_is() -> None:
    currents = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 1.2, 2.0, 3.0, 5.0])
    noise = np.tile(SCATTER, 2)[: currents.size]
    capacity = np.minimum(450, 450 * (currents / 0.6) ** -0.5) * np.exp(noise)
    law = stripping_against(series(points(dict(zip(currents, capacity, strict=True)))))
    attrs = law.attrs
    assert attrs["preferred"] == "transition"
    assert attrs["transition_lower"] < 6.0 < attrs["transition_upper"]
    assert attrs["transition_exponent_lower"] < 0.5 < attrs["transition_exponent_upper"]
    assert attrs["plateau_lower"] < 450 * MAH_G < attrs["plateau_upper"]


def test_the_plateau_of_a_pressure_lies_at_high_pressure() -> None:
    pressures = (0.5, 1, 2, 4, 8, 15, 30, 60)
    rows = [
        points({0.25: min(400.0, 400 * (p / 8) ** 0.6) * float(np.exp(e))}, pressure=p)[0]
        for p, e in zip(pressures, np.tile(SCATTER, 2), strict=False)
    ]
    law = stripping_against(series(rows), "stack_pressure")
    assert law.attrs["preferred"] == "transition"
    assert law.attrs["transition"] == pytest.approx(8e6, rel=0.2)
    assert law.attrs["transition_exponent"] == pytest.approx(0.6, abs=0.1)
    assert law.attrs["plateau"] / MAH_G == pytest.approx(400, rel=0.03)


def test_three_currents_give_an_exponent_but_no_criterion() -> None:
    law = stripping_against(series(points({0.25: 400.0, 0.5: 398.0, 1.0: 405.0})))
    assert law.attrs["preferred"] == ""
    assert "cannot say" in law.attrs["reason"]
    assert law.attrs["exponent_lower"] < 0 < law.attrs["exponent_upper"]
    assert not law.usable.to_numpy()[2]
    assert "needs 5" in law.refused.to_numpy()[2]
    steep = stripping_against(series(points({0.25: 400.0, 0.5: 300.0, 1.0: 224.0})))
    assert steep.attrs["preferred"] == "power"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (points({0.25: 400.0, 1.0: 300.0}), "3 distinct values; found 2 of 2 tests"),
        (points({0.25: 400.0, 0.251: 390.0, 1.0: 300.0}), "found 2 of 3 tests"),
        (points({0.25: 4.0, 0.5: 3.0, 1.0: 2.0}, reached=(False,) * 3), "lower bounds only"),
        ([*points({0.25: 400.0, 0.5: 350.0}), *points({1.0: 300.0}, pressure=2.0)], "different stack pressure"),
        ([*points({0.25: 400.0, 0.5: 350.0}), *points({1.0: 300.0}, alloy="NaK80")], "different alloy"),
    ],
)
def test_what_cannot_be_fitted_is_refused(rows: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(SchemaError, match=says):
        stripping_against(series(rows))


def test_mixed_protocols_only_on_request_and_with_a_warning() -> None:
    rows = [*points({0.25: 400.0, 0.5: 350.0}), *points({1.0: 300.0}, pressure=2.0)]
    with pytest.warns(DataQualityWarning, match="mixed protocols"):
        law = stripping_against(series(rows), allow_mixed=True)
    assert "stack pressure" in law.attrs["mixed"]


def test_lower_bounds_move_the_exponent() -> None:
    currents = dict(zip(CURRENTS, 300 * CURRENTS**-0.25 * np.exp(SCATTER), strict=True))
    bounded = {0.1: 400.0, **{j: q for j, q in currents.items() if j > 0.1}}
    law = stripping_against(series(points(bounded, reached=(False, *(True,) * 5))))
    assert law.censored.to_numpy().tolist() == [True, *[False] * 5]
    assert law.attrs["exponent_lower"] < 0.25 < law.attrs["exponent_upper"]
    as_value = stripping_against(series(points(bounded)))
    assert as_value.attrs["exponent"] < law.attrs["exponent"]


def test_printed_capacities_follow_the_sodium_better_than_the_liquidus() -> None:
    rows = [points({0.25: q}, alloy=a)[0] for a, q in (("NaK50", 400.0), ("NaK65", 300.0), ("NaK80", 150.0))]
    laws = compare_null_laws(series(rows))
    at = laws.prediction_error.to_numpy()
    assert laws.law.to_numpy().tolist() == ["liquidus", "theory", "liquidus share", "metal share"]
    assert at == pytest.approx([0.173, 0.379, 0.197, 0.0818], abs=2e-3)
    assert float(laws.factor[3]) == pytest.approx((400 / 582.9 * 300 / 408.03 * 150 / 233.16) ** (1 / 3), rel=1e-3)
    assert laws.attrs["gain"] < 0
    assert laws.attrs["better"] == ""
    assert "cannot be decided by likelihood with 3 tests" in laws.attrs["verdict"]


def test_a_series_that_follows_the_liquidus_says_so() -> None:
    alloys = {"NaK50": 526.6, "NaK60": 405.0, "NaK65": 334.85, "NaK70": 265.0, "NaK75": 203.0, "NaK80": 143.1}
    shell = series([points({0.25: 1.0}, alloy=alloy)[0] for alloy in alloys])
    truth = shell.capacity_to_liquidus.to_numpy() / MAH_G
    rows = [points({0.25: q * float(np.exp(e))}, alloy=a)[0] for a, q, e in zip(alloys, truth, SCATTER, strict=True)]
    laws = compare_null_laws(series(rows))
    assert laws.attrs["better"] == "liquidus"
    assert laws.attrs["gain"] > 5
    low, high = laws.log_likelihood_interval.to_numpy()[0]
    assert low <= float(laws.log_likelihood[0]) <= high
    assert low < high


def test_null_laws_need_alloys_and_one_protocol() -> None:
    with pytest.raises(SchemaError, match="two alloys"):
        compare_null_laws(series(points({0.25: 400.0, 0.5: 390.0, 1.0: 380.0})))
    rows = [points({0.25: 400.0})[0], points({0.5: 300.0}, alloy="NaK65")[0], points({0.25: 150.0}, alloy="NaK80")[0]]
    with pytest.raises(SchemaError, match="different current density"):
        compare_null_laws(series(rows))
