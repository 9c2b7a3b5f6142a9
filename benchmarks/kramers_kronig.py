"""Speed and exactness of the linear Kramers-Kronig test, beside impedance.py.

Run ``python benchmarks/kramers_kronig.py``. The peer runs in its own environment (``benchmarks/.envs/impedance_py``, made
from ``benchmarks/peers/impedance_py.txt``; its ``linKK`` needs numpy 1), in the same invocation, as a subprocess of this
script. CPU time, one thread. Both search the number of RC elements with mu at most 0.85.
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
import warnings
from importlib.metadata import version
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np  # noqa: E402 (after the number of threads is fixed)

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".envs" / "impedance_py"
PINS = HERE / "peers" / "impedance_py.txt"
TARGETS = {"ms": 0.2, "ratio": 200.0, "difference": 1e-6}
FAMILIES = ("growing_interface", "switched_interface", "skewed_arcs", "flat_bands")


def measure_own(family: str, count: int, repeats: int) -> tuple[dict[str, float], np.ndarray, np.ndarray]:
    from alkanode.impedance import kramers_kronig
    from alkanode.virtual.synthetic_spectra import synthetic_spectra

    record, _ = synthetic_spectra(family, spectra=count, points=80)
    kramers_kronig(record.isel(spectrum=slice(0, 20)))
    report: dict[str, float] = {}
    for criterion in ("mu and residual", "mu", "residual"):
        seconds = []
        for _ in range(repeats):
            start = time.process_time()
            test = kramers_kronig(record, criterion=criterion)
            seconds.append(time.process_time() - start)
        report[criterion] = float(np.median(seconds)) / count * 1e3
        if criterion == "mu and residual":
            report["M"] = float(np.median(test.element_count))
            report["rms"] = float(np.median(test.rms_residual))
            report["valid"] = float(test.valid.mean())
            report["points"] = float(test.point_valid.mean())
            report["difference"] = largest_difference(record, test)
    return report, record.frequency.to_numpy()[0], record.impedance.to_numpy()


def largest_difference(record: object, test: object, step: int = 50) -> float:
    """Largest difference of a residual to least squares by singular values at the same M, over the rms residual."""
    worst = 0.0
    for k in range(0, record.sizes["spectrum"], step):
        omega = 2 * np.pi * record.frequency.to_numpy()[k]
        Z = record.impedance.to_numpy()[k]
        tau = np.geomspace(1 / omega.max(), 1 / omega.min(), int(test.element_count[k]))
        columns = np.column_stack(
            [
                np.ones(omega.size),
                1j * omega / omega.max(),
                omega.min() / (1j * omega),
                1 / (1 + 1j * omega[:, None] * tau),
            ]
        )
        weighted = columns / np.abs(Z)[:, None]
        A, b = np.vstack([weighted.real, weighted.imag]), np.concatenate([(Z / np.abs(Z)).real, (Z / np.abs(Z)).imag])
        expected = A @ np.linalg.lstsq(A, b, rcond=1e-15)[0] - b
        own = np.concatenate([test.residual_real.to_numpy()[k], test.residual_imaginary.to_numpy()[k]])
        worst = max(worst, float(np.abs(own - expected).max() / float(test.rms_residual[k])))
    return worst


def measure_peer(frequency: np.ndarray, impedance: np.ndarray, count: int) -> dict[str, object]:
    """CPU time of impedance.py on a few of the spectra, in its own interpreter."""
    prepare_environment()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spectra.npz"
        chosen = np.linspace(0, len(impedance) - 1, count).astype(int)
        np.savez(path, frequency=frequency, impedance=impedance[chosen])
        command = [
            str(ENVIRONMENT / "bin" / "python"),
            "-P",
            "-W",
            "ignore",
            str(Path(__file__)),
            "--as-peer",
            str(path),
        ]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise SystemExit(f"the peer failed:\n{answer.stderr}")
    return json.loads(answer.stdout.splitlines()[-1])


def prepare_environment() -> None:
    stamp = ENVIRONMENT / ".pins"
    if stamp.exists() and stamp.read_text() == PINS.read_text():
        return
    uv = Path(sys.executable).with_name("uv")
    python = str(ENVIRONMENT / "bin" / "python")
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, ENVIRONMENT], check=True)
    subprocess.run([uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", PINS], check=True)
    stamp.write_text(PINS.read_text())


def as_peer(path: Path) -> None:
    """Runs inside the environment of the peer."""
    from impedance.validation import linKK

    data = np.load(path)
    report: dict[str, object] = {"versions": {name: version(name) for name in ("impedance", "numpy", "scipy")}}
    for fit_type in ("complex", "real"):
        seconds, used = [], []
        for impedance in data["impedance"]:
            with contextlib.redirect_stdout(io.StringIO()):
                start = time.process_time()
                used.append(linKK(data["frequency"], impedance, c=0.85, max_M=60, fit_type=fit_type, add_cap=True)[0])
                seconds.append(time.process_time() - start)
        report[fit_type] = float(np.median(seconds)) * 1e3
        report[f"{fit_type} M"] = float(np.median(used))
    print(json.dumps(report))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spectra", type=int, default=1000)
    parser.add_argument("--peer-spectra", type=int, default=10)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--as-peer", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.as_peer:
        as_peer(options.as_peer)
        return
    from alkanode.foundation.errors import DataQualityWarning

    warnings.simplefilter("ignore", DataQualityWarning)
    names = ("alkanode", "numpy", "scipy", "xarray")
    print("python", platform.python_version(), *(f"{name} {version(name)}" for name in names), sep="  ")
    print(f"{options.spectra} spectra x 80 frequencies, CPU time, one thread, search over M, all points judged")
    kept: tuple[np.ndarray, np.ndarray] | None = None
    for family in FAMILIES:
        own, frequency, impedance = measure_own(family, options.spectra, repeats=3)
        print(family)
        print(f"  kramers_kronig  {own['mu and residual']:.3f} ms per spectrum (target <= {TARGETS['ms']:g})")
        print(f"  kramers_kronig by mu  {own['mu']:.3f} ms per spectrum")
        print(f"  kramers_kronig by residual  {own['residual']:.3f} ms per spectrum")
        print(
            f"  difference to lstsq  {own['difference']:.1e} of the rms residual (target <= {TARGETS['difference']:g})"
        )
        print(f"  median M  {own['M']:.0f}; median rms residual  {100 * own['rms']:.3f} %")
        print(f"  valid spectra  {100 * own['valid']:.1f} %; valid points  {100 * own['points']:.3f} %")
        if kept is None:
            kept, fastest = (frequency, impedance), own["mu and residual"]
    if options.no_peer or kept is None:
        return
    peer = measure_peer(*kept, options.peer_spectra)
    print("peer ", *(f"{name} {number}" for name, number in peer["versions"].items()), sep="  ")
    for fit_type in ("complex", "real"):
        print(
            f"  impedance.py linKK {fit_type}  {peer[fit_type]:.1f} ms per spectrum, median M {peer[f'{fit_type} M']:.0f}, "
            f"{peer[fit_type] / fastest:.0f} x ours (target >= {TARGETS['ratio']:g})"
        )
    print(
        "The peer solves one spectrum per call with one pseudo-inverse per M; ours tries all spectra of a grid at once."
    )


if __name__ == "__main__":
    main()
