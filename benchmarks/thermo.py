"""Liquid fractions of Na-K on a grid: alkanode next to pycalphad, in one process, by CPU time.

    python benchmarks/thermo.py            # pycalphad on 400 points, scaled per point
    python benchmarks/thermo.py --full     # pycalphad on all 10,000 points

pycalphad is warmed up before it is timed; the making of our phase map, done once per assessment, is printed apart and
also counted in the second ratio.
"""

from __future__ import annotations

import argparse
import platform
import time
import warnings

import numpy as np

from alkanode.foundation.errors import DataQualityWarning
from alkanode.foundation.runtime import require
from alkanode.thermo import calphad, liquid_fraction, load_assessment
from alkanode.thermo.binary.phase_map import phase_map

REPEATS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="run pycalphad on all 10,000 points")
    full = parser.parse_args().full
    temperature = np.linspace(240.0, 335.0, 100)
    sodium = np.linspace(0.005, 0.995, 100)

    pycalphad = require("pycalphad", extra="calphad")
    assessment = load_assessment("Na-K")
    start = time.process_time()
    phase_map(assessment)
    once = time.process_time() - start
    start = time.process_time()
    for _ in range(REPEATS):
        ours = liquid_fraction(temperature[:, None], sodium[None, :], system=assessment)
    warm = (time.process_time() - start) / REPEATS

    step = 1 if full else 5
    database = calphad.open_database(assessment)
    calphad.equilibrium_liquid_fraction(database, temperature[:2], sodium[:2])
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        theirs = calphad.equilibrium_liquid_fraction(database, temperature[::step], sodium[::step], failed="mask")
    peer = (time.process_time() - start) * ours.size / theirs.size

    print(f"Python {platform.python_version()}, numpy {np.__version__}, pycalphad {pycalphad.__version__}; CPU time")
    print(f"grid: {ours.size} points (100 T x 100 x), 240-335 K, with Na2K; pycalphad ran {theirs.size} of them")
    print(f"pycalphad equilibrium     {peer:10.3f} s" + ("" if full else "  (scaled per point)"))
    print(f"alkanode                  {warm:10.5f} s  ratio {peer / warm:8.0f}")
    print(f"alkanode with phase map   {warm + once:10.5f} s  ratio {peer / (warm + once):8.0f}")
    difference = np.abs(ours[::step, ::step] - theirs)
    failed = int(np.isnan(difference).sum())
    print(f"largest difference in liquid fraction {np.nanmax(difference):.2e}; pycalphad failed at {failed} points")


if __name__ == "__main__":
    main()
