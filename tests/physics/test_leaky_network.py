"""The network of columns obeys Kirchhoff, Ohm and Butler-Volmer, and each mechanism does what its words say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data import Cell, Protocol
from alkanode.virtual import (
    Climate,
    Filament,
    Flicker,
    Interface,
    Interphase,
    Inventory,
    LeakyCell,
    LeakyPhysics,
    LeakyRun,
    SlowLeak,
    Voids,
)
from alkanode.virtual.leaky.column_network import THERMAL_VOLTAGE, charge_transfer, constriction, flow, spectrum

AREA = 1e-4
CELL = Cell(anode="Na", area=AREA)
CURRENT = 2e-4
"""A, 0.2 mA cm-2."""


def run(physics: LeakyPhysics, *steps: str, seed: int = 1, interval: float = 10.0) -> LeakyRun:
    return LeakyCell(cell=CELL, physics=physics, seed=seed).run(Protocol.from_text(steps), interval=interval)


@given(
    current=st.floats(-1e-2, 1e-2),
    seed=st.integers(0, 2**32 - 1),
    leak=st.floats(0.0, 1.0),
    spreading=st.floats(0.0, 10.0),
)
def test_kirchhoff_and_ohm(current: float, seed: int, leak: float, spreading: float) -> None:
    random = np.random.default_rng(seed)
    impedance, source = random.uniform(1.0, 1e4, (3, 7)), random.normal(0, 0.1, (3, 7))
    conductance, serial = leak * random.random((3, 7)), np.full((3, 7), spreading)
    done = flow(np.full(3, current), impedance, source, conductance, serial, np.full(3, 1e9))
    through = done.ionic + done.leaked
    np.testing.assert_allclose(through.sum(axis=1), current, rtol=1e-6, atol=1e-10)
    np.testing.assert_allclose(done.current, current)
    local = done.voltage[:, None] - serial * through
    np.testing.assert_allclose(done.leaked, conductance * local, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(source + impedance * done.ionic, local, rtol=1e-7, atol=1e-9)


@given(demand=st.floats(1e-6, 1.0), ceiling=st.floats(1e-3, 10.0))
def test_a_compliance_is_never_exceeded_and_lowers_only_the_current(demand: float, ceiling: float) -> None:
    shape = (1, 4)
    done = flow(np.array([demand]), np.full(shape, 50.0), *np.zeros((3, *shape)), np.array([ceiling]))
    assert done.voltage[0] == pytest.approx(min(ceiling, demand * 12.5))
    assert done.current[0] == pytest.approx(min(demand, ceiling / 12.5))
    assert done.ionic.sum() == pytest.approx(done.current[0])


@given(ionic=st.floats(1e-12, 1e-1), exchange=st.floats(1e-9, 1e-3))
def test_the_secant_of_charge_transfer_is_butler_volmer(ionic: float, exchange: float) -> None:
    overpotential = ionic * charge_transfer(np.array(ionic), np.array(exchange))
    back = 2 * exchange * np.sinh(overpotential / (2 * THERMAL_VOLTAGE))
    assert back == pytest.approx(ionic, rel=1e-5)
    assert charge_transfer(np.array(-ionic), np.array(exchange)) == charge_transfer(np.array(ionic), np.array(exchange))


def test_the_constriction_vanishes_at_full_contact_and_is_maxwells_for_small_spots() -> None:
    share = np.geomspace(1e-8, 1.0, 200)
    psi = constriction(share)
    assert (np.diff(psi) <= 0).all()
    assert psi[-1] == pytest.approx(0.0, abs=1e-12)
    assert psi[0] == pytest.approx(1.0, abs=2e-4)
    power_law = (1 - np.sqrt(np.array([0.375, 0.5]))) ** 1.5
    assert power_law / constriction(np.array([0.375, 0.5])) == pytest.approx([1.10, 1.17], abs=0.01)


def test_a_sound_cell_is_ohms_law_with_butler_volmer() -> None:
    """Without leak, scatter and spreading the cell is one resistor and two interfaces."""
    interface = Interface(resistance=5e-3, diffusion_resistance=2e-3, diffusion_time=100.0)
    physics = LeakyPhysics(scatter=0.0, spreading=0.0, working=interface, counter=interface)
    made = run(physics, "Strip at 0.2 mA cm-2 for 1 h")
    crossing = 2 * THERMAL_VOLTAGE * np.arcsinh(2.0 * 5e-3 / (2 * THERMAL_VOLTAGE))
    expected = 2.0 * (1e-2 + 2 * 2e-3) + 2 * crossing
    assert made.record["voltage"].to_numpy()[-1] == pytest.approx(expected, rel=1e-6)
    assert made.truth.attrs["largest_leak_fraction"] == 0


@pytest.mark.parametrize("current", ["0.01", "0.2", "5"])
def test_scatter_among_columns_keeps_the_resistance_of_the_cell(current: str) -> None:
    """Columns are scaled so that their conductances sum to that of the sound electrolyte."""
    interface = Interface(resistance=1e-9, capacitance=1e-6)
    physics = LeakyPhysics(scatter=0.5, spreading=0.0, working=interface, counter=interface)
    made = run(physics, f"Strip at {current} mA cm-2 for 10 min", seed=5)
    assert made.record["voltage"].to_numpy()[-1] == pytest.approx(float(current) * 10 * 1e-2, rel=1e-4)


def test_turning_the_current_turns_the_voltage() -> None:
    physics = LeakyPhysics(slow_leak=SlowLeak(conductance=1e-3, begins=0.0, growth_time=500.0))
    one, other = (
        run(physics, f"{words[0]} at 0.2 mA cm-2 for 30 min", f"{words[1]} at 0.2 mA cm-2 for 30 min")
        for words in (("Strip", "Plate"), ("Plate", "Strip"))
    )
    np.testing.assert_allclose(one.record["voltage"], -other.record["voltage"], rtol=1e-9)
    np.testing.assert_allclose(one.truth["leak_fraction"], other.truth["leak_fraction"], rtol=1e-9)


@settings(max_examples=15)
@given(conductance=st.floats(1e-12, 1.0))
def test_a_leak_divides_the_current_by_conductance(conductance: float) -> None:
    """Beside a cell of resistance R the leak takes GR / (1 + GR); as G goes to 0 the cell is ideal."""
    interface = Interface(resistance=1e-9, capacitance=1e-6)
    sound = LeakyPhysics(scatter=0.0, spreading=0.0, working=interface, counter=interface)
    leak = SlowLeak(conductance=conductance, begins=0.0, growth_time=1e-3, columns=12)
    made = run(replace(sound, slow_leak=leak), "Strip at 0.2 mA cm-2 for 5 min")
    loaded = conductance * 1e-2 / AREA
    assert made.truth["leak_fraction"].to_numpy()[-1] == pytest.approx(loaded / (1 + loaded), rel=1e-4)
    assert made.record["voltage"].to_numpy()[-1] == pytest.approx(CURRENT * 100 / (1 + loaded), rel=1e-4)


def test_a_finished_filament_is_a_wire() -> None:
    """V = I R of the wire and of the spreading to its column, whatever the electrolyte."""
    physics = LeakyPhysics(
        scatter=0.0,
        electrolyte_resistance=1.0,
        filament=Filament(critical=1.0, capacity=500.0, wire=3.0, scatter=0.0, closing_time=5.0),
    )
    made = run(physics, "Strip at 0.2 mA cm-2 for 30 min", interval=5.0)
    wire = 3.0 + physics.spreading * physics.columns / AREA
    assert made.record["voltage"].to_numpy()[-1] == pytest.approx(CURRENT * wire, rel=1e-2)
    assert made.truth["leak_fraction"].to_numpy()[-1] > 0.99
    onset = made.record["time"].to_numpy()[np.argmax(made.truth["leak_fraction"].to_numpy() > 0)]
    assert onset < 0.9 * 500.0, (
        "the shortened column draws current, so it crosses before the charge at the mean density"
    )


def test_below_its_critical_current_no_filament_grows() -> None:
    physics = LeakyPhysics(scatter=0.0, filament=Filament(critical=2.5, capacity=1.0, scatter=0.0))
    made = run(physics, "Strip at 0.2 mA cm-2 for 2 h", "Plate at 0.2 mA cm-2 for 2 h")
    assert made.truth.attrs["largest_leak_fraction"] == 0


def test_a_fuse_burns_and_the_short_comes_back() -> None:
    filament = Filament(critical=0.5, capacity=300.0, wire=10.0, fuse=0.3 * CURRENT, closing_time=60.0)
    made = run(LeakyPhysics(filament=filament), "Strip at 0.2 mA cm-2 for 1 h", interval=2.0)
    leak = made.truth["leak_fraction"].to_numpy()
    burnt = np.flatnonzero((leak[:-1] > 0.2) & (leak[1:] == 0))
    assert burnt.size >= 3
    assert leak[-1] < 0.9


def test_a_flickering_leak_is_on_for_its_share_of_the_time() -> None:
    flicker = Flicker(conductance=1e-3, on_time=50.0, off_time=150.0, scatter=0.0, begins=1800.0)
    made = run(LeakyPhysics(flicker=flicker), "Strip at 0.2 mA cm-2 for 20 h", interval=10.0)
    leak, time = made.truth["leak_fraction"].to_numpy(), made.record["time"].to_numpy()
    assert leak[time < 1800].max() == 0
    assert (leak[time > 1800] > 0).mean() == pytest.approx(0.25, abs=0.06)
    assert np.unique(np.round(leak[leak > 0.01], 4)).size == 1


def test_contact_is_lost_beyond_what_arrives_and_comes_back_on_plating() -> None:
    fed, starved = (LeakyPhysics(voids=Voids(replenishment=j, capacity=4000.0, scatter=0.0)) for j in (4.0, 0.5))
    steps = ("Strip at 0.2 mA cm-2 for 1 h", "Plate at 0.2 mA cm-2 for 1 h")
    assert run(fed, *steps).truth.attrs["least_contact_share"] > 0.99
    made = run(starved, *steps)
    share = made.truth["contact_share"].to_numpy()
    assert 1e-9 < share.min() < 0.2
    assert np.abs(made.record["voltage"].to_numpy()).max() > 5 * np.abs(made.record["voltage"].to_numpy()[5])


def test_one_column_loses_contact_as_its_law_says() -> None:
    """ds/dt = -(j - j_fed s) / q: s = j/j_f - (j/j_f - 1) exp(j_f t / q) until nothing is left."""
    voids = Voids(replenishment=1.0, capacity=8000.0, scatter=0.0)
    made = run(LeakyPhysics(columns=1, scatter=0.0, voids=voids), "Strip at 0.2 mA cm-2 for 1 h", interval=4.0)
    time, share = made.record["time"].to_numpy(), made.truth["contact_share"].to_numpy()
    exact = 2.0 - np.exp(time / 8000.0)
    np.testing.assert_allclose(share, exact, atol=5e-3)


def test_a_thin_electrode_ends_with_its_metal() -> None:
    """The charge at the run-away is the inventory; before it the cell is as good as with thick electrodes."""
    thin = LeakyPhysics(inventory=Inventory(charge=3600.0, cover=0.01))
    made = run(thin, "Strip at 0.2 mA cm-2 for 1 h")
    voltage, charge = made.record["voltage"].to_numpy(), made.record["charge"].to_numpy()
    thick = run(LeakyPhysics(), "Strip at 0.2 mA cm-2 for 1 h").record["voltage"].to_numpy()
    early = charge < 0.8 * 0.36
    np.testing.assert_allclose(voltage[early], thick[: voltage.size][early], rtol=1e-9)
    assert charge[np.argmax(voltage > 1.0)] == pytest.approx(0.36, rel=0.03)


def test_a_layer_grows_by_its_power_of_time() -> None:
    layer = Interphase(resistance=2e-2, time=3600.0, exponent=0.5)
    made = run(LeakyPhysics(interphase=layer), "Strip at 0.2 mA cm-2 for 1 h")
    growth, time = made.truth["growth"].to_numpy(), made.record["time"].to_numpy()
    sound = LeakyPhysics().resistance
    np.testing.assert_allclose(growth, 2e-2 / sound * np.sqrt(time / 3600.0), rtol=1e-9)
    assert made.record["voltage"].to_numpy()[-1] == pytest.approx(2.0 * (sound + 2e-2), rel=0.01)


def test_warmth_lowers_the_resistance() -> None:
    climate = Climate(step_time=1800.0, step=10.0)
    made = run(LeakyPhysics(climate=climate, spreading=0.0, scatter=0.0), "Strip at 0.2 mA cm-2 for 1 h")
    time, voltage = made.record["time"].to_numpy(), made.record["voltage"].to_numpy()
    ratio = voltage[-1] / voltage[(time > 1000) & (time < 1800)][-1]
    assert ratio == pytest.approx(np.exp(3e4 / 8.314462618 * (1 / 308.15 - 1 / 298.15)), rel=1e-3)


def test_the_spectrum_ends_at_the_electrolyte_and_at_the_direct_current_resistance() -> None:
    physics = LeakyPhysics(scatter=0.0, spreading=0.0)
    frequency = np.array([1e9, 1e-5])
    ohmic, elements = np.full(12, 1200.0), np.full((2, 12), 240.0)
    times = elements * 0.1 * AREA / 12
    impedance = spectrum(frequency, ohmic, elements, times, np.zeros(12), np.zeros(12))
    assert impedance.real * AREA == pytest.approx([1e-2, physics.resistance], rel=1e-6)
    shorted = spectrum(frequency, ohmic, elements, times, np.eye(12)[0] / 2.0, np.zeros(12))
    assert np.abs(shorted) == pytest.approx([2.0, 2.0], rel=0.03)


def test_an_alloy_rests_above_the_metal_up_to_its_plateau() -> None:
    physics = LeakyPhysics(scatter=0.0, rest_potential=4e-4, rest_slope=4e-6, rest_ceiling=0.02)
    strip, rest = "Strip at 0.2 mA cm-2 for 30 min", "Rest for 10 min"
    made = run(physics, rest, strip, rest, strip, rest)
    step, voltage = made.record["step"].to_numpy(), made.record["voltage"].to_numpy()
    rests = [voltage[step == number][-1] for number in (0, 2, 4)]
    assert rests == pytest.approx([4e-4, 4e-4 + 4e-6 * 3600, 0.02], abs=1e-5)
