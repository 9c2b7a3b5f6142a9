"""The program run in this process, and small raw files whose answer is known by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from alkanode.cli.main import run


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def object(self) -> dict[str, Any]:
        """What ``--json`` printed, read strictly: NaN is no JSON."""

        def refuse(constant: str) -> None:
            raise AssertionError(f"{constant} is no JSON")

        parsed: dict[str, Any] = json.loads(self.out, parse_constant=refuse)
        return parsed


@pytest.fixture
def alkanode(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command; a fault of the program (exit code 1, a traceback) fails every test."""

    def call(*words: object) -> Said:
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        assert code != 1, said.err
        assert "Traceback" not in said.err
        return Said(code, said.out, said.err)

    return call


@pytest.fixture
def ramp(tmp_path: Path) -> Path:
    """1 mA for 300 s while the voltage rises by 10 mV per second from 0."""
    path = tmp_path / "ramp.bdf.csv"
    rows = "".join(f"{second},{second / 100},0.001\n" for second in range(300))
    path.write_text("Test Time / s,Voltage / V,Current / A\n" + rows, encoding="utf-8")
    return path
