"""What of a motion the reconstruction can undo, so that no volume is interpolated.

Turning the sample about z is an offset of the angles; moving it across the axis shifts the grid on which the non-uniform
Fourier transform evaluates the slice; whole voxels along z choose other detector rows. What is left is a fraction of a row, which
is interpolated along the rows of the line integrals, and a tilt, which only resampling the volume removes.
"""

from __future__ import annotations

from typing import TypedDict

import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, label
from alkanode.numerics.rigid import rotation_matrix, rotation_vector
from alkanode.tomography.registration.apply_registration import one_scan
from alkanode.tomography.registration.voxel_grid import Floats


class GridCorrection(TypedDict):
    """Parts of a motion.

    The pristine volume at (z, y, x) shows what the later one shows at (z', y', x') with y' = y cos a - x sin a + shift_y,
    x' = y sin a + x cos a + shift_x, z' = z + (rows + row_fraction) pixel, a = angle_offset, all about the axis of rotation
    (y = x = 0), before the tilt.

    Attributes
    ----------
    angle_offset
        rad.
    shift_y, shift_x
        m.
    rows
        Whole voxels along z.
    row_fraction
        What is left of a voxel along z, -0.5 to 0.5.
    tilt_y, tilt_x
        rad, rotation that is left, about the centre of the registration.
    """

    angle_offset: float
    shift_y: float
    shift_x: float
    rows: int
    row_fraction: float
    tilt_y: float
    tilt_x: float


def grid_correction(
    registration: RecordLike, scan: str | int | None = None, *, pixel_size: float | None = None
) -> GridCorrection:
    """What the reconstruction of a later scan can undo of its motion, and the tilt that is left.

    Parameters
    ----------
    registration
        Kind ``registration``.
    scan
        Name of the scan; needed where there are several.
    pixel_size
        Edge of a voxel, m; by default that of the registered volumes.

    Returns
    -------
    dict
        :class:`GridCorrection`; a function of the record alone, ready for JSON.

    Raises
    ------
    SchemaError
        For an unknown scan.

    Notes
    -----
    R = R_z R_tilt, where R_tilt has no component about z. A volume reconstructed with the correction is the later scan at
    R_z p + s with s = c - R_z c + t, so that R_tilt about c is what remains for :func:`apply_registration`
    (:func:`remaining_tilt`).
    """
    record = one_scan(registration, scan)
    about_z, tilt = _split(rotation_matrix(record["rotation"].to_numpy()))
    centre = record["centre"].to_numpy().astype(np.float64)
    shift = centre - about_z @ centre + record["shift"].to_numpy()
    pixel = float(pixel_size if pixel_size is not None else record.attrs["pixel_size"])
    rows = round(float(shift[0]) / pixel)
    return GridCorrection(
        angle_offset=float(rotation_vector(about_z)[0]),
        shift_y=float(shift[1]),
        shift_x=float(shift[2]),
        rows=rows,
        row_fraction=float(shift[0]) / pixel - rows,
        tilt_y=float(tilt[1]),
        tilt_x=float(tilt[2]),
    )


def remaining_tilt(registration: RecordLike, scan: str | int | None = None) -> xr.Dataset:
    """The registration that is left once the grid of the reconstruction took its part: a tilt about the centre.

    Returns
    -------
    Dataset
        Kind ``registration`` with one scan, for :func:`apply_registration`; errors as before.
    """
    record = one_scan(registration, scan)
    _, tilt = _split(rotation_matrix(record["rotation"].to_numpy()))
    left = record.copy()
    left["shift"] = record["shift"] * 0.0
    left["rotation"] = (("component",), tilt)
    per_scan = [name for name in left.variables if name not in {"centre", "component", "parameter", "other_parameter"}]
    widened = left[per_scan].expand_dims("scan")
    return label(widened.assign(centre=left["centre"]).assign_attrs(record.attrs), "registration")


def _split(turn: Floats) -> tuple[Floats, Floats]:
    """Rotation about z, and the vector of the tilt that goes before it: ``turn = about_z @ R(tilt)``."""
    # in quaternions the twist about z keeps the scalar and the z part
    vector = rotation_vector(turn)
    half = 0.5 * float(np.linalg.norm(vector))
    part = 0.5 * float(vector[0]) * np.sinc(half / np.pi)
    about_z = rotation_matrix([2.0 * np.arctan2(part, np.cos(half)), 0.0, 0.0])
    tilt = rotation_vector(about_z.T @ turn)
    tilt[0] = 0.0
    return about_z, tilt
