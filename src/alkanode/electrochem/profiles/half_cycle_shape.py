"""The shape of one half cycle: a few simple models, chosen by what the trace supports, put into words and numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.electrochem.profiles.models import MODELS, PARAMETERS, ProfileFit, criterion, fit_models
from alkanode.electrochem.profiles.nucleation_spike import NO_SPIKE, Spike, find_spike
from alkanode.foundation.errors import PhysicsError
from alkanode.numerics.model_choice import simplest

Floats = npt.NDArray[np.float64]

_STEPS = ("step", "sloped_step", "joined_step")
_SUDDEN = 0.5  # share of the charge: a longer transition is the trace itself, no transition between two plateaus
_NAN = float("nan")
_PAIR = (_NAN, _NAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRule:
    """How a half cycle is read.

    Attributes
    ----------
    spike_share
        Share of the charge of the half cycle in which a nucleation spike is looked for, and which the shape leaves out.
        0.05: nuclei form in the first minutes of an hour.
    least_spike_samples
        With fewer samples there the spike may have been missed; 5.
    margin
        Bayesian information criterion by which a model must beat a simpler one. 6: strong evidence on the usual scale.
    flat_share
        Change over the half cycle, as a share of its mean overpotential, below which a trace is a plateau however
        certain its slope is. 0.1: the two plateaus of sodium lie tens of per cent apart.
    fine_share
        Misfit, as a share of the overpotential, below which models are not told apart. 0.01: the rest of a decaying spike
        bends no ramp.
    edge_share
        Least share of the charge that a plateau, or a part of a bent line, must last; 0.1.
    least_samples
        With fewer samples nothing is said; 12.
    least_effective
        Effective samples that the choice of a model counts at least. 10: where the misfit is systematic and not noise, a
        model with one more number must still halve the mean square.
    least_cover
        Share of the charge that must lie between rows that were kept; 0.5.
    with_sweeps
        Whether rows of impedance sweeps under current control count (their mean voltage). Default no: the mean is
        taken over few periods.
    least_rest
        A rest nearer to 0 V than this is not taken off, in V. 0.005, as in :func:`alkanode.electrochem.overpotentials`: two
        like metals rest at 0, and what is seen beside it is the offset of the instrument or has not relaxed yet.
    """

    spike_share: float = 0.05
    least_spike_samples: int = 5
    margin: float = 6.0
    flat_share: float = 0.1
    fine_share: float = 0.01
    edge_share: float = 0.1
    least_samples: int = 12
    least_effective: float = 10.0
    least_cover: float = 0.5
    with_sweeps: bool = False
    least_rest: float = 5e-3

    def __post_init__(self) -> None:
        for name in ("spike_share", "flat_share", "fine_share", "edge_share", "least_cover"):
            if not 0 <= getattr(self, name) < 1 or (name == "edge_share" and not 0 < self.edge_share < 0.5):
                raise PhysicsError(f"{name} is a share", found=repr(getattr(self, name)))
        if self.least_rest < 0:
            raise PhysicsError("least_rest is a voltage of 0 or more", found=repr(self.least_rest))
        if self.least_samples < 8 or self.margin < 0 or self.least_effective < 1:
            raise PhysicsError(
                "least_samples is 8 or more, margin not negative, least_effective 1 or more",
                found=f"{self.least_samples}, {self.margin:g}, {self.least_effective:g}",
            )


PATH_POINTS = 101
"""Points of the fitted shape that are kept for a figure: a step is then drawn within 1 % of the charge."""

_NO_PATH: Floats = np.full(PATH_POINTS, np.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What one half cycle looks like; charges as shares of that of the half cycle."""

    shape: str
    reason: str = ""
    model: str = ""
    points: int = 0
    effective: float = _NAN
    eta: tuple[float, float] = _PAIR
    eta_intervals: tuple[tuple[float, float], tuple[float, float]] = (_PAIR, _PAIR)
    slope: float = _NAN
    slope_interval: tuple[float, float] = _PAIR
    transition: float = _NAN
    transition_interval: tuple[float, float] = _PAIR
    transition_width: float = _NAN
    vertex: float = _NAN
    vertex_interval: tuple[float, float] = _PAIR
    vertex_eta: float = _NAN
    spike_base: float = _NAN
    path: tuple[Floats, Floats] = (_NO_PATH, _NO_PATH)
    residual: float = _NAN
    criterion: tuple[float, ...] = (_NAN,) * len(MODELS)
    spike: Spike = NO_SPIKE


