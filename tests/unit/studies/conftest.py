"""A small study over a file whose answer is known by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml


@pytest.fixture
def study_file(tmp_path: Path) -> Callable[..., Path]:
    """Write a study with changed keys (``None`` removes a key) beside its raw file; return its path.

    The raw file: 1 mA for 300 s while the voltage rises by 10 mV per second from 0.
    """
    rows = "".join(f"{second},{second / 100},0.001\n" for second in range(300))
    (tmp_path / "ramp.bdf.csv").write_text("Test Time / s,Voltage / V,Current / A\n" + rows, encoding="utf-8")

    def write(**changes: Any) -> Path:
        content: dict[str, Any] = {"title": "A ramp", "cell": {"anode": "Na"}, "files": ["ramp.bdf.csv"], "data": "."}
        content |= changes
        path = tmp_path / "study.yaml"
        kept = {key: value for key, value in content.items() if value is not None}
        path.write_text(yaml.safe_dump(kept, allow_unicode=True), encoding="utf-8")
        return path

    return write
