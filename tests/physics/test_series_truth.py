"""Simulated cells that lose contact by a stated law give that law back: current, censoring, origin."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from alkanode.data import Cell
from alkanode.electrochem import (
    at_cutoff,
    critical_stripping,
    stripping_against,
    stripping_series,
    with_stripping_current,
)
from alkanode.virtual import ContactLossCell, ContactLossLaw, Potentiostat

CURRENTS = (0.25, 0.5, 1.0, 2.0, 4.0)
EXPONENT = 0.3


def test_the_law_of_the_virtual_cell_is_recovered() -> None:
    """Capacity to loss of contact falls as j^-0.3; the recorded capacity at 1 V is that of the cell within a sample."""
    tests, cells, truth = [], [], []
    for seed, current in enumerate(CURRENTS):
        cell = Cell(anode="NaK50", anode_mass="4.3 mg", area="0.283 cm2", stack_pressure="10 MPa", name=f"{current}")
        law = ContactLossLaw(critical_specific_capacity=3600 * 300 * current**-EXPONENT, exponent=30.0)
        bench = ContactLossCell(cell, law)
        ampere = 10 * current * 0.283e-4
        instrument = Potentiostat(bench, seed=seed, interval=60.0)
        instrument.strip_until(ampere, 1.5, None)
        record = instrument.history(started=datetime(2026, 1, 1), name="simulated")["cycling"].to_dataset()
        tests.append(with_stripping_current(critical_stripping(record, cell), record))
        cells.append(cell)
        truth.append(bench.charge_at(1.0, ampere) / bench.mass)
    series = stripping_series(tests, cells)
    assert series.origin.to_numpy().tolist() == ["simulated"] * 5
    assert series.current_density.to_numpy() == pytest.approx(10 * np.array(CURRENTS), rel=1e-3)
    at = at_cutoff(series)
    assert float(at.cutoff) == 1.0
    assert at.specific_capacity.to_numpy() == pytest.approx(truth, rel=2e-3)
    assert set(at_cutoff(series, "2 V").censoring.to_numpy().tolist()) == {"right"}
    law = stripping_against(series)
    assert law.attrs["preferred"] == "power"
    assert law.attrs["exponent"] == pytest.approx(EXPONENT, abs=5e-3)
    assert law.attrs["exponent_lower"] - 2e-3 <= EXPONENT <= law.attrs["exponent_upper"] + 2e-3
