"""Speed of properties, and of the solubility of lithium beside pycalphad; CPU time.

Run it with ``OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/properties.py``; the solubility needs the extra ``calphad``.
"""

from __future__ import annotations

import importlib.metadata
import time
import warnings
from collections.abc import Callable

import numpy as np

from alkanode.materials.properties.densities import phase_density
from alkanode.materials.properties.diffusivities import sodium_diffusion
from alkanode.thermo import load_assessment
from alkanode.thermo.anode.lithium_film.saturation import saturate
from alkanode.thermo.assessment.tdb import to_tdb
from alkanode.thermo.gibbs.model import ternary_model
from alkanode.thermo.properties.surface_tension import ButlerOptions, surface_of

NAK = ("K", "Na")
REPEATS = 3


def cpu(task: Callable[[], object]) -> float:
    """Least CPU time (s) of a few runs."""
    found = []
    for _ in range(REPEATS):
        start = time.process_time()
        task()
        found.append(time.process_time() - start)
    return min(found)


def states(count: int) -> tuple[np.ndarray, np.ndarray]:
    dice = np.random.default_rng(0)
    x = dice.uniform(0.01, 0.99, count)
    return dice.uniform(280.0, 470.0, count), np.stack([1 - x, x], axis=-1)


def main() -> None:
    t, x = states(1_000_000)
    print(
        f"density of 1e6 liquids                  {cpu(lambda: phase_density(t, x, NAK, 'liquid')):8.3f} s (target <= 0.5 s)"
    )
    print(f"self-diffusion of 1e6 liquids           {cpu(lambda: sodium_diffusion(t, x, NAK)):8.3f} s (target <= 2 s)")
    assessment = load_assessment("Na-K")
    few, here = t[:10_000], x[:10_000, 1]
    surface = cpu(lambda: surface_of(assessment, few, here, ButlerOptions()))
    print(f"surface tension of 1e4 liquids          {surface:8.3f} s (target <= 2 s)")
    solubility()


def solubility() -> None:
    ternary = load_assessment("Li-Na-K")
    model = ternary_model(ternary)
    share = np.linspace(0.14, 0.72, 2000)
    ours = cpu(lambda: saturate(model, np.full(share.shape, 300.0), share)) / share.size
    print(f"lithium solubility, one liquid          {1e6 * ours:8.1f} us")
    try:
        from pycalphad import Database, equilibrium
        from pycalphad import variables as v
    except ImportError:
        print("pycalphad is not installed: no comparison")
        return
    print(f"pycalphad {importlib.metadata.version('pycalphad')}")
    database = Database(to_tdb(ternary))
    chosen = share[::250]
    found = saturate(model, np.full(chosen.shape, 300.0), chosen)
    middle = (found.liquid + found.solid) / 2
    li, na = (ternary.elements.index(symbol) for symbol in ("Li", "Na"))
    phases = [phase.tdb_name for phase in ternary.phases]

    def one(state: np.ndarray) -> float:
        conditions = {v.T: 300.0, v.P: 101325, v.N: 1, v.X("LI"): state[li], v.X("NA"): state[na]}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = equilibrium(database, ["LI", "NA", "K"], phases, conditions)
        names = result.Phase.values.ravel()
        return float(result.X.sel(component="LI").values.ravel()[list(names).index("LIQUID")])

    one(middle[0])
    start = time.process_time()
    theirs = np.array([one(state) for state in middle])
    each = (time.process_time() - start) / len(middle)
    gap = np.abs(theirs / found.liquid[:, li] - 1).max()
    print(f"lithium solubility beside pycalphad     {each / ours:8.0f} x (target >= 100 x)")
    print(f"largest relative difference             {gap:8.1e} (target <= 1e-4)")


if __name__ == "__main__":
    main()
