"""Shorts and lost contacts that begin at a change of polarity or in a rest; shorts that go on; depletion."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data import Cell, Electrode, label
from alkanode.electrochem import find_failures

HALF = 100


def record(levels: list[float], *, rest: int = 0, noise: float = 1e-5, current: float = 1e-3) -> xr.Dataset:
    """One half cycle per resistance (ohm), with a rest before each."""
    random = np.random.default_rng(1)
    sign = np.concatenate([np.r_[np.zeros(rest), np.full(HALF, (-1.0) ** k)] for k in range(len(levels))])
    ohm = np.concatenate([np.r_[np.zeros(rest), np.full(HALF, level)] for level in levels])
    fields = {
        "time": np.arange(sign.size, dtype=float),
        "voltage": sign * current * ohm + noise * random.normal(size=sign.size),
        "current": sign * current,
    }
    return label(xr.Dataset({key: ("row", values) for key, values in fields.items()}), "cycling")


def kinds(found: xr.Dataset) -> list[str]:
    return [str(kind) for kind in found["failure"].to_numpy()]


@pytest.mark.parametrize("rest", [0, 20])
def test_a_short_at_a_flip_or_in_a_rest_is_seen(rest: int) -> None:
    found = find_failures(record([300, 300, 300, 2, 2, 2], rest=rest), electrolyte="100 ohm")
    assert kinds(found) == ["hard_short"]
    assert found["row"].item() == 3 * (HALF + rest) + rest
    assert found["last_row"].item() == 6 * (HALF + rest) - 1
    assert "between two half cycles" in found["evidence"].item()
    assert "2 changes of polarity" in found["evidence"].item()


def test_a_flip_from_a_run_away_back_to_normal_is_no_short() -> None:
    made = record([300, 300, 300, 300])
    voltage = made["voltage"].to_numpy().copy()
    voltage[HALF - 30 : HALF] = 3.0
    assert "hard_short" not in kinds(find_failures(label(made.assign(voltage=("row", voltage)), "cycling")))
    assert kinds(find_failures(record([300, 3000, 300, 300]))) == ["suspected_contact_loss"]


def test_a_flat_cell_from_the_beginning_is_none() -> None:
    assert kinds(find_failures(record([2] * 6), electrolyte="100 ohm")) == []


def test_a_short_that_heals_and_comes_back_is_two() -> None:
    found = find_failures(record([300, 300, 2, 2, 300, 300, 300, 2, 2]), electrolyte="100 ohm")
    assert kinds(found) == ["hard_short", "hard_short"]
    assert found["half_cycle"].to_numpy().tolist() == [2, 7]


def test_persistence_is_the_second_sign_of_a_short() -> None:
    found = find_failures(record([300, 300, 300, 30, 30, 30]))
    assert kinds(found) == ["hard_short"]
    assert kinds(find_failures(record([300, 300, 300, 30]))) == ["suspected_short"]


def test_the_inventory_tells_depletion_from_lost_contact() -> None:
    time = np.arange(2000, dtype=float)
    voltage = np.where(time < 1500, 0.1, 0.1 + (time - 1500) ** 2 / 1e4)
    fields = {"time": time, "voltage": voltage, "current": np.full(2000, 1e-3)}
    made = label(xr.Dataset({key: ("row", values) for key, values in fields.items()}), "cycling")
    passed = 1.563
    for share, kind in ((1.0, "depletion"), (0.5, "suspected_contact_loss")):
        mass = passed / share / (1165.8 * 3600)
        found = find_failures(made, Cell(anode=Electrode("Na", mass=mass)))
        assert kinds(found) == [kind]
        assert any(f"{100 * share:.3g} %" in found[field].item() for field in ("evidence", "rivals"))


def test_a_voltage_of_exactly_zero_is_survived() -> None:
    made = record([300, 300, 300, 0, 0, 0], noise=0.0)
    assert kinds(find_failures(made)) == ["hard_short"]
    assert kinds(find_failures(record([0] * 6, noise=0.0))) == []
