"""Transmission of one detector row: counts over dark, flat at the moment of the frame, repairs on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.tomography.corrections.flat_drift import with_smooth_drift
from alkanode.tomography.corrections.frames import FramePlan
from alkanode.tomography.corrections.options import Corrections
from alkanode.tomography.corrections.stripes import interpolate_columns, without_stripes
from alkanode.tomography.corrections.zingers import count_noise, mean_without_zingers, reach_of, without_zingers

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
_Means = npt.NDArray[np.float64]
_MOST_SATURATED = 0.5


def row_transmission(
    counts: npt.NDArray[Any], plan: FramePlan, options: Corrections
) -> tuple[Floats, Flags, Floats, dict[str, float]]:
    """Transmission of one detector row after all corrections of a row.

    Parameters
    ----------
    counts
        (frame, column), all frames of the scan.
    plan, options
        What the frames are, and what to correct.

    Returns
    -------
    transmission
        (angle, column), finite.
    replaced
        (angle, column) true where a reading was replaced.
    floor
        (column,) transmission of the least signal.
    found
        Counts of repairs, by the names of :class:`~alkanode.tomography.corrections.repairs.Repairs`.
    """
    integers = counts.dtype.kind in "iu"
    found: dict[str, float] = {"saturated": _saturated(counts, plan, options)}
    dark, found["dark_zingers"] = _dark(counts, plan, options, integers=integers)
    flats, found["flat_zingers"] = _flats(counts, plan, options, dark, integers=integers)
    signal = counts[plan.projections].astype(np.float32)
    signal -= dark
    replaced = np.zeros(signal.shape, dtype=bool)
    if not integers:
        found["not_finite"] = _fill_missing(signal, replaced)
    noise = count_noise(signal, integers=integers)
    found["count_gain"], found["count_offset"] = noise
    if options.zingers is not None:
        reach = reach_of(plan.angles, signal.shape[1], options.zingers)
        signal, found["zingers"] = without_zingers(signal, replaced, noise, reach, options.zingers)
    usual = flats.mean(axis=0)
    blind = ~(flats.min(axis=0) > max(options.flat_share * float(np.median(usual)), 0.0))
    if blind.all():
        raise PhysicsError(
            "flats brighter than the darks are needed",
            found="a detector row where no flat exceeds its dark",
            todo="Look whether flats and darks are exchanged, or leave the row out",
        )
    seeing = ~blind
    found["flat_counts"] = float(np.median(usual[seeing]))
    flats[:, seeing] = with_smooth_drift(
        flats[:, seeing], np.array([group.size for group in plan.flats], dtype=np.intp), noise
    )
    floor = (options.floor_counts / np.where(blind, np.median(usual[seeing]), usual)).astype(np.float32)
    _divide_by_flat(signal, flats, plan)
    _fill_without_beam(signal, replaced, seeing, options, found)
    if options.air_columns is not None:
        _scale_to_air(signal, seeing, options.air_columns)
    values = np.ascontiguousarray(signal.T)
    del signal
    if blind.any():
        interpolate_columns(values, blind)
    before = values.mean(axis=1, dtype=np.float64)
    values, stripes = without_stripes(values, options.stripes)
    after = values.mean(axis=1, dtype=np.float64)
    found |= _attenuation_taken(before, after, ~(blind | stripes.dead))
    columns = blind | stripes.dead | stripes.large
    replaced[:, columns] = True
    found |= {
        "blind_columns": int(blind.sum()),
        "dead_stripes": int(stripes.dead.sum()),
        "large_stripes": int(stripes.large.sum()),
        "brightest_column": float(after.max()),
    }
    return np.ascontiguousarray(values.T), replaced, floor, found


def _attenuation_taken(before: _Means, after: _Means, working: Flags) -> dict[str, float]:
    """What removing stripes took from the line integrals of a row; see :class:`Repairs`."""
    seen = working & (before > 0) & (after > 0)
    if not seen.any():
        return {}
    taken = np.log(after[seen] / before[seen])
    return {
        "attenuation": float(-np.log(before[seen]).mean()),
        "attenuation_taken": float(taken.mean()),
        "taken_at_random": float(np.sqrt((taken**2).sum())) / taken.size,
    }


def _saturated(counts: npt.NDArray[Any], plan: FramePlan, options: Corrections) -> int:
    """Readings of projections and flats at the limit of the detector."""
    limit = options.saturation
    if limit is None:
        if counts.dtype.kind not in "iu":
            return 0
        limit = float(np.iinfo(counts.dtype).max)
    at_limit = (np.asarray(counts) >= limit).sum(axis=1)
    flats = np.concatenate(plan.flats) if plan.flats else np.zeros(0, np.intp)
    for frames, what in ((plan.projections, "projections"), (flats, "flats")):
        if frames.size and at_limit[frames].sum() > _MOST_SATURATED * frames.size * counts.shape[1]:
            raise PhysicsError(
                "most readings must be below the detector's limit",
                found=f"a detector row with {at_limit[frames].sum() / (frames.size * counts.shape[1]):.0%} of the {what} at it",
                todo="Leave the row out, or expose for a shorter time: the beam is not known from such readings",
            )
    return int(at_limit[plan.projections].sum() + at_limit[flats].sum())


def _dark(counts: npt.NDArray[Any], plan: FramePlan, options: Corrections, *, integers: bool) -> tuple[Floats, int]:
    if plan.darks.size == 0:
        return np.zeros(counts.shape[1], dtype=np.float32), 0
    frames = counts[plan.darks].astype(np.float32)
    _must_be_finite(frames, "darks")
    return mean_without_zingers(frames, options.zingers, integers=integers)


def _flats(
    counts: npt.NDArray[Any], plan: FramePlan, options: Corrections, dark: Floats, *, integers: bool
) -> tuple[Floats, int]:
    """(group, column) flats over the dark, at the beam of the projections; and the flashes left out."""
    if not plan.flats:
        return np.full((1, counts.shape[1]), options.flat_counts, dtype=np.float32), 0
    means, left_out = [], 0
    for group in plan.flats:
        frames = counts[group].astype(np.float32) - dark
        _must_be_finite(frames, "flats")
        frames /= plan.beam[group, None].astype(np.float32)
        mean, flashes = mean_without_zingers(frames, options.zingers, integers=integers)
        means.append(mean)
        left_out += flashes
    return np.stack(means), left_out


def _must_be_finite(frames: Floats, what: str) -> None:
    if not np.isfinite(frames).all():
        raise SchemaError(
            f"{what} without missing readings are needed",
            found=f"{int((~np.isfinite(frames)).sum())} readings that are not finite",
            todo="Mark those frames as invalid (image_key 3)",
        )


def _fill_missing(signal: Floats, replaced: Flags) -> int:
    """Fill readings that are not finite from the same pixel's other frames, or the frame's other pixels."""
    missing = ~np.isfinite(signal)
    if not missing.any():
        return 0
    replaced |= missing
    if missing.all():
        raise SchemaError("a detector row with readings is needed", found="only readings that are not finite")
    number = np.arange(signal.shape[0], dtype=np.float64)
    for column in np.flatnonzero(missing.any(axis=0)):
        gap = missing[:, column]
        if not gap.all():
            signal[gap, column] = np.interp(number[gap], number[~gap], signal[~gap, column])
    lost = np.asarray(missing.all(axis=0))
    if lost.any():
        columns = signal.T.copy()
        interpolate_columns(columns, lost)
        signal[:, lost] = columns[lost].T
    return int(missing.sum())


def _divide_by_flat(signal: Floats, flats: Floats, plan: FramePlan) -> None:
    """Transmission in place: over the flat at each frame's place between the groups, and over the beam."""
    beam = plan.beam[plan.projections].astype(np.float32)
    lower = np.minimum(np.floor(plan.flat_position).astype(np.intp), max(flats.shape[0] - 2, 0))
    share = (plan.flat_position - lower).astype(np.float32)
    # blind pixels are replaced later; until then they must not divide by 0
    safe = np.where(flats > 0, flats, np.float32(1.0))
    with np.errstate(over="ignore"):
        if flats.shape[0] == 1:
            signal /= safe[0]
        else:
            for first in np.unique(lower):
                rows = np.flatnonzero(lower == first)
                drift = safe[first + 1] - safe[first]
                for row in rows:
                    signal[row] /= safe[first] + share[row] * drift
    if (beam != 1.0).any():
        signal /= beam[:, None]


