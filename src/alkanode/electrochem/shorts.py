"""Hard short circuit: the resistance of the cell collapses within a few samples and stays low."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortRule:
    """What counts as the collapse of a hard short.

    Attributes
    ----------
    window
        Samples of the medians before and after; 9 resists single outliers and still fits short half cycles.
    ratio
        Largest resistance after over before. 0.2: a soft short takes 10 to 60 %, a hard one leaves some per cent.
    least_samples
        Samples that must follow the collapse, so that an end-of-step transient is no short.
    noise
        Least drop over the standard deviation of the resistance from sample to sample; 2.5, which is six standard
        errors of a median of 9: the scatter of a cell without resistance is no collapse.
    """

    window: int = 9
    ratio: float = 0.2
    least_samples: int = 3
    noise: float = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Collapse:
    """A collapse of the resistance inside one half cycle.

    Attributes
    ----------
    index
        First sample of the half cycle after the collapse.
    before, after
        Median resistance before and from the collapse to the end of the half cycle, ohm.
    """

    index: int
    before: float
    after: float


def find_collapse(resistance: Floats, rule: ShortRule | None = None) -> Collapse | None:
    """Find the first lasting collapse of a resistance trace.

    Parameters
    ----------
    resistance
        (sample,) ohm, of one half cycle at constant current: |V - V_ocv| / |I|.
    rule
        Thresholds; default :class:`ShortRule`.

    Returns
    -------
    Collapse or None
        ``None`` when nothing collapses for good.

    Notes
    -----
    Windowed medians say that it happened; the largest single drop inside the window says at which sample. A whole
    window must lie before it: the decay of a nucleation spike in the first samples of a half cycle is no collapse.
    """
    rule = rule or ShortRule()
    n = resistance.size
    if n < 2 * rule.least_samples + 1:
        return None
    width = min(rule.window, (n - 1) // 2)
    centred = median_filter(resistance, size=width, mode="nearest")
    half = width // 2
    before = np.full(n, np.nan)
    after = np.full(n, np.nan)
    before[half + 1 :] = centred[: n - half - 1]
    after[: n - half] = centred[half:]
    after[n - half :] = centred[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        hit = np.flatnonzero(after < rule.ratio * before)
    tried = -1
    for k in hit:
        low, high = max(int(k) - width, 1), min(int(k) + width, n - 1)
        index = low + int(np.argmin(np.diff(resistance[low - 1 : high + 1])))
        if index == tried or index < width:
            continue
        tried = index
        if n - index < rule.least_samples:
            return None
        level = float(np.median(resistance[index - width : index]))
        rest = resistance[index:]
        if np.quantile(rest[:: max(1, rest.size // 1000)], 0.75) >= 0.5 * level:
            continue
        left = float(np.median(rest))
        smooth = rest if rest.size < 3 * width else centred[index + half :]
        lasting = left < rule.ratio * level and np.quantile(smooth, 0.95) < 0.5 * level
        if lasting and level - left > rule.noise * scatter(resistance[:index]):
            return Collapse(index=index, before=level, after=left)
    return None


def find_collapse_in_noise(resistance: Floats, rule: ShortRule | None = None) -> Collapse | None:
    """Find the first lasting collapse of a trace whose level is hardly above its noise.

    Parameters
    ----------
    resistance
        (sample,) ohm, negative where the voltage runs against the current: its magnitude would not vanish in a short.
    rule
        Thresholds; default :class:`ShortRule`.

    Returns
    -------
    Collapse or None
        ``None`` when nothing collapses for good, when the trace is too short for its noise, or when it is no noisy trace.

    Notes
    -----
    The collapse is looked for in means over so many samples that their noise is a fifth of the level. Its place is where the
    running sum of the distance from half the level is largest, the most likely place of a step in white noise.
    """
    rule = rule or ShortRule()
    if resistance.size < 2 * rule.least_samples + 1:
        return None
    level, noise = float(np.mean(resistance[: max(resistance.size // 4, 1)])), scatter(resistance)
    if level <= 0 or noise < IN_NOISE * level:
        return None
    block = int(np.ceil((5 * noise / level) ** 2))
    count = resistance.size // block
    if count < 2 * rule.least_samples + 1:
        return None
    coarse = find_collapse(resistance[: count * block].reshape(count, block).mean(axis=1), rule)
    if coarse is None:
        return None
    near = slice(max(coarse.index - 2, 0) * block, min(coarse.index + 2, count) * block)
    climb = np.cumsum(resistance[near] - 0.5 * (coarse.before + coarse.after))
    index = near.start + int(np.argmax(climb)) + 1
    if index >= resistance.size - rule.least_samples:
        return None
    return Collapse(index=index, before=coarse.before, after=float(np.median(resistance[index:])))


IN_NOISE = 0.15
"""Noise of a sample over the level from which a trace is looked at in means too: then one sample in a window of nine may mislead."""


def scatter(values: Floats) -> float:
    """Standard deviation of (sample,) values from sample to sample, blind to outliers and to drift."""
    steps = np.diff(values)
    return float(1.4826 * np.median(np.abs(steps - np.median(steps))) / np.sqrt(2))
