"""Spectra of a staircase by level: while the current flowed, or in the rest after it.

A spectrum belongs to the level or rest in which it began. One taken while the voltage drifted by more than a small share
of its AC amplitude is flagged: its low frequencies belong to another state than its high ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError

if TYPE_CHECKING:
    from alkanode.electrochem.staircases.current_levels import Level

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def place_spectra(
    impedance: xr.Dataset | None, time: Floats, levels: list[Level], drift_share: float
) -> dict[str, object]:
    """Numbers of the spectra of each level, as columns of a staircase.

    Parameters
    ----------
    impedance
        Impedance record on the clock of the cycling record, or ``None``.
    time
        (row,) s of the cycling record.
    levels
        Levels in order of time.
    drift_share
        Drift over AC amplitude from which on a spectrum is flagged.
    """
    dim, count = ("level",), len(levels)
    lists: dict[str, list[str]] = {name: [""] * count for name in ("current", "rest", "drift")}
    if impedance is not None:
        impedance = check(impedance, "impedance")
        starts = np.array([time[level.rows[0]] for level in levels])
        ends = np.array([time[level.rows[-1]] for level in levels])
        rests = np.array([time[level.rest[-1]] if level.rest.size else time[level.rows[-1]] for level in levels])
        place, rest = _places(_times(impedance), starts, ends, rests)
        drifting = _drift(impedance) > drift_share
        for index in range(count):
            here = place == index
            lists["current"][index] = _numbers(here & ~rest)
            lists["rest"][index] = _numbers(here & rest)
            lists["drift"][index] = _numbers(here & drifting)
    return {f"spectra_in_{name}": (dim, np.array(texts, dtype=np.str_)) for name, texts in lists.items()}


def spectra_by_level(levels: RecordLike, spectra: RecordLike, *, drift_share: float = 0.05) -> xr.Dataset:
    """Spectra with the level of the staircase that they belong to.

    Parameters
    ----------
    levels
        What :func:`alkanode.electrochem.staircase` returned, with ``spectra_in_current`` and ``spectra_in_rest`` of these
        spectra.
    spectra
        The impedance record that the staircase was given.
    drift_share
        Drift over AC amplitude from which on ``in_drift`` is true.

    Returns
    -------
    Dataset
        The spectra that belong to a level, kind ``impedance``, in order of time, with coordinates over ``spectrum``:
        ``level`` (number in the staircase), ``at_rest``, ``level_current`` (A), ``current_density`` (A m-2), ``in_drift``,
        and ``stored_spectrum`` (number in ``spectra``).

    Raises
    ------
    SchemaError
        When no spectrum belongs to a level.
    """
    levels, spectra = check(levels, "staircase"), check(spectra, "impedance")
    rows: list[tuple[int, int, bool]] = []
    for rest, name in ((False, "spectra_in_current"), (True, "spectra_in_rest")):
        for level, text in enumerate(levels[name].to_numpy()):
            rows += [(int(number), level, rest) for number in str(text).split()]
    if not rows or max(row[0] for row in rows) >= spectra.sizes["spectrum"]:
        raise SchemaError(
            "spectra_by_level needs spectra that belong to the levels",
            found=f"{len(rows)} placed spectra, {spectra.sizes['spectrum']} given",
            todo="Give staircase(record, cell, impedance=spectra) the same spectra",
        )
    rows.sort()
    chosen, place, rest_flag = (np.array(column) for column in zip(*rows, strict=True))
    picked = spectra.isel(spectrum=chosen)
    along = ("spectrum",)
    placed = picked.assign_coords(
        level=(along, place),
        at_rest=(along, rest_flag.astype(bool)),
        level_current=(along, levels["current"].to_numpy()[place], {"units": "A"}),
        current_density=(along, levels["current_density"].to_numpy()[place]),
        in_drift=(along, _drift(picked) > drift_share),
        stored_spectrum=(along, chosen),
    )
    return label(placed, "impedance")


def _times(impedance: xr.Dataset) -> Floats:
    """(spectrum,) s; NaN where unknown."""
    if "time" in impedance.variables:
        return np.asarray(impedance["time"].to_numpy(), dtype=float)
    return np.full(impedance.sizes["spectrum"], np.nan)


def _places(when: Floats, starts: Floats, ends: Floats, rests: Floats) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """(spectrum,) number of the level (-1: none), and whether the spectrum began in its rest."""
    known = np.nan_to_num(when, nan=-np.inf)
    place = np.searchsorted(starts, known, side="right") - 1
    inside = (place >= 0) & (known <= rests[np.maximum(place, 0)])
    place = np.where(inside, place, -1)
    return place.astype(np.int64), known > ends[np.maximum(place, 0)]


def _drift(impedance: xr.Dataset) -> Floats:
    """(spectrum,) drift of the mean voltage inside a sweep over its largest AC amplitude; NaN where one is unknown."""
    count = impedance.sizes["spectrum"]
    unknown = np.full(count, np.nan)
    if "voltage_amplitude" not in impedance.variables:
        return unknown
    if "voltage_drift" in impedance.variables:
        drift = impedance["voltage_drift"].to_numpy().astype(float)
    elif "voltage" in impedance.variables:
        values = impedance["voltage"].to_numpy().astype(float)
        drift = np.nanmax(np.where(np.isfinite(values), values, -np.inf), axis=1) - np.nanmin(
            np.where(np.isfinite(values), values, np.inf), axis=1
        )
    else:
        return unknown
    amplitude = np.max(np.nan_to_num(impedance["voltage_amplitude"].to_numpy().astype(float)), axis=1, initial=0.0)
    return np.where(amplitude > 0, drift / np.where(amplitude > 0, amplitude, 1.0), np.nan)


def _numbers(chosen: npt.NDArray[np.bool_]) -> str:
    return " ".join(str(index) for index in np.flatnonzero(chosen))
