"""From the raw frames of a scan to line integrals, row by row.

A detector row is corrected on its own, from the counts of all frames in that row. So a block of rows can be as small as
memory asks, and a row comes out the same to the last bit whatever block it was in. Only a phase step looks at
neighbouring rows; :func:`halo_rows` says at how many.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import check, label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.foundation.sources import add_sources, source
from alkanode.tomography.corrections.frames import FramePlan, frame_plan
from alkanode.tomography.corrections.options import Corrections
from alkanode.tomography.corrections.phase import PhaseFilter, phase_filter, smooth_phase
from alkanode.tomography.corrections.repairs import Repairs
from alkanode.tomography.corrections.transmission import row_transmission

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Rows = slice | Sequence[int] | npt.NDArray[np.integer] | None

_BRIGHT = 1.05
_MANY = 0.01
_TAKEN = 0.001


@source("Vo2018")
def line_integrals(
    scan: xr.Dataset,
    *,
    rows: Rows = None,
    options: Corrections | None = None,
    flag_replaced: bool = False,
    batch: int = 8,
    threads: int = 1,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Line integrals of a scan: dark, flat, zingers, stripes, optional phase step, logarithm.

    Parameters
    ----------
    scan
        Kind ``projections``; counts may be lazy, only the rows of a batch are read at a time.
    rows
        Positions of detector rows in the record, in any order; ``None`` for all.
    options
        What to correct; ``None`` for :class:`Corrections` as it stands.
    flag_replaced
        Also return which readings were replaced, at a quarter of the memory of the result.
    batch
        Rows read at a time; the result does not depend on it.
    threads
        Rows corrected at the same time; the result does not depend on it.
    progress
        Told after each batch.

    Returns
    -------
    Dataset
        Kind ``line_integrals``: ``line_integral`` (row, angle, column), float32, 1; ``rotation_angle`` (angle), rad; ``time``
        (angle), ``pixel_size`` and ``photon_energy`` where the scan has them; ``replaced`` when asked. Coordinate ``row``
        is the row of the detector. Attributes: ``corrections`` (the options as JSON), ``repaired`` (counts as JSON,
        see :class:`Repairs`), ``flat_rule``, ``frames_left_out``, ``attenuation_taken`` (share of the line
        integrals that removing stripes took) and ``attenuation_taken_error``, ``count_gain`` and ``count_offset`` (noise of the
        counts, median of the rows: variance = gain * counts + offset), ``flat_counts`` (median of the flats over the dark) and
        ``flat_frames`` (frames of each group of flats, as JSON).

    Raises
    ------
    SchemaError
        Without projections or flats, for rows that do not exist, missing readings in flats or darks, or when a phase
        step lacks a distance.
    PhysicsError
        When no flat exceeds its dark in a row.

    Warns
    -----
    DataQualityWarning
        For what was repaired beyond the ordinary: no darks, blind pixels, saturation, readings that are no number, frames
        without beam, starved pixels, more than 1 % of flashes, air brighter than the flats.

    Notes
    -----
    p = -ln((N - D)/(F(t) - D)). The methods for stripes are those of :cite:`Vo2018`.

    References
    ----------
    :cite:`Vo2018`, :cite:`Paganin2002`
    """
    options = Corrections() if options is None else options
    progress = NoProgress() if progress is None else progress
    scan = check(scan, "projections")
    if batch < 1:
        raise SchemaError("a batch of 1 row or more is needed", found=str(batch))
    wanted = _wanted(rows, scan.sizes["row"])
    plan = frame_plan(scan, options)
    filtering = None if options.phase is None else phase_filter(scan, options.phase)
    halo = 0 if filtering is None else filtering.halo
    shape = (wanted.size, plan.projections.size, scan.sizes["column"])
    integral = np.empty(shape, dtype=np.float32)
    replaced = np.zeros(shape, dtype=bool) if flag_replaced else None
    repairs, done = [], 0
    for run in _runs(wanted, batch):
        first, last = int(run[0]), int(run[-1]) + 1
        begin, end = max(first - halo, 0), min(last + halo, scan.sizes["row"])
        counts = scan["counts"].isel(row=slice(begin, end)).transpose("frame", "row", "column").to_numpy()
        part = slice(done, done + run.size)
        integral[part], found, flags = _corrected(
            counts, plan, options, filtering, slice(first - begin, last - begin), threads
        )
        if replaced is not None:
            replaced[part] = flags
        repairs.append(found)
        done += run.size
        progress.update(done, wanted.size, "correcting rows")
    return _record(scan, wanted, plan, options, integral, replaced, Repairs.joined(repairs))


