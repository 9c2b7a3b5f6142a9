"""The virtual experiment: its files read back as what was measured, its study recovers the truth."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from alkanode.data import Cell, Protocol, check, half_cycle_table
from alkanode.foundation.errors import PhysicsError
from alkanode.io import open_history, write_mpt
from alkanode.studies import Study, run_study
from alkanode.virtual import ContactLossCell, ContactLossLaw, Potentiostat, Sweeps, write_demo

CELL = Cell(anode="NaK50", anode_mass="4.3 mg", area="0.283 cm2")


def test_a_virtual_record_is_what_a_reader_returns(tmp_path: Path) -> None:
    """Written as a file and read back, the record keeps its kinds, fields, dimensions and numbers."""
    bench = Potentiostat(ContactLossCell(CELL, ContactLossLaw()), seed=3)
    bench.strip_until(2.83e-4, 0.5, Sweeps(increment=1.0, per_decade=4))
    made = bench.history(started=datetime(2026, 1, 1), name="made")
    read = open_history(write_mpt(made, tmp_path / "a.mpt"))
    for kind in ("cycling", "impedance"):
        ours, theirs = made[kind].to_dataset(), read[kind].to_dataset()
        check(ours, kind)
        check(theirs, kind)
        shift = float(made["cycling"]["time"][0])
        for name in set(ours.data_vars) & set(theirs.data_vars):
            assert ours[name].dims == theirs[name].dims, name
            expected = ours[name] - shift if name in ("time", "point_time") else ours[name]
            np.testing.assert_allclose(
                theirs[name].to_numpy(), expected.to_numpy(), rtol=1e-9, atol=1e-12, err_msg=name
            )
        assert {"time", "charge", "step"} <= set(ours.data_vars) & set(theirs.data_vars)


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    once, twice = (write_demo(tmp_path / name, seed=7).parent for name in ("a", "b"))
    for file in sorted(once.iterdir()):
        assert file.read_bytes() == (twice / file.name).read_bytes(), file.name


@pytest.mark.parametrize("seed", [1, 2])
def test_the_study_recovers_the_truth(tmp_path: Path, seed: int) -> None:
    outcome = run_study(Study.from_yaml(write_demo(tmp_path, seed=seed)))
    assert outcome.complete
    assert not outcome.skipped
    recovery = outcome.part("recovery")
    assert recovery is not None
    assert not recovery.details["not_computed"]
    errors = {name: abs(error) for name, error in recovery.details["relative_error"].items()}
    assert all(error < 5e-4 for name, error in errors.items() if name.startswith("stripping"))
    assert all(error < 0.02 for name, error in errors.items() if name.startswith("impedance"))
    failures = outcome.part("failures")
    assert failures is not None
    assert [(event["kind"], event["confirmed"]) for event in failures.details["events"]] == [("contact_loss", True)]
    assert not any("salt depletion" in rival for rival in failures.details["events"][0]["rivals"])


def test_the_record_covers_both_files_on_one_clock(tmp_path: Path) -> None:
    study = Study.from_yaml(write_demo(tmp_path))
    history = open_history(study.files, time_zone="UTC")
    cycling = history["cycling"].to_dataset()
    assert set(np.unique(cycling["source_index"])) == {0, 1}
    time = cycling["time"].to_numpy()
    assert time[0] == 0
    assert (np.diff(time) >= 0).all()
    second = time[cycling["source_index"].to_numpy() == 1][0]
    assert second == pytest.approx(3600, abs=1e-3)
    spectra = history["impedance"].to_dataset()
    assert (spectra["time"].to_numpy() > second).all()


def test_a_protocol_is_run_step_by_step() -> None:
    bench = Potentiostat(ContactLossCell(CELL, ContactLossLaw()), seed=1)
    steps = ["Rest for 10 min", "Strip at 1 mA cm-2 for 0.5 mAh cm-2", "Plate at 0.1 mA for 30 min", "Rest for 1 min"]
    bench.run(Protocol.from_text(steps))
    table = half_cycle_table(bench.history(started=datetime(2026, 1, 1), name="made")["cycling"].to_dataset(), CELL)
    assert table["direction"].to_numpy().tolist() == ["strip", "plate"]
    assert table["areal_capacity"][0].item() == pytest.approx(0.5 * 3.6e4, rel=1e-3)
    assert table["charge_passed"][1].item() == pytest.approx(0.18, rel=1e-3)


@pytest.mark.parametrize("step", ["Strip at 1 mA cm-2", "Impedance from 1 MHz to 1 Hz"])
def test_steps_that_the_bench_cannot_do_are_named(step: str) -> None:
    with pytest.raises(PhysicsError):
        Potentiostat(ContactLossCell(CELL, ContactLossLaw()), seed=1).run(Protocol.from_text([step]))
    bare = Cell(anode="NaK50", anode_mass="4.3 mg")
    with pytest.raises(PhysicsError, match="area"):
        Potentiostat(ContactLossCell(bare, ContactLossLaw()), seed=1).run(
            Protocol.from_text(["Strip at 1 mA cm-2 for 1 h"])
        )
