"""``alkanode electrochem profile`` and ``staircase`` on small files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest


@pytest.fixture
def stairs(tmp_path: Path) -> Path:
    step = np.arange(10.0, 610.0, 10.0)
    current, voltage = [np.zeros(30)], [np.zeros(30)]
    for level in (1e-4, 2e-4, 3e-4):
        current += [np.full(60, level), np.zeros(60)]
        voltage += [level * 500 + 0 * step, level * 100 * np.exp(-step / 100)]
    flow, over = np.concatenate(current), np.concatenate(voltage)
    rows = "".join(f"{10 * index},{v},{i}\n" for index, (v, i) in enumerate(zip(over, flow, strict=True)))
    path = tmp_path / "stairs.bdf.csv"
    path.write_text("Test Time / s,Voltage / V,Current / A\n" + rows, encoding="utf-8")
    return path


def test_staircase_gives_si_and_text(alkanode: Callable[..., Any], stairs: Path, tmp_path: Path) -> None:
    results = alkanode("electrochem", "staircase", stairs, "--json").object["results"]
    assert results["critical_stripping_current"]["value"] == pytest.approx(3e-4)
    assert results["critical_stripping_current"]["interval"] == [pytest.approx(3e-4), None]
    assert results["stripping_resistance"]["value"] == pytest.approx(500, rel=0.01)
    assert results["levels"] == 3
    text = alkanode("electrochem", "staircase", stairs, "-o", tmp_path / "out")
    assert text.code == 0
    assert "Levels" in text.out
    assert "follows the current in a straight line" in text.out
    assert list((tmp_path / "out").rglob("*.png")) or list((tmp_path / "out").rglob("*.csv"))


def test_profile_gives_shapes(alkanode: Callable[..., Any], stairs: Path) -> None:
    results = alkanode("electrochem", "profile", stairs, "--json").object["results"]
    assert sum(results["shapes"].values()) == 1


def test_what_does_not_fit_is_said_in_one_line(alkanode: Callable[..., Any], ramp: Path) -> None:
    said = alkanode("electrochem", "staircase", ramp)
    assert said.code == 2
    assert said.err.startswith("alkanode: a staircase needs 3 levels")
    assert said.err.count("\n") == 1
    assert alkanode("electrochem", "profile", ramp, "--spike-share", "2").code == 2
