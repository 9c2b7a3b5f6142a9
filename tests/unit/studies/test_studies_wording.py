"""Numbers and sentences as people read them."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
import xarray as xr

from alkanode.data import Cell, label
from alkanode.foundation.errors import DataQualityWarning
from alkanode.foundation.sources import Estimate
from alkanode.studies import shown, worded
from alkanode.studies.blocks import Failures, Stripping
from alkanode.studies.findings import failures_part
from alkanode.studies.outcome import json_ready
from alkanode.studies.runner import gathered_warnings
from alkanode.studies.stripping import stripping_part
from alkanode.studies.wording import number


def record(voltage: np.ndarray, current: np.ndarray, **fields: np.ndarray) -> xr.Dataset:
    columns = {"time": np.arange(voltage.size, dtype=float), "voltage": voltage, "current": current, **fields}
    return label(xr.Dataset({key: ("row", values) for key, values in columns.items()}), "cycling")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.317912, "0.3179"), (1e-5, "1.000e-05"), (-2254.0, "-2254"), (1e7, "1.000e+07")],
)
def test_four_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_digits_follow_the_interval() -> None:
    def charge(interval: tuple[float, float] | None) -> str:
        return worded(Estimate(value=3.6, unit="C", quantity="charge", label="", interval=interval))

    assert charge(None) == "1.000 mAh"
    assert charge((3.2, 4.0)) == "1.00 mAh (0.889 to 1.11)"
    assert charge((3.59, 3.61)) == "1.000 mAh (0.9972 to 1.003)"
    assert charge((3.2, math.inf)) == "1.0 mAh (0.89 to unbounded)"
    assert worded(Estimate(value=None, unit="C", quantity="charge", label="")) == "unknown"


def test_display_units_carry_offsets() -> None:
    assert shown(298.15, "temperature") == "25.00 degC"


def test_json_knows_no_nan() -> None:
    assert json_ready({1: [math.nan, (math.inf, 2.0)], "a": np.float64("nan")}) == {"1": [None, [None, 2.0]], "a": None}


def test_each_warning_is_gathered_once_and_others_pass() -> None:
    said: list[str] = []

    def doubtful() -> None:
        with gathered_warnings(said):
            for _ in range(3):
                warnings.warn("ours", DataQualityWarning, stacklevel=1)
            warnings.warn("not ours", UserWarning, stacklevel=1)

    with pytest.warns(UserWarning, match="not ours"):
        doubtful()
    assert said == ["ours"]


def test_an_event_names_its_half_cycle_charge_and_the_rival() -> None:
    voltage = np.r_[np.full(200, 0.1), 0.1 / (1 - np.linspace(0, 0.98, 200))]
    current = np.r_[np.full(200, -1e-3), np.full(200, 1e-3)]
    part = failures_part(record(voltage, current), Cell(anode="Li"), Failures(), None)
    (event,) = part.details["events"]
    assert event["half_cycle_charge"] > event["charge"]
    assert "of its half cycle" in part.findings[0]
    assert "salt depletion" in part.findings[0]
    assert part.findings[0].endswith("[measured]")


def test_clean_and_unjudged_records_say_different_things() -> None:
    flat = np.full(100, 0.1)
    assert failures_part(record(flat, np.full(100, 1e-3)), None, Failures(), None).findings == (
        "No short, soft short, loss of contact or growth was found. [measured]",
    )
    swept = record(flat, np.full(100, 1e-3), control_mode=np.full(100, 2))
    with pytest.warns(DataQualityWarning, match="not judged in half cycle 0 of 1: the voltage was controlled"):
        part = failures_part(swept, None, Failures(), None)
    assert "could not be judged" in part.findings[0]
    assert part.details["not_judged"]


def test_a_cut_off_below_the_resting_voltage_says_nothing() -> None:
    voltage = np.r_[np.full(20, 3.0), np.linspace(3.0, 3.8, 100)]
    current = np.r_[np.zeros(20), np.full(100, 1e-3)]
    with pytest.warns(DataQualityWarning, match=r"at or above the cut-off of 1 V"):
        part = stripping_part(record(voltage, current), None, Stripping(cutoffs=["1 V"]), None)
    assert part.estimates == {}
    assert part.findings[0].startswith("No critical stripping capacity can be read")
    part = stripping_part(record(voltage, current), None, Stripping(cutoffs=["3.5 V"]), None)
    assert part.estimates["charge_at_3.5_V"].value == pytest.approx(0.064, abs=2e-3)
