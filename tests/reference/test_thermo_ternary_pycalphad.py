"""Ternary equilibria against pycalphad, an independent program that reads the TDB that we write.

pycalphad samples the Gibbs energies and can miss a phase. A state where the energy that it finds is higher than ours by
more than its own rounding is no reference; such states are counted, and must stay few. It balances mole fractions to about
1e-9, so that potentials are compared for metals above 1e-5.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning, ExtrapolationWarning
from alkanode.thermo import calphad, isothermal_section, load_assessment, ternary_equilibrium

pytest.importorskip("pycalphad")

ELEMENTS = ("K", "Li", "Na")
UPPER = ("K", "LI", "NA")
FARADAY = 96485.33212


@pytest.fixture(scope="module")
def database() -> Any:
    return calphad.open_database(load_assessment("Li-Na-K"))


def states(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Half even over the triangle, half dilute down to 1e-6."""
    random = np.random.default_rng(seed)
    even = random.dirichlet([1, 1, 1], count - count // 2)
    dilute = 10 ** random.uniform(-6, 0, (count // 2, 3))
    return random.uniform(240, 600, count), np.concatenate([even, dilute / dilute.sum(axis=1, keepdims=True)])


def kinds(record: xr.Dataset, names: tuple[str, ...]) -> np.ndarray:
    amounts = [
        record.phase_fraction.sel(phase=[p for p in record.phase.to_numpy() if p.upper().startswith(name)]).sum("phase")
        for name in names
    ]
    return np.stack([amount.to_numpy() for amount in amounts], axis=-1)


def compare(database: Any, count: int, seed: int) -> tuple[float, float, int]:
    """Largest difference of amounts and of potentials (mV), and the number of states without a reference."""
    t, x = states(count, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        warnings.simplefilter("ignore", ExtrapolationWarning)
        theirs = calphad.database_equilibrium(database, t, x, elements=UPPER, failed="mask")
        ours = ternary_equilibrium(t, x, elements=ELEMENTS)
    mine, other = ours.chemical_potential.to_numpy(), theirs.chemical_potential.to_numpy()
    above = ((other - mine) * x).sum(axis=-1)
    assert np.nanmin(above) > -1e-4
    reference = np.abs(above) < 1e-6
    names = ("LIQUID", "BCC", "NA2K")
    amounts = np.abs(kinds(ours, names) - kinds(theirs, names))[reference].max()
    potentials = np.abs(other - mine)[reference[:, None] & (x > 1e-5)].max() / FARADAY * 1e3
    return float(amounts), float(potentials), int((~reference).sum())


def test_random_states(database: Any) -> None:
    amounts, potentials, without = compare(database, 60, 20261)
    assert amounts < 1e-5
    assert potentials < 1e-3
    assert without <= 2


@pytest.mark.slow
def test_a_thousand_states(database: Any) -> None:
    amounts, potentials, without = compare(database, 1050, 20262)
    print(f"amounts {amounts:.1e}, potentials {potentials:.1e} mV, {without} states without a reference")
    assert amounts < 1e-5
    assert potentials < 1e-3
    assert without <= 50


def test_the_section_at_room_temperature(database: Any) -> None:
    theirs = calphad.database_section(database, 300.0, elements=UPPER)
    ours = isothermal_section(300.0)
    assert theirs.attrs["kind"] == ours.attrs["kind"] == "isothermal_section"
    assert theirs.sizes["triangle"] == ours.sizes["triangle"] == 2
    mine = ours.triangle_mole_fraction.to_numpy()
    for corners in theirs.triangle_mole_fraction.to_numpy():
        apart = np.abs(corners[:, None, None] - mine).max(axis=-1)
        assert apart.min(axis=-1).max(axis=0).min() < 1e-4


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.ExtrapolationWarning")
def test_lithium_in_sodium_potassium() -> None:
    """Calibration: the fall of the solubility tuned K-Li; that it stays below 1 % is the check."""
    section = isothermal_section(300.0)
    line = [
        x
        for x, one, other in zip(
            section.boundary_mole_fraction.to_numpy(),
            section.boundary_phase.to_numpy(),
            section.boundary_other_phase.to_numpy(),
            strict=True,
        )
        if (one, other) == ("liquid", "bcc_Li")
    ]
    assert len(line) == 1
    lithium = line[0][:, 1]
    assert lithium.max() < 0.01
    assert 18 < lithium.max() / lithium.min() < 26
