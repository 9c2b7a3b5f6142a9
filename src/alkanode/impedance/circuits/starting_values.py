"""Starting values of a fit from the distribution of relaxation times.

Every slot of a circuit (:mod:`~alkanode.impedance.circuits.time_scales`) gets a relaxation: the peaks of the
distribution, the groups into which its area falls apart, and evenly spread relaxation times are candidates. Resistances
follow from a linear fit at given relaxation times, so each candidate is judged by how well it already describes the
spectrum, and the best one starts the fit.
"""

from __future__ import annotations

import warnings
from itertools import islice, permutations, product

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import AlkanodeError, AlkanodeWarning
from alkanode.impedance.circuits.circuit import Circuit
from alkanode.impedance.circuits.time_scales import Layout, Placed, layout
from alkanode.impedance.relaxation.relaxation_times import relaxation_times

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

EXPONENTS = (0.75, 0.95)
"""Exponents of arcs that are tried."""

LEAST_SHARE = 1e-3
"""Least resistance of a slot over the size of the spectrum: a fit cannot leave zero on a logarithmic scale."""

_TAIL_POINTS = 5
_CORNERS = (-0.5, 0.5, 1.5)
"""Decades above the lowest frequency at which a layer with a wall is tried to begin to block."""

_BATCH = 16  # spectra whose groups stay in the processor's cache
_MOST_TURNS = 12
_WARBURG_PEAK = 2.54
"""Diffusion time over the relaxation time at the peak of diffusion through a layer of finite length."""


def starting_values(circuit: Circuit, frequency: Floats, impedance: Complexes) -> Floats:
    """Starting values of all parameters for a batch of spectra on one frequency grid.

    Parameters
    ----------
    circuit
        The circuit.
    frequency
        Hz, descending, shape (point,).
    impedance
        ohm, shape (batch, point).

    Returns
    -------
    ndarray
        SI, shape (batch, parameter), inside the default bounds of the parameters.
    """
    return np.asarray(candidates(circuit, frequency, impedance, most=1)[0])


def candidates(circuit: Circuit, frequency: Floats, impedance: Complexes, *, most: int = 3) -> Floats:
    """Several sets of starting values, the most promising first.

    Parameters
    ----------
    circuit, frequency, impedance
        As for :func:`starting_values`.
    most
        Number of sets.

    Returns
    -------
    ndarray
        SI, shape (set, batch, parameter); sets may repeat where fewer are known.
    """
    order = np.argsort(-frequency)
    f, Z = frequency[order], impedance[:, order]
    plan = layout(circuit.tree)
    made, misfits = [], []
    for tail in _tails(plan, f, Z):
        taus = _relaxation_time_sets(len(plan.slots), f, Z - tail.impedance(f))
        powers = EXPONENTS if plan.slots else EXPONENTS[:1]
        for tau, exponent, turn in product(taus, powers, _turns(plan)):
            solved, misfit = _linear_fit(plan, f, Z, tau[:, turn], exponent, tail)
            made.append(_filled(circuit, plan, f, Z, tau[:, turn], exponent, solved, tail))
            misfits.append(misfit)
    ranked = np.argsort(np.array(misfits), axis=0, kind="stable")
    ranked = np.concatenate([ranked, np.repeat(ranked[:1], max(most - len(ranked), 0), axis=0)])[:most]
    chosen: Floats = np.array(made)[ranked, np.arange(Z.shape[0])[None, :]]
    return chosen


def _turns(plan: Layout) -> list[list[int]]:
    """Ways to give ascending relaxation times to slots: those of one kind keep the order of the text."""
    kinds = [slot.shape for slot in plan.slots]
    places = {kind: [k for k, one in enumerate(kinds) if one == kind] for kind in kinds}
    turns = []
    for order in islice(dict.fromkeys(permutations(kinds)), _MOST_TURNS):
        queues = {kind: iter(members) for kind, members in places.items()}
        owner = [next(queues[kind]) for kind in order]  # which slot has the k-th shortest relaxation time
        turns.append([owner.index(slot) for slot in range(len(kinds))])
    return turns


