"""Overpotentials of half cycles, their slope, onset and change point."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data import Cell, Electrolyte, label
from alkanode.electrochem import GrowthRule, find_failures, overpotential_growth, overpotentials
from alkanode.electrochem.growth import change_point, onset_of, slope_over
from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.io import open_history

HALF = 50


def record(
    eta: np.ndarray, *, current: np.ndarray | float = 1e-3, noise: float = 1e-5, **fields: np.ndarray
) -> xr.Dataset:
    """One half cycle per overpotential (V), alternating directions."""
    random = np.random.default_rng(2)
    sign = np.repeat((-1.0) ** np.arange(eta.size), HALF)
    flow = sign * np.repeat(np.broadcast_to(current, eta.shape), HALF)
    columns = {
        "time": np.arange(sign.size, dtype=float),
        "voltage": sign * np.repeat(eta, HALF) + noise * random.normal(size=sign.size),
        "current": flow,
        "current_setpoint": flow,
    } | fields
    return label(xr.Dataset({key: ("row", values) for key, values in columns.items()}), "cycling")


def test_each_half_cycle_in_numbers() -> None:
    shape = np.tile(np.r_[np.full(3, 0.08), np.full(HALF - 3, 0.05)], 4)
    sign = np.repeat((-1.0) ** np.arange(4), HALF)
    made = record(np.full(4, 0.05), voltage=sign * shape)
    table = overpotentials(made)
    assert table["direction"].to_numpy().tolist() == ["strip", "plate"] * 2
    assert table["eta_start"].to_numpy() == pytest.approx(0.08)
    assert table["eta_peak"].to_numpy() == pytest.approx(0.08)
    assert table["eta_mid"].to_numpy() == pytest.approx(0.05)
    assert table["eta_end"].to_numpy() == pytest.approx(0.05)
    assert table["resistance"].to_numpy() == pytest.approx(50.0)
    assert table["charge_passed"].to_numpy() == pytest.approx(1e-3 * HALF, rel=0.05)
    assert table["cycle"].to_numpy().tolist() == [0, 0, 1, 1]


def test_a_series_resistance_is_taken_off_and_may_be_too_large() -> None:
    made = record(np.full(4, 0.05))
    cell = Cell(
        anode="Na", area="1 cm2", electrolyte=Electrolyte("NASICON", thickness="0.2 mm", conductivity="1 mS cm-1")
    )
    assert overpotentials(made, cell)["eta_mid"].to_numpy() == pytest.approx(0.03, abs=1e-5)
    assert overpotentials(made, series_resistance="10 ohm")["eta_mid"].to_numpy() == pytest.approx(0.04, abs=1e-5)
    with pytest.warns(DataQualityWarning, match="more than the whole voltage"):
        overpotentials(made, series_resistance="80 ohm")
    with pytest.raises(PhysicsError, match="positive"):
        overpotentials(made, series_resistance="-1 ohm")


def test_only_the_same_set_point_is_compared() -> None:
    current = np.where(np.arange(24) < 16, 1e-3, 2e-3)
    with pytest.warns(DataQualityWarning, match="another set-point"):
        table = overpotentials(record(50 * current, current=current))
    assert table["compared"].to_numpy().tolist() == [True] * 16 + [False] * 8
    growth = overpotential_growth(table)
    assert growth["cycles"].to_numpy().tolist() == [8, 8]
    assert np.abs(growth["slope"].to_numpy()).max() < 1e-5


def test_a_temperature_step_and_another_sampling_are_said() -> None:
    temperature = np.repeat(np.where(np.arange(20) < 12, 298.15, 303.15), HALF)
    with pytest.warns(DataQualityWarning, match="from the first ones and are not compared"):
        table = overpotentials(record(np.full(20, 0.05), ambient_temperature=temperature))
    assert table["compared"].to_numpy().sum() == 12
    time = np.cumsum(np.repeat(np.where(np.arange(20) < 10, 1.0, 10.0), HALF))
    with pytest.warns(DataQualityWarning, match="sampling interval changes from 1 to 10 s"):
        overpotentials(record(np.full(20, 0.05), time=time))


def test_an_abrupt_growth_has_an_onset_a_slope_and_a_change() -> None:
    """The shape that is told of liquid Na-K in a carbonate electrolyte: calm for 35 cycles, then a rise, end near 50."""
    cycle = np.repeat(np.arange(50.0), 2)
    eta = 0.05 + 0.02 * np.maximum(cycle - 35, 0) + 5e-4 * np.random.default_rng(0).normal(size=100)
    made = record(eta)
    growth = overpotential_growth(overpotentials(made))
    assert growth["onset"].to_numpy() == pytest.approx([36, 36], abs=1)
    for polarity in ("strip", "plate"):
        one = growth.sel(polarity=polarity)
        low, high = one["change_interval"].to_numpy()
        assert low <= 36 <= high
        assert high - low <= 4
    found = find_failures(made)
    assert found["failure"].to_numpy().tolist() == ["overpotential_growth"]
    assert found["confirmed"].item()
    assert found["half_cycle"].item() == pytest.approx(72, abs=2)


def test_a_calm_cell_has_neither() -> None:
    made = record(0.05 + 5e-4 * np.random.default_rng(3).normal(size=100))
    growth = overpotential_growth(overpotentials(made))
    assert growth["change_refused"].to_numpy().tolist() == ["one line describes it as well"] * 2
    low, high = growth["slope_interval"].to_numpy().T
    assert (low <= 0).all()
    assert (high >= 0).all()
    assert find_failures(made).sizes["event"] == 0


def test_a_linear_growth_from_the_beginning_is_growth_without_a_change() -> None:
    eta = 0.05 * (1 + 0.02 * np.repeat(np.arange(30), 2)) + 2e-4 * np.random.default_rng(4).normal(size=60)
    growth = overpotential_growth(overpotentials(record(eta)))
    assert growth["slope"].to_numpy() == pytest.approx(1e-3, rel=0.05)
    assert set(growth["change_refused"].to_numpy().tolist()) == {"one line describes it as well"}
    assert find_failures(record(eta))["failure"].to_numpy().tolist() == ["overpotential_growth"]


@settings(max_examples=40)
@given(slope=st.floats(-5, 5), seed=st.integers(0, 999))
def test_the_slope_follows_scale_and_sign(slope: float, seed: int) -> None:
    cycle = np.arange(20.0)
    value = slope * cycle + np.random.default_rng(seed).normal(size=20)
    middle, low, high = slope_over(cycle, value)
    assert low <= middle <= high
    assert slope_over(cycle, -value) == pytest.approx((-middle, -high, -low))
    assert slope_over(2 * cycle, value)[0] == pytest.approx(middle / 2)


def test_the_two_line_fit_is_exact() -> None:
    """Against a search that fits every pair of lines with numpy."""
    random = np.random.default_rng(5)
    cycle = np.sort(random.uniform(0, 100, 40))
    value = np.where(cycle < 60, 1.0, 1 + 0.1 * (cycle - 60)) + 0.02 * random.normal(size=40)
    rule = GrowthRule()

    def rss(x: np.ndarray, y: np.ndarray) -> float:
        return float(np.sum((y - np.polyval(np.polyfit(x, y, 1), x)) ** 2))

    places = range(rule.least_segment, 40 - rule.least_segment + 1)
    costs = [rss(cycle[:k], value[:k]) + rss(cycle[k:], value[k:]) for k in places]
    best = places[int(np.argmin(costs))]
    found = change_point(cycle, value, rule)
    assert found.cycle == cycle[best]
    assert found.gain == pytest.approx(40 * np.log(rss(cycle, value) / min(costs)) - 3 * np.log(40), rel=1e-6)
    assert change_point(cycle[:6], value[:6]).refused == "only 6 cycles"


def test_an_onset_needs_three_confirmations() -> None:
    value = np.tile([1.0, 1.01], 15)
    assert onset_of(value) is None
    value[20:22] = 2
    assert onset_of(value) is None
    value[25:] = 2
    assert onset_of(value) == 25
    assert onset_of(value[:5]) is None


def test_a_measured_symmetric_cell(measured: Callable[[str], Path]) -> None:
    record = open_history(measured("cycling/li_sym_150um_mb.mpr"))["cycling"].to_dataset()
    table = overpotentials(record)
    ohm = table["resistance"].to_numpy()
    assert ohm.size == 8
    assert ohm.min() == pytest.approx(1348, abs=1)
    assert ohm.max() == pytest.approx(1368, abs=1)
    assert find_failures(record).sizes["event"] == 0


@pytest.mark.parametrize(
    ("name", "half_cycle"), [("hard_short", 3), ("soft_short_transient", 4), ("suspected_contact_loss", 5)]
)
def test_failures_spliced_into_a_measured_cell_are_found(
    measured: Callable[[str], Path], name: str, half_cycle: int
) -> None:
    record = open_history(measured("cycling/li_sym_150um_mb.mpr"))["cycling"].to_dataset()
    table = overpotentials(record)
    first, last = (int(table[key][half_cycle]) for key in ("first_row", "last_row"))
    voltage = record["voltage"].to_numpy().copy()
    at = first + 60
    if name == "hard_short":
        voltage[at : last + 1] *= 1e-3
        later = np.arange(voltage.size) > last
        voltage[later & (record["current"].to_numpy() != 0)] *= 1e-3
    elif name == "soft_short_transient":
        for begin in (at, at + 20, at + 40):
            voltage[begin : begin + 6] *= 0.6
    else:
        voltage[at : last + 1] *= np.exp(0.12 * np.arange(last + 1 - at))
    found = find_failures(label(record.assign(voltage=("row", voltage)), "cycling"), electrolyte="300 ohm")
    names = found["failure"].to_numpy().tolist()
    assert name in names
    row = int(found["row"][names.index(name)])
    assert row == pytest.approx(at, abs=1 if "short" in name else 25)
