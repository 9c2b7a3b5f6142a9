"""Soft shorts that no single drop proves: dips of a whole record against its bumps.

A leak of some samples that is hardly deeper than the noise can not be told from noise, but many of them can: a leak never
raises |V|. How many dips stand beyond a level is compared with how many bumps do, and with what Gaussian noise makes. The level is
not below that which noise reaches once in the record, so that the search gets no weaker, and no dearer, with its length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from alkanode.electrochem.dips import (
    LEAST_WING,
    LOOKS,
    WING,
    DipRule,
    Dips,
    above_usual,
    chance_level,
    chance_of,
    find_dips,
)
from alkanode.electrochem.sample_noise import sample_noise, smallest_step
from alkanode.electrochem.traces import Levels, Trace, Traces

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

SCREEN_BLOCK = 4
"""Samples per block of the screen for dips of more than two samples."""

BLURRED = 0.7
"""Share of a dip that is left when it begins inside a block."""

CURRENT_STEP = 0.1
"""Change of the current, over itself, from which a new stretch begins."""

LEAST_SAMPLES = 20
"""Samples of a half cycle below which it has no level to dip from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaks:
    """Dips of a record that are too many for noise, or one that is too deep.

    Attributes
    ----------
    dips
        Their places are those of all traces together.
    bumps
        Number of bumps beyond the same level.
    beyond
        Least significance of a dip here.
    chance
        Probability of so many dips without a leak.
    """

    dips: Dips
    bumps: int
    beyond: float
    chance: float


def find_leaks(
    traces: Traces,
    sums: Floats,
    levels: Levels,
    chosen: npt.NDArray[np.bool_],
    rule: DipRule,
    *,
    start_share: float,
) -> Leaks | None:
    """Find dips that the noise and the bumps of a record do not explain.

    Parameters
    ----------
    traces, levels
        Of the record.
    sums
        (sample + 1,) running sum of the resistance with 0 in front, ohm; for the screen only, so that its magnitude will do.
    chosen
        (trace,) those that take part.
    rule
        Thresholds.
    start_share
        Share at the start of each stretch in which nothing counts.

    Returns
    -------
    Leaks or None
        ``None`` where chance explains the dips.
    """
    chosen = chosen & (traces.lengths >= LEAST_SAMPLES) & (levels.middle > 0)
    samples = int(traces.lengths[chosen].sum())
    if samples == 0:
        return None
    least = chance_level(samples)
    dipping, bumping = _screen(traces, sums, levels, rule, least, start_share)
    dips, _ = _collect(traces, np.flatnonzero(chosen & dipping), rule, least, start_share)
    single = _alone(dips, rule)
    if dips.begins.size < rule.least_repeats and not single.any():
        return None
    _, bumps = _collect(traces, np.flatnonzero(chosen & bumping), rule, least, start_share)
    many = min((_too_many(dips, bumps, samples, rule, width) for width in (1, 2)), key=lambda one: one[0])
    if many[0] < rule.chance:
        chance, kept, beyond = many
        return Leaks(dips=kept, bumps=int(np.count_nonzero(bumps.significance >= beyond)), beyond=beyond, chance=chance)
    if single.any() and not _alone(bumps, rule).any():
        best = np.flatnonzero(single)[[np.argmax(dips.significance[single])]]
        beyond = float(dips.significance[best[0]])
        return Leaks(dips=dips[best], bumps=0, beyond=beyond, chance=float(LOOKS * samples * ndtr(-beyond)))
    return None


def _alone(dips: Dips, rule: DipRule) -> npt.NDArray[np.bool_]:
    """(dip,) those that need no company."""
    deep = dips.drop > rule.single_depth * np.abs(dips.level)
    return np.asarray(deep & (dips.significance > rule.single_noise) & (dips.ends - dips.begins >= 2))


def _too_many(dips: Dips, bumps: Dips, samples: int, rule: DipRule, width: int) -> tuple[float, Dips, float]:
    """Smallest probability over all levels, the dips beyond that level, and the level; of dips of a least width."""
    dips = dips[dips.ends - dips.begins >= width]
    order = np.argsort(-dips.significance)
    best = (1.0, dips[order[:0]], float("inf"))
    for count in range(rule.least_repeats, order.size + 1):
        level = float(dips.significance[order[count - 1]])
        by_noise = LOOKS * samples * float(ndtr(-level)) + (rule.glitches if width == 1 else 0.0)
        chance = chance_of(count, by_noise, int(np.count_nonzero(bumps.significance >= level)))
        if chance <= best[0]:
            best = (chance, dips[np.sort(order[:count])], level)
    return best


