"""Volume gained and lost from the whole distribution of the change, grains too small to be found one by one included.

A threshold that keeps false grains away hides small true ones, and a sum over the grains found is too small. A total does
not need every grain: it follows from how the distribution of the change differs from that of the noise, which maps
without change show. Grains are spheres of known contrasts that lie anywhere
(:mod:`~alkanode.tomography.differences.grain_distribution`). Whatever the maps without change do not hold (rings, fringes,
misalignment) counts as change; a distribution that is wider than noise in its very middle is refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import Estimate, Trust, source
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.tomography.differences.distribution_fit import DistributionFit, fit_distribution, noise_limits
from alkanode.tomography.differences.grain_distribution import GROUP, Bins, GrainModel
from alkanode.tomography.differences.slabs import Floats, read, read_mask, shape_of, slabs, voxel_size

BLOCKS = (4, 6, 6)
"""Blocks along z, y, x into which the volume is cut to see how results scatter."""

SIZES = 12
"""Diameters between the smallest and the largest, in equal ratios: 1.18 apart from 5 to 30 um, finer than noise resolves."""

_TO_SIGMA = 1.4826


@source("Scheuer1957")
def change_distribution(
    record: RecordLike,
    null_maps: RecordLike | Sequence[RecordLike],
    contrasts: Mapping[str, float],
    *,
    smallest_diameter: QuantityLike = "5 um",
    largest_diameter: QuantityLike = "30 um",
    blur: float = 0.5,
    noise_range: float = 1.25,
    widest_core: float = 1.1,
) -> xr.Dataset:
    """Volume of each transition from the distribution of the change.

    Parameters
    ----------
    record
        Kind ``difference``.
    null_maps
        One or more of kind ``difference`` without change (:func:`null_map`, :func:`null_from_scans`) at the same smoothing.
        They may cover some of the slices.
    contrasts
        Change of attenuation (m-1, signed) of what may have happened, by name: ``{"NaK50 -> void": -65.0}``.
    smallest_diameter, largest_diameter
        Of the grains (m or text). Grains below the smallest are told from noise ever less: 5 um by default. A grain larger
        than the largest counts as several of it.
    blur
        Standard deviation (voxels) of the blur of optics and reconstruction. 0.5 is assumed; measure it at an edge.
    noise_range
        Slices whose noise exceeds the median by this factor are left out (those of the electrolyte, which few photons
        pass); ``attrs["slices"]`` says how many remained.
    widest_core
        Most that the middle half of the distribution may be wider than that of noise. Grains hold a small share of a
        volume and widen the tails; a middle that is 10 % wider has noise that the maps lack, or changed everywhere. (Grains
        that fill 4 % of a volume widen it by 12 % at a smoothing of 1.5 voxels, less at a weaker one.)

    Returns
    -------
    Dataset
        Kind ``change_distribution``: per transition ``contrast`` (m-1), ``transition_volume`` and
        ``transition_volume_error`` (m3); ``size_volume`` (transition, equivalent_diameter), m3, which noise broadens: only
        its sums are well known; ``volume_gained``, ``volume_lost`` (m3) and their intervals (bound,): two standard errors,
        spanned over all sets of transitions that describe the distribution nearly as well. All NaN where refused, and
        ``attrs["refused"]`` says why. ``attrs`` also: ``core_width`` (over that of noise), ``baseline`` (m-1),
        ``excess_variance`` (m-2), ``deviance``, ``slices``, ``null_contains``.

    Raises
    ------
    SchemaError
        For a map that is not marked as one without change, or of another smoothing or voxel.
    PhysicsError
        For no contrast, a contrast of 0, or diameters that do not rise.

    Notes
    -----
    The standard errors hold the noise of the data and of the maps, from the scatter between blocks of the volume; not the
    error of contrasts (a contrast 10 % too large gives a volume 10 % too small), nor grains that are no spheres.

    Totals rest on the noise being that of the maps. On phantoms with half a per cent of the volume each gained (33 /m) and
    lost (65 /m) in grains of 5 to 6.5 um, at 1.3 um voxels and noise of 45 /m per voxel, noise that is 1 % larger than that
    of the maps adds 26 % to the gain and 7 % to the loss. With the right noise the mean of draws is 3 to 4 % too large
    for gains and within 2 % for losses, and one draw of 0.018 mm3 scatters by 10 and 6 %. Grains keep a distance from one
    another, which the model does not know: with 4 % of the volume changed totals are 5 to 12 % too large.
    """
    record = check(record, "difference")
    maps = _maps(null_maps, record)
    values = _contrasts(contrasts)
    voxel = voxel_size(record)
    diameters = _diameters(smallest_diameter, largest_diameter)
    wide = float(np.hypot(float(record.attrs.get("smoothing_voxels", 0.0)), blur))
    if not (wide > 0 and noise_range > 1 and widest_core > 1):
        raise PhysicsError("a blur above 0, and ranges above 1", found=f"{wide}, {noise_range}, {widest_core}")
    chosen = [_slices(one, noise_range) for one in (record, *maps)]
    spread = float(np.median(np.concatenate([_noise(m)[kept] for m, kept in zip(maps, chosen[1:], strict=True)])))
    bins = Bins.for_noise(spread, float(np.abs(values).max()))
    blocks = _counted(record, bins, chosen[0]).reshape(-1, bins.coarse, GROUP).sum(axis=2)
    fine = np.concatenate([_counted(one, bins, kept) for one, kept in zip(maps, chosen[1:], strict=True)])
    quiet = fine.reshape(-1, bins.coarse, GROUP).sum(axis=2)
    if blocks.sum() == 0 or quiet.sum() == 0:
        raise PhysicsError("voxels to be trusted are needed, in the difference and the maps", found="none")
    core = _core(blocks.sum(axis=0), bins) / _core(quiet.sum(axis=0), bins)
    attrs: dict[str, object] = {
        "core_width": core,
        "slices": int(chosen[0].sum()),
        "slices_left_out": int((~chosen[0]).sum()),
        "blur_voxels": float(blur),
        "smallest_diameter": float(diameters[0]),
        "noise_range": float(noise_range),
        "widest_core": float(widest_core),
        "null_contains": "; ".join(dict.fromkeys(str(one.attrs["null_contains"]) for one in maps)),
        "smoothing_voxels": float(record.attrs.get("smoothing_voxels", 0.0)),
    }
    if core > widest_core:
        attrs["refused"] = (
            f"the middle half of the changes is {core:.2f} times as wide as that of noise: the volume changed everywhere, or "
            f"its noise holds more than the maps without change ({attrs['null_contains']})"
        )
        return _refused(tuple(contrasts), values, diameters, attrs)
    limits = noise_limits(quiet, bins.coarse_values, float(blocks.sum()))
    independent = (limits[1] / _variance(quiet.sum(axis=0), bins)) ** 2 / 2
    fits = []
    for kept in _alternatives(values):
        model = GrainModel.of(bins, fine.sum(axis=0), 0.5 * diameters / voxel, values[kept], wide)
        fits.append((kept, model, fit_distribution(model, blocks, quiet, limits)))
    size = float(blocks.sum()) * voxel**3
    # noise of voxels that hang together: a deviance counts as many times as voxels share their noise
    shared = max(independent * float(blocks.sum()) * quiet.sum() / (blocks.sum() + quiet.sum()), 1.0)
    return _record(tuple(contrasts), values, diameters, fits, size, 4.0 * shared, attrs)


def distribution_estimates(record: RecordLike) -> dict[str, Estimate]:
    """Total volume gained and lost.

    Parameters
    ----------
    record
        Kind ``change_distribution``.

    Returns
    -------
    dict
        ``volume_gained`` and ``volume_lost`` (m3); without value where the distribution was refused, with the reason as
        label.
    """
    record = check(record, "change_distribution")
    refused = str(record.attrs.get("refused", ""))
    smallest = 1e6 * float(record.attrs["smallest_diameter"])
    text = (
        f"{Trust.FITTED.value} to the whole distribution of the change, grains from {smallest:.3g} um; what maps without "
        f"change lack counts as change, and they hold {record.attrs['null_contains']}; interval: two standard errors from "
        "noise, over all likely sets of transitions; not the error of contrasts, nor of noise that the maps lack"
    )
    found = {}
    for name in ("volume_gained", "volume_lost"):
        low, high = (float(one) for one in record[f"{name}_interval"].to_numpy())
        found[name] = Estimate(
            value=None if refused else float(record[name]),
            unit="m3",
            quantity=name,
            interval=None if refused else (low, high),
            label=f"cannot be said: {refused}" if refused else text,
        )
    return found


def transition_contrasts(
    attenuation: Mapping[str, float], start: str, *, void: str = "void", merge: float = 0.1
) -> dict[str, float]:
    """What may happen to a material and to voids in it, as contrasts for :func:`change_distribution`.

    Parameters
    ----------
    attenuation
        Linear attenuation (m-1) of all that may occur, by name.
    start
        The material that filled the volume before.
    void
        Name of the void, which may be filled; left out where ``attenuation`` does not list it.
    merge
        Contrasts that differ by less than this share of the larger are one, under both names: a distribution cannot tell
        them apart. 10 % by default, so that volumes are off by at most 5 % from it.

    Returns
    -------
    dict
        Name -> contrast (m-1), such as ``{"NaK50 -> void": -65.0, "NaK50 -> K or void -> Na": 32.4}``.

    Raises
    ------
    SchemaError
        When ``attenuation`` does not list ``start``.
    """
    if start not in attenuation:
        raise SchemaError(f"the attenuation of {start!r} is needed", found=", ".join(attenuation))
    pairs = [(start, other) for other in attenuation if other != start]
    if void in attenuation and void != start:
        pairs += [(void, other) for other in attenuation if other != void]
    groups: list[tuple[list[str], list[float]]] = []
    steps = [(attenuation[after] - attenuation[before], f"{before} -> {after}") for before, after in pairs]
    for contrast, name in sorted(one for one in steps if one[0] != 0):
        last = groups[-1][1] if groups else [0.0]
        if contrast * last[0] > 0 and abs(contrast - last[0]) <= merge * max(abs(contrast), abs(last[0])):
            groups[-1][0].append(name)
            groups[-1][1].append(contrast)
        else:
            groups.append(([name], [contrast]))
    return {" or ".join(names): float(np.mean(values)) for names, values in groups}


def _maps(given: RecordLike | Sequence[RecordLike], record: xr.Dataset) -> list[xr.Dataset]:
    records = [given] if isinstance(given, xr.Dataset | xr.DataTree) else list(given)
    maps = [check(one, "difference") for one in records]
    if not maps or not all(one.attrs.get("null") for one in maps):
        raise SchemaError(
            "maps without change are needed",
            found="none" if not maps else "a difference that is not marked as one",
            todo="Make it with null_map, or declare it with null_from_scans",
        )
    for one in maps:
        same = [float(each.attrs.get("smoothing_voxels", 0.0)) for each in (one, record)]
        if same[0] != same[1] or abs(voxel_size(one) / voxel_size(record) - 1) > 1e-3:
            raise SchemaError("maps of the smoothing and voxels of the difference are needed", found=f"{same} voxels")
    return maps


def _contrasts(contrasts: Mapping[str, float]) -> Floats:
    values = np.array([float(one) for one in contrasts.values()], dtype=np.float64)
    if values.size == 0 or not (np.isfinite(values) & (values != 0)).all():
        raise PhysicsError("contrasts that are finite and not 0 are needed, m-1", found=str(dict(contrasts)))
    return values


def _diameters(smallest: QuantityLike, largest: QuantityLike) -> Floats:
    low, high = (to_si(one, "equivalent_diameter") for one in (smallest, largest))
    if not 0 < low < high < np.inf:
        raise PhysicsError("rising diameters above 0 are needed", found=f"{low} and {high} m")
    return np.geomspace(low, high, SIZES)


def _noise(record: xr.Dataset) -> Floats:
    return np.asarray(record["attenuation_noise"].to_numpy(), dtype=np.float64)


def _slices(record: xr.Dataset, noise_range: float) -> npt.NDArray[np.bool_]:
    noise = _noise(record)
    return np.asarray(noise <= noise_range * np.nanmedian(noise))


def _counted(record: xr.Dataset, bins: Bins, kept: npt.NDArray[np.bool_]) -> Floats:
    """(block, fine) counts of the trusted changes of the kept slices."""
    shape = shape_of(record)
    parts = [np.minimum(np.arange(one) * number // one, number - 1) for one, number in zip(shape, BLOCKS, strict=True)]
    across = (parts[1][:, None] * BLOCKS[2] + parts[2]).ravel() * bins.count
    counts = np.zeros((int(np.prod(BLOCKS)), bins.count))
    flat = counts.reshape(BLOCKS[0], -1)
    for z, values, trusted in _slice_values(record, kept):
        use = np.isfinite(values) if trusted is None else trusted & np.isfinite(values)
        place = across[use] + bins.place(values[use])
        flat[parts[0][z]] += np.bincount(place, minlength=flat.shape[1])
    return counts


def _slice_values(
    record: xr.Dataset, kept: npt.NDArray[np.bool_]
) -> Iterator[tuple[int, npt.NDArray[np.float32], npt.NDArray[np.bool_] | None]]:
    for part in slabs(record.sizes["z"], 16):
        values = read(record, "attenuation_change", part.core)
        trusted = read_mask(record["trusted"], part.core) if "trusted" in record else None
        for place, one in enumerate(values):
            if kept[part.core.start + place]:
                yield part.core.start + place, one.ravel(), None if trusted is None else trusted[place].ravel()


def _core(counts: Floats, bins: Bins) -> float:
    """Width of the middle half of a distribution, m-1."""
    below = np.cumsum(counts) / counts.sum()
    low, high = np.interp([0.25, 0.75], below, bins.coarse_values)
    return float(high - low)


def _variance(counts: Floats, bins: Bins) -> float:
    share = counts / counts.sum()
    mean = share @ bins.coarse_values
    return float(share @ bins.coarse_values**2 - mean**2)


def _alternatives(values: Floats) -> list[npt.NDArray[np.intp]]:
    """Sets of transitions to try: all, and every one gain with every one loss."""
    gains, losses = np.flatnonzero(values > 0), np.flatnonzero(values < 0)
    single = [np.array(pair) for pair in itertools.product(gains, losses)] if gains.size and losses.size else []
    if not single:
        single = [np.array([one]) for one in range(values.size)]
    every = np.arange(values.size)
    return [every] + [one for one in single if one.size < every.size]


Fitted = tuple[npt.NDArray[np.intp], GrainModel, DistributionFit]


def _totals(values: Floats, fitted: Fitted, size: float) -> tuple[Floats, Floats]:
    """(gain, loss) volumes and their standard errors, m3."""
    kept, model, fit = fitted
    of = np.repeat(values[kept], SIZES) > 0
    weights = np.stack([of, ~of]) * model.volumes * size
    error = np.sqrt(np.einsum("ik,kl,il->i", weights, fit.covariance[:-2, :-2], weights))
    return weights @ fit.densities, error


def _record(
    names: tuple[str, ...],
    values: Floats,
    diameters: Floats,
    fits: list[Fitted],
    size: float,
    tolerance: float,
    attrs: dict[str, object],
) -> xr.Dataset:
    best = min(fit.deviance for _, _, fit in fits)
    likely = [one for one in fits if one[2].deviance <= best + tolerance]
    chosen = likely[0]
    totals, _ = _totals(values, chosen, size)
    spans = [_totals(values, one, size) for one in likely]
    low = np.clip(np.min([total - 2 * error for total, error in spans], axis=0), 0.0, size)
    high = np.clip(np.max([total + 2 * error for total, error in spans], axis=0), 0.0, size)
    kept, model, fit = chosen
    volumes = np.zeros((values.size, SIZES))
    errors = np.zeros(values.size)
    for row, place in enumerate(kept):
        own = slice(row * SIZES, (row + 1) * SIZES)
        weights = model.volumes[own] * size
        volumes[place] = weights * fit.densities[own]
        errors[place] = np.sqrt(weights @ fit.covariance[own, own] @ weights)
    attrs |= {
        "baseline": fit.baseline,
        "excess_variance": fit.excess,
        "deviance": fit.deviance,
        "settled": int(fit.settled),
        "sets_of_transitions": len(likely),
    }
    bounds = np.stack([low, high], axis=1)
    return _labelled(names, values, diameters, volumes, errors, totals, bounds, attrs)


def _refused(names: tuple[str, ...], values: Floats, diameters: Floats, attrs: dict[str, object]) -> xr.Dataset:
    none = np.full((values.size, SIZES), np.nan)
    return _labelled(names, values, diameters, none, none[:, 0], np.full(2, np.nan), np.full((2, 2), np.nan), attrs)


def _labelled(
    names: tuple[str, ...],
    values: Floats,
    diameters: Floats,
    volumes: Floats,
    errors: Floats,
    totals: Floats,
    bounds: Floats,
    attrs: dict[str, object],
) -> xr.Dataset:
    result = xr.Dataset(
        {
            "contrast": ("transition", values),
            "transition_volume": ("transition", volumes.sum(axis=1)),
            "transition_volume_error": ("transition", errors),
            "size_volume": (("transition", "equivalent_diameter"), volumes),
            "volume_gained": ((), totals[0]),
            "volume_lost": ((), totals[1]),
            "volume_gained_interval": ("bound", bounds[0]),
            "volume_lost_interval": ("bound", bounds[1]),
        },
        coords={"transition": list(names), "equivalent_diameter": diameters, "bound": ["lower", "upper"]},
        attrs=attrs,
    )
    return label(result, "change_distribution")
