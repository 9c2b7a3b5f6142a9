"""Numbers that an assessment predicts when it did not see them. Run with ``-s`` to read the table.

Only a number that was held out is a prediction. Park2021 prints four liquid fractions at 3 mAh cm-2 without the densities
and the volume that they need in full: 10 ul on a disc of 7.14 mm is the reading that reproduces them.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from alkanode.materials import Alloy
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo import WeakPrior, fit_assessment, held_out_report, liquid_fraction, load_assessment
from alkanode.thermo.assessment.data import Assessment

PRINTED = {(0.95, 1): 3.8, (0.95, -1): 20.0, (0.90, 1): 38.0, (0.90, -1): 70.0}


def fractions(assessment: Assessment, temperature: str) -> dict[tuple[float, int], float]:
    """Liquid (%) of both alloys after 3 mAh cm-2 of K came (+1) or went (-1)."""
    found = {}
    for potassium, sign in PRINTED:
        alloy = Alloy.from_mole_fractions(K=potassium, Na=1 - potassium)
        moles = 10e-9 * alloy.density() / alloy.composition.molar_mass
        moved = 3 * 3.6e4 * math.pi * (7.14e-3 / 2) ** 2 / FARADAY_CONSTANT / moles
        sodium = (1 - potassium) / (1 + sign * moved)
        found[potassium, sign] = 100 * float(liquid_fraction(temperature, sodium, system=assessment))
    return found


@pytest.mark.parametrize("group", ["tie line", "window and tie line"])
def test_liquid_fractions_without_the_tie_line_that_was_inverted_from_them(group: str) -> None:
    data = load_assessment("Na-K")
    blind = fit_assessment(data, hold_out=dict(data.held_out)[group], prior=WeakPrior()).assessment
    for temperature in ("20 degC", "21 degC", "22 degC"):
        ours, fitted = fractions(blind, temperature), fractions(data, temperature)
        for key, printed in PRINTED.items():
            print(
                f"{group} held out, {temperature}, {key}: {ours[key]:5.1f} (in the fit {fitted[key]:5.1f}), Park2021 {printed}"
            )
    ours = fractions(blind, "21 degC")
    for key, printed in PRINTED.items():
        assert ours[key] == pytest.approx(printed, abs=4.0), "prediction, mol%"


def test_report_of_potassium_and_sodium() -> None:
    report = held_out_report("Na-K")
    for refit in report.refit.values:
        row = report.sel(refit=refit)
        print(f"\n{refit}: chi square {float(row.chi_square):.2f}, {int(row.degrees_of_freedom)} degrees of freedom")
        for i, short in enumerate(report.short.values):
            word = "fitted" if row.fitted.values[i] else "PREDICTED"
            print(
                f"  {short!s:44s} {row.computed.values[i]:10.5g} +- {row.computed_uncertainty.values[i]:7.2g}"
                f"  observed {report.observed.values[i]:10.5g} {report.unit.values[i]!s:6s} {word}"
            )
    predicted = ~report.fitted.values & np.isfinite(report.uncertainty.values)
    assert np.abs(report.pull.values[predicted & (report.refit.values == "window and tie line")[:, None]]).max() < 2.5


def test_consolute_point_of_lithium_and_sodium_needs_its_data() -> None:
    """Held out, the consolute temperature is open by more than 100 K: agreement with it is calibration."""
    report = held_out_report("Li-Na").sel(refit="consolute point")
    i = int(np.flatnonzero(report.short.values == "consolute temperature")[0])
    print(
        f"consolute temperature held out: {report.computed.values[i]:.0f} +- {report.computed_uncertainty.values[i]:.0f} K"
    )
    assert not report.fitted.values[i]
    assert report.computed_uncertainty.values[i] > 100
    assert abs(report.computed.values[i] - report.observed.values[i]) < 2 * report.computed_uncertainty.values[i]
