"""Checks of impedance spectra before any analysis: repaired, masked with a reason, or noted; never silent.

An impedance exists for a cell whose state does not change while it is measured. A sweep during which the DC voltage
moves farther than the AC amplitude reaches has no single operating point: its points belong to states farther apart
than the excursion over which the response was taken as linear, and it is masked.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.validity.findings import Findings
from alkanode.impedance.validity.kramers_kronig import linear_fit
from alkanode.impedance.validity.sweep_order import descending, repeated_points, split_sweeps

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]

_FEWEST_POINTS = 8
_FEWEST_DECADES = 2.0
_REPEATS_AGREE = 0.05  # of |Z|: repeats farther apart than this were not taken in one state
_DECISIVE = 0.5  # ratio of Kramers-Kronig residuals that decides the sign of the imaginary part
_DOUBTED = 0.5  # of the drift limit: noted, not masked


@dataclass(slots=True)
class _Sweep:
    """One sweep of the result: the spectrum it comes from, the rows behind each point, and all rows it was measured in."""

    spectrum: int
    part: int
    rows: list[IndexArray]
    reasons: list[str] = field(default_factory=list)
    flipped: bool = False
    whole: IndexArray = field(default_factory=lambda: np.zeros(0, dtype=np.intp))


def check_spectra(
    record: RecordLike, *, drift_limit: float = 1.0, frequency_range: tuple[float, float] = (0.0, np.inf)
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
    Repaired: rows without frequency or impedance, with zero impedance or a frequency that is not positive (zero is a DC
    row) are dropped by number; sweeps stored behind each other become spectra of their own (``time`` from
    ``point_time``; ``charge`` unknown from the second on); shuffled points are sorted; repeats of one frequency that
    agree within 5 % of |Z| are averaged; an imaginary part of the wrong sign is flipped when most of it is positive and
    the opposite sign halves the Kramers-Kronig residual.
    Masked: drift, fewer than 8 points or 2 decades, constant impedance, repeats that disagree, undecidable sign.
    Noted: negative real parts, drift from half of the limit on.
    """
    record = check(record, "impedance")
    if not (np.isfinite(drift_limit) and drift_limit > 0):
        raise SchemaError("drift_limit must be positive", found=repr(drift_limit))
    if not frequency_range[0] < frequency_range[1]:
        raise SchemaError("frequency_range must be (lowest, highest) in Hz", found=repr(frequency_range))
    findings = Findings()
    sweeps = _ordered_sweeps(record, frequency_range, findings)
    result = _gather(record, sweeps)
    for position, sweep in enumerate(sweeps):
        _judge_shape(result, position, sweep, findings)
    _flip(result, sweeps)
    drift = _judge_drift(record, sweeps, drift_limit, findings)
    earlier = result["masked"].to_numpy() if "masked" in result else np.zeros(len(sweeps), dtype=bool)
    told = result["mask_reason"].to_numpy() if "mask_reason" in result else np.full(len(sweeps), "")
    reasons = [
        "; ".join(dict.fromkeys([part for part in str(old).split("; ") if part] + sweep.reasons))
        for old, sweep in zip(told, sweeps, strict=True)
    ]
    result["voltage_drift"] = ("spectrum", drift)
    result["masked"] = ("spectrum", earlier | np.array([bool(sweep.reasons) for sweep in sweeps], dtype=bool))
    result["mask_reason"] = ("spectrum", np.array(reasons, dtype=str))
    findings.warn(len(sweeps), stacklevel=3)
    lines = [line for line in str(record.attrs.get("checks", "")).split("\n") if line]
    result.attrs["checks"] = "\n".join(dict.fromkeys(lines + findings.lines()))
    return label(result, "impedance")


