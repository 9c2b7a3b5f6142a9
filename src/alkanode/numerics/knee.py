"""Two ways in which a fade may bend, fitted exactly: two lines that meet, and a line with an exponential.

The kernels know nothing of cells: values against cycle numbers. For a given break (or time constant) both models are linear,
so only one number is searched, over all of its range; its interval is that of the profile, by the F-test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import fdtri

from alkanode.numerics.model_choice import effective_samples

Floats = npt.NDArray[np.float64]

_GRID = 600
_ROUNDING = 1e-14


@dataclass(frozen=True, slots=True, kw_only=True)
class Bend:
    """A bend of a series.

    Attributes
    ----------
    place
        Cycle of the knee; NaN when refused.
    interval
        Cycles that fit nearly as well; NaN when refused.
    slopes
        Per cycle, before and after (of two lines), or at the begin and at the end (of the exponential).
    fitted
        (cycle,) values of the model.
    gain
        Bayesian information criterion of one line minus that of the model, on the effective number of cycles.
    refused
        Empty, or the reason.
    """

    place: float
    interval: tuple[float, float]
    slopes: tuple[float, float]
    fitted: Floats
    gain: float
    refused: str


def straight(cycle: Floats, value: Floats) -> tuple[Floats, float]:
    """Values of the straight line through points, and its residual sum of squares."""
    line = np.polynomial.Polynomial.fit(cycle, value, 1)(cycle)
    return np.asarray(line), float(np.sum((value - line) ** 2))


def two_lines(
    cycle: Floats,
    value: Floats,
    *,
    transition: float = 0.0,
    least_segment: int = 4,
    evidence: float = 10.0,
    level: float = 0.95,
) -> Bend:
    """Two straight lines that meet.

    Parameters
    ----------
    cycle, value
        (cycle,) numbers, increasing, and values.
    transition
        Cycles over which one slope becomes the other (gamma of Bacon and Watts); 0 is a sharp corner.
    least_segment
        Fewest cycles on each side of the corner.
    evidence
        How much lower the Bayesian information criterion must be than that of one line.
    level
        Confidence level of the interval.

    Notes
    -----
    y = a + b1 (x - x0) + b2 (x - x0) tanh((x - x0)/gamma); with gamma = 0 the last factor is |x - x0|. One line has 3
    parameters with the variance, this one 5.
    """
    if cycle.size < 2 * least_segment + 1:
        return _none(value, f"only {cycle.size} cycles")

    def shape(place: Floats) -> Floats:
        away = cycle - place[:, None]
        return np.asarray(np.abs(away) if transition == 0 else away * np.tanh(away / transition))

    low, high = cycle[least_segment - 1], cycle[-least_segment]
    inner = cycle[(cycle >= low) & (cycle <= high)]
    grid = np.unique(np.concatenate([inner[:: max(1, inner.size // _GRID)], np.linspace(low, high, _GRID)]))
    fit = _search(cycle, value, shape, grid, level)
    middle, outer = fit.slopes
    slopes = (middle - outer, middle + outer)
    refused = _judged(fit, evidence)
    if not refused and slopes[1] >= slopes[0]:
        refused = "the slope becomes less steep: the fade slows down"
    return _bend(fit, refused, slopes, fit.place, fit.interval)


def line_and_exponential(cycle: Floats, value: Floats, *, evidence: float = 10.0, level: float = 0.95) -> Bend:
    """A line with an exponential, and where its tangents of least and of most change of slope meet.

    Parameters
    ----------
    cycle, value, evidence, level
        As :func:`two_lines`.

    Notes
    -----
    y = a + b x + c exp(x/d), d > 0. Its slope changes least at the first cycle and most at the last.
    """
    if cycle.size < 9:
        return _none(value, f"only {cycle.size} cycles")
    span = float(np.ptp(cycle))

    def shape(constant: Floats) -> Floats:
        return np.asarray(np.exp((cycle - cycle[-1]) / constant[:, None]))

    fit = _search(cycle, value, shape, np.geomspace(span / 200, 2 * span, _GRID // 2), level)
    slope, height = fit.slopes
    ends = cycle[[0, -1]]

    def meeting(constant: float) -> float:
        rise = np.exp((ends - ends[1]) / constant)
        turn = rise / constant
        return float((rise[0] - rise[1] - turn[0] * ends[0] + turn[1] * ends[1]) / (turn[1] - turn[0]))

    refused = _judged(fit, evidence)
    if not refused and height >= 0:
        refused = "the slope becomes less steep: the fade slows down"
    turns = np.exp((ends - ends[1]) / fit.place) / fit.place
    slopes = (float(slope + height * turns[0]), float(slope + height * turns[1]))
    reach = sorted(meeting(constant) for constant in fit.interval)
    return _bend(fit, refused, slopes, meeting(fit.place), (reach[0], reach[1]))


@dataclass(frozen=True, slots=True)
class _Fit:
    place: float
    interval: tuple[float, float]
    slopes: tuple[float, float]
    fitted: Floats
    gain: float
    at_edge: bool


def _search(cycle: Floats, value: Floats, shape: Callable[[Floats], Floats], grid: Floats, level: float) -> _Fit:
    """Best place over its whole range, with a straight line beside the shape."""
    base = np.column_stack([np.ones(cycle.size), (cycle - cycle.mean()) / np.ptp(cycle)])
    frame = np.linalg.qr(base)[0]
    left = value - frame @ (frame.T @ value)
    one = float(left @ left)
    floor = max(_ROUNDING * float(np.sum((value - value.mean()) ** 2)), np.finfo(float).tiny)

    def squares(places: Floats) -> Floats:
        extra = shape(places)
        extra = extra - (extra @ frame) @ frame.T
        size = np.einsum("ij,ij->i", extra, extra)
        along = np.divide((extra @ left) ** 2, size, out=np.zeros_like(size), where=size > 1e-20)
        return np.asarray(np.maximum(one - along, floor))

    rss = np.concatenate([squares(part) for part in np.array_split(grid, max(1, grid.size * cycle.size // 2_000_000))])
    best, least = float(grid[np.argmin(rss)]), float(rss.min())
    for index in np.argsort(rss)[:3]:
        ends = (float(grid[max(index - 1, 0)]), float(grid[min(index + 1, grid.size - 1)]))
        found = minimize_scalar(lambda place: float(squares(np.array([place]))[0]), bounds=ends, method="bounded")
        if found.fun < least:
            best, least = float(found.x), float(found.fun)
    extra = shape(np.array([best]))[0]
    design = np.column_stack([np.ones(cycle.size), cycle, extra])
    solution = np.linalg.lstsq(design, value, rcond=None)[0]
    fitted = design @ solution
    worth = max(effective_samples(value - fitted), 6.0)
    limit = least * (1 + float(fdtri(1, worth - 4, level)) / (worth - 4))
    near = np.append(grid[rss <= limit], best)
    step = float(np.max(np.diff(grid)))
    gain = worth * float(np.log(max(one, floor) / least)) - 2 * float(np.log(worth))
    return _Fit(
        best,
        (max(float(near.min()) - step, float(grid[0])), min(float(near.max()) + step, float(grid[-1]))),
        (float(solution[1]), float(solution[2])),
        fitted,
        gain,
        bool(best <= grid[0] or best >= grid[-1]),
    )


def _judged(fit: _Fit, evidence: float) -> str:
    if not fit.gain >= evidence:
        return "one line describes it as well"
    return "the best place lies at the edge of what can be told" if fit.at_edge else ""


def _bend(fit: _Fit, refused: str, slopes: tuple[float, float], place: float, interval: tuple[float, float]) -> Bend:
    nothing = (np.nan, np.nan)
    return Bend(
        place=np.nan if refused else place,
        interval=nothing if refused else interval,
        slopes=slopes,
        fitted=fit.fitted,
        gain=fit.gain,
        refused=refused,
    )


def _none(value: Floats, refused: str) -> Bend:
    nothing = (np.nan, np.nan)
    return Bend(
        place=np.nan, interval=nothing, slopes=nothing, fitted=np.full(value.size, np.nan), gain=np.nan, refused=refused
    )
