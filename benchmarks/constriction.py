"""Constriction: finite volumes against the series and a solution in Bessel functions, table of the design, speed, coverage.

Run ``python benchmarks/constriction.py``. CPU time, one thread.
"""

from __future__ import annotations

import os
import platform
import time
import warnings
from importlib.metadata import version

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402 (after the number of threads is fixed)
from scipy.special import gammaln, j0, jn_zeros, jv  # noqa: E402

from alkanode.foundation.errors import DataQualityWarning  # noqa: E402
from alkanode.impedance import (  # noqa: E402
    ContactGeometry,
    Measured,
    Mesh,
    active_area,
    constriction,
    constriction_resistance,
)
from alkanode.impedance.interface.constriction import constriction_factor  # noqa: E402

FRACTIONS = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.375, 0.4, 0.5])
TABLE = (
    (10, 0.1, 1, 1.409, 2.8e-9),
    (10, 0.5, 1, 0.150, 2.1e-9),
    (50, 0.1, 1, 7.04, 9.0e-9),
    (10, 0.1, 0.01, 1.409, 1.6e-7),
    (100, 0.01, 0.1, 67.8, 6.7e-7),
    (100, 0.01, 0.001, 67.8, 6.7e-5),
)


def bessel_factor(fraction: float, zero: np.ndarray, terms: int = 14) -> float:
    """psi of spots at one potential, from a dual series."""
    e = np.sqrt(fraction)
    x = zero * e
    transforms = np.array(
        [2 ** (k - 0.5) * np.exp(gammaln(k + 0.5)) * jv(k + 0.5, x) / x ** (k + 0.5) for k in range(terms)]
    )
    charge = 1 / (2 * np.arange(terms) + 1.0)
    potential = (transforms * (2 * e**2 / (zero * j0(zero) ** 2))) @ transforms.T
    return float(4 * e / (2 * np.pi * e**2 * (charge @ np.linalg.lstsq(potential, charge, rcond=1e-13)[0])))


def against_the_series() -> None:
    found = constriction(FRACTIONS, resistivity=10.0, spacing=1e-5, void_depth=1e-6, frequency=[1.0])
    ratio = (found["constriction_resistance"] / found["constriction_formula"]).to_numpy() - 1
    fine = constriction(
        FRACTIONS,
        resistivity=10.0,
        spacing=1e-5,
        void_depth=1e-6,
        frequency=[1.0],
        mesh=Mesh(cells=80, smallest=2.5e-4),
    )
    finer = (fine["constriction_resistance"] / fine["constriction_formula"]).to_numpy() - 1
    zero = jn_zeros(1, 20000)
    exact = np.array([bessel_factor(f, zero) for f in FRACTIONS])
    series = constriction_factor(FRACTIONS) / exact - 1
    rough = constriction_factor(np.array([0.375, 0.5]), form="three-halves") / constriction_factor([0.375, 0.5]) - 1
    print(f"finite volumes vs series, f 0.01-0.5        {100 * np.abs(ratio).max():.2f} % (target <= 1.5)")
    print(f"finite volumes vs series, mesh twice as fine {100 * np.abs(finer).max():.2f} %")
    print(f"series vs Bessel functions, f 0.01-0.5      {100 * np.abs(series).max():.3f} % (target <= 0.1)")
    print(
        f"(1 - e)^1.5 vs series at f 0.375, 0.5       {100 * rough[0]:.1f}, {100 * rough[1]:.1f} % (expected: 10, 17)"
    )


def against_the_table() -> None:
    for spacing, fraction, depth, resistance, tau in TABLE:
        found = constriction(
            fraction, resistivity="1000 ohm cm", spacing=f"{spacing} um", void_depth=f"{depth} um", frequency=[1.0]
        )
        print(
            f"table b {spacing} um f {fraction} d {depth} um: R A {1e4 * found['constriction_resistance'].item():.4g} "
            f"(expected {resistance}) ohm cm2, tau {found['relaxation_time'].item():.2g} (expected {tau:.2g}) s"
        )


def speed() -> None:
    constriction(0.1, resistivity=10.0, spacing=1e-5, void_depth=1e-6)
    start = time.process_time()
    constriction(
        np.full(20, 0.1), resistivity=10.0, spacing=1e-5, void_depth=1e-6, frequency=np.geomspace(1e9, 1e3, 80)
    )
    print(f"spectrum of 80 frequencies, mesh known      {1e3 * (time.process_time() - start) / 20:.1f} ms")
    start = time.process_time()
    constriction(0.123456, resistivity=10.0, spacing=1e-5, void_depth=1e-6, frequency=np.geomspace(1e9, 1e3, 80))
    print(f"spectrum of 80 frequencies, new mesh        {1e3 * (time.process_time() - start):.0f} ms")


def coverage(count: int = 2000) -> None:
    random = np.random.default_rng(11)
    true = np.exp(random.uniform(np.log(0.01), 0.0, count))
    geometry = ContactGeometry(area=1e-4, resistivity=10.0, spacing=2e-5)
    noise = (0.05, 0.15, 0.1)
    errors = [np.exp(size * random.normal(size=count)) for size in noise]
    scale = 2e-4 * np.exp(geometry.log_deviation * random.normal(size=count))
    constricted = constriction_resistance(true, resistivity=scale, spacing=1.0) / 1e-4
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        found = active_area(
            reference_state="made",
            charge_transfer=Measured(value=20 / true * errors[0], log_deviation=noise[0], reference=20.0),
            double_layer=Measured(value=1e-5 * true * errors[1], log_deviation=noise[1], reference=1e-5),
            constriction=Measured(value=constricted * errors[2], log_deviation=noise[2]),
            geometry=geometry,
            least_fraction=0.01,
        )
    spent = time.process_time() - start
    agree = found["agree"].to_numpy()
    inside = (true >= found["area_fraction_low"]) & (true <= found["area_fraction_high"])
    print(f"area fraction, coverage of 95 % intervals   {100 * inside.to_numpy()[agree].mean():.1f} % (target 92-98)")
    print(f"area fraction, honest routes said to agree  {100 * agree.mean():.1f} % (target >= 98)")
    print(f"area fraction                               {1e3 * spent / count:.2f} ms per spectrum")


def main() -> None:
    packages = ", ".join(f"{name} {version(name)}" for name in ("alkanode", "numpy", "scipy"))
    print(f"Python {platform.python_version()}, {packages}; one thread, CPU time")
    against_the_series()
    against_the_table()
    speed()
    coverage()


if __name__ == "__main__":
    main()
