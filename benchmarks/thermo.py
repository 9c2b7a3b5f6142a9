"""Equilibria of the binaries: alkanode next to pycalphad, in one process, by CPU time.

    python benchmarks/thermo.py            # pycalphad on 400 to 625 points a system, scaled per point
    python benchmarks/thermo.py --full     # pycalphad on all 10,000 points

Two ways of ours are timed. The tables (`liquid_fraction`) solve tie lines once per temperature of a grid and apply the
lever rule; what they need once per assessment, the phase map, is timed apart and also counted in a second ratio. The other
way (`binary_equilibrium`) finds every state from its own hull, with no map; it is timed on the grid and on states that all
have their own temperature. pycalphad is warmed up before it is timed and always runs a grid, its cheapest way per point.
Agreement is measured on random temperatures times random compositions. Points where pycalphad finds no phases, phases that
do not sum to 1, or a state above ours in Gibbs energy are its failures; they are counted and left out. A state of ours that
lies above pycalphad's would be a failure of ours.
"""

from __future__ import annotations

import argparse
import platform
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from alkanode.foundation.errors import AlkanodeError, DataQualityWarning, ExtrapolationWarning
from alkanode.foundation.runtime import require
from alkanode.thermo import Assessment, binary_equilibrium, calphad, liquid_fraction, load_assessment
from alkanode.thermo.binary.equilibrium import equilibrate
from alkanode.thermo.binary.phase_map import PhaseMap, phase_map

REPEATS = 20
FARADAY = 96485.33212
ENERGY = 1e-3
SYSTEMS = {"Na-K": (240.0, 380.0), "Li-Na": (300.0, 620.0), "Li-K": (300.0, 620.0)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="run pycalphad on all 10,000 points of every system")
    full = parser.parse_args().full
    pycalphad = require("pycalphad", extra="calphad")
    print(f"Python {platform.python_version()}, numpy {np.__version__}, pycalphad {pycalphad.__version__}; CPU time")
    warnings.simplefilter("ignore", ExtrapolationWarning)
    peer = liquid_fractions(full)
    print()
    for system in SYSTEMS:
        topology_free(system, peer)
    print()
    for system in SYSTEMS:
        agreement(system, 100 if full else 25)


def cpu(task: Callable[[], Any], repeats: int = REPEATS) -> tuple[float, Any]:
    """CPU time of one run, s, and what it gives; one run goes before."""
    result = task()
    start = time.process_time()
    for _ in range(repeats):
        result = task()
    return (time.process_time() - start) / repeats, result


def liquid_fractions(full: bool) -> float:
    """Tables of Na-K on a grid; CPU time of pycalphad per point (s)."""
    temperature = np.linspace(240.0, 335.0, 100)
    sodium = np.linspace(0.005, 0.995, 100)
    assessment = load_assessment("Na-K")
    once, _ = cpu(lambda: PhaseMap(assessment), 1)
    warm, ours = cpu(lambda: liquid_fraction(temperature[:, None], sodium[None, :], system=assessment))
    step = 1 if full else 5
    database = calphad.open_database(assessment)
    calphad.equilibrium_liquid_fraction(database, temperature[:2], sodium[:2])
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        theirs = calphad.equilibrium_liquid_fraction(database, temperature[::step], sodium[::step], failed="mask")
    per_point = (time.process_time() - start) / theirs.size
    peer = per_point * ours.size
    print(f"grid: {ours.size} points (100 T x 100 x), 240-335 K, with Na2K; pycalphad ran {theirs.size} of them")
    print(f"pycalphad equilibrium     {peer:10.3f} s" + ("" if full else "  (scaled per point)"))
    difference = np.abs(ours[::step, ::step] - theirs)
    print(f"alkanode, tables         {warm:10.5f} s  times faster  {peer / warm:8.0f}  (target >= 1000)")
    print(f"alkanode, with phase map {warm + once:10.5f} s  times faster  {peer / (warm + once):8.0f}  (target >= 50)")
    print(f"Na-K grid, largest difference in liquid fraction  {np.nanmax(difference):.1e}  (target <= 1e-5)")
    print(f"points of the grid where pycalphad failed         {int(np.isnan(difference).sum())}")
    return per_point


