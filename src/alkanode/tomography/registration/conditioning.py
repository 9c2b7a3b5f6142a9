"""What the volumes know about the motion, and what they do not.

The information about each direction of motion (three shifts and three rotations, these times the radius of gyration, so that
all are voxels) is the weighted product of the slopes of the *two* volumes. The noise of the two scans is independent, so that
it adds nothing on the average: a cylinder has no information about rotation round its axis, however noisy it is. Squares of
one noisy slope would claim some.

Errors have two parts. One is the scatter of the residuals between small cells: noise and changes. The other is what large parts
of the mask disagree about beyond it, each sector around the axis with the others, and each slice with the others: faces that
were sampled otherwise, rings, a bend. It is measured and added, not assumed.

A direction is held at zero, never guessed, where its information does not exceed that of noise alone, where it is so small that
the sampling on voxels explains it, or where its standard error is larger than is of use.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.tomography.registration.comparison import FixedSide
from alkanode.tomography.registration.options import RegistrationOptions
from alkanode.tomography.registration.voxel_grid import Floats

Labels = npt.NDArray[np.int64]

NULL_CELL = 4
"""Voxels along the edge of the cells in which noise is taken as correlated, for the test against noise alone."""
SECTORS = 8
"""Sectors about the axis z that are compared with one another: two more than a motion has numbers."""
NAMED = 0.95
"""Share of a parameter in the directions held from which on it is held itself."""
TOUCHED = 0.01
"""Share of a parameter in the directions held from which on its error is infinite."""


@dataclass(frozen=True, slots=True)
class Conditioning:
    """Information and errors.

    Attributes
    ----------
    information
        (6,) eigenvalues of the information, largest first, per squared voxel.
    held
        (6, direction) orthonormal directions that are not observable: shift z, y, x and rotation z, y, x times ``length``.
    covariance
        (6, 6) of the observable part, voxel^2: noise, and the disagreement of large parts beyond it.
    noise
        (6, 6) of it what noise and changes explain.
    """

    information: Floats
    held: Floats
    covariance: Floats
    noise: Floats

    @property
    def number(self) -> float:
        """Largest over smallest information; infinite where a direction is held."""
        return float("inf") if self.held.size else float(self.information[0] / self.information[-1])

    @property
    def lost(self) -> npt.NDArray[np.bool_]:
        """(6,) parameters in which a held direction has a share."""
        return np.asarray((self.held**2).sum(axis=1) > TOUCHED)

    @property
    def observable(self) -> Floats:
        """(6, 6) projection on what can be observed."""
        return np.eye(6) - self.held @ self.held.T


def conditioning(
    fixed: FixedSide,
    moving_value: Floats,
    moving_slope: Floats,
    residual: Floats,
    weight: Floats,
    grey: Floats,
    options: RegistrationOptions,
    pitch: float,
) -> Conditioning:
    """Information, held directions and errors at the end of a refinement.

    Parameters
    ----------
    fixed
        Fixed side of the points.
    moving_value, moving_slope
        (point,) and (point, 3), in the frame of the fixed volume.
    residual, weight
        (point,).
    grey
        (point, parameter) columns of what may differ in grey value.
    options
        Options.
    pitch
        Voxels of the full resolution along the edge of a voxel of the level.
    """
    good = np.isfinite(moving_value) & (weight > 0)
    weight = weight[good]
    moving = np.concatenate(
        [moving_slope[good], np.cross(fixed.offsets[good], moving_slope[good]) / fixed.length], axis=1
    )
    one = without(fixed.columns[good], grey[good], weight)
    two = without(moving, grey[good], weight)
    cross = one.T @ (two * weight[:, None])
    values, directions = np.linalg.eigh(0.5 * (cross + cross.T))
    values, directions = values[::-1], directions[:, ::-1]
    products = (one @ directions) * (two @ directions) * weight[:, None]
    noise = np.sqrt((cell_sums(products, fixed.offsets[good], NULL_CELL * pitch) ** 2).sum(axis=0))
    blind = (values <= options.significance * noise) | (values <= options.artefact**2 * max(values[0], 0.0))
    scores = one * (residual[good] * weight)[:, None]
    share = np.abs(products).sum(axis=1, keepdims=True)
    offsets = fixed.offsets[good]

    def scatter(number: Labels) -> Floats:
        return _covariance(cross, _sums(scores, number), _sums(share, number)[:, 0], held)

    cells = cell_numbers(offsets, options.cell * pitch)
    held = named_directions(directions[:, blind])
    noise = scatter(cells)
    spread = np.einsum("ij,ik,kj->j", directions, noise, directions)
    wide = ~blind & (spread > (options.largest_error * pitch) ** 2)
    if wide.any():
        held = named_directions(directions[:, blind | wide])
        noise = scatter(cells)
    parts = (_sectors(offsets), np.round(offsets[:, 0] / pitch - (offsets[:, 0] / pitch).min()).astype(np.int64))
    total = noise + sum(_positive(scatter(number) - noise) for number in parts)
    return Conditioning(information=values, held=held, covariance=total, noise=noise)


def _sectors(offsets: Floats) -> Labels:
    """(point,) number of the sector about z, the points counted from the centre of rotation."""
    turn = np.arctan2(offsets[:, 1], offsets[:, 2]) / (2 * np.pi)
    return np.floor((turn % 1.0) * SECTORS).astype(np.int64) % SECTORS


def _positive(matrix: Floats) -> Floats:
    """The part of a symmetric matrix with positive eigenvalues."""
    values, directions = np.linalg.eigh(0.5 * (matrix + matrix.T))
    return np.asarray((directions * np.maximum(values, 0.0)) @ directions.T)


def named_directions(held: Floats) -> Floats:
    """Directions that are nearly single parameters as exactly these, so that they are held at exactly zero."""
    single = (held**2).sum(axis=1) > NAMED
    return np.eye(6)[:, single] if single.sum() == held.shape[1] else held


def _covariance(cross: Floats, scores: Floats, share: Floats, held: Floats) -> Floats:
    """Sandwich of the scores of cells, in the observable directions, widened where few cells hold the information."""
    if held.shape[1] == 6:
        return np.zeros((6, 6))
    kept = np.linalg.svd(np.eye(6) - held @ held.T)[0][:, : 6 - held.shape[1]]
    inverse = np.linalg.inv(kept.T @ cross @ kept)
    cells = share.sum() ** 2 / max(float((share**2).sum()), 1e-300)
    widening = cells / max(cells - kept.shape[1], 1.0)
    inner = (scores @ kept).T @ (scores @ kept) * widening
    return np.asarray(kept @ (inverse @ inner @ inverse.T) @ kept.T)


def without(columns: Floats, grey: Floats, weight: Floats) -> Floats:
    """(point, column) columns less what gain and offset explain of them."""
    if not grey.shape[1]:
        return columns
    weighted = grey * weight[:, None]
    return np.asarray(columns - grey @ np.linalg.lstsq(grey.T @ weighted, weighted.T @ columns, rcond=None)[0])


def cell_sums(values: Floats, offsets: Floats, edge: float) -> Floats:
    """(cell, column) sums over the points of each cubic cell."""
    return _sums(values, cell_numbers(offsets, edge))


def cell_numbers(offsets: Floats, edge: float) -> Labels:
    """(point,) number of the cubic cell of each point."""
    cell = np.floor(offsets / edge).astype(np.int64)
    cell -= cell.min(axis=0)
    size = cell.max(axis=0) + 1
    number = (cell[:, 0] * size[1] + cell[:, 1]) * size[2] + cell[:, 2]
    return np.asarray(np.unique(number, return_inverse=True)[1], dtype=np.int64)


def _sums(values: Floats, number: Labels) -> Floats:
    """(part, column) sums over the points of each part."""
    return np.stack([np.bincount(number, weights=column) for column in values.T], axis=1)
