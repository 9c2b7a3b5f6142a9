"""Trying axis columns: a score for each, its minimum, and how sure the minimum is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Score = Callable[[Floats], Floats]
"""Scores (group, trial) of trial columns (trial,); low is good. Groups are independent parts of the data."""


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """What one method found.

    Attributes
    ----------
    column
        Axis column, pixels; NaN when the method says nothing.
    standard_error
        Pixels, from the scatter between parts of the data; NaN with fewer than two parts.
    reason
        Why the method is not usable; empty when it is.
    candidate, score
        (trial,) the curve; low is good.
    rows
        (row,) axis column of each row, where the method gives it.
    """

    column: float
    standard_error: float
    reason: str
    candidate: Floats
    score: Floats
    rows: Floats | None = None

    @property
    def usable(self) -> bool:
        """Whether the column may be used."""
        return not self.reason


def unusable(reason: str) -> Finding:
    """A method that cannot say anything."""
    return Finding(np.nan, np.nan, reason, np.empty(0), np.empty(0))


def lowest(candidate: Floats, score: Floats) -> float:
    """Position of the lowest score, between trials by a parabola through the lowest and its neighbours.

    Parameters
    ----------
    candidate
        (trial,) evenly spaced, at least 3.
    score
        (trial,)

    Returns
    -------
    float
        The trial itself where it is the first or last one.
    """
    best = int(np.argmin(score))
    if best in (0, candidate.size - 1):
        return float(candidate[best])
    before, here, after = (float(value) for value in score[best - 1 : best + 2])
    bend = before - 2 * here + after
    step = float(candidate[best + 1] - candidate[best])
    return float(candidate[best]) + (0.5 * (before - after) / bend * step if bend > 0 else 0.0)


def trial_columns(search: tuple[float, float], step: float) -> Floats:
    """Trials over a search range, its ends included."""
    count = max(int(np.ceil((search[1] - search[0]) / step)), 2)
    return np.linspace(search[0], search[1], count + 1)


def refine(
    score: Score, coarse: Floats, coarse_score: Floats, *, finest: float, search: tuple[float, float], reach: int = 2
) -> Finding:
    """From the lowest of coarse trials to a column between fine ones.

    Parameters
    ----------
    score
        Scores of fine trials.
    coarse, coarse_score
        (trial,), (group, trial) what a coarse search gave, perhaps of another score.
    finest
        Distance of the last trials, pixels.
    search
        First and last column allowed.
    reach
        Coarse steps on both sides of the lowest coarse trial that are searched.

    Returns
    -------
    Finding
        Not usable where the coarse curve has no clear dip, its even and odd groups show different ones, or the lowest
        fine score lies at the end of what was tried.
    """
    total = coarse_score.mean(axis=0)
    best, deep = deepest_dip(coarse, total, search)
    if not deep:
        return _no_dip(coarse, total)
    for part in (coarse_score[::2], coarse_score[1::2]):
        other = deepest_dip(coarse, part.mean(axis=0), search)[0] if len(part) else best
        if abs(other - best) > reach:
            reason = f"parts of the data disagree: columns {coarse[best]:.1f} and {coarse[other]:.1f}"
            return Finding(float(coarse[best]), np.nan, reason, coarse, total)
    middle, step = float(coarse[best]), float(coarse[1] - coarse[0])
    tried: list[Floats] = []
    scores: list[Floats] = []
    while True:
        finer = max(0.25 * step, finest)
        half = int(np.ceil(reach * step / finer))
        trial: Floats = middle + finer * np.arange(-half, half + 1, dtype=np.float64)
        trial = np.asarray(trial[(trial >= search[0]) & (trial <= search[1])])
        parts = score(trial)
        total = parts.mean(axis=0)
        tried.append(trial)
        scores.append(total)
        lowest_trial = int(np.argmin(total))
        if lowest_trial in (0, trial.size - 1):
            return _at_the_end(np.concatenate(tried), np.concatenate(scores), float(trial[lowest_trial]))
        middle, step = float(trial[lowest_trial]), finer
        if finer <= finest:
            break
    each = np.array([lowest(trial, part) for part in parts])
    error = float(each.std(ddof=1) / np.sqrt(each.size)) if each.size > 1 else np.nan
    candidate, curve = np.concatenate(tried), np.concatenate(scores)
    order = np.argsort(candidate, kind="stable")
    return Finding(lowest(trial, total), error, "", candidate[order], curve[order])


def deepest_dip(candidate: Floats, score: Floats, search: tuple[float, float]) -> tuple[int, bool]:
    """The trial that lies lowest below both its flanks, and whether that depth stands out of the curve's roughness.

    A curve may fall towards the ends of the search because the sample leaves the slice there; its sharp dip counts, not
    its lowest point. A flank reaches over a tenth of the search, and the depth has to be 8 times the noise that second
    differences of the curve show, which white noise does not reach.
    """
    width = max(int(np.ceil(0.1 * (search[1] - search[0]) / float(candidate[1] - candidate[0]))), 3)
    depth = np.full(score.size, -np.inf)
    for place in range(1, score.size - 1):
        before, after = score[max(place - width, 0) : place], score[place + 1 : place + 1 + width]
        depth[place] = min(before.max(), after.max()) - score[place]
    best = int(np.argmax(depth))
    rough = 1.4826 / np.sqrt(6.0) * float(np.median(np.abs(np.diff(score, n=2)))) if score.size > 2 else np.inf
    local = score[max(best - 1, 0) : best + 2]
    return best, bool(depth[best] > 8.0 * rough and score[best] == local.min())


def _no_dip(candidate: Floats, score: Floats) -> Finding:
    lowest_trial = int(np.argmin(score))
    column = float(candidate[lowest_trial])
    if lowest_trial in (0, candidate.size - 1):
        return _at_the_end(candidate, score, column)
    return Finding(column, np.nan, "no trial stands out of the others", candidate, score)


def _at_the_end(candidate: Floats, score: Floats, column: float) -> Finding:
    order = np.argsort(candidate, kind="stable")
    reason = f"the best trial, column {column:.1f}, lies at the end of the search"
    return Finding(column, np.nan, reason, candidate[order], score[order])


def binned(sinograms: npt.NDArray[np.floating], columns: int, views: int) -> npt.NDArray[np.float32]:
    """Means over ``columns`` neighbouring columns and every ``views``-th view, of (row, angle, column)."""
    width = sinograms.shape[2] // columns * columns
    kept = np.asarray(sinograms[:, ::views, :width], dtype=np.float32)
    return np.asarray(kept.reshape(*kept.shape[:2], -1, columns).mean(axis=3))
