"""Distributions of relaxation times: speed beside pyDRTtools and pyimpspec, exactness, accuracy against known answers.

Run ``python benchmarks/relaxation.py``. Each peer runs in its own environment (``benchmarks/.envs/NAME``, made from the hashed
pins of ``benchmarks/peers/NAME.txt``), in the same invocation, as a subprocess of this script, on some of the same spectra.
CPU time, one thread. Accuracy is printed for three families of spectra; settings were chosen on the first one only.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import types
import warnings
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np  # noqa: E402 (after the number of threads is fixed)

HERE = Path(__file__).resolve().parent
PEERS = ("pydrttools", "pyimpspec")
REGULARISATION = 1e-3
TARGETS = {"ms_per_spectrum": 0.15, "gcv_ms": 0.05, "difference": 1e-8}
RATIOS = {"Gaussian": 500, "PWL": 50, "TR-NNLS": 6}
SPLIT = {"growing_interface": 3e-6, "switched_interface": 3e-6, "skewed_arcs": 6e-5, "flat_bands": 2e-5}
"""Relaxation time (s) between the fastest arc and the rest."""

GOALS = {"R fast": 2.0, "R rest": 1.0, "blurred L2": 0.13, "peak fast": 0.05, "peak slow": 0.05}
UNITS = {"R fast": "%", "R rest": "%", "blurred L2": "of the norm", "peak fast": "decades", "peak slow": "decades"}


def cpu_ms(run: Callable[[], Any], spectra: int, repeats: int = 3) -> tuple[float, Any]:
    """Median CPU time per spectrum (ms), and what the last run returned."""
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        answer = run()
        seconds.append(time.process_time() - start)
    return float(np.median(seconds)) / spectra * 1e3, answer


def measure_own(record: Any, repeats: int) -> dict[str, float]:
    from alkanode.impedance import regularisation_curve, relaxation_times

    count = record.sizes["spectrum"]
    relaxation_times(record.isel(spectrum=slice(0, 10)))
    fixed, times = cpu_ms(lambda: relaxation_times(record, regularisation=REGULARISATION), count, repeats)
    modulus, _ = cpu_ms(lambda: relaxation_times(record, regularisation=1e-4, weights="modulus"), count)
    gaussian, _ = cpu_ms(lambda: relaxation_times(record, basis="gaussian"), count)
    gcv, curve = cpu_ms(lambda: regularisation_curve(record, "gcv"), count)
    return {
        "ms": fixed,
        "modulus_ms": modulus,
        "gaussian_ms": gaussian,
        "gcv_ms": gcv,
        "gcv_lambda": curve.attrs["regularisation"],
        "lambdas": curve.sizes["candidate"],
        "tau": times.sizes["relaxation_time"],
        "difference": largest_difference(record, times),
    }


def largest_difference(record: Any, times: Any, step: int = 20) -> float:
    """Largest difference to scipy.optimize.nnls on the stacked problem; each of R0, L, gamma over its own largest."""
    from scipy.optimize import nnls

    from alkanode.impedance.relaxation.tent_basis import tent_response

    frequency, impedance = record["frequency"].to_numpy()[0], record["impedance"].to_numpy()
    log_tau = np.log(times.relaxation_time.to_numpy())
    omega = 2 * np.pi * frequency
    columns = np.column_stack([np.ones(omega.size), 1j * omega, tent_response(omega, log_tau)])
    slope = np.diff(np.eye(log_tau.size), axis=0) * np.sqrt(REGULARISATION / (log_tau[1] - log_tau[0]))
    A = np.vstack([columns.real, columns.imag, np.column_stack([np.zeros((len(slope), 2)), slope])])
    scale = np.linalg.norm(A, axis=0)
    worst = 0.0
    for k in range(0, len(impedance), step):
        b = np.concatenate([impedance[k].real, impedance[k].imag, np.zeros(len(slope))])
        x = nnls(A / scale, b)[0] / scale
        ours = (times.series_resistance[k], times.inductance[k], times.distribution[k])
        for own, theirs in zip(ours, (x[:1], x[1:2], x[2:]), strict=True):
            worst = max(worst, float(np.abs(np.atleast_1d(own.to_numpy()) - theirs).max() / np.abs(theirs).max()))
    return worst


def errors(family: str, truth: Any, times: Any) -> dict[str, np.ndarray]:
    """Errors of every spectrum: resistances (%), distribution blurred by 0.15 decade (L2), peaks (decades)."""
    from alkanode.impedance import peaks
    from alkanode.impedance.relaxation.tent_basis import integration_weights

    tau, found = times.relaxation_time.to_numpy(), times.distribution.to_numpy()
    u = np.log(tau)
    low, high = np.log(1 / (2 * np.pi * truth.frequency.max())), np.log(1 / (2 * np.pi * truth.frequency.min()))
    split = np.log(SPLIT[family])
    fast = found @ integration_weights(u, u[0], split) / truth.polarisation(1e-12, np.exp(split))
    rest = found @ integration_weights(u, split, high) / truth.polarisation(np.exp(split), np.exp(high))
    blur = np.exp(-0.5 * ((u[:, None] - u) / (0.15 * np.log(10))) ** 2)
    blur /= blur.sum(axis=1, keepdims=True)
    inside = (u >= low) & (u <= high)
    exact = truth.distribution(tau)
    size = np.linalg.norm((exact @ blur.T)[:, inside], axis=1)
    table = peaks(times)
    fine = np.linspace(low, high, 4000)
    whole = truth.distribution(np.exp(fine))
    made = {
        "R fast": 100 * np.abs(fast - 1),
        "R rest": 100 * np.abs(rest - 1),
        "blurred L2": np.linalg.norm(((found - exact) @ blur.T)[:, inside], axis=1) / size,
    }
    for name, arc in (("peak fast", truth.arcs[0]), ("peak slow", truth.arcs[-1])):
        near = np.abs(fine - np.log(arc.relaxation_time)[:, None]) < 0.6 * np.log(10)
        target = fine[np.where(near, whole, -1.0).argmax(axis=1)]
        distance = np.full(len(found), np.inf)
        index = table.spectrum_index.to_numpy()
        np.minimum.at(distance, index, np.abs(np.log(table.relaxation_time.to_numpy()) - target[index]) / np.log(10))
        made[name] = distance
    return made


def print_accuracy(spectra: int) -> None:
    from alkanode.impedance import relaxation_times
    from alkanode.virtual.synthetic_spectra import synthetic_spectra

    print(f"accuracy, {spectra} spectra per family, noise 0.2 %, lambda = {REGULARISATION:g}, unit weights")
    for family in SPLIT:
        record, truth = synthetic_spectra(family, spectra=spectra)
        for name, values in errors(family, truth, relaxation_times(record)).items():
            if (family, name) == ("flat_bands", "peak fast"):
                continue  # a flat top has no place of its own
            median, high = np.quantile(values, [0.5, 0.95])
            print(
                f"  {family:<19} {name:<11} median {median:.3g}  p95 {high:.3g} {UNITS[name]} (target <= {GOALS[name]:g})"
            )
    record, truth = synthetic_spectra("growing_interface", spectra=spectra)
    for label, options in (
        ("pooled gcv", {"regularisation": "gcv"}),
        ("modulus 1e-4", {"regularisation": 1e-4, "weights": "modulus"}),
    ):
        found = errors("growing_interface", truth, relaxation_times(record, **options))
        told = "  ".join(f"{name} {np.median(values):.3g}" for name, values in found.items())
        print(f"  growing_interface, {label}: medians  {told}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bias = errors("growing_interface", truth, relaxation_times(record, inductance=False))["R fast"]
    print(
        f"  growing_interface, no inductance in the model: R fast wrong by {np.median(bias):.1f} % (1e-7 H in the spectra)"
    )


def measure_peers(frequency: np.ndarray, impedance: np.ndarray, count: int) -> dict[str, dict[str, Any]]:
    """CPU time of each peer on a few of the spectra, in its own interpreter."""
    answers = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spectra.npz"
        chosen = np.linspace(0, len(impedance) - 1, count).astype(int)
        np.savez(path, frequency=frequency, impedance=impedance[chosen])
        for name in PEERS:
            python = prepare_environment(name)
            command = [str(python), "-W", "ignore", str(Path(__file__)), "--as-peer", name, str(path)]
            answer = subprocess.run(command, capture_output=True, text=True, check=False)
            if answer.returncode:
                raise SystemExit(f"{name} failed:\n{answer.stderr}")
            answers[name] = json.loads(answer.stdout.splitlines()[-1])
    return answers


def prepare_environment(name: str) -> Path:
    """Interpreter of a peer's own environment, made from its pins where it is absent or out of date."""
    pins, environment = HERE / "peers" / f"{name}.txt", HERE / ".envs" / name
    stamp, python = environment / ".pins", environment / "bin" / "python"
    if not (stamp.exists() and stamp.read_text() == pins.read_text()):
        uv = Path(sys.executable).with_name("uv")
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, environment], check=True)
        subprocess.run([uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", pins], check=True)
        stamp.write_text(pins.read_text())
    return python


def as_peer(name: str, path: Path) -> None:
    """Runs inside the environment of a peer."""
    data = np.load(path)
    times = {"pydrttools": _pydrttools, "pyimpspec": _pyimpspec}[name](data["frequency"], data["impedance"])
    packages = {"pydrttools": ("pyDRTtools", "numpy", "scipy", "cvxopt"), "pyimpspec": ("pyimpspec", "numpy", "scipy")}
    print(json.dumps({"versions": {package: version(package) for package in packages[name]}, "ms": times}))


def _pydrttools(frequency: np.ndarray, spectra: np.ndarray) -> dict[str, float]:
    package = types.ModuleType("pyDRTtools")
    package.__path__ = list(find_spec("pyDRTtools").submodule_search_locations)
    sys.modules["pyDRTtools"] = package  # its own __init__ imports PyQt5, which it does not declare
    from cvxopt import solvers
    from pyDRTtools.runs import EIS_object, simple_run

    solvers.options["show_progress"] = False
    report = {}
    for mode in ("Gaussian", "PWL"):
        seconds = []
        for impedance in spectra:
            with contextlib.redirect_stdout(io.StringIO()):
                start = time.process_time()
                entry = EIS_object(frequency, impedance.real, impedance.imag)
                simple_run(entry, rbf_type=mode, cv_type="custom", reg_param=REGULARISATION)
                seconds.append(time.process_time() - start)
        report[mode] = float(np.median(seconds)) * 1e3
    return report


def _pyimpspec(frequency: np.ndarray, spectra: np.ndarray) -> dict[str, float]:
    from pyimpspec import DataSet
    from pyimpspec.analysis.drt import calculate_drt_tr_nnls

    seconds = []
    for impedance in np.concatenate([spectra[:1], spectra, spectra, spectra]):  # the first call imports and caches
        data = DataSet(frequencies=frequency, impedances=impedance)
        start = time.process_time()
        calculate_drt_tr_nnls(data, mode="real", lambda_value=REGULARISATION)
        seconds.append(time.process_time() - start)
    return {"TR-NNLS": float(np.median(seconds[1:])) * 1e3}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spectra", type=int, default=1000)
    parser.add_argument("--peer-spectra", type=int, default=5)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--as-peer", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.as_peer:
        as_peer(options.as_peer[0], Path(options.as_peer[1]))
        return
    from alkanode.virtual.synthetic_spectra import synthetic_spectra

    names = ("alkanode", "numpy", "scipy", "xarray")
    print("python", platform.python_version(), *(f"{name} {version(name)}" for name in names), sep="  ")
    record, truth = synthetic_spectra("growing_interface", spectra=options.spectra)
    own = measure_own(record, repeats=5)
    count = record.sizes["spectrum"]
    print(f"{count} spectra x {truth.frequency.size} frequencies x {own['tau']} relaxation times, CPU time, one thread")
    print(f"  relaxation_times       {own['ms']:.3f} ms per spectrum   (target <= {TARGETS['ms_per_spectrum']})")
    print(f"  the same, Gaussians    {own['gaussian_ms']:.3f} ms per spectrum")
    print(f"  the same, modulus      {own['modulus_ms']:.3f} ms per spectrum   (target <= 1)")
    print(
        f"  pooled gcv             {own['gcv_ms']:.4f} ms per spectrum   (target <= {TARGETS['gcv_ms']}), "
        f"{own['lambdas']} lambdas, chosen {own['gcv_lambda']:.2g}"
    )
    print(f"  difference to nnls     {own['difference']:.1e} relative      (target <= {TARGETS['difference']:.0e})")
    print_accuracy(options.spectra)
    if options.no_peer:
        return
    for name, peer in measure_peers(truth.frequency, record["impedance"].to_numpy(), options.peer_spectra).items():
        print("peer ", *(f"{package} {number}" for package, number in peer["versions"].items()), sep="  ")
        for mode, ms in peer["ms"].items():
            ratio = ms / own["ms"]
            print(f"  {mode:<22} {ms:.2f} ms per spectrum, {ratio:.0f}x ours   (target >= {RATIOS[mode]}x), {name}")
    print(
        "The peers solve one spectrum per call and build their matrices anew each time; ours shares them over a series. "
        "TR-NNLS is the real part only, without an inductance."
    )


if __name__ == "__main__":
    main()
