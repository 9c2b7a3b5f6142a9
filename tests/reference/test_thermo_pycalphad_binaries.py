"""Equilibria of all three binaries against pycalphad, an independent program that reads the TDB that we write.

A point counts as pycalphad's failure where it finds no phases, phases that do not sum to 1, or a state whose Gibbs energy
lies above ours; these are counted and left out. A state of ours above pycalphad's would be a failure of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from alkanode.thermo import calphad, load_assessment
from alkanode.thermo.binary.equilibrium import equilibrate
from alkanode.thermo.binary.phase_map import phase_map

pycalphad = pytest.importorskip("pycalphad")
v = pytest.importorskip("pycalphad.variables")

FARADAY = 96485.33212
ENERGY = 1e-3
SYSTEMS = {"Na-K": (240.0, 380.0), "Li-Na": (300.0, 620.0), "Li-K": (300.0, 620.0)}


@dataclass(frozen=True)
class Comparison:
    """Largest differences over the points that both programs solve, and the others counted."""

    points: int
    amount: float
    potential_mv: float
    theirs_failed: int
    ours_failed: int


def compare(system: str, count: int, seed: int) -> Comparison:
    """Both of our ways against pycalphad on ``count`` random temperatures times ``count`` random compositions."""
    data = load_assessment(system)
    database: Any = calphad.open_database(data)
    random = np.random.default_rng(seed)
    t, x = np.sort(random.uniform(*SYSTEMS[system], count)), np.sort(random.uniform(0.002, 0.998, count))
    first, second = (symbol.upper() for symbol in data.elements)
    conditions = {v.N: 1, v.P: 101325, v.T: t, v.X(second): x}
    result = pycalphad.equilibrium(database, [first, second, "VA"], sorted(database.phases), conditions).squeeze()
    phase, share, energy = (result[name].to_numpy() for name in ("Phase", "NP", "GM"))
    order = [[str(c) for c in result.component.values].index(symbol) for symbol in (first, second)]
    chart = phase_map(data)
    pure = [np.minimum(*(chart.model.unary(e, p, t) for p in ("liquid", "bcc_A2"))) for e in data.elements]
    mu = result.MU.to_numpy()[..., order] - np.stack(pure, axis=-1)[:, None, :]
    energy = energy - (1 - x) * pure[0][:, None] - x * pure[1][:, None]
    total = np.nansum(np.where(phase == "", 0.0, share), axis=-1)
    nothing = ~(np.abs(total - 1) < 1e-6) | np.isnan(energy)

    lines = chart.tie_lines(t[:, None])
    table_mu = np.stack(lines.potentials(chart.model.terms(t[:, None]), x), axis=-1)
    grid = np.broadcast_arrays(t[:, None], x)
    direct = equilibrate(chart.model, grid[0].ravel(), grid[1].ravel())
    direct_mu = direct.potentials.reshape(mu.shape)
    own = (1 - x) * direct_mu[..., 0] + x * direct_mu[..., 1]
    above = ~nothing & (energy > own + ENERGY)
    good = ~nothing & ~above
    amounts = []
    for number, name in enumerate(direct.phases):
        theirs = np.nansum(np.where(phase == data.phase(name).tdb_name, share, 0.0), axis=-1)
        found = np.where(direct.left == number, 1 - direct.right_fraction, 0.0)
        found += np.where((direct.right == number) & ~direct.single, direct.right_fraction, 0.0)
        stem = name.split("_")[0]
        table = sum(lines.fraction(branch, x) for branch in chart.branches if branch.split("_")[0] == stem)
        amounts += [np.abs(found.reshape(theirs.shape) - theirs)[good].max(), np.abs(table - theirs)[good].max()]
    potentials = [np.abs(ours - mu)[good].max() / FARADAY * 1e3 for ours in (direct_mu, table_mu)]
    failed = ~np.isfinite(own) | (~nothing & (own > energy + ENERGY))
    return Comparison(
        points=phase.shape[0] * phase.shape[1],
        amount=float(max(amounts)),
        potential_mv=float(max(potentials)),
        theirs_failed=int((nothing | above).sum()),
        ours_failed=int(failed.sum()),
    )


@pytest.mark.parametrize("system", SYSTEMS)
def test_some_states(system: str) -> None:
    found = compare(system, 15, 20261)
    print(f"{system}: {found}")
    assert found.amount < 1e-5
    assert found.potential_mv < 1e-3
    assert found.ours_failed == 0
    assert found.theirs_failed <= 0.05 * found.points


@pytest.mark.slow
@pytest.mark.parametrize("system", SYSTEMS)
def test_ten_thousand_states(system: str) -> None:
    found = compare(system, 100, 20262)
    print(f"{system}: {found}")
    assert found.points == 10_000
    assert found.amount < 1e-5
    assert found.potential_mv < 1e-3
    assert found.ours_failed == 0
    assert found.theirs_failed <= 0.05 * found.points
