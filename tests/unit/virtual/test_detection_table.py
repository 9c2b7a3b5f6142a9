"""Draws of failing cells, and a small detection table with loose limits: a detector that got worse fails here."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
import xarray as xr

from alkanode.data import check
from alkanode.electrochem import find_failures
from alkanode.foundation.errors import DataQualityWarning
from alkanode.virtual import (
    CAUSES,
    CLASSES,
    FailingTrace,
    Judgement,
    draw_plan,
    draw_traces,
    false_alarms,
    judge,
    sensitivity,
)

SEEDS = sorted(range(200), key=lambda seed: draw_plan(seed).steps)[:60]
"""The shortest of the tuning set."""


@cache
def drawn() -> tuple[FailingTrace, ...]:
    return tuple(draw_traces(SEEDS))


@pytest.fixture(scope="module")
def judged() -> Iterator[list[Judgement]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        yield [judge(one, find_failures(one.record, one.cell, impedance=one.impedance)) for one in drawn()]


def test_every_trace_is_a_valid_record_with_its_truth() -> None:
    assert {one.seed for one in drawn()} == set(SEEDS)
    for one in drawn():
        check(one.record, "cycling")
        assert one.truth.sizes["row"] == one.record.sizes["row"]
        assert not one.clean or not one.events
        assert not set(one.truth.data_vars) & set(one.record.data_vars), "the truth is hidden from the record"
        assert one.cause not in str(one.record.attrs)
        for event in one.events:
            assert event.failure in CLASSES
            assert all(a <= b <= c for a, b, c in zip(event.first_signs, event.onsets, event.ends, strict=True))
        if one.impedance is not None:
            check(one.impedance, "impedance")


def test_the_same_seed_gives_the_same_trace_in_any_company() -> None:
    for one in draw_traces(SEEDS[:3], together=1):
        other = next(trace for trace in drawn() if trace.seed == one.seed)
        xr.testing.assert_identical(one.record, other.record)
        assert repr(one.events) == repr(other.events)


def test_the_causes_are_drawn_in_their_shares() -> None:
    causes = [draw_plan(seed).cause for seed in range(500)]
    for cause, share in CAUSES.items():
        assert causes.count(cause) / 500 == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 500))
    assert sum(CAUSES.values()) == pytest.approx(1.0)


def test_what_happens_is_mostly_what_was_drawn() -> None:
    """A cause may stay without effect (a filament that does not cross), but clean cells do not fail."""
    for one in drawn():
        if one.cause == "clean":
            assert not one.events
    hit = [one.cause in {event.failure for event in one.events} for one in drawn() if one.cause != "clean"]
    assert np.mean(hit) > 0.8


def test_failures_are_found_and_sound_cells_are_left_alone(judged: list[Judgement]) -> None:
    """Loose limits on a few traces; the figures are those of benchmarks/detection.py."""
    for failure in ("hard_short", "contact_loss"):
        line = sensitivity(judged, failure)
        assert line.total >= 4
        assert line.found + line.suspected >= 0.6 * line.total, line
    assert false_alarms(judged, "hard_short", "contact_loss").alarmed <= 2
    assert false_alarms(judged, "soft_short_transient").alarmed <= 4
    clear = sensitivity(judged, "soft_short_transient", strength=(0.1, float("inf")), contrast=(10.0, float("inf")))
    assert clear.found >= 0.4 * clear.total, clear
