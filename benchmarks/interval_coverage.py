"""Coverage: how often a stated 95 % interval holds the truth, with bias, scatter and width; and the speed of posteriors.

Run ``python benchmarks/interval_coverage.py`` (about two minutes; ``--draws 1000`` for more). Two parts: every parameter of a
three-arc circuit fitted to spectra that this very circuit made, and resistances from distributions of relaxation times
(posterior) on three families of spectra whose distribution is known. Settings were chosen on ``growing_interface`` only,
with other noise; the other two families tell what that is worth. Both with noise of each part in proportion to itself
("part") and of both in proportion to |Z| ("modulus"). CPU time, one thread.

The peer for posteriors, hybrid-drt, is not on the package index, so it cannot be run here.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from importlib.metadata import version

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402 (after the number of threads is fixed)
import xarray as xr  # noqa: E402

CIRCUIT_TARGET = (92.0, 98.0)
RELAXATION_TARGET = (90.0, 98.0)
SPEED_TARGET = 3.0  # ms per spectrum
NOISES = (0.002, 0.005, 0.01)
MODELS = ("part", "modulus")
CIRCUIT = "L0-R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)"
ARCS = ((20.0, 1.2e-7, 0.95), (8.0, 1e-3, 0.92), (40.0, 2e-2, 0.80))  # ohm, s, exponent
VALLEYS = {  # s, beside the process in the middle and above the fastest one
    "growing_interface": (3e-6, 1.5e-4, 4e-3),
    "switched_interface": (3e-6, 1.5e-4, 4e-3),
    "skewed_arcs": (8e-5, 8e-5, 7e-3),
    "flat_bands": (2e-5, 2e-5, 4e-3),
}


def circuit_coverage(draws: int, noise: float, model: str) -> dict[str, tuple[float, float, float]]:
    """Coverage (%), bias and scatter (both over the stated standard deviation) of every parameter."""
    from alkanode.impedance import elements, fit_circuit

    frequency = np.geomspace(7e6, 1.0, 80)
    truth = {"L0": 1e-7, "R0": 15.0}
    clean = elements.resistor(frequency, 15.0) + elements.inductor(frequency, 1e-7)
    for number, (resistance, tau, exponent) in enumerate(ARCS, start=1):
        clean = clean + elements.zarc(frequency, resistance, tau, exponent)
        truth |= {
            f"R{number}": resistance,
            f"CPE{number}_Q": tau**exponent / resistance,
            f"CPE{number}_alpha": exponent,
        }
    noisy = with_noise(np.tile(clean, (draws, 1)), noise, model, seed=11)
    fit = fit_circuit(_record(np.tile(frequency, (draws, 1)), noisy), CIRCUIT)
    scores = {}
    for name in fit["parameter"].values.tolist():
        chosen = fit.sel(parameter=name)
        true = truth[name]
        held = (chosen.lower_95 <= true) & (true <= chosen.upper_95)
        distance = (chosen.value - true) / chosen.standard_deviation
        scores[name] = (100 * float(held.mean()), float(distance.median()), float(distance.std()))
    return scores


def with_noise(clean: np.ndarray, noise: float, model: str, *, seed: int) -> np.ndarray:
    """Impedance with normal noise in proportion to each part, or to |Z|."""
    draw = np.random.default_rng(seed).normal(size=(2, *clean.shape))
    if model == "part":
        return clean.real * (1 + noise * draw[0]) + 1j * clean.imag * (1 + noise * draw[1])
    return clean + noise * np.abs(clean) * (draw[0] + 1j * draw[1])


def _record(frequency: np.ndarray, impedance: np.ndarray) -> xr.Dataset:
    dims = ("spectrum", "point")
    return xr.Dataset({"frequency": (dims, frequency), "impedance": (dims, impedance)})


def relaxation_coverage(
    family: str, noise: float, model: str, draws: int
) -> tuple[dict[str, tuple[float, float, float, float, float]], float]:
    """Coverage (%), bias and scatter (over the standard deviation), median error and half width of the interval (%).

    The second answer is the blurred error of the distribution.
    """
    from alkanode.impedance import relaxation_posterior, resistance_between
    from alkanode.virtual.synthetic_spectra import synthetic_spectra

    record, truth = synthetic_spectra(family, spectra=draws, noise=0.0)
    record["impedance"].values[:] = with_noise(truth.impedance, noise, model, seed=5)
    posterior = relaxation_posterior(record)
    shortest, longest = 1 / (2 * np.pi * truth.frequency.max()), 1 / (2 * np.pi * truth.frequency.min())
    split, low, high = VALLEYS[family]
    areas = {
        "R_gb": (shortest, split),
        "R_rest": (split, longest),
        "R_between_valleys": (low, high),
        "R_in_window": (shortest, longest),
    }
    scores = {}
    for name, (first, last) in areas.items():
        found = resistance_between(posterior, first, last)
        scores[name] = _score(found.resistance, found.lower_95, found.upper_95, truth.polarisation(first, last))
    first_node = float(posterior.relaxation_time[0])
    series = truth.series_resistance + truth.polarisation(first_node * 1e-8, first_node)
    scores["R_0"] = _score(
        posterior.series_resistance, posterior.series_resistance_low, posterior.series_resistance_high, series
    )
    inside = posterior.in_window.values[0]
    true = truth.distribution(posterior.relaxation_time.values)[:, inside]
    band = (posterior.distribution_low.values[:, inside], posterior.distribution_high.values[:, inside])
    scores["distribution"] = _score(posterior.distribution.values[:, inside], *band, true)
    return scores, blurred_error(posterior, truth)


def _score(
    value: np.ndarray, low: np.ndarray, high: np.ndarray, true: np.ndarray
) -> tuple[float, float, float, float, float]:
    value, low, high = (np.asarray(values) for values in (value, low, high))
    deviation = np.log(high / low) / (2 * 1.96)
    distance = np.log(value / true) / deviation
    held = 100 * float(((low <= true) & (true <= high)).mean())
    error, half = 100 * np.median(np.abs(value / true - 1)), 100 * np.median((high - low) / 2 / true)
    return held, float(distance.mean()), float(distance.std()), float(error), float(half)


def blurred_error(posterior: xr.Dataset, truth: object) -> float:
    """Median relative L2 error of gamma inside the window after blurring by 0.15 decade."""
    log_tau = np.log(posterior.relaxation_time.values)
    fine = np.linspace(log_tau[0], log_tau[-1], 1001)
    true = truth.distribution(np.exp(fine))
    found = np.array([np.interp(fine, log_tau, gamma) for gamma in posterior.distribution.values])
    width = 0.15 * np.log(10)
    kernel = np.exp(-0.5 * ((fine[:, None] - fine) / width) ** 2)
    window = -np.log(2 * np.pi * truth.frequency[[0, -1]])
    kernel = kernel[(fine >= window[0]) & (fine <= window[1])]
    difference, size = (found - true) @ kernel.T, true @ kernel.T
    return float(np.median(np.linalg.norm(difference, axis=1) / np.linalg.norm(size, axis=1)))


def speed(spectra: int) -> tuple[float, float]:
    """CPU time (ms per spectrum) of ``relaxation_posterior`` and of ``relaxation_times``."""
    from alkanode.impedance import relaxation_posterior, relaxation_times
    from alkanode.virtual.synthetic_spectra import synthetic_spectra

    record, _ = synthetic_spectra("growing_interface", spectra=spectra)
    seconds = []
    for inference in (relaxation_posterior, relaxation_times):
        inference(record.isel(spectrum=slice(0, 10)))
        start = time.process_time()
        inference(record)
        seconds.append(time.process_time() - start)
    return 1e3 * seconds[0] / spectra, 1e3 * seconds[1] / spectra


def _summary(reached: list[float], low: float, high: float) -> str:
    inside = sum(low <= held <= high for held in reached)
    return (
        f"{inside} of {len(reached)} cells within {low:g}-{high:g} %, lowest {min(reached):.1f} %, "
        f"highest {max(reached):.1f} %"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--circuit-draws", type=int, default=500)
    parser.add_argument("--draws", type=int, default=300, help="spectra per family, noise and model")
    parser.add_argument("--spectra", type=int, default=1000, help="spectra of the measurement of speed")
    options = parser.parse_args()
    names = ("alkanode", "numpy", "scipy", "xarray")
    print("python", platform.python_version(), *(f"{name} {version(name)}" for name in names), sep="  ")

    low, high = CIRCUIT_TARGET
    print(f"circuit {CIRCUIT}, {options.circuit_draws} spectra made by it, noise 0.5 % of |Z|, 95 % intervals")
    reached = []
    for name, (held, bias, scatter) in circuit_coverage(options.circuit_draws, 0.005, "modulus").items():
        reached.append(held)
        print(
            f"  circuit {name:<8} coverage {held:5.1f} %  (target {low:g} to {high:g})"
            f"   bias {bias:+.2f} sd, scatter {scatter:.2f} sd"
        )
    print(f"circuit parameters: {_summary(reached, low, high)}")

    low, high = RELAXATION_TARGET
    print(f"relaxation_posterior, {options.draws} spectra each, 95 % intervals; settings chosen on growing_interface")
    reached = []
    for family in VALLEYS:
        for model in MODELS:
            for noise in NOISES:
                scores, blurred = relaxation_coverage(family, noise, model, options.draws)
                print(
                    f"  {family}, noise {100 * noise:g} % of {model}: blurred L2 error {blurred:.3f} "
                    "(hybrid-drt, by hand from its sources at 0.2 % of part: 0.10)"
                )
                for name, (held, bias, scatter, error, half) in scores.items():
                    if name != "distribution":
                        reached.append(held)
                    print(
                        f"    {name:<18} coverage {held:5.1f} %  (target {low:g} to {high:g})   bias {bias:+.2f} sd, "
                        f"scatter {scatter:.2f} sd, error {error:.2f} %, half width {half:.2f} %"
                    )
    print(f"DRT resistances: {_summary(reached, low, high)}")

    posterior, fixed = speed(options.spectra)
    print(f"speed, {options.spectra} spectra x 80 frequencies, CPU time, one thread")
    print(
        f"  relaxation_posterior   {posterior:.2f} ms per spectrum   (target <= {SPEED_TARGET:g}; hybrid-drt, by hand from its sources: 112)"
    )
    print(f"  relaxation_times       {fixed:.2f} ms per spectrum")


if __name__ == "__main__":
    main()
