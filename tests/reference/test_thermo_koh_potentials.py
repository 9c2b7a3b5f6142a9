"""Potentials of Na and K in liquid Na-K beside the argument of Koh2024. Run with ``-s`` to read the table.

The paper prints no potentials, only their order and the conclusion that K is oxidised first over the whole liquid range; the
numbers here are expectations computed apart from this code, from the same assessment: a check of the code.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from alkanode.foundation.runtime import require
from alkanode.thermo import (
    Electrolyte,
    alloy_potentials,
    calphad,
    compare_chemical_potentials,
    ion_exchange,
    liquid_window,
    load_assessment,
    ser_chemical_potential,
)

# x_Na: mu_Na, E_Na, mu_K, E_K (against the pure metals; J mol-1 and mV), mu_Na, mu_K on SER
EXPECTED = {
    0.141: (-2587, 26.8, -86, 0.9, -17882, -19370),
    0.30: (-1144, 11.9, -469, 4.9, -16439, -19753),
    0.50: (-426, 4.4, -931, 9.6, -15721, -20215),
    0.70: (-56, 0.6, -1489, 15.4, -15351, -20774),
}


def test_table_of_potentials_in_the_liquid() -> None:
    """Against an independent computation: 3 J mol-1 and 0.06 mV."""
    record = compare_chemical_potentials(list(EXPECTED))
    for place, (x, (mu_na, e_na, mu_k, e_k, raw_na, raw_k)) in enumerate(EXPECTED.items()):
        at = record.isel(composition=place)
        ours = [
            at.chemical_potential.sel(element="Na").item(),
            1e3 * at.electrode_potential.sel(element="Na").item(),
            at.chemical_potential.sel(element="K").item(),
            1e3 * at.electrode_potential.sel(element="K").item(),
            ser_chemical_potential("Na", x).item(),
            ser_chemical_potential("K", x).item(),
        ]
        print(f"x_Na {x:5.3f}  " + "  ".join(f"{value:10.1f}" for value in ours))
        assert ours == pytest.approx([mu_na, e_na, mu_k, e_k, raw_na, raw_k], abs=3.0)
        assert ours[1] == pytest.approx(e_na, abs=0.06)
        assert ours[3] == pytest.approx(e_k, abs=0.06)


def test_raw_potentials_order_the_metals_by_book_keeping() -> None:
    """Raw mu_K lies below mu_Na everywhere, as printed; 4.0 of the 4.5 kJ at x = 0.5 are the zeros of pure K and Na."""
    whole = ser_chemical_potential("K", 0.5).item() - ser_chemical_potential("Na", 0.5).item()
    zeros = ser_chemical_potential("K", 0.0).item() - ser_chemical_potential("Na", 1.0).item()
    assert whole == pytest.approx(-4494, abs=5)
    assert zeros == pytest.approx(-3989, abs=5)


def test_alloying_holds_potassium_back_more_only_above_40_percent_sodium() -> None:
    def gap(x: float) -> float:
        mu = compare_chemical_potentials(x).chemical_potential.isel(composition=0)
        return float((mu.sel(element="K") - mu.sel(element="Na")).item())

    assert brentq(gap, 0.15, 0.7, xtol=1e-4) == pytest.approx(0.40, abs=0.005)


@pytest.mark.parametrize(
    ("electrolyte", "expected"),
    [
        (Electrolyte.from_potentials("water, rounded", Na=-2.71, K=-2.931), (-247, -216, -205)),
        ("PC recalled", (-346, -315, -304)),
    ],
)
def test_potassium_below_sodium_over_the_liquid_range(
    electrolyte: str | Electrolyte, expected: tuple[float, ...]
) -> None:
    """E_K - E_Na in mV at the ends of the liquid range and in its middle."""
    record = alloy_potentials([0.141, 0.5, 0.713], electrolyte, draws=0)
    ours = -1e3 * record.oxidation_margin.to_numpy()
    print(record.attrs["electrolyte"], ours.round(1))
    assert list(record.oxidised_first.values) == ["K"] * 3
    assert ours == pytest.approx(expected, abs=1.0)


def test_the_conclusion_of_the_paper_stands_in_every_electrolyte_with_potentials() -> None:
    """Koh2024 [S002-005]: K is oxidised first for 14 to 70 at% Na; here with 95 % of standard potentials and assessment."""
    window = liquid_window("Na-K", "25 degC").mole_fraction.squeeze().values
    sodium = np.linspace(1 - window.max(), 1 - window.min(), 15)
    for electrolyte in ("water", "PC", "PC recalled"):
        record = alloy_potentials(sodium, electrolyte, draws=60)
        assert set(record.oxidised_first.values) == {"K"}
        assert (record.oxidation_margin_interval.sel(bound="lower") > 0).all()


def test_extent_of_the_exchange() -> None:
    """a(K+)/a(Na+) that balances Na50K50: about 4e3 in water, 2e5 in PC with recalled potentials."""
    cell = {"ions": {"Na+": "1 mol L-1"}, "electrolyte_volume": "50 uL", "mass": "2.8 mg", "draws": 0}
    water = Electrolyte.from_potentials("water, rounded", Na=-2.71, K=-2.931)
    aqueous = ion_exchange("Na50K50", water, **cell).balance_activity_ratio.item()
    carbonate = ion_exchange("Na50K50", "PC recalled", **cell).balance_activity_ratio.item()
    print(f"balance ratio: water {aqueous:.3g}, PC recalled {carbonate:.3g}")
    assert aqueous == pytest.approx(4.4e3, rel=0.05)
    assert carbonate == pytest.approx(2.1e5, rel=0.05)


def test_the_electrode_of_the_paper_can_lose_all_of_its_potassium() -> None:
    """Koh2024 see Na metal under KClO4 after 40 cycles: 2.8 mg of Na50K50 hold 45 umol of K; 50 uL (assumed) 50 umol of Na+."""
    record = ion_exchange(
        "Na50K50",
        "PC",
        ions={"Na+": "1 mol L-1", "ClO4-": "1 mol L-1"},
        electrolyte_volume="50 uL",
        mass="2.8 mg",
        draws=60,
    )
    end = record.isel(point=int(np.argmin(np.abs(record.driving_potential.to_numpy()))))
    assert end.mole_fraction.sel(element="K").item() < 1e-6
    assert end.phase_fraction.sel(phase="bcc_Na").item() == pytest.approx(1)
    assert end.precipitate.item() / 0.5 > 0.99


def test_a_sodium_conductor_sees_one_plateau() -> None:
    """In a conductor of Na+ alone the potential rises from 0.4 to 26.8 mV through the liquid, then stays (a prediction)."""
    record = alloy_potentials([0.05, 0.10, 0.1411, 0.7131], "NASICON", draws=0)
    sodium = 1e3 * record.potential_in_electrolyte.sel(element="Na").to_numpy()
    assert sodium[:3] == pytest.approx([26.8] * 3, abs=0.1)
    assert sodium[3] == pytest.approx(0.4, abs=0.05)


def test_chemical_potentials_agree_with_pycalphad() -> None:
    """On the SER scale, where pycalphad prints them: 1e-3 mV."""
    pycalphad = require("pycalphad", extra="calphad")
    variables = pycalphad.variables
    database = calphad.open_database(load_assessment("Na-K"))
    phases = [name for name in database.phases if name in ("LIQUID", "BCC_A2", "NA2K")]
    for x in (0.05, 0.3, 0.5, 0.7, 0.9):
        found = pycalphad.equilibrium(
            database,
            ["K", "NA"],
            phases,
            {variables.T: 298.15, variables.P: 101325, variables.N: 1, variables.X("NA"): x},
        )
        theirs = dict(zip(found.component.values, found.MU.values.ravel(), strict=True))
        for element in ("Na", "K"):
            ours = ser_chemical_potential(element, x).item()
            assert ours == pytest.approx(theirs[element.upper()], abs=1e-6 * 96485), (x, element)