def _ordered_sweeps(record: xr.Dataset, keep: tuple[float, float], findings: Findings) -> list[_Sweep]:
    """Usable rows of every sweep in order of falling frequency, repeats together."""
    sweeps: list[_Sweep] = []
    stored = zip(record["frequency"].to_numpy(), record["impedance"].to_numpy(), strict=True)
    for spectrum, (frequency, impedance) in enumerate(stored):
        position = len(sweeps)
        rows = _usable_rows(frequency, impedance, position, findings)
        kept = rows[(frequency[rows] >= keep[0]) & (frequency[rows] <= keep[1])]
        if kept.size < rows.size:
            limits = f"{keep[0]:g} to {keep[1]:g} Hz"
            findings.add(position, "points outside the chosen frequency range were dropped", limits, doubt=False)
            measured, rows = rows, kept
        else:
            measured = rows
        parts = split_sweeps(frequency[rows]) if rows.size else [rows]
        for part, chosen in enumerate(parts):
            here = rows[chosen] if rows.size else rows
            if len(parts) > 1:
                detail = f"part {part + 1} of {len(parts)} of stored spectrum {spectrum}"
                findings.add(position + part, "several sweeps in one spectrum were split", detail)
            sweep = _Sweep(spectrum, part, [], whole=measured if len(parts) == 1 else here)
            sweeps.append(_one_sweep(frequency, impedance, here, sweep, position + part, findings))
    return sweeps


def _usable_rows(
    frequency: FloatArray, impedance: npt.NDArray[np.complex128], position: int, findings: Findings
) -> IndexArray:
    has_frequency, has_impedance = np.isfinite(frequency), np.isfinite(impedance)
    filled = np.flatnonzero(has_frequency | has_impedance)
    stored = np.arange(frequency.size) <= (filled[-1] if filled.size else -1)
    incomplete = stored & ~(has_frequency & has_impedance)
    direct = stored & ~incomplete & ~(frequency > 0)
    empty = stored & ~incomplete & ~direct & (impedance == 0)
    for wrong, kind in (
        (incomplete, "rows without frequency or impedance were dropped"),
        (direct, "rows at zero or negative frequency (DC) were dropped"),
        (empty, "rows of zero impedance were dropped"),
    ):
        if wrong.any():
            findings.add(position, kind, f"rows {', '.join(map(str, np.flatnonzero(wrong)))}")
    return np.flatnonzero(stored & ~incomplete & ~direct & ~empty)


def _one_sweep(
    frequency: FloatArray,
    impedance: npt.NDArray[np.complex128],
    rows: IndexArray,
    sweep: _Sweep,
    position: int,
    findings: Findings,
) -> _Sweep:
    if rows.size == 0:
        _mask(sweep, position, findings, "no usable points")
        return sweep
    order, monotone = descending(frequency[rows])
    if not monotone:
        findings.add(position, "points out of frequency order were sorted")
    elif frequency[rows[0]] < frequency[rows[-1]]:
        findings.add(position, "ascending frequency was reversed", doubt=False)
    rows = rows[order]
    point = repeated_points(frequency[rows])
    sweep.rows = np.split(rows, np.flatnonzero(np.diff(point)) + 1)
    repeats = [group for group in sweep.rows if group.size > 1]
    if repeats:
        spread = max(
            float(np.ptp(np.abs(impedance[g] - impedance[g[0]])) / np.abs(impedance[g]).mean()) for g in repeats
        )
        if spread > _REPEATS_AGREE:
            detail = f"repeats of one frequency differ by {spread:.0%} of |Z|"
            _mask(sweep, position, findings, "repeated points disagree", detail)
        else:
            findings.add(position, "repeats of one frequency were averaged", f"{len(repeats)} frequencies")
    return sweep


def _mask(sweep: _Sweep, position: int, findings: Findings, kind: str, reason: str = "") -> None:
    sweep.reasons.append(reason or kind)
    findings.add(position, f"masked, {kind}", reason)


def _gather(record: xr.Dataset, sweeps: list[_Sweep]) -> xr.Dataset:
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
    values: npt.NDArray[np.generic], origin: IndexArray, first: IndexArray, sweeps: list[_Sweep]
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


def _place_later_parts(variables: dict[str, xr.Variable], sweeps: list[_Sweep]) -> None:
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


