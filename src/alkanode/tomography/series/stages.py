"""The stages of the package as a series calls them: imported when used, so that a plan costs nothing."""

from __future__ import annotations

from typing import Any

import xarray as xr

from alkanode.tomography.series.task import Rows


def line_integrals_of(scan: xr.Dataset, rows: Rows, corrections: Any) -> xr.Dataset:
    """Line integrals of some detector rows: :func:`alkanode.tomography.corrections.line_integrals`.

    Parameters
    ----------
    scan
        Kind ``projections``.
    rows
        First and last-plus-one detector row.
    corrections
        ``Corrections`` options, or ``None`` for the defaults.

    Returns
    -------
    Dataset
        Kind ``line_integrals``.
    """
    from alkanode.tomography.corrections import line_integrals

    options = {} if corrections is None else {"options": corrections}
    return line_integrals(scan, rows=slice(*rows), **options)


def reconstruct_rows(line_integrals: xr.Dataset, axis_column: float, reconstruction: Any) -> xr.Dataset:
    """Slices of some rows: :func:`alkanode.tomography.reconstruction.reconstruct`.

    Parameters
    ----------
    line_integrals
        Kind ``line_integrals``.
    axis_column
        Detector column of the rotation axis.
    reconstruction
        ``Reconstruction`` options, or ``None`` for the defaults.

    Returns
    -------
    Dataset
        Kind ``volume``.
    """
    from alkanode.tomography.reconstruction import reconstruct

    return reconstruct(line_integrals, axis_column, options=reconstruction)
