"""Impedance of a unit cell from the field in its electrolyte: finite volumes, sparse, axially symmetric.

The electrolyte is uniform, so its complex conductivity is one number per frequency and the field inside is fixed by the
potential on its surface. The volumes inside are eliminated once (one sparse factor, real); what remains is a small dense
system on the surface, where the spot and the void act, and which is solved for all frequencies together.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.linalg import splu

from alkanode.impedance.interface.unit_cell import VACUUM_PERMITTIVITY, Mesh, UnitCell, edges

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

_AT_ONCE = 32  # frequencies solved together: bounds the memory of the dense systems


def field_impedance(cell: UnitCell, frequency: FloatArray, mesh: Mesh) -> ComplexArray:
    """Impedance times area of a unit cell.

    Parameters
    ----------
    cell
        Geometry and properties.
    frequency
        Hz, shape (point,); 0 is allowed.
    mesh
        How finely to divide.

    Returns
    -------
    ndarray
        ohm m2, shape (point,): electrolyte of the cell's thickness, constriction and contact together.
    """
    area, to_surface, between = _surface(
        float(np.sqrt(cell.area_fraction)), cell.thickness / cell.spacing, mesh.cells, mesh.smallest
    )
    omega = 2 * np.pi * frequency
    # Numbers below are over rho and the spacing b: conductivity by 1/rho, admittance per area by 1/(rho b).
    conductivity = 1 + 1j * omega * cell.bulk_relaxation_time
    touching = np.arange(area.size) < area.size if cell.area_fraction == 1 else np.arange(area.size) < mesh.cells
    unit = cell.resistivity * cell.spacing
    void = 1j * omega * VACUUM_PERMITTIVITY / cell.void_depth * unit
    perfect = cell.contact_resistance == 0
    spot = 0j * omega if perfect else (1 / cell.contact_resistance + 1j * omega * cell.double_layer) * unit
    free = ~touching if perfect else np.ones(area.size, dtype=bool)
    current = np.empty(frequency.size, dtype=np.complex128)
    for start in range(0, frequency.size, _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        s = conductivity[part, None]
        potential = np.zeros((s.size, area.size), dtype=np.complex128)
        if free.any():
            admittance = np.where(touching[free], spot[part, None], void[part, None]) * area[free]
            system = s[:, :, None] * between[np.ix_(free, free)] + admittance[:, :, None] * np.eye(int(free.sum()))
            potential[:, free] = np.linalg.solve(system, (s * to_surface[free])[:, :, None])[:, :, 0]
        current[part] = s[:, 0] * (to_surface.sum() - potential @ between.sum(axis=0))
    return np.asarray(unit * np.pi / current)


@functools.lru_cache(maxsize=64)
def _surface(spot: float, depth: float, cells: int, smallest: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Areas of the faces on the surface, and how current flows to them (unit conductivity, unit radius).

    Returns
    -------
    area
        (face,).
    to_surface
        (face,) current into each face, with the far electrode at 1 and the surface at 0.
    between
        (face, face) current drawn from the faces by potentials on them.
    """
    r, z = edges(spot, depth, Mesh(cells=cells, smallest=smallest))
    mid_r, mid_z = 0.5 * (r[1:] + r[:-1]), 0.5 * (z[1:] + z[:-1])
    area = np.pi * (r[1:] ** 2 - r[:-1] ** 2)
    height = np.diff(z)
    nr, nz = area.size, height.size
    number = np.arange(nr * nz).reshape(nz, nr)
    sideways = 2 * np.pi * r[1:-1] / np.diff(mid_r) * height[:, None]
    upwards = area / np.diff(mid_z)[:, None]
    bottom, top = area / (0.5 * height[0]), area / (0.5 * height[-1])
    first = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    second = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    conductance = np.concatenate([sideways.ravel(), upwards.ravel()])
    diagonal = np.zeros(nr * nz)
    np.add.at(diagonal, first, conductance)
    np.add.at(diagonal, second, conductance)
    diagonal[number[0]] += bottom
    diagonal[number[-1]] += top
    everything = np.arange(nr * nz)
    matrix = coo_array(
        (
            np.concatenate([diagonal, -conductance, -conductance]),
            (np.concatenate([everything, first, second]), np.concatenate([everything, second, first])),
        )
    ).tocsc()
    loads = np.zeros((nr * nz, nr + 1))
    loads[number[0], np.arange(nr)] = bottom
    loads[number[-1], nr] = top
    inside = splu(matrix).solve(loads)[number[0]]
    return area, bottom * inside[:, nr], np.diag(bottom) - bottom[:, None] * inside[:, :nr]
