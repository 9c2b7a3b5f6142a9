"""What each voxel was before and is after, with probabilities.

One difference cannot name a process: potassium that precipitates from the liquid and sodium that fills a void raise
the attenuation alike. The pair (before, after) can. Classes that the noise cannot separate are one class; a voxel that
lies between two classes may be a mixture, and steep surroundings say that it probably is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.tomography.differences.separability import MIXED, MaterialClasses, Materials, separable_classes
from alkanode.tomography.differences.slabs import (
    Flags,
    Floats,
    Volume32,
    check_mask,
    grid_coords,
    read_mask,
    read_own,
    shape_of,
    slab_of,
    slabs,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """What is held likely before looking.

    Attributes
    ----------
    change
        Probability that a voxel changed its class. Each other class is then equally likely.
    mixed
        Probability that a voxel holds two materials, in either scan.
    shares
        Share of each material before, by name; None: all alike.
    far
        A voxel farther than this from every material and every mixture, in standard deviations, has no class.
    """

    change: float = 0.1
    mixed: float = 0.05
    shares: Mapping[str, float] | None = None
    far: float = 5.0


def classify(
    record: RecordLike,
    materials: Materials | MaterialClasses,
    *,
    priors: Priors | None = None,
    noise: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    largest_error: float = 0.05,
    chain: bool = True,
    where: xr.DataArray | Flags | None = None,
    slab: int = 8,
    slices: tuple[int, int] | None = None,
) -> xr.Dataset:
    """Most probable transition of each voxel.

    Parameters
    ----------
    record
        Kind ``difference``.
    materials
        What may occur: attenuation (m-1) by name, a table of attenuation, or classes made before with
        :func:`separable_classes` (needed when slabs are classified one by one, so that all share one set of classes).
    priors
        See :class:`Priors`; stored with the result.
    noise
        Of the volume before and after, m-1, each a number or (z,). None: that of the difference over the square root
        of 2, as if both scans were equally noisy; where the difference knows its noise by place, times that factor.
    largest_error, chain
        As :func:`separable_classes`.
    where
        (z, y, x) voxels to classify, for example where something changed; None: all that are trusted.
    slab
        Slices treated at a time; the result does not depend on it.
    slices
        First and last-plus-one slice that are classified, for volumes beyond memory; they see those beside them. None:
        all.

    Returns
    -------
    Dataset
        Kind ``material_classes``: ``transition`` (z, y, x) int16, ``class_before`` x number of classes +
        ``class_after``, -1 where there is none; ``probability`` (z, y, x); ``class_before``, ``class_after``
        (z, y, x) int8; ``partial_volume`` (z, y, x): within two widths of the smoothing the values of one scan
        differ by more than half the smallest distance of two classes, beyond 3 standard deviations of noise: the voxel
        lies on an edge, and what looks like a material between two others may be both of them; ``class_attenuation`` (material,), NaN for ``"mixed"``,
        the last class; ``material_attenuation`` and ``member_of`` (named_material,); ``expected_confusion``
        (material, other_material). ``attrs["transitions"]`` names each code: ``"NaK50 -> void"``.

    Raises
    ------
    PhysicsError
        For priors outside 0 to 1, noise that is not positive, or slices outside the volume.
    SchemaError
        For a mask of another shape, or shares of an unknown material.

    Notes
    -----
    The probability takes noise as Gaussian and independent between scans, and every voxel by itself. Probabilities
    rest on the priors, which are assumed; they are for ranking, not for betting. Two neighbouring voxels share their
    noise after smoothing, so probabilities of a grain do not multiply.
    """
    from alkanode.tomography.differences.kernels import most_probable

    record = check(record, "difference")
    priors = priors or Priors()
    check_mask(where, record, "the mask")
    before_noise, after_noise = _noise(record, noise)
    if isinstance(materials, MaterialClasses):
        classes = materials
    else:
        typical = float(np.nanmedian(np.concatenate([before_noise, after_noise])))
        classes = separable_classes(materials, typical, largest_error=largest_error, chain=chain)
    count = len(classes.names) + 1
    prior, share = _prior(classes, priors), _member_shares(classes, priors)
    total, *across = shape_of(record)
    first, last = (0, total) if slices is None else slices
    if not 0 <= first < last <= total:
        raise PhysicsError(f"slices within 0 to {total} are needed", found=f"{first} to {last}")
    shape = (last - first, *across)
    transition, probability = np.full(shape, -1, np.int16), np.zeros(shape, np.float32)
    partial = np.zeros(shape, np.bool_)
    gap = float(np.diff(classes.attenuation).min(initial=np.inf))
    reach = max(int(np.ceil(2 * float(record.attrs.get("smoothing_voxels", 0.0)))), 1)
    for block in slabs(shape[0], slab):
        part = slab_of(first + block.core.start, first + block.core.stop, total, reach)
        chosen = _chosen(record, where, part.core)
        volumes = [read_own(record, name, part.padded) for name in ("attenuation_before", "attenuation_after")]
        before, after = (values[part.inner] for values in volumes)
        # float16 as it lies on disk: half of what a field of single precision takes
        factor = record["noise_factor"].isel(z=part.core).to_numpy() if "noise_factor" in record else None
        for place in range(before.shape[0]):
            here, there = part.core.start + place, block.core.start + place
            if np.isfinite(gap):
                limits = [float(0.5 * gap + 3 * np.sqrt(2) * one[here]) for one in (before_noise, after_noise)]
                _mark_steep(volumes, part.inner.start + place, reach, limits, partial[there])
            codes = np.where(chosen[place], 0, -1).astype(np.int16).ravel()
            found = np.zeros(codes.size, np.float32)
            most_probable(
                before[place].ravel(),
                after[place].ravel(),
                np.ones(codes.size, np.float32) if factor is None else factor[place].astype(np.float32).ravel(),
                float(before_noise[here]),
                float(after_noise[here]),
                classes.material_attenuation,
                classes.material_uncertainty,
                np.array(classes.member_of, np.int64),
                share,
                prior,
                float(priors.far),
                codes,
                found,
            )
            transition[there], probability[there] = codes.reshape(across), found.reshape(across)
            partial[there] &= transition[there] >= 0
        # what was read of a wide volume must not stay while the record is made
        del volumes, before, after
    return _record(record.isel(z=slice(first, last)), classes, priors, transition, probability, partial, count)


def _mark_steep(volumes: list[Volume32], middle: int, reach: int, limits: list[float], out: Flags) -> None:
    """Mark voxels of a slice where either volume rises or falls by more than its limit within reach."""
    from alkanode.tomography.differences.kernels import mark_steep

    for values, limit in zip(volumes, limits, strict=True):
        low, high = max(middle - reach, 0), min(middle + reach, values.shape[0] - 1)
        mark_steep(values[low], values[middle], values[high], reach, limit, out)


def transition_names(classes: MaterialClasses) -> tuple[str, ...]:
    """Name of every code: ``"NaK50 -> void"``, and ``"NaK50"`` alone where nothing changed."""
    names = (*classes.names, MIXED)
    return tuple(one if one == other else f"{one} -> {other}" for one in names for other in names)


def _record(
    record: xr.Dataset,
    classes: MaterialClasses,
    priors: Priors,
    transition: npt.NDArray[np.int16],
    probability: Volume32,
    partial: Flags,
    count: int,
) -> xr.Dataset:
    dims = ("z", "y", "x")
    before, after = (np.full(transition.shape, -1, np.int8) for _ in range(2))
    for place, codes in enumerate(transition):
        known = codes >= 0
        before[place][known], after[place][known] = codes[known] // count, codes[known] % count
    result = xr.Dataset(
        {
            "transition": (dims, transition),
            "probability": (dims, probability),
            "class_before": (dims, before),
            "class_after": (dims, after),
            "partial_volume": (dims, partial),
            "class_attenuation": ("material", np.append(classes.attenuation, np.nan)),
            "material_attenuation": ("named_material", classes.material_attenuation),
            "member_of": ("named_material", np.array(classes.member_of)),
            "expected_confusion": (("material", "other_material"), np.pad(classes.confusion(), ((0, 1), (0, 1)))),
        },
        coords={
            **grid_coords(record),
            "material": [*classes.names, MIXED],
            "other_material": [*classes.names, MIXED],
            "named_material": list(classes.materials),
        },
        attrs={
            "transitions": list(transition_names(classes)),
            "noise_of_one_volume": classes.noise,
            "largest_error": classes.largest_error,
            "prior_change": priors.change,
            "prior_mixed": priors.mixed,
            "prior_shares": "" if priors.shares is None else json.dumps(dict(priors.shares)),
            "smoothing_voxels": float(record.attrs.get("smoothing_voxels", 0.0)),
        },
    )
    return label(result, "material_classes")


def _chosen(record: xr.Dataset, where: xr.DataArray | Flags | None, z: slice) -> Flags:
    mask = read_mask(where, z)
    trusted = read_mask(record["trusted"], z) if "trusted" in record else None
    if mask is None and trusted is None:
        return np.ones((z.stop - z.start, record.sizes["y"], record.sizes["x"]), np.bool_)
    if mask is None or trusted is None:
        return np.asarray(trusted if mask is None else mask)
    both: Flags = mask & trusted
    return both


def _noise(record: xr.Dataset, noise: tuple[npt.ArrayLike, npt.ArrayLike] | None) -> tuple[Floats, Floats]:
    count = record.sizes["z"]
    if noise is None:
        half = np.asarray(record["attenuation_noise"].to_numpy(), dtype=np.float64) / np.sqrt(2)
        return half, half
    pair = [np.broadcast_to(np.asarray(one, dtype=np.float64), (count,)).copy() for one in noise]
    if not all((np.isfinite(one) & (one > 0)).all() for one in pair):
        raise PhysicsError("noise is positive, m-1", found=str(noise))
    return pair[0], pair[1]


def _member_shares(classes: MaterialClasses, priors: Priors) -> Floats:
    """(material,) share of each material within its class."""
    given = _shares(classes, priors)
    member = np.array(classes.member_of)
    total = np.array([given[member == place].sum() for place in member])
    size = np.array([(member == place).sum() for place in member])
    return np.where(total > 0, given / np.where(total > 0, total, 1), 1 / size)


def _shares(classes: MaterialClasses, priors: Priors) -> Floats:
    if priors.shares is None:
        return np.full(len(classes.materials), 1 / len(classes.materials))
    unknown = [name for name in priors.shares if name not in classes.materials]
    if unknown:
        raise SchemaError(
            "shares of the listed materials are needed",
            found=", ".join(unknown),
            todo=f"Known: {', '.join(classes.materials)}",
        )
    given = np.array([float(priors.shares.get(name, 0.0)) for name in classes.materials])
    if (given < 0).any() or not given.sum() > 0:
        raise PhysicsError("shares are not negative and sum to more than 0", found=str(dict(priors.shares)))
    return np.asarray(given / given.sum())


def _prior(classes: MaterialClasses, priors: Priors) -> Floats:
    """(class, class) probability of before and after; the last class is mixed."""
    if not (0 < priors.change < 1 and 0 <= priors.mixed < 1 and priors.far > 0):
        raise PhysicsError("probabilities between 0 and 1 and a positive distance are needed", found=str(priors))
    member, given = np.array(classes.member_of), _shares(classes, priors)
    count = len(classes.names)
    start = np.array([given[member == place].sum() for place in range(count)])
    other = priors.change / max(count - 1, 1)
    table = np.zeros((count + 1, count + 1))
    table[:count, :count] = start[:, None] * np.where(np.eye(count) > 0, 1 - priors.change, other)
    table[:count, :count] *= (1 - priors.mixed) ** 2
    table[:count, count] = start * priors.mixed * (1 - priors.mixed) * priors.change
    table[count, :count] = priors.mixed * (1 - priors.mixed) * priors.change / count
    table[count, count] = priors.mixed * (1 - priors.change)
    return np.asarray(table / table.sum())
