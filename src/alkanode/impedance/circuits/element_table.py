"""Elements of circuits: impedance and its derivatives in closed form, written as data.

Names and parameters are those of the package impedance.py, so that its circuits can be pasted; ``HN`` is not in that
package. Every formula takes ``s = j omega`` and parameters that broadcast against it. A derivative is written with the
impedance itself wherever that saves a power or a hyperbolic function, and divisions are by real numbers, ``Z * (1 / R)``,
since a complex division costs as much as six products.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

ComplexArray = npt.NDArray[np.complex128]
Transform = Literal["log", "logit"]
Value = Any  # a float or an array that broadcasts against s

_QUARTER_TURN = 0.5j * np.pi


@dataclass(frozen=True, slots=True)
class ElementParameter:
    """A parameter of an element.

    Attributes
    ----------
    name, unit, meaning
        The unit holds no blank: ``ohm.s-0.5``.
    lower, upper
        Default bounds. Those of positive quantities are beyond what any cell has; they only keep numbers finite.
    transform
        ``"log"`` for positive quantities, ``"logit"`` for quantities between two bounds.
    """

    name: str
    unit: str
    meaning: str
    lower: float
    upper: float
    transform: Transform = "log"


@dataclass(frozen=True, slots=True)
class Element:
    """An element of circuits.

    Attributes
    ----------
    symbol, aliases, meaning, equation
        ``symbol`` is the name in texts of circuits; the aliases mean the same.
    parameters
        In the order of the arguments.
    impedance
        ``(s, *parameters) -> ohm``, s = j omega.
    derivatives
        ``(s, impedance, *parameters) -> one derivative per parameter``; each broadcasts against the impedance.
    """

    symbol: str
    aliases: tuple[str, ...]
    meaning: str
    equation: str
    parameters: tuple[ElementParameter, ...]
    impedance: Callable[..., Any]
    derivatives: Callable[..., tuple[Any, ...]]


def power(s: Value, exponent: Value) -> Any:
    """``(j omega)^exponent`` by a real exponential, which costs a tenth of a complex power; zero at zero frequency."""
    with np.errstate(divide="ignore"):
        logarithm = np.log(s.imag)
    return np.exp(exponent * logarithm) * np.exp(_QUARTER_TURN * exponent)


def _log(s: Value) -> Any:
    """``ln(j omega)``."""
    return np.log(s.imag) + _QUARTER_TURN


def _finite_length(s: Value, R: Value, tau: Value) -> Any:
    x = np.sqrt(s * tau)
    return R * np.tanh(x) / x


def _finite_space(s: Value, R: Value, tau: Value) -> Any:
    x = np.sqrt(s * tau)
    return R / (x * np.tanh(x))


def _diffusion_derivatives(s: Value, Z: Value, R: Value, tau: Value) -> tuple[Any, ...]:
    """Both finite diffusions: with h = tanh or coth, h' = 1 - h^2, and h = Z sqrt(s tau)/R."""
    ratio = Z * (1 / R)
    return ratio, (R * (1 - ratio * ratio * (s * tau)) - Z) * (0.5 / tau)


def _zarc_derivatives(s: Value, Z: Value, R: Value, tau: Value, alpha: Value) -> tuple[Any, ...]:
    ratio = Z * (1 / R)
    fall = Z * (1 - ratio)  # Z u/(1 + u) with u = (s tau)^alpha
    return ratio, fall * (-alpha / tau), fall * (-_log(s * tau))


def _gerischer_derivatives(s: Value, Z: Value, R: Value, tau: Value) -> tuple[Any, ...]:
    return Z * (1 / R), -Z * s / (2 * (1 + s * tau))


def _finite_gerischer(s: Value, R: Value, tau: Value, phi: Value) -> Any:
    y = np.sqrt(1 + s * tau)
    return R / (y * np.tanh(phi * y))


def _finite_gerischer_derivatives(s: Value, Z: Value, R: Value, tau: Value, phi: Value) -> tuple[Any, ...]:
    square = 1 + s * tau
    slope = R - Z * Z * square / R  # dZ/dphi, since coth' = 1 - coth^2 and coth = Z y/R
    return Z * (1 / R), (phi * slope - Z) * s / (2 * square), slope


def _havriliak_negami(s: Value, R: Value, tau: Value, alpha: Value, beta: Value) -> Any:
    return R * (1 + power(s * tau, alpha)) ** (-beta)


def _havriliak_negami_derivatives(
    s: Value, Z: Value, R: Value, tau: Value, alpha: Value, beta: Value
) -> tuple[Any, ...]:
    u = power(s * tau, alpha)
    fall = -beta * Z * u / (1 + u)
    return Z * (1 / R), fall * (alpha / tau), fall * _log(s * tau), -Z * np.log(1 + u)


def _line(s: Value, R: Value, Q: Value, gamma: Value) -> Any:
    x = np.sqrt(R * Q * power(s, gamma))
    return R / (x * np.tanh(x))


def _line_derivatives(s: Value, Z: Value, R: Value, Q: Value, gamma: Value) -> tuple[Any, ...]:
    v = R * Q * power(s, gamma)
    ratio = Z * (1 / R)
    along = (R * (1 - ratio * ratio * v) - Z) / 2  # v dZ/dv at constant R
    return ratio + along / R, along / Q, along * _log(s)


