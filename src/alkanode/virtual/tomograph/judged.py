"""What an analysis of a virtual series got right where no single number says it: places and classes.

How far a registration lies off differs from place to place, and a class is right or wrong voxel by voxel; both are judged on
the object itself, which only the one who made it has.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check
from alkanode.numerics.rigid import rotation_matrix
from alkanode.tomography.differences import confusion_table
from alkanode.virtual.tomograph.operando import OperandoSeries

Floats = npt.NDArray[np.float64]


def registration_truth(series: OperandoSeries, registration: RecordLike) -> xr.Dataset:
    """Largest error of the place of anything in the cell, beside the stated one.

    Parameters
    ----------
    series
        The series.
    registration
        Kind ``registration``, the scans in the order of the series and without the first, which is the reference.

    Returns
    -------
    Dataset
        Over ``scan``: ``largest_error`` (m), by which a point of the cell lies off at most; ``stated_error`` (m), the standard error
        that the registration and the rotation axes state together, and ``noise_error`` (m), what noise has of it.
    """
    record = check(registration, "registration")
    points = _cell_points(series)
    largest = []
    for number in range(record.sizes["scan"]):
        one = record.isel(scan=number)
        found = _moved(points, one["shift"].to_numpy(), one["rotation"].to_numpy(), record["centre"].to_numpy())
        true = _moved(points, series.shift[number + 1], series.rotation[number + 1], series.centre)
        largest.append(float(np.linalg.norm(found - true, axis=1).max()))
    stated = record["displacement_error"].to_numpy()
    if "axis_displacement_error" in record:
        stated = np.hypot(stated, np.nan_to_num(record["axis_displacement_error"].to_numpy()))
    fields = {"largest_error": np.array(largest), "stated_error": stated}
    if "displacement_noise" in record:
        fields["noise_error"] = record["displacement_noise"].to_numpy()
    return xr.Dataset(
        {name: ("scan", values, {"units": "m"}) for name, values in fields.items()},
        coords={"scan": record["scan"].to_numpy()},
    )


def class_truth(series: OperandoSeries, classes: RecordLike, before: int, after: int) -> xr.Dataset:
    """Classes of every voxel against the true ones: kind ``class_confusion``.

    Parameters
    ----------
    series
        The series.
    classes
        Kind ``material_classes`` of all rows, on the voxels of the first scan.
    before, after
        Scans compared (0 ...).
    """
    return confusion_table(classes, series.volume(before), series.volume(after))


def _cell_points(series: OperandoSeries) -> Floats:
    """(point, 3) points of the cell's rim and axis in the view, m: a rigid error is largest at one of them."""
    setup, reach = series.tomographs[0], series.cell.inner_radius + series.cell.wall
    heights = np.array([0.0, (setup.rows - 1) * setup.pixel_size])
    turns = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    return np.array([[z, r * np.sin(t), r * np.cos(t)] for z, r, t in product(heights, (0.0, reach), turns)])


def _moved(points: Floats, shift: Floats, rotation: Floats, centre: Floats) -> Floats:
    return np.asarray((points - centre) @ rotation_matrix(rotation).T + centre + shift)
