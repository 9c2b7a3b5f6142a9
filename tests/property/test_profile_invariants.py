"""What must not change the shape of a half cycle: units, clock, direction, pauses, denser recording."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data import Cell, label
from alkanode.electrochem import ProfileRule, profile_shape

NUMBERS = ("eta_1", "eta_2", "spike", "residual_rms")
SHARES = ("transition_share",)

traces = st.builds(
    lambda low, rise, slope, spike, at, seed: (low, rise, slope, spike, at, seed),
    st.floats(0.02, 0.2),
    st.sampled_from([0.0, 0.02, 0.05]),
    st.sampled_from([0.0, 0.03, -0.02]),
    st.sampled_from([0.0, 0.2]),
    st.floats(0.2, 0.8),
    st.integers(0, 100),
)


def trace(parameters: tuple[float, ...], count: int = 200) -> np.ndarray:
    low, rise, slope, spike, at, seed = parameters
    x = np.linspace(0, 1, count)
    noise = 3e-4 * np.random.default_rng(int(seed)).normal(size=count)
    return np.asarray(low + rise * (x > at) + slope * x + spike * np.exp(-x / 0.01) + noise)


def record(over: np.ndarray, *, current: float = 1e-3, step: float = 10.0, start: float = 0.0) -> xr.Dataset:
    voltage = np.r_[np.zeros(5), np.sign(current) * over]
    flow = np.r_[np.zeros(5), np.full(over.size, current)]
    time = start + step * np.arange(voltage.size)
    return label(xr.Dataset({"time": ("row", time), "voltage": ("row", voltage), "current": ("row", flow)}), "cycling")


def same(first: xr.Dataset, second: xr.Dataset, scale: float = 1.0) -> None:
    assert first["shape"].to_numpy().tolist() == second["shape"].to_numpy().tolist()
    for name in NUMBERS:
        assert scale * first[name].to_numpy() == pytest.approx(
            second[name].to_numpy(), rel=1e-6, abs=1e-12, nan_ok=True
        )
    for name in SHARES:
        assert first[name].to_numpy() == pytest.approx(second[name].to_numpy(), rel=1e-6, nan_ok=True)


@settings(max_examples=25)
@given(traces, st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_units_do_not_matter(parameters: tuple[float, ...], volts: float, amperes: float) -> None:
    over = trace(parameters)
    same(profile_shape(record(over)), profile_shape(record(volts * over, current=1e-3 * amperes)), volts)


@settings(max_examples=15)
@given(traces, st.floats(-1e6, 1e6))
def test_the_clock_does_not_matter(parameters: tuple[float, ...], start: float) -> None:
    over = trace(parameters)
    same(profile_shape(record(over)), profile_shape(record(over, start=round(start))))


@settings(max_examples=15)
@given(traces)
def test_the_direction_only_names_it(parameters: tuple[float, ...]) -> None:
    over = trace(parameters)
    working = profile_shape(record(over))
    counter = profile_shape(record(over, current=-1e-3), Cell(anode="Na", anode_role="counter"))
    same(working, counter)
    assert working["direction"].item() == counter["direction"].item() == "strip"
    assert profile_shape(record(over), Cell(anode="Na", anode_role="counter"))["direction"].item() == "plate"


@settings(max_examples=15)
@given(traces, st.integers(60, 150), st.integers(1, 40))
def test_a_pause_does_not_change_the_fit(parameters: tuple[float, ...], at: int, length: int) -> None:
    """The current goes off after a sample and comes back on at the same voltage; the pause passes no charge."""
    over = trace(parameters)
    whole = record(over)
    time, voltage, current = (whole[name].to_numpy() for name in ("time", "voltage", "current"))
    cut = at + 5
    off = time[cut - 1] + 1e-6 + np.arange(length) * 7.0
    later = time[cut - 1 :] + (off[-1] + 1e-6 - time[cut - 1])
    fields = {
        "time": ("row", np.r_[time[:cut], off, later]),
        "voltage": ("row", np.r_[voltage[:cut], np.full(length, -0.01), voltage[cut - 1 :]]),
        "current": ("row", np.r_[current[:cut], np.zeros(length), current[cut - 1 :]]),
    }
    paused = profile_shape(label(xr.Dataset(fields), "cycling"))
    before = profile_shape(whole)
    assert paused["shape"].item() == before["shape"].item()
    assert paused["eta_1"].item() == pytest.approx(before["eta_1"].item(), rel=2e-3)
    assert paused["charge_passed"].item() == pytest.approx(before["charge_passed"].item(), rel=1e-5)


def test_a_denser_recording_of_one_part_does_not_move_the_plateau() -> None:
    x = np.linspace(0, 1, 300)
    dense = np.unique(np.r_[x, np.linspace(0.8, 1.0, 2000)])
    for places in (x, dense):
        over = 0.05 + 0.004 * places
        voltage = np.r_[0.0, over]
        time = 3000 * np.r_[-0.01, places]
        fields = {
            "time": ("row", time),
            "voltage": ("row", voltage),
            "current": ("row", np.r_[0.0, np.full(over.size, 1e-3)]),
        }
        shapes = profile_shape(label(xr.Dataset(fields), "cycling"))
        assert shapes["shape"].item() == "plateau"
        assert shapes["eta_1"].item() == pytest.approx(0.0521, abs=1e-5)


@settings(max_examples=20)
@given(st.integers(0, 60), st.integers(0, 10_000), st.booleans())
def test_no_record_breaks_it(size: int, seed: int, holes: bool) -> None:
    random = np.random.default_rng(seed)
    voltage = random.normal(size=size + 3) * 10.0 ** random.integers(-9, 3)
    if holes:
        voltage[random.random(size + 3) < 0.3] = np.nan
    current = np.r_[1e-3, 1e-3, 1e-3, random.choice([-1e-3, 0.0, 1e-3], size=size)]
    fields = {
        "time": ("row", np.cumsum(random.random(size + 3))),
        "voltage": ("row", voltage),
        "current": ("row", current),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        shapes = profile_shape(label(xr.Dataset(fields), "cycling"), rule=ProfileRule(least_samples=8))
    said = shapes["shape"].to_numpy() != "cannot say"
    assert np.isfinite(shapes["eta_1"].to_numpy()[said]).all()
    assert (shapes["reason"].to_numpy()[~said] != "").all()
