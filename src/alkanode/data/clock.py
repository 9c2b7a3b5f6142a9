"""One clock: the histories of several files joined into one, and time counted from the first row."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning, SchemaError

LONG_PAUSE = 30 * 86400.0
"""s; files farther apart than this are chained with a warning, since they may belong to two cells."""


def chain_histories(histories: Sequence[xr.DataTree], *, time_zone: str = "") -> xr.DataTree:
    """Join the histories of several files into one on one clock.

    Parameters
    ----------
    histories
        As ``open_history`` returns them for one file each; each with ``attrs["started"]`` (ISO 8601).
    time_zone
        IANA name of the zone of clocks that do not say theirs, for example ``"America/New_York"``. Needed only where
        files with a zone (BDF) are joined with files without one (EC-Lab).

    Returns
    -------
    DataTree
        ``cycling`` (and ``impedance`` where any file holds spectra). ``time`` runs from the start of the first file,
        ``charge`` goes on from file to file, ``source_index`` numbers the file of each row and spectrum. Half cycles
        are not carried over; :func:`with_half_cycles` finds them anew.

    Raises
    ------
    SchemaError
        When there is no file, or, while there are several, one is there twice, one does not say when it started, or
        only some say their time zone and none was given.
    """
    if not histories:
        raise SchemaError("at least one history is needed", found="none")
    if len(histories) == 1:
        return histories[0]
    _refuse_repeats(histories)
    starts = _on_one_clock([_started(history) for history in histories], time_zone)
    order = sorted(range(len(histories)), key=lambda index: starts[index])
    first = starts[order[0]]
    cycling: list[xr.Dataset] = []
    impedance: list[xr.Dataset] = []
    charge, end = 0.0, -np.inf
    for position, index in enumerate(order):
        tree, shift = histories[index], (starts[index] - first).total_seconds()
        rows = tree["cycling"].to_dataset() if "cycling" in tree.children else None
        if rows is not None and rows.sizes["row"]:
            moved = rows.assign(time=rows["time"] + shift, source_index=("row", np.full(rows.sizes["row"], position)))
            if float(moved["time"][0]) < end:
                _warn_overlap(tree, end - float(moved["time"][0]))
                moved = moved.isel(row=np.flatnonzero(moved["time"].to_numpy() >= end))
                if "charge" in moved and moved.sizes["row"]:
                    charge -= float(moved["charge"][0])
            elif cycling and float(moved["time"][0]) - end > LONG_PAUSE:
                _warn_pause(tree, float(moved["time"][0]) - end)
            if "charge" in moved and moved.sizes["row"]:
                moved = moved.assign(charge=moved["charge"] + charge)
            if moved.sizes["row"]:
                cycling.append(moved)
                end = float(moved["time"][-1])
        if "impedance" in tree.children:
            spectra = tree["impedance"].to_dataset()
            changes = {name: spectra[name] + shift for name in ("time", "point_time") if name in spectra.variables}
            if "charge" in spectra.variables:
                changes["charge"] = spectra["charge"] + charge
            count = spectra.sizes["spectrum"]
            impedance.append(spectra.assign(changes).assign(source_index=("spectrum", np.full(count, position))))
        if cycling and "charge" in cycling[-1]:
            charge = float(cycling[-1]["charge"][-1])
    nodes: dict[str, xr.Dataset] = {}
    if cycling:
        nodes["cycling"] = label(_join(cycling, "row"), "cycling")
    if impedance:
        nodes["impedance"] = label(_join(impedance, "spectrum"), "impedance")
    tree = xr.DataTree.from_dict(nodes)
    tree.attrs.update(_joint_attrs([histories[index] for index in order]), started=first.isoformat())
    return tree


def _refuse_repeats(histories: Sequence[xr.DataTree]) -> None:
    """Refuse a file that is given twice (by its SHA-256): its charge would count twice."""
    names: dict[str, str] = {}
    for history in histories:
        digest, name = str(history.attrs.get("sha256", "")), str(history.attrs.get("source_file", "a file"))
        if digest and digest in names:
            raise SchemaError(
                "each file of a chain is given once", found=f"{name!r} with the content of {names[digest]!r}"
            )
        names[digest] = name


def _started(history: xr.DataTree) -> datetime:
    text = str(history.attrs.get("started", ""))
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise SchemaError(
            "to join files on one clock each must say when it started",
            found=f"{text!r} in {history.attrs.get('source_file', 'a history')}",
            todo="Give that file alone, or export it with its acquisition time",
        ) from None


def _on_one_clock(starts: list[datetime], time_zone: str) -> list[datetime]:
    """Starts that can be compared: all with a time zone, or all without."""
    local = [start.tzinfo is None for start in starts]
    if all(local) or not any(local):
        return starts
    try:
        zone = ZoneInfo(time_zone) if time_zone else None
    except (ZoneInfoNotFoundError, ValueError):
        raise SchemaError("a time zone is an IANA name such as 'Europe/Berlin'", found=repr(time_zone)) from None
    if zone is None:
        raise SchemaError(
            "to join files on one clock each start must be in a known time zone",
            found=f"{sum(local)} of {len(starts)} files without one",
            todo="State time_zone, for example 'Europe/Berlin' or 'UTC'",
        )
    return [start.replace(tzinfo=zone) if start.tzinfo is None else start for start in starts]


def _warn_pause(tree: xr.DataTree, seconds: float) -> None:
    warnings.warn(
        f"{tree.attrs.get('source_file', 'a file')} starts {seconds / 86400:.0f} days after the file before it ended: do they "
        "belong to one cell?",
        DataQualityWarning,
        stacklevel=3,
    )


def _warn_overlap(tree: xr.DataTree, seconds: float) -> None:
    warnings.warn(
        f"{tree.attrs.get('source_file', 'a file')} starts {seconds:.3g} s before the file before it ends; "
        "its overlapping rows are left out",
        DataQualityWarning,
        stacklevel=3,
    )


def _join(parts: Sequence[xr.Dataset], dim: str) -> xr.Dataset:
    """Concatenate along ``dim``; fields that some files lack are filled with NaN (-1 for whole numbers)."""
    names = list(dict.fromkeys(str(name) for part in parts for name in part.variables))
    filled = []
    for part in parts:
        extra: dict[str, tuple[tuple[str, ...], npt.NDArray[np.generic]]] = {}
        for name in names:
            if name in part.variables:
                continue
            model = next(other[name] for other in parts if name in other.variables)
            shape = tuple(part.sizes[str(d)] for d in model.dims)
            value: complex | float | int | bool = {"f": np.nan, "c": complex(np.nan, np.nan), "b": False}.get(
                model.dtype.kind, -1
            )
            dims = tuple(str(d) for d in model.dims)
            extra[name] = (dims, np.full(shape, value, dtype=model.dtype))
        filled.append(part.reset_coords().assign(extra))
    width = max((part.sizes.get("point", 0) for part in filled), default=0)
    if width:
        filled = [part.pad(point=(0, width - part.sizes["point"])) for part in filled]
    return xr.concat(filled, dim=dim, data_vars="all", join="exact", combine_attrs="drop_conflicts")


def _joint_attrs(histories: Sequence[xr.DataTree]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for key in ("source_file", "sha256", "technique", "reader"):
        values = [str(history.attrs[key]) for history in histories if key in history.attrs]
        if values:
            joined[key] = "; ".join(values)
    return joined


def from_first_row(history: xr.DataTree) -> xr.DataTree:
    """Move the clock of a history so that its first row is at time 0.

    Parameters
    ----------
    history
        With ``cycling``, ``impedance`` or both; instruments often count time from the start of a longer experiment.

    Returns
    -------
    DataTree
        ``time`` and ``point_time`` less that of the first row; ``attrs["started"]`` moved by as much where it is known.
        ``attrs["instrument_time_of_first_row"]`` (s) keeps what was taken off.
    """
    records = {name: node.to_dataset() for name, node in history.children.items()}
    firsts = [
        float(np.nanmin(r["time"].to_numpy())) for r in records.values() if "time" in r.variables and r["time"].size
    ]
    shift = min(firsts, default=0.0)
    if shift == 0.0:
        return history
    attrs = dict(history.attrs) | {"instrument_time_of_first_row": shift}
    if attrs.get("started"):
        moment = datetime.fromisoformat(str(attrs["started"])) + timedelta(seconds=shift)
        attrs["started"] = moment.isoformat(timespec="milliseconds")
    common = {key: attrs[key] for key in ("started", "instrument_time_of_first_row") if key in attrs}
    moved = {}
    for name, record in records.items():
        moved[name] = record.copy().assign_attrs(common)
        for clock in {"time", "point_time"} & moved[name].variables.keys():
            moved[name][clock].data = moved[name][clock].data - shift
    tree = xr.DataTree()
    tree.attrs.update(attrs)
    tree.children = {name: xr.DataTree(record) for name, record in moved.items()}
    return tree
