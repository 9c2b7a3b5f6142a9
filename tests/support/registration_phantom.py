"""A cell at its place in a scan, without interpolation: electrolyte with pores, tube, anode with grains."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.numerics.rigid import rotation_matrix

PIXEL = 1.3e-6


def volume(values: np.ndarray, *, first: tuple[float, float, float] | None = None) -> xr.Dataset:
    """A record of kind volume, centred unless ``first`` (voxels) is given."""
    axes = ("z", "y", "x")
    start = first or tuple(-(size - 1) / 2 for size in values.shape)
    places = {
        axis: (begin + np.arange(size)) * PIXEL for axis, begin, size in zip(axes, start, values.shape, strict=True)
    }
    return xr.Dataset({"attenuation": (axes, values.astype(np.float32))}, coords=places)


def cell(
    shape: tuple[int, int, int],
    *,
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0),
    rotation: tuple[float, float, float] = (0.0, 0.0, 0.0),
    grains: int | None = None,
    changed: float = 0.0,
    noise: float = 0.0,
    seed: int = 0,
) -> np.ndarray:
    """Attenuation (1/m) of a cell moved by a shift (voxels) and a rotation (rad) about the middle.

    ``changed`` is the share of the voxels in grains that only this scan has; ``grains`` seeds them.
    """
    turn, t = rotation_matrix(rotation), np.array(shift)
    depth, width = shape[0], shape[2]
    grid = np.stack(np.meshgrid(*(np.arange(n) - (n - 1) / 2 for n in shape), indexing="ij"), axis=-1)
    q = (grid - t) @ turn
    radius = np.hypot(q[..., 1], q[..., 2])
    body = _step(0.40 * width - radius)
    values = 27.0 * (_step(0.46 * width - radius) - body)
    values += body * (65.0 + 935.0 * _step(-0.1 * depth - q[..., 0]))
    random = np.random.default_rng(7)
    for _ in range(40):
        _ball(values, q, _somewhere(random, shape, -0.48, -0.2), random.uniform(1.8, 4), -900.0)
    if grains is not None:
        random, filled = np.random.default_rng(grains), 0.0
        while filled < changed * values.size:
            size = random.uniform(2.5, 6)
            _ball(values, q, _somewhere(random, shape, -0.05, 0.48), size, float(random.choice([33.0, -33.0, -60.0])))
            filled += 4 / 3 * np.pi * size**3
    return values + noise * np.random.default_rng([seed, 3]).standard_normal(shape)


def _step(distance: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(np.clip(-1.7 * distance, -40, 40)))


def _somewhere(random: np.random.Generator, shape: tuple[int, int, int], low: float, high: float) -> np.ndarray:
    angle, radius = random.uniform(0, 2 * np.pi), 0.36 * shape[2] * np.sqrt(random.uniform())
    return np.array([random.uniform(low, high) * shape[0], radius * np.sin(angle), radius * np.cos(angle)])


def _ball(values: np.ndarray, q: np.ndarray, centre: np.ndarray, size: float, change: float) -> None:
    near = np.abs(q - centre).max(axis=-1) < size + 5
    values[near] += change * _step(size - np.linalg.norm(q[near] - centre, axis=-1))


def largest_error(
    found: xr.Dataset, places: np.ndarray, shift: tuple[float, float, float], rotation: tuple[float, float, float]
) -> float:
    """Largest difference between the displacement found and the true one at some places, voxels from the middle."""
    true = places @ rotation_matrix(rotation).T + np.array(shift)
    turn = rotation_matrix(found["rotation"].to_numpy()[0])
    centre, move = found["centre"].to_numpy() / PIXEL, found["shift"].to_numpy()[0] / PIXEL
    return float(np.linalg.norm((places - centre) @ turn.T + centre + move - true, axis=1).max())


def corners(shape: tuple[int, int, int]) -> np.ndarray:
    """(8, 3) corners of a volume, voxels from the middle."""
    ends = [((n - 1) / 2) * np.array([-1, 1]) for n in shape]
    return np.array([[z, y, x] for z in ends[0] for y in ends[1] for x in ends[2]])
