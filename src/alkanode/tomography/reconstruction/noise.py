"""Noise of a slice expected from the counts behind its line integrals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.vocabulary import VOCABULARY
from alkanode.tomography.reconstruction.angle_weights import angle_weights
from alkanode.tomography.reconstruction.field_of_view import field_radius, inside
from alkanode.tomography.reconstruction.filters import window_gain
from alkanode.tomography.reconstruction.options import Reconstruction
from alkanode.tomography.reconstruction.slices import each_row, fourier_slice_maker


def expected_noise(
    line_integrals: RecordLike,
    axis_column: npt.ArrayLike,
    *,
    flat_counts: npt.ArrayLike,
    flat_frames: float = np.inf,
    options: Reconstruction | None = None,
) -> xr.DataArray:
    """Standard deviation of the attenuation that counting noise alone would give.

    Parameters
    ----------
    line_integrals
        Kind ``line_integrals`` with ``pixel_size``.
    axis_column
        Column of the rotation axis, one or (row,).
    flat_counts
        Quanta per pixel of an open-beam frame: one number, or (row, column). Detector readings are quanta only after
        division by the gain.
    flat_frames
        Flats that were averaged; their noise is counted as if it were independent from view to view, which it is not
        (it makes rings), so that this term is a lower bound.
    options
        As for the reconstruction; only the ``"fourier"`` engine is described.

    Returns
    -------
    DataArray
        ``attenuation_noise`` (z,) in 1/m: root of the mean variance in the field of view. What is measured lies higher
        where rings, scatter or optics add to it.

    Raises
    ------
    PhysicsError
        Without pixel size, for counts that are not positive, or another engine.

    Notes
    -----
    A view's line integral has the variance exp(p) / N0. The filter carries it to the slice, where
    var(mu) = sum over views of dtheta^2 var(p) * integral of (nu W(nu))^2 dnu / pixel^2, with nu in cycles per pixel.
    """
    record = check(line_integrals, "line_integrals")
    asked = Reconstruction() if options is None else options
    if asked.engine != "fourier" or asked.half_acquisition:
        raise PhysicsError(
            "expected noise is known for the 'fourier' engine without half acquisition", found=str(asked)
        )
    if "pixel_size" not in record.variables:
        raise PhysicsError("attenuation per length needs the pixel size", found="line integrals without pixel_size")
    counts = np.asarray(flat_counts, dtype=np.float64)
    if not (np.isfinite(counts).all() and (counts > 0).all() and flat_frames > 0):
        raise PhysicsError("counts of the open beam are positive", found=f"lowest {counts.min()}")
    pixel_size = float(record["pixel_size"])
    values = record["line_integral"].to_numpy()
    theta = record["rotation_angle"].to_numpy().astype(np.float64)
    axes = np.broadcast_to(np.asarray(axis_column, dtype=np.float64), values.shape[:1])
    per_row = counts[:, None, :] if counts.ndim == 2 else counts
    variance = ((np.exp(values) + 1.0 / flat_frames) / per_row).astype(np.float32)
    y, x = asked.grid.pixels(values.shape[2])
    smeared = np.empty((values.shape[0], y.size, x.size), dtype=np.float32)
    plain = Reconstruction(
        filter="ramp", padding=asked.padding, outside=asked.outside, grid=asked.grid, pad_fraction=asked.pad_fraction
    )
    squared = angle_weights(theta, gap_factor=asked.gap_factor) ** 2
    each_row(
        lambda: fourier_slice_maker(values.shape[2], theta, squared, 1.0, plain, with_ramp=False),
        variance,
        axes,
        smeared,
        1,
    )
    frequency = (np.arange(4096) + 0.5) / 8192
    power = 2 * float(np.mean((frequency * window_gain(asked.filter, frequency)) ** 2)) * 0.5
    seen = [inside(y, x, field_radius(values.shape[2], float(axis), asked), pixel_size, asked) for axis in axes]
    noise = [
        np.sqrt(max(float(row[where].mean(dtype=np.float64)), 0.0) * power) / pixel_size
        for row, where in zip(smeared, seen, strict=True)
    ]
    rows = record["row"].to_numpy() if "row" in record.coords else np.arange(values.shape[0])
    entry = VOCABULARY["attenuation_noise"]
    return xr.DataArray(
        noise,
        dims="z",
        coords={"z": rows * pixel_size},
        name="attenuation_noise",
        attrs={"units": entry.unit, "display_unit": entry.shown_unit, "long_name": entry.definition},
    )
