"""Dips of a noisy trace: short low stretches between two higher ones, at several widths, and their mirror images.

A leak beside the ionic path only lowers |V|. Noise, rounding and glitches of an instrument make as many bumps as dips, so the
bumps of a record say how many of its dips chance made: no model of the noise is needed beyond its symmetry.

A dip at a width of m samples: their mean lies below the means of w = max(4, 2 m) samples before and after, so that neither a
slope, nor a step, nor a decay is one; and one of its two flanks is steep, so that the trough of a smooth trace is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, ndtri, pdtrc

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Place = tuple[float, ...]

LEAST_WING = 4
"""Fewest samples on either side of a dip that give its level."""

WING = 2
"""Samples on either side over those of the dip: 4 instead of 2 would lower the error by 5 % only and ask for 9 widths of room."""

LOOKS = 3.0
"""Independent dips that noise can make per sample, over all widths; counted on Gaussian noise (2.5 to 3 between 3 and 4
standard errors)."""

BETWEEN = 0.35
"""Least fall below the lower side over that below the mean of both: a step has 0, a dip of a level trace 1."""

WIDE = 16
"""Samples from which both flanks of a dip must be steep, not one; also the widest dip that is looked for: what lasts longer
stands out by itself, and the arches of plateaus are as wide."""

INDEPENDENT = 10
"""Independent positions of a width in a stretch from which their own scatter is a measure of the noise at that width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DipRule:
    """When dips of a noisy record are leaks.

    Attributes
    ----------
    depth
        Least fall over the level; 0.05.
    steep
        Least share of the fall that one flank takes within a quarter of the width (both flanks from :data:`WIDE` samples on);
        0.5, where a box has 1 and the trough of a sine 0.4.
    quanta
        Least fall over the smallest step of the voltage; 1.5, so that rounding is none.
    chance
        Largest probability that noise, and what makes the bumps of the same record, makes so many dips; 1e-3: one sound record
        in some hundreds, since several thresholds are tried.
    least_repeats
        Fewest dips of which that is asked; 3.
    glitches
        Dips of one sample that an instrument makes in a record by itself, beside those that bumps tell of; 0.2, from about
        one sound record in ten with such a glitch.
    single_noise, single_depth
        Least fall over its standard error, and over the level, of one dip of two or more samples that is told by itself: 7 and
        0.1.
    """

    depth: float = 0.05
    steep: float = 0.5
    quanta: float = 1.5
    chance: float = 1e-3
    least_repeats: int = 3
    glitches: float = 0.2
    single_noise: float = 7.0
    single_depth: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Dips:
    """Dips of one trace, or, of the turned trace, its bumps.

    Attributes
    ----------
    begins, ends
        (dip,) first low sample, and first sample after it.
    drop
        (dip,) fall below the mean of both sides, ohm.
    level
        (dip,) that mean, ohm.
    significance
        (dip,) fall over its standard error.
    """

    begins: Places
    ends: Places
    drop: Floats
    level: Floats
    significance: Floats

    def __getitem__(self, which: npt.NDArray[np.bool_] | Places) -> Dips:
        return Dips(
            begins=self.begins[which],
            ends=self.ends[which],
            drop=self.drop[which],
            level=self.level[which],
            significance=self.significance[which],
        )


def chance_level(samples: int) -> float:
    """Standard errors that noise reaches about once in a record of so many samples."""
    return float(-ndtri(min(0.5, 1.0 / (LOOKS * max(samples, 1)))))


def chance_of(count: int, by_noise: float, bumps: int) -> float:
    """Probability of at least so many dips without a leak.

    Parameters
    ----------
    count
        Number of dips, 1 or more.
    by_noise
        Number that noise and glitches are expected to make.
    bumps
        Number of bumps seen. Their true rate is not known better than they tell: with a flat prior on it the number of dips
        has a negative binomial law. Without a bump the law is that of Poisson for ``by_noise``.
    """
    if count < 1:
        return 1.0
    if bumps == 0:
        return float(pdtrc(count - 1, by_noise))
    return float(betainc(count, bumps + 1 + by_noise, 0.5))


def above_usual(bumps: Dips, values: Floats) -> npt.NDArray[np.bool_]:
    """(bump,) those that rise above the median of the (sample,) values: what stands between two dips does not."""
    return np.asarray(bumps.level + 0.5 * bumps.drop > np.median(values))


