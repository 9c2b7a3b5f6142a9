"""Speed, exactness and honest errors of circuit fits, beside impedance.py and pyimpspec.

Run ``python benchmarks/circuits.py``. Spectra are made by the circuit that is fitted, L-R-(RQ)(RQ)(RQ), with an interface
that grows, and noise of 0.2 % of ``|Z|``. Every program starts each fit at the same poor values. Each peer runs in its own
environment (``benchmarks/.envs``, made from ``benchmarks/peers``), in the same invocation, as a subprocess of this script.
CPU time, one thread.
"""

from __future__ import annotations

import argparse
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
CIRCUIT = "L0-R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)"
START_TIMES = (1e-6, 1e-4, 1e-1)  # s; the truth: 1.2e-7, 1e-3 and 1.3e-2 to 3e-2
START, POORER = (
    [1e-8, 5.0, *(number for tau in START_TIMES for number in (R, tau**0.9 / R, 0.9))] for R in (30.0, 10.0)
)
GRAIN_BOUNDARY = 20.0
TARGETS = {"ms": 0.6, "error": 0.14, "impedance_py": 1000.0, "pyimpspec": 30.0}
COVERAGE_SPECTRA = 400


def series(count: int, noise: str, seed: int, points: int = 80) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frequencies (point,), noisy impedances (spectrum, point) and the true parameters (spectrum, parameter)."""
    from alkanode.impedance import parse_circuit

    s = np.linspace(0, 1, count)
    columns: list[object] = [1e-7, 15.0]
    arcs = ((GRAIN_BOUNDARY, 1.2e-7, 0.95), (8 + 0.8 * s, 1e-3, 0.92), (10 + 60 * s, 0.013 + 0.017 * s, 0.82 - 0.1 * s))
    for R, tau, alpha in arcs:
        columns += [R, np.asarray(tau) ** alpha / R, alpha]
    truth = np.stack(np.broadcast_arrays(*columns), axis=1)
    frequency = np.geomspace(7e6, 1.0, points)
    Z = parse_circuit(CIRCUIT).impedance(frequency, truth)
    draws = 0.002 * np.random.default_rng(seed).normal(size=(2, *Z.shape))
    if noise == "modulus":
        return frequency, Z + np.abs(Z) * (draws[0] + 1j * draws[1]), truth
    return frequency, Z.real * (1 + draws[0]) + 1j * Z.imag * (1 + draws[1]), truth


def record_of(frequency: np.ndarray, impedance: np.ndarray) -> object:
    import xarray as xr

    return xr.Dataset(
        {
            "frequency": (("spectrum", "point"), np.tile(frequency, (len(impedance), 1))),
            "impedance": (("spectrum", "point"), impedance),
        }
    )


def measure_own(count: int, repeats: int) -> float:
    """Print speed and exactness; ms per spectrum from the poor start."""
    from alkanode.impedance import fit_circuit

    frequency, impedance, _ = series(count, "modulus", seed=1)
    record = record_of(frequency, impedance)
    fit_circuit(record.isel(spectrum=slice(0, 10)), CIRCUIT, start=START)
    times = []
    for words, start in (
        ("fit_circuit, poor start", START),
        ("fit_circuit, poorer start", POORER),
        ("fit_circuit, own start", "relaxation_times"),
    ):
        seconds = []
        for _ in range(repeats):
            begin = time.process_time()
            fit = fit_circuit(record, CIRCUIT, start=start)
            seconds.append(time.process_time() - begin)
        ms = float(np.median(seconds)) / count * 1e3
        error = float(np.median(np.abs(fit.value.sel(parameter="R1") / GRAIN_BOUNDARY - 1))) * 100
        target = f"   (target <= {TARGETS['ms']})" if start is START else ""
        print(f"  {words:<26} {ms:.3f} ms per spectrum{target}")
        print(f"    error of R_gb, median    {error:.3f} %   (expected {TARGETS['error']})")
        print(f"    converged                {float(fit.converged.mean()) * 100:.1f} %")
        print(f"    iterations, mean         {float(fit.iterations.mean()):.1f}")
        times.append(ms)
    return times[0]


def coverage() -> None:
    """How many of the 95 % intervals hold the truth."""
    from alkanode.impedance import fit_circuit

    for noise in ("modulus", "proportional"):
        frequency, impedance, truth = series(COVERAGE_SPECTRA, noise, seed=7)
        fit = fit_circuit(record_of(frequency, impedance), CIRCUIT)
        inside = (fit.lower_95.to_numpy() <= truth) & (truth <= fit.upper_95.to_numpy())
        shares = dict(zip(fit.parameter.to_numpy(), inside.mean(axis=0) * 100, strict=True))
        for word, share in (("lowest", min(shares.values())), ("highest", max(shares.values()))):
            print(f"  {word} coverage of 95 % intervals, {noise} noise  {share:.1f} % (target 92 to 98)")
        print(
            f"    of {COVERAGE_SPECTRA} spectra: " + "  ".join(f"{name} {share:.1f}" for name, share in shares.items())
        )


def measure_peer(name: str, frequency: np.ndarray, impedance: np.ndarray) -> dict[str, object]:
    """CPU time of a peer on a few of the spectra, in its own interpreter."""
    environment = prepare_environment(name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spectra.npz"
        np.savez(path, frequency=frequency, impedance=impedance)
        python = str(environment / "bin" / "python")
        command = [python, "-W", "ignore", str(Path(__file__)), "--as-peer", name, str(path)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise SystemExit(f"the peer {name} failed:\n{answer.stderr}")
    return json.loads(answer.stdout.splitlines()[-1])


def prepare_environment(name: str) -> Path:
    environment, pins = HERE / ".envs" / name, HERE / "peers" / f"{name}.txt"
    stamp = environment / ".pins"
    if stamp.exists() and stamp.read_text() == pins.read_text():
        return environment
    uv = Path(sys.executable).with_name("uv")
    python = str(environment / "bin" / "python")
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, environment], check=True)
    subprocess.run([uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", pins], check=True)
    stamp.write_text(pins.read_text())
    return environment


def fastest(arcs: list[float]) -> float:
    """Resistance of the arc with the shortest relaxation time, from R, Q, alpha of each arc."""
    triples = [arcs[k : k + 3] for k in range(0, len(arcs), 3)]
    return float(min(triples, key=lambda arc: np.log(arc[0] * arc[1]) / arc[2])[0])


def as_impedance_py(frequency: np.ndarray, impedance: np.ndarray) -> dict[str, object]:
    from impedance.models.circuits import CustomCircuit

    seconds, found = [], []
    for Z in impedance:
        begin = time.process_time()
        circuit = CustomCircuit(CIRCUIT, initial_guess=START)
        circuit.fit(frequency, Z, weight_by_modulus=True)
        seconds.append(time.process_time() - begin)
        found.append(fastest(list(circuit.parameters_[2:])))
    return {"seconds": seconds, "found": found, "versions": {n: version(n) for n in ("impedance", "numpy", "scipy")}}


def as_pyimpspec(frequency: np.ndarray, impedance: np.ndarray) -> dict[str, object]:
    from pyimpspec import DataSet, fit_circuit, parse_cdc

    L, R0, *arcs = START
    cdc = f"L{{L={L}}}R{{R={R0}}}" + "".join(
        f"(R{{R={arcs[k]}}}Q{{Y={arcs[k + 1]},n={arcs[k + 2]}}})" for k in range(0, len(arcs), 3)
    )
    seconds, found = [], []
    for Z in impedance:
        begin = time.process_time()
        fit = fit_circuit(parse_cdc(cdc), DataSet(frequency, Z), method="leastsq", weight="modulus", num_procs=1)
        seconds.append(time.process_time() - begin)
        values = fit.circuit.get_elements()[2:]
        found.append(fastest([number for element in values for number in element.get_values().values()]))
    return {"seconds": seconds, "found": found, "versions": {n: version(n) for n in ("pyimpspec", "numpy", "lmfit")}}


PEERS = {"impedance_py": as_impedance_py, "pyimpspec": as_pyimpspec}


def as_peer(name: str, path: Path) -> None:
    """Runs inside the environment of the peer."""
    data = np.load(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        print(json.dumps(PEERS[name](data["frequency"], data["impedance"])))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spectra", type=int, default=1000)
    parser.add_argument("--peer-spectra", type=int, default=5)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--as-peer", nargs=2, metavar=("NAME", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.as_peer:
        as_peer(options.as_peer[0], Path(options.as_peer[1]))
        return
    names = ("alkanode", "numpy", "scipy", "xarray")
    print("python", platform.python_version(), *(f"{name} {version(name)}" for name in names), sep="  ")
    print(f"{options.spectra} spectra x 80 frequencies, {CIRCUIT}, CPU time, one thread")
    own = measure_own(options.spectra, repeats=3)
    coverage()
    if options.no_peer:
        return
    frequency, impedance, _ = series(options.spectra, "modulus", seed=1)
    for name in PEERS:
        chosen = np.linspace(0, len(impedance) - 1, options.peer_spectra).astype(int)
        peer = measure_peer(name, frequency, impedance[chosen])
        ms = float(np.median(peer["seconds"])) * 1e3
        ratio = ms / own
        errors = np.abs(np.array(peer["found"]) / GRAIN_BOUNDARY - 1) * 100
        print("peer ", *(f"{package} {number}" for package, number in peer["versions"].items()), sep="  ")
        print(f"  {name:<26} {ms:.1f} ms per spectrum, {ratio:.0f}x ours   (target >= {TARGETS[name]:g}x)")
        print(f"    error of R_gb, median    {np.median(errors):.3f} %, largest {errors.max():.3f} %")


if __name__ == "__main__":
    main()
