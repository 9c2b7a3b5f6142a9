r"""Volume of a grain from its summed change of attenuation, for grains that the optics and the smoothing blur.

Counting voxels beyond a threshold measures a blurred grain too large or too small, by how far the threshold lies from
half its height. Smoothing conserves the sum. So with a known contrast

.. math:: V = \frac{1}{\Delta\mu} \int \delta\mu \, dV

over the grain and a margin that holds its blurred flanks. The contrast is that of the transition: it rests on the class.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import ndimage

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import Estimate, Trust
from alkanode.tomography.differences.slabs import Floats, read, read_mask, slabs, voxel_size

Labels = npt.NDArray[np.int32]


def contrast_volumes(
    record: RecordLike,
    labels: xr.DataArray | Labels,
    contrast: float | Mapping[int, float] | npt.ArrayLike,
    *,
    margin: int | None = None,
    null: RecordLike | None = None,
    slab: int = 32,
) -> xr.Dataset:
    """Volume of each labelled grain from its summed change over its contrast.

    Parameters
    ----------
    record
        Kind ``difference``.
    labels
        (z, y, x) integers, 0 for no grain, else the number of the grain (from 1 on).
    contrast
        Change of attenuation where the grain's material replaced what was there, m-1, signed: one number, one by
        label, or an array in the order of the labels present.
    margin
        Voxels by which each grain is grown before summing; None: two widths of the smoothing, rounded up, plus one,
        outside of which 5 per cent of the flank of a plane remain. Grains do not grow into each other.
    null
        Kind ``difference`` without change, on the same voxels: the same regions are summed on it, at several places,
        and their scatter is the error. None: no error.
    slab
        Slices treated at a time; the result does not depend on it, except for the order of a sum.

    Returns
    -------
    Dataset
        Kind ``contrast_volumes``: ``label``, ``grain_volume`` (m3), ``contrast`` (m-1) and with ``null``
        ``grain_volume_error`` (m3), all (grain,). A negative volume says that grain and contrast contradict each other.

    Raises
    ------
    SchemaError
        For labels of another shape, or a number of contrasts that is not that of the grains.
    PhysicsError
        For a contrast of 0 or a negative margin.
    """
    record = check(record, "difference")
    shape = tuple(record.sizes[axis] for axis in ("z", "y", "x"))
    if tuple(labels.shape) != shape:
        raise SchemaError(f"labels of shape {shape} are needed", found=str(tuple(labels.shape)))
    voxel = voxel_size(record)
    reach = _margin(record, margin)
    highest, present = _present(labels, shape[0], slab)
    contrasts = _contrasts(contrast, present)
    sums = np.zeros(highest + 1)
    moves = _moves(shape) if null is not None else []
    quiet = None if null is None else check(null, "difference")
    noise_sums = np.zeros((len(moves), highest + 1))
    for part in slabs(shape[0], slab, reach):
        grown = grow_labels(_labels(labels, part.padded), reach)[part.inner]
        flat = grown.ravel()
        sums += np.bincount(flat, weights=read(record, "attenuation_change", part.core).ravel(), minlength=highest + 1)
        if quiet is not None:
            values = read(quiet, "attenuation_change", part.core)
            trusted = read_mask(quiet["trusted"], part.core) if "trusted" in quiet else None
            if trusted is not None:
                values = np.where(trusted, values, np.float32(0))
            for place, move in enumerate(moves):
                moved = np.roll(values, move, axis=(1, 2)).ravel()
                noise_sums[place] += np.bincount(flat, weights=moved, minlength=highest + 1)
    fields: dict[str, tuple[str, npt.NDArray[np.generic]]] = {
        "label": ("grain", present),
        "grain_volume": ("grain", sums[present] * voxel**3 / contrasts),
        "contrast": ("grain", contrasts),
    }
    if moves:
        scatter = np.sqrt((noise_sums[:, present] ** 2).mean(axis=0))
        fields["grain_volume_error"] = ("grain", scatter * voxel**3 / np.abs(contrasts))
    result = xr.Dataset(fields, attrs={"margin_voxels": reach, "null_places": len(moves)})
    return label(result, "contrast_volumes")


def summed_volume(volumes: RecordLike, change: str) -> Estimate:
    """Volume of all grains that gained or lost, from their contrasts.

    Parameters
    ----------
    volumes
        Kind ``contrast_volumes``.
    change
        ``"gain"`` (contrast above 0) or ``"loss"``.

    Returns
    -------
    Estimate
        m3; the interval covers twice the standard error from noise, where that is known. The error of the contrast,
        and a wrong class, come on top.
    """
    record = check(volumes, "contrast_volumes")
    if change not in ("gain", "loss"):
        raise PhysicsError("'gain' or 'loss' is needed", found=repr(change))
    contrast = record["contrast"].to_numpy()
    chosen = contrast > 0 if change == "gain" else contrast < 0
    total = float(record["grain_volume"].to_numpy()[chosen].sum())
    interval = None
    if "grain_volume_error" in record:
        error = float(np.sqrt((record["grain_volume_error"].to_numpy()[chosen] ** 2).sum()))
        interval = (total - 2 * error, total + 2 * error)
    return Estimate(
        value=total,
        unit="m3",
        quantity="volume_gained" if change == "gain" else "volume_lost",
        interval=interval,
        label=(
            f"{Trust.COMPUTED.value} from summed attenuation over the contrast of each grain's class; interval covers "
            "twice the error from noise, not that of the contrast"
        ),
    )


def grow_labels(labels: Labels, reach: int) -> Labels:
    """Grow every label by ``reach`` voxels into 0; where two meet, the higher number wins.

    Steps by faces and by corners alternate, which keeps a grown voxel nearly round. What a voxel becomes depends on
    voxels within ``reach`` only.
    """
    grown = labels.copy()
    faces = ndimage.generate_binary_structure(3, 1)
    for step in range(reach):
        if step % 2:
            wider = ndimage.maximum_filter(grown, size=3, mode="constant", cval=0)
        else:
            wider = ndimage.maximum_filter(grown, footprint=faces, mode="constant", cval=0)
        grown = np.where(grown > 0, grown, wider)
    return grown


def _margin(record: xr.Dataset, margin: int | None) -> int:
    if margin is None:
        return int(np.ceil(2 * float(record.attrs.get("smoothing_voxels", 0.0)))) + 1
    if margin < 0:
        raise PhysicsError("a margin is not negative", found=repr(margin))
    return int(margin)


def _labels(labels: xr.DataArray | Labels, z: slice) -> Labels:
    values = labels.isel(z=z).to_numpy() if isinstance(labels, xr.DataArray) else np.asarray(labels)[z]
    return np.asarray(values, dtype=np.int32)


def _present(labels: xr.DataArray | Labels, count: int, slab: int) -> tuple[int, npt.NDArray[np.int64]]:
    """Highest label, and those that occur, rising."""
    found = [np.unique(_labels(labels, part.core)) for part in slabs(count, slab)]
    every = np.unique(np.concatenate(found)).astype(np.int64)
    return int(every.max(initial=0)), every[every > 0]


def _contrasts(contrast: float | Mapping[int, float] | npt.ArrayLike, present: npt.NDArray[np.int64]) -> Floats:
    if isinstance(contrast, Mapping):
        missing = [int(one) for one in present if int(one) not in contrast]
        if missing:
            raise SchemaError("a contrast for every grain is needed", found=f"none for {missing[:5]}")
        values = np.array([float(contrast[int(one)]) for one in present])
    else:
        values = np.asarray(contrast, dtype=np.float64)
        if values.ndim and values.shape != present.shape:
            raise SchemaError(f"{present.size} contrasts are needed", found=str(values.shape))
        values = np.broadcast_to(values, present.shape).copy()
    if not (np.isfinite(values) & (values != 0)).all():
        raise PhysicsError(
            "contrasts are finite and not 0, m-1", found=str(values[~np.isfinite(values) | (values == 0)][:3])
        )
    return values


def _moves(shape: tuple[int, ...]) -> list[tuple[int, int]]:
    """Shifts along y and x at which the regions are laid on the map without change: 16, far from each other."""
    return [(row * shape[1] // 4, column * shape[2] // 4) for row in range(4) for column in range(4)]