class _Tail:
    """What blocks direct current: ``B (j omega)^-exponent`` per spectrum, below a corner frequency where there is one."""

    def __init__(self, exponent: Floats, size: Floats, corner: float | None = None) -> None:
        self.exponent = exponent
        self.size = size
        self.corner = corner

    def shape(self, f: Floats) -> Complexes:
        """Impedance for size 1, shape (batch, point)."""
        s = 2j * np.pi * f[None, :]
        if self.corner is None:
            return np.asarray(s ** -self.exponent[:, None])
        x = np.sqrt(s * self.time)
        return np.asarray(np.tile(self.time / (x * np.tanh(x)), (self.size.size, 1)))

    @property
    def time(self) -> float:
        """Diffusion time (s) that belongs to the corner."""
        return 1 / (2 * np.pi * (self.corner or 1.0))

    def impedance(self, f: Floats) -> Complexes:
        """Impedance (ohm), shape (batch, point)."""
        return self.size[:, None] * self.shape(f)


def _tails(plan: Layout, f: Floats, Z: Complexes) -> list[_Tail]:
    """Candidates of the tail from the lowest frequencies; size 0 for a circuit that passes direct current."""
    batch = Z.shape[0]
    if not plan.tails:
        return [_Tail(np.ones(batch), np.zeros(batch))]
    symbol = plan.tails[0].symbol
    last = slice(-min(_TAIL_POINTS, f.size), None)
    omega, reactance = 2 * np.pi * f[last], np.maximum(-Z[:, last].imag, 1e-12 * np.abs(Z[:, last]) + 1e-300)
    if symbol == "W":
        exponent = np.full(batch, 0.5)
    elif symbol == "CPE":
        x = np.log(omega) - np.log(omega).mean()
        slope = (np.log(reactance) @ x) / max(float(x @ x), 1e-300)
        exponent = np.clip(-slope, 0.3, 0.99)
    else:
        exponent = np.ones(batch)
    turned = np.sin(0.5 * np.pi * exponent)
    size = np.median(reactance * omega ** exponent[:, None], axis=1) / turned
    corners = (None,) if symbol in {"W", "CPE", "C"} else tuple(f[-1] * 10.0**k for k in _CORNERS)
    return [_Tail(exponent, size, corner) for corner in corners]


def _relaxation_time_sets(count: int, f: Floats, Z: Complexes) -> list[Floats]:
    """Candidates of relaxation times (s), ascending, each of shape (batch, count)."""
    low, high = np.log(1 / (2 * np.pi * f[0])), np.log(1 / (2 * np.pi * f[-1]))
    spread = np.exp(low + (high - low) * (np.arange(count) + 0.5) / max(count, 1))
    even = np.tile(spread, (Z.shape[0], 1))
    if count == 0:
        return [even]
    distribution = _distribution(f, Z)
    if distribution is None:
        return [even]
    log_tau, gamma = distribution
    parts = [_grouped(count, log_tau, gamma[at : at + _BATCH]) for at in range(0, len(gamma), _BATCH)]
    return [np.concatenate(parts), *(_peaked(count, log_tau, gamma, p) for p in (0.05, 0.005)), even]


def _distribution(f: Floats, Z: Complexes) -> tuple[Floats, Floats] | None:
    """ln(tau) and the distribution (batch, tau); ``None`` where it cannot be had."""
    record = label(
        xr.Dataset(
            {
                "frequency": (("spectrum", "point"), np.tile(f, (Z.shape[0], 1))),
                "impedance": (("spectrum", "point"), Z),
            }
        ),
        "impedance",
    )
    with warnings.catch_warnings():  # a start may be poor without doubt on the data
        warnings.simplefilter("ignore", AlkanodeWarning)
        try:
            times = relaxation_times(record)
        except AlkanodeError:
            return None
    gamma = np.nan_to_num(times["distribution"].to_numpy())
    return np.log(times["relaxation_time"].to_numpy()), np.maximum(gamma, 0.0)


