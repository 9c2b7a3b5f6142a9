"""How a voltage settles after a current was switched: exponentials or the square-root law of diffusion.

With t since the switch and T the time that the current had flowed:

=================  ==============================================  ==========
model              V(t)                                            parameters
=================  ==============================================  ==========
``constant``       V0                                              1
``diffusion``      V0 + B (sqrt(t + T) - sqrt(t))                  2
``exponential``    V0 + A exp(-t/tau)                              3
``exponentials``   V0 + A1 exp(-t/tau1) + A2 exp(-t/tau2)          5
=================  ==============================================  ==========

``diffusion`` is the response of a semi-infinite layer to a current of constant flux (Cottrell's problem with constant
flux, superposed); for t << T it is a straight line in sqrt(t). For given time constants every model is linear, so only
those are searched: on a grid, then by a simplex.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from alkanode.numerics.model_choice import effective_samples, information, profile_limit, simplest, student

Floats = npt.NDArray[np.float64]

SETTLING = ("constant", "exponential")
RELAXING = ("constant", "diffusion", "exponential", "exponentials")

FEWEST = 8
"""Samples with which a model is fitted at all."""

_PARAMETERS = {"constant": 1, "diffusion": 2, "exponential": 3, "exponentials": 5}
_GRID = 60
_PAIR_GRID = 24
_LEAST_RATIO = 2.0  # of two time constants: closer ones are one
_WIDEST = 600.0  # of ln tau: a trace without any noise or any signal bounds nothing, and numbers end at e^709
_LONGEST = 3.0  # time constants beyond this multiple of the span are not told from a drift
_FINE = 1e-4  # misfit over range below which models are not told apart
_LEAST_EFFECTIVE = 10.0
_LEAST_LOAD = 1e-12  # s; a current of no duration leaves no gradient, and no zero to divide by
_MOST_SAMPLES = 4000
_NAN = float("nan")
_PAIR = (_NAN, _NAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decay:
    """How a voltage settles.

    Attributes
    ----------
    model
        Name of the model, or ``""`` where none could be fitted, with the ``reason``.
    final, final_interval
        V0 and its 95 % interval; an open end is infinite.
    time_constants, time_constant_intervals
        s, ascending; NaN where the model has none.
    amplitudes, amplitude_intervals
        V at t = 0, of each time constant; of ``diffusion`` B sqrt(T).
    residual
        Root mean square of data minus model, V.
    effective
        Independent samples that the residuals are worth.
    """

    model: str = ""
    reason: str = ""
    final: float = _NAN
    final_interval: tuple[float, float] = _PAIR
    time_constants: tuple[float, float] = _PAIR
    time_constant_intervals: tuple[tuple[float, float], tuple[float, float]] = (_PAIR, _PAIR)
    amplitudes: tuple[float, float] = _PAIR
    amplitude_intervals: tuple[tuple[float, float], tuple[float, float]] = (_PAIR, _PAIR)
    residual: float = _NAN
    effective: float = _NAN


def fit_decay(
    time: Floats, voltage: Floats, *, load_time: float, models: Sequence[str] = RELAXING, margin: float = 6.0
) -> Decay:
    """Fit the simplest model that a settling voltage supports.

    Parameters
    ----------
    time
        (sample,) s since the switch, ascending, not negative.
    voltage
        (sample,) V.
    load_time
        T, s.
    models
        Models to choose from.
    margin
        Bayesian information criterion by which a model must beat a simpler one.
    """
    if time.size < FEWEST or np.ptp(time) <= 0:
        return Decay(reason=f"{time.size} samples")
    time, voltage = _thinned(time, voltage)
    span = float(time[-1] - time[0])
    taus = {name: _search(name, time, voltage, load_time, span) for name in models}
    fits = {name: _linear(name, time, voltage, load_time, taus[name]) for name in models}
    squares = np.array([fit[2] for fit in fits.values()])
    best = list(fits.values())[int(np.argmin(squares))]
    effective = effective_samples(best[3])
    parameters = np.array([_PARAMETERS[name] for name in models])
    floor = _FINE * float(np.ptp(voltage))
    values = information(squares, parameters, max(effective, _LEAST_EFFECTIVE), floor)
    chosen = models[min(simplest(values, parameters, margin), key=lambda index: values[index])]
    return _described(chosen, time, voltage, load_time, taus[chosen], effective, span)


def decay_at(decay: Decay, time: npt.ArrayLike, load_time: float) -> Floats:
    """The fitted voltage at times t (s) since the switch; NaN where nothing was fitted."""
    t = np.asarray(time, dtype=float)
    path = np.full(t.shape, decay.final)
    if decay.model == "diffusion":
        spread = (np.sqrt(t + load_time) - np.sqrt(t)) / np.sqrt(max(load_time, _LEAST_LOAD))
        return np.asarray(path + decay.amplitudes[0] * spread)
    for tau, amplitude in zip(decay.time_constants, decay.amplitudes, strict=True):
        if np.isfinite(tau):
            path = path + amplitude * np.exp(-t / tau)
    return np.asarray(path)


def _thinned(time: Floats, voltage: Floats) -> tuple[Floats, Floats]:
    """At most some thousand samples, each the mean of its neighbours."""
    step = -(-time.size // _MOST_SAMPLES)
    if step == 1:
        return time, voltage
    edges = np.arange(0, time.size, step)
    counts = np.diff(np.append(edges, time.size))
    return np.add.reduceat(time, edges) / counts, np.add.reduceat(voltage, edges) / counts


def _columns(model: str, time: Floats, load_time: float, taus: Floats) -> Floats:
    """(sample, column) of the linear part."""
    one = np.ones_like(time)
    if model == "diffusion":
        scale = np.sqrt(max(load_time, _LEAST_LOAD))
        return np.stack([one, (np.sqrt(time + load_time) - np.sqrt(time)) / scale], axis=1)
    return np.stack([one, *(np.exp(-time / tau) for tau in taus)], axis=1)


def _linear(
    model: str, time: Floats, voltage: Floats, load_time: float, taus: Floats
) -> tuple[Floats, Floats, float, Floats]:
    """Coefficients, design, mean square and residual at given time constants."""
    design = _columns(model, time, load_time, taus)
    coefficients, *_ = np.linalg.lstsq(design, voltage, rcond=None)
    residual = voltage - design @ coefficients
    return np.asarray(coefficients, dtype=np.float64), design, float(np.mean(residual**2)), residual


def _grid(time: Floats, span: float, count: int) -> Floats:
    steps = np.diff(time)
    shortest = max(float(np.min(steps[steps > 0])), 1e-4 * span)
    return np.geomspace(min(shortest, 0.1 * span), _LONGEST * span, count)


def _search(model: str, time: Floats, voltage: Floats, load_time: float, span: float) -> Floats:
    """Time constants (ascending) with the least mean square; empty for a model without."""
    if model == "exponential":
        grid = _grid(time, span, _GRID)
        squares = _squares(time, voltage, grid)
        return _refined(model, time, voltage, load_time, grid[[int(np.argmin(squares))]], grid)
    if model == "exponentials":
        grid = _grid(time, span, _PAIR_GRID)
        first, second = np.triu_indices(grid.size, k=1)
        apart = grid[second] >= _LEAST_RATIO * grid[first]
        first, second = first[apart], second[apart]
        design = np.concatenate([np.ones((time.size, 1)), np.exp(-time[:, None] / grid)], axis=1)
        gram, right = design.T @ design, design.T @ (voltage - voltage.mean())
        index = np.stack([np.zeros_like(first), first + 1, second + 1], axis=1)
        normal = gram[index[:, :, None], index[:, None, :]] + 1e-12 * time.size * np.eye(3)
        solved = np.linalg.solve(normal, right[index][:, :, None])[:, :, 0]
        gain = np.sum(solved * right[index], axis=1)
        best = int(np.argmax(gain))
        return _refined(model, time, voltage, load_time, grid[[first[best], second[best]]], grid)
    return np.zeros(0)


def _squares(time: Floats, voltage: Floats, taus: Floats) -> Floats:
    """(tau,) mean square of one exponential for each time constant."""
    shape = np.exp(-time[:, None] / taus)
    shape = shape - shape.mean(axis=0)
    centred = voltage - voltage.mean()
    power = np.sum(shape**2, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where(power > 0, (centred @ shape) ** 2 / power, 0.0)
    return np.asarray(np.maximum(centred @ centred - gain, 0.0) / time.size)


def _refined(model: str, time: Floats, voltage: Floats, load_time: float, start: Floats, grid: Floats) -> Floats:
    low, high = np.log(grid[0]), np.log(grid[-1])

    def square(logs: Floats) -> float:
        return _linear(model, time, voltage, load_time, np.exp(np.clip(logs, low, high)))[2]

    first = square(np.log(start))
    found = minimize(
        square, np.log(start), method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-7 * first, "maxiter": 200}
    )
    better = found.x if found.fun <= first else np.log(start)
    return np.sort(np.exp(np.clip(better, low, high)))


def _described(
    model: str, time: Floats, voltage: Floats, load_time: float, taus: Floats, effective: float, span: float
) -> Decay:
    """Numbers of the chosen model with intervals."""
    coefficients, design, square, residual = _linear(model, time, voltage, load_time, taus)
    effective = min(effective, effective_samples(residual)) if square > 0 else effective
    size = _PARAMETERS[model]
    derivatives = [
        coefficients[index + 1] * (time / tau) * np.exp(-time / tau) for index, tau in enumerate(taus)
    ]  # with respect to ln tau
    jacobian = np.concatenate([design, *(column[:, None] for column in derivatives)], axis=1)
    free = max(time.size - size, 1)
    spread = np.sqrt(
        np.maximum(np.diag(np.linalg.pinv(jacobian.T @ jacobian)), 0.0)
        * square
        * time.size
        / free
        * time.size
        / effective
    )
    half = student(effective, size) * spread
    final = float(coefficients[0])
    final_interval = (final - float(half[0]), final + float(half[0]))
    columns = len(coefficients)
    widths = np.minimum(half[columns:], _WIDEST)
    tau_intervals = [
        (float(tau * np.exp(-width)), float(tau * np.exp(width))) for tau, width in zip(taus, widths, strict=True)
    ]
    if model == "exponential":
        (low, high), (short, long) = _profile(time, voltage, taus, coefficients, square, effective, span)
        final_interval = (min(low, final_interval[0]), max(high, final_interval[1]))
        tau_intervals = [(min(short, tau_intervals[0][0]), max(long, tau_intervals[0][1]))]
    amplitudes = [
        (float(a), (float(a - h), float(a + h))) for a, h in zip(coefficients[1:], half[1:columns], strict=True)
    ]
    amplitudes += [(_NAN, _PAIR)] * (2 - len(amplitudes))
    constants = [*taus.tolist(), _NAN, _NAN]
    tau_intervals += [_PAIR] * (2 - len(tau_intervals))
    drifting = model == "exponential" and taus[0] > 0.99 * _LONGEST * span
    return Decay(
        model=model,
        reason="drifts on without settling" if drifting else "",
        final=_NAN if drifting else final,
        final_interval=final_interval,
        time_constants=(constants[0], constants[1]),
        time_constant_intervals=(tau_intervals[0], tau_intervals[1]),
        amplitudes=(amplitudes[0][0], amplitudes[1][0]),
        amplitude_intervals=(amplitudes[0][1], amplitudes[1][1]),
        residual=float(np.sqrt(square)),
        effective=effective,
    )


def _profile(
    time: Floats,
    voltage: Floats,
    taus: Floats,
    coefficients: Floats,
    square: float,
    effective: float,
    span: float,
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Profile intervals of the final voltage and the time constant: an extrapolation is not symmetric.

    Where the longest time constant that is tried cannot be excluded, the time constant is open above, and the final
    voltage open in the direction of the drift.
    """
    grid = np.unique(np.append(_grid(time, span, 4 * _GRID), taus))
    inside = grid[_squares(time, voltage, grid) <= square * profile_limit(effective)]
    inside = np.append(inside, taus)
    ends = np.array([_linear("exponential", time, voltage, 0.0, np.array([tau]))[0][0] for tau in inside])
    conditional = float(np.sqrt(square / effective)) * student(effective, 2)
    low, high = float(ends.min()) - conditional, float(ends.max()) + conditional
    longest = float(inside.max())
    if longest >= grid[-1]:
        longest = float("inf")
        low, high = (low, float("inf")) if coefficients[1] < 0 else (-float("inf"), high)
    return (low, high), (float(inside.min()), longest)
