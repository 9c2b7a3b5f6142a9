"""Exact line integrals of bodies along the rays of a tomograph."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.virtual.tomograph.bodies import Body, Packed, packed
from alkanode.virtual.tomograph.tomograph import Tomograph

Singles = npt.NDArray[np.float32]


def exact_line_integrals(bodies: Iterable[Body], tomograph: Tomograph) -> xr.Dataset:
    """Line integrals of an object along every ray, without detector or noise.

    Parameters
    ----------
    bodies
        The object; coordinates (z, y, x) in m from the rotation axis and the middle of row 0.
    tomograph
        Its geometry; with several rays per pixel the line integrals of the rays of a pixel are averaged.

    Returns
    -------
    Dataset
        Kind ``line_integrals``: ``line_integral`` (row, angle, column), float32, with ``rotation_angle`` (angle) in
        rad, ``pixel_size`` (m) and ``photon_energy`` (J). ``attrs["true_axis_column"]`` is the column of the axis at
        the middle row.

    Raises
    ------
    PhysicsError
        Without any body, or for a body without end.
    """
    angles = tomograph.rotation_angles()
    lengths, _ = ray_sums(packed(bodies), tomograph, angles, progress=np.linspace(0.0, 1.0, angles.size))
    record = xr.Dataset(
        {
            "line_integral": (
                ("row", "angle", "column"),
                np.ascontiguousarray(pixel_means(lengths, tomograph).transpose(1, 0, 2)),
            ),
            "rotation_angle": ("angle", angles),
            "pixel_size": ((), tomograph.pixel_size),
            "photon_energy": ((), tomograph.photon_energy),
        },
        attrs={"true_axis_column": tomograph.axis, "true_axis_tilt": tomograph.axis_tilt, "simulated": "exact rays"},
    )
    return label(record, "line_integrals")


def ray_sums(
    bodies: Packed,
    tomograph: Tomograph,
    angles: npt.NDArray[np.float64],
    *,
    progress: npt.NDArray[np.float64],
    with_decrement: bool = False,
) -> tuple[Singles, Singles]:
    """Line integrals of attenuation and of the refractive index decrement.

    Parameters
    ----------
    bodies
        From :func:`alkanode.virtual.tomograph.bodies.packed`.
    tomograph
        Geometry.
    angles
        (frame,) rad.
    progress
        (frame,) share of the scan that has passed, for the drift of the sample.
    with_decrement
        Whether the second is wanted; else it is empty.

    Returns
    -------
    lengths
        (frame, row * row_rays, column * column_rays), 1.
    decrements
        The same shape in m, or (1, 1, 1).
    """
    from alkanode.virtual.tomograph.kernels import project_bodies

    p, row_rays, column_rays = tomograph.pixel_size, tomograph.row_rays, tomograph.column_rays
    cosine, sine = np.cos(tomograph.axis_tilt), np.sin(tomograph.axis_tilt)
    middle = 0.5 * (tomograph.rows - 1)
    # ray i of n per pixel lies at (i - (n - 1)/2)/n pixels
    row = -0.5 * (row_rays - 1) / row_rays - middle
    column = -0.5 * (column_rays - 1) / column_rays - tomograph.axis
    across = p * (cosine * column - sine * row)
    along = p * (cosine * row + sine * column + middle)
    moved = np.outer(progress, np.asarray(tomograph.drift))
    s_start = across - (moved[:, 2] * np.cos(angles) + moved[:, 1] * np.sin(angles))
    z_start = along - moved[:, 0]
    steps = p * np.array([-sine / row_rays, cosine / column_rays, cosine / row_rays, sine / column_rays])
    shape = (angles.size, tomograph.rows * row_rays, tomograph.columns * column_rays)
    lengths = np.zeros(shape, dtype=np.float32)
    decrements = np.zeros(lengths.shape if with_decrement else (1, 1, 1), dtype=np.float32)
    project_bodies(
        lengths,
        decrements,
        with_decrement,
        bodies.forms,
        bodies.centres,
        bodies.first,
        bodies.attenuation,
        bodies.decrement,
        bodies.boxes,
        np.ascontiguousarray(angles, dtype=np.float64),
        np.ascontiguousarray(s_start),
        np.ascontiguousarray(z_start),
        steps,
    )
    return lengths, decrements


def pixel_means(values: Singles, tomograph: Tomograph) -> Singles:
    """Mean over the rays of each pixel of (frame, row * row_rays, column * column_rays)."""
    rows, columns = tomograph.row_rays, tomograph.column_rays
    if rows == columns == 1:
        return values
    frames = values.reshape(len(values), tomograph.rows, rows, tomograph.columns, columns)
    # the strided side, which has few terms, comes last
    return np.asarray(frames.mean(axis=2).mean(axis=3), dtype=np.float32)