def _judge_shape(result: xr.Dataset, position: int, sweep: _Sweep, findings: Findings) -> None:
    """Length, range, constancy, sign of the imaginary part, negative real parts."""
    count = len(sweep.rows)
    if count == 0:
        return
    frequency = result["frequency"].to_numpy()[position, :count]
    impedance = result["impedance"].to_numpy()[position, :count]
    decades = float(np.log10(frequency[0] / frequency[-1]))
    if count < _FEWEST_POINTS:
        _mask(sweep, position, findings, f"fewer than {_FEWEST_POINTS} points", f"{count} points")
        return
    if decades < _FEWEST_DECADES:
        _mask(
            sweep, position, findings, f"less than {_FEWEST_DECADES:g} decades", f"{decades:.2g} decades of frequency"
        )
        return
    if np.ptp(impedance.real) + np.ptp(impedance.imag) <= 1e-6 * np.abs(impedance).mean():
        _mask(sweep, position, findings, "constant impedance")
        return
    if (impedance.imag > 0).mean() > 0.5:
        _judge_sign(frequency, impedance, position, sweep, findings)
    negative = np.flatnonzero(impedance.real < 0)
    if negative.size:
        leading = negative.size == negative[-1] + 1 < count
        findings.add(
            position,
            "negative real part at the highest frequencies, as three-electrode cells show; kept"
            if leading
            else "negative real part not only at the highest frequencies; kept",
        )


def _judge_sign(
    frequency: FloatArray, impedance: npt.NDArray[np.complex128], position: int, sweep: _Sweep, findings: Findings
) -> None:
    both = np.stack([impedance, impedance.conj()])
    stored, opposite = linear_fit(frequency, both, elements="auto", mu_limit=0.85).rms
    detail = f"Kramers-Kronig residual {stored:.2%} as stored, {opposite:.2%} with the other sign"
    if opposite < _DECISIVE * stored:
        sweep.flipped = True
        findings.add(position, "imaginary part of the wrong sign was flipped", detail)
    elif stored < _DECISIVE * opposite:
        findings.add(position, "mostly inductive; the sign of the imaginary part was kept", detail)
    else:
        _mask(sweep, position, findings, "sign of the imaginary part cannot be decided", detail)


def _flip(result: xr.Dataset, sweeps: list[_Sweep]) -> None:
    flipped = np.array([sweep.flipped for sweep in sweeps], dtype=bool)
    for name in ("impedance", "counter_impedance"):
        if name in result and flipped.any():
            values = result[name].to_numpy().copy()
            values[flipped] = values[flipped].conj()
            result[name] = (("spectrum", "point"), values)


def _judge_drift(record: xr.Dataset, sweeps: list[_Sweep], limit: float, findings: Findings) -> FloatArray:
    """Largest minus smallest mean voltage of every sweep, V, points left out by choice included; masks beyond the limit."""
    drift = np.full(len(sweeps), np.nan)
    if "voltage" not in record:
        return drift
    voltages = record["voltage"].to_numpy()
    amplitudes = (
        record["voltage_amplitude"].to_numpy() if "voltage_amplitude" in record else np.full(voltages.shape, np.nan)
    )
    for position, sweep in enumerate(sweeps):
        voltage, amplitude = (values[sweep.spectrum, sweep.whole] for values in (voltages, amplitudes))
        if not np.isfinite(voltage).any():
            continue
        drift[position] = np.ptp(voltage[np.isfinite(voltage)])
        strengths = np.abs(amplitude[np.isfinite(amplitude)])
        largest = strengths.max(initial=0.0)
        if largest == 0:
            continue
        detail = f"{drift[position] * 1e3:.0f} mV against {largest * 1e3:.0f} mV of AC amplitude"
        if drift[position] > limit * largest:
            reason = f"voltage drifts by {detail}"
            _mask(sweep, position, findings, "voltage drift within the sweep", reason)
        elif drift[position] > _DOUBTED * limit * largest:
            findings.add(position, "voltage drift near the limit; kept", detail)
    return drift
