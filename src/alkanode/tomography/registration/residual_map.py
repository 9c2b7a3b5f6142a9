"""Where a rigid motion does not suffice: what differs in each part of the volume, and by what local shift.

A stage that sagged during a scan, a cell that was pressed together or a wrong pixel size leave shifts that grow across the
volume; a good registration leaves none beyond their errors. Grains that changed leave grey values, not shifts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.tomography.registration.apply_registration import motion_of, one_scan
from alkanode.tomography.registration.blocks import smoothed
from alkanode.tomography.registration.comparison import Patch, moving_slope, moving_value, prepare
from alkanode.tomography.registration.conditioning import cell_sums
from alkanode.tomography.registration.motion import Motion
from alkanode.tomography.registration.options import RegistrationOptions
from alkanode.tomography.registration.pyramid import read_fixed, read_moving
from alkanode.tomography.registration.register import DEFAULTS, SEED, Mask
from alkanode.tomography.registration.registration_record import COMPONENTS
from alkanode.tomography.registration.voxel_grid import Floats, voxel_grid
from alkanode.tomography.registration.weights import MEDIAN_OF_SQUARE, SlopeClasses, Spread, robust_weights

Index = npt.NDArray[np.intp]
FEWEST_POINTS = 50
"""A cell with fewer compared voxels has no residual."""
WEAKEST = 1e-3
"""Information along a direction over the largest in any cell, below which a cell knows no local shift."""
SOUGHT = 0.25
"""Voxels of local shift that must not look like change."""
CORRELATED = 8
"""Voxels beyond which residuals are taken as independent."""
COMPARED = 1_000_000
"""Voxels compared at most."""


def residual_map(
    moving: RecordLike,
    fixed: RecordLike,
    registration: RecordLike,
    scan: str | int | None = None,
    *,
    mask: Mask = None,
    cell: int = 32,
    options: RegistrationOptions = DEFAULTS,
) -> xr.Dataset:
    """What is left between a registered scan and the reference, cell by cell.

    Parameters
    ----------
    moving, fixed
        Kind ``volume``. Volumes of more than ``options.working_voxels`` are compared binned.
    registration
        Kind ``registration`` of that scan.
    scan
        Its name; needed where there are several.
    mask
        As for :func:`alkanode.tomography.register`; by default the whole volume.
    cell
        Edge of a cell in voxels of the full resolution.
    options
        Smoothing, outliers and memory.

    Returns
    -------
    Dataset
        On cells (z, y, x), coordinates in m: ``residual_before`` and ``residual_after``, root mean square difference of grey
        value without and with the motion (1/m, changed voxels counted); ``local_shift`` (component, z, y, x), by how much the
        material of the cell lies off the rigid motion (m), and ``local_shift_error``, both NaN where the cell holds no edges
        across all directions. ``attrs["excess"]`` is the median over the cells of (shift over error)^2, over its value for errors
        alone, for the worst component: about 1 for a rigid motion.

    Raises
    ------
    SchemaError
        As :func:`alkanode.tomography.register`, or for a cell below 4 voxels.
    """
    if cell < 4:
        raise SchemaError("a cell needs at least 4 voxels along its edge", found=repr(cell))
    fixed, moving = check(fixed, "volume"), check(moving, "volume")
    grid, other = voxel_grid(fixed, name="fixed volume"), voxel_grid(moving, name="moving volume")
    turn, shift, centre = motion_of(registration, scan)
    record = one_scan(registration, scan)
    motion = Motion(rotation=turn, shift=shift / grid.pixel, centre=(centre - grid.first) / grid.pixel)
    frame = (grid.first - other.first) / grid.pixel
    base = read_fixed(fixed["attenuation"], mask, options)
    bins = np.array(base.bins, dtype=np.float64)
    origin = (bins - 1) / 2
    index = np.argwhere(base.usable)
    if len(index) > COMPARED:
        index = index[np.random.default_rng(SEED).random(len(index)) < COMPARED / len(index)]
    patch = Patch(
        fixed=smoothed(base.values, options.smoothing),
        moving=smoothed(read_moving(moving["attenuation"], base.bins).values, options.smoothing),
        fixed_origin=origin,
        moving_origin=origin,
        bins=base.bins,
        points=origin + index * bins,
    )
    patches, side = prepare([patch], motion.centre, 1.0)
    grey = float(record["grey_gain"]) if "grey_gain" in record else 1.0
    floor = float(record["grey_offset"]) if "grey_offset" in record else 0.0
    after = moving_value(patches, motion, frame) - grey * side.value - floor
    before = moving_value(patches, Motion.none(motion.centre), frame) - grey * side.value - floor
    shape = tuple(-(-size // cell) for size in grid.shape)
    number = np.ravel_multi_index(tuple((patches[0].points // cell).astype(np.intp).T), shape)
    steepness = (side.columns[:, :3] ** 2).sum(axis=1)
    spread = SlopeClasses.of(steepness).spread(after)
    variance = Spread(noise=spread.noise, misfit=max(spread.misfit, SOUGHT * float(bins.max()))).variance(steepness)
    weight = np.where(np.isfinite(after), robust_weights(np.nan_to_num(after), variance, options.outlier), 0.0)
    local, error = _local_shifts(
        side.columns[:, :3] * grey,
        moving_slope(patches, motion, frame),
        np.nan_to_num(after),
        weight,
        number,
        side.offsets,
        CORRELATED * float(bins.max()),
        int(np.prod(shape)),
    )
    known = ((local / error) ** 2)[np.isfinite(error).all(axis=1)]
    places = [
        grid.first[axis] + grid.pixel * (np.arange(count) * cell + (cell - 1) / 2) for axis, count in enumerate(shape)
    ]
    return xr.Dataset(
        {
            "residual_before": (("z", "y", "x"), _rms(before, number, shape), {"units": "m-1"}),
            "residual_after": (("z", "y", "x"), _rms(after, number, shape), {"units": "m-1"}),
            "local_shift": (
                ("component", "z", "y", "x"),
                (-grid.pixel * turn @ local.T).reshape(3, *shape),
                {"units": "m"},
            ),
            "local_shift_error": (
                ("component", "z", "y", "x"),
                (grid.pixel * error.T).reshape(3, *shape),
                {"units": "m"},
            ),
        },
        coords={"component": COMPONENTS, **dict(zip(("z", "y", "x"), places, strict=True))},
        attrs={
            "excess": float(np.nanmedian(known, axis=0).max() / MEDIAN_OF_SQUARE) if known.size else float("nan"),
            "cell": cell,
            "bins": list(base.bins),
        },
    )


def _rms(residual: Floats, number: Index, shape: tuple[int, ...]) -> Floats:
    good = np.isfinite(residual)
    size = int(np.prod(shape))
    count = np.bincount(number[good], minlength=size)
    total = np.bincount(number[good], weights=residual[good] ** 2, minlength=size)
    mean = np.divide(total, count, out=np.full(size, np.nan), where=count >= FEWEST_POINTS)
    return np.asarray(np.sqrt(mean).reshape(shape))


def _local_shifts(
    slope: Floats,
    other: Floats,
    residual: Floats,
    weight: Floats,
    number: Index,
    offsets: Floats,
    edge: float,
    size: int,
) -> tuple[Floats, Floats]:
    """(cell, 3) shift of the fixed volume that explains the residual of each cell, and its standard error, voxels.

    As for the whole volume, the information is the product of the slopes of both volumes, so that noise does not make shifts
    look smaller, and the error comes from the scatter of the residuals that the shift leaves.
    """
    cross = _products(slope, other * weight[:, None], number, size)
    least = np.linalg.eigvalsh(0.5 * (cross + cross.transpose(0, 2, 1)))[:, 0]
    count = np.bincount(number, weights=weight > 0, minlength=size)
    usable = (least > WEAKEST * np.einsum("cii->c", cross).max()) & (count >= FEWEST_POINTS)
    shift, error = np.full((size, 3), np.nan), np.full((size, 3), np.nan)
    if usable.any():
        inverse = np.linalg.inv(cross[usable])
        right = _products(slope, (residual * weight)[:, None], number, size)[usable, :, 0]
        shift[usable] = np.einsum("cij,cj->ci", inverse, right)
        left = (residual - np.nan_to_num(np.einsum("pi,pi->p", shift[number], slope))) * weight
        scatter = _products(slope * left[:, None], slope * left[:, None], number, size)[usable]
        error[usable] = np.sqrt(np.einsum("cij,cjk,cik->ci", inverse, scatter, inverse))
        error *= _correlated(slope * left[:, None], offsets, edge)
    return shift, error


def _products(one: Floats, two: Floats, number: Index, size: int) -> Floats:
    """(cell, column, column) sums over the points of each cell."""
    sums = [[np.bincount(number, weights=a * b, minlength=size) for b in two.T] for a in one.T]
    return np.moveaxis(np.array(sums, dtype=np.float64), 2, 0)


def _correlated(scores: Floats, offsets: Floats, edge: float) -> float:
    """Factor on errors because neighbouring residuals go together: scatter of sums over small cells, over that of points."""
    return float(np.sqrt((cell_sums(scores, offsets, edge) ** 2).sum() / max(float((scores**2).sum()), 1e-300)))
