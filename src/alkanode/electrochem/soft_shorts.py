"""Transient soft short: the voltage drops at once by part of itself, stays low for a while, and comes back.

A drop is an edge: the mean over m samples after it lies below the mean over 4 m samples before it, at one of the scales
m = 1, 2, 4, ... An edge that only continues a fall (a nucleation spike, a slow drift) is none: it must be larger than
the change just before it. Short windows date a deep drop, long ones find a shallow drop in noise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


WIDER = 4
"""Samples of the mean before an edge over those of the mean after it: the level is known better than the drop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftShortRule:
    """What counts as a transient soft short.

    Attributes
    ----------
    depth
        Least drop over the level before it. 0.07: a leak of 10 % of the current lowers the voltage by a little less than
        that, since the rest of the current still charges the interfaces.
    noise
        Least drop over the standard error of the two means that it is the difference of; 5.7, beyond which a million
        samples of Gaussian noise give nothing.
    repeated_noise
        The same for drops that repeat; 4.2: chance makes 2.7e-5 of them per sample, so that 4, and 4 more per expected one,
        are none.
    least_repeats
        Drops in one half cycle from which ``repeated_noise`` is enough; 4.
    sudden
        Least drop over the fall in the window just before it; 2, a fall that goes on is no edge.
    recovery
        Share of the drop that must be regained; 0.5.
    start_share
        Share of the half cycle, and of each stretch after a pause, in which nothing counts: nucleation and the
        charging of interfaces belong there. 0.05.
    least_samples
        A single drop that lasts fewer samples is an outlier; 2.
    most_duty
        Share of the half cycle that may be low; 0.6. A trace that is mostly low has no level to drop from.
    step
        Least depth of a drop that lasts to the end of the half cycle; 0.15.
    quanta
        Least drop over the step of the rounding; 1.5: a voltage between two codes flickers by one.
    single_noise
        ``noise`` for a single drop, which nothing repeats; 8, since noise of instruments is correlated.
    raised
        A drop from a level this many times above that of earlier half cycles is the end of a lost contact, not a leak.
    """

    depth: float = 0.07
    noise: float = 5.7
    repeated_noise: float = 4.2
    least_repeats: int = 4
    sudden: float = 2.0
    recovery: float = 0.5
    start_share: float = 0.05
    least_samples: int = 2
    most_duty: float = 0.6
    raised: float = 1.3
    step: float = 0.15
    quanta: float = 1.5
    single_noise: float = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drops:
    """Drops with recovery inside one half cycle.

    Attributes
    ----------
    begins, ends
        (drop,) first low sample, and first sample after the recovery.
    depth
        (drop,) median fall over the level before it.
    significance
        (drop,) fall over the standard error of the means that show it.
    duty
        Share of the samples that are low.
    """

    begins: Places
    ends: Places
    depth: Floats
    significance: Floats
    duty: float

    @property
    def count(self) -> int:
        """Number of drops."""
        return int(self.begins.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A drop that lasts to the end of the half cycle.

    Attributes
    ----------
    index
        First low sample.
    before
        Resistance before it, ohm.
    depth
        Fall over the level before it.
    significance
        Fall over the standard error of the means that show it.
    """

    index: int
    before: float
    depth: float
    significance: float


@dataclass(frozen=True, slots=True)
class _Drop:
    """One candidate: samples, level before it (ohm), fall over its standard error, whether it recovers at once."""

    begin: int
    end: int
    level: float
    significance: float
    sudden: bool


def find_drops(
    resistance: Floats,
    stretches: Places,
    noise: float,
    rule: SoftShortRule | None = None,
    *,
    usual: float = np.inf,
    quantum: float = 0.0,
) -> Drops | None:
    """Find sudden drops of a resistance trace that recover.

    Parameters
    ----------
    resistance
        (sample,) ohm, of one half cycle, negative where the voltage runs against the current.
    stretches
        Samples with which an uninterrupted stretch begins (0, and each first sample after a pause).
    noise
        Standard deviation from sample to sample, ohm.
    rule
        Thresholds; default :class:`SoftShortRule`.
    usual
        Resistance of earlier half cycles of the same direction, ohm; by default unknown.
    quantum
        Step of the rounding, ohm; drops of less than ``rule.quanta`` of them are none.

    Returns
    -------
    Drops or None
        ``None`` when nothing drops and recovers.
    """
    rule = rule or SoftShortRule()
    n = resistance.size
    place, left = _places(stretches, n)
    lengths = np.diff(np.append(stretches, n))
    quiet = np.repeat(np.maximum(3, rule.start_share * lengths), lengths)
    sums = running_sum(resistance)
    found: list[_Drop] = []
    loose = replace(rule, noise=min(rule.noise, rule.repeated_noise))
    scale = 1
    while (WIDER + 2) * scale <= n:
        hit, before, drop = edges_at(resistance, sums, scale, place, left, noise, loose)
        for k in _peaks(hit[place[hit] >= quiet[hit]], drop, scale):
            level = before[k]
            if not 0 < level <= rule.raised * usual or drop[k] < rule.quanta * quantum:
                continue
            end = _recovered(sums, k, scale, level - (1 - rule.recovery) * drop[k])
            if end is not None and 1 - np.median(resistance[k:end]) / level > rule.depth:
                error = max(noise * _error(scale), np.finfo(float).tiny)
                sudden = _at_once(sums, k, end, scale, rule.recovery * drop[k])
                found.append(_Drop(k, end, float(level), float(drop[k] / error), sudden))
        scale *= 2
    return _merged(resistance, found, rule)


def find_step(resistance: Floats, stretches: Places, noise: float, rule: SoftShortRule | None = None) -> Step | None:
    """Find a sudden drop that lasts to the end of the half cycle, but leaves more than a hard short does.

    Parameters
    ----------
    resistance, stretches, noise, rule
        As for :func:`find_drops`.

    Returns
    -------
    Step or None
        The deepest one; ``None`` when nothing drops for good.
    """
    rule = rule or SoftShortRule()
    n = resistance.size
    place, left = _places(stretches, n)
    lengths = np.diff(np.append(stretches, n))
    quiet = np.repeat(np.maximum(3, rule.start_share * lengths), lengths)
    sums = running_sum(resistance)
    best: Step | None = None
    scale = 4
    while (WIDER + 2) * scale <= n:
        hit, before, drop = edges_at(resistance, sums, scale, place, left, noise, rule)
        for k in _peaks(hit[place[hit] >= quiet[hit]], drop, scale):
            half = float(before[k] - 0.5 * drop[k])
            if before[k] <= 0 or n - k < 2 * scale or _recovered(sums, k, scale, half) is not None:
                continue
            if _flank(sums, k, scale) < FLANK * drop[k]:
                continue
            depth = float(min(1 - np.median(resistance[k:]) / before[k], drop[k] / before[k]))
            error = max(noise * _error(scale), np.finfo(float).tiny)
            if depth > rule.step and (best is None or depth > best.depth):
                best = Step(index=k, before=float(before[k]), depth=depth, significance=float(drop[k] / error))
        scale *= 2
    return best


def running_sum(values: Floats) -> Floats:
    """(sample + 1,) sums of the first 0, 1, 2, ... values."""
    sums = np.empty(values.size + 1)
    sums[0] = 0.0
    np.cumsum(values, out=sums[1:])
    return sums


def edges_at(
    values: Floats, sums: Floats, scale: int, place: Places, left: Places, noise: float | Floats, rule: SoftShortRule
) -> tuple[Places, Floats, Floats]:
    """Samples at which the mean of ``scale`` samples falls at once.

    Parameters
    ----------
    values
        (sample,) ohm; ``sums`` is their running sum with 0 in front.
    sums
        (sample + 1,) ohm.
    scale
        Samples of each mean.
    place, left
        (sample,) samples since the stretch began, and samples left in it.
    noise
        Standard deviation per sample, ohm: one number or (sample,).
    rule
        Thresholds.

    Returns
    -------
    hit
        Samples with an edge.
    before, drop
        (sample,) mean before and fall, ohm; NaN where the windows do not fit.
    """
    n, m, w = values.size, scale, WIDER * scale
    before, drop, earlier = np.full((3, n), np.nan)
    if n >= w + m:
        means = (sums[m:] - sums[:-m]) / m
        before[w:] = (sums[w:n] - sums[: n - w]) / w
        drop[w : n - m + 1] = before[w : n - m + 1] - means[w : n - m + 1]
        earlier[w:] = np.abs(before[w:] - means[w - m : n - m])
    with np.errstate(invalid="ignore"):
        hit = (place >= w) & (left >= m) & (drop > rule.depth * np.abs(before))
        hit &= (drop > rule.noise * noise * _error(m)) & (drop > rule.sudden * earlier)
    return np.flatnonzero(hit), before, drop


def _error(scale: int) -> float:
    """Standard error of the difference of the two means of an edge, for unit scatter per sample."""
    return float(np.sqrt((1 + 1 / WIDER) / scale))


def _places(stretches: Places, n: int) -> tuple[Places, Places]:
    """(sample,) samples since its stretch began, and samples left in it."""
    lengths = np.diff(np.append(stretches, n))
    place = np.arange(n) - np.repeat(stretches, lengths)
    return place, np.repeat(lengths, lengths) - place


def _peaks(hit: Places, drop: Floats, scale: int) -> list[int]:
    """Largest drop of each cluster of neighbouring hits."""
    if hit.size == 0:
        return []
    clusters = np.split(hit, np.flatnonzero(np.diff(hit) > scale) + 1)
    return [int(cluster[np.argmax(drop[cluster])]) for cluster in clusters]


def _recovered(sums: Floats, start: int, scale: int, level: float) -> int | None:
    """First sample after ``start`` that is back above a level, as means of ``scale`` and of four times as many show."""
    wide = np.flatnonzero(_means_after(sums, start + 1, WIDER * scale) > level)
    if wide.size == 0:
        return None
    first = start + 1 + int(wide[0])
    back = np.flatnonzero(_means_after(sums, first, scale) > level)
    return first + int(back[0]) if back.size else None


def _means_after(sums: Floats, begin: int, width: int) -> Floats:
    """Mean of ``width`` samples from each sample on, beginning at one; empty where they do not fit."""
    return np.asarray((sums[begin + width :] - sums[begin : max(sums.size - width, begin)]) / width)


def _at_once(sums: Floats, start: int, end: int, scale: int, least: float) -> bool:
    """Whether a recovery is as sudden as the drop; what lasts less than three windows is."""
    n, m = sums.size - 1, scale
    if end - start < 3 * m or end + 2 * m > n:
        return end - start < 3 * m
    rise = (sums[end + 2 * m] - sums[end + m] - sums[end - m] + sums[end - 2 * m]) / m
    return bool(rise >= least)


FLANK = 0.5
"""Least share of a lasting drop that is taken within a quarter of the window: the end of a decay takes less."""


def _flank(sums: Floats, place: int, scale: int) -> float:
    """Largest fall near a place between means over a quarter of the window, ohm."""
    f, n = max(1, scale // 4), sums.size - 1
    near = np.arange(max(f, place - scale // 2), min(n - f, place + scale // 2) + 1)
    falls = (2 * sums[near] - sums[near - f] - sums[near + f]) / f
    return float(falls.max(initial=-np.inf))


def _merged(resistance: Floats, found: list[_Drop], rule: SoftShortRule) -> Drops | None:
    """Drops of all scales, each once: the finest scale that shows one dates it. A single one must also recover at once."""
    kept: list[_Drop] = []
    for one in found:
        if not any(one.begin < other.end and other.begin < one.end for other in kept):
            kept.append(one)
    kept = _touching(kept)
    chance = 2 * resistance.size * float(ndtr(-rule.repeated_noise))
    if len(kept) < rule.least_repeats * (1 + chance):
        kept = [one for one in kept if one.significance >= rule.noise]
    if len(kept) == 1 and kept[0].significance < rule.single_noise:
        return None
    short_lived = len(kept) < 3 and all(one.end - one.begin < rule.least_samples for one in kept)
    if not kept or short_lived or (len(kept) == 1 and not kept[0].sudden):
        return None
    begins = np.array([one.begin for one in kept], dtype=np.intp)
    ends = np.array([one.end for one in kept], dtype=np.intp)
    duty = float(np.sum(ends - begins) / resistance.size)
    if duty > rule.most_duty:
        return None
    low = np.array([np.median(resistance[one.begin : one.end]) for one in kept])
    return Drops(
        begins=begins,
        ends=ends,
        depth=1 - low / np.array([one.level for one in kept]),
        significance=np.array([one.significance for one in kept]),
        duty=duty,
    )


def _touching(found: list[_Drop]) -> list[_Drop]:
    """Drops in order of time, those that follow each other without a gap as one: a fall in several steps."""
    joined: list[_Drop] = []
    for one in sorted(found, key=lambda drop: drop.begin):
        last = joined[-1] if joined else None
        if last is None or one.begin - last.end > 1:
            joined.append(one)
            continue
        best = max(last.significance, one.significance)
        joined[-1] = replace(last, end=one.end, significance=best, sudden=last.sudden or one.sudden)
    return joined


BLOCK = 8
"""Samples per block of the screen at scales beyond :data:`BLOCK`."""

SCREEN_DEPTH = 0.6
"""Likewise a fall over the depth that the rule asks for: noise may hide a part of it, and the level move."""

SCREEN_STEP = 6.0
"""A trace whose largest fall from sample to sample stays below this many standard deviations of its scatter is not looked at
for edges at the scale of one sample."""


def worth_a_look(
    sums: Floats, begins: Places, middle: Floats, noise: Floats, largest_drop: Floats, rule: SoftShortRule
) -> Places:
    """Traces that may hold an edge, of all traces of a record at once.

    Parameters
    ----------
    sums
        (sample + 1,) running sum of the resistance, trace after trace, with 0 in front, ohm.
    begins
        (trace + 1,) first sample of each trace, and the number of samples.
    middle, noise, largest_drop
        (trace,) median, scatter and largest fall from sample to sample, ohm.
    rule
        Thresholds.

    Returns
    -------
    ndarray
        Numbers of the traces. At the scale of one sample the largest fall decides, against noise and against level; at coarser ones edges are looked
        for on means over :data:`BLOCK` samples, with lower thresholds than the rule's, since an edge inside a block is
        blurred.
    """
    single = (
        (largest_drop > SCREEN_STEP * noise) & (largest_drop > SCREEN_DEPTH * rule.depth * middle) & (largest_drop > 0)
    )
    lengths = np.diff(begins)
    blocks = np.maximum(lengths // BLOCK, 1)
    first = np.concatenate([[0], np.cumsum(blocks)])
    owner = np.repeat(np.arange(lengths.size), blocks)
    place = np.arange(first[-1]) - first[owner]
    starts = begins[owner] + BLOCK * place
    sizes = np.minimum(BLOCK, lengths[owner])
    means = (sums[starts + sizes] - sums[starts]) / sizes
    running = running_sum(means)
    loose = SoftShortRule(depth=0.8 * rule.depth, noise=0.95 * rule.noise, sudden=0.9 * rule.sudden)
    scatter = noise[owner] / np.sqrt(BLOCK)
    flagged = single.copy()
    scale = 1
    while (WIDER + 2) * scale <= int(blocks.max(initial=0)):
        hit, _, _ = edges_at(means, running, scale, place, blocks[owner] - place, scatter, loose)
        flagged[owner[hit[place[hit] >= rule.start_share * blocks[owner[hit]]]]] = True
        scale *= 2
    return np.flatnonzero(flagged)