def half_cycle_shape(charge: Floats, over: Floats, clock: Floats, total: float, rule: ProfileRule) -> Shape:
    """Shape of one half cycle from the charge (C), overpotential (V) and time (s) of the rows that were kept.

    ``total`` is the charge (C) up to the end, or up to a failure.
    """
    if charge.size < rule.least_samples or total <= 0:
        return Shape(shape="cannot say", reason=f"only {charge.size} samples of direct current", points=charge.size)
    if np.ptp(charge) < rule.least_cover * total:
        share = 100 * np.ptp(charge) / total
        return Shape(
            shape="cannot say",
            reason=f"the samples outside impedance sweeps span only {share:.2g} % of the charge",
            points=charge.size,
        )
    x = charge / float(charge[-1])
    body = x >= rule.spike_share
    if np.count_nonzero(body) < rule.least_samples or np.ptp(x[body]) == 0:
        return Shape(shape="cannot say", reason=f"only {np.count_nonzero(body)} samples after the spike window")
    at, y = x[body], over[body]
    weights = _weights(at)
    fits = fit_models(at, y, weights, edge_share=rule.edge_share)
    floor = rule.fine_share * float(np.sqrt(np.mean(y**2)))
    values, effective = criterion(fits, weights, floor, rule.least_effective)
    tied = simplest(values, PARAMETERS, rule.margin)
    chosen = fits[min(tied, key=lambda index: values[index])]
    level = abs(float(np.average(y, weights=weights)))
    shape, reason = _word(chosen, at, level, rule), ""
    if shape == "plateau" and chosen.model != "plateau":
        chosen = fits[0]
    elif len(tied) > 1:
        words = [_word(fits[index], at, level, rule) for index in tied]
        if len(set(words)) > 1:
            shape, reason = "cannot say", f"equally well described as {' or '.join(words)}"
    return _numbers(chosen, fits, (x, over, clock), at, effective, float(charge[-1]), shape, reason, values, rule)


def _numbers(
    chosen: ProfileFit,
    fits: list[ProfileFit],
    trace: tuple[Floats, Floats, Floats],
    at: Floats,
    effective: float,
    size: float,
    shape: str,
    reason: str,
    values: Floats,
    rule: ProfileRule,
) -> Shape:
    """Numbers of the chosen model; x is scaled back to charge."""
    x, over, clock = trace
    count, line = at.size, fits[1]
    ends = chosen.at(at[[0, -1]])
    intervals = tuple(chosen.interval_at(float(place), effective, count) for place in at[[0, -1]])
    if chosen.model == "plateau":
        ends, intervals = np.array([ends[0], np.nan]), (intervals[0], _PAIR)
    vertex, vertex_interval = _vertex(chosen, at, effective)
    low, high = line.interval_of(1, effective, count)
    stepped = chosen.model in _STEPS
    place = chosen.place_interval(effective)
    noise = float(np.sqrt(chosen.square))
    spike = find_spike(
        x,
        over - chosen.at(x),
        clock,
        share=rule.spike_share,
        noise=noise,
        level=abs(float(chosen.at(at[:1])[0])),
        least_samples=rule.least_spike_samples,
        flat_share=rule.flat_share,
    )
    x_path = np.linspace(at[0], at[-1], PATH_POINTS)
    return Shape(
        shape=shape,
        reason=reason,
        model=chosen.model,
        points=count,
        effective=effective,
        eta=(float(ends[0]), float(ends[1])),
        eta_intervals=(intervals[0], intervals[1]),
        slope=float(line.coefficients[1]) / size,
        slope_interval=(low / size, high / size),
        transition=chosen.place * size if stepped else _NAN,
        transition_interval=(place[0] * size, place[1] * size) if stepped else _PAIR,
        transition_width=chosen.width * size if stepped else _NAN,
        vertex=vertex * size,
        vertex_interval=(vertex_interval[0] * size, vertex_interval[1] * size),
        vertex_eta=float(chosen.at(vertex)[0]) if np.isfinite(vertex) else _NAN,
        spike_base=float(chosen.at(spike.charge)[0]) if np.isfinite(spike.charge) else _NAN,
        path=(x_path * size, chosen.at(x_path)),
        residual=noise,
        criterion=tuple(values.tolist()),
        spike=spike.scaled(size),
    )


