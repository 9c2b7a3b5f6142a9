"""Rigid registration: largest displacement error anywhere in the mask and CPU time, beside elastix, SimpleITK, scikit-image.

    python benchmarks/tomography_registration.py              # 160 x 160 x 160, then 3077 x 3077 x 48
    python benchmarks/tomography_registration.py --quick      # the small volumes only
    python benchmarks/tomography_registration.py --no-peers   # nothing of others is installed or run

The phantom is a cell: electrolyte with pores, a tube round it, an anode with grains, drawn with edges one voxel wide, both scans
exactly at their place, so that nothing is interpolated. Of its voxels 10 % hold a grain in one scan only; each scan has its own
noise. elastix and SimpleITK run in an environment of their own (``benchmarks/.envs/tomography_registration``, made from the hashed
pins in ``benchmarks/peers``) on the same files, one thread, CPU time of the registration alone. The large phantom is rendered row by
row whenever it is read, so that it never exists as a whole; its time includes that rendering and is not compared.
Measured files: ``ALKANODE_TEST_DATA``, or ``shared/data`` beside the checkout; without them the battery is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"] = "1"

import numpy as np  # noqa: E402 (after the number of threads is fixed)

HERE = Path(__file__).resolve().parent
PEER = "tomography_registration"
PIXEL = 1.3e-6
NOISE = 30.0
FULL_WIDTH = 3077
TUBE, ELECTROLYTE, ANODE, PORE = 27.0, 1000.0, 65.0, 0.0
GRAINS = (33.0, -33.0, -60.0)
CHANGED = 0.10


@dataclass(frozen=True)
class Ball:
    """Centre (z, y, x), radius (voxels) and by how much it adds to the attenuation (1/m)."""

    centre: np.ndarray
    radius: float
    change: float


@dataclass(frozen=True)
class Phantom:
    """A cell at its place in one scan; coordinates in voxels from the middle of the volume."""

    shape: tuple[int, int, int]
    balls: list[Ball]
    turn: np.ndarray
    shift: np.ndarray
    seed: int
    noise: float = NOISE

    def plane(self, row: int) -> np.ndarray:
        depth, height, width = self.shape
        place = np.array([row - (depth - 1) / 2, 0.0, 0.0]) - self.shift
        y = (np.arange(height, dtype=np.float32) - (height - 1) / 2 - self.shift[1])[:, None]
        x = (np.arange(width, dtype=np.float32) - (width - 1) / 2 - self.shift[2])[None]
        qz, qy, qx = (
            np.float32(self.turn[0, k] * place[0]) + np.float32(self.turn[1, k]) * y + np.float32(self.turn[2, k]) * x
            for k in range(3)
        )
        radius = np.hypot(qy, qx)
        body = step(np.float32(0.42 * width) - radius)
        below = step(np.float32(-0.1 * depth) - qz)
        values = TUBE * (step(np.float32(0.46 * width) - radius) - body)
        values += body * (ANODE + (ELECTROLYTE - ANODE) * below)
        for ball in self.balls:
            centre = self.turn @ ball.centre + self.shift + (np.array(self.shape) - 1) / 2
            reach = ball.radius + 5
            if abs(row - centre[0]) >= reach:
                continue
            low = np.maximum(np.floor(centre[1:] - reach), 0).astype(int)
            high = np.minimum(np.ceil(centre[1:] + reach) + 1, self.shape[1:]).astype(int)
            if (high <= low).any():
                continue
            dy = np.arange(low[0], high[0], dtype=np.float32)[:, None] - np.float32(centre[1])
            dx = np.arange(low[1], high[1], dtype=np.float32)[None] - np.float32(centre[2])
            distance = np.sqrt(dy**2 + dx**2 + np.float32((row - centre[0]) ** 2))
            values[low[0] : high[0], low[1] : high[1]] += ball.change * step(np.float32(ball.radius) - distance)
        if not self.noise:
            return values
        random = np.random.default_rng([self.seed, row])
        return values + self.noise * random.standard_normal(values.shape, dtype=np.float32)

    def rows(self, start: int, stop: int) -> np.ndarray:
        return (
            np.stack([self.plane(row) for row in range(start, stop)])
            if stop > start
            else np.empty((0, *self.shape[1:]))
        )


def step(distance: np.ndarray) -> np.ndarray:
    """From 0 to 1 over an edge about one voxel wide (logistic, which is near an error function)."""
    return (1.0 / (1.0 + np.exp(np.clip(-1.7 * distance, -40, 40)))).astype(np.float32)


def scans(shape: tuple[int, int, int], turn: np.ndarray, shift: np.ndarray, seed: int) -> tuple[Phantom, Phantom]:
    """The pristine and the later scan; pores in both, grains in one of them."""
    random = np.random.default_rng(seed)
    depth, width = shape[0], shape[2]
    size = max(1.0, (width / 160) ** 0.4)
    total = depth * width**2

    def somewhere(low: float, high: float) -> np.ndarray:
        angle, radius = random.uniform(0, 2 * np.pi), 0.38 * width * np.sqrt(random.uniform())
        return np.array([random.uniform(low, high) * depth, radius * np.sin(angle), radius * np.cos(angle)])

    pores = [
        Ball(somewhere(-0.5, -0.2), random.uniform(2, 5) * size, PORE - ELECTROLYTE)
        for _ in range(int(150 * total / (160**3 * size**3)))
    ]
    groups: list[list[Ball]] = [[], []]
    filled = 0.0
    while filled < CHANGED * total:
        grain = Ball(somewhere(-0.05, 0.48), random.uniform(3, 9) * size, float(random.choice(GRAINS)))
        groups[int(random.integers(2))].append(grain)
        filled += 4 / 3 * np.pi * grain.radius**3
    return (
        Phantom(shape, pores + groups[0], np.eye(3), np.zeros(3), seed * 2 + 1),
        Phantom(shape, pores + groups[1], turn, shift, seed * 2 + 2),
    )


def record(values: Any) -> Any:
    import xarray as xr

    axes = ("z", "y", "x")
    places = {axis: (np.arange(size) - (size - 1) / 2) * PIXEL for axis, size in zip(axes, values.shape, strict=True)}
    return xr.Dataset({"attenuation": (axes, values)}, coords=places)


def lazy(phantom: Phantom) -> Any:
    """The phantom as a record that renders what is read."""
    from xarray.backends import BackendArray
    from xarray.core import indexing

    class Rendered(BackendArray):
        shape = phantom.shape
        dtype = np.dtype(np.float32)

        def __getitem__(self, key: Any) -> Any:
            return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.BASIC, self._read)

        def _read(self, index: Any) -> np.ndarray:
            start, stop, _ = index[0].indices(self.shape[0])
            return phantom.rows(start, stop)[(slice(None), *index[1:])]

    return record(indexing.LazilyIndexedArray(Rendered()))


def places_of(shape: tuple[int, int, int]) -> np.ndarray:
    """Points on the rim of the cell, both ends: no voxel of the mask is displaced more wrongly."""
    angle = np.linspace(0, 2 * np.pi, 33)[:-1]
    rim = 0.46 * shape[2] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    ends = [(shape[0] - 1) / 2 * sign for sign in (-1, 1)]
    return np.concatenate([np.column_stack([np.full(len(rim), end), rim]) for end in ends])


def ours(result: Any, places: np.ndarray) -> np.ndarray:
    from alkanode.numerics.rigid import rotation_matrix

    turn = rotation_matrix(result["rotation"].to_numpy()[0])
    centre, shift = result["centre"].to_numpy() / PIXEL, result["shift"].to_numpy()[0] / PIXEL
    return (places - centre) @ turn.T + centre + shift


def angle_of(turn: np.ndarray) -> float:
    return float(np.rad2deg(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))))


def best_of(task: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    result = task()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
    return min(times), result


def small(size: int, seeds: int, peers: bool) -> None:
    from skimage.registration import phase_cross_correlation

    from alkanode.numerics.rigid import rotation_matrix
    from alkanode.tomography.registration import register

    shift, vector = np.array([1.37, -3.62, 5.21]), np.array([np.deg2rad(0.2), 0.002, -0.001])
    turn = rotation_matrix(vector)
    shape = (size, size, size)
    places = places_of(shape)
    true = places @ turn.T + shift
    worst: dict[str, list[float]] = {}
    angles, predicted, correlation = [], [], []
    times: dict[str, list[float]] = {}
    print(f"phantom {size} x {size} x {size}, {CHANGED:.0%} of the voxels changed, {seeds} phantoms; errors in voxels")
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(seeds):
            fixed, moving = (scan.rows(0, size) for scan in scans(shape, turn, shift, seed))
            one, two = record(fixed), record(moving)
            seconds, found = best_of(lambda one=one, two=two: register(two, one), 2)
            times.setdefault("alkanode", []).append(seconds)
            worst.setdefault("alkanode", []).append(float(np.linalg.norm(ours(found, places) - true, axis=1).max()))
            angles.append(angle_of(rotation_matrix(found["rotation"].to_numpy()[0]).T @ turn))
            predicted.append(float(found["displacement_error"][0]) / PIXEL)
            start = time.process_time()
            plain = -phase_cross_correlation(fixed, moving, upsample_factor=20)[0]
            times.setdefault("scikit-image phase correlation", []).append(time.process_time() - start)
            correlation.append(float(np.linalg.norm(places + plain - true, axis=1).max()))
            if peers:
                path = Path(folder) / f"{seed}.npz"
                np.savez(path, fixed=fixed, moving=moving, places=places)
                for name, answer in run_peers(path).items():
                    worst.setdefault(name, []).append(
                        float(np.linalg.norm(np.array(answer["places"]) - true, axis=1).max())
                    )
                    times.setdefault(name, []).append(answer["seconds"])
    worst["scikit-image phase correlation"] = correlation
    for name, errors in worst.items():
        print(f"  {name:<44} error {max(errors):8.4f}  CPU {np.mean(times[name]):8.2f} s")
    radius = (FULL_WIDTH - 1) / 2
    print(f"registration, largest displacement error, {size} voxels  {max(worst['alkanode']):.4f} px (target <= 0.1)")
    print(f"largest error over its predicted standard error  {max(np.array(worst['alkanode']) / predicted):.2f}")
    print(f"registration, angle error, {size} voxels  {max(angles):.5f} deg (target <= 0.004)")
    print(
        f"registration, the same angle at radius {radius:.0f} px, extrapolated  {np.deg2rad(max(angles)) * radius:.4f} px (target <= 0.1)"
    )
    for name in worst:
        if name.startswith("elastix"):
            ratio = np.mean(times[name]) / np.mean(times["alkanode"])
            print(f"registration, times faster than {name}  {ratio:.2f} x (target >= 1)")


def wide(rows: int) -> None:
    """Full width, read lazily: the error is measured where it counts, not extrapolated."""
    from alkanode.numerics.rigid import rotation_matrix
    from alkanode.tomography.registration import register

    shape = (rows, FULL_WIDTH, FULL_WIDTH)
    shift, vector = np.array([0.43, -7.37, 12.62]), np.array([np.deg2rad(0.11), 2e-4, -1e-4])
    turn = rotation_matrix(vector)
    fixed, moving = scans(shape, turn, shift, 5)
    places = places_of(shape)
    true = places @ turn.T + shift
    start = time.process_time()
    found = register(lazy(moving), lazy(fixed))
    seconds = time.process_time() - start
    error = float(np.linalg.norm(ours(found, places) - true, axis=1).max())
    angle = angle_of(rotation_matrix(found["rotation"].to_numpy()[0]).T @ turn)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"phantom {FULL_WIDTH} x {FULL_WIDTH} x {rows}, {CHANGED:.0%} of the voxels changed, lazily read, in blocks")
    print(f"registration, largest displacement error, full width  {error:.4f} px (target <= 0.1)")
    print(f"registration, angle error, full width  {angle:.6f} deg (target <= 0.004)")
    print(f"predicted standard error of the displacement  {float(found['displacement_error'][0]) / PIXEL:.4f} px")
    print(f"registration, full width, peak memory  {peak * 2**30 / 1e9:.2f} GB (target <= 3)")
    print(f"CPU time with four renderings of the phantom  {seconds:.0f} s")


def battery() -> None:
    """Real slices of a cylindrical cell, shifted by phase factors of the whole stack, cropped, noise added to both."""
    import tifffile

    from alkanode.tomography.registration import register

    named = os.environ.get("ALKANODE_TEST_DATA")
    folder = (Path(named) if named else HERE.parents[1] / "shared" / "data") / "tomography" / "mpj_cell_vol"
    files = sorted(folder.glob("*.tif"))
    if not files:
        print(f"battery: skipped, no files in {folder}")
        return
    stack = np.stack([tifffile.imread(file) for file in files]).astype(np.float32)
    spectrum = np.fft.rfftn(stack)
    frequency = np.meshgrid(
        np.fft.fftfreq(stack.shape[0]), np.fft.fftfreq(stack.shape[1]), np.fft.rfftfreq(stack.shape[2]), indexing="ij"
    )
    print(
        f"battery, {stack.shape[0]} slices of {stack.shape[1]} x {stack.shape[2]}, noise of 8 grey values added to both"
    )
    for shift in ([0.37, -3.62, 5.21], [0.5, 0.5, 0.5], [0.0, 12.3, -7.7]):
        phase = sum(size * f for size, f in zip(shift, frequency, strict=True))
        moved = np.fft.irfftn(spectrum * np.exp(-2j * np.pi * phase), stack.shape, axes=(0, 1, 2)).astype(np.float32)
        random = np.random.default_rng(2)
        one, two = (
            record((volume + 8 * random.standard_normal(volume.shape, dtype=np.float32))[4:-4, 32:-32, 32:-32])
            for volume in (stack, moved)
        )
        found = register(two, one)
        error = np.abs(found["shift"].to_numpy()[0] / PIXEL - shift).max()
        turned = np.rad2deg(found["rotation"].to_numpy()[0][0])
        spread = np.rad2deg(float(found["rotation_error"][0, 0]))
        print(f"registration, battery, shift {shift}: error of the shift  {error:.4f} px (target <= 0.05)")
        print(
            f"  rotation about z {turned:.4f} deg, standard error {spread:.4f} (none was applied);"
            f" condition number {float(found['condition_number'][0]):.0f}"
        )


def run_peers(path: Path) -> dict[str, dict[str, Any]]:
    python = prepare_environment(PEER)
    command = [str(python), "-W", "ignore", str(Path(__file__)), "--as-peer", str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise SystemExit(f"the peers failed:\n{answer.stderr}")
    found: dict[str, dict[str, Any]] = json.loads(answer.stdout.splitlines()[-1])
    return found


def prepare_environment(name: str) -> Path:
    """Interpreter of the peers' own environment, made from its pins where it is absent or out of date."""
    pins, environment = HERE / "peers" / f"{name}.txt", HERE / ".envs" / name
    stamp, python = environment / ".pins", environment / "bin" / "python"
    if not (stamp.exists() and stamp.read_text() == pins.read_text()):
        uv = Path(sys.executable).with_name("uv")
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, environment], check=True)
        subprocess.run([uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", pins], check=True)
        stamp.write_text(pins.read_text())
    return python


def as_peer(path: Path) -> None:
    """Runs inside the environment of the peers; places in voxels from the middle, order z, y, x."""
    import itk
    import SimpleITK as sitk  # noqa: N813 (its own habit)

    data = np.load(path)
    fixed, moving, places = data["fixed"], data["moving"], data["places"]
    middle = (np.array(fixed.shape) - 1) / 2
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)

    def moved(transform: Any) -> list[list[float]]:
        points = [transform.TransformPoint([float(v) for v in (place + middle)[::-1]]) for place in places]
        return [list(np.array(point)[::-1] - middle) for point in points]

    answers = {}
    for name, samples in (
        (f"elastix {version('itk-elastix')} rigid, 2048 samples", 2048),
        (f"elastix {version('itk-elastix')} rigid, 20000 samples", 20000),
    ):
        parameters = itk.ParameterObject.New()
        settings = itk.ParameterObject.GetDefaultParameterMap("rigid")
        settings["NumberOfSpatialSamples"] = [str(samples)]
        settings["WriteResultImage"] = ["false"]
        parameters.AddParameterMap(settings)
        start = time.process_time()
        _, result = itk.elastix_registration_method(
            itk.image_view_from_array(fixed),
            itk.image_view_from_array(moving),
            parameter_object=parameters,
            number_of_threads=1,
            log_to_console=False,
        )
        seconds = time.process_time() - start
        found = result.GetParameterMap(0)
        values = [float(value) for value in found["TransformParameters"]]
        transform = sitk.Euler3DTransform()
        transform.SetComputeZYX(found["ComputeZYX"][0] == "true")
        transform.SetCenter([float(value) for value in found["CenterOfRotationPoint"]])
        transform.SetRotation(*values[:3])
        transform.SetTranslation(values[3:])
        answers[name] = {"seconds": seconds, "places": moved(transform)}
    still, other = sitk.GetImageFromArray(fixed), sitk.GetImageFromArray(moving)
    start = time.process_time()
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMeanSquares()
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(0.05, 1)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(1.0, 1e-5, 200, 0.5, 1e-8)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([4, 2, 1])
    method.SetSmoothingSigmasPerLevel([2, 1, 0])
    initial = sitk.CenteredTransformInitializer(
        still, other, sitk.Euler3DTransform(), sitk.CenteredTransformInitializerFilter.GEOMETRY
    )
    method.SetInitialTransform(initial, inPlace=False)
    final = method.Execute(still, other)
    answers[f"SimpleITK {version('SimpleITK')} Euler3D, 5 % of the voxels"] = {
        "seconds": time.process_time() - start,
        "places": moved(final),
    }
    print(json.dumps(answers))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="leave out the volume of full width")
    parser.add_argument("--no-peers", action="store_true", help="run nothing of others")
    parser.add_argument("--as-peer", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.as_peer:
        as_peer(arguments.as_peer)
        return
    warnings.simplefilter("ignore")
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, scikit-image {version('scikit-image')}; CPU time, one thread"
    )
    small(160, 1 if arguments.quick else 3, not arguments.no_peers)
    battery()
    if not arguments.quick:
        wide(48)


if __name__ == "__main__":
    main()
