"""A staircase on the virtual cell that loses contact: resistances and the failing level are those of its stated law."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
import xarray as xr

from alkanode.data import Cell, Protocol
from alkanode.electrochem import profile_shape, staircase, staircase_estimates
from alkanode.virtual import ContactLossCell, ContactLossLaw, Potentiostat

CELL = Cell(anode="NaK50", anode_mass="4.3 mg", counter="Na", area="0.283 cm2", electrolyte="NASICON")


def measured(*lines: str) -> tuple[ContactLossCell, xr.Dataset]:
    bench = ContactLossCell(CELL, ContactLossLaw())
    potentiostat = Potentiostat(bench, seed=2)
    potentiostat.run(Protocol.from_text(lines))
    history = potentiostat.history(started=datetime(2026, 1, 5, tzinfo=UTC), name="virtual")
    return bench, history["cycling"].to_dataset()


def climb(last: str) -> list[str]:
    lines = ["Rest for 20 min"]
    for density in (0.2, 0.4, 0.7):
        lines += [f"Strip at {density} mA cm-2 for 1 h", "Rest for 20 min"]
    return [*lines, f"Strip at 1.0 mA cm-2 {last}"]


def test_resistance_at_the_end_of_a_level_is_that_of_the_law() -> None:
    bench, record = measured(*climb("for 1 h"), "Rest for 20 min")
    levels = staircase(record, CELL)
    assert levels["passed"].to_numpy().all()
    charge = levels["charge"].to_numpy()
    true = bench.law.series_resistance + bench.polarisation(charge)
    drift = (bench.open_circuit(charge) - bench.open_circuit(charge - levels["charge_passed"].to_numpy())) / levels[
        "current"
    ].to_numpy()
    assert levels["end_resistance"].to_numpy() == pytest.approx(true + drift, abs=0.7)
    assert levels["areal_capacity"].to_numpy() == pytest.approx(np.array([2, 4, 7, 10]) * 3600, rel=2e-3)
    assert np.isnan(levels["resistance"].to_numpy()).all()
    estimate = staircase_estimates(levels, CELL)["critical_stripping_current"]
    assert estimate.interval == (pytest.approx(10.0, rel=1e-3), float("inf"))


def test_the_level_that_loses_contact_bounds_the_critical_current() -> None:
    _, record = measured(*climb("until 2.2 V"))
    levels = staircase(record, CELL)
    assert levels["passed"].to_numpy().tolist() == [True, True, True, False]
    assert "contact_loss" in str(levels["failure"].to_numpy()[3])
    estimate = staircase_estimates(levels, CELL)["critical_stripping_current"]
    assert estimate.interval == pytest.approx((7.0, 10.0), rel=1e-3)


def test_a_plating_staircase_is_named_by_the_anode() -> None:
    lines = [line.replace("Strip", "Plate") for line in climb("for 1 h")]
    _, record = measured("Strip at 1 mA cm-2 for 4 h", *lines)
    levels = staircase(record, CELL)
    assert set(levels["direction"].to_numpy()) == {"plate"}
    assert set(staircase_estimates(levels, CELL)) >= {"critical_plating_current"}


def test_loss_of_contact_bends_the_ramp_upwards() -> None:
    """R rises as 1 / (1 - (q/q_c)^3): flat at first, then up, and never a plateau or a spike."""
    _, record = measured("Rest for 10 min", "Strip at 1 mA cm-2 for 5.5 mAh cm-2")
    shapes = profile_shape(record, CELL)
    assert shapes["shape"].item() == "bent ramp"
    assert not shapes["spike_seen"].item()
