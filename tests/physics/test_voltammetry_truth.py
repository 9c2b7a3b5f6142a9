"""The virtual cell with islands of Na: conserved charge, the known peak, and its recovery by the analysis."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.electrochem import peak_growth, voltammetry
from alkanode.electrochem.voltammograms.sweeps import loop_pieces, potential_sweeps
from alkanode.virtual import IslandLaw, SweepNoise, SweepProgram, island_voltammogram

QUIET = SweepNoise(voltage=0.0, current=0.0)


@pytest.fixture(scope="module")
def record() -> xr.Dataset:
    return island_voltammogram(seed=1)["cycling"].to_dataset()


def test_what_lands_as_islands_dissolves() -> None:
    """The islands of loop n hold its share of the plated charge and are gone in loop n + 1."""
    law = IslandLaw(share_growth=0.03)
    made = island_voltammogram(law, SweepProgram(cycles=5), seed=0, noise=QUIET)["cycling"].to_dataset()
    plated = voltammetry(made)["plated_charge"].to_numpy()
    landed = np.array([law.share(loop) for loop in range(4)]) * plated[:4]
    np.testing.assert_allclose(made.attrs["true_peak_charge"][1:], landed, rtol=2e-3, atol=1e-12)


def test_the_peak_of_an_irreversible_surface_bound_reaction() -> None:
    """Without ohmic drop: E = ln(alpha f v / k) / (alpha f), width 2.446 / (alpha f), whatever the amount."""
    law = IslandLaw(electrolyte_resistance=0.5, rate_constant=1e-4, first_share=0.3, stripping_resistance=1e5)
    made = island_voltammogram(law, SweepProgram(cycles=3, interval=0.001), seed=0, noise=QUIET)["cycling"].to_dataset()
    found = voltammetry(made)
    tops = found["peak_voltage"].to_numpy()[1:]
    np.testing.assert_allclose(tops, law.peak_potential(0.01), atol=0.003)
    np.testing.assert_allclose(found["peak_width"].to_numpy()[1:], law.peak_width, rtol=0.03)
    np.testing.assert_allclose(found["peak_charge"].to_numpy()[1:], made.attrs["true_peak_charge"][1:], rtol=0.02)


def test_the_peak_moves_by_the_logarithm_of_the_rate() -> None:
    law = IslandLaw(electrolyte_resistance=0.5, rate_constant=1e-4, first_share=0.3, stripping_resistance=1e5)
    tops = []
    for rate in (0.005, 0.05):
        program = SweepProgram(cycles=2, scan_rate=rate, interval=0.001)
        made = island_voltammogram(law, program, seed=0, noise=QUIET)["cycling"].to_dataset()
        tops.append(float(voltammetry(made)["peak_voltage"][1]))
    assert tops[1] - tops[0] == pytest.approx(np.log(10) / law.steepness, abs=0.004)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_charge_and_resistance_are_recovered_within_their_intervals(seed: int) -> None:
    record = island_voltammogram(seed=seed)["cycling"].to_dataset()
    found = voltammetry(record, series_resistance="30 ohm")
    seen = found["peak"].to_numpy()
    assert seen[2:].all()
    assert not seen[:2].any()
    low, high = found["peak_charge_interval"].to_numpy()[seen].T
    true = record.attrs["true_peak_charge"][seen]
    assert ((low <= true) & (true <= high)).all()
    assert ((high - low) / true < 0.25).all()


def test_the_interval_of_the_resistance_covers_the_truth() -> None:
    """95 % intervals of 32 cycles under eight draws of the noise."""
    hits = []
    for seed in range(8):
        made = island_voltammogram(program=SweepProgram(cycles=4), seed=seed)["cycling"].to_dataset()
        low, high = voltammetry(made)["plating_resistance_interval"].to_numpy().T
        true = made.attrs["true_plating_resistance"]
        hits.append((low <= true) & (true <= high))
    assert np.mean(hits) >= 0.85


def test_growth_is_the_law(record: xr.Dataset) -> None:
    growth = peak_growth(voltammetry(record, series_resistance="30 ohm"))
    assert growth is not None
    true = np.diff(record.attrs["true_peak_charge"])[3]
    assert growth.interval[0] <= true <= growth.interval[1]
    assert growth.slope == pytest.approx(true, rel=0.02)


def test_without_the_series_resistance_the_charge_is_too_small(record: xr.Dataset) -> None:
    """The alloy beside the islands loses R / (R + R_s) of its share: the charge of the peak shrinks by that factor."""
    found = voltammetry(record)
    ratio = found["peak_charge"].to_numpy()[-1] / record.attrs["true_peak_charge"][-1]
    assert ratio == pytest.approx(180 / 210, rel=0.02)


def test_charge_is_the_integral_over_the_potential(record: xr.Dataset) -> None:
    """Q = integral of I dE over v, sweep by sweep."""
    sweeps = potential_sweeps(record)
    time, potential, current = (record[name].to_numpy() for name in ("time", "voltage_setpoint", "current"))
    for sweep, rows in loop_pieces(sweeps, 5):
        rate = float(sweeps["scan_rate"][sweep])
        over_time = np.trapezoid(current[rows], time[rows])
        assert np.trapezoid(current[rows], potential[rows]) / rate == pytest.approx(over_time, rel=1e-6)


def test_stripped_minus_plated_is_the_net_charge(record: xr.Dataset) -> None:
    found = voltammetry(record)
    net = found["stripped_charge"] - found["plated_charge"]
    total = float(record["charge"][-1] - record["charge"][0])
    assert float(net.sum()) == pytest.approx(total, rel=1e-6)


def test_a_faster_sweep_separates_the_branches_by_the_capacitance() -> None:
    law = IslandLaw(capacitance=1e-3, share_growth=0.0, stripping_resistance=150.0)
    made = island_voltammogram(law, SweepProgram(cycles=2, scan_rate=0.1), seed=0, noise=QUIET)["cycling"].to_dataset()
    found = voltammetry(made)
    seen = law.capacitance * (150 / 180) ** 2
    assert float(found["capacitance"][1]) == pytest.approx(seen, rel=0.1)
