"""A uniform electrolyte under a flat pattern of contact, solved on its surface only.

Inside a uniform layer with closed sides every cosine over the surface falls off with depth on its own, so the current that a
potential on the surface draws is known for each of them in closed form. What remains is a balance at every pixel of the
surface, met by conjugate gradients with two cosine transforms per step. Depth costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.fft import dctn, idctn

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.runtime import NoProgress
from alkanode.numerics.conduction.conjugate_gradients import preconditioned

Numbers = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceConduction:
    """What flows under a pattern at a potential of 1 V between metal (0) and far electrode (1).

    Attributes
    ----------
    potential
        V, (y, x), on the surface of the electrolyte.
    current_density
        A/m2, (y, x), from the electrolyte into the metal.
    conductance
        S/m2: current over potential and area, real or complex.
    iterations
        Of conjugate gradients.
    """

    potential: Numbers
    current_density: Numbers
    conductance: complex
    iterations: int


def conduct_under_pattern(
    admittance: npt.ArrayLike,
    pixel_size: tuple[float, float],
    *,
    conductivity: complex,
    thickness: float,
    perfect: npt.ArrayLike | None = None,
    slices: int | None = None,
    tolerance: float = 1e-9,
    most_iterations: int = 2000,
    start: Numbers | None = None,
) -> SurfaceConduction:
    """Potential and current on the surface of a uniform layer.

    Parameters
    ----------
    admittance
        S/m2, (y, x), real or complex: between surface and metal; zero where nothing passes.
    pixel_size
        m, along y, x.
    conductivity
        Of the electrolyte, S/m, real or complex.
    thickness
        To the far electrode, m.
    perfect
        (y, x), true where the metal lies on the surface without resistance; there ``admittance`` does not count.
    slices
        Number of slices of voxels whose solution is wanted; by default depth is not divided.
    tolerance
        Norm of what is missing in the balance over that of the load.
    most_iterations
        Before it is given up.
    start
        Potentials to begin from.

    Raises
    ------
    PhysicsError
        For shapes or numbers out of range, no contact, or no convergence.
    """
    given = np.asarray(admittance)
    touching = np.zeros(given.shape, dtype=bool) if perfect is None else np.asarray(perfect, dtype=bool)
    if given.ndim != 2 or 0 in given.shape or touching.shape != given.shape:
        raise PhysicsError("a pattern has pixels (y, x)", found=f"shapes {given.shape} and {touching.shape}")
    if not (min(pixel_size) > 0 and 0 < thickness < np.inf and np.real(conductivity) > 0):
        raise PhysicsError(
            "sizes, thickness and conductivity are positive",
            found=f"{pixel_size!r}, {thickness:g}, {conductivity!r}",
        )
    if not np.isfinite(given).all() or not (touching.any() or given.any()):
        raise PhysicsError("somewhere the electrolyte touches metal", found="no contact")
    kind = np.complex128 if np.iscomplexobj(given) or np.iscomplexobj(conductivity) else np.float64
    free = ~touching
    draw = _drawn(given.shape, pixel_size, thickness, slices) * conductivity
    sink = np.where(free, given, 0).astype(kind)
    load = np.where(free, conductivity / thickness, 0).astype(kind)
    if not free.any():
        potential, iterations = np.zeros(given.shape, dtype=kind), 0
    else:
        level = sink.sum() / free.sum()
        easier = 1 / (draw + level)

        def product(v: Numbers, out: Numbers) -> None:
            out[:] = np.where(free, _through(draw, v) + sink * v, 0)

        def inverse(v: Numbers, out: Numbers) -> None:
            out[:] = np.where(free, _through(easier, v), 0)

        begin = np.zeros(given.shape, dtype=kind) if start is None else np.where(free, start, 0).astype(kind)
        target = tolerance * float(np.linalg.norm(load))
        potential, iterations, _ = preconditioned(product, inverse, load, begin, target, most_iterations, NoProgress())
    density = np.where(free, sink * potential, conductivity / thickness - _through(draw, potential))
    return SurfaceConduction(
        potential=potential,
        current_density=density,
        conductance=complex(density.mean()),
        iterations=iterations,
    )


def _through(factor: Numbers, v: Numbers) -> Numbers:
    """A surface field with each of its cosines multiplied by a factor."""
    return np.asarray(idctn(factor * dctn(v, norm="ortho"), norm="ortho"))


def _drawn(shape: tuple[int, int], size: tuple[float, float], thickness: float, slices: int | None) -> Floats:
    """Current per area and conductivity that each cosine of a surface potential draws, (y, x), 1/m."""
    squares = [(2 / h * np.sin(np.pi * np.arange(n) / (2 * n))) ** 2 for n, h in zip(shape, size, strict=True)]
    square = squares[0][:, None] + squares[1][None, :]
    if slices is None:
        rate = np.sqrt(square)
        rate[0, 0] = 1.0
        found = rate / np.tanh(rate * thickness)
        found[0, 0] = 1 / thickness
        return np.asarray(found)
    height = thickness / slices
    upwards = np.full(shape, 2 / height)
    for k in range(slices):
        here = upwards + square * height  # to the far electrode and sideways, from the middle of a slice
        between = 1 / height if k < slices - 1 else 2 / height
        upwards = here * between / (here + between)
    return upwards
