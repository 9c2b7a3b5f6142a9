"""Spectra of a long rest after a run of current: a map of their own over the time since the current stopped.

Over charge all spectra of a rest stand at one place and hide each other. Where a rest holds several, the run of charge ends
with the first of them, and the rest is drawn over its own time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.impedance import operando_map
from alkanode.plot import Figure
from alkanode.plot.describe_map import relaxation_map

LEAST_SPECTRA = 3
"""Spectra at one charge that make a rest of its own."""

_SAME_CHARGE = 1e-3
"""Share of the whole range of the charge below which two spectra stand at one charge: the integral of an offset current."""

_NEAR_CHARGE = 1e-2
"""Share of that range within which a sweep at the end of a current and the first of the rest hide each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A run of spectra at one charge.

    Attributes
    ----------
    spectra
        Their numbers, in order.
    began
        When the current stopped where the record says so, else the first spectrum; s on the clock of the record.
    since
        What the time is counted from, in words.
    """

    spectra: npt.NDArray[np.intp]
    began: float
    since: str


def rests_of(times: xr.Dataset) -> list[Rest]:
    """Runs of at least :data:`LEAST_SPECTRA` consecutive spectra at one charge, in a series whose charge moves elsewhere.

    ``time_since_current`` (s over spectrum), where it is there, tells when the current stopped.
    """
    if "charge" not in times.variables or "time" not in times.variables:
        return []
    charge, time = (times[name].to_numpy().astype(float) for name in ("charge", "time"))
    known = np.flatnonzero(np.isfinite(charge) & np.isfinite(time))
    if known.size <= LEAST_SPECTRA or np.ptp(charge[known]) == 0:
        return []
    still = np.abs(np.diff(charge[known])) < _SAME_CHARGE * np.ptp(charge[known])
    edges = np.flatnonzero(~still) + 1
    found = []
    since = (
        times["time_since_current"].to_numpy().astype(float)
        if "time_since_current" in times.variables
        else np.full(time.size, np.nan)
    )
    for still_at in np.split(known, edges):
        run = still_at[since[still_at] != 0]  # a sweep under current ends the run of charge
        if run.size < LEAST_SPECTRA:
            continue
        since_current = since[run]
        began = time[run] - since_current
        if np.isfinite(began).all():
            found.append(Rest(spectra=run, began=float(began[0]), since="the last current"))
        elif np.isfinite(since_current).any() or run[0] > known[0]:
            found.append(Rest(spectra=run, began=float(time[run[0]]), since="the first spectrum of the rest"))
    return found


def without_rests(times: xr.Dataset, rests: list[Rest]) -> npt.NDArray[np.intp]:
    """Numbers of the spectra that a map over charge shows.

    Of a rest only the first is shown, and that only where no spectrum under current stands at its place.
    """
    numbers = np.arange(times.sizes["spectrum"])
    if not rests:
        return numbers
    charge = times["charge"].to_numpy().astype(float)
    near = _NEAR_CHARGE * np.ptp(charge[np.isfinite(charge)])
    hidden = [one.spectra[1:] for one in rests]
    for one in rests:
        first = one.spectra[0]
        if first > 0 and abs(charge[first] - charge[first - 1]) < near:
            hidden.append(one.spectra[:1])
    return np.setdiff1d(numbers, np.concatenate(hidden))


def rest_map(times: xr.Dataset, rest: Rest, *, area: float | None) -> tuple[xr.Dataset, Figure]:
    """Map of one rest over the time since its beginning.

    Returns
    -------
    (Dataset, Figure)
        Kind ``relaxation_times`` with ``time`` (s) since the beginning of the rest; its figure.
    """
    some = times.isel(spectrum=rest.spectra)
    some = some.assign_coords(time=("spectrum", some["time"].to_numpy() - rest.began, dict(some["time"].attrs)))
    mapped = operando_map(some, against="time")
    figure = relaxation_map(mapped, against="time", area=area)
    return mapped, replace(
        figure,
        title=f"{figure.title} at rest",
        caption=f"{figure.caption} Time is counted from {rest.since}, spectra {rest.spectra[0]} to {rest.spectra[-1]}.",
    )
