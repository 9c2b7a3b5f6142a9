"""Reconstruction: alkanode next to algotom, in one process, by CPU time and one thread.

    python benchmarks/tomography_reconstruction.py            # accuracy at 512, and 3001 x 3077, two slices
    python benchmarks/tomography_reconstruction.py --small    # accuracy at 512, times at 750 x 769

Time: two slices of ours (all set-up included, divided by two), one of algotom's FBP and one of its DFI, after a small run
that compiles. Accuracy: discs with exact sinograms, error against the phantom inside 0.42 of the width, without and with
counting noise (2e4), under a Hann window. Back-projection interpolates linearly between detector pixels; the window
"hann*linear" has the same modulation transfer, which is printed for both.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from importlib.metadata import version

import numpy as np
import xarray as xr

from alkanode.foundation.runtime import require
from alkanode.tomography.reconstruction import Reconstruction, modulation_transfer, reconstruct, reconstruction_kernel

COUNTS = 2e4
FREQUENCIES = (0.1, 0.2, 0.3, 0.4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="times at a quarter of the size")
    small = parser.parse_args().small
    # algotom's loops are numba's, which reads this on import; everything else asks for one thread by itself
    os.environ["NUMBA_NUM_THREADS"] = "1"
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, algotom {version('algotom')}, "
        f"finufft {version('finufft')}; CPU time, one thread"
    )
    accuracy(512, 501)
    resolution(512, 801)
    speed(*((769, 750) if small else (3077, 3001)))


def discs(size: int, seed: int) -> np.ndarray:
    """(disc, [y, x, radius, attenuation]) in pixels; the longest ray has a line integral near 1.2."""
    random = np.random.default_rng(seed)
    inner = np.column_stack(
        [
            *random.uniform(-0.28, 0.28, (2, 20)) * size,
            random.uniform(0.01, 0.08, 20) * size,
            random.uniform(-0.5, 1.0, 20),
        ]
    )
    every = np.vstack([[0.0, 0.0, 0.42 * size, 1.0], inner])
    every[:, 3] *= 1.2 / (0.84 * size)
    return every


def sinogram(shapes: np.ndarray, angles: np.ndarray, size: int) -> np.ndarray:
    """(angle, column) exact line integrals averaged over detector pixels."""
    column = np.arange(size) - 0.5 * (size - 1)
    views = np.zeros((angles.size, size))
    for y, x, radius, value in shapes:
        distance = column[None, :] - (x * np.cos(angles) + y * np.sin(angles))[:, None]
        for sign in (1, -1):
            t = np.clip(distance + 0.5 * sign, -radius, radius)
            views += sign * value * (t * np.sqrt(radius**2 - t**2) + radius**2 * np.arcsin(t / radius))
    return views.astype(np.float32)


def picture(shapes: np.ndarray, size: int, parts: int = 4) -> np.ndarray:
    """(y, x) attenuation averaged over voxels."""
    whole = np.zeros((size, size))
    middle = np.arange(size) - 0.5 * (size - 1)
    for down in (np.arange(parts) - 0.5 * (parts - 1)) / parts:
        for right in (np.arange(parts) - 0.5 * (parts - 1)) / parts:
            for y, x, radius, value in shapes:
                inside = (middle[:, None] + down - y) ** 2 + (middle[None, :] + right - x) ** 2 <= radius**2
                whole += value / parts**2 * inside
    return whole


def accuracy(size: int, count: int) -> None:
    angles = np.arange(count) * np.pi / count
    middle = np.arange(size) - 0.5 * (size - 1)
    where = np.hypot(middle[:, None], middle[None, :]) < 0.42 * size
    ways = {
        "fbp": Reconstruction(engine="algotom-fbp"),
        "hann": Reconstruction(),
        "hann*linear": Reconstruction(filter="hann*linear"),
    }
    ratios: dict[tuple[str, str], list[float]] = {}
    for seed in (1, 2, 3):
        shapes = discs(size, seed)
        clean, true = sinogram(shapes, angles, size), picture(shapes, size)
        counted = np.random.default_rng(seed).poisson(COUNTS * np.exp(-clean))
        for noise, views in {"clean": clean, "noisy": -np.log(counted / COUNTS).astype(np.float32)}.items():
            error = {}
            for name, options in ways.items():
                found = reconstruction_kernel(views[None], angles, 0.5 * (size - 1), 1.0, options)[0]
                error[name] = np.sqrt(np.mean((found - true)[where] ** 2))
            for name in ("hann", "hann*linear"):
                ratios.setdefault((noise, name), []).append(float(error[name] / error["fbp"]))
    for (noise, name), values in ratios.items():
        target = "  (target <= 1.02)" if name == "hann*linear" else "  (unmatched: finer than fbp)"
        print(f"rmse_over_fbp_{noise}[{name}]  {max(values):.3f}{target}  [{min(values):.3f} to {max(values):.3f}]")


def resolution(size: int, count: int) -> None:
    angles = np.arange(count) * np.pi / count
    shape = np.array([[3.3, -5.7, 0.235 * size, 0.01]])
    record = xr.Dataset(
        {
            "line_integral": (("row", "angle", "column"), sinogram(shape, angles, size)[None]),
            "rotation_angle": ("angle", angles),
            "pixel_size": ((), 1.0),
        }
    )
    for name, options in {
        "fbp hann": {"engine": "algotom-fbp"},
        "ours hann*linear": {"filter": "hann*linear"},
        "ours hann": {},
    }.items():
        volume = reconstruct(record, 0.5 * (size - 1), **options)
        found = modulation_transfer(volume, centre_y=3.3, centre_x=-5.7, radius=0.235 * size)
        values = np.interp(FREQUENCIES, found["spatial_frequency"], found["modulation"])
        told = ", ".join(f"{value:.3f}" for value in values)
        print(f"modulation[{name}]  {told} 1  at {FREQUENCIES} cycles per pixel")


def speed(size: int, count: int) -> None:
    algotom = require("algotom.rec.reconstruction", extra="tomography")
    angles = np.arange(count) * np.pi / count
    axis = 0.5 * (size - 1) + 0.3
    views = sinogram(discs(size, 1)[:6], angles, size)
    tiny, few = views[:60, :64].copy(), angles[:60]
    ways = {
        "ours": (2, lambda v, a, c: reconstruction_kernel(np.stack([v, v]), a, c, 1.0)),
        "fbp": (1, lambda v, a, c: algotom.fbp_reconstruction(v, c, a, apply_log=False, gpu=False, ncore=1)),
        "dfi": (1, lambda v, a, c: algotom.dfi_reconstruction(v, c, a, apply_log=False, ncore=1)),
    }
    taken = {}
    for name, (slices, task) in ways.items():
        task(tiny, np.linspace(0, np.pi, 60) if name == "dfi" else few * count / 60, 31.5)
        best = np.inf
        for _ in range(3 if name == "ours" else 1):
            start = time.process_time()
            task(views.copy(), angles, axis)
            best = min(best, (time.process_time() - start) / slices)
        taken[name] = best
        print(f"reconstruction_{count}x{size}[{name}]  {best:.3f} s per slice")
    print(f"reconstruction, times faster than algotom FBP  {taken['fbp'] / taken['ours']:.1f} x (target >= 12)")
    print(f"reconstruction, times faster than algotom DFI  {taken['dfi'] / taken['ours']:.1f} x (target >= 5)")


if __name__ == "__main__":
    main()
