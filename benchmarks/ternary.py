"""Equilibria of Li-Na-K: alkanode next to pycalphad, in one process, one thread, by CPU time.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/ternary.py    # 200 states with pycalphad
    python benchmarks/ternary.py --full     # 1,050 states

Half of the random states are even over the composition triangle, half are dilute down to 1e-6; 240-600 K. pycalphad samples
the Gibbs energies and sometimes misses a phase: a state where its energy is above ours by more than 1e-6 J/mol, or where it
finds nothing, is no reference and is counted. The reverse (ours above pycalphad's) would be a failure of ours. pycalphad balances mole
fractions to about 1e-9, so that its potential of a metal below 1e-5 is less exact than the others; that metal is shown apart,
beside what needs no reference: the difference of one metal's potential between the phases that we find.
"""

from __future__ import annotations

import argparse
import platform
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from alkanode.foundation.errors import AlkanodeError, DataQualityWarning, ExtrapolationWarning
from alkanode.foundation.runtime import require
from alkanode.thermo import calphad, isothermal_section, load_assessment, ternary_equilibrium
from alkanode.thermo.gibbs.model import ternary_model
from alkanode.thermo.gibbs.ternary_solution import TernaryTerms

ELEMENTS = ("K", "Li", "Na")
UPPER = ("K", "LI", "NA")
KINDS = ("LIQUID", "BCC", "NA2K")
FARADAY = 96485.33212
SECTION = 300.0
REPEATS = 5
ABOVE = 1e-6
TRACE = 1e-5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="compare 1,050 states instead of 200")
    count = 1050 if parser.parse_args().full else 200
    warnings.simplefilter("ignore", ExtrapolationWarning)
    warnings.simplefilter("ignore", DataQualityWarning)
    pycalphad = require("pycalphad", extra="calphad")
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, pycalphad {pycalphad.__version__}; CPU time, one thread"
    )
    database = calphad.open_database(load_assessment("Li-Na-K"))
    states(database, count)
    section(database)


def states(database: Any, count: int) -> None:
    """Random states: agreement, failures and time per state."""
    t, x = random_states(count)
    ours_failed = 0
    try:
        ours, own_time = timed(lambda: ternary_equilibrium(t, x, elements=ELEMENTS))
    except AlkanodeError:
        ours, own_time, ours_failed = one_by_one(t, x)
    calphad.database_equilibrium(database, t[:2], x[:2], elements=UPPER, failed="mask")
    start = time.process_time()
    theirs = calphad.database_equilibrium(database, t, x, elements=UPPER, failed="mask")
    peer_time = time.process_time() - start
    mine, other = ours.chemical_potential.to_numpy(), theirs.chemical_potential.to_numpy()
    above = ((other - mine) * x).sum(axis=-1)
    nothing = np.isnan(above)
    missed = above > ABOVE
    below = above < -1e3 * ABOVE
    reference = ~nothing & ~missed
    amounts = np.abs(kinds(ours) - kinds(theirs))[reference].max()
    apart = np.abs(mine - other)[reference] / FARADAY * 1e3
    trace = x[reference] < TRACE
    line(
        "random states compared",
        f"{reference.sum()}",
        "",
        f">= {0.95 * count:.0f}",
    )
    line("states where ours failed", f"{ours_failed + below.sum()}", "", "<= 0")
    line("states where pycalphad found nothing", f"{nothing.sum()}", "", "counted")
    line("states where pycalphad missed a phase", f"{missed.sum()}", "", "counted")
    line("largest difference of phase fractions", f"{amounts:.1e}", "", "<= 1e-5")
    line("largest difference of potentials", f"{apart[~trace].max():.1e}", "mV", "<= 1e-3")
    line("the same for metals below 1e-5", f"{apart[trace].max():.1e}", "mV")
    line("ours, between the phases of a state", f"{between_phases(ours):.1e}", "mV", "<= 1e-3")
    line("equilibrium, pycalphad", f"{1e3 * peer_time / count:.2f}", "ms per state")
    line("equilibrium, alkanode", f"{1e3 * own_time / count:.3f}", "ms per state")
    line("equilibrium, ratio", f"{peer_time / own_time:.1f}", "times faster")


