"""The virtual cell keeps its stated law."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alkanode.data import Cell
from alkanode.foundation.errors import PhysicsError
from alkanode.virtual import ContactLossCell, ContactLossLaw

CELL = Cell(anode="NaK50", anode_mass="4.3 mg", area="0.283 cm2")
BENCH = ContactLossCell(CELL, ContactLossLaw())
shares = st.floats(0.0, 0.98)


@given(share=shares)
def test_loss_of_area_keeps_the_relaxation_time(share: float) -> None:
    """R ~ 1/f and C ~ f: the peak of the interface stays at its time, d ln tau / d ln R = 0."""
    frequency = np.geomspace(0.1, 1e3, 400)
    law = BENCH.law
    fresh, worn = (BENCH.impedance(x * BENCH.critical_charge, frequency) for x in (0.0, share))
    fixed = BENCH.impedance(0.0, frequency) - law.interface.resistance / (
        1 + (2j * np.pi * frequency * law.interface.relaxation_time) ** law.interface.exponent
    )
    interface, grown = fresh - fixed, worn - fixed
    assert np.allclose(grown * BENCH.contact_share(share * BENCH.critical_charge), interface, rtol=1e-9)


@given(share=shares, current=st.floats(1e-5, 1e-3))
def test_the_charge_at_a_voltage_inverts_the_voltage(share: float, current: float) -> None:
    charge = share * BENCH.critical_charge
    voltage = float(BENCH.voltage(charge, current))
    if voltage > float(BENCH.voltage(0.0, current)):
        assert BENCH.charge_at(voltage, current) == pytest.approx(charge, rel=1e-6, abs=1e-9)


def test_the_voltage_is_equilibrium_plus_resistance() -> None:
    charge = 0.5 * BENCH.critical_charge
    at_rest, loaded = float(BENCH.voltage(charge, 0.0)), float(BENCH.voltage(charge, 1e-3))
    assert at_rest == pytest.approx(float(BENCH.open_circuit(charge)))
    assert (loaded - at_rest) / 1e-3 == pytest.approx(BENCH.law.series_resistance + float(BENCH.polarisation(charge)))
    low_frequency = BENCH.impedance(charge, np.array([1e-6]))[0].real
    assert low_frequency == pytest.approx((loaded - at_rest) / 1e-3, rel=1e-4)


def test_the_window_holds_most_and_never_more_than_all() -> None:
    whole = float(BENCH.polarisation(0.0))
    wide, narrow = BENCH.polarisation_in_window(0.0, 1e-12, 1e6), BENCH.polarisation_in_window(0.0, 1e-5, 1e-1)
    assert wide == pytest.approx(whole, rel=1e-3)
    assert narrow < wide


def test_what_a_virtual_cell_needs() -> None:
    for cell in (Cell(anode="NaK50"), Cell(anode="steel", anode_mass="1 mg")):
        with pytest.raises(PhysicsError, match="alloy anode with a mass"):
            ContactLossCell(cell, ContactLossLaw())
    with pytest.raises(PhysicsError, match="between"):
        BENCH.charge_at(1e-6, 1e-3)
