"""What a fit determines: doubts, profile likelihood, arcs beyond the window."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.impedance import elements, fit_series, fitted_arcs, identifiability, profile_likelihood

F = np.geomspace(7e6, 1.0, 60)
TEXT = "L0-R0-p(R1,CPE1)-p(R2,CPE2)"


def edge_spectra(taus: list[float], noise: float = 0.005, seed: int = 1) -> xr.Dataset:
    """A grain boundary and an arc of 50 ohm at given relaxation times; the window ends at 0.16 s."""
    clean = np.array(
        [
            elements.resistor(F, 15)
            + elements.inductor(F, 1e-7)
            + elements.zarc(F, 20, 1.2e-7, 0.95)
            + elements.zarc(F, 50, tau, 0.85)
            for tau in taus
        ]
    )
    draws = np.random.default_rng(seed).normal(size=(2, *clean.shape))
    Z = clean * (1 + noise * (draws[0] + 1j * draws[1]))
    points = ("spectrum", "point")
    record = xr.Dataset({"frequency": (points, np.tile(F, (len(taus), 1))), "impedance": (points, Z)})
    return label(record, "impedance")


@pytest.fixture(scope="module")
def edge() -> tuple[xr.Dataset, xr.Dataset]:
    record = edge_spectra([0.02, 0.5, 3.0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return record, fit_series(record, TEXT)


def test_an_arc_beyond_the_window_is_named(edge: tuple[xr.Dataset, xr.Dataset]) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        marked = identifiability(edge[1])
    assert any("outside the measured window" in str(one.message) for one in caught)
    assert all(one.category is DataQualityWarning for one in caught)
    identified = marked.identified.sel(parameter="R2").values
    assert identified.tolist() == [True, False, False]
    assert marked.identified.sel(parameter="R1").values[:2].all()
    assert "an arc lies outside the measured window: R2" in marked.attrs["checks"]


def test_arcs_are_a_table_with_the_capacitance(edge: tuple[xr.Dataset, xr.Dataset]) -> None:
    table = fitted_arcs(edge[1])
    assert table.sizes["row"] == 6
    assert table.capacitance.values == pytest.approx(table.relaxation_time.values / table.resistance.values)
    first = table.isel(row=1)
    assert first.resistance.item() == pytest.approx(50, rel=0.03)
    assert first.relaxation_time.item() == pytest.approx(0.02, rel=0.05)
    assert table.in_window.values[1::2].tolist() == [True, False, False]


def test_a_profile_inside_the_window_is_that_of_the_covariance(edge: tuple[xr.Dataset, xr.Dataset]) -> None:
    record, fit = edge
    profile = profile_likelihood(record, fit, "R1", correlated=False)
    column = list(fit.parameter.values).index("R1")
    width = (profile.upper_95 - profile.lower_95).values
    plain = fit.standard_deviation.values[:, column] * 2 * 1.98
    assert width[:2] == pytest.approx(plain[:2], rel=0.5)
    assert (profile.bounded.values == "both").all()
    assert np.nanmin(profile.deviance.values, axis=1) == pytest.approx(0.0, abs=1e-6)


def test_beyond_the_window_the_interval_holds_the_truth_and_the_quotient_is_known(
    edge: tuple[xr.Dataset, xr.Dataset],
) -> None:
    record, fit = edge
    profile = profile_likelihood(record, fit, "R2")
    assert (profile.lower_95.values < 50).all()
    assert (profile.upper_95.values > 50).all()
    assert profile.in_window.values.tolist() == [True, False, False]
    far = profile.isel(spectrum=2)
    spread_R = far.upper_95.item() / far.lower_95.item()
    spread_C = far.inverse_capacitance_high.item() / far.inverse_capacitance_low.item()
    assert spread_C < 0.5 * spread_R
    assert far.inverse_capacitance_low.item() < 50 / 3.0 < far.inverse_capacitance_high.item()


def test_a_side_that_never_ends_is_open() -> None:
    """An arc three decades beyond the window shows nothing but its capacitor: R has no upper end."""
    record = edge_spectra([100.0], noise=1e-4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        fit = fit_series(record, TEXT)
        profile = profile_likelihood(record, fit, "R2")
    assert profile.upper_95.item() == np.inf
    assert profile.bounded.item() in {"below", "neither"}
    assert profile.inverse_capacitance_high.item() < np.inf


@pytest.mark.slow
def test_the_profile_covers_the_truth_as_often_as_it_says() -> None:
    n = 300
    record = edge_spectra([1.0] * n, seed=5)
    fit = fit_series(record, TEXT, starts=1, rounds=0)
    profile = profile_likelihood(record, fit, "R2", correlated=False)
    covered = ((profile.lower_95.values < 50) & (profile.upper_95.values > 50)).mean()
    assert 0.92 <= covered <= 0.98


def test_wrong_requests_are_refused(edge: tuple[xr.Dataset, xr.Dataset]) -> None:
    record, fit = edge
    with pytest.raises(SchemaError, match="no parameter"):
        profile_likelihood(record, fit, "R9")
    with pytest.raises(SchemaError, match="belong"):
        profile_likelihood(record.isel(spectrum=[0]), fit, "R1")
    held = fit_series(record, TEXT, fixed={"R1": 20.0}, starts=1, rounds=0)
    with pytest.raises(SchemaError, match="held"):
        profile_likelihood(record, held, "R1")
    with pytest.raises(SchemaError, match="correlation"):
        identifiability(fit, correlation=1.5)
