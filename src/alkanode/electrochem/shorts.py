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
        lasting = left < rule.ratio * level and np.quantile(rest, 0.95) < 0.5 * level
        if lasting and level - left > rule.noise * scatter(resistance[:index]):
            return Collapse(index=index, before=level, after=left)
    return None


def scatter(values: Floats) -> float:
    """Standard deviation of (sample,) values from sample to sample, blind to outliers and to drift."""
    steps = np.diff(values)
    return float(1.4826 * np.median(np.abs(steps - np.median(steps))) / np.sqrt(2))