def _grouped(count: int, log_tau: Floats, gamma: Floats) -> Floats:
    """Centres of the groups of neighbouring nodes that are narrowest, weighted by area (exact, by dynamic programming)."""
    batch, nodes = gamma.shape
    weight = gamma + 1e-9 * gamma.max(axis=1, keepdims=True) + 1e-300
    sums = [np.concatenate([np.zeros((batch, 1)), np.cumsum(weight * log_tau**n, axis=1)], axis=1) for n in range(3)]
    area, first, second = (total[:, None, 1:] - total[:, :-1, None] for total in sums)
    with np.errstate(divide="ignore", invalid="ignore"):  # groups that end before they begin
        width = np.where(np.tri(nodes, dtype=bool).T, second - first**2 / area, np.inf)
    best = width[:, 0, :]
    cuts = []
    for _ in range(count - 1):
        together = np.concatenate([np.full((batch, 1), np.inf), best[:, :-1]], axis=1)[:, :, None] + width
        cut = np.argmin(together, axis=1)
        best = np.take_along_axis(together, cut[:, None, :], axis=1)[:, 0, :]
        cuts.append(cut)
    rows, end = np.arange(batch), np.full(batch, nodes - 1)
    centres = []
    for cut in [*reversed(cuts), np.zeros((batch, nodes), dtype=np.intp)]:
        begin = cut[rows, end]
        total = sums[0][rows, end + 1] - sums[0][rows, begin]
        centres.append((sums[1][rows, end + 1] - sums[1][rows, begin]) / total)
        end = np.maximum(begin - 1, 0)
    return np.asarray(np.exp(np.stack(centres[::-1], axis=1)))


def _peaked(count: int, log_tau: Floats, gamma: Floats, prominence: float) -> Floats:
    """The highest peaks of each distribution; where they are too few, the widest gaps between them are filled."""
    inner = gamma[:, 1:-1]
    top = (inner >= gamma[:, :-2]) & (inner > gamma[:, 2:]) & (inner > prominence * gamma.max(axis=1, keepdims=True))
    found = np.empty((gamma.shape[0], count))
    for row, (is_top, height) in enumerate(zip(top, inner, strict=True)):
        at = np.flatnonzero(is_top)
        at = at[np.argsort(-height[at], kind="stable")][:count]
        places = np.sort(log_tau[1:-1][at])
        while places.size < count:
            walls = np.concatenate([[log_tau[0]], places, [log_tau[-1]]])
            gap = int(np.argmax(np.diff(walls)))
            places = np.insert(places, gap, 0.5 * (walls[gap] + walls[gap + 1]))
        found[row] = places
    return np.exp(found)


def _linear_fit(
    plan: Layout, f: Floats, Z: Complexes, tau: Floats, exponent: float, tail: _Tail
) -> tuple[Floats, Floats]:
    """Coefficients (batch, column) of series resistance, inductance, arcs and tail, not negative; and the misfit."""
    omega, batch, points = 2 * np.pi * f, Z.shape[0], f.size
    weight = 1 / np.abs(Z)
    columns = [weight.astype(np.complex128), weight * (1j * omega)]
    for slot, one in zip(plan.slots, tau.T, strict=True):
        columns.append(weight * _relaxation(slot.shape, omega * one[:, None], exponent))
    if plan.tails:
        columns.append(weight * tail.shape(f))
    columns.append(weight * Z)
    A = np.empty((batch, len(columns), 2 * points))
    for k, column in enumerate(columns):
        A[:, k, :points], A[:, k, points:] = column.real, column.imag
    allowed = np.array([bool(plan.series_resistances), bool(plan.inductances), *(True for _ in columns[2:-1])])
    products = np.matmul(A, A.transpose(0, 2, 1))
    scale = np.sqrt(np.diagonal(products, axis1=1, axis2=2)[:, :-1]) + 1e-300
    H, g = products[:, :-1, :-1] / (scale[:, :, None] * scale[:, None, :]), products[:, :-1, -1] / scale
    active = np.tile(allowed, (batch, 1))
    x = np.zeros_like(g)
    for _ in range(allowed.size):
        both = active[:, :, None] & active[:, None, :]
        reduced = np.where(both, H, 0.0) + np.eye(allowed.size) * np.where(active, 1e-12, 1.0)[:, None, :]
        x = np.linalg.solve(reduced, np.where(active, g, 0.0)[:, :, None])[:, :, 0]
        negative = active & (x < 0)
        if not negative.any():
            break
        active &= ~negative
    x = np.maximum(x, 0.0)
    misfit = products[:, -1, -1] - 2 * (x * g).sum(axis=1) + (np.matmul(H, x[:, :, None])[:, :, 0] * x).sum(axis=1)
    without_tail = np.zeros((batch, 0 if plan.tails else 1))
    return np.concatenate([x / scale, without_tail], axis=1), misfit


def _relaxation(shape: str, x: Floats, exponent: float) -> Complexes:
    """Impedance of a slot of 1 ohm at ``x = omega tau``."""
    if shape == "Ws":
        root = np.sqrt(_WARBURG_PEAK * 1j * x)
        return np.asarray(np.tanh(root) / root)
    if shape == "G":
        return np.asarray(1 / np.sqrt(1 + 1j * x))
    power = 1.0 if shape in {"C", "K"} else exponent
    return np.asarray(1 / (1 + np.exp(0.5j * np.pi * power) * x**power))


