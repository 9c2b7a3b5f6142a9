"""A posterior over three cells: 2000 draws of the transport coefficient and its slope from three critical stripping capacities.

    python benchmarks/cell_model_posterior.py [--samples 2000]

CPU time of this process, one thread; the target is wall time on two cores, which one process does not even use.
"""

from __future__ import annotations

import argparse
import time
import warnings
from importlib.metadata import version

from alkanode.foundation.errors import AlkanodeWarning
from alkanode.studies.calibration import Datum, LogUniform, Normal, calibrate

DATA = tuple(
    Datum(
        cell=alloy,
        protocol=["Strip at 0.25 mA cm-2 until 1 V"],
        observable="specific_capacity",
        value=f"{value} mAh g-1",
        standard_error=0.13,
        logarithmic=True,
    )
    for alloy, value in (("NaK50", 400), ("NaK65", 300), ("NaK80", 150))
)
FIT = {
    "Sodium transport coefficient": LogUniform(1e-14, 1e-10),
    "Transport coefficient composition slope": Normal(0.0, 3.0),
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--samples", type=int, default=2000)
    samples = arguments.parse_args().samples
    warnings.simplefilter("ignore", AlkanodeWarning)
    calibrate(
        "alloy-anode", DATA[:1], {"Sodium transport coefficient": LogUniform(1e-14, 1e-10)}, samples=0, profile_points=0
    )
    start, wall = time.process_time(), time.perf_counter()
    found = calibrate("alloy-anode", DATA, FIT, samples=samples, seed=1)
    spent, waited = time.process_time() - start, time.perf_counter() - wall
    posterior = found["posterior"].to_dataset()
    print(f"pybamm {version('pybamm')}, emcee {version('emcee')}, one thread")
    print(f"draws                     {posterior.sizes['sample']}")
    print(f"runs of the model         {found.attrs['runs']}")
    print(f"CPU time                  {spent:.1f} s (target <= 120 s, profile and predictions included)")
    print(f"wall time                 {waited:.1f} s on this machine as loaded as it is")
    for k, name in enumerate(posterior["parameter"].to_numpy()):
        low, high = posterior["interval"].to_numpy()[k]
        wide = posterior["honest_interval"].to_numpy()[k]
        print(
            f"{name}: {float(posterior['best'][k]):.3g} ({low:.3g} to {high:.3g}; with assumed numbers {wide[0]:.3g} to {wide[1]:.3g}), "
            f"effective draws {float(posterior['effective_samples'][k]):.0f}, split R-hat {float(posterior['split_r_hat'][k]):.3f}"
        )


if __name__ == "__main__":
    main()
