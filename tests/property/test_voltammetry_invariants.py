"""What must not change when a voltammogram is scaled, shifted or turned."""

from __future__ import annotations

import numpy as np
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data import Cell
from alkanode.electrochem import voltammetry
from alkanode.virtual import IslandLaw, SweepProgram, island_voltammogram

BASE = island_voltammogram(IslandLaw(first_share=0.2), SweepProgram(cycles=2, interval=0.005), seed=4)[
    "cycling"
].to_dataset()
PLAIN = voltammetry(BASE)
CHARGES = ("stripped_charge", "plated_charge", "peak_charge", "peak_charge_by_baseline", "hysteresis_charge")
SAME = ("asymmetry", "peak_voltage", "peak_width", "linearity", "voltage_at_zero_current", "peak_onset")


def close(found: xr.Dataset, name: str, factor: float = 1.0) -> None:
    np.testing.assert_allclose(found[name], factor * PLAIN[name], rtol=1e-6, atol=1e-9 * factor, err_msg=name)


@settings(max_examples=15)
@given(st.floats(0.01, 100.0))
def test_a_larger_area_scales_currents_and_charges(factor: float) -> None:
    found = voltammetry(BASE.assign(current=BASE["current"] * factor))
    for name in (*CHARGES, "peak_current"):
        close(found, name, factor)
    np.testing.assert_allclose(found["resistance"] * factor, PLAIN["resistance"], rtol=1e-6)
    for name in SAME:
        close(found, name)
    assert (found["peak"] == PLAIN["peak"]).all()


@settings(max_examples=15)
@given(st.floats(-1e5, 1e6))
def test_the_clock_may_start_anywhere(shift: float) -> None:
    found = voltammetry(BASE.assign(time=BASE["time"] + shift))
    for name in (*CHARGES, *SAME, "resistance"):
        np.testing.assert_allclose(found[name], PLAIN[name], rtol=1e-4, atol=1e-7, err_msg=name)


@settings(max_examples=10)
@given(st.floats(0.1, 10.0))
def test_a_faster_clock_scales_the_rate_and_the_charges(factor: float) -> None:
    found = voltammetry(BASE.assign(time=BASE["time"] / factor))
    np.testing.assert_allclose(found["scan_rate"], PLAIN["scan_rate"] * factor, rtol=1e-6)
    for name in CHARGES:
        close(found, name, 1 / factor)
    close(found, "resistance")


def test_turned_around_it_is_the_counter_electrode() -> None:
    turned = BASE.assign({name: -BASE[name] for name in ("voltage", "voltage_setpoint", "current")})
    found = voltammetry(turned, Cell(anode="NaK50", anode_role="counter"))
    for name in (*CHARGES, "resistance", "asymmetry", "peak_current"):
        close(found, name)
    np.testing.assert_allclose(found["peak_voltage"], -PLAIN["peak_voltage"])


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.floats(0, 2e-5))
def test_bounds_hold_under_noise(seed: int, noise: float) -> None:
    rough = BASE["current"] + noise * np.random.default_rng(seed).normal(size=BASE.sizes["row"])
    found = voltammetry(BASE.assign(current=rough))
    low, high = found["peak_charge_interval"].to_numpy().T
    charge = found["peak_charge"].to_numpy()
    known = np.isfinite(charge)
    assert ((low <= charge) & (charge <= high))[known].all()
    assert (found["linearity"] <= 1).all()
    assert (found["stripped_charge"] >= 0).all()
    assert (found["plated_charge"] >= 0).all()
