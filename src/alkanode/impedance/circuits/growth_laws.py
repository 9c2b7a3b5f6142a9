"""Laws of a growing resistance: straight in two numbers, with at most one time constant.

``R(t) = a + b phi(t; t0)``: for a given time constant a and b follow from a weighted straight line, so that the time
constant is the only number searched for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

Floats = npt.NDArray[np.float64]
Law = Literal["constant", "linear", "parabolic", "logarithmic", "saturation"]

_NODES = 200
"""Time constants tried before the best one is refined."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LawFit:
    """One law fitted to a resistance over time.

    Attributes
    ----------
    law
        Its name.
    start, rise
        a and b, ohm (b in ohm s-1 or ohm s-1/2 for laws without a time constant, 0 for the constant).
    time_constant
        t0, s; NaN for laws without one.
    parameters
        Fitted numbers.
    square_sum
        Mean of the squared weighted residuals.
    curve
        Resistance of the law at the times of the data, ohm, shape (sample,).
    """

    law: Law
    start: float
    rise: float
    time_constant: float
    parameters: int
    square_sum: float
    curve: Floats


SHAPES: dict[Law, Callable[[Floats, Floats], Floats]] = {
    "linear": lambda t, _: t,
    "parabolic": lambda t, _: np.sqrt(t),
    "logarithmic": lambda t, t0: np.log1p(t / t0),
    "saturation": lambda t, t0: -np.expm1(-t / t0),
}
"""phi(t; t0) of each law that moves."""

WITH_TIME_CONSTANT: frozenset[Law] = frozenset({"logarithmic", "saturation"})


def fit_law(law: Law, time: Floats, resistance: Floats, weight: Floats) -> LawFit:
    """Fit one law by weighted least squares.

    Parameters
    ----------
    law
        Name of the law.
    time
        s since growth began, not negative, shape (sample,).
    resistance, weight
        ohm, and one over its standard deviation (1/ohm), shape (sample,).
    """
    if law == "constant":
        mean = float(np.average(resistance, weights=weight**2))
        square = float(np.mean((weight * (resistance - mean)) ** 2))
        return LawFit(
            law=law,
            start=mean,
            rise=0.0,
            time_constant=float("nan"),
            parameters=1,
            square_sum=square,
            curve=np.full(time.size, mean),
        )
    constant = best_time_constant(law, time, resistance, weight) if law in WITH_TIME_CONSTANT else float("nan")
    starts, rises, squares, _ = straight(SHAPES[law](time, np.array(constant))[None, :], resistance, weight)
    curve = starts[0] + rises[0] * SHAPES[law](time, np.array(constant))
    return LawFit(
        law=law,
        start=float(starts[0]),
        rise=float(rises[0]),
        time_constant=constant,
        parameters=3 if law in WITH_TIME_CONSTANT else 2,
        square_sum=float(squares[0]) / time.size,
        curve=curve,
    )


def time_constants(time: Floats) -> Floats:
    """Time constants that samples can tell apart: from a third of the shortest step to ten times the whole time."""
    steps = np.diff(np.unique(time))
    return np.geomspace(steps.min() / 3, 10 * np.ptp(time), _NODES)


def best_time_constant(law: Law, time: Floats, resistance: Floats, weight: Floats) -> float:
    """The time constant with the smallest sum of squares: a grid, then Brent's method between its neighbours."""
    nodes = time_constants(time)

    def misfit(constants: Floats) -> Floats:
        return straight(SHAPES[law](time, constants[:, None]), resistance, weight)[2]

    best = int(np.argmin(misfit(nodes)))
    ends = np.log(nodes[[max(best - 1, 0), min(best + 1, nodes.size - 1)]])
    found = minimize_scalar(
        lambda u: float(misfit(np.exp(np.array([u])))[0]), bounds=tuple(ends), method="bounded", options={"xatol": 1e-6}
    )
    return float(np.exp(found.x))


def straight(shape: Floats, resistance: Floats, weight: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Weighted straight lines ``a + b phi`` for many shapes phi at once.

    Parameters
    ----------
    shape
        phi at the samples, shape (shape, sample).
    resistance, weight
        Shape (sample,).

    Returns
    -------
    start, rise, square_sum
        a, b and the sum of squared weighted residuals, shape (shape,).
    covariance
        Of (a, b) for unit variance of the weighted residuals, shape (shape, 2, 2).
    """
    w = weight**2
    total = w.sum()
    centre = (shape @ w) / total
    mean = float(resistance @ w) / total
    away = shape - centre[:, None]
    power = (away**2) @ w
    flat = power <= 1e-14 * np.maximum((shape**2) @ w, 1e-300)
    safe = np.where(flat, 1.0, power)
    rise = np.where(flat, 0.0, (away * w) @ (resistance - mean) / safe)
    start = mean - rise * centre
    residual = resistance - start[:, None] - rise[:, None] * shape
    covariance = np.empty((shape.shape[0], 2, 2))
    inverse = np.where(flat, 0.0, 1 / safe)
    covariance[:, 1, 1] = inverse
    covariance[:, 0, 1] = covariance[:, 1, 0] = -centre * inverse
    covariance[:, 0, 0] = 1 / total + centre**2 * inverse
    return start, rise, (residual**2) @ w, covariance
