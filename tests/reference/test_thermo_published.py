"""Printed numbers next to ours. Run with ``-s`` to read the table.

``calibration`` marks numbers that the assessment was fitted to: they check the code, not the assessment. Papers: Wu2025,
Koh2024, Park2021; the code in brackets is the row of the table of printed figures.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from alkanode.materials import Alloy, element
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo import (
    chemical_potential,
    electrode_potential,
    gibbs_energy,
    invariants,
    liquid_fraction,
    liquid_window,
    load_assessment,
    stripping_path,
    tie_line_table,
)


def compare(what: str, ours: float, published: float, tolerance: float, source: str) -> None:
    print(f"{what:48s} ours {ours:9.4f}  published {published:9.4f}  +- {tolerance:g}  {source}")
    assert ours == pytest.approx(published, abs=tolerance), what


def window_weight(temperature: float | str) -> np.ndarray:
    return 100 * liquid_window("Na-K", temperature).mass_fraction.values[0]


def capacity(alloy: str, name: str, temperature: str = "25 degC") -> float:
    return stripping_path(alloy, temperature=temperature)[name].item() / 3600


def liquidus_temperature(weight_percent_k: float, side: str) -> float:
    """Temperature (degC) at which the liquidus passes through a composition."""

    def gap(kelvin: float) -> float:
        window = liquid_window("Na-K", kelvin, temperature_uncertainty=0.0)
        return 100 * window.mass_fraction.sel(side=side).item() - weight_percent_k

    return float(brentq(gap, 270.0, 335.0)) - 273.15


def test_eutectic() -> None:
    point = invariants("Na-K")[0]
    compare("eutectic temperature / K", point.temperature, 260.5, 0.1, "Park2021 [S004-073], calibration")
    compare("eutectic, mole fraction K", 1 - point.compositions[1], 0.68, 0.002, "Park2021 [S004-074], calibration")


def test_peritectic() -> None:
    point = invariants("Na-K")[1]
    compare("peritectic temperature / K", point.temperature, 280.05, 0.01, "recalled, calibration")
    compare("peritectic liquid, mole fraction Na", point.compositions[0], 0.59, 0.005, "recalled, calibration")


def test_liquid_window_in_atom_percent() -> None:
    sodium = 100 * (1 - liquid_window("Na-K", "25 degC").mole_fraction.values[0])
    compare("25 degC, K side / at% Na", sodium[1], 14, 0.2, "Koh2024 [S002-001], calibration")
    compare("25 degC, Na side / at% Na", sodium[0], 70, 1.5, "Koh2024 [S002-002], calibration")


def test_liquid_window_of_the_encyclopedia() -> None:
    low, high = window_weight("25 degC")
    compare("25 degC, Na side / wt% K", low, 40, 2, "EncyclopediaNaK, not in the fit")
    compare("25 degC, K side / wt% K", high, 90, 2, "EncyclopediaNaK, not in the fit")


@pytest.mark.parametrize(("celsius", "expected"), [(25, (40.7, 91.2)), (22, (42.9, 90.4)), (20, (44.4, 89.8))])
def test_liquid_window_by_weight(celsius: int, expected: tuple[float, float]) -> None:
    for ours, planned, side in zip(window_weight(f"{celsius} degC"), expected, ("Na", "K"), strict=True):
        compare(f"{celsius} degC, {side} side / wt% K", ours, planned, 0.1, "planning value of this assessment")


def test_window_46_to_89_is_one_isotherm_but_not_25_degc() -> None:
    cold, warm = liquidus_temperature(46, "lower"), liquidus_temperature(89, "upper")
    print(f"46 wt% K at {cold:.1f} degC, 89 wt% K at {warm:.1f} degC: Wu2025 [S000-042, S000-043], 'room temperature'")
    assert cold == pytest.approx(17.8, abs=0.2)
    assert warm == pytest.approx(17.1, abs=0.2)


def test_window_30_to_86_cannot_be_weight_percent() -> None:
    """Stated, not inherited: as wt% the two ends lie 33 K apart; as at% they are the window of Koh2024."""
    rich, poor = liquidus_temperature(30, "lower"), liquidus_temperature(86, "upper")
    print(f"30 wt% K at {rich:.1f} degC, 86 wt% K at {poor:.1f} degC: Wu2025 [S000-002, S000-003]")
    assert rich - poor > 30
    atoms = 100 * liquid_window("Na-K", "25 degC").mole_fraction.values[0]
    assert atoms == pytest.approx([30, 86], abs=1.5)


@pytest.mark.parametrize(
    ("alloy", "theory", "liquidus", "last"),
    [("NaK50", 583, 527, 570), ("NaK65", 408, 335, 392), ("NaK80", 233, 143, 213)],
)
def test_capacities(alloy: str, theory: float, liquidus: float, last: float) -> None:
    for name, planned in (
        ("theoretical_capacity", theory),
        ("capacity_to_liquidus", liquidus),
        ("capacity_to_last_liquid", last),
    ):
        compare(f"{alloy} {name} / mAh g-1", capacity(alloy, name), planned, 0.6, "planning value of this assessment")


def test_capacity_of_nak80_over_temperature() -> None:
    values = [capacity("NaK80", "capacity_to_liquidus", f"{c} degC") for c in (20, 22, 25)]
    for ours, planned, celsius in zip(values, (127, 134, 143), (20, 22, 25), strict=True):
        compare(f"NaK80 to the liquidus at {celsius} degC / mAh g-1", ours, planned, 0.6, "planning value")
    slope = capacity("NaK80", "capacity_to_liquidus", "25.5 degC") - capacity(
        "NaK80", "capacity_to_liquidus", "24.5 degC"
    )
    slope_20_25 = (values[2] - values[0]) / 5
    print(f"slope of NaK80: {slope:.2f} mAh g-1 K-1 at 25 degC, {slope_20_25:.2f} from 20 to 25 degC")
    assert 3.0 < slope < slope_20_25 + 0.1 < 3.3


@pytest.mark.parametrize(
    ("alloy", "measured_capacity", "ratio", "row"),
    [("NaK80", 150, 1.05, "S000-056"), ("NaK65", 300, 0.90, "S000-057"), ("NaK50", 400, 0.76, "S000-058")],
)
def test_critical_stripping_against_the_liquidus(alloy: str, measured_capacity: float, ratio: float, row: str) -> None:
    """A comparison: the liquidus explains NaK80, roughly NaK65, and not NaK50, which fails well inside the liquid."""
    path = stripping_path(alloy)
    low, high = path.capacity_to_liquidus_interval.values / 3600
    ours = path.capacity_to_liquidus.item() / 3600
    print(
        f"{alloy}: measured {measured_capacity} over crossing {ours:.1f} ({low:.1f}-{high:.1f}) mAh g-1 = "
        f"{measured_capacity / ours:.2f}; Wu2025 [{row}], read-off"
    )
    assert measured_capacity / ours == pytest.approx(ratio, abs=0.01)
    assert (measured_capacity < low) == (alloy != "NaK80")


def test_potential_of_sodium() -> None:
    bounds = 1 - liquid_window("Na-K", "25 degC").mole_fraction.values[0]
    millivolt = 1e3 * electrode_potential("25 degC", bounds)
    compare("E(Na) at the Na-rich liquidus / mV", millivolt[0], 0.4, 0.05, "planning value; printed nowhere")
    compare("E(Na) at the K-rich liquidus / mV", millivolt[1], 26.8, 0.05, "planning value; printed nowhere")


def test_which_metal_alloying_stabilises_more() -> None:
    """Koh2024 has mu(K) below mu(Na) over the whole window; against the pure metals the order flips at x = 0.40."""
    x = np.linspace(0.15, 0.70, 1101)
    difference = chemical_potential("Na", "25 degC", x) - chemical_potential("K", "25 degC", x)
    flips = x[:-1][np.diff(np.sign(difference)) != 0]
    assert len(flips) == 1
    compare("mole fraction Na where mu(Na) = mu(K)", flips[0], 0.40, 0.01, "planning value")


@pytest.mark.parametrize(
    ("potassium", "published", "planned", "rows"),
    [(0.95, (3.8, 20), (2.4, 19.8), "S004-084/085"), (0.90, (38, 70), (37.9, 71.8), "S004-086/087")],
)
def test_liquid_fractions_of_semi_solid_electrodes(
    potassium: float, published: tuple[float, float], planned: tuple[float, float], rows: str
) -> None:
    """10 ul on a 7.14 mm disc, 3 mAh cm-2 of K moved between two electrodes, 21 degC (printed: 20 and 22 degC)."""
    alloy = Alloy.from_mole_fractions(K=potassium, Na=1 - potassium)
    moles = 10e-9 * alloy.density() / alloy.composition.molar_mass
    moved = 3 * 3.6e4 * math.pi * (7.14e-3 / 2) ** 2 / FARADAY_CONSTANT / moles
    for sign, printed, expected in zip((1, -1), published, planned, strict=True):
        sodium = (1 - potassium) / (1 + sign * moved)
        ours = 100 * float(liquid_fraction("21 degC", sodium))
        compare(f"K0.{100 * potassium:.0f}, {sign:+d} x 3 mAh cm-2 / % liquid", ours, expected, 0.2, "planning value")
        compare("  against print", ours, printed, 2.0, f"Park2021 [{rows}], tie line is calibration")


def test_observations_behind_the_fit_are_what_the_coefficients_give() -> None:
    """The column ``computed`` of the assessment's data is reproduced by the code."""
    recorded = {(o.short, o.quantity): o for o in load_assessment("Na-K").observations}
    points = invariants("Na-K")
    tie = 1 - tie_line_table("21 degC").mole_fraction.values[0, 0]
    window = 1 - liquid_window("Na-K", "25 degC").mole_fraction.values[0]
    freezing = 1 - liquid_window("Na-K", "19 degC").mole_fraction.sel(side="lower").item()

    def mixing_heat(kelvin: float, step: float = 0.5) -> float:
        g = [float(gibbs_energy(kelvin + s, 0.5)) / (kelvin + s) for s in (step, -step)]
        return -(kelvin**2) * (g[0] - g[1]) / (2 * step)

    def solidus_slope(melting: float, end: int, which: str) -> float:
        table = tie_line_table(melting - 0.01)
        x = table.mole_fraction.values[0, -1 if which == "Na" else 0, end]
        return 100 * ((1 - x) if which == "K" else x) / 0.01

    ours = {
        ("eutectic temperature", "invariant_temperature"): (points[0].temperature, 0.01),
        ("eutectic composition", "invariant_composition"): (points[0].compositions[1], 1e-4),
        ("K-rich solidus slope", "solidus_slope"): (solidus_slope(points[2].temperature, 0, "K") / 100, 2e-5),
        ("Na-rich solidus slope", "solidus_slope"): (solidus_slope(points[3].temperature, 1, "Na") / 100, 1e-5),
        ("K-side liquidus at 25 degC", "liquidus"): (window[1], 5e-4),
        ("Na-side liquidus at 25 degC", "liquidus"): (window[0], 5e-4),
        ("K-side tie line near 21 degC (solid)", "solidus"): (tie[0], 5e-4),
        ("K-side tie line near 21 degC (liquid)", "liquidus"): (tie[1], 5e-4),
        ("mixing heat", "mixing_enthalpy"): (mixing_heat(384.0), 1.0),
        ("peritectic", "invariant_temperature"): (points[1].temperature, 0.01),
        ("peritectic", "invariant_composition"): (points[1].compositions[0], 5e-4),
        ("44 wt% K freezing point", "liquidus"): (freezing, 1e-3),
    }
    assert set(ours) == {key for key, entry in recorded.items() if entry.in_fit}
    for key, (value, tolerance) in ours.items():
        compare(", ".join(key), value, recorded[key].computed, tolerance, f"{recorded[key].trust}; fit value")


def test_sodium_in_the_compound_by_weight() -> None:
    potassium = element("K").molar_mass.value / (element("K").molar_mass.value + 2 * element("Na").molar_mass.value)
    compare("K in Na2K / wt%", 100 * potassium, 46, 0.1, "EncyclopediaNaK")
