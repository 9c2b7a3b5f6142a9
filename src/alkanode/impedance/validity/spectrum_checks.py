"""Verdicts on one sweep: length, range, constancy, sign of the imaginary part, negative real parts, time, drift."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.impedance.validity.chain_length import linear_fit
from alkanode.impedance.validity.check_limits import CheckLimits
from alkanode.impedance.validity.findings import Findings
from alkanode.impedance.validity.stored_sweep import StoredSweep

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

_CONSTANT = 1e-6  # of |Z|: what rounding leaves of a constant
_LONG = 0.2  # of the duration of a sweep: a pause that counts


def judge_shape(
    frequency: FloatArray,
    impedance: ComplexArray,
    position: int,
    sweep: StoredSweep,
    findings: Findings,
    limits: CheckLimits,
) -> None:
    """Length, range, constancy, sign of the imaginary part, negative real parts of points in order of falling frequency."""
    count = frequency.size
    if count == 0:
        return
    decades = float(np.log10(frequency[0] / frequency[-1]))
    if count < limits.fewest_points:
        kind = f"fewer than {limits.fewest_points} points"
        sweep.mask(position, findings, kind, f"{count} points, fewer than {limits.fewest_points}")
        return
    if decades < limits.fewest_decades:
        kind = f"less than {limits.fewest_decades:g} decades"
        sweep.mask(position, findings, kind, f"{decades:.2g} decades of frequency, less than {limits.fewest_decades:g}")
        return
    if np.ptp(impedance.real) + np.ptp(impedance.imag) <= _CONSTANT * np.abs(impedance).mean():
        sweep.mask(position, findings, "constant impedance")
        return
    if (impedance.imag > 0).mean() > 0.5:
        _judge_sign(frequency, impedance, position, sweep, findings, limits.sign_ratio)
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
    frequency: FloatArray, impedance: ComplexArray, position: int, sweep: StoredSweep, findings: Findings, ratio: float
) -> None:
    both = np.stack([impedance, impedance.conj()])
    stored, opposite = linear_fit(frequency, both, elements="auto", mu_limit=0.85).rms
    detail = f"Kramers-Kronig residual {stored:.2%} as stored, {opposite:.2%} with the other sign"
    if opposite < ratio * stored:
        sweep.flipped = True
        findings.add(position, "imaginary part of the wrong sign was flipped", detail)
    elif stored < ratio * opposite:
        findings.add(position, "mostly inductive; the sign of the imaginary part was kept", detail)
    else:
        sweep.mask(position, findings, "sign of the imaginary part cannot be decided", detail)


def judge_times(times: FloatArray, position: int, findings: Findings, pause: float) -> None:
    """Whether times follow the order of frequencies, and whether the sweep was interrupted; times in that order, s."""
    if times.size < 3 or not np.isfinite(times).all():
        return
    steps = np.diff(times)
    if (steps < 0).any() and (steps > 0).any():
        findings.add(position, "time stamps disagree with the order of frequencies; each point keeps its time")
        return
    steps = np.abs(steps)
    before, after = np.append(0.0, steps[:-1]), np.append(steps[1:], 0.0)
    waited = np.flatnonzero((steps > pause * np.maximum(before, after)) & (steps > _LONG * steps.sum()))
    if waited.size:
        detail = ", ".join(f"{steps[k]:.3g} s after point {k}" for k in waited)
        findings.add(position, "the sweep was interrupted; kept", detail)


def judge_drift(
    record: xr.Dataset, sweeps: list[StoredSweep], limit: float, noted: float, findings: Findings
) -> FloatArray:
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
            sweep.mask(position, findings, "voltage drift within the sweep", f"voltage drifts by {detail}")
        elif drift[position] > noted * limit * largest:
            findings.add(position, "voltage drift near the limit; kept", detail)
    return drift