def find_dips(
    resistance: Floats, stretches: Places, noise: float, least: float, *, start_share: float, steep: float
) -> tuple[Dips, Dips]:
    """Find dips and bumps of one trace.

    Parameters
    ----------
    resistance
        (sample,) ohm, of one half cycle, negative where the voltage runs against the current.
    stretches
        Samples with which an uninterrupted stretch begins.
    noise
        Standard deviation per sample, ohm. Where the scatter of the means themselves is larger, as in correlated noise, that
        counts.
    least
        Least fall over its standard error.
    start_share
        Share at the start of each stretch in which nothing counts.
    steep
        Least share of the fall that one of the flanks takes within a quarter of the width.

    Returns
    -------
    dips, bumps
        Each place once, at the width that shows it best.
    """
    found: tuple[list[Place], list[Place]] = ([], [])
    ends = np.append(stretches[1:], resistance.size)
    for first, end in zip(stretches.tolist(), ends.tolist(), strict=True):
        begin = first + int(max(3, start_share * (end - first)))
        values = resistance[begin:end]
        sums = np.concatenate([[0.0], np.cumsum(values)])
        width = 1
        while width <= WIDE and 2 * max(LEAST_WING, WING * width) + width <= values.size:
            for one, many in zip(_at_width(values, sums, width, noise, least, steep), found, strict=True):
                many += [(place + begin, place + begin + width, *rest) for place, *rest in one]
            width *= 2
    return _each_once(found[0]), _each_once(found[1])


def _at_width(
    values: Floats, sums: Floats, width: int, noise: float, least: float, steep: float
) -> tuple[list[Place], list[Place]]:
    """Dips and bumps of one width: place, drop, level, significance."""
    n, m, w = values.size, width, max(LEAST_WING, WING * width)
    at = slice(w, n - w - m + 1)
    inside = (sums[w + m : n - w + 1] - sums[at]) / m
    before = (sums[at] - sums[: n - 2 * w - m + 1]) / w
    after = (sums[2 * w + m :] - sums[w + m : n - w + 1]) / w
    level = 0.5 * (before + after)
    fall = level - inside
    error = noise * float(np.sqrt(1 / m + 0.5 / w))
    if fall.size >= INDEPENDENT * (2 * w + m):
        error = max(error, 1.4826 * float(np.median(np.abs(fall - np.median(fall)))))
    error = max(error, float(np.finfo(float).tiny))
    flank = max(1, m // 4)
    told: list[list[Place]] = []
    for sign in (1.0, -1.0):
        drop = sign * fall
        between = np.minimum(sign * (before - inside), sign * (after - inside))
        hit = np.flatnonzero((drop > least * error) & (between > (BETWEEN if m < WIDE else 0.5) * drop))
        peaks: list[Place] = [
            (float(k + w), float(drop[k]), float(level[k]), float(drop[k] / error))
            for k in _peaks(hit, drop, m)
            if m == 1 or _steepest(sums, sign, int(k) + w, m, flank) > steep * drop[k]
        ]
        told.append(peaks)
    return told[0], told[1]


def _peaks(hit: Places, drop: Floats, width: int) -> list[int]:
    """Deepest place of each cluster of neighbouring hits."""
    if hit.size == 0:
        return []
    clusters = np.split(hit, np.flatnonzero(np.diff(hit) > width) + 1)
    return [int(cluster[np.argmax(drop[cluster])]) for cluster in clusters]


def _steepest(sums: Floats, sign: float, begin: int, width: int, flank: int) -> float:
    """Largest fall near the beginning or rise near the end between means of ``flank`` samples; of a wide dip the smaller one."""
    n, reach = sums.size - 1, width // 2
    sides = []
    for centre, way in ((begin, 1.0), (begin + width, -1.0)):
        place = np.arange(max(flank, centre - reach), min(n - flank, centre + reach) + 1)
        if place.size:
            step = (2 * sums[place] - sums[place - flank] - sums[place + flank]) / flank
            sides.append(float(np.max(sign * way * step)))
    return (min if width >= WIDE else max)(sides, default=-np.inf)


def _each_once(found: list[Place]) -> Dips:
    """The most significant of those that overlap, in order of place."""
    kept: list[Place] = []
    for one in sorted(found, key=lambda dip: -dip[4]):
        if not any(one[0] < other[1] and other[0] < one[1] for other in kept):
            kept.append(one)
    table = np.array(sorted(kept), dtype=float).reshape(-1, 5)
    return Dips(
        begins=table[:, 0].astype(np.intp),
        ends=table[:, 1].astype(np.intp),
        drop=table[:, 2],
        level=table[:, 3],
        significance=table[:, 4],
    )
