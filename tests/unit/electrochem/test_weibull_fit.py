"""The Weibull law of intervals: equal to scipy's, honest where there is none, profile intervals, bias, area."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import CensoredData, beta, weibull_min

from alkanode.electrochem import fit_weibull, half_width, shape_bias_factor, weakest_link_scale
from alkanode.electrochem.critical_currents.replicates import failed_shares
from alkanode.foundation.errors import PhysicsError
from alkanode.numerics.weibull import WeibullFit, most_likely


def ramped(values: np.ndarray, step: float = 0.25, cap: float = 1.75) -> tuple[np.ndarray, np.ndarray]:
    lower = np.minimum(np.floor(values / step) * step, cap)
    return lower, np.where(lower < cap, lower + step, np.inf)


def fitted(lower: object, upper: object, **options: object) -> WeibullFit:
    fit = fit_weibull(np.array(lower, float), np.array(upper, float), **options)  # type: ignore[arg-type]
    assert isinstance(fit, WeibullFit), fit
    return fit


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n", [5, 12, 40])
def test_the_optimum_is_that_of_scipy(seed: int, n: int) -> None:
    lower, upper = ramped(1.2 * np.random.default_rng(seed).weibull(3, n))
    failed = np.isfinite(upper)
    data = CensoredData(interval=np.stack([lower[failed], upper[failed]], axis=1), right=lower[~failed])
    shape, _, scale = weibull_min.fit(data, floc=0)
    assert most_likely(lower, upper) == pytest.approx((shape, scale), rel=1e-3)


def test_left_censored_and_exact_values_as_scipy() -> None:
    lower = np.array([0.0, 0.0, 0.5, 0.75, 1.0, 0.9, 1.3])
    upper = np.array([0.25, 0.5, 0.75, 1.0, np.inf, 0.9, 1.3])
    data = CensoredData(uncensored=[0.9, 1.3], left=[0.25, 0.5], right=[1.0], interval=[[0.5, 0.75], [0.75, 1.0]])
    shape, _, scale = weibull_min.fit(data, floc=0)
    assert most_likely(lower, upper) == pytest.approx((shape, scale), rel=1e-3)


def test_the_unit_does_not_matter() -> None:
    lower, upper = ramped(1.2 * np.random.default_rng(1).weibull(3, 12))
    one, other = fitted(lower, upper), fitted(10 * lower, 10 * upper)
    assert other.shape == pytest.approx(one.shape, rel=1e-6)
    assert other.scale == pytest.approx(10 * one.scale, rel=1e-6)
    assert other.scale_interval == pytest.approx([10 * end for end in one.scale_interval], rel=1e-4)
    assert other.shape_interval == pytest.approx(one.shape_interval, rel=1e-4)


@pytest.mark.parametrize(
    ("lower", "upper", "reason"),
    [
        ([1.0], [1.25], "at least two"),
        ([], [], "at least two"),
        ([1.0, 2.0], [np.inf, np.inf], "no value failed"),
        ([1.0, 1.0, 1.0], [1.25, 1.25, 1.25], "share a point"),
        ([1.0, 1.25], [1.25, 1.5], "share a point"),
        ([1.0, 1.0], [1.0, 1.0], "share a point"),
        ([1.0, 0.5], [1.25, np.inf], "share a point"),
        ([0.0, 2.0], [1.0, np.inf], "no maximum"),
    ],
)
def test_where_there_is_no_most_likely_law_it_says_why(lower: list[float], upper: list[float], reason: str) -> None:
    told = fit_weibull(np.array(lower), np.array(upper))
    assert isinstance(told, str)
    assert reason in told
    assert most_likely(np.array(lower), np.array(upper)) == told or "maximum" in told


@pytest.mark.parametrize(
    ("lower", "upper"),
    [([-1.0, 1.0], [1.0, 2.0]), ([2.0, 1.0], [1.0, 2.0]), ([np.nan, 1.0], [1.0, 2.0]), ([1.0], [1.0, 2.0])],
)
def test_what_is_no_interval_is_refused(lower: list[float], upper: list[float]) -> None:
    with pytest.raises(PhysicsError, match="0 <= lower <= upper"):
        fit_weibull(np.array(lower), np.array(upper))


def test_a_confidence_lies_between_0_and_1() -> None:
    with pytest.raises(PhysicsError, match="between 0 and 1"):
        fit_weibull(np.array([1.0, 2.0]), np.array([1.5, 2.5]), level=95)


def test_profile_intervals_drop_by_half_of_chi2() -> None:
    """At the ends of the interval of the scale the likelihood, maximised over the shape, lies 1.92 below its top."""
    lower, upper = ramped(1.2 * np.random.default_rng(5).weibull(3, 20))
    fit = fitted(lower, upper, calibration="chi2")

    def height(shape: np.ndarray, scale: np.ndarray) -> np.ndarray:
        law = weibull_min(np.atleast_1d(shape)[:, None], scale=np.atleast_1d(scale)[:, None])
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(law.cdf(upper) - law.cdf(lower)).sum(axis=1))

    top = height(np.array(fit.shape), np.array(fit.scale)).item()
    for end in fit.scale_interval:
        best = height(np.linspace(0.5 * fit.shape, 2 * fit.shape, 2000), np.array(end)).max()
        assert top - best == pytest.approx(1.9207, abs=2e-3)
    for end in fit.shape_interval:
        best = height(np.array(end), np.linspace(0.7 * fit.scale, 1.5 * fit.scale, 2000)).max()
        assert top - best == pytest.approx(1.9207, abs=2e-3)


def test_intervals_by_students_t_are_wider_and_meet_chi2_for_many() -> None:
    few = ramped(1.2 * np.random.default_rng(2).weibull(3, 12))
    assert np.diff(fitted(*few).shape_interval) > np.diff(fitted(*few, calibration="chi2").shape_interval)
    many = ramped(1.2 * np.random.default_rng(2).weibull(3, 3000))
    assert fitted(*many).shape_interval == pytest.approx(fitted(*many, calibration="chi2").shape_interval, rel=1e-3)
    assert fitted(*many).shape == pytest.approx(3, rel=0.05)
    assert fitted(*many).scale == pytest.approx(1.2, rel=0.02)


def test_quantiles_with_their_bands() -> None:
    lower, upper = ramped(1.2 * np.random.default_rng(5).weibull(3, 12))
    fit = fitted(lower, upper, probability=[0.1, 1 - np.exp(-1), 0.9])
    assert fit.quantile == pytest.approx(weibull_min(fit.shape, scale=fit.scale).ppf(fit.probability))
    assert fit.quantile[1] == pytest.approx(fit.scale)
    assert fit.quantile_interval[:, 1] == pytest.approx(fit.scale_interval, rel=1e-5)
    assert (fit.quantile_interval[0] < fit.quantile).all()
    assert (fit.quantile < fit.quantile_interval[1]).all()


def test_an_end_that_the_data_do_not_bound_is_open() -> None:
    fit = fitted([1.0, 1.0, 5.0], [1.2, 1.2, np.inf])
    assert fit.shape_interval[0] == 0.0
    assert fit.scale_interval[1] == np.inf


def test_the_factor_against_the_bias() -> None:
    assert shape_bias_factor(12) == pytest.approx(0.8834, abs=1e-4)
    assert np.isnan(shape_bias_factor(2))
    assert shape_bias_factor(10_000) == pytest.approx(1, abs=1e-3)


def test_the_weakest_of_two_is_weaker_than_one() -> None:
    """The minimum of two draws of a Weibull law has scale 2^(-1/m): one interface alone is 2^(1/m) higher."""
    assert weakest_link_scale(1.0, 3.0, 0.5) == pytest.approx(1.26, abs=2e-3)
    pairs = weibull_min(3, scale=1.2).rvs((20_000, 2), random_state=0).min(axis=1)
    shape, scale = weibull_min.fit(pairs, floc=0)[::2]
    assert shape == pytest.approx(3, rel=0.02)
    assert weakest_link_scale(scale, shape, 0.5) == pytest.approx(1.2, rel=0.01)
    with pytest.raises(PhysicsError, match="positive"):
        weakest_link_scale(1.0, 3.0, 0.0)


def test_half_widths_of_a_mean() -> None:
    assert half_width(3) == pytest.approx(2.48, abs=5e-3)
    assert half_width(4) == pytest.approx(1.59, abs=5e-3)


def test_median_ranks_shift_above_cells_that_never_failed() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0])
    plain = failed_shares(values, np.ones(4, dtype=bool))
    assert plain == pytest.approx([beta.ppf(0.5, rank, 5 - rank) for rank in (1, 2, 3, 4)])
    shifted = failed_shares(values, np.array([True, False, True, True]))
    assert np.isnan(shifted[1])
    assert shifted[0] == plain[0]
    assert shifted[2] == pytest.approx(beta.ppf(0.5, 1 + 4 / 3, 4 - 4 / 3))


@pytest.mark.slow
def test_scale_and_corrected_shape_have_little_bias_and_intervals_cover() -> None:
    random = np.random.default_rng(0)
    fits = [fitted(*ramped(1.2 * random.weibull(3, 12))) for _ in range(400)]
    assert np.mean([fit.scale for fit in fits]) == pytest.approx(1.2, rel=0.02)
    assert np.mean([fit.shape_unbiased for fit in fits]) == pytest.approx(3, rel=0.05)
    assert np.mean([fit.shape_interval[0] <= 3 <= fit.shape_interval[1] for fit in fits]) > 0.92
    assert np.mean([fit.scale_interval[0] <= 1.2 <= fit.scale_interval[1] for fit in fits]) > 0.92
