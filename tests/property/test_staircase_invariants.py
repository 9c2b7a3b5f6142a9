"""What must not change a staircase: units, clock, the name of the direction; and records that break none of it."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data import Cell, label
from alkanode.electrochem import staircase, staircase_estimates
from alkanode.foundation.errors import SchemaError


def stairs(seed: int, *, volts: float = 1.0, amperes: float = 1.0, start: float = 0.0, sign: int = 1) -> xr.Dataset:
    """Three rising levels with rests, 60 samples each, resistance and time constants drawn from the seed."""
    random = np.random.default_rng(seed)
    ohm, tau, slow = random.uniform(50, 500), random.uniform(20, 60), random.uniform(30, 150)
    step = np.arange(10.0, 610.0, 10.0)
    current, voltage = [np.zeros(30)], [np.zeros(30)]
    for level in np.cumsum(random.uniform(1e-4, 3e-4, 3)):
        current += [np.full(60, level), np.zeros(60)]
        voltage += [level * ohm * (2 - np.exp(-step / tau)), level * ohm * np.exp(-step / slow)]
    flow, over = np.concatenate(current), np.concatenate(voltage)
    over = over + 1e-5 * random.normal(size=over.size)
    time = start + 10.0 * np.arange(flow.size)
    fields = {
        "time": ("row", time),
        "voltage": ("row", sign * volts * over),
        "current": ("row", sign * amperes * flow),
    }
    return label(xr.Dataset(fields), "cycling")


@settings(max_examples=6)
@given(st.integers(0, 500), st.floats(0.1, 10), st.integers(-100_000, 100_000))
def test_units_and_clock_do_not_matter(seed: int, amperes: float, start: int) -> None:
    first = staircase(stairs(seed))
    second = staircase(stairs(seed, volts=amperes, amperes=amperes, start=float(start)))
    assert second["steady_voltage"].to_numpy() == pytest.approx(amperes * first["steady_voltage"].to_numpy(), rel=1e-6)
    assert second["end_resistance"].to_numpy() == pytest.approx(first["end_resistance"].to_numpy(), rel=1e-6)
    assert second["relaxation_model"].to_numpy().tolist() == first["relaxation_model"].to_numpy().tolist()
    assert second["time_constant"].to_numpy() == pytest.approx(first["time_constant"].to_numpy(), rel=1e-2, nan_ok=True)
    assert second["passed"].to_numpy().tolist() == first["passed"].to_numpy().tolist()


@settings(max_examples=4)
@given(st.integers(0, 500))
def test_the_other_lead_gives_the_same_electrode(seed: int) -> None:
    working, counter = Cell(anode="Na", area="1 cm2"), Cell(anode="Na", anode_role="counter", area="1 cm2")
    first = staircase_estimates(staircase(stairs(seed), working), working)
    second = staircase_estimates(staircase(stairs(seed, sign=-1), counter), counter)
    assert list(first) == list(second)
    assert first["critical_stripping_current"].interval == second["critical_stripping_current"].interval
    assert "critical_plating_current" in staircase_estimates(staircase(stairs(seed, sign=-1), working), working)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.booleans())
def test_no_record_breaks_it(seed: int, holes: bool) -> None:
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 9))
    lengths = random.integers(1, 30, size=count)
    current = np.repeat(random.choice([0.0, 1e-4, 2e-4, 4e-4, 8e-4, -1e-4, -3e-4], size=count), lengths)
    voltage = random.normal(size=current.size) * 10.0 ** random.integers(-6, 2)
    if holes:
        voltage[random.random(current.size) < 0.3] = np.nan
    fields = {
        "time": ("row", np.cumsum(random.random(current.size))),
        "voltage": ("row", voltage),
        "current": ("row", current),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        refused = ""
        try:
            levels = staircase(label(xr.Dataset(fields), "cycling"))
        except SchemaError as reason:
            refused = str(reason)
    if refused:
        assert "staircase" in refused
        return
    assert levels.sizes["level"] >= 3
    assert all(e.interval is None or e.interval[0] <= e.interval[1] for e in staircase_estimates(levels).values())
