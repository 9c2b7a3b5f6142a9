"""Reconstruction of a record of line integrals."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.foundation.sources import Estimate, source
from alkanode.tomography.reconstruction.options import Engine, FilterFunction, Grid, Reconstruction
from alkanode.tomography.reconstruction.slices import reconstruction_kernel


@source("Barnett2019", "KakSlaney1988")
def reconstruct(
    line_integrals: RecordLike,
    axis_column: float | npt.ArrayLike | Estimate,
    *,
    filter: str | FilterFunction = "hann",
    engine: Engine = "fourier",
    grid: Grid | None = None,
    padding: Literal["edge", "zero"] = "edge",
    options: Reconstruction | None = None,
    threads: int = 1,
    batch: int = 8,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Slices from line integrals by filtered back-projection.

    Parameters
    ----------
    line_integrals
        Kind ``line_integrals``, with ``pixel_size`` (m); may be lazy.
    axis_column
        Detector column of the rotation axis: one number, one per row, or the estimate of
        :func:`~alkanode.tomography.rotation_axis.axis_estimate`.
    filter, engine, grid, padding
        As in :class:`Reconstruction`.
    options
        All of them and more; those given by name win where they differ from their defaults.
    threads
        Slices computed at the same time. The result does not depend on it, nor on ``batch``.
    batch
        Rows read at once from a lazy record.
    progress
        Told after each batch.

    Returns
    -------
    Dataset
        Kind ``volume``: ``attenuation`` (z, y, x) in 1/m, float32; ``z``, ``y``, ``x`` in m. ``z`` is the row's number
        (coordinate ``row`` where there is one) times the pixel size; ``y = x = 0`` at the rotation axis. ``photon_energy``
        is passed on. Attributes: ``reconstruction`` (options as JSON text), ``axis_column``.

    Raises
    ------
    PhysicsError
        Without pixel size, for an axis beside the detector or unknown, values that are not finite, or an unknown filter.

    Warns
    -----
    DataQualityWarning
        When views of a wedge are missing.

    Notes
    -----
    mu(y, x) = sum over views of dtheta * q(theta, x cos theta + y sin theta), with q the view filtered by the ramp. The
    ``"fourier"`` engine takes q between detector columns as its trigonometric interpolation, which loses no resolution;
    a back-projection that interpolates linearly has less noise and less resolution (``filter="hann*linear"``). In a
    scan of a part of a sample the attenuation carries an unknown offset that varies slowly across the slice.

    References
    ----------
    :cite:`KakSlaney1988`, :cite:`Barnett2019`
    """
    record = check(line_integrals, "line_integrals")
    asked = _merged(options, filter, engine, grid, padding)
    if "pixel_size" not in record.variables:
        raise PhysicsError(
            "attenuation per length needs the pixel size",
            found="line integrals without pixel_size",
            todo="Give it on opening: open_projections(..., pixel_size='1.3 um')",
        )
    if batch < 1:
        raise PhysicsError("a batch has at least one row", found=str(batch))
    pixel_size = float(record["pixel_size"])
    count = record.sizes["row"]
    axes = np.broadcast_to(np.asarray(_axis(axis_column), dtype=np.float64), (count,))
    angles = record["rotation_angle"].to_numpy()
    y, x = asked.grid.pixels(record.sizes["column"])
    volume = np.empty((count, y.size, x.size), dtype=np.float32)
    report = NoProgress() if progress is None else progress
    for first in range(0, count, batch):
        rows = slice(first, min(first + batch, count))
        block = record["line_integral"].isel(row=rows).to_numpy()
        volume[rows] = reconstruction_kernel(block, angles, axes[rows], pixel_size, asked, threads=threads)
        report.update(rows.stop, count, "slices")
    row_numbers = record["row"].to_numpy() if "row" in record.coords else np.arange(count)
    fields: dict[str, object] = {"attenuation": (("z", "y", "x"), volume)}
    if "photon_energy" in record.variables:
        fields["photon_energy"] = ((), float(record["photon_energy"]))
    result = xr.Dataset(
        fields,
        coords={"z": row_numbers * pixel_size, "y": y * pixel_size, "x": x * pixel_size},
        attrs={
            "sources": str(record.attrs.get("sources", "")),
            "reconstruction": json.dumps(asked.described()),
            "axis_column": axes.tolist() if np.unique(axes).size > 1 else float(axes[0]) if count else "",
        },
    )
    return label(result, "volume")


def _merged(
    options: Reconstruction | None,
    chosen: str | FilterFunction,
    engine: Engine,
    grid: Grid | None,
    padding: Literal["edge", "zero"],
) -> Reconstruction:
    """Options with those given by name laid over."""
    base = Reconstruction() if options is None else options
    named: dict[str, object] = {}
    if chosen != "hann":
        named["filter"] = chosen
    if engine != "fourier":
        named["engine"] = engine
    if padding != "edge":
        named["padding"] = padding
    if grid is not None:
        named["grid"] = grid
    return replace(base, **named)  # type: ignore[arg-type]


def _axis(given: float | npt.ArrayLike | Estimate) -> npt.ArrayLike:
    if not isinstance(given, Estimate):
        return given
    if given.value is None:
        raise PhysicsError(
            "a reconstruction needs the rotation axis",
            found=given.label,
            todo="Give the column by hand",
        )
    return given.value
