"""Checks of impedance spectra before any analysis: repaired, masked with a reason, or noted; never silent.

An impedance exists for a cell whose state does not change while it is measured. A sweep during which the DC voltage
moves farther than the AC amplitude reaches has no single operating point: its points belong to states farther apart
than the excursion over which the response was taken as linear, and it is masked.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.validity.check_limits import CheckLimits
from alkanode.impedance.validity.findings import Findings
from alkanode.impedance.validity.series_checks import judge_grids, judge_units
from alkanode.impedance.validity.spectrum_checks import judge_drift, judge_shape, judge_times
from alkanode.impedance.validity.stored_rows import overloaded, usable_rows
from alkanode.impedance.validity.stored_sweep import StoredSweep
from alkanode.impedance.validity.sweep_order import descending, order_of_measurement, repeated_points, split_sweeps

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]
IndexArray = npt.NDArray[np.intp]

_MIXED = 0.5  # share of frequencies that come twice from which rows of several sweeps are mixed


def check_spectra(
    record: RecordLike,
    *,
    drift_limit: float = 1.0,
    frequency_range: tuple[float, float] = (0.0, np.inf),
    limits: CheckLimits | None = None,
) -> xr.Dataset:
    """Put spectra in canonical order, repair what can be repaired, mask what is no impedance, and say so.

    Parameters
    ----------
    record
        Impedance record: ``frequency`` (Hz) and ``impedance`` (ohm) over (spectrum, point), with ``voltage`` (mean, V)
        and ``voltage_amplitude`` (V) where the instrument stored them.
    drift_limit
        A sweep is masked when its mean voltage moves by more than this multiple of the largest AC voltage amplitude
        of the sweep. Default 1: the operating point then leaves the range over which the AC response was taken as
        linear. From half of it on the drift is noted. Without ``voltage_amplitude`` nothing is masked for drift.
    frequency_range
        Lowest and highest frequency to keep, Hz; the default keeps everything. Points outside are dropped and recorded,
        for example ``(0, 1e5)`` where the reference electrode spoils the points above.
    limits
        All other limits with their reasons: :class:`CheckLimits`. They are stored in ``attrs["limits"]``.

    Returns
    -------
    Dataset
        The same kind, descending in frequency, padded with NaN, plus ``original_point`` (row in the spectrum of the
        input, -1 where there is no point) over (spectrum, point), and over spectrum ``masked``, ``mask_reason``
        (empty where not masked), ``voltage_drift`` (V, NaN without ``voltage``). ``attrs["checks"]`` holds one line per
        finding. A mask and a reason already there are kept.

    Raises
    ------
    SchemaError
        For a record of another kind, a limit that is not positive, or an empty frequency range.

    Warns
    -----
    DataQualityWarning
        Once per kind of repair, mask or doubt. Reversing an ascending sweep is only recorded.

    Notes
    -----
    Repaired: rows without frequency or impedance, with zero or overflowing impedance, a frequency that is not positive (zero
    is a DC row), or a |Z| five times above its neighbourhood (overload) are dropped by number; sweeps stored behind each
    other become spectra of their own, told apart by turns and jumps of the frequency, in the order of ``point_time`` where
    rows were shuffled (``time`` from ``point_time``; ``charge`` unknown from the second on); shuffled points are sorted;
    repeats of one frequency within one sweep that agree within 5 % of |Z| are averaged; an imaginary part of the wrong sign
    is flipped when most of it is positive and the opposite sign halves the Kramers-Kronig residual.
    Masked: drift, fewer than 8 points or 2 decades, constant impedance, repeats that disagree, rows of several sweeps that
    cannot be told apart, undecidable sign.
    Noted: negative real parts, drift from half of the limit on, time stamps that contradict the order of frequencies, pauses
    within a sweep, other frequencies than the first spectrum, a factor of a thousand between neighbours at all frequencies
    (ohm and kohm mixed). A factor near one, as between ohm and ohm cm2, cannot be told from the data.
    Single points that contradict the others are named by :func:`kramers_kronig`; drift of the impedance itself is measured by
    :func:`sweep_drift`.
    """
    record = check(record, "impedance")
    if not (np.isfinite(drift_limit) and drift_limit > 0):
        raise SchemaError("drift_limit must be positive", found=repr(drift_limit))
    if not frequency_range[0] < frequency_range[1]:
        raise SchemaError("frequency_range must be (lowest, highest) in Hz", found=repr(frequency_range))
    chosen = limits or CheckLimits()
    findings = Findings()
    sweeps = _ordered_sweeps(record, frequency_range, findings, chosen)
    result = _gather(record, sweeps)
    frequency, impedance = result["frequency"].to_numpy(), result["impedance"].to_numpy()
    times = result["point_time"].to_numpy() if "point_time" in result else np.full(frequency.shape, np.nan)
    for position, sweep in enumerate(sweeps):
        here = position, slice(0, len(sweep.rows))
        judge_shape(frequency[here], impedance[here], position, sweep, findings, chosen)
        judge_times(times[here], position, findings, chosen.pause)
    _flip(result, sweeps)
    drift = judge_drift(record, sweeps, drift_limit, chosen.drift_noted, findings)
    earlier = result["masked"].to_numpy() if "masked" in result else np.zeros(len(sweeps), dtype=bool)
    told = result["mask_reason"].to_numpy() if "mask_reason" in result else np.full(len(sweeps), "")
    reasons = [
        "; ".join(dict.fromkeys([part for part in str(old).split("; ") if part] + sweep.reasons))
        for old, sweep in zip(told, sweeps, strict=True)
    ]
    result["voltage_drift"] = ("spectrum", drift)
    result["masked"] = ("spectrum", earlier | np.array([bool(sweep.reasons) for sweep in sweeps], dtype=bool))
    result["mask_reason"] = ("spectrum", np.array(reasons, dtype=str))
    unmasked = np.flatnonzero(~result["masked"].to_numpy())
    judge_units(frequency, impedance, unmasked, chosen.unit_jump, findings)
    judge_grids(frequency, unmasked, findings)
    findings.warn(len(sweeps), stacklevel=3)
    lines = [line for line in str(record.attrs.get("checks", "")).split("\n") if line]
    result.attrs["checks"] = "\n".join(dict.fromkeys(lines + findings.lines()))
    result.attrs["limits"] = f"drift_limit={drift_limit:g}, frequency_range={frequency_range}, {chosen}"
    return label(result, "impedance")


def _ordered_sweeps(
    record: xr.Dataset, keep: tuple[float, float], findings: Findings, limits: CheckLimits
) -> list[StoredSweep]:
    """Usable rows of every sweep in order of falling frequency, repeats together."""
    sweeps: list[StoredSweep] = []
    frequencies, impedances = record["frequency"].to_numpy(), record["impedance"].to_numpy()
    times = record["point_time"].to_numpy() if "point_time" in record else np.full(frequencies.shape, np.nan)
    for spectrum, (frequency, impedance) in enumerate(zip(frequencies, impedances, strict=True)):
        position = len(sweeps)
        rows = usable_rows(frequency, impedance, position, findings)
        kept = rows[(frequency[rows] >= keep[0]) & (frequency[rows] <= keep[1])]
        if kept.size < rows.size:
            limited = f"{keep[0]:g} to {keep[1]:g} Hz"
            findings.add(position, "points outside the chosen frequency range were dropped", limited, doubt=False)
            measured, rows = rows, kept
        else:
            measured = rows
        rows = rows[order_of_measurement(frequency[rows], times[spectrum, rows])]
        parts = split_sweeps(frequency[rows]) if rows.size else [rows]
        for part, chosen in enumerate(parts):
            here = rows[chosen] if rows.size else rows
            if len(parts) > 1:
                detail = f"part {part + 1} of {len(parts)} of stored spectrum {spectrum}"
                findings.add(position + part, "several sweeps in one spectrum were split", detail)
            sweep = StoredSweep(spectrum, part, whole=measured if len(parts) == 1 else here)
            sweeps.append(sweep)
            _put_in_order(frequency, impedance, np.sort(here), sweep, position + part, findings, limits)
    return sweeps


def _put_in_order(
    frequency: FloatArray,
    impedance: ComplexArray,
    rows: IndexArray,
    sweep: StoredSweep,
    position: int,
    findings: Findings,
    limits: CheckLimits,
) -> None:
    """Order the rows of one sweep, take out overloads, gather repeats."""
    if rows.size == 0:
        sweep.mask(position, findings, "no usable points")
        return
    order, monotone = descending(frequency[rows])
    if not monotone:
        findings.add(position, "points out of frequency order were sorted")
    elif frequency[rows[0]] < frequency[rows[-1]]:
        findings.add(position, "ascending frequency was reversed", doubt=False)
    rows = rows[order]
    wrong = overloaded(impedance[rows], limits.overload)
    if wrong.any():
        detail = f"rows {', '.join(map(str, np.sort(rows[wrong])))}"
        findings.add(position, "overloaded points were dropped", detail)
        rows = rows[~wrong]
    point = repeated_points(frequency[rows])
    sweep.rows = np.split(rows, np.flatnonzero(np.diff(point)) + 1)
    repeats = [group for group in sweep.rows if group.size > 1]
    if not repeats:
        return
    spread = max(float(np.ptp(np.abs(impedance[g] - impedance[g[0]])) / np.abs(impedance[g]).mean()) for g in repeats)
    if len(repeats) > _MIXED * len(sweep.rows):
        detail = f"{len(repeats)} of {len(sweep.rows)} frequencies come several times, in no order of sweeps"
        sweep.mask(position, findings, "rows of several sweeps are mixed", detail)
    elif spread > limits.repeats_agree:
        detail = f"repeats of one frequency differ by {spread:.0%} of |Z|"
        sweep.mask(position, findings, "repeated points disagree", detail)
    else:
        findings.add(position, "repeats of one frequency were averaged", f"{len(repeats)} frequencies")


def _gather(record: xr.Dataset, sweeps: list[StoredSweep]) -> xr.Dataset:
    """The record with its points in the new order; repeats averaged, missing points NaN."""
    length = max((len(sweep.rows) for sweep in sweeps), default=0)
    origin = np.array([sweep.spectrum for sweep in sweeps], dtype=np.intp)
    first = np.full((len(sweeps), length), -1, dtype=np.int64)
    for position, sweep in enumerate(sweeps):
        first[position, : len(sweep.rows)] = [group[0] for group in sweep.rows]
    variables: dict[str, xr.Variable] = {}
    for name, variable in record.variables.items():
        if name == "point" or (name == "spectrum" and any(sweep.part for sweep in sweeps)):
            continue
        if variable.dims == ("spectrum", "point"):
            values = _points(variable.to_numpy(), origin, first, sweeps)
        elif variable.dims == ("spectrum",):
            values = variable.to_numpy()[origin]
        else:
            variables[str(name)] = variable
            continue
        variables[str(name)] = xr.Variable(variable.dims, values, variable.attrs)
    _place_later_parts(variables, sweeps)
    result = xr.Dataset(variables, attrs=dict(record.attrs))
    result = result.set_coords([str(name) for name in record.coords if str(name) in variables])
    result["original_point"] = (("spectrum", "point"), first)
    return result


def _points(
    values: npt.NDArray[np.generic], origin: IndexArray, first: IndexArray, sweeps: list[StoredSweep]
) -> npt.NDArray[np.generic]:
    present = first >= 0
    if not np.issubdtype(values.dtype, np.number):
        return values[origin[:, None], np.where(present, first, 0)]
    floating = values.astype(np.result_type(values.dtype, np.float64))
    missing = np.nan + 1j * np.nan if np.iscomplexobj(floating) else np.nan
    if not present.size:
        return np.full(first.shape, missing, dtype=floating.dtype)
    gathered = np.where(present, floating[origin[:, None], np.where(present, first, 0)], missing)
    for position, sweep in enumerate(sweeps):
        for point, group in enumerate(sweep.rows):
            if group.size > 1:
                gathered[position, point] = floating[sweep.spectrum, group].mean()
    return np.asarray(gathered, dtype=floating.dtype)


def _place_later_parts(variables: dict[str, xr.Variable], sweeps: list[StoredSweep]) -> None:
    """Time of a split sweep from its points; its charge is unknown."""
    for position, sweep in enumerate(sweeps):
        if sweep.part == 0:
            continue
        for name in ("time", "charge"):
            if name in variables:
                values = variables[name].to_numpy().astype(np.float64)
                stamped = name == "time" and "point_time" in variables and len(sweep.rows) > 0
                values[position] = np.nanmin(variables["point_time"].to_numpy()[position]) if stamped else np.nan
                variables[name] = xr.Variable(("spectrum",), values, variables[name].attrs)


def _flip(result: xr.Dataset, sweeps: list[StoredSweep]) -> None:
    flipped = np.array([sweep.flipped for sweep in sweeps], dtype=bool)
    for name in ("impedance", "counter_impedance"):
        if name in result and flipped.any():
            values = result[name].to_numpy().copy()
            values[flipped] = values[flipped].conj()
            result[name] = (("spectrum", "point"), values)