def correct_rows(
    counts: npt.NDArray[Any],
    plan: FramePlan,
    options: Corrections | None = None,
    *,
    phase: PhaseFilter | None = None,
    inner: slice | None = None,
    threads: int = 1,
) -> tuple[Floats, Repairs]:
    """Line integrals of a block of rows, on arrays.

    Parameters
    ----------
    counts
        (frame, row, column), all frames of the scan, rows next to each other.
    plan
        From :func:`frame_plan`, once per scan.
    options
        What to correct.
    phase
        From :func:`phase_filter`, where ``options.phase`` is given.
    inner
        Rows of the block to return; the others are the halo of a phase step (:func:`halo_rows`). The halo may be
        shorter where the detector ends. ``None`` for all.
    threads
        Rows corrected at the same time.

    Returns
    -------
    line_integral
        (row, angle, column), float32, finite. A row does not depend on which others are in the block (with a phase
        step: as long as its halo is).
    repairs
        Counts per returned row.

    Raises
    ------
    SchemaError
        For a phase step without its filter, or missing readings in flats or darks.
    PhysicsError
        When no flat exceeds its dark in a row.
    """
    options = Corrections() if options is None else options
    integral, repairs, _ = _corrected(counts, plan, options, phase, slice(None) if inner is None else inner, threads)
    return integral, repairs


def halo_rows(scan: xr.Dataset, options: Corrections | None = None) -> int:
    """Rows on either side of a block that its correction must see: 0 without a phase step.

    Parameters
    ----------
    scan
        Kind ``projections``.
    options
        What to correct.

    Raises
    ------
    SchemaError
        When a phase step lacks the pixel size, the photon energy or a distance.
    """
    options = Corrections() if options is None else options
    return 0 if options.phase is None else phase_filter(scan, options.phase).halo


def _corrected(
    counts: npt.NDArray[Any],
    plan: FramePlan,
    options: Corrections,
    phase: PhaseFilter | None,
    inner: slice,
    threads: int,
) -> tuple[Floats, Repairs, Flags]:
    if counts.ndim != 3 or counts.shape[0] != plan.beam.size:
        raise SchemaError("counts have dimensions (frame, row, column), all frames", found=str(counts.shape))
    if (options.phase is None) != (phase is None):
        raise SchemaError("a phase step and its filter belong together", found="one without the other")
    begin, end, _ = inner.indices(counts.shape[1])
    seen = range(counts.shape[1]) if phase is not None else range(begin, end)
    shape = (len(seen), plan.projections.size, counts.shape[2])
    transmission, replaced = np.empty(shape, dtype=np.float32), np.empty(shape, dtype=bool)
    floors, found = np.empty((len(seen), 1, shape[2]), dtype=np.float32), [dict[str, float]() for _ in seen]

    def one(to: int) -> None:
        transmission[to], replaced[to], floors[to, 0], found[to] = row_transmission(counts[:, seen[to]], plan, options)

    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(one, range(len(seen))))
    else:
        for to in range(len(seen)):
            one(to)
    if phase is not None:
        transmission = smooth_phase(transmission, phase, slice(begin, end))
        replaced, floors, found = replaced[begin:end], floors[begin:end], found[begin:end]
    for row, (line, floor, counted) in enumerate(zip(transmission, floors, found, strict=True)):
        starved = line < floor
        counted["starved"], counted["above_one"] = int(starved.sum()), int((line > 1.0).sum())
        replaced[row] |= starved
        np.maximum(line, floor, out=line)
        np.log(line, out=line)
        np.negative(line, out=line)
    return transmission, Repairs.of_rows(found), replaced