def _weights(x: Floats) -> Floats:
    """Charge that each sample stands for, with mean 1; a gap (a sweep left out) counts as five ordinary spacings at most.

    The ordinary spacing is that in which half of the charge lies, so that a denser part does not make the rest a gap.
    """
    gaps = np.diff(x)
    known = np.sort(gaps[gaps > 0])
    if known.size == 0:
        return np.ones_like(x)
    ordinary = float(known[np.searchsorted(np.cumsum(known), 0.5 * known.sum())])
    gaps = np.clip(gaps, 1e-6 * ordinary, 5 * ordinary)
    share = 0.5 * (np.append(gaps, gaps[-1]) + np.insert(gaps, 0, gaps[0]))
    return np.asarray(share / share.mean())


def _vertex(fit: ProfileFit, x: Floats, effective: float) -> tuple[float, tuple[float, float]]:
    """Place of the highest or lowest point inside the fitted range, NaN where the trace runs one way."""
    if fit.model == "parabola":
        _, b, d = fit.coefficients
        if d == 0:
            return _NAN, _PAIR
        place = -b / (2 * d)
        gradient = np.array([0.0, -1 / (2 * d), b / (2 * d**2)])
        spread = 1.96 * float(np.sqrt(max(gradient @ fit.covariance @ gradient, 0.0) * x.size / effective))
        bounds = (place - spread, place + spread)
    elif fit.model == "bend" and fit.coefficients[1] * (fit.coefficients[1] + fit.coefficients[2]) < 0:
        place, bounds = fit.place, fit.place_interval(effective)
    else:
        return _NAN, _PAIR
    return (float(place), bounds) if x[0] < place < x[-1] else (_NAN, _PAIR)


def _word(fit: ProfileFit, x: Floats, level: float, rule: ProfileRule) -> str:
    """The shape that a model describes."""
    path = fit.at(np.linspace(x[0], x[-1], 101))
    if np.ptp(path) <= rule.flat_share * level or fit.model == "plateau":
        return "plateau"
    change = float(path[-1] - path[0])
    if fit.model in _STEPS:
        jump = float(fit.coefficients[2] if fit.model == "sloped_step" else change)
        if abs(jump) < abs(change - jump):
            return "ramp with a step"
        if fit.width > _SUDDEN * (x[-1] - x[0]):
            return "bent ramp" if jump > 0 else "falling ramp"
        return "two plateaus" if jump > 0 else "step down"
    vertex, _ = _vertex(fit, x, 1.0)
    if np.isfinite(vertex):
        top = float(fit.at(vertex)[0])
        legs = np.array([top - path[0], top - path[-1]])
        if np.min(np.abs(legs)) > rule.flat_share * level:
            return "arch" if legs[0] > 0 else "valley"
    if change < 0:
        return "falling ramp"
    return "ramp" if fit.model == "ramp" else "bent ramp"
