"""Long cycling as a part of a study and as a command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.cli.main import run
from alkanode.data import label
from alkanode.electrochem import find_failures
from alkanode.foundation.errors import StudyError
from alkanode.studies.blocks import Cycling, Failures
from alkanode.studies.cycling import cycling_part
from alkanode.studies.findings import failures_part


def record(cycles: int, *, short_in: int | None = None) -> xr.Dataset:
    half = 60
    number = np.arange(2 * half * cycles) // half
    sign = np.where(number % 2 == 0, 1.0, -1.0)
    ohm = 50 + 2.0 * (number // 2)
    if short_in is not None:
        ohm = np.where(number >= short_in, 0.1, ohm)
    voltage = sign * 1e-3 * ohm + 2e-4 * np.random.default_rng(0).normal(size=number.size)
    fields = {"time": np.arange(number.size, dtype=float), "voltage": voltage, "current": 1e-3 * sign}
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


def test_slopes_come_with_intervals_and_words() -> None:
    made = record(20)
    part = cycling_part(made, None, Cycling(), find_failures(made))
    slope = part.estimates["slope_strip"]
    assert slope.value == pytest.approx(2e-3, rel=0.05)
    assert slope.interval is not None
    assert slope.interval[0] < 2e-3 < slope.interval[1]
    assert "grows by" in part.findings[0]
    assert set(part.figures) == {"overpotential", "cycling_trace"}
    names = [series.name for series in part.figures["overpotential"].panels[0].series]
    assert names == ["strip", "slope, strip", "plate", "slope, plate"]


def test_half_cycles_under_a_short_do_not_count() -> None:
    made = record(20, short_in=30)
    part = cycling_part(made, None, Cycling(), find_failures(made))
    assert part.details["compared"] == 30
    assert part.estimates["slope_plate"].value == pytest.approx(2e-3, rel=0.05)


def test_too_few_half_cycles_are_refused() -> None:
    with pytest.raises(StudyError, match=r"3 half cycles of each direction.*2 of stripping, 2 of plating"):
        cycling_part(record(2), None, Cycling(), None)


def test_an_event_is_told_with_rows_and_confidence() -> None:
    made = record(20, short_in=30)
    part = failures_part(made, None, Failures(), None)
    events = {event["kind"]: event for event in part.details["events"]}
    assert set(events) == {"hard_short", "overpotential_growth"}
    assert events["hard_short"]["row"] == 1800
    assert events["hard_short"]["last_row"] == 2399
    assert any("rows 1800 to 2399" in sentence and "confidence 0." in sentence for sentence in part.findings)


def test_the_command_on_a_measured_cell(measured: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    path = str(measured("cycling/li_sym_150um_mb.mpr"))
    assert run(["electrochem", "cycling", path, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)["results"]
    assert 1348 <= printed["resistance_strip"]["value"] <= 1368
    assert printed["half_cycles"] == {"strip": 4, "plate": 4}


def test_the_command_refuses_a_full_cell(measured: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["electrochem", "cycling", str(measured("cycling/na_nacoo2_gcpl_5cyc.mpr"))]) == 2
    assert "rests at 2.51 V" in capsys.readouterr().err
