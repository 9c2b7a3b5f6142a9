"""From the columns of a spectra table to a history: one impedance, whatever the file gives it as.

A file may hold real and imaginary part, modulus and phase, or both. Both must agree. What the table says besides
(times, DC voltage and current, flags, numbers of spectra) is kept with its points; nothing is sorted or masked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.io.doubts import warn
from alkanode.io.rows import history_from_rows, whole_numbers
from alkanode.io.sweeps import sweep_numbers

Array = npt.NDArray[np.float64]

IMPEDANCE_PARTS = ("real", "imaginary", "negative_imaginary", "modulus", "phase", "negative_phase")
"""Columns that an impedance is put together from; the negative ones are turned."""

AGREE = 0.01
"""Share of \\|Z\\| and angle (rad) by which the two forms of an impedance may differ: tables with three digits and a tenth
of a degree stay below 0.005."""

LARGEST_RADIANS = 2 * np.pi
"""A phase beyond it is in degrees."""

_ANGLES = {"deg": "degrees", "rad": "radians"}

_CHANGES = 0.05
"""Of ln \\|Z\\| over the sweep: a smaller change says nothing of the phase."""

_ALIKE = 0.6
"""Squared correlation of phase and slope from which they run alike."""

_BETWEEN_UNITS = float(np.sqrt(np.pi / 180))

_POINT_COLUMNS = ("voltage", "current", "voltage_amplitude", "current_amplitude", "ambient_temperature")
_NAMED_ROWS = 8


def turned(columns: Mapping[str, Array]) -> dict[str, Array]:
    """Columns with ``negative_imaginary`` and ``negative_phase`` turned into ``imaginary`` and ``phase``."""
    found = {name: values for name, values in columns.items() if not name.startswith("negative_")}
    for name in ("imaginary", "phase"):
        if f"negative_{name}" in columns:
            found.setdefault(name, -columns[f"negative_{name}"])
    return found


def is_whole(names: npt.ArrayLike) -> bool:
    """Whether the named columns hold a frequency and a whole impedance.

    Examples
    --------
    >>> is_whole(["frequency", "modulus", "negative_phase"]), is_whole(["frequency", "real"])
    (True, False)
    """
    found = {str(name).removeprefix("negative_") for name in np.atleast_1d(np.asarray(names, dtype=object))}
    return "frequency" in found and ({"real", "imaginary"} <= found or {"modulus", "phase"} <= found)


def complex_impedance(columns: Mapping[str, Array], phase_unit: str, name: str) -> npt.NDArray[np.complex128]:
    """Put an impedance together from its columns.

    Parameters
    ----------
    columns
        (row,) ``real`` and ``imaginary`` (ohm), ``modulus`` (ohm) and ``phase`` (as written), or all of them.
    phase_unit
        ``"deg"``, ``"rad"``, or ``""`` where the file does not say: the range of the numbers then decides, aloud.
    name
        Name of the file, for messages.

    Returns
    -------
    ndarray
        (row,) ohm; infinite where the file says so (an overload). Real and imaginary part are taken where it has both
        forms.

    Raises
    ------
    ReaderError
        When a part is missing, or the two forms contradict each other in more than half of the rows.

    Warns
    -----
    DataQualityWarning
        When the unit of the phase is a guess, the forms differ in some rows, or only by the sign of the phase.
    """
    cartesian = {"real", "imaginary"} <= columns.keys()
    phase = _radians(columns, phase_unit, name, known=cartesian) if "phase" in columns else None
    if not cartesian:
        if phase is None or "modulus" not in columns:
            raise ReaderError(
                f"{name!r} must hold real and imaginary part, or modulus and phase", found=", ".join(columns)
            )
        with np.errstate(invalid="ignore"):
            return np.asarray(columns["modulus"] * np.exp(1j * phase), dtype=np.complex128)
    impedance = _joined(columns)
    with np.errstate(all="ignore"):
        if "modulus" in columns:
            _compare(np.abs(np.abs(impedance) / columns["modulus"] - 1.0), "|Z|", name)
        if phase is not None:
            away = np.abs(np.angle(impedance * np.exp(-1j * phase)))
            other = np.abs(np.angle(impedance * np.exp(1j * phase)))
            if _share(other) < 0.5 * _share(away):
                warn(f"{name}: the phase has the other sign than the imaginary part; the imaginary part is taken")
                away = other
            _compare(np.where(np.abs(impedance) > 0, away, 0.0), "phase", name)
    return impedance


def _joined(columns: Mapping[str, Array]) -> npt.NDArray[np.complex128]:
    """Real and imaginary part put side by side; arithmetic would spoil one where the other is infinite (an overload)."""
    impedance = np.empty(columns["real"].size, dtype=np.complex128)
    impedance.real, impedance.imag = columns["real"], columns["imaginary"]
    return impedance


def _share(difference: Array) -> float:
    return float(np.mean(difference[np.isfinite(difference)] > AGREE)) if np.isfinite(difference).any() else 0.0


def _compare(difference: Array, what: str, name: str) -> None:
    rows = np.flatnonzero(np.isfinite(difference) & (difference > AGREE))
    if rows.size == 0:
        return
    if rows.size > 0.5 * np.isfinite(difference).sum():
        raise ReaderError(
            f"real and imaginary part of {name!r} must agree with its {what}",
            found=f"{rows.size} of {difference.size} rows that differ, by {np.median(difference[rows]):.2g} in the middle",
            todo="One of the columns has another unit or another meaning; name the right ones in a column map",
        )
    warn(
        f"{name}: real and imaginary part contradict the {what} in {_rows(rows)}; real and imaginary part are taken, "
        "look at these points"
    )


def _radians(columns: Mapping[str, Array], unit: str, name: str, *, known: bool) -> Array:
    phase = columns["phase"]
    finite = phase[np.isfinite(phase)]
    largest = float(np.abs(finite).max(initial=0.0))
    likely = "" if known else _unit_by_slope(columns)
    if unit == "rad" and largest > LARGEST_RADIANS and not known:
        raise ReaderError(
            f"a phase in radians lies within {LARGEST_RADIANS:.3g}",
            found=f"{largest:.3g} in {name!r}",
            todo="If these are degrees, correct the unit in the line of names, or name it in a column map",
        )
    if unit:
        if likely not in {"", unit}:
            warn(
                f"{name}: by the slope of |Z| over frequency the phases are in {_ANGLES[likely]}, not in {_ANGLES[unit]} as "
                "the file says; taken as it says, look at the Kramers-Kronig test"
            )
        return phase if unit == "rad" else np.radians(phase)
    degrees = largest > LARGEST_RADIANS or likely == "deg"
    if known:
        angle = np.angle(_joined(columns))
        with np.errstate(all="ignore"):
            off = [float(np.nanmedian(np.abs(np.abs(angle) - np.abs(scale * phase)))) for scale in (1.0, np.pi / 180)]
        degrees = off[1] < off[0]
    else:
        word = _ANGLES["deg" if degrees else "rad"]
        slope = ", and by the slope of |Z| over frequency" if likely == ("deg" if degrees else "rad") else ""
        warn(f"{name}: no unit of the phase; taken as {word}, since the largest is {largest:.3g}{slope}")
    return np.radians(phase) if degrees else phase


def _unit_by_slope(columns: Mapping[str, Array]) -> str:
    """Unit of the phase by the slope of the modulus, ``"deg"``, ``"rad"``, or ``""`` where the modulus hardly changes.

    Of an impedance that obeys the Kramers-Kronig relations the phase is about pi/2 times the slope of the modulus over the
    frequency, both in logarithms (Bode's relation); the two units are a factor of 57 apart. Where slope and phase do not
    run alike, nothing is said.
    """
    usable = np.isfinite(columns["frequency"]) & (columns["frequency"] > 0) & np.isfinite(columns["phase"])
    usable &= np.isfinite(columns["modulus"]) & (columns["modulus"] > 0) if "modulus" in columns else False
    if usable.sum() < _NAMED_ROWS:
        return ""
    f, modulus, phase = (columns[key][usable] for key in ("frequency", "modulus", "phase"))
    steps = np.diff(np.log(f))
    weight, middle = np.abs(steps), (phase[1:] + phase[:-1]) / np.pi
    slope = np.diff(np.log(modulus)) * np.sign(steps)  # times the weight
    squares, common = float((middle**2 * weight).sum()), float((middle * slope).sum())
    known = weight > 0
    alike = common**2 > _ALIKE * squares * float((slope[known] ** 2 / weight[known]).sum())
    if weight.sum() == 0 or np.abs(slope).sum() < _CHANGES or squares == 0 or not alike:
        return ""
    return "rad" if abs(common) / squares > _BETWEEN_UNITS else "deg"


def spectra_history(
    columns: Mapping[str, Array],
    attrs: Mapping[str, Any],
    *,
    phase_unit: str = "",
    loop: npt.NDArray[np.int32] | None = None,
    spectrum_time: Array | None = None,
) -> xr.DataTree:
    """A history from the columns of a spectra table.

    Parameters
    ----------
    columns
        (row,) ``frequency`` (Hz), the parts of the impedance as :func:`complex_impedance` takes them (or their negative),
        and where known ``time`` (s), ``voltage`` (V), ``current`` (A), ``voltage_amplitude``, ``current_amplitude``,
        ``ambient_temperature`` (K), ``cycle``, ``error`` (not zero where the instrument flagged a point).
    attrs
        As :func:`alkanode.io.rows.source_attrs`, and more.
    phase_unit
        As :func:`complex_impedance`.
    loop
        (row,) number of the spectrum, where the file says it; a new one begins a new spectrum.
    spectrum_time
        (row,) s, one time for all points of a spectrum.

    Returns
    -------
    DataTree
        ``impedance``, in the order of the file; ``cycling`` besides it where time, voltage and current are all there.

    Raises
    ------
    ReaderError
        When no row has a frequency above zero, or the impedance contradicts itself.

    Warns
    -----
    DataQualityWarning
        With the row numbers, when rows lack a frequency, are DC or are flagged by the instrument; when times are of no use.
    """
    name = str(attrs["source_file"])
    columns = turned(columns)
    frequency = columns["frequency"]
    lost = ~np.isfinite(frequency) | (frequency < 0)
    if lost.any():
        warn(f"{name}: no frequency, or a negative one, in {_rows(np.flatnonzero(lost))}; left out")
    if not (frequency[~lost] > 0).any():
        raise ReaderError(
            f"{name!r} must hold points at frequencies above zero",
            found=f"{frequency.size} rows without",
            todo="Look whether the column of the frequency is the right one",
        )
    impedance = complex_impedance(columns, phase_unit, name)
    flagged = np.nan_to_num(columns.get("error", np.zeros(frequency.size))) != 0
    if flagged.any():
        warn(f"{name}: the instrument flagged {_rows(np.flatnonzero(flagged))} (overload or error); kept")
    rows: dict[str, npt.NDArray[Any]] = {"frequency": frequency, "impedance": impedance}
    rows |= {key: columns[key] for key in _POINT_COLUMNS if key in columns}
    if "cycle" in columns:
        rows["cycle"] = whole_numbers(columns["cycle"])
    rows |= _clock(columns, loop, spectrum_time, name)
    kept = ~lost
    ordered = (
        "time" in rows and np.isfinite(rows["time"][kept]).all() and bool((np.diff(rows["time"][kept]) >= 0).all())
    )
    cycling = ordered and {"voltage", "current"} <= rows.keys()
    direct = kept & (frequency == 0)
    if direct.any() and not cycling:
        warn(f"{name}: zero frequency (DC) in {_rows(np.flatnonzero(direct))}; not part of a spectrum, left out")
    rows = {key: values[kept] for key, values in rows.items()}
    return history_from_rows(rows, attrs, loop=None if loop is None else loop[kept], cycling=cycling)


def _clock(
    columns: Mapping[str, Array], loop: npt.NDArray[np.int32] | None, spectrum_time: Array | None, name: str
) -> dict[str, Array]:
    """Times of the points, of the spectra, or none with a doubt."""
    if spectrum_time is not None:
        return {"spectrum_time": spectrum_time}
    time = columns.get("time")
    time = None if time is None else np.where(np.isfinite(time), time, np.nan)
    if time is None or not np.isfinite(time).any() or (time.size > 1 and not time.any()):
        return {}
    numbers = sweep_numbers(columns["frequency"], loop=loop)
    if not np.isfinite(time[numbers >= 0]).all():
        warn(f"{name}: times are missing in {_rows(np.flatnonzero((numbers >= 0) & ~np.isfinite(time)))}")
    count = int(numbers.max()) + 1
    sweeps = [time[numbers == sweep] for sweep in range(count)]
    if all(part.size > 1 and np.ptp(part) == 0 for part in sweeps):
        return {"spectrum_time": time}
    late = [float(np.nanmax(part)) if np.isfinite(part).any() else -np.inf for part in sweeps]
    early = [float(np.nanmin(part)) if np.isfinite(part).any() else np.inf for part in sweeps]
    if any(start < end for start, end in zip(early[1:], late[:-1], strict=True)):
        warn(f"{name}: the clock begins anew within {count} spectra, so nothing says when each was measured; left out")
        return {}
    starts = np.array([*early, np.nan])
    return {"time": time, "spectrum_time": starts[numbers]}


def _rows(rows: npt.NDArray[np.intp]) -> str:
    """``row 3``, ``rows 3, 4 and 17 more``."""
    shown = ", ".join(map(str, rows[:_NAMED_ROWS]))
    more = f" and {rows.size - _NAMED_ROWS} more" if rows.size > _NAMED_ROWS else ""
    return f"{'row' if rows.size == 1 else 'rows'} {shown}{more}"