def _fill_without_beam(
    signal: Floats, replaced: Flags, seeing: Flags, options: Corrections, found: dict[str, float]
) -> None:
    """Replace frames taken without beam by those around them, in place."""
    level = signal @ (seeing / np.float32(seeing.sum())).astype(np.float32)
    usual = float(np.median(level))
    limit = options.dump_level * usual if usual > 0 else -np.inf
    lost = level < limit
    found["frames_without_beam"] = int(lost.sum())
    if lost.any():
        interpolate_columns(signal, lost)
        replaced[lost] = True


def _scale_to_air(signal: Floats, seeing: Flags, air: tuple[int, int]) -> None:
    """Scale each frame, in place, so that the mean over the air columns is 1."""
    columns = signal.shape[1]
    if sum(air) > columns:
        raise PhysicsError("no more air columns than the detector has", found=f"{sum(air)} of {columns}")
    in_air = seeing.copy()
    in_air[air[0] : columns - air[1]] = False
    level = signal[:, in_air].mean(axis=1, dtype=np.float64) if in_air.any() else np.zeros(1)
    if not (level > 0).all():
        raise PhysicsError(
            "air columns bright in every frame are needed",
            found="a frame without light there",
            todo="Name other columns",
        )
    signal /= level[:, None].astype(np.float32)
