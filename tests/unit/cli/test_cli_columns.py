"""Every command that takes files takes a column map for text tables of any maker."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]

MAP = """
positive: reduction
columns:
  time: {names: Zeit, unit: min}
  voltage: {names: Spannung, unit: mV}
  current: {names: Strom, unit: mA}
"""
COMMANDS = [
    ("read",),
    *(
        ("electrochem", name)
        for name in ("stripping", "failures", "profile", "staircase", "ccd", "cv", "cycling", "fullcell")
    ),
    *(("impedance", name) for name in ("kk", "drt", "map")),
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """1 mA for 300 s while the voltage rises by 10 mV per second from 0, in minutes, mV and with the other sign."""
    rows = "".join(f"{second / 60!r};{10 * second};-1\n" for second in range(300))
    path = tmp_path / "ramp.txt"
    path.write_text("Zeit;Spannung;Strom\n" + rows, encoding="utf-8")
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    return path


def test_a_table_with_a_map_gives_what_the_same_file_with_plain_names_gives(
    alkanode: Call, table: Path, ramp: Path
) -> None:
    columns = table.with_name("map.yaml")
    mapped = alkanode("electrochem", "stripping", table, "--columns", columns, "--cutoff", "0.5 V", "--json").object
    plain = alkanode("electrochem", "stripping", ramp, "--cutoff", "0.5 V", "--json").object
    charge = mapped["results"]["charge_at_0.5_V"]
    assert charge["value"] == pytest.approx(plain["results"]["charge_at_0.5_V"]["value"], abs=1e-12)
    assert charge["value"] == pytest.approx(0.05, abs=1e-12)
    assert {"file": "map.yaml", "sha256": hashlib.sha256(columns.read_bytes()).hexdigest()} in mapped["inputs"]
    assert len(plain["inputs"]) == 1


def test_reading_with_a_map(alkanode: Call, table: Path) -> None:
    said = alkanode("read", table, "--columns", table.with_name("map.yaml"), "--json")
    assert said.code == 0
    assert said.object["results"]["reader"] == "column-map"
    assert said.object["results"]["charge"]["value"] == pytest.approx(0.299)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_names_the_option_and_a_map_that_is_none(
    alkanode: Call, table: Path, command: tuple[str, ...]
) -> None:
    assert "--columns" in alkanode(*command, "--help").out
    said = alkanode(*command, table, "--columns", table.with_name("nowhere.yaml"))
    assert said.code == 2
    assert "nowhere.yaml" in said.err
    (table.parent / "wrong.yaml").write_text(MAP.replace("Zeit, unit: min", "Zeit, unit: parsec"), encoding="utf-8")
    said = alkanode(*command, table, "--columns", table.with_name("wrong.yaml"))
    assert said.code == 2
    assert "'parsec'" in said.err
