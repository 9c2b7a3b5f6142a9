"""``alkanode thermo published``: printed numbers beside ours on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_printed_numbers_beside_ours(alkanode: Callable[..., Any]) -> None:
    said = alkanode("thermo", "published", "S004-061", "--draws", "0")
    assert "printed contradicts itself" in said.out
    assert "249.8" in said.out
    results = alkanode("thermo", "published", "S004-073", "--draws", "0", "--json").object["results"]
    row = results["figures"][0]
    assert row["role"] == "calibration"
    assert row["printed"] == [260.5, 260.5]
    assert row["ours_interval"] == [None, None]
    assert results["verdicts"] == [{"role": "calibration", "verdict": "agrees", "figures": 1}]
    wrong = alkanode("thermo", "published", "--paper", "Nobody1900")
    assert wrong.code != 0
    assert "Park2021" in wrong.err
