"""What a series keeps when files go away, by stages that are quick."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import pytest
import series_stages as made

from alkanode.foundation.errors import DataQualityWarning
from alkanode.tomography.series import run_series, scans


def test_what_was_made_of_a_scan_stays_when_its_frames_are_moved_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = made.plan_of({"a": 1, "b": 2})
    run_series(plan, tmp_path)
    before = made.contents(tmp_path)
    away = plan.with_scans({**plan.scans, "b": made.broken_scan})
    with pytest.warns(DataQualityWarning, match="scan/b failed: scan.nxs must be readable"):
        result = run_series(away, tmp_path)
    assert not result.finished
    assert result.has("volume", "b")
    assert made.contents(tmp_path) == before
    # what needs its frames again is not made of something else; this process no longer holds them open
    monkeypatch.setattr(scans, "_opened", OrderedDict())
    other = made.plan_of({"a": 1}, corrections={"gain": 2.0}).with_scans(away.scans)
    with pytest.warns(DataQualityWarning, match="failed"):
        again = run_series(other, tmp_path)
    assert again.has("volume", "a")
    assert not again.has("volume", "b")
    assert run_series(plan, tmp_path).finished
    assert made.contents(tmp_path) == before


def test_a_block_that_lost_a_file_is_made_again(tmp_path: Path) -> None:
    plan = made.plan_of({"a": 1})
    result = run_series(plan, tmp_path)
    before = made.contents(tmp_path)
    chunks = sorted((result.path("volume", "a") / "attenuation/c").rglob("0"))
    chunks = [chunk for chunk in chunks if chunk.is_file()]
    chunks[1].unlink()
    chunks[2].write_bytes(chunks[2].read_bytes()[:20])
    again = run_series(plan, tmp_path)
    assert again.finished
    assert made.contents(tmp_path) == before
