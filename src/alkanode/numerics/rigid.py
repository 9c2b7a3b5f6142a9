"""Rigid motion in three dimensions, for coordinates in the order (z, y, x).

A point ``p`` of the reference lies at ``p' = R (p - c) + c + t`` in the moved frame. ``R`` is the rotation by the
vector ``w`` (its length is the angle in rad, its direction the axis), with components in the order (z, y, x); about
z alone, ``y' = y cos w - x sin w`` and ``x' = y sin w + x cos w``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def rotation_matrix(vector: npt.ArrayLike) -> Array:
    """Rotation matrix of a rotation vector (Rodrigues).

    Parameters
    ----------
    vector
        Shape (3,), in rad, components (z, y, x).

    Returns
    -------
    ndarray
        Shape (3, 3); acts on columns (z, y, x).

    Examples
    --------
    >>> rotation_matrix([np.pi / 2, 0, 0]).round(12) @ [0.0, 0.0, 1.0]
    array([ 0., -1.,  0.])
    """
    w = np.asarray(vector, dtype=np.float64)
    angle = float(np.linalg.norm(w))
    skew = np.array([[0.0, -w[2], w[1]], [w[2], 0.0, -w[0]], [-w[1], w[0], 0.0]])
    # sinc keeps both factors exact as the angle vanishes
    return np.asarray(
        np.eye(3) + np.sinc(angle / np.pi) * skew + 0.5 * np.sinc(angle / (2.0 * np.pi)) ** 2 * skew @ skew
    )


def rotation_vector(matrix: npt.ArrayLike) -> Array:
    """Rotation vector of a rotation matrix, for angles below pi.

    Parameters
    ----------
    matrix
        Shape (3, 3), orthonormal.

    Returns
    -------
    ndarray
        Shape (3,), in rad, components (z, y, x).

    Examples
    --------
    >>> rotation_vector(rotation_matrix([0.1, -0.2, 0.3])).round(12)
    array([ 0.1, -0.2,  0.3])
    """
    r = np.asarray(matrix, dtype=np.float64)
    axial = 0.5 * np.array([r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]])
    sine = float(np.linalg.norm(axial))
    angle = float(np.arctan2(sine, 0.5 * (np.trace(r) - 1.0)))
    return axial if sine == 0.0 else np.asarray(axial * (angle / sine))