def _filled(
    circuit: Circuit, plan: Layout, f: Floats, Z: Complexes, tau: Floats, exponent: float, solved: Floats, tail: _Tail
) -> Floats:
    """All parameters of the circuit from the linear fit."""
    size = np.abs(Z).max(axis=1)
    least = LEAST_SHARE * np.median(np.abs(Z), axis=1)
    values = np.tile(_defaults(circuit, f), (Z.shape[0], 1))
    for one in plan.others:
        _put_other(values, one, size, f)
    for one in plan.series_resistances:
        values[:, one.place] = np.maximum(solved[:, 0], least) / len(plan.series_resistances)
    smallest = 1e-3 * np.abs(Z[:, 0]) / (2 * np.pi * f[0])
    for one in plan.inductances:
        values[:, one.place] = np.maximum(solved[:, 1], smallest) / len(plan.inductances)
    for k, slot in enumerate(plan.slots):
        R, at = np.maximum(solved[:, 2 + k], least), slot.resistance.place
        values[:, at] = R
        if slot.kind == "element":
            longer = _WARBURG_PEAK if slot.resistance.symbol == "Ws" else 1.0
            values[:, at + 1] = longer * tau[:, k]
            if slot.resistance.symbol in {"Zarc", "HN"}:
                values[:, at + 2] = exponent
        elif slot.partner is not None and slot.kind == "loop":
            values[:, slot.partner.place] = R * tau[:, k]
        elif slot.partner is not None and slot.partner.symbol == "C":
            values[:, slot.partner.place] = tau[:, k] / R
        elif slot.partner is not None:
            values[:, slot.partner.place] = tau[:, k] ** exponent / R
            values[:, slot.partner.place + 1] = exponent
    strength = np.where(solved[:, -1] > 0, solved[:, -1], tail.size)
    for one in plan.tails:
        _put_tail(values, one, strength, tail, size, f)
    bounds = circuit.parameters
    lower, upper = (np.array([getattr(parameter, end) for parameter in bounds]) for end in ("lower", "upper"))
    logit = np.array([parameter.transform == "logit" for parameter in bounds])
    inset = np.where(logit, 0.02 * (upper - lower), 0.0)
    return np.clip(values, np.where(logit, lower + inset, lower * 1.001), np.where(logit, upper - inset, upper / 1.001))


def _defaults(circuit: Circuit, f: Floats) -> Floats:
    """A value of every parameter for what no slot fills: middle exponents, the middle of the window, one ohm."""
    middle = 1 / (2 * np.pi * np.sqrt(f[0] * f[-1]))
    known = {"tau": middle, "alpha": 0.85, "beta": 0.9, "gamma": 0.9, "phi": 1.0}
    return np.array([known.get(parameter.name.rpartition("_")[2], 1.0) for parameter in circuit.parameters])


def _put_tail(values: Floats, one: Placed, strength: Floats, tail: _Tail, size: Floats, f: Floats) -> None:
    """Parameters of an element that blocks direct current, ``B (j omega)^-exponent`` at low frequency."""
    B, at = np.maximum(strength, 1e-12 * size * 2 * np.pi * f[-1]), one.place
    if one.symbol == "W":
        values[:, at] = B / np.sqrt(2)
    elif one.symbol == "C":
        values[:, at] = 1 / B
    elif one.symbol == "CPE":
        values[:, at], values[:, at + 1] = 1 / B, tail.exponent
    else:  # a layer with a wall
        tau = tail.time
        values[:, at] = B * tau
        values[:, at + 1] = tau if one.symbol != "TLMQ" else 1 / B


def _put_other(values: Floats, one: Placed, size: Floats, f: Floats) -> None:
    """Parameters of an element that no rule places: of the size of the spectrum in the middle of the window."""
    omega = 2 * np.pi * np.sqrt(f[0] * f[-1])
    if one.symbol in {"C", "CPE"}:
        values[:, one.place] = 1 / (size * omega ** (1.0 if one.symbol == "C" else 0.85))
    elif one.symbol in {"L", "La"}:
        values[:, one.place] = size / omega
    elif one.symbol == "R":
        values[:, one.place] = size