def _collect(traces: Traces, which: Places, rule: DipRule, least: float, start_share: float) -> tuple[Dips, Dips]:
    """Dips and bumps of some traces that are deep enough and do not follow the current."""
    told: tuple[list[Dips], list[Dips]] = ([], [])
    for index in which.tolist():
        trace = traces[index]
        begin = int(traces.begins[index])
        values = trace.signed_resistance
        pair = find_dips(
            values, _even_stretches(trace), sample_noise(values), least, start_share=start_share, steep=rule.steep
        )
        quantum = smallest_step(values)
        current = np.concatenate([[0.0], np.cumsum(np.abs(trace.current))])
        usual = float(np.median(np.abs(trace.current)))
        for dips, many in zip(pair, told, strict=True):
            deep = (dips.drop > rule.depth * dips.level) & (dips.drop > rule.quanta * quantum) & (dips.level > 0)
            held = (current[dips.ends] - current[dips.begins]) / (dips.ends - dips.begins)
            with np.errstate(invalid="ignore", over="ignore"):
                moved = np.abs(held - usual) > 0.5 * dips.drop / np.maximum(dips.level, 1e-300) * usual
            wanted = deep & ~moved
            kept = dips[wanted & above_usual(dips, values) if many is told[1] else wanted]
            many.append(
                Dips(
                    begins=kept.begins + begin,
                    ends=kept.ends + begin,
                    drop=kept.drop,
                    level=kept.level,
                    significance=kept.significance,
                )
            )
    return _joined(told[0]), _joined(told[1])


def _even_stretches(trace: Trace) -> Places:
    """Samples with which a stretch without pause and at one current begins: the voltage lags behind a step of the current."""
    size = np.abs(trace.demanded)
    steps = np.flatnonzero(np.abs(np.diff(size)) > CURRENT_STEP * size[1:]) + 1
    return np.union1d(trace.begins_after_pause, steps)


def _joined(parts: list[Dips]) -> Dips:
    def all_of(name: str) -> npt.NDArray[np.generic]:
        return np.concatenate([np.zeros(0), *(getattr(part, name) for part in parts)])

    return Dips(
        begins=all_of("begins").astype(np.intp),
        ends=all_of("ends").astype(np.intp),
        drop=all_of("drop").astype(float),
        level=all_of("level").astype(float),
        significance=all_of("significance").astype(float),
    )


def _screen(
    traces: Traces, sums: Floats, levels: Levels, rule: DipRule, least: float, start_share: float
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """(trace,) those that may hold a dip, and those that may hold a bump; all traces at once."""
    begins, ends = traces.begins[:-1], traces.begins[1:]
    dipping, bumping = np.zeros((2, traces.count), dtype=bool)
    first = begins + np.maximum(3, start_share * (ends - begins)).astype(np.intp)
    for width in (1, 2):
        deep, high = _extremes(sums, first, ends, width)
        error = least * levels.noise * np.sqrt(1 / width + 0.5 / max(LEAST_WING, WING * width))
        need = np.maximum(rule.depth * levels.middle, error) * SLACK
        dipping |= deep > need
        bumping |= high > need
    block = SCREEN_BLOCK
    blocks = np.maximum(ends - first, 0) // block
    starts = np.concatenate([[0], np.cumsum(blocks)])
    owner = np.repeat(np.arange(traces.count), blocks)
    place = first[owner] + block * (np.arange(starts[-1]) - starts[owner])
    means = (sums[place + block] - sums[place]) / block
    coarse = np.concatenate([[0.0], np.cumsum(means)])
    for width in (1, 2, 4):
        deep, high = _extremes(coarse, starts[:-1], starts[1:], width, wing=max(1, WING * width))
        error = least * levels.noise * np.sqrt((1 / width + 0.5 / (WING * width)) / block)
        need = BLURRED * np.maximum(rule.depth * levels.middle, error)
        dipping |= deep > need
        bumping |= high > need
    return dipping, bumping


SLACK = 0.85
"""The screen takes the whole half cycle's noise, a single dip its own surroundings."""


def _extremes(sums: Floats, begins: Places, ends: Places, width: int, wing: int | None = None) -> tuple[Floats, Floats]:
    """(trace,) deepest dip and highest bump of one width, as fall below and rise above the mean of both sides."""
    m, w = width, wing or max(LEAST_WING, WING * width)
    n = sums.size - 1
    deep, high = np.zeros((2, begins.size))
    if n < 2 * w + m:
        return deep, high
    inside = sums[w + m : n - w + 1] - sums[w : n - w - m + 1]
    inside *= 1 / (2 * w) + 1 / m
    fall = sums[2 * w + m :] - sums[: n - 2 * w - m + 1]
    fall *= 1 / (2 * w)
    fall -= inside
    fits = np.flatnonzero(ends - begins >= 2 * w + m)
    if fits.size:
        # fall[k] belongs to a dip at k + w: those whose wings lie inside one trace begin at its first sample
        edges = np.column_stack([begins[fits], ends[fits] - 2 * w - m + 1]).ravel()
        edges = edges[:-1] if edges[-1] >= fall.size else edges
        deep[fits] = np.maximum.reduceat(fall, edges)[::2]
        high[fits] = -np.minimum.reduceat(fall, edges)[::2]
    return deep, high
