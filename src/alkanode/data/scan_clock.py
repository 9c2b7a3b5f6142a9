"""Scans of the tomograph on the clock of the potentiostat: how much charge had passed when each volume was taken.

Two computers have two clocks. The offset between them is measured (a click on both, a jump of the voltage that both
saw) and has an error; both are stated and carried. A scan takes minutes, in which charge goes on passing, so that each
volume has a capacity at its start, in its middle and at its end.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.charge import passed_charge
from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.units import QuantityLike, to_si

Floats = npt.NDArray[np.float64]


def scan_times(scans: Sequence[RecordLike]) -> xr.Dataset:
    """Begin and end of each scan on the clock of the tomograph.

    Parameters
    ----------
    scans
        Records of kind ``projections``, each with ``attrs["started"]`` (ISO 8601), and ``attrs["ended"]``, ``time`` or
        ``exposure_time`` to know its end.

    Returns
    -------
    Dataset
        Kind ``scan_times``: ``scan_start``, ``scan_end`` (scan,) s since ``attrs["started"]``, the start of the first
        one given; ``attrs["end_from"]`` says how the ends are known.

    Raises
    ------
    SchemaError
        When there is no scan, one does not say when it started or ended, or only some say their time zone.
    """
    if not scans:
        raise SchemaError("at least one scan is needed", found="none")
    records = [check(scan, "projections") for scan in scans]
    starts = [_moment(record.attrs.get("started", ""), _name(record)) for record in records]
    if len({start.tzinfo is None for start in starts}) > 1:
        raise SchemaError("all scans must say their time zone, or none", found="scans with and without one")
    lengths, ways = zip(*(_length(record, start) for record, start in zip(records, starts, strict=True)), strict=True)
    begin = np.array([(start - starts[0]).total_seconds() for start in starts])
    table = xr.Dataset({"scan_start": ("scan", begin), "scan_end": ("scan", begin + np.array(lengths))})
    table.attrs.update(started=starts[0].isoformat(), end_from="; ".join(dict.fromkeys(ways)))
    return label(table, "scan_times")


def _name(record: xr.Dataset) -> str:
    return str(record.attrs.get("source_file", "a scan"))


def _moment(text: object, name: str) -> datetime:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        raise SchemaError(
            "to put a scan on a clock it must say when it started",
            found=f"{text!r} in {name}",
            todo="Set attrs['started']",
        ) from None


def _length(record: xr.Dataset, start: datetime) -> tuple[float, str]:
    """Seconds that a scan took, and how that is known."""
    exposure = float(record["exposure_time"]) if "exposure_time" in record.variables else 0.0
    if "time" in record.variables and np.isfinite(record["time"].to_numpy()).any():
        return float(np.nanmax(record["time"].to_numpy())) + exposure, "times of the frames"
    if record.attrs.get("ended"):
        end = _moment(record.attrs["ended"], _name(record))
        if (end.tzinfo is None) == (start.tzinfo is None) and end >= start:
            return (end - start).total_seconds(), "end of the scan as written"
        raise SchemaError("a scan ends after it starts, in one time zone", found=f"{start} to {end} in {_name(record)}")
    if exposure > 0:
        return exposure * record.sizes[
            "frame"
        ], "number of frames and exposure time, without the time between them (assumed)"
    raise SchemaError(
        "to know how long a scan took it needs times of its frames, its end, or its exposure time", found=_name(record)
    )


def scan_charge(
    scans: xr.Dataset,
    history: RecordLike,
    *,
    offset: QuantityLike,
    offset_error: QuantityLike | None = None,
    area: QuantityLike | None = None,
    time_zone: str = "",
) -> xr.Dataset:
    """Charge that had passed when each scan was taken.

    Parameters
    ----------
    scans
        Kind ``scan_times``. With ``attrs["started"]`` its times count from that moment; without it from the first row of
        the history.
    history
        History or record of kind ``cycling``; its ``attrs["started"]`` is needed where the scans have one.
    offset
        What the potentiostat's clock shows less what the tomograph's clock shows at one moment, s.
    offset_error
        Standard error of the offset, s. Without it (default) the errors from it are NaN: unknown is not zero.
    area
        Final electrode area, for areal capacities.
    time_zone
        IANA name of the zone of a clock that does not say its own, where the other does.

    Returns
    -------
    Dataset
        Kind ``scan_charges``, per scan: ``time``, ``scan_start``, ``scan_end`` (s on the clock of the
        history; ``time`` is the middle), ``charge`` (C) in the middle and ``charge_at_start``, ``charge_at_end``,
        ``charge_error`` (from the offset); with ``area`` the same as ``areal_capacity...`` (C m-2); ``voltage`` (V) in the
        middle, ``voltage_lowest`` and ``voltage_highest`` within the scan; ``in_history``. Charge is positive for net
        oxidation at the working electrode. ``attrs["charge_from"]`` says which witness it rests on.

    Raises
    ------
    SchemaError
        When one of the clocks has no start or no zone and the other has, or the history is empty.
    UnitsError
        For an offset or area that cannot be read.

    Warns
    -----
    DataQualityWarning
        When a scan lies outside the history in part: the charge there is taken as that of the nearest row (no current
        is assumed to flow outside), and the voltage is NaN.

    Notes
    -----
    The middle of a scan stands for it because projections are spread evenly over its time. The error from the offset is
    half of what passes between one standard error before and after.
    """
    table = check(scans, "scan_times")
    record = check(history, "cycling")
    if record.sizes["row"] == 0:
        raise SchemaError("a history with rows is needed", found="none")
    shift = to_si(offset, "duration") + _between(table, history, record, time_zone)
    begin, end = table["scan_start"].to_numpy() + shift, table["scan_end"].to_numpy() + shift
    if (end < begin).any():
        raise SchemaError("a scan ends after it starts", found=f"scan {int(np.argmax(end < begin))}")
    clock = record["time"].to_numpy().astype(float)
    middle = 0.5 * (begin + end)
    passed, how = passed_charge(record)
    inside = (begin >= clock[0]) & (end <= clock[-1])
    if not inside.all():
        warnings.warn(
            f"{int((~inside).sum())} of {inside.size} scans lie outside the history in part (scans "
            f"{', '.join(map(str, np.flatnonzero(~inside)))}): no current is assumed to flow there",
            DataQualityWarning,
            stacklevel=2,
        )
    charges = {
        "charge": np.interp(middle, clock, passed),
        "charge_at_start": np.interp(begin, clock, passed),
        "charge_at_end": np.interp(end, clock, passed),
        "charge_error": np.full(middle.size, np.nan),
    }
    if offset_error is not None:
        spread = abs(to_si(offset_error, "duration"))
        charges["charge_error"] = 0.5 * np.abs(
            np.interp(middle + spread, clock, passed) - np.interp(middle - spread, clock, passed)
        )
    out = xr.Dataset({name: ("scan", values) for name, values in charges.items()})
    for name, values in (("time", middle), ("scan_start", begin), ("scan_end", end), ("in_history", inside)):
        out[name] = ("scan", values)
    if area is not None:
        metres = to_si(area, "area")
        for name, values in charges.items():
            out[name.replace("charge", "areal_capacity")] = ("scan", values / metres)
    for name, voltages in _voltages(record, clock, begin, middle, end).items():
        out[name] = ("scan", voltages)
    out.attrs.update(
        charge_from=how,
        offset=to_si(offset, "duration"),
        offset_error="unknown" if offset_error is None else to_si(offset_error, "duration"),
        end_from=str(table.attrs.get("end_from", "given")),
    )
    return label(out, "scan_charges")


def _between(table: xr.Dataset, history: RecordLike, record: xr.Dataset, time_zone: str) -> float:
    """Seconds that the clock of the history shows at the zero of the scans' clock, if both clocks go alike."""
    if not table.attrs.get("started"):
        return float(record["time"][0])
    stated = history.attrs.get("started") or record.attrs.get("started", "")
    scans, cell = (
        _moment(text, name) for text, name in ((table.attrs["started"], "the scans"), (stated, "the history"))
    )
    if (scans.tzinfo is None) != (cell.tzinfo is None):
        try:
            zone = ZoneInfo(time_zone) if time_zone else None
        except (ZoneInfoNotFoundError, ValueError):
            raise SchemaError("a time zone is an IANA name such as 'America/New_York'", found=repr(time_zone)) from None
        if zone is None:
            raise SchemaError(
                "both clocks must say their time zone, or none",
                found=f"scans {scans.isoformat()}, history {cell.isoformat()}",
                todo="State time_zone of the one that does not, for example 'America/New_York'",
            )
        scans, cell = (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment for moment in (scans, cell))
    return (scans - cell).total_seconds()


def _voltages(record: xr.Dataset, clock: Floats, begin: Floats, middle: Floats, end: Floats) -> dict[str, Floats]:
    """Voltage in the middle of each scan and its range; NaN where the history does not reach."""
    voltage = record["voltage"].to_numpy().astype(float)
    out = {"voltage": np.interp(middle, clock, voltage, left=np.nan, right=np.nan)}
    lowest, highest = np.full(begin.size, np.nan), np.full(begin.size, np.nan)
    for scan, (start, stop) in enumerate(zip(begin, end, strict=True)):
        ends = np.interp([start, stop], clock, voltage, left=np.nan, right=np.nan)
        seen = np.concatenate([ends, voltage[(clock >= start) & (clock <= stop)]])
        seen = seen[np.isfinite(seen)]
        if seen.size:
            lowest[scan], highest[scan] = seen.min(), seen.max()
    return out | {"voltage_lowest": lowest, "voltage_highest": highest}
