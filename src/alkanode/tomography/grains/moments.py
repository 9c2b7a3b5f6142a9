"""Shape of grains from their second moments."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.tomography.grains.pieces import Pieces

Floats = npt.NDArray[np.float64]


def principal_axes(pieces: Pieces, kept: npt.NDArray[np.bool_], size: Floats) -> tuple[Floats, Floats]:
    """Principal lengths and axes of grains.

    Parameters
    ----------
    pieces
        What was found.
    kept
        (grain,) the grains to look at.
    size
        Edges of a voxel (z, y, x), m.

    Returns
    -------
    tuple
        (grain, 3) full lengths of the ellipsoid with the same second moments, m, longest first; (grain, 3, 3) unit vectors
        (z, y, x) in the same order. A voxel counts as a cube, not as a point.
    """
    table = pieces.table
    n, z = table[:, 2], table[:, 0].astype(np.float64)
    count = pieces.total(n)[kept]
    middle = np.stack([pieces.total(z * n), pieces.total(table[:, 3]), pieces.total(table[:, 4])], axis=1)[kept]
    middle /= count[:, None]
    squares = {
        (0, 0): z * z * n,
        (0, 1): z * table[:, 3],
        (0, 2): z * table[:, 4],
        (1, 1): table[:, 5],
        (1, 2): table[:, 6],
        (2, 2): table[:, 7],
    }
    covariance = np.zeros((count.size, 3, 3))
    for (i, j), values in squares.items():
        moment = pieces.total(values)[kept] / count - middle[:, i] * middle[:, j]
        covariance[:, i, j] = covariance[:, j, i] = moment * size[i] * size[j]
    covariance += np.diag(size**2 / 12.0)
    variances, axes = np.linalg.eigh(covariance)
    lengths = 2.0 * np.sqrt(5.0 * np.maximum(variances[:, ::-1], 0.0))
    return np.asarray(lengths), np.swapaxes(axes, 1, 2)[:, ::-1]
