"""A spectrum as inductance, series resistance, arcs and a tail: impedance and derivatives for a whole series at once.

Three shapes of an arc: ``depressed``, ``R / (1 + (j omega tau)^alpha)``, whose distribution has long feet; ``log-normal``, a
normal distribution of ln(tau), which has none; ``skewed``, ``R / (1 + (j omega tau)^alpha)^beta`` after Havriliak and Negami.
What rises at the lowest frequencies without an end in the window is a tail ``B (j omega / omega_min)^-gamma``.

Resistances, inductance and tail enter linearly and stay on their own scale; places and shapes are unknowns u = ln(tau), and
logits of alpha, beta, gamma and the width of a log-normal arc between their limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]
Shape = Literal["depressed", "log-normal", "skewed"]

ALPHA = (0.35, 1.0)
BETA = (0.3, 1.0)
GAMMA = (0.4, 1.0)
"""Limits of the exponents: below the lower ones an arc is broader than three decades and no process of its own."""

SPREAD = (0.05, 2.5)
"""Limits of the standard deviation of ln(tau) of a log-normal arc."""

_DECADE = float(np.log(10))
_REACH, _NODES = 4.5, 21  # of the quadrature of a log-normal arc, standard deviations; 1e-4 of R at the widest


_ABSCISSA = np.linspace(-_REACH, _REACH, _NODES)
_SHARE = np.exp(-(_ABSCISSA**2) / 2) / np.exp(-(_ABSCISSA**2) / 2).sum()

SHAPE_UNKNOWNS: dict[Shape, tuple[str, ...]] = {
    "depressed": ("time", "alpha"),
    "log-normal": ("time", "spread"),
    "skewed": ("time", "alpha", "beta"),
}
LIMITS = {"alpha": ALPHA, "beta": BETA, "gamma": GAMMA, "spread": SPREAD}


@dataclass(frozen=True)
class ArcSum:
    """Which unknowns there are, in order: R0, omega_max L, one R per arc, B; then u and shape of each arc, gamma.

    Attributes
    ----------
    shapes
        Of the arcs.
    tail
        Whether there is a tail.
    """

    shapes: tuple[Shape, ...]
    tail: bool

    @property
    def arcs(self) -> int:
        """Number of arcs."""
        return len(self.shapes)

    @property
    def linear(self) -> int:
        """Number of unknowns that enter linearly."""
        return 2 + self.arcs + self.tail

    @property
    def size(self) -> int:
        """Number of unknowns of a spectrum."""
        return len(self.kinds)

    def resistance(self, arc: int) -> int:
        """Place of the resistance of an arc."""
        return 2 + arc

    def log_time(self, arc: int) -> int:
        """Place of the ln(tau) of an arc; what gives its shape comes next."""
        return self.linear + sum(len(SHAPE_UNKNOWNS[shape]) for shape in self.shapes[:arc])

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """What each unknown is: linear, time, alpha, beta, spread, gamma."""
        own = [kind for shape in self.shapes for kind in SHAPE_UNKNOWNS[shape]]
        return tuple(["linear"] * self.linear + own + ["gamma"] * self.tail)

    def unknowns(self, x: FloatArray, arc: int) -> dict[str, FloatArray]:
        """ln(tau / s) and the quantities of its shape, each of shape (spectrum,), by name."""
        at, kinds = self.log_time(arc), SHAPE_UNKNOWNS[self.shapes[arc]]
        named = {kind: between(x[:, at + place], LIMITS[kind]) for place, kind in enumerate(kinds) if place}
        return {"time": x[:, at], **named}

    def evaluate(self, frequency: FloatArray, x: FloatArray) -> tuple[ComplexArray, ComplexArray]:
        """Impedance and derivatives.

        Parameters
        ----------
        frequency
            Hz, shape (spectrum, point), descending; padded with any positive number.
        x
            Unknowns, shape (spectrum, unknown).

        Returns
        -------
        impedance, derivatives
            ohm, shapes (spectrum, point) and (spectrum, unknown, point).
        """
        omega = 2 * np.pi * frequency
        J = np.empty((*x.shape, frequency.shape[1]), dtype=np.complex128)
        J[:, 0] = 1
        J[:, 1] = 1j * omega / omega.max(axis=1, keepdims=True)
        for arc in range(self.arcs):
            unit, derived = _arc(self.shapes[arc], omega, self.unknowns(x, arc))
            J[:, self.resistance(arc)] = unit
            for place, one in enumerate(derived, start=self.log_time(arc)):
                J[:, place] = x[:, self.resistance(arc), None] * one
        if self.tail:
            gamma = between(x[:, -1:], GAMMA)
            logarithm = np.log(omega / omega.min(axis=1, keepdims=True)) + 0.5j * np.pi
            at = self.linear - 1
            J[:, at] = np.exp(-gamma * logarithm)
            J[:, -1] = -x[:, at, None] * J[:, at] * logarithm * slope(gamma, GAMMA)
        return np.einsum("kup,ku->kp", J[:, : self.linear], x[:, : self.linear]), J


def _arc(
    shape: Shape, omega: FloatArray, known: dict[str, FloatArray]
) -> tuple[ComplexArray, tuple[ComplexArray, ...]]:
    """Impedance of an arc of 1 ohm, and its derivatives with respect to ln(tau) and the logits of its shape."""
    column = {name: values[:, None] for name, values in known.items()}
    logarithm = np.log(omega) + column["time"]
    if shape == "log-normal":
        return _log_normal(np.exp(np.clip(logarithm, -150, 150)), known["spread"])
    alpha = column["alpha"]
    turn = 0.5j * np.pi
    power = np.exp(alpha * logarithm) * np.exp(turn * alpha)
    turned = logarithm + turn
    one = 1 / (1 + power)
    if shape == "depressed":
        fall = -one * one * power
        return one, (fall * alpha, fall * turned * slope(alpha, ALPHA))
    beta = column["beta"]
    unit = one**beta
    fall = -beta * unit * one * power
    skew = unit * np.log(one) * slope(beta, BETA)
    return unit, (fall * alpha, fall * turned * slope(alpha, ALPHA), skew)


def _log_normal(omega_tau: FloatArray, spread: FloatArray) -> tuple[ComplexArray, tuple[ComplexArray, ...]]:
    """As :func:`_arc`, by a sum over relaxation times in real numbers: 1/(1 + jE) = D - j E D with D = 1/(1 + E^2)."""
    E = omega_tau[:, :, None] * np.exp(spread[:, None] * _ABSCISSA)[:, None, :]
    D = 1 / (1 + E * E)
    ED = E * D
    both = np.column_stack([_SHARE, _SHARE * _ABSCISSA])
    real, imaginary = 2 * D * (D - 1) @ both, ED * (1 - 2 * D) @ both
    falls = real + 1j * imaginary
    return D @ _SHARE - 1j * (ED @ _SHARE), (falls[..., 0], falls[..., 1] * slope(spread[:, None], SPREAD))


def between(logit: FloatArray, limits: tuple[float, float]) -> FloatArray:
    """A quantity between two limits from its logit."""
    return np.asarray(limits[0] + (limits[1] - limits[0]) / (1 + np.exp(-np.clip(logit, -30, 30))))


def logit(value: FloatArray | float, limits: tuple[float, float]) -> FloatArray:
    """Logit of a quantity between two limits."""
    share = (np.asarray(value, dtype=np.float64) - limits[0]) / (limits[1] - limits[0])
    return np.asarray(np.log(share / (1 - share)))


def slope(value: FloatArray, limits: tuple[float, float]) -> FloatArray:
    """Derivative of a quantity with respect to its logit."""
    return np.asarray((value - limits[0]) * (limits[1] - value) / (limits[1] - limits[0]))


def peak_times(shape: Shape, known: dict[str, FloatArray]) -> FloatArray:
    """Logarithm of the relaxation time 1/omega at the largest loss of an arc, shape (spectrum,).

    It is tau but for skewed arcs, whose loss is largest at
    ``omega tau = (sin(pi alpha / (2 beta + 2)) / sin(pi alpha beta / (2 beta + 2)))^(1/alpha)``.
    """
    if shape != "skewed":
        return known["time"]
    half = np.pi * known["alpha"] / (2 * known["beta"] + 2)
    return np.asarray(known["time"] + np.log(np.sin(half * known["beta"]) / np.sin(half)) / known["alpha"])


def widths(shape: Shape, known: dict[str, FloatArray]) -> FloatArray:
    """Full width at half height of the distribution of an arc, decades, shape (spectrum,)."""
    if shape == "log-normal":
        return np.asarray(2 * np.sqrt(2 * np.log(2)) * known["spread"] / _DECADE)
    alpha = known["alpha"]
    if shape == "depressed":
        return np.asarray(2 * np.arccosh(2 + np.cos(np.pi * alpha)) / alpha / _DECADE)
    u = np.linspace(-12, 12, 961)
    power = np.exp(alpha[:, None] * u)
    turn = np.pi * alpha[:, None]
    angle = np.arctan2(np.sin(turn), power + np.cos(turn))
    beta = known["beta"][:, None]
    gamma = power**beta * np.sin(beta * angle) / (power**2 + 2 * power * np.cos(turn) + 1) ** (beta / 2)
    high = gamma > gamma.max(axis=1, keepdims=True) / 2
    return np.asarray(high.sum(axis=1) * (u[1] - u[0]) / _DECADE)
