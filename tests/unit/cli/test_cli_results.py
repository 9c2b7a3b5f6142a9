"""What the commands say when all is well: one JSON object in SI, or text in the habit of the field."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import pytest

Call = Callable[..., Any]


def test_one_object_with_hashes_and_estimates_in_si(alkanode: Call, ramp: Path) -> None:
    said = alkanode("electrochem", "stripping", ramp, "--cutoff", "0.5 V", "--cutoff", "1 V", "--json")
    assert said.code == 0
    assert list(said.object) == ["command", "inputs", "results", "warnings"]
    assert said.object["command"] == "alkanode electrochem stripping"
    assert said.object["inputs"] == [
        {"file": "ramp.bdf.csv", "sha256": hashlib.sha256(ramp.read_bytes()).hexdigest()},
    ]
    charge = said.object["results"]["charge_at_0.5_V"]
    assert set(charge) == {"value", "unit", "interval", "label"}
    assert charge["unit"] == "C"
    assert charge["value"] == pytest.approx(0.05, abs=1e-12)
    assert charge["interval"] == pytest.approx([0.049, 0.05])
    assert "measured" in charge["label"]


def test_the_screen_shows_display_units(alkanode: Call, ramp: Path) -> None:
    said = alkanode("electrochem", "stripping", ramp, "--cutoff", "1 V")
    assert "0.02778 mAh" in said.out
    assert "[measured]" in said.out


def test_cut_offs_given_twice_count_once(alkanode: Call, ramp: Path) -> None:
    said = alkanode("electrochem", "stripping", ramp, "--cutoff", "1 V", "--cutoff", "1000 mV")
    assert said.out.count("at 1 V,") + said.out.count("at 1 V.") == 1


def test_arrays_go_to_files(alkanode: Call, ramp: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    said = alkanode("electrochem", "stripping", ramp, "-o", folder, "--json")
    assert said.object["results"]["files"] == str(folder)
    with h5py.File(folder / "records" / "critical_stripping.h5") as store:
        assert store["charge"].shape == (3,)
    assert (folder / "figures" / "stripping.png").stat().st_size > 1000
    assert (folder / "figures" / "stripping.csv").read_text(encoding="utf-8").count("\n") > 100


def test_an_unknown_number_is_null_and_not_nan(alkanode: Call, ramp: Path, tmp_path: Path) -> None:
    """A standard uncertainty beyond half of the area leaves the areal capacity without an upper bound."""
    cell = tmp_path / "cell.yaml"
    cell.write_text("anode: Na\narea: 1 cm2\narea_uncertainty: 2 cm2\n", encoding="utf-8")
    said = alkanode("electrochem", "stripping", ramp, "--cell", cell, "--json")
    assert said.object["results"]["areal_capacity_at_1_V"]["interval"][1] is None
    said = alkanode("electrochem", "stripping", ramp, "--cell", cell)
    assert "unbounded" in said.out


def test_events_list_only_what_was_found(alkanode: Call, tmp_path: Path) -> None:
    path = tmp_path / "short.bdf.csv"
    rows = "".join(f"{second + 1000},{0.4 if second < 60 else 0.0004},0.001\n" for second in range(100))
    path.write_text("Test Time / s,Voltage / V,Current / A\n" + rows, encoding="utf-8")
    said = alkanode("electrochem", "failures", path, "--electrolyte-resistance", "100 ohm", "--json")
    (event,) = said.object["results"]["events"]
    assert event["kind"] == "hard_short"
    assert event["time"] == pytest.approx(60)
    assert len(event["evidence"]) == 2
    assert event["charge"] == pytest.approx(0.06)
    flat = tmp_path / "flat.bdf.csv"
    flat.write_text(path.read_text(encoding="utf-8").replace("0.0004", "0.4"), encoding="utf-8")
    said = alkanode("electrochem", "failures", flat, "--electrolyte-resistance", "100 ohm", "--json")
    assert said.object["results"]["events"] == []


def test_every_warning_is_in_the_object(alkanode: Call, ramp: Path) -> None:
    text = ramp.read_text(encoding="utf-8").splitlines(keepends=True)
    text[7] = "6,over,0.001\n"
    ramp.write_text("".join(text), encoding="utf-8")
    said = alkanode("read", ramp, "--json")
    assert said.code == 0
    assert any("left out" in line for line in said.object["warnings"])


def test_both_metals_melt(alkanode: Call) -> None:
    results = alkanode("thermo", "diagram", "--json").object["results"]
    assert results["melting_temperature_of_Na"]["value"] == pytest.approx(370.9, abs=0.2)
    assert results["melting_temperature_of_K"]["value"] == pytest.approx(336.5, abs=0.3)
    assert results["eutectic_temperature"]["unit"] == "K"


def test_the_readers_as_an_object(alkanode: Call) -> None:
    listed = alkanode("readers", "--json").object["results"]["readers"]
    assert "biologic-mpr" in [reader["name"] for reader in listed]
    assert "biologic-mpr" in alkanode("readers").out


def test_help_and_version(alkanode: Call) -> None:
    assert "stripping" in alkanode("electrochem", "--help").out
    assert alkanode("--version").out.startswith("alkanode, version")


def test_a_saved_history_and_its_wrong_endings(alkanode: Call, ramp: Path, tmp_path: Path) -> None:
    said = alkanode("read", ramp, "-o", tmp_path / "history.h5")
    assert "Saved as" in said.out
    assert (tmp_path / "history.h5").exists()
    said = alkanode("read", ramp, "-o", tmp_path / "history.txt")
    assert said.code == 2
    assert ".zarr, .h5" in said.err
