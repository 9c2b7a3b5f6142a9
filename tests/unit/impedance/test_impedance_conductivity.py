"""Blocked electrolytes: resistance, conductivity with the uncertainty of the geometry, activation energy."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.impedance import arrhenius, electrolyte_conductivity, parse_circuit
from alkanode.impedance.conductivity.phase_minimum import phase_minimum

F = np.geomspace(7e6, 1.0, 70)
CIRCUIT = parse_circuit("L0-R0-Zarc1-CPE2")


def blocked(bulk: object, boundary: object, tau: object, *, noise: float = 0.003, seed: int = 1) -> xr.Dataset:
    R0, R1, time = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, dtype=float)) for v in (bulk, boundary, tau)))
    truth = {
        "L0": 1e-7,
        "R0": R0,
        "Zarc1_R": R1,
        "Zarc1_tau": time,
        "Zarc1_alpha": 0.9,
        "CPE2_Q": 2e-6,
        "CPE2_alpha": 0.9,
    }
    Z = CIRCUIT.impedance(F, truth)
    draws = np.random.default_rng(seed).normal(size=(2, *Z.shape))
    Z = Z + noise * np.abs(Z) * (draws[0] + 1j * draws[1])
    points = ("spectrum", "point")
    return label(xr.Dataset({"frequency": (points, np.tile(F, (len(Z), 1))), "impedance": (points, Z)}), "impedance")


def test_the_conductivity_of_a_known_electrolyte() -> None:
    found = electrolyte_conductivity(
        blocked(60, 40, 1e-6), thickness="1 mm", area="0.785 cm2", thickness_uncertainty="20 um"
    )
    true = 1e-3 / (0.785e-4 * 100)
    assert found.method.item() == "circuit"
    assert found.arc.item() == "in the window"
    assert found.conductivity_low.item() < true < found.conductivity_high.item()
    assert found.conductivity.item() == pytest.approx(true, rel=0.02)
    assert found.bulk_resistance.item() == pytest.approx(60, rel=0.05)
    assert found.grain_boundary_resistance.item() == pytest.approx(40, rel=0.05)
    relative = found.conductivity_deviation.item() / found.conductivity.item()
    assert relative == pytest.approx(np.hypot(0.02, found.standard_deviation.item() / found.resistance.item()))


def test_of_an_arc_cut_off_only_the_sum_is_given() -> None:
    found = electrolyte_conductivity(blocked(60, 400, 2e-8))
    assert found.arc.item() == "cut at the top"
    assert np.isnan(found.bulk_resistance.item())
    assert found.lower_95.item() < 460 < found.upper_95.item()


def test_without_a_geometry_there_is_no_conductivity() -> None:
    found = electrolyte_conductivity(blocked(60, 40, 1e-6), thickness="1 mm")
    assert np.isnan(found.conductivity.item())
    assert "area" in found.attrs["refused"]
    assert found.resistance.item() == pytest.approx(100, rel=0.02)


def test_where_the_circuit_fails_the_least_phase_stands_in() -> None:
    record = blocked(60, 40, 1e-6)
    Z = record.impedance.values * np.where(np.arange(F.size) % 7 == 3, 1.6, 1.0)  # overload of every seventh point
    spoiled = record.assign(impedance=(record.impedance.dims, Z))
    with pytest.warns(DataQualityWarning, match="least phase"):
        found = electrolyte_conductivity(spoiled)
    assert found.method.item() == "phase minimum"
    assert np.isnan(found.standard_deviation.item())
    assert found.resistance.item() == found.phase_minimum_resistance.item()


def test_the_valley_next_to_the_tail_counts_not_the_inductive_crossing() -> None:
    """Between arc and tail, not where the inductance of the leads crosses the real axis."""
    clean = CIRCUIT.impedance(F, [[2e-7, 20, 40, 1e-5, 0.95, 2e-5, 0.95]])
    frequency, phase, resistance = phase_minimum(F, clean)
    assert 100 < frequency.item() < 20e3
    assert abs(phase.item()) < 20
    assert resistance.item() == pytest.approx(60, rel=0.1)


def series(energy: float, temperatures: np.ndarray, noise: float) -> xr.Dataset:
    T = temperatures
    resistance = 100 * (T / 298.15) * np.exp(energy / 8.314462618 * (1 / T - 1 / 298.15))
    resistance = resistance * np.exp(noise * np.random.default_rng(4).normal(size=T.size))
    sigma = 1e-3 / (1e-4 * resistance)
    spread = {"standard_deviation": 0.01 * resistance, "conductivity_deviation": 0.01 * sigma}
    fields = {"resistance": resistance, "conductivity": sigma, "temperature": T, **spread}
    for name, values in (("lower_95", resistance), ("upper_95", resistance), ("conductivity_low", sigma)):
        fields[name] = values
    fields["conductivity_high"] = sigma
    record = xr.Dataset({name: ("spectrum", values) for name, values in fields.items()})
    record["method"] = ("spectrum", np.full(T.size, "circuit"))
    return label(record, "electrolyte_conductivity")


def test_the_activation_energy_is_found() -> None:
    T = np.linspace(253.15, 333.15, 9)
    found = arrhenius(series(35e3, T, 0.01))
    half = found.attrs["interval_factor"] * found.activation_energy_deviation.item()
    assert abs(found.activation_energy.item() - 35e3) < half
    assert half < 1e3
    assert found.law_conductivity.values == pytest.approx(found.conductivity.values, rel=0.05)


def test_both_energies_differ_by_the_thermal_energy() -> None:
    record = series(35e3, np.linspace(288.15, 308.15, 9), 0.0)
    energies = [arrhenius(record, quantity=name).activation_energy.item() for name in ("sigma T", "sigma")]
    assert energies[0] - energies[1] == pytest.approx(8.314462618 * 298.15, rel=0.01)


def test_scatter_beyond_the_errors_widens_the_interval() -> None:
    T = np.linspace(253.15, 333.15, 9)
    small, large = (arrhenius(series(35e3, T, noise)).activation_energy_deviation.item() for noise in (0.001, 0.2))
    assert large > 5 * small
    with pytest.raises(SchemaError, match="3 temperatures"):
        arrhenius(series(35e3, T[:2], 0.0))


def test_temperatures_fit_the_spectra() -> None:
    with pytest.raises(SchemaError, match="one per spectrum"):
        electrolyte_conductivity(blocked([60, 70], 40, 1e-6), temperature=[298.15, 300.0, 310.0])
    found = electrolyte_conductivity(blocked([60, 70], 40, 1e-6), temperature="25 degC")
    assert found.temperature.values == pytest.approx([298.15, 298.15])
