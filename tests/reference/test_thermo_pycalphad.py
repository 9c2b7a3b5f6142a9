"""Our equilibria against pycalphad, an independent program reading the TDB that we write.

The shipped assessment carries pycalphad's rounded gas constant (8.3145): near Na2K the exact one moves amounts by 2e-4.
"""

from __future__ import annotations

import dataclasses
import warnings
from typing import Any

import numpy as np
import pytest

from alkanode.foundation.errors import DataQualityWarning
from alkanode.thermo import Assessment, calphad, invariants, load_assessment, phase_fractions

pytest.importorskip("pycalphad")


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    return load_assessment("Na-K")


@pytest.fixture(scope="module")
def database(assessment: Assessment) -> Any:
    return calphad.open_database(assessment)


def difference(assessment: Assessment, database: Any, t: np.ndarray, x: np.ndarray) -> tuple[float, int]:
    """Largest difference in any phase's amount, and the number of points where pycalphad found nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        theirs = calphad.equilibrium_phase_fractions(database, t, x, failed="mask").phase_fraction
    ours = phase_fractions(t, x, system=assessment).phase_fraction
    pairs = (
        (ours.sel(phase="liquid"), theirs.sel(phase="LIQUID")),
        (ours.sel(phase="Na2K"), theirs.sel(phase="NA2K")),
        (ours.sel(phase="bcc_Na") + ours.sel(phase="bcc_K"), theirs.sel(phase="BCC_A2")),
    )
    worst = max(float(np.nanmax(np.abs(a.to_numpy() - b.to_numpy()))) for a, b in pairs)
    return worst, int(np.isnan(theirs).any("phase").sum())


def away_from_invariants(t: np.ndarray, assessment: Assessment) -> np.ndarray:
    known = np.array([point.temperature for point in invariants(assessment)])
    return t[np.abs(t[:, None] - known).min(axis=1) > 0.02]


def test_random_points(assessment: Assessment, database: Any) -> None:
    random = np.random.default_rng(20260)
    t = away_from_invariants(np.sort(random.uniform(240, 335, 15)), assessment)
    worst, failed = difference(assessment, database, t, np.sort(random.uniform(0.005, 0.995, 20)))
    print(f"largest difference {worst:.1e}; pycalphad failed at {failed} points")
    assert worst < 1e-5
    assert failed <= 3


@pytest.mark.slow
def test_ten_thousand_points(assessment: Assessment, database: Any) -> None:
    t = away_from_invariants(np.linspace(240, 335, 100), assessment)
    assert len(t) == 100
    worst, failed = difference(assessment, database, t, np.linspace(0.005, 0.995, 100))
    print(f"largest difference {worst:.1e}; pycalphad failed at {failed} of 10000 points")
    assert worst < 1e-5
    assert failed <= 100


def test_the_gas_constant_is_that_of_pycalphad(assessment: Assessment) -> None:
    """And its rounding matters near the compound, which is why it is part of the assessment."""
    assert assessment.gas_constant == float(pytest.importorskip("pycalphad.variables").R)
    t, x = 279.34, 0.565
    exact, rounded = (
        phase_fractions(t, x, system=system).phase_fraction.sel(phase="Na2K").item()
        for system in (dataclasses.replace(assessment, gas_constant=8.31446261815324), assessment)
    )
    assert 1e-4 < abs(exact - rounded) < 3e-4
