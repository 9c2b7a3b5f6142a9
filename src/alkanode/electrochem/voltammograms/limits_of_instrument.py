"""A current that stopped at the end of its range, a voltage that the instrument could not reach."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FLAT = 1e-3
"""Share of the largest current within which a sample is at the limit."""

LEAST_SAMPLES = 5
"""Samples at the limit that make a flat."""

BEND = 0.1
"""Slope of a flat over the slope beside it below which the current was stopped; at the top of a smooth peak it is a third."""


def current_stops(current: Floats) -> bool:
    """Whether a current is cut flat at its largest magnitude in either direction, as by the end of a current range.

    Parameters
    ----------
    current
        (sample,) A, of one cycle in order of time.

    Notes
    -----
    A rounded top loses its slope slowly: over the samples within 0.1 % of the top, each half still has a third of the slope
    just outside. A range that ends cuts the slope to the noise within one sample.
    """
    return any(_stops(sign * current) for sign in (1.0, -1.0))


def _stops(current: Floats) -> bool:
    top = float(np.max(current, initial=0.0))
    if top <= 0:
        return False
    at = current >= (1 - FLAT) * top
    edges = np.flatnonzero(np.diff(at.astype(np.int8), prepend=0, append=0))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        length = int(end - begin)
        if length < LEAST_SAMPLES:
            continue
        half = length // 2
        inside = max(_slope(current[begin : begin + half + 1]), _slope(current[end - half - 1 : end]))
        reach = max(3, min(half, 20))
        beside = [current[max(begin - reach, 0) : begin + 1], current[end - 1 : end + reach]]
        outside = [_slope(piece) for piece in beside if piece.size > 2]
        if outside and inside < BEND * min(outside):
            return True
    return False


def _slope(values: Floats) -> float:
    """Magnitude of the mean change from sample to sample."""
    return abs(float(np.polyfit(np.arange(values.size), values, 1)[0])) if values.size > 1 else 0.0


def voltage_missed(demanded: Floats | None, measured: Floats, *, share: float) -> bool:
    """Whether the measured voltage stayed away from the demanded one by more than a share of its range.

    Parameters
    ----------
    demanded
        (sample,) V, or ``None`` where nothing says what was demanded.
    measured
        (sample,) V.
    share
        Of the range of the demanded voltage.
    """
    if demanded is None:
        return False
    apart = np.abs(measured - demanded)
    far = apart > share * float(np.ptp(demanded))
    return int(np.count_nonzero(far)) >= LEAST_SAMPLES
