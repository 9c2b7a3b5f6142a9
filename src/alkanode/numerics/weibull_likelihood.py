"""Log-likelihood of a Weibull law whose values are known as intervals, and the way to its maximum.

With z = (x / scale)^shape the probability of a value up to x is F = 1 - exp(-z), and an interval (a, b] adds
log(F(b) - F(a)) to the log-likelihood; a value that is known exactly adds the logarithm of its density. In the
coordinates shape and offset = shape ln(scale), ln z is linear and the log-likelihood is concave (the density of ln x is
log-concave), so that Newton's method with damping finds the only maximum, where there is one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from alkanode.foundation.errors import ConvergenceError

Floats = npt.NDArray[np.float64]

SHAPES = (0.05, 500.0)
"""Shapes between which a maximum is looked for. Below, values would scatter over tens of decades; above, within 1 %."""

ITERATIONS = 200
"""Newton steps; some ten are needed."""

GRID = 400
"""Places of the search along a direction; the log-likelihood is concave, so that its best neighbour holds the maximum."""

LARGEST = 700.0
"""Largest exponent whose exponential is a number."""


NARROWEST = 1e-150
"""Smallest difference of z over an interval, so that the square of its inverse is a number."""


class Likelihood:
    """Log-likelihood with gradient and curvature in (shape, offset) of values in units of their geometric mean."""

    def __init__(self, lower: Floats, upper: Floats) -> None:
        known = np.concatenate([lower[lower > 0], upper[np.isfinite(upper)]])
        self.unit = float(np.exp(np.mean(np.log(known))))
        exact = lower == upper
        with np.errstate(divide="ignore"):
            self.exact = np.log(lower[exact] / self.unit)
            self.low = np.log(lower[~exact] / self.unit)
            self.high = np.log(upper[~exact] / self.unit)

    def value(self, shape: float, offset: float) -> float:
        """Log-likelihood (its constant in the unit of the exact values left out)."""
        bottom, top = self._ends(shape, offset)
        width = np.maximum(top - bottom, NARROWEST)
        with np.errstate(divide="ignore"):
            total = np.sum(-bottom + np.log(-np.expm1(-width)))
        if self.exact.size:
            line = shape * self.exact - offset
            total += np.sum(np.log(shape) + line - np.exp(np.minimum(line, LARGEST)) - self.exact)
        return float(total)

    def slopes(self, shape: float, offset: float) -> tuple[Floats, Floats]:
        """Gradient (2,) and matrix of second derivatives (2, 2)."""
        bottom, top = self._ends(shape, offset)
        low = np.stack([np.where(np.isfinite(self.low), self.low, 0.0), -np.ones_like(self.low)])
        high = np.stack([np.where(np.isfinite(self.high), self.high, 0.0), -np.ones_like(self.high)])
        width = np.clip(top - bottom, NARROWEST, LARGEST)
        first = 1 / np.expm1(width)
        second = -first * (1 + first)
        top = np.where(first > 0, np.minimum(top, 1e300), 0.0)
        top = np.where(np.isinf(self.high), 0.0, top)
        change = top * high - bottom * low
        gradient = np.sum(-bottom * low + first * change, axis=1)
        curvature = (
            (low * (-bottom * (1 + first))) @ low.T + (high * (first * top)) @ high.T + (change * second) @ change.T
        )
        if self.exact.size:
            z = np.exp(np.minimum(shape * self.exact - offset, LARGEST))
            count = self.exact.size
            gradient += [count / shape + np.sum((1 - z) * self.exact), np.sum(z) - count]
            cross = np.sum(z * self.exact)
            curvature += [[-count / shape**2 - np.sum(z * self.exact**2), cross], [cross, -np.sum(z)]]
        return gradient, curvature

    def _ends(self, shape: float, offset: float) -> tuple[Floats, Floats]:
        with np.errstate(over="ignore"):
            return np.exp(np.minimum(shape * self.low - offset, LARGEST)), np.where(
                np.isinf(self.high), np.inf, np.exp(np.minimum(shape * self.high - offset, LARGEST))
            )


def climb(likelihood: Likelihood, start: Floats, direction: Floats | None = None) -> tuple[float, float]:
    """Maximum of the log-likelihood from a start, in the plane or along one direction.

    Damped Newton steps; along a direction a search that needs no slopes where those cannot be told (a law so narrow that
    whole intervals lose their last digit).
    """
    try:
        with np.errstate(over="raise", invalid="raise"):
            return _newton(likelihood, start.astype(float), direction)
    except (FloatingPointError, ConvergenceError):
        if direction is None:
            raise ConvergenceError("the Weibull fit did not settle", found=f"a start at shape {start[0]:.4g}") from None
        return _search(likelihood, start, direction)


def _search(likelihood: Likelihood, start: Floats, direction: Floats) -> tuple[float, float]:
    """Maximum along a direction: the best of a grid, refined between its neighbours."""
    if direction[0]:
        ends = [(shape - start[0]) / direction[0] for shape in SHAPES]
    else:
        known = np.concatenate([likelihood.exact, likelihood.low, likelihood.high])
        reach = 50.0 + start[0] * float(np.ptp(known[np.isfinite(known)]))
        ends = [-reach, reach]
    with np.errstate(over="ignore", invalid="ignore"):
        grid = np.linspace(min(ends), max(ends), GRID)
        heights = np.array([likelihood.value(*(start + way * direction)) for way in grid])
        best = int(np.nanargmax(heights))
        found = minimize_scalar(
            lambda way: -likelihood.value(*(start + way * direction)),
            bounds=(grid[max(best - 1, 0)], grid[min(best + 1, GRID - 1)]),
            method="bounded",
        )
    place = start + float(found.x) * direction
    return float(place[0]), float(place[1])


def _newton(likelihood: Likelihood, place: Floats, direction: Floats | None) -> tuple[float, float]:
    height = likelihood.value(place[0], place[1])
    for _ in range(ITERATIONS):
        gradient, curvature = likelihood.slopes(place[0], place[1])
        if direction is None:
            damped = curvature - 1e-12 * np.trace(-curvature) * np.eye(2)
            step = -np.linalg.solve(damped, gradient)
        else:
            bend = float(direction @ curvature @ direction)
            step = direction * (-float(direction @ gradient) / min(bend, -1e-300))
        if step[0]:
            floor = (0.5 * max(place[0], 2 * SHAPES[0]) - place[0]) / step[0] if step[0] < 0 else np.inf
            ceiling = (min(3 * place[0], SHAPES[1]) - place[0]) / step[0] if step[0] > 0 else np.inf
            step = step * min(1.0, floor, ceiling)
        share = 1.0
        while (new := likelihood.value(*(place + share * step))) < height - 1e-12 * (1 + abs(height)) and share > 1e-12:
            share /= 2
        gain, height = new - height, new
        place = place + share * step
        small = np.abs(share * step) <= 1e-10 * (1 + np.abs(place))
        if small.all() or (gain <= 1e-13 * (1 + abs(height)) and float(np.abs(gradient @ step)) < 1e-11):
            return float(place[0]), float(place[1])
        if not SHAPES[0] * 1.001 < place[0] < SHAPES[1] * 0.999:
            return float(place[0]), float(place[1])
    raise ConvergenceError("the Weibull fit did not settle", found=f"shape {place[0]:.4g}")