_R = ElementParameter("R", "ohm", "resistance", 1e-9, 1e15)
_TAU = ElementParameter("tau", "s", "relaxation or diffusion time", 1e-15, 1e9)
_ALPHA = ElementParameter("alpha", "1", "exponent", 0.0, 1.0, "logit")

_TABLE = (
    Element(
        "R",
        (),
        "resistance",
        "R",
        (_R,),
        lambda s, R: R + 0 * s,
        lambda s, Z, R: (np.ones((1, 1)),),
    ),
    Element(
        "C",
        (),
        "capacitance",
        "1/(s C)",
        (ElementParameter("C", "F", "capacitance", 1e-18, 1e6),),
        lambda s, C: 1 / (s * C),
        lambda s, Z, C: (Z * (-1 / C),),
    ),
    Element(
        "L",
        (),
        "inductance",
        "s L",
        (ElementParameter("L", "H", "inductance", 1e-15, 1e3),),
        lambda s, L: s * L,
        lambda s, Z, L: (s + 0 * L,),
    ),
    Element(
        "La",
        (),
        "inductance with losses",
        "(s L)^alpha",
        (ElementParameter("L", "H.ohm(1/alpha-1)", "inductance", 1e-15, 1e3), _ALPHA),
        lambda s, L, alpha: power(s * L, alpha),
        lambda s, Z, L, alpha: (Z * (alpha / L), Z * _log(s * L)),
    ),
    Element(
        "CPE",
        ("Q",),
        "constant-phase element",
        "1/(Q s^alpha)",
        (ElementParameter("Q", "S.s^alpha", "admittance at 1 rad/s", 1e-18, 1e6), _ALPHA),
        lambda s, Q, alpha: power(s, -alpha) * (1 / Q),
        lambda s, Z, Q, alpha: (Z * (-1 / Q), Z * -_log(s)),
    ),
    Element(
        "W",
        (),
        "diffusion without end (Warburg)",
        "A (1 - j)/sqrt(omega)",
        (ElementParameter("A", "ohm.s-0.5", "Warburg coefficient", 1e-9, 1e15),),
        lambda s, A: A * (np.sqrt(2) / np.sqrt(s)),
        lambda s, Z, A: (Z * (1 / A),),
    ),
    Element(
        "Ws",
        ("FLW",),
        "diffusion to a fixed concentration (finite length, transmissive)",
        "R tanh(x)/x, x = sqrt(s tau)",
        (_R, _TAU),
        _finite_length,
        _diffusion_derivatives,
    ),
    Element(
        "Wo",
        ("FSW",),
        "diffusion to a closed wall (finite space, reflective)",
        "R coth(x)/x, x = sqrt(s tau)",
        (_R, _TAU),
        _finite_space,
        _diffusion_derivatives,
    ),
    Element(
        "G",
        (),
        "diffusion with reaction (Gerischer)",
        "R/sqrt(1 + s tau)",
        (_R, _TAU),
        lambda s, R, tau: R / np.sqrt(1 + s * tau),
        _gerischer_derivatives,
    ),
    Element(
        "Gs",
        (),
        "diffusion with reaction in a layer (finite Gerischer)",
        "R/(y tanh(phi y)), y = sqrt(1 + s tau)",
        (_R, _TAU, ElementParameter("phi", "1", "thickness over reaction length", 1e-6, 1e6)),
        _finite_gerischer,
        _finite_gerischer_derivatives,
    ),
    Element(
        "K",
        (),
        "resistance beside capacitance",
        "R/(1 + s tau)",
        (_R, _TAU),
        lambda s, R, tau: R / (1 + s * tau),
        lambda s, Z, R, tau: (Z * (1 / R), Z * Z * (s * (-1 / R))),
    ),
    Element(
        "Zarc",
        ("ZARC",),
        "resistance beside constant-phase element (depressed arc)",
        "R/(1 + (s tau)^alpha)",
        (_R, _TAU, _ALPHA),
        lambda s, R, tau, alpha: R / (1 + power(s * tau, alpha)),
        _zarc_derivatives,
    ),
    Element(
        "HN",
        (),
        "skewed arc (Havriliak-Negami)",
        "R/(1 + (s tau)^alpha)^beta",
        (_R, _TAU, _ALPHA, ElementParameter("beta", "1", "skewness", 0.0, 1.0, "logit")),
        _havriliak_negami,
        _havriliak_negami_derivatives,
    ),
    Element(
        "TLMQ",
        ("TLM",),
        "pores with a blocking wall (transmission line of de Levie)",
        "R coth(x)/x, x = sqrt(R Q s^gamma)",
        (
            ElementParameter("R", "ohm", "resistance of the pores", 1e-9, 1e15),
            ElementParameter("Q", "S.s^gamma", "admittance of the wall at 1 rad/s", 1e-18, 1e6),
            ElementParameter("gamma", "1", "exponent", 0.0, 1.0, "logit"),
        ),
        _line,
        _line_derivatives,
    ),
)

ELEMENTS: dict[str, Element] = {element.symbol: element for element in _TABLE}
"""Every element by its symbol."""

SYMBOLS: dict[str, Element] = ELEMENTS | {alias: element for element in _TABLE for alias in element.aliases}
"""Every element by its symbol and by its aliases."""
