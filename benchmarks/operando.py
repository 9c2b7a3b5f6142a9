"""Speed and accuracy of the joint inversion of a series of spectra, beside single spectra.

Run ``python benchmarks/operando.py``. CPU time, one thread. Truths are those of ``alkanode.virtual.synthetic_spectra``; settings
of the inversion were chosen on ``growing_interface`` only, while the search for arcs and the limit of jumps have seen all three. No peer runs: the one open tool for series (hybrid-drt) is not on the package index; its
authors' per-spectrum mode took 112 ms per spectrum when it was measured by hand from its sources.
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
from scipy.ndimage import gaussian_filter1d  # noqa: E402

SPLIT = 3e-6  # s: grain boundary below, everything else above
TARGETS = {"blurred_l2": 0.10, "rest": 1.0, "ms": 1.5}
CASES = (
    ("growing_interface", 1000, 0.01),
    ("growing_interface", 1000, 0.002),
    ("switched_interface", 13, 0.01),
    ("switched_interface", 13, 0.002),
    ("skewed_arcs", 1000, 0.01),
    ("flat_bands", 1000, 0.01),
)


def scores(times: xr.Dataset, truth: object) -> tuple[float, float]:
    """Median relative L2 error blurred by 0.15 decade, and median error (%) of the resistance slower than 3 us."""
    log_tau = np.log(times.relaxation_time.to_numpy())
    fine = np.linspace(log_tau[0], log_tau[-1], 10 * (log_tau.size - 1) + 1)
    sigma = 0.15 * np.log(10) / (fine[1] - fine[0])
    inside = times.in_window.to_numpy()[0]
    gamma = np.array([np.interp(fine, log_tau, row) for row in times.distribution.to_numpy()])

    def blurred(values: np.ndarray) -> np.ndarray:
        return gaussian_filter1d(values, sigma, axis=1, mode="nearest")[:, ::10][:, inside]

    wanted = blurred(truth.distribution(np.exp(fine)))
    error = np.linalg.norm(blurred(gamma) - wanted, axis=1) / np.linalg.norm(wanted, axis=1)
    end = float(1 / (2 * np.pi * truth.frequency.min()))
    slow = (fine >= np.log(SPLIT)) & (fine <= np.log(end))
    found = np.trapezoid(gamma[:, slow], fine[slow], axis=1)
    true = truth.polarisation(float(np.exp(fine[slow][0])), float(np.exp(fine[slow][-1])))
    return float(np.median(error)), 100 * float(np.median(np.abs(found / true - 1)))


def _median(table: xr.Dataset, arc: object) -> float:
    """Median error (%) of R of a process over its spectra, from the row nearest in relaxation time."""
    errors = []
    for spectrum in np.flatnonzero(arc.resistance > 0):
        rows = np.flatnonzero((table.spectrum_index.to_numpy() == spectrum) & ~table.beyond_window.to_numpy())
        apart = np.abs(np.log(table.relaxation_time.to_numpy()[rows] / arc.relaxation_time[spectrum]))
        if apart.size and apart.min() < np.log(10) / 2:
            errors.append(abs(table.resistance.to_numpy()[rows[apart.argmin()]] / arc.resistance[spectrum] - 1))
    return 100 * float(np.median(errors)) if errors else float("nan")


def timed(function: object, record: xr.Dataset, repeats: int) -> tuple[xr.Dataset, float]:
    """The result, and the median CPU time in ms per spectrum."""
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        result = function(record)
        seconds.append(time.process_time() - start)
    return result, float(np.median(seconds)) / record.sizes["spectrum"] * 1e3


def main() -> None:
    from alkanode.impedance import joint_relaxation_times, relaxation_times, track_peaks
    from alkanode.virtual.synthetic_spectra import synthetic_spectra

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    names = ("alkanode", "numpy", "scipy", "xarray")
    print("python", platform.python_version(), *(f"{name} {version(name)}" for name in names), sep="  ")
    joint_relaxation_times(synthetic_spectra(spectra=10)[0])
    for family, spectra, noise in CASES:
        record, truth = synthetic_spectra(family, spectra=spectra, noise=noise)
        single, single_ms = timed(relaxation_times, record, options.repeats)
        joint, joint_ms = timed(joint_relaxation_times, record, options.repeats)
        areas, track_ms = timed(lambda _, times=joint: track_peaks(times), record, 1)
        arcs, arcs_ms = timed(lambda record, times=joint: track_peaks(times, record=record), record, 1)
        aimed = family == "growing_interface"
        print(f"{family}, {spectra} spectra, noise {noise:.1%}")
        single_l2, single_rest = scores(single, truth)
        joint_l2, joint_rest = scores(joint, truth)
        print(f"  single blurred L2      {single_l2:.3f} of the norm")
        print(f"  joint blurred L2       {joint_l2:.3f} of the norm" + _target(aimed, "blurred_l2"))
        print(f"  single R_rest error    {single_rest:.2f} %")
        print(f"  joint R_rest error     {joint_rest:.2f} %" + _target(aimed, "rest"))
        print(f"  single time            {single_ms:.3f} ms per spectrum")
        print(f"  joint time             {joint_ms:.3f} ms per spectrum" + _target(spectra >= 1000, "ms"))
        print(f"  tracking time          {track_ms:.3f} ms per spectrum")
        print(f"  tracking with arcs     {arcs_ms:.3f} ms per spectrum")
        for arc in truth.arcs:
            print(f"  R of {arc.name:<17} {_median(arcs, arc):.1f} % median error, areas {_median(areas, arc):.1f} %")
        print(
            f"  mu {joint.attrs['time_smoothing']:g}, {joint.attrs['iterations']} iterations, residuals "
            f"{joint.attrs['primal_residual']:.1e} and {joint.attrs['dual_residual']:.1e}, "
            f"{len(joint.attrs['breaks'].splitlines())} breaks"
        )


def _target(aimed: bool, name: str) -> str:
    return f"   (target <= {TARGETS[name]:g})" if aimed else ""


if __name__ == "__main__":
    main()
