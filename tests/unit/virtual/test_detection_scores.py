"""Scores: what counts as found, where, and how the counts add up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from alkanode.virtual import (
    FailingTrace,
    Judgement,
    Tolerance,
    TrueEvent,
    calibration,
    confusion,
    false_alarms,
    judge,
    sensitivity,
    true_events,
    wilson,
)

ROWS = 1000
HALF = 100
SIGN = np.where(np.arange(ROWS) // HALF % 2, -1.0, 1.0)
NUMBER = np.arange(ROWS) // HALF


def event(failure: str, onset: int, end: int, *, sign: int | None = None, strength: float = 1.0) -> TrueEvent:
    first = onset if sign is None else sign
    return TrueEvent(failure=failure, onsets=(onset,), ends=(end,), first_signs=(first,), strength=strength)


def judged(events: Sequence[TrueEvent], *flags: tuple[str, int], confidence: float | None = None) -> Judgement:
    record = xr.Dataset({"time": ("row", np.arange(ROWS) * 36.0), "current": ("row", SIGN)})
    trace = FailingTrace(
        seed=1, cause="", record=record, impedance=None, cell=None, truth=xr.Dataset(), events=tuple(events), clean=not events
    )  # fmt: skip
    names, rows = [flag[0] for flag in flags], [flag[1] for flag in flags]
    found = xr.Dataset(
        {"failure": ("event", np.array(names, dtype=np.str_)), "row": ("event", np.array(rows, dtype=np.int64))}
    )
    if confidence is not None:
        found = found.assign(confidence=("event", np.full(len(flags), confidence)))
    return judge(trace, found, Tolerance(samples=5, share=0.2))


@pytest.mark.parametrize(
    ("failure", "flag", "row", "outcome"),
    [
        ("hard_short", "hard_short", 503, "found"),
        ("hard_short", "hard_short", 481, "found"),
        ("hard_short", "suspected_short", 500, "suspected"),
        ("hard_short", "hard_short", 700, "elsewhere"),
        ("hard_short", "hard_short", 400, "elsewhere"),
        ("hard_short", "contact_loss", 500, "missed"),
        ("contact_loss", "contact_loss", 915, "found"),
        ("contact_loss", "suspected_contact_loss", 465, "suspected"),
        ("contact_loss", "contact_loss", 455, "elsewhere"),
        ("soft_short_hidden", "soft_short_hidden", 880, "found"),
        ("soft_short_hidden", "soft_short_transient", 500, "missed"),
    ],
)
def test_an_event_counts_in_its_window_and_under_its_name(failure: str, flag: str, row: int, outcome: str) -> None:
    finding = judged([event(failure, 500, 900, sign=485)], (flag, row)).findings[0]
    assert finding.outcome == outcome
    assert finding.error == (row - 500 if outcome in ("found", "suspected") else pytest.approx(np.nan, nan_ok=True))


def test_the_best_flag_decides_and_a_later_flag_of_a_lasting_short_is_no_error() -> None:
    one = judged([event("hard_short", 500, 999)], ("hard_short", 800), ("suspected_short", 501))
    assert one.findings[0].outcome == "suspected"
    assert [flag.right for flag in one.flags] == [True, True]


def test_every_true_failure_has_one_outcome() -> None:
    traces = [
        judged([event("hard_short", 500, 999)], ("hard_short", 500)),
        judged([event("hard_short", 500, 999)], ("suspected_short", 500)),
        judged([event("hard_short", 500, 999)], ("hard_short", 100)),
        judged([event("hard_short", 500, 999, strength=0.85)]),
        judged([], ("hard_short", 3), ("hard_short", 4)),
    ]
    line = sensitivity(traces, "hard_short")
    assert (line.found, line.suspected, line.elsewhere, line.missed, line.total) == (1, 1, 1, 1, 4)
    assert line.share.value == 0.25
    assert line.share_suspected.value == 0.5
    assert sensitivity(traces, "hard_short", strength=(0.0, 0.9)).missed == 1
    assert sensitivity(traces, "hard_short", contrast=(0.0, 10.0)).total == 0
    alarms = false_alarms(traces, "hard_short")
    assert (alarms.controls, alarms.alarmed) == (1, 1)
    assert alarms.per_100_hours == pytest.approx(200 / (999 * 36 / 3600))
    assert false_alarms(traces, "contact_loss").alarmed == 0
    table = confusion(traces)
    assert table["total"].sel(truth="hard_short") == 4
    assert table["traces"].sel(truth="hard_short", flagged="nothing") == 1
    assert table["traces"].sel(truth="clean", flagged="hard_short") == 1


def test_calibration_counts_what_is_right() -> None:
    traces = [judged([event("hard_short", 500, 999)], ("hard_short", row), confidence=0.8) for row in (500, 500, 90)]
    low, high, share = calibration(traces)[0]
    assert low <= 0.8 < high
    assert share.value == pytest.approx(2 / 3)
    assert calibration([judged([], ("hard_short", 3))]) == []


@given(trials=st.integers(1, 500), share=st.floats(0.0, 1.0))
def test_the_interval_is_wilsons(trials: int, share: float) -> None:
    hits = round(share * trials)
    ours = wilson(hits, trials)
    theirs = binomtest(hits, trials).proportion_ci(0.95, method="wilson")
    assert ours.interval == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_no_trials_no_share() -> None:
    assert wilson(0, 0).value is None


def truth(**changed: np.ndarray) -> xr.Dataset:
    flat = {"leak_fraction": 0.0, "slow_leak_fraction": 0.0, "contact_share": 1.0, "coverage": 1.0, "growth": 0.0}
    return xr.Dataset({name: ("row", changed.get(name, np.full(ROWS, value))) for name, value in flat.items()})


def found_in(**changed: np.ndarray) -> dict[str, TrueEvent]:
    return {one.failure: one for one in true_events(truth(**changed), half_cycles=NUMBER)}


def test_the_truth_is_read_off_the_hidden_state() -> None:
    row = np.arange(ROWS)
    assert found_in() == {}
    short = found_in(leak_fraction=np.where(row >= 550, 0.95, np.where(row >= 540, 0.3, 0.0)))
    assert set(short) == {"hard_short"}
    assert (short["hard_short"].onsets, short["hard_short"].first_signs) == ((550,), (540,))
    blips = found_in(leak_fraction=np.where((row % 200 > 20) & (row % 200 < 25), 0.3, 0.0))
    assert set(blips) == {"soft_short_transient"}
    assert blips["soft_short_transient"].onsets == (21, 221, 421, 621, 821)
    slow = np.clip((row - 300) / 1000, 0, 1)
    hidden = found_in(leak_fraction=slow, slow_leak_fraction=slow)
    assert set(hidden) == {"soft_short_hidden"}
    assert hidden["soft_short_hidden"].onsets == (310,)
    lost = found_in(contact_share=np.clip(np.abs(row - 450) / 50, 0, 1))
    assert lost["contact_loss"].first_signs[0] < lost["contact_loss"].onsets[0] < 450 <= lost["contact_loss"].ends[-1]
    assert set(found_in(coverage=np.where(row > 900, 0.1, 1.0))) == {"depletion"}
    assert set(found_in(growth=row / 2000)) == {"overpotential_growth"}


def test_a_hard_short_must_last_to_the_end_of_its_half_cycle() -> None:
    row = np.arange(ROWS)
    assert "hard_short" not in found_in(leak_fraction=np.where((row > 510) & (row < 590), 0.95, 0.0))
    assert found_in(leak_fraction=np.where((row > 510) & (row < 600), 0.95, 0.0))["hard_short"].onsets == (511,)
    assert "hard_short" not in found_in(leak_fraction=np.where((row > 597) & (row < 600), 0.95, 0.0))