def topology_free(system: str, na_k_peer: float) -> None:
    """Times per state without a phase map, against pycalphad per point of a grid of the same system."""
    low, high = SYSTEMS[system]
    random = np.random.default_rng(1)
    temperature, x = np.linspace(low, high, 100)[:, None], np.linspace(0.005, 0.995, 100)
    own, other = random.uniform(low, high, 10_000), random.uniform(0, 1, 10_000)
    grid, _ = cpu(lambda: binary_equilibrium(temperature, x, system=system), 3)
    states, _ = cpu(lambda: binary_equilibrium(own, other, system=system), 3)
    table, _ = cpu(lambda: liquid_fraction(temperature, x, system=system))
    peer = na_k_peer if system == "Na-K" else per_point_of_pycalphad(system)
    print(f"{system}: pycalphad {peer * 1e6:.0f} us per point of a grid")
    for what, seconds, target in (
        ("tables, grid", table, 1000),
        ("no map, grid", grid, 50),
        ("no map, every state its own temperature", states, 50),
    ):
        ratio = peer * 10_000 / seconds
        print(
            f"  {system} {what:42s}{seconds / 10_000 * 1e6:9.3f} us  times faster  {ratio:7.0f}  (target >= {target})"
        )


def per_point_of_pycalphad(system: str) -> float:
    low, high = SYSTEMS[system]
    assessment = load_assessment(system)
    database = calphad.open_database(assessment)
    temperature, x = np.linspace(low, high, 20), np.linspace(0.01, 0.99, 20)
    equilibria(assessment, database, temperature[:2], x[:2])
    start = time.process_time()
    equilibria(assessment, database, temperature, x)
    return (time.process_time() - start) / 400


def equilibria(assessment: Assessment, database: Any, temperature: np.ndarray, x: np.ndarray) -> Any:
    pycalphad, v = require("pycalphad", extra="calphad"), require("pycalphad.variables", extra="calphad")
    symbols = [symbol.upper() for symbol in assessment.elements]
    conditions = {v.N: 1, v.P: 101325, v.T: temperature, v.X(symbols[1]): x}
    return pycalphad.equilibrium(database, [*symbols, "VA"], sorted(database.phases), conditions).squeeze()


def agreement(system: str, count: int) -> None:
    """Amounts and potentials of both ways against pycalphad at ``count`` x ``count`` random states."""
    assessment = load_assessment(system)
    random = np.random.default_rng(20262)
    t = np.sort(random.uniform(*SYSTEMS[system], count))
    x = np.sort(random.uniform(0.002, 0.998, count))
    result = equilibria(assessment, calphad.open_database(assessment), t, x)
    phase, share = result.Phase.to_numpy(), result.NP.to_numpy()
    components = [str(name) for name in result.component.to_numpy()]
    chart = phase_map(assessment)
    pure = [np.minimum(*(chart.model.unary(e, p, t) for p in ("liquid", "bcc_A2"))) for e in assessment.elements]
    order = [components.index(symbol.upper()) for symbol in assessment.elements]
    mu = result.MU.to_numpy()[..., order] - np.stack(pure, axis=-1)[:, None, :]
    energy = result.GM.to_numpy() - (1 - x) * pure[0][:, None] - x * pure[1][:, None]
    nothing = ~(np.abs(np.nansum(np.where(phase == "", 0.0, share), axis=-1) - 1) < 1e-6) | np.isnan(energy)
    grid_t, grid_x = (values.ravel() for values in np.broadcast_arrays(t[:, None], x))
    try:
        direct = equilibrate(chart.model, grid_t, grid_x)
    except AlkanodeError as error:
        print(f"{system} BROKEN {error}")
        return
    direct_mu = direct.potentials.reshape(mu.shape)
    lines = chart.tie_lines(t[:, None])
    table_mu = np.stack(lines.potentials(chart.model.terms(t[:, None]), x), axis=-1)
    own = (1 - x) * direct_mu[..., 0] + x * direct_mu[..., 1]
    above = ~nothing & (energy > own + ENERGY)
    good = ~nothing & ~above
    liquid = np.nansum(np.where(phase == "LIQUID", share, 0.0), axis=-1)
    number = direct.phases.index("liquid")
    found = np.where(direct.left == number, 1 - direct.right_fraction, 0.0)
    found += np.where((direct.right == number) & ~direct.single, direct.right_fraction, 0.0)
    amounts = (found.reshape(liquid.shape), lines.liquid_fraction(x))
    amount = max(np.abs(ours - liquid)[good].max() for ours in amounts)
    potential = max(np.abs(ours - mu)[good].max() for ours in (direct_mu, table_mu)) / FARADAY * 1e3
    failed = int((~np.isfinite(own) | (~nothing & (own > energy + ENERGY))).sum())
    states = f"{system} {liquid.size} random states,"
    print(f"{states} amount of liquid    {amount:.1e}  (target <= 1e-5)")
    print(f"{states} potentials          {potential:.1e} mV  (target <= 1e-3)")
    print(f"{states} ours failed         {failed}  (target <= 0)")
    print(f"{states} pycalphad failed    {int(nothing.sum())}, gave a higher energy at {int(above.sum())}")


if __name__ == "__main__":
    main()
