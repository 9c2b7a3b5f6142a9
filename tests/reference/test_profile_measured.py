"""Measured symmetric cells: flat traces, a rise up to a short, and files of which nothing can be said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from alkanode.data import Cell
from alkanode.electrochem import ProfileRule, find_failures, profile_shape, staircase
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.io import open_history

Measured = Callable[[str], Path]


def test_lithium_traces_are_flat(measured: Measured) -> None:
    record = open_history([measured("cycling/li_sym_150um_mb.mpr")])["cycling"].to_dataset()
    shapes = profile_shape(record)
    assert shapes["shape"].to_numpy().tolist() == ["plateau"] * 8
    assert not shapes["spike_seen"].to_numpy().any()
    # a slow rise on a plateau: the middle of the half cycle and its end bracket the 1348 to 1368 ohm that were read
    current = np.abs(shapes["current"].to_numpy())
    mean = shapes["eta_1"].to_numpy() / current
    end = mean + 0.5 * shapes["slope"].to_numpy() * shapes["charge_passed"].to_numpy() / current
    pairs = 0.5 * (mean[::2] + mean[1::2]), 0.5 * (end[::2] + end[1::2])
    assert (pairs[0] < 1348).all()
    assert (pairs[1] > 1368).all()
    assert pairs[0] == pytest.approx(1340, abs=10)
    with pytest.raises(SchemaError, match="8 levels whose direction alternates"):
        staircase(record)


def test_sodium_on_nasicon_rises_until_the_short(measured: Measured) -> None:
    record = open_history([measured("cycling/na_nasicon_na_mb_short.mpr")])["cycling"].to_dataset()
    cell = Cell(anode="Na", counter="Na", area="0.7854 cm2")
    with pytest.warns(DataQualityWarning, match="apart from its set-point"):
        failures = find_failures(record, cell)
    shapes = profile_shape(record, cell, failures=failures)
    assert shapes["shape"].item() == "bent ramp"
    assert shapes["direction"].item() == "plate"
    assert shapes["eta_2"].item() == pytest.approx(0.577, abs=0.005)
    assert shapes["points"].item() < 2250
    with pytest.raises(SchemaError, match="one level of constant current"):
        staircase(record, cell)


def test_a_half_cycle_full_of_sweeps_is_read_only_on_demand(measured: Measured) -> None:
    record = open_history([measured("cycling/li_peo_geis_strip.mpr")])["cycling"].to_dataset()
    shapes = profile_shape(record)
    assert shapes["shape"].item() == "cannot say"
    assert "outside impedance sweeps" in shapes["reason"].item()
    assert profile_shape(record, rule=ProfileRule(with_sweeps=True))["shape"].item() == "bent ramp"
