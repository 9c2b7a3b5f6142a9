"""Rings that the noise of the flats leaves in a slice, by their distance from the axis.

All projections are divided by the same few flats. What a flat has of noise is the same at all angles and becomes a ring, and
rings of all radii are there: they pile up at the axis, where a column's error is spread over the shortest circle. Removal of
steady stripes takes most of it, and leaves what the median of its neighbours keeps.

The rings are drawn, not derived: columns with the noise of the flats go through the same removal and the same reconstruction
as data do, so that the result holds for every window and filter.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.vocabulary import VOCABULARY
from alkanode.tomography.reconstruction.options import Reconstruction
from alkanode.tomography.reconstruction.reconstruct import reconstruct

Floats = npt.NDArray[np.float64]

SEED = 61
"""Seed of the draw, so that the result is the same each time."""
VIEWS = 360
"""Views of the drawn rings: a steady column needs no more for a ring of a few hundred pixels."""
MARGIN = 32
"""Columns beyond the largest radius: a column further out makes no ring there."""


def ring_noise(
    radius: npt.ArrayLike,
    *,
    flat_photons: float,
    flat_frames: Sequence[int],
    angles: int,
    columns: int,
    pixel_size: float,
    transmission: float = 1.0,
    filter: str = "hann",
    steady_window: int | None = None,
    rows: int = 64,
) -> xr.DataArray:
    """Standard deviation of the rings of one scan that the noise of its flats leaves, at some distances from the axis.

    Parameters
    ----------
    radius
        (radius,) pixels from the rotation axis; each stands for the ring of one pixel on both sides of it.
    flat_photons
        Quanta per pixel of a flat (counts over the gain).
    flat_frames
        Frames of each group of flats.
    angles, columns
        Projections and detector columns of the scan.
    pixel_size
        m.
    transmission
        Typical transmission of the sample, which tells how well a stripe can be found.
    filter
        Of the reconstruction.
    steady_window
        Columns of the median by which steady stripes are found; ``None`` for the default of such a detector, 0 where no
        stripes are removed.
    rows
        Detector rows drawn; the result scatters by about 1/sqrt(2 rows) at the axis, and less outside.

    Returns
    -------
    DataArray
        ``attenuation_noise`` (radius), 1/m. Two scans with their own flats differ by sqrt(2) of it. Noise of the projections is
        not in it: see :func:`expected_noise`.

    Raises
    ------
    PhysicsError
        For numbers that are not positive, or a radius beyond the detector.

    Notes
    -----
    The logarithm of a flat has the variance 1/(quanta x frames); of its change between groups the corrections keep only what
    exceeds its noise, so that the steady part is what remains.
    """
    from alkanode.tomography.corrections import Stripes
    from alkanode.tomography.corrections.steady_stripes import steady_deviation, window_of

    where = np.atleast_1d(np.asarray(radius, dtype=np.float64))
    frames = int(np.sum(flat_frames))
    if min(flat_photons, frames, angles, pixel_size, transmission, rows) <= 0:
        raise PhysicsError(
            "quanta, frames, projections, sizes and rows above 0 are needed", found=f"{flat_photons:g}, {frames}"
        )
    if not (where >= 0).all() or where.max() > 0.5 * columns:
        raise PhysicsError(f"radii from 0 to half of the {columns} columns are needed", found=f"up to {where.max():g}")
    width = int(min(columns, 2 * np.ceil(where.max()) + 2 * MARGIN))
    window = window_of(columns, Stripes(method="steady")) if steady_window is None else steady_window
    random = np.random.default_rng(SEED)
    single = np.sqrt(1.0 / (flat_photons * transmission))
    left = random.standard_normal((rows, width)) / np.sqrt(flat_photons * frames)
    if window:
        for row, steady in enumerate(left.copy()):
            counted = steady[:, None] + single * random.standard_normal((width, angles), dtype=np.float32)
            left[row] -= steady_deviation(np.exp(counted).astype(np.float32), window)
    slices = _rings(left, pixel_size, filter, reach=int(min(np.ceil(where.max()) + 2, width // 2 - 1)))
    squares = (slices.astype(np.float64) ** 2).mean(axis=0)
    middle = 0.5 * (squares.shape[0] - 1)
    y, x = np.indices(squares.shape) - middle
    distance = np.hypot(y, x)
    noise = [np.sqrt(squares[np.abs(distance - one) <= 1.0].mean()) for one in where]
    entry = VOCABULARY["attenuation_noise"]
    return xr.DataArray(
        noise,
        dims="radius",
        coords={"radius": where},
        name="attenuation_noise",
        attrs={"units": entry.unit, "display_unit": entry.shown_unit, "long_name": entry.definition},
    )


def _rings(columns: Floats, pixel_size: float, filter: str, reach: int) -> npt.NDArray[np.float32]:
    """(row, y, x) slices around the axis of columns (row, column) that are the same in all views."""
    rows, width = columns.shape
    side = 2 * reach + 1
    steady = np.broadcast_to(columns[:, None, :].astype(np.float32), (rows, VIEWS, width))
    record = label(
        xr.Dataset(
            {
                "line_integral": (("row", "angle", "column"), np.ascontiguousarray(steady)),
                "rotation_angle": ("angle", np.pi * np.arange(VIEWS) / VIEWS),
                "pixel_size": ((), pixel_size),
            }
        ),
        "line_integrals",
    )
    options = Reconstruction(filter=filter)
    whole = reconstruct(record, 0.5 * (width - 1), options=options)["attenuation"].to_numpy()
    # with an even width the axis lies between voxels: the square around it is one narrower
    side -= (whole.shape[1] - side) % 2
    start = (whole.shape[1] - side) // 2
    return np.asarray(whole[:, start : start + side, start : start + side])
