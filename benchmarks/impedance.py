"""Speed and exactness of distributions of relaxation times, beside pyDRTtools.

Run ``python benchmarks/impedance.py``. The peer runs in its own environment (``benchmarks/.envs/pydrttools``, made from
``benchmarks/peers/pydrttools.txt``), in the same invocation, as a subprocess of this script. CPU time, one thread.
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
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np  # noqa: E402 (after the number of threads is fixed)

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".envs" / "pydrttools"
REGULARISATION = 1e-3
TARGETS = {"ms_per_spectrum": 0.5, "difference": 1e-8, "ratio": 100.0}


def series(count: int, points: int = 80, noise: float = 0.002) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies (point,) and impedances (spectrum, point): grain boundary, coating, growing interface."""
    from alkanode.impedance.elements import inductor, resistor, zarc

    random = np.random.default_rng(1)
    frequency = np.geomspace(7e6, 1.0, points)
    fixed = resistor(frequency, 15.0) + inductor(frequency, 1e-7) + zarc(frequency, 20.0, 1.2e-7, 0.95)
    impedance = np.array(
        [
            fixed
            + zarc(frequency, 8 + 0.8 * s, 1e-3, 0.92)
            + zarc(frequency, 10 + 60 * s, 0.013 + 0.017 * s, 0.82 - 0.1 * s)
            for s in np.linspace(0, 1, count)
        ]
    )
    draws = random.normal(size=(2, *impedance.shape))
    return frequency, impedance.real * (1 + noise * draws[0]) + 1j * impedance.imag * (1 + noise * draws[1])


def measure_own(frequency: np.ndarray, impedance: np.ndarray, repeats: int) -> dict[str, float]:
    import xarray as xr

    from alkanode.impedance import kramers_kronig, relaxation_times

    record = xr.Dataset(
        {
            "frequency": (("spectrum", "point"), np.tile(frequency, (len(impedance), 1))),
            "impedance": (("spectrum", "point"), impedance),
        }
    )
    relaxation_times(record.isel(spectrum=slice(0, 10)))
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        times = relaxation_times(record, regularisation=REGULARISATION)
        seconds.append(time.process_time() - start)
    start = time.process_time()
    part = record.isel(spectrum=slice(0, None, 10))
    kramers_kronig(part)
    kk = (time.process_time() - start) / part.sizes["spectrum"]
    return {
        "ms": float(np.median(seconds)) / len(impedance) * 1e3,
        "kramers_kronig_ms": kk * 1e3,
        "tau": times.sizes["relaxation_time"],
        "difference": largest_difference(frequency, impedance, times),
    }


def largest_difference(frequency: np.ndarray, impedance: np.ndarray, times: object, step: int = 20) -> float:
    """Largest difference to scipy.optimize.nnls on the stacked problem; each of R0, L, gamma over its own largest."""
    from scipy.optimize import nnls

    from alkanode.impedance.relaxation.tent_basis import tent_response

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


def measure_peer(frequency: np.ndarray, impedance: np.ndarray, count: int) -> dict[str, object]:
    """CPU time of pyDRTtools on a few of the spectra, in its own interpreter."""
    prepare_environment()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spectra.npz"
        chosen = np.linspace(0, len(impedance) - 1, count).astype(int)
        np.savez(path, frequency=frequency, impedance=impedance[chosen])
        command = [str(ENVIRONMENT / "bin" / "python"), "-W", "ignore", str(Path(__file__)), "--as-peer", str(path)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise SystemExit(f"the peer failed:\n{answer.stderr}")
    return json.loads(answer.stdout.splitlines()[-1])


def prepare_environment() -> None:
    pins = HERE / "peers" / "pydrttools.txt"
    stamp = ENVIRONMENT / ".pins"
    if stamp.exists() and stamp.read_text() == pins.read_text():
        return
    uv = Path(sys.executable).with_name("uv")
    python = str(ENVIRONMENT / "bin" / "python")
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, ENVIRONMENT], check=True)
    subprocess.run([uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", pins], check=True)
    stamp.write_text(pins.read_text())


def as_peer(path: Path) -> None:
    """Runs inside the environment of the peer."""
    package = types.ModuleType("pyDRTtools")
    package.__path__ = list(find_spec("pyDRTtools").submodule_search_locations)
    sys.modules["pyDRTtools"] = package  # its own __init__ imports PyQt5, which it does not declare
    from cvxopt import solvers
    from pyDRTtools.runs import EIS_object, simple_run

    solvers.options["show_progress"] = False
    data = np.load(path)
    report: dict[str, object] = {
        "versions": {name: version(name) for name in ("pyDRTtools", "numpy", "scipy", "cvxopt")}
    }
    for mode in ("Gaussian", "PWL"):
        seconds = []
        for impedance in data["impedance"]:
            with contextlib.redirect_stdout(io.StringIO()):
                start = time.process_time()
                entry = EIS_object(data["frequency"], impedance.real, impedance.imag)
                simple_run(entry, rbf_type=mode, cv_type="custom", reg_param=REGULARISATION)
                seconds.append(time.process_time() - start)
        report[mode] = float(np.median(seconds)) * 1e3
    print(json.dumps(report))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spectra", type=int, default=1000)
    parser.add_argument("--peer-spectra", type=int, default=5)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--as-peer", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.as_peer:
        as_peer(options.as_peer)
        return
    names = ("alkanode", "numpy", "scipy", "xarray")
    print("python", platform.python_version(), *(f"{name} {version(name)}" for name in names), sep="  ")
    frequency, impedance = series(options.spectra)
    own = measure_own(frequency, impedance, repeats=3)
    print(
        f"{len(impedance)} spectra x {frequency.size} frequencies x {own['tau']} relaxation times, CPU time, one thread"
    )
    print(f"  relaxation_times       {own['ms']:.3f} ms per spectrum   (target <= {TARGETS['ms_per_spectrum']})")
    print(f"  difference to nnls     {own['difference']:.1e} relative      (target <= {TARGETS['difference']:.0e})")
    print(f"  kramers_kronig (auto)  {own['kramers_kronig_ms']:.3f} ms per spectrum")
    if options.no_peer:
        return
    peer = measure_peer(frequency, impedance, options.peer_spectra)
    print("peer ", *(f"{name} {number}" for name, number in peer["versions"].items()), sep="  ")
    for mode in ("Gaussian", "PWL"):
        target = f"   (target >= {TARGETS['ratio']:g}x)" if mode == "Gaussian" else ""
        print(f"  {mode:<22} {peer[mode]:.1f} ms per spectrum, {peer[mode] / own['ms']:.0f}x ours{target}")
    print(
        "The peer solves one spectrum per call and builds its matrices anew each time; ours shares them over a series."
    )


if __name__ == "__main__":
    main()
