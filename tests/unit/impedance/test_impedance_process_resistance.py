"""Resistances of processes: sums with covariance, control cells, symmetric cells, growth at rest, time since current."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.impedance import (
    fit_series,
    interphase_growth,
    per_interface,
    process_resistance,
    subtract_control,
    time_since_current,
)
from alkanode.virtual import synthetic_spectra


def resistances(values: np.ndarray, deviation: float | np.ndarray, time: np.ndarray | None = None) -> xr.Dataset:
    n = values.size
    spread = np.broadcast_to(deviation, (n,)).astype(float)
    fields = {
        "resistance": values,
        "standard_deviation": spread,
        "lower_95": values - 2 * spread,
        "upper_95": values + 2 * spread,
    }
    record = xr.Dataset(
        {name: ("spectrum", np.asarray(field, dtype=float)) for name, field in fields.items()},
        coords={"time": ("spectrum", np.arange(n) * 60.0 if time is None else time)},
        attrs={"process": "interface"},
    )
    return label(record, "process_resistance")


@pytest.fixture(scope="module")
def fit() -> xr.Dataset:
    record, _ = synthetic_spectra("growing_interface", spectra=6)
    return fit_series(record, "coated-nasicon", starts=1)


def test_a_sum_carries_the_covariance(fit: xr.Dataset) -> None:
    """The coating and the interface overlap: their sum is known better than either."""
    both = process_resistance(fit, ("R2", "R3"))
    parts = [process_resistance(fit, name) for name in ("coating", "interface")]
    assert both.resistance.values == pytest.approx(sum(part.resistance.values for part in parts))
    alone = np.hypot(*(part.standard_deviation.values for part in parts))
    assert (both.standard_deviation.values < 0.8 * alone).all()
    assert (both.lower_95.values > 0).all()
    assert parts[1].attrs["parameters"] == "R3"


def test_only_resistances_are_added(fit: xr.Dataset) -> None:
    with pytest.raises(SchemaError, match="resistance"):
        process_resistance(fit, "CPE1_Q")
    with pytest.raises(SchemaError, match="coating"):
        process_resistance(fit, "coatings")


def test_a_control_is_subtracted_with_its_variance() -> None:
    cell, control = resistances(np.array([50.0, 60.0]), 0.6), resistances(np.array([8.0]), 0.8)
    left = subtract_control(cell, control)
    assert left.resistance.values == pytest.approx([42, 52])
    assert left.standard_deviation.values == pytest.approx([1.0, 1.0])
    assert left.control_resistance.values == pytest.approx([8, 8])
    assert left.upper_95.values - left.resistance.values == pytest.approx(1.96, rel=1e-3)


def test_a_small_difference_of_large_numbers_is_doubted() -> None:
    with pytest.warns(DataQualityWarning, match="not told apart from zero"):
        left = subtract_control(resistances(np.array([100.0]), 1.0), resistances(np.array([99.0]), 1.0))
    assert left.lower_95.item() < 0 < left.upper_95.item()


def test_scatter_between_controls_counts() -> None:
    """Replicates that differ by more than their errors make the mean as uncertain as their scatter says."""
    left = subtract_control(resistances(np.array([50.0]), 0.01), resistances(np.array([7.0, 9.0]), 0.01))
    assert left.standard_deviation.item() == pytest.approx(1.0, rel=1e-3)


def test_cells_of_different_size_are_not_subtracted() -> None:
    cell, control = resistances(np.array([50.0]), 0.5), resistances(np.array([8.0]), 0.5)
    with pytest.raises(PhysicsError, match="areas"):
        subtract_control(cell, control, area="0.283 cm2", control_area="0.785 cm2")
    with pytest.raises(PhysicsError, match="one of them"):
        subtract_control(cell, control, area="0.283 cm2")
    left = subtract_control(cell, control, area="0.5 cm2", control_area="1 cm2", scale=True)
    assert left.resistance.item() == pytest.approx(50 - 16)
    with pytest.raises(SchemaError, match="as many"):
        subtract_control(cell, resistances(np.array([8.0, 9.0]), 0.5), pairing="each")


@settings(max_examples=25)
@given(whole=st.floats(1e-3, 1e6), area=st.floats(1e-6, 1e-2))
def test_scaling_is_that_of_area_specific_resistances(whole: float, area: float) -> None:
    cell, control = resistances(np.array([3 * whole]), 1e-6 * whole), resistances(np.array([whole]), 1e-6 * whole)
    left = subtract_control(cell, control, area=area, control_area=2 * area, scale=True)
    assert area * left.resistance.item() == pytest.approx(area * 3 * whole - 2 * area * whole, rel=1e-9)


def test_half_of_a_symmetric_cell() -> None:
    whole = resistances(np.array([40.0]), 2.0)
    half = per_interface(whole)
    assert half.resistance.item() == pytest.approx(20)
    assert half.standard_deviation.item() == pytest.approx(1)
    assert "equal" in half.attrs["assumption"]
    unequal = per_interface(whole, share=0.7, share_uncertainty=0.1)
    assert unequal.standard_deviation.item() == pytest.approx(np.hypot(1.4, 4.0))
    both = unequal.resistance + per_interface(whole, share=0.3).resistance
    assert both.item() == pytest.approx(40)
    with pytest.raises(SchemaError, match="share"):
        per_interface(whole, share=1.0)


TIME = np.linspace(0, 7200, 40)
LAWS = {
    "constant": 30 + 0 * TIME,
    "linear": 30 + 0.002 * TIME,
    "parabolic": 30 + 0.3 * np.sqrt(TIME),
    "logarithmic": 30 + 5 * np.log1p(TIME / 300),
    "saturation": 30 + 20 * -np.expm1(-TIME / 800),
}


@pytest.mark.parametrize("law", LAWS)
def test_the_law_of_growth_is_found(law: str) -> None:
    noise = 0.2 * np.random.default_rng(3).normal(size=TIME.size)
    growth = interphase_growth(resistances(LAWS[law] + noise, 0.2, TIME))
    assert growth.attrs["law"] == law
    assert growth.law.values[growth.chosen.values].tolist() == [law]
    if law == "saturation":  # |R - 50| = 5 % of 50 at t0 ln(20/2.5)
        true = 800 * np.log(8)
        assert growth.stabilisation_low.item() < true < growth.stabilisation_high.item()
        assert growth.stabilisation_time.item() == pytest.approx(true, rel=0.03)
        assert growth.final_resistance.item() == pytest.approx(50, rel=0.01)
    elif law == "constant":
        assert growth.stabilisation_time.item() == 0
    else:
        assert np.isnan(growth.stabilisation_time.item())
        assert growth.stabilisation_low.item() == TIME[-1]
        assert "still growing" in growth.attrs["stabilisation"]


@pytest.mark.slow
def test_the_interval_of_the_stabilisation_covers() -> None:
    random = np.random.default_rng(11)
    true, hits = 800 * np.log(8), 0
    for _ in range(200):
        values = LAWS["saturation"] + 0.5 * random.normal(size=TIME.size)
        growth = interphase_growth(resistances(values, 0.5, TIME))
        hits += growth.stabilisation_low.item() < true < growth.stabilisation_high.item()
    assert hits >= 184


def test_what_two_laws_describe_equally_well_has_no_name() -> None:
    """Growth half way between a straight line and a root, known to a tenth of itself."""
    time = np.linspace(0, 1200, 8)
    values = 30 + 8 * (time / 1200) ** 0.75
    with pytest.warns(DataQualityWarning, match="linear, parabolic fit equally well"):
        growth = interphase_growth(resistances(values, 0.8, time))
    assert growth.attrs["law"].startswith("undecided")
    with pytest.raises(SchemaError, match="5 spectra"):
        interphase_growth(resistances(values[:4], 1.5, time[:4]))


def test_what_no_law_describes_is_not_called_stable() -> None:
    """A resistance that runs away at the end is none of the laws; constant must not win by having fewest numbers."""
    values = 100 + 1e-3 * np.exp(TIME / 550)
    with pytest.warns(DataQualityWarning, match="no law"):
        growth = interphase_growth(resistances(values, 2.0, TIME))
    assert growth.attrs["law"] == "none"
    assert not growth.chosen.values.any()
    assert np.isnan(growth.stabilisation_time.item())
    assert np.isnan(growth.stabilisation_low.item())


def test_growth_is_free_of_units_of_time_and_resistance() -> None:
    noise = 0.2 * np.random.default_rng(3).normal(size=TIME.size)
    values = LAWS["saturation"] + noise
    one = interphase_growth(resistances(values, 0.2, TIME))
    other = interphase_growth(resistances(100 * values, 20.0, TIME), elapsed=60 * TIME)
    assert other.stabilisation_time.item() == pytest.approx(60 * one.stabilisation_time.item(), rel=1e-4)
    assert other.criterion.values == pytest.approx(one.criterion.values, abs=1e-3)


def cycling() -> xr.Dataset:
    time = np.arange(0, 1000, 10.0)
    current = np.where((time >= 200) & (time < 400), 1e-4, 0.0)
    fields = {"time": time, "voltage": 0 * time, "current": current}
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


def test_time_since_the_last_current() -> None:
    starts = np.array([100.0, 250.0, 390.0, 500.0, 2000.0, np.nan])
    points = ("spectrum", "point")
    n = starts.size
    record = xr.Dataset(
        {
            "frequency": (points, np.tile([10.0, 1.0], (n, 1))),
            "impedance": (points, np.ones((n, 2), dtype=complex)),
            "time": ("spectrum", starts),
        }
    )
    told = time_since_current(label(record, "impedance"), cycling()).time_since_current.values
    assert told[[1, 2, 3, 4]].tolist() == [0, 0, 110, 1610]
    assert np.isnan(told[[0, 5]]).all()
    with pytest.raises(SchemaError, match="time"):
        time_since_current(label(record.drop_vars("time"), "impedance"), cycling())
