"""Profiles and staircases as parts of a study: findings in words, tables, and reasons where a record does not fit."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

from alkanode.data import Cell, label
from alkanode.foundation.errors import StudyError
from alkanode.studies.blocks import Profile, Staircase
from alkanode.studies.outcome import json_ready
from alkanode.studies.profile import profile_part
from alkanode.studies.staircase import staircase_part

X = np.linspace(0, 1, 200)
SODIUM = 0.05 + 0.03 / (1 + np.exp(-(X - 0.6) / 0.03)) + 0.15 * np.exp(-X / 0.01)
CELL = Cell(anode="Na", counter="Na", area="1 cm2")


def record(voltage: np.ndarray, current: np.ndarray) -> xr.Dataset:
    fields = {"time": 10.0 * np.arange(current.size), "voltage": voltage, "current": current}
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


def stairs(fail: int | None = None) -> xr.Dataset:
    step = np.arange(10.0, 610.0, 10.0)
    current, voltage = [np.zeros(30)], [np.zeros(30)]
    for index, level in enumerate((1e-4, 2e-4, 3e-4, 4e-4)):
        away = 1 + (index == fail) * np.where(step > 300, (step - 300) ** 2 / 1000, 0)
        current += [np.full(60, level), np.zeros(60)]
        voltage += [level * 500 * away, level * 100 * np.exp(-step / 100)]
    over = np.concatenate(voltage)
    return record(over + 1e-5 * np.random.default_rng(0).normal(size=over.size), np.concatenate(current))


def test_a_sodium_profile_in_words() -> None:
    signs = np.repeat([1.0, -1.0, 1.0, -1.0, 1.0], 200)
    part = profile_part(record(signs * np.tile(SODIUM, 5), 1e-3 * signs), CELL, Profile(), None)
    assert any("2 of 2 half cycles show two plateaus" in line and "from 59.5 %" in line for line in part.findings)
    assert any(line.startswith("A spike of") for line in part.findings)
    assert len(part.tables["half_cycles"].rows) == 5
    assert part.tables["half_cycles"].rows[0][2] == "two plateaus"
    assert part.details["shapes"] == {"two plateaus": 5}
    assert set(part.figures) == {"profiles", "shape_history"}
    json.dumps(json_ready(part.to_json()), allow_nan=False)


def test_the_first_half_cycle_is_told_apart() -> None:
    signs = np.repeat([1.0, -1.0, 1.0], 200)
    halves = np.r_[SODIUM, 0.05 + 0.06 * X, 0.05 + 0.06 * X]
    part = profile_part(record(signs * halves, 1e-3 * signs), CELL, Profile(), None)
    assert "The first half cycle differs: it shows two plateaus. [measured]" in part.findings
    assert part.details["first_half_cycle"] == "two plateaus"


def test_records_without_profiles_are_told_why() -> None:
    with pytest.raises(StudyError, match="in which current flows"):
        profile_part(record(np.zeros(10), np.zeros(10)), None, Profile(), None)
    with pytest.raises(StudyError, match="half cycle that can be read"):
        profile_part(record(np.zeros(5), np.full(5, 1e-3)), None, Profile(), None)
    voltage = np.r_[np.full(20, 3.0), 3.0 + SODIUM]
    full = record(voltage, np.r_[np.zeros(20), np.full(200, 1e-3)])
    with pytest.raises(StudyError, match="a cell of two metals"):
        profile_part(full, None, Profile(), None)
    assert profile_part(full, CELL, Profile(), None).details["shapes"] == {"two plateaus": 1}


def test_a_staircase_in_words() -> None:
    part = staircase_part(stairs(fail=3), CELL, Staircase(), None)
    critical = part.estimates["critical_stripping_current"]
    assert critical.interval == pytest.approx((3.0, 4.0))
    assert any(
        "above 0.3000 mA cm-2 and at most 0.4000 mA cm-2 (suspected contact loss)" in line for line in part.findings
    )
    assert any("no critical current density of a symmetric test" in line for line in part.findings)
    assert any("straight line" in line for line in part.findings)
    assert [row[-1] for row in part.tables["levels"].rows] == ["passed"] * 3 + ["suspected contact loss"]
    assert part.tables["relaxation"].rows[0][1] == "exponential"
    assert part.details["not_passed"] == {3: "suspected_contact_loss"}
    json.dumps(json_ready(part.to_json()), allow_nan=False)


def test_a_staircase_without_failure_gives_a_lower_bound_in_words() -> None:
    part = staircase_part(stairs(), CELL, Staircase(), None)
    assert any("lies above 0.4000 mA cm-2" in line for line in part.findings)


def test_records_without_a_staircase_are_told_why() -> None:
    with pytest.raises(StudyError, match="one level of constant current"):
        staircase_part(record(SODIUM, np.full(200, 1e-3)), CELL, Staircase(), None)


def test_settings_are_checked() -> None:
    with pytest.raises(StudyError, match="spike_share"):
        Profile.of(spike_share=0.9)
    with pytest.raises(StudyError, match="must be positive"):
        Staircase.of(steady_rate="0 mV min-1")
    with pytest.raises(StudyError, match="steady_rate"):
        Staircase.of(steady_rate="1 V")
