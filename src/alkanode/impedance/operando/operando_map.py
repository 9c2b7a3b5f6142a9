"""A series of distributions in the order of charge, time, current or voltage: the rows of an operando map.

Rows that were masked stay as gaps with their reason, so that a map never draws through them. A series in which the charge
turns back (strip, then plate) is cut into parts that run one way.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.kinds.spectrum_coordinates import SPECTRUM_COORDINATES
from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.mean_conditions import mean_condition

FloatArray = npt.NDArray[np.float64]
Against = Literal["charge", "time", "current", "current_density", "voltage", "spectrum"]
AGAINST = ("charge", "time", "current", "current_density", "voltage", "spectrum")

_FIELDS = {"current": "mean_current", "voltage": "mean_voltage", "spectrum": "spectrum_index"}

_TURN_SHARE = 0.02
"""A charge that runs back by less than this share of its whole range has not turned: a rest, or rounding."""


def operando_map(
    times: RecordLike,
    *,
    against: Against = "charge",
    spectra: RecordLike | None = None,
    validity: RecordLike | None = None,
) -> xr.Dataset:
    """Order distributions along a coordinate, keep the masked ones as gaps, and cut the series where the charge turns.

    Parameters
    ----------
    times
        Record of kind ``relaxation_times`` with the coordinate named by ``against``.
    against
        ``"charge"`` (default; C, what a stripping electrode has given), ``"time"`` (s), ``"current"`` (A, of a staircase
        level, else the mean of the sweep), ``"current_density"`` (A m-2, of a staircase level), ``"voltage"`` (V, mean of
        the sweep) or ``"spectrum"`` (its number).
    spectra
        The impedance record that ``times`` came from: gives the mean voltage and current of every sweep.
    validity
        Its Kramers-Kronig test: spectra that fail are marked (``valid``), not removed.

    Returns
    -------
    Dataset
        Kind ``relaxation_times``, spectra in ascending order of ``against`` (equal values keep their order). ``part``
        numbers the runs of one direction of the charge, as they were measured (0 everywhere when nothing turns, or
        against something else); figures draw them one below the other. ``masked`` and ``mask_reason`` are always there,
        and masked rows hold NaN in all but their coordinates. Rows without a place stand last, masked.
        ``spectrum_index`` is the position in ``times``. ``attrs["against"]`` names the coordinate,
        ``attrs["masked_spectra"]`` holds one line ``index: reason`` per gap, ``attrs["invalid_spectra"]`` the numbers of
        those that fail the test.

    Raises
    ------
    SchemaError
        For a record of another kind, without any value of the coordinate, or when ``spectra`` or ``validity`` hold another
        number of spectra.
    """
    times = check(times, "relaxation_times")
    if against not in AGAINST:
        raise SchemaError(f"a map runs against one of {', '.join(map(repr, AGAINST))}", found=repr(against))
    count = times.sizes["spectrum"]
    times = _with_conditions(times, spectra, validity)
    times = times.assign(spectrum_index=("spectrum", np.arange(count)))
    place = _place(times, against)
    unplaced = ~np.isfinite(place)
    masked = times["masked"].to_numpy().astype(bool) if "masked" in times.variables else np.zeros(count, dtype=bool)
    reasons = times["mask_reason"].to_numpy().astype(str) if "mask_reason" in times.variables else np.full(count, "")
    told = [
        "; ".join(part for part in (str(reason), f"{against} unknown" if lost else "") if part)
        or ("masked without a reason" if gap else "")
        for reason, lost, gap in zip(reasons, unplaced, masked, strict=True)
    ]
    gaps = masked | unplaced
    part = _parts_of_one_direction(place) if against == "charge" else np.zeros(count, dtype=np.int64)
    result = times.assign(
        masked=("spectrum", gaps), mask_reason=("spectrum", np.array(told, dtype=str)), part=("spectrum", part)
    )
    for name, variable in result.data_vars.items():
        if name in SPECTRUM_COORDINATES or name in _FIELDS.values():
            continue
        if variable.dims[:1] == ("spectrum",) and variable.dtype.kind == "f":
            result[name] = variable.where(xr.DataArray(~gaps, dims="spectrum"))
    result = result.isel(spectrum=np.argsort(place, kind="stable"))
    result.attrs["against"] = against
    result.attrs["masked_spectra"] = "\n".join(
        f"{index}: {reason}" for index, (gap, reason) in enumerate(zip(gaps, told, strict=True)) if gap
    )
    if "valid" in times.variables:
        failed = np.flatnonzero(~times["valid"].to_numpy() & ~gaps)
        result.attrs["invalid_spectra"] = " ".join(str(index) for index in failed)
    return label(result, "relaxation_times")


def _with_conditions(times: xr.Dataset, spectra: RecordLike | None, validity: RecordLike | None) -> xr.Dataset:
    """Mean voltage and current of the sweeps, and the verdict of the Kramers-Kronig test, beside the distributions."""
    count = times.sizes["spectrum"]
    if spectra is not None:
        record = check(spectra, "impedance")
        _same_length(count, record, "spectra")
        times = times.assign(
            mean_voltage=("spectrum", mean_condition(record, "voltage")),
            mean_current=("spectrum", mean_condition(record, "current")),
        )
    elif "level_current" in times.variables and "mean_current" not in times.variables:
        times = times.assign(mean_current=("spectrum", mean_condition(times, "current")))
    if validity is not None:
        test = check(validity, "kramers_kronig")
        _same_length(count, test, "validity")
        times = times.assign(valid=("spectrum", test["valid"].to_numpy().astype(bool)))
    return times


def _same_length(count: int, record: xr.Dataset, name: str) -> None:
    if record.sizes["spectrum"] != count:
        raise SchemaError(
            f"{name} must hold the spectra of the map",
            found=f"{record.sizes['spectrum']} for {count} distributions",
            todo="Give the record from which the distributions were computed",
        )


def _place(times: xr.Dataset, against: str) -> FloatArray:
    name = _FIELDS.get(against, against)
    if name not in times.variables or not np.isfinite(times[name].to_numpy().astype(np.float64)).any():
        todo = {
            "current": "Give the impedance record (spectra=...), or spectra placed by spectra_by_level",
            "voltage": "Give the impedance record (spectra=...)",
            "current_density": "Place the spectra with spectra_by_level, or use against='current'",
        }.get(against, "Use against='time', or read the impedance together with its cycling record")
        raise SchemaError(
            f"a map against {against} needs the {against} of every spectrum",
            found="none" if name not in times.variables else "only missing values",
            todo=todo,
        )
    return np.asarray(times[name].to_numpy(), dtype=np.float64)


def _parts_of_one_direction(charge: FloatArray) -> npt.NDArray[np.int64]:
    """Number of the run of one direction that each spectrum belongs to, in the order of the record.

    A turn counts when the charge then runs back by more than a small share of its range; the spectrum at which it turns
    belongs to the run before.
    """
    part = np.zeros(charge.size, dtype=np.int64)
    known = np.flatnonzero(np.isfinite(charge))
    if known.size < 3:
        return part
    values = charge[known]
    least = _TURN_SHARE * float(np.ptp(values))
    turns: list[int] = []
    extreme, direction = 0, 0
    for index in range(1, values.size):
        step = values[index] - values[extreme]
        if direction == 0:
            if abs(step) > least:
                direction, extreme = int(np.sign(step)), index
        elif direction * step >= 0:
            extreme = index
        elif abs(step) > least:
            turns.append(extreme + 1)
            direction, extreme = -direction, index
    for turn in turns:
        part[known[turn] :] += 1
    return part