def _wanted(rows: Rows, count: int) -> npt.NDArray[np.intp]:
    if rows is None:
        rows = slice(None)
    wanted = np.arange(count)[rows] if isinstance(rows, slice) else np.asarray(rows, dtype=np.intp)
    if wanted.ndim != 1 or wanted.size == 0 or wanted.min() < 0 or wanted.max() >= count:
        raise SchemaError(f"rows between 0 and {count - 1} are needed", found=str(rows))
    return np.asarray(wanted, dtype=np.intp)


def _runs(wanted: npt.NDArray[np.intp], batch: int) -> Iterable[npt.NDArray[np.intp]]:
    """Rows next to each other, at most ``batch`` at a time, in the order asked for."""
    for run in np.split(wanted, np.flatnonzero(np.diff(wanted) != 1) + 1):
        for begin in range(0, run.size, batch):
            yield run[begin : begin + batch]


def _record(
    scan: xr.Dataset,
    wanted: npt.NDArray[np.intp],
    plan: FramePlan,
    options: Corrections,
    integral: Floats,
    replaced: Flags | None,
    repairs: Repairs,
) -> xr.Dataset:
    number = scan["row"].to_numpy()[wanted] if "row" in scan.coords else wanted
    record = xr.Dataset(
        {
            "line_integral": (("row", "angle", "column"), integral),
            "rotation_angle": ("angle", plan.angles),
        },
        coords={"row": number},
        attrs={
            **{key: value for key, value in scan.attrs.items() if key not in ("kind", "schema_version")},
            "corrections": options.to_json(),
            "repaired": json.dumps(repairs.totals()),
            "flat_rule": plan.flat_rule,
            "frames_left_out": plan.left_out,
            "attenuation_taken": repairs.share_taken()[0],
            "attenuation_taken_error": repairs.share_taken()[1],
            "count_gain": float(np.median(repairs.count_gain)),
            "count_offset": float(np.median(repairs.count_offset)),
            "flat_counts": float(np.median(repairs.flat_counts)),
            "flat_frames": json.dumps([int(group.size) for group in plan.flats]),
        },
    )
    if replaced is not None:
        record["replaced"] = (("row", "angle", "column"), replaced)
    if plan.times is not None:
        record["time"] = ("angle", plan.times)
    for name in ("pixel_size", "photon_energy"):
        if name in scan.variables:
            record[name] = scan[name]
    if options.phase is not None:
        add_sources(record, ["Paganin2002"])
    _warn(plan, repairs, integral.size)
    return label(record, "line_integrals")


def _warn(plan: FramePlan, repairs: Repairs, size: int) -> None:
    total = repairs.totals()
    doubts = [] if plan.darks.size else ["no darks: counts without light are taken as 0"]
    if not plan.flats:
        doubts.append("no flats: the open beam is taken as stated")
    if plan.left_out:
        doubts.append(f"{plan.left_out} frames were left out: invalid, without an angle or without beam")
    for name, meaning in (
        ("blind_columns", "pixels whose flat hardly exceeds the dark were taken from their neighbours"),
        ("saturated", "readings are at the detector's limit and were kept"),
        ("not_finite", "readings were no number and were filled from other frames"),
        ("frames_without_beam", "times a row of a frame without beam was filled from the frames around it"),
        ("starved", "readings with hardly any light were raised to the least signal"),
    ):
        if total[name]:
            doubts.append(f"{total[name]} {meaning}")
    if total["zingers"] > _MANY * size:
        doubts.append(
            f"{total['zingers']} flashes are {total['zingers'] / size:.1%} of all readings: too many to be flashes"
        )
    taken, by_chance = repairs.share_taken()
    if abs(taken) > 3 * by_chance and abs(taken) > _TAKEN:
        doubts.append(
            f"removing stripes changed the attenuation by {-taken:+.1%}, where stripes of either sign explain "
            f"{by_chance:.1%}: windows too wide for this detector, or faults of one sign"
        )
    brightest = float(repairs.brightest_column.max())
    if brightest > _BRIGHT:
        doubts.append(f"a column has a mean transmission of {brightest:.2f}: flats do not fit the projections")
    for doubt in doubts:
        warnings.warn(f"correcting a scan: {doubt}", DataQualityWarning, stacklevel=5)