def section(database: Any) -> None:
    """The isothermal section: pycalphad's map of it next to ours."""
    theirs, peer_time = timed(lambda: calphad.database_section(database, SECTION, elements=UPPER), repeats=2)
    ours, own_time = timed(lambda: isothermal_section(SECTION))
    corners, mapped = ours.triangle_mole_fraction.to_numpy(), theirs.triangle_mole_fraction.to_numpy()
    apart = [np.abs(c[:, None, None] - corners).max(axis=-1).min(axis=-1).max(axis=0).min() for c in mapped]
    line("section, triangles found (pycalphad, ours)", f"{len(mapped)} {len(corners)}", "", "equal")
    line("section, largest difference of corners", f"{max(apart):.1e}", "", "<= 1e-4")
    line("section, pycalphad", f"{peer_time:.3f}", "s")
    line("section, alkanode", f"{own_time:.3f}", "s")
    line("section, ratio", f"{peer_time / own_time:.1f}", "times faster", ">= 10")


def random_states(count: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(20260)
    even = random.dirichlet([1, 1, 1], count - count // 2)
    dilute = 10 ** random.uniform(-6, 0, (count // 2, 3))
    return random.uniform(240, 600, count), np.concatenate([even, dilute / dilute.sum(axis=1, keepdims=True)])


def one_by_one(t: np.ndarray, x: np.ndarray) -> tuple[xr.Dataset, float, int]:
    """States one after another, so that one that fails does not hide the others; it is left out as NaN."""
    found, failed, start = [], 0, time.process_time()
    for kelvin, composition in zip(t, x, strict=True):
        try:
            found.append(ternary_equilibrium(kelvin, composition, elements=ELEMENTS))
        except AlkanodeError:
            failed += 1
            found.append(xr.full_like(found[-1], np.nan))
    return xr.concat(found, "state", join="outer"), time.process_time() - start, failed


def between_phases(record: xr.Dataset) -> float:
    """Largest difference of a metal's potential between the state and any phase in it, mV."""
    model = ternary_model(load_assessment("Li-Na-K"))
    terms = model.terms(record.temperature.to_numpy())
    worst = 0.0
    for name in record.phase.to_numpy():
        solution = terms.get("bcc_A2" if name.startswith("bcc") else name.split("_")[0])
        rows = np.flatnonzero(record.phase_fraction.sel(phase=name).to_numpy() > 0)
        if isinstance(solution, TernaryTerms) and rows.size:
            x = record.phase_mole_fraction.sel(phase=name).to_numpy()[rows]
            found = solution.at(rows).potentials(x) - record.chemical_potential.to_numpy()[rows]
            worst = max(worst, float(np.abs(found).max()))
    return worst / FARADAY * 1e3


def kinds(record: xr.Dataset) -> np.ndarray:
    """Amounts of liquid, bcc and compound, summed over composition sets (state, kind)."""
    names = record.phase.to_numpy()
    chosen = [[name for name in names if name.upper().startswith(kind)] for kind in KINDS]
    return np.stack([record.phase_fraction.sel(phase=part).sum("phase").to_numpy() for part in chosen], axis=-1)


def timed(function: Callable[[], xr.Dataset], repeats: int = REPEATS) -> tuple[xr.Dataset, float]:
    """Result and the least CPU time of some calls, after one that is not timed."""
    function()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        result = function()
        times.append(time.process_time() - start)
    return result, min(times)


def line(name: str, value: str, unit: str = "", target: str = "") -> None:
    print(f"{name:44s}  {value:>10s} {unit}" + (f" (target {target})" if target else ""))


if __name__ == "__main__":
    main()
