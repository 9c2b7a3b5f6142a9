"""Printed figures of cycling that follow from other printed figures, recomputed. Run with ``-s`` to read the table.

Each row takes its inputs and its comparison from the table of printed figures by their codes (S000 Wu2025, S001 and S003
its supplements, S002 Koh2024, S004 Park2021). A row ``agrees`` within the stated relative tolerance, which is that of
the printed digits or of the paper's own "approximately"; or it ``differs``, for a stated reason, and the test then holds
the difference fast, so that neither side can be quietly changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from alkanode.electrochem import (
    c_rate,
    charging_time,
    disk_area,
    layer_capacity,
    layer_thickness,
    mass_loading,
    metal_thickness,
)
from alkanode.foundation.units import to_si
from alkanode.materials import Alloy
from alkanode.thermo import stripping_path

Printed = Callable[[str], float]

MAH_G = 3600.0
"""C kg-1 in one mAh g-1."""
MAH_CM2 = 36000.0
"""C m-2 in one mAh cm-2."""


def si(printed: Printed, code: str, unit: str, quantity: str) -> float:
    """A printed figure in SI."""
    return to_si(f"{printed(code)} {unit}", quantity)


def areal(printed: Printed, code: str) -> float:
    return si(printed, code, "mAh cm-2", "areal_capacity")


def density(printed: Printed, code: str) -> float:
    return si(printed, code, "mA cm-2", "current_density")


def hours(printed: Printed, capacity: str, current: str) -> float:
    """Duration of a half cycle, h."""
    return charging_time(areal(printed, capacity), density(printed, current)) / 3600


def metal(printed: Printed, code: str, name: str) -> float:
    """Thickness of plated metal, um."""
    value = metal_thickness(areal(printed, code), Alloy.from_name(name), f"{name}+").value
    assert value is not None
    return value * 1e6


def theory(name: str) -> float:
    """Theoretical capacity of sodium, mAh g-1."""
    return Alloy.from_name(name).theoretical_capacity() / MAH_G


def until_solid_by_weight(name: str, percent_k: float) -> float:
    """Capacity (mAh g-1 of the first alloy) until the rest holds so much potassium by weight."""
    alloy = Alloy.from_name(name)
    w_k = alloy.composition.mass_fraction("K")
    left = w_k * (100 / percent_k - 1)
    return (1 - w_k - left) * Alloy.from_name("Na").theoretical_capacity() / MAH_G


def to_liquidus(name: str, temperature: str = "25 degC") -> float:
    return float(stripping_path(Alloy.from_name(name), temperature=temperature)["capacity_to_liquidus"]) / MAH_G


def levels(printed: Printed, low: str, high: str, step: str) -> float:
    return (printed(high) - printed(low)) / printed(step) + 1


def null_law(printed: Printed, which: int) -> float:
    """CCD (mA cm-2) of one of three alloys by a law proportional to the mass fraction of sodium, fitted to all three."""
    measured = np.array([printed(code) for code in ("S000-050", "S000-051", "S000-052")])
    sodium = 1 - np.array([printed(code) for code in ("S000-004", "S000-005", "S000-006")]) / 100
    return float(sodium[which] * (measured @ sodium) / (sodium @ sodium))


@dataclass(frozen=True)
class Row:
    """One derived figure: ``ours`` from printed inputs, ``theirs`` printed, or what follows elsewhere; why they differ."""

    what: str
    ours: Callable[[Printed], float]
    theirs: Callable[[Printed], float] | str
    tolerance: float
    differs: str = ""


ROWS = [
    # Wu2025: capacities, areas, times
    Row("NaK50 stripped at the cut-off over theory, %", lambda p: 100 * p("S000-058") / theory("NaK50"), "S000-079", 0.05, differs="'up to 90 %' is ambiguous: other pressures, or another theory"),
    Row("NaK65, the same", lambda p: 100 * p("S000-057") / theory("NaK65"), "S000-079", 0.05, differs="as above"),
    Row("NaK80, the same", lambda p: 100 * p("S000-056") / theory("NaK80"), "S000-079", 0.05, differs="as above"),
    Row("NaK65 over the capacity to the liquidus, %: another reading of 90", lambda p: 100 * p("S000-057") / to_liquidus("NaK65"), "S000-079", 0.02),
    Row("NaK50 until 89 wt% K / mAh g-1", lambda p: until_solid_by_weight("NaK50", p("S000-043")), "S000-058", 0.05, differs="contact was lost before the alloy left the liquid field"),
    Row("NaK65 until 89 wt% K / mAh g-1", lambda p: until_solid_by_weight("NaK65", p("S000-043")), "S000-057", 0.05),
    Row("NaK80 until 89 wt% K / mAh g-1", lambda p: until_solid_by_weight("NaK80", p("S000-043")), "S000-056", 0.05, differs="more was stripped than the limit allows: the liquidus lies elsewhere at the cell's temperature"),
    Row("wt% K of the supplement's limit is that of the text", lambda p: p("S000-043"), "S000-044", 1e-9),
    Row("liquid window, Na side: introduction / results, wt% K", lambda p: p("S000-002"), "S000-042", 0.1, differs="the introduction's window is in at%"),
    Row("introduction read as at% K, in at% K of Koh2024", lambda p: p("S000-002"), lambda p: 100 - p("S002-002"), 1e-9),
    Row("the same, K side", lambda p: p("S000-003"), lambda p: 100 - p("S002-001"), 1e-9),
    Row("half cycle of the operando cell in steps of one spectrum", lambda p: p("S000-064") / p("S000-065"), lambda p: 4.0, 1e-9),
    Row("hours between its spectra at 0.25 mA cm-2", lambda p: hours(p, "S000-065", "S000-071"), lambda p: 1.0, 1e-9),
    Row("5 uL on a 6 mm disk / um against the 250 um cloth", lambda p: layer_thickness(si(p, "S000-010", "uL", "volume"), disk_area(si(p, "S000-009", "mm", "thickness"))) * 1e6, "S000-081", 0.1, differs="the alloy fills 71 % of the cloth"),
    Row("2 uL of the spreading test on 6 mm / um, as in the supplement", lambda p: layer_thickness(si(p, "S000-045", "uL", "volume"), disk_area(si(p, "S000-009", "mm", "thickness"))), lambda p: layer_thickness(si(p, "S001-010", "uL", "volume"), disk_area(si(p, "S001-011", "mm", "thickness"))), 1e-9),
    Row("Na disk and cloth have one area", lambda p: disk_area(si(p, "S000-019", "mm", "thickness")), lambda p: disk_area(si(p, "S000-009", "mm", "thickness")), 1e-9),
    Row("hours of the tomography cycle (0.5 mAh cm-2 at 1 mA cm-2)", lambda p: hours(p, "S000-082", "S000-075"), lambda p: 0.5, 1e-9),
    Row("phase separation begins within that cycle / mAh cm-2", lambda p: p("S000-085"), "S000-082", 1e-9),
    Row("CCD of NaK50 by a null law on the Na mass fraction", lambda p: null_law(p, 0), "S000-050", 0.02),
    Row("CCD of NaK65, the same law", lambda p: null_law(p, 1), "S000-051", 0.07),
    Row("CCD of NaK80, the same law", lambda p: null_law(p, 2), "S000-052", 0.1, differs="the null law is 19 % low"),
    # Koh2024
    Row("loading, 2.8 mg on 6 mm / mg cm-2", lambda p: mass_loading(si(p, "S002-020", "mg", "mass"), disk_area(si(p, "S002-006", "mm", "thickness"))) * 100, "S002-067", 0.005),
    Row("duration of four cycles / h", lambda p: 8 * hours(p, "S002-019", "S002-018"), "S002-029", 1e-9),
    Row("cycles until the overpotential rises, from hours", lambda p: p("S002-024") / (2 * hours(p, "S002-019", "S002-018")), "S002-025", 0.05),
    Row("the same against the abstract", lambda p: p("S002-024") / (2 * hours(p, "S002-019", "S002-018")), "S002-003", 0.1, differs="the paper prints 35 and 40"),
    Row("cycles until failure, from hours", lambda p: p("S002-026") / (2 * hours(p, "S002-019", "S002-018")), "S002-027", 1e-9),
    Row("impedance, cycle 50 over cycle 1", lambda p: p("S002-030") / p("S002-031"), "S002-032", 0.1, differs="a slip of the paper"),
    Row("dense height of 2.8 mg Na50K50 / um against 150 um of carbon paper", lambda p: mass_loading(si(p, "S002-020", "mg", "mass"), disk_area(si(p, "S002-006", "mm", "thickness"))) / Alloy.from_name("Na50K50").density() * 1e6, "S002-009", 0.1, differs="the alloy fills 73 % of the paper"),
    Row("at% K of Na80K20 printed as x", lambda p: 100 - p("S002-046"), "S002-048", 1e-9),
    Row("liquid part of Na80K20 / at% Na against the window", lambda p: p("S002-047"), "S002-002", 1e-9),
    Row("life over life, 27 over 9.9 mg cm-2, against the loadings", lambda p: p("S002-070") / p("S002-069"), lambda p: p("S002-068") / p("S002-067"), 0.1, differs="two end-of-life criteria are mixed"),
    # Park2021
    Row("Li, theory / mAh g-1", lambda p: Alloy.from_name("Li").theoretical_capacity("Li+") / MAH_G, "S004-003", 0.003),
    Row("Li, theory / Ah L-1", lambda p: Alloy.from_name("Li").theoretical_capacity("Li+") * Alloy.from_name("Li").density() / 3.6e6, "S004-004", 0.003),
    Row("C-rate of 15 mA cm-2 at 3 mAh cm-2", lambda p: c_rate(areal(p, "S004-024"), density(p, "S004-001")), "S004-023", 0.1, differs="15 over 3 is 5"),
    Row("1C at 1 mAh cm-2 / mA cm-2", lambda p: p("S004-044"), "S004-046", 1e-9),
    Row("1C at 3 mAh cm-2 / mA cm-2", lambda p: p("S004-045"), "S004-047", 1e-9),
    Row("C-rate of the best Na cell is that many times its competitor's", lambda p: c_rate(areal(p, "S004-021"), density(p, "S004-020")) / c_rate(areal(p, "S004-017"), density(p, "S004-016")), lambda p: 8.0, 1e-9),
    Row("largest areal capacity over the literature's, 'about ten times'", lambda p: p("S004-050") / p("S004-092"), lambda p: 10.0, 0.06),
    Row("the largest areal capacity, abstract and results", lambda p: p("S004-002"), "S004-091", 0.05, differs="'exceeds 3.5' against 3.8"),
    Row("the same, end of the range of the protocols", lambda p: p("S004-082"), "S004-091", 0.03),
    Row("CCD of Li-NaK over Li, mean", lambda p: p("S004-089") / p("S004-088"), "S004-083", 0.25),
    Row("CCD of Li-NaK over Li, largest", lambda p: p("S004-090") / p("S004-043"), "S004-083", 1e-9),
    Row("largest CCD of Na and K over Li, '4-5 times'", lambda p: p("S004-042") / p("S004-043"), "S004-105", 0.1, differs="the largest values printed give 3; the averages are not printed"),
    Row("liquid of B over liquid of A, 'ten times'", lambda p: p("S004-062") / p("S004-059"), lambda p: 10.0, 1e-9),
    Row("mean CCD of A, from that of B and the two ratios to K, against A's largest", lambda p: p("S004-067") * p("S004-069") / p("S004-068"), "S004-063", 0.1, differs="the mean would exceed the largest: a ratio is rounded, or taken over other cells"),
    Row("the claim of the abstract against the mean of B", lambda p: p("S004-001"), "S004-069", 0.05, differs="single cells exceeded 15, the mean did not"),
    Row("area of the 7.14 mm collector against the 'approx. 1 cm2' of the cells", lambda p: disk_area(si(p, "S004-148", "mm", "thickness")) * 1e4, "S004-051", 0.5, differs="final metal area against collector"),
    Row("10 uL on that collector / um", lambda p: layer_thickness(si(p, "S004-060", "uL", "volume"), disk_area(si(p, "S004-148", "mm", "thickness"))) * 1e6, "S004-061", 0.1, differs="150 um need 0.667 cm2: an area-basis conflict"),
    Row("area on which 10 uL are 150 um / cm2, over the collector's", lambda p: layer_thickness(si(p, "S004-060", "uL", "volume"), disk_area(si(p, "S004-148", "mm", "thickness"))) * 1e6 / p("S004-061"), lambda p: 1.665, 0.001),
    Row("thickness of 3 mAh cm-2 Na / um", lambda p: metal(p, "S004-162", "Na"), "S004-163", 0.035),
    Row("thickness of 3 mAh cm-2 K / um", lambda p: metal(p, "S004-162", "K"), "S004-164", 0.02),
    Row("the same in the text on semi-solids", lambda p: metal(p, "S004-057", "K"), "S004-058", 0.02),
    Row("thickness of 1.5 mAh cm-2 Li / um", lambda p: metal(p, "S004-157", "Li"), "S004-158", 0.035),
    Row("thickness of 0.25 mAh cm-2 Li / um", lambda p: metal(p, "S004-168", "Li"), "S004-171", 0.035),
    Row("thickness of 3 mAh cm-2 Li / um", lambda p: metal(p, "S004-170", "Li"), "S004-172", 0.035),
    Row("thickness per half cycle of the film cell / um", lambda p: metal(p, "S004-170", "Li"), "S004-101", 0.035),
    Row("cumulative thickness of six cycles / um", lambda p: 2 * p("S004-099") * p("S004-101"), "S004-102", 1e-9),
    Row("capacity of the 0.25 mm Li disc / mAh cm-2", lambda p: (layer_capacity(si(p, "S004-139", "mm", "thickness"), Alloy.from_name("Li"), "Li+").value or 0.0) / MAH_CM2, "S004-140", 0.04),
    Row("volume of that disc / uL, 'approx. 20'", lambda p: disk_area(si(p, "S004-138", "mm", "thickness")) * si(p, "S004-139", "mm", "thickness") * 1e9, "S004-141", 0.12),
    Row("thickness of the 5 uL film on the Li disc / um, over the 70 um taken for the limiting current", lambda p: layer_thickness(si(p, "S004-150", "uL", "volume"), disk_area(si(p, "S004-138", "mm", "thickness"))) * 1e6 / 70, lambda p: 1.0, 0.01),
    Row("levels of the ramp of Li", lambda p: levels(p, "S004-154", "S004-155", "S004-156"), lambda p: 12.0, 1e-9),
    Row("levels of the ramp of Na, K and Na-K", lambda p: levels(p, "S004-159", "S004-160", "S004-161"), lambda p: 80.0, 1e-9),
    Row("levels of the ramp of Li-NaK", lambda p: levels(p, "S004-165", "S004-166", "S004-167"), lambda p: 12.0, 1e-9),
    Row("largest ASR of the film cell by its polarisation / ohm cm2, over the interface's printed 35", lambda p: p("S004-098") / p("S004-100") / p("S004-146"), lambda p: 5.714, 0.001),
    Row("electrolyte alone, 1 mm at 2 mS/cm / ohm cm2, against the ASR of whole cells", lambda p: p("S004-109") / 10 / (p("S004-041") * 1e-3), "S004-072", 0.2, differs="'of the order of'; the electrolyte alone would exceed it"),
    Row("temperature of the tests / degC, Fig. 5 and methods", lambda p: p("S004-075"), "S004-153", 0.05, differs="printed twice differently"),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_printed_figure(printed: Printed, row: Row) -> None:
    theirs = printed(row.theirs) if isinstance(row.theirs, str) else row.theirs(printed)
    ours = row.ours(printed)
    print(f"{row.what:80s} computed {ours:9.4g}  against {theirs:9.4g}  {row.differs or 'agrees'}")
    close = ours == pytest.approx(theirs, rel=row.tolerance)
    assert close == (not row.differs)


def test_a_ccd_over_pressure_of_two_points_fixes_two_numbers_only(printed: Printed) -> None:
    exponent = np.log(printed("S000-049") / printed("S000-053")) / np.log(printed("S000-046") / printed("S000-048"))
    print(f"CCD of Na over pressure: exponent {exponent:.3f} from two points and no degree of freedom")
    assert exponent == pytest.approx(0.391, abs=0.001)


def test_the_order_of_the_ccd_is_that_of_sodium(printed: Printed) -> None:
    values = [printed(code) for code in ("S000-049", "S000-050", "S000-051", "S000-052")]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(("hours_code", "cycles"), [("S002-028", 140), ("S002-049", 150), ("S002-026", 50)])
def test_lives_in_cycles(printed: Printed, hours_code: str, cycles: int) -> None:
    assert printed(hours_code) / (2 * hours(printed, "S002-019", "S002-018")) == pytest.approx(cycles)


def test_times_at_1_mA_cm_2_of_the_tomography_cell(printed: Printed) -> None:  # noqa: N802
    alloy = Alloy.from_name("NaK50")
    area = disk_area(si(printed, "S000-009", "mm", "thickness"))
    mass = alloy.density() * si(printed, "S000-010", "uL", "volume")
    to_cutoff = printed("S000-058") * MAH_G * mass / area
    print(f"NaK50: {mass * 1e6:.2f} mg, {to_cutoff / MAH_CM2:.2f} mAh cm-2 at the cut-off")
    assert mass * 1e6 == pytest.approx(4.56, abs=0.02)
    assert charging_time(to_cutoff, density(printed, "S000-075")) / 3600 == pytest.approx(6.45, abs=0.05)
