"""Impedance of circuit elements, and their distributions of relaxation times, in closed form.

These are the truths against which the analysis is tested and from which virtual instruments are built. All functions
take arrays in SI that broadcast against each other (frequencies over the last axis and one resistance per spectrum over the
first make a series) and return arrays of the common shape; with time dependence ``exp(+j omega t)``, so that capacitive arcs
have a negative imaginary part. The formulas of the impedances are those of the elements of circuits
(:mod:`alkanode.impedance.circuits.element_table`); the distributions stand here.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError
from alkanode.impedance.circuits.element_table import ELEMENTS

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]


def resistor(frequency: npt.ArrayLike, resistance: npt.ArrayLike) -> ComplexArray:
    """Impedance (ohm) of a resistance (ohm): the same at every frequency (Hz)."""
    return _element("R", frequency, resistance)


def inductor(frequency: npt.ArrayLike, inductance: npt.ArrayLike) -> ComplexArray:
    """Impedance (ohm) of an inductance (H) at frequencies (Hz): ``j omega L``."""
    return _element("L", frequency, inductance)


def capacitor(frequency: npt.ArrayLike, capacitance: npt.ArrayLike) -> ComplexArray:
    """Impedance (ohm) of a capacitance (F) at frequencies (Hz): ``1/(j omega C)``."""
    return _element("C", frequency, capacitance)


def zarc(
    frequency: npt.ArrayLike, resistance: npt.ArrayLike, relaxation_time: npt.ArrayLike, exponent: npt.ArrayLike = 1.0
) -> ComplexArray:
    """Impedance of a resistance beside a constant-phase element (a depressed arc).

    Parameters
    ----------
    frequency
        Hz, any shape.
    resistance
        Width of the arc on the real axis, ohm.
    relaxation_time
        tau0, s; the arc peaks at ``1/(2 pi tau0)``.
    exponent
        alpha, in (0, 1]; 1 (the default) is resistance beside capacitance, a half circle.

    Returns
    -------
    ndarray
        ``R / (1 + (j omega tau0)^alpha)``, ohm, complex.

    Raises
    ------
    PhysicsError
        For an exponent outside (0, 1] or a relaxation time that is not positive.
    """
    _check_arc(relaxation_time, exponent)
    return _element("Zarc", frequency, resistance, relaxation_time, exponent)


def zarc_distribution(
    relaxation_times: npt.ArrayLike, resistance: npt.ArrayLike, relaxation_time: npt.ArrayLike, exponent: npt.ArrayLike
) -> FloatArray:
    """Distribution of relaxation times of :func:`zarc`.

    Parameters
    ----------
    relaxation_times
        Where to evaluate, s, any shape.
    resistance, relaxation_time, exponent
        As in :func:`zarc`; the exponent must be below 1, since a half circle is a Dirac peak.

    Returns
    -------
    ndarray
        gamma, ohm per unit ln(tau): ``R/(2 pi) sin((1-a) pi) / (cosh(a ln(tau/tau0)) - cos((1-a) pi))``.

    Raises
    ------
    PhysicsError
        For an exponent outside (0, 1) or a relaxation time that is not positive.
    """
    _check_arc(relaxation_time, exponent)
    if np.any(np.equal(exponent, 1)):
        raise PhysicsError(
            "the distribution of a half circle is a Dirac peak, not a function",
            found="exponent 1",
            todo="Use an exponent below 1",
        )
    tau, R, tau_0, alpha = _arrays(relaxation_times, resistance, relaxation_time, exponent)
    turn = (1 - alpha) * np.pi
    return np.asarray(R / (2 * np.pi) * np.sin(turn) / (np.cosh(alpha * np.log(tau / tau_0)) - np.cos(turn)))


def finite_length_diffusion(
    frequency: npt.ArrayLike, resistance: npt.ArrayLike, diffusion_time: npt.ArrayLike
) -> ComplexArray:
    """Impedance of diffusion through a layer with a fixed concentration at its far side.

    Parameters
    ----------
    frequency
        Hz, any shape; not zero.
    resistance
        Value at zero frequency, ohm.
    diffusion_time
        tau_D = (thickness)^2 / D, s.

    Returns
    -------
    ndarray
        ``R tanh(s)/s`` with ``s = sqrt(j omega tau_D)``, ohm, complex.
    """
    return _element("Ws", frequency, resistance, diffusion_time)


def finite_length_diffusion_lines(
    resistance: float, diffusion_time: float, count: int
) -> tuple[FloatArray, FloatArray]:
    """Distribution of relaxation times of :func:`finite_length_diffusion`, a series of Dirac peaks.

    Parameters
    ----------
    resistance, diffusion_time
        As in :func:`finite_length_diffusion`.
    count
        Number of peaks, the slowest first.

    Returns
    -------
    relaxation_times, resistances
        ``4 tau_D/((2k-1)^2 pi^2)`` (s) and ``8 R/((2k-1)^2 pi^2)`` (ohm) for k = 1 .. count, each of shape (count,);
        the resistances sum to R as count grows.
    """
    square: FloatArray = ((2 * np.arange(1, count + 1, dtype=np.float64) - 1) * np.pi) ** 2
    return 4 * diffusion_time / square, 8 * resistance / square


def skewed_arc(
    frequency: npt.ArrayLike,
    resistance: npt.ArrayLike,
    relaxation_time: npt.ArrayLike,
    exponent: npt.ArrayLike,
    skewness: npt.ArrayLike,
) -> ComplexArray:
    """Impedance of a skewed arc after Havriliak and Negami.

    Parameters
    ----------
    frequency
        Hz, any shape.
    resistance, relaxation_time, exponent
        As in :func:`zarc`.
    skewness
        beta, in (0, 1]; 1 is the arc of :func:`zarc`, smaller values stretch its high-frequency side.

    Returns
    -------
    ndarray
        ``R / (1 + (j omega tau0)^alpha)^beta``, ohm, complex.

    Raises
    ------
    PhysicsError
        For exponents outside (0, 1] or a relaxation time that is not positive.
    """
    _check_arc(relaxation_time, exponent)
    _check_arc(relaxation_time, skewness)
    return _element("HN", frequency, resistance, relaxation_time, exponent, skewness)


def skewed_arc_distribution(
    relaxation_times: npt.ArrayLike,
    resistance: npt.ArrayLike,
    relaxation_time: npt.ArrayLike,
    exponent: npt.ArrayLike,
    skewness: npt.ArrayLike,
) -> FloatArray:
    """Distribution of relaxation times of :func:`skewed_arc`.

    Parameters
    ----------
    relaxation_times
        Where to evaluate, s, any shape.
    resistance, relaxation_time, exponent, skewness
        As in :func:`skewed_arc`; the exponent must be below 1, where the distribution is a function without a pole.

    Returns
    -------
    ndarray
        gamma, ohm per unit ln(tau): ``R/pi y^(a b) sin(b theta) / (y^2a + 2 y^a cos(a pi) + 1)^(b/2)`` with
        ``y = tau/tau0`` and ``theta = arg(y^a + exp(j a pi))``.

    Raises
    ------
    PhysicsError
        For exponents out of range or a relaxation time that is not positive.
    """
    _check_arc(relaxation_time, exponent)
    _check_arc(relaxation_time, skewness)
    if np.any(np.equal(exponent, 1)):
        raise PhysicsError(
            "the distribution of a skewed arc needs an exponent below 1",
            found="exponent 1",
            todo="With exponent 1 it ends in a pole at tau0: use 0.999",
        )
    tau, R, tau_0, alpha, beta = _arrays(relaxation_times, resistance, relaxation_time, exponent, skewness)
    power = (tau / tau_0) ** alpha
    turned = power + np.exp(1j * np.pi * alpha)
    return np.asarray(R / np.pi * power**beta * np.sin(beta * np.angle(turned)) / np.abs(turned) ** beta)


def gerischer(frequency: npt.ArrayLike, resistance: npt.ArrayLike, reaction_time: npt.ArrayLike) -> ComplexArray:
    """Impedance of diffusion with a reaction (Gerischer).

    Parameters
    ----------
    frequency
        Hz, any shape.
    resistance
        Value at zero frequency, ohm.
    reaction_time
        Inverse of the rate constant, s.

    Returns
    -------
    ndarray
        ``R / sqrt(1 + j omega tau)``, ohm, complex.

    Raises
    ------
    PhysicsError
        For a reaction time that is not positive.
    """
    _check_arc(reaction_time, 1.0)
    return _element("G", frequency, resistance, reaction_time)


def gerischer_distribution(
    relaxation_times: npt.ArrayLike, resistance: npt.ArrayLike, reaction_time: npt.ArrayLike
) -> FloatArray:
    """Distribution of relaxation times of :func:`gerischer`.

    Parameters
    ----------
    relaxation_times
        Where to evaluate, s, any shape.
    resistance, reaction_time
        As in :func:`gerischer`.

    Returns
    -------
    ndarray
        gamma, ohm per unit ln(tau): ``R/pi sqrt(tau/(tau0 - tau))`` below the reaction time tau0, where it has a pole,
        and 0 from there on.

    Raises
    ------
    PhysicsError
        For a reaction time that is not positive.
    """
    _check_arc(reaction_time, 1.0)
    tau, R, tau_0 = _arrays(relaxation_times, resistance, reaction_time)
    below = tau < tau_0
    rest = np.where(below, tau_0 - tau, 1.0)
    return np.asarray(np.where(below, R / np.pi * np.sqrt(tau / rest), 0.0))


def _arrays(*values: npt.ArrayLike) -> tuple[FloatArray, ...]:
    return tuple(np.asarray(value, dtype=np.float64) for value in values)


def _element(symbol: str, frequency: npt.ArrayLike, *values: npt.ArrayLike) -> ComplexArray:
    s = np.asarray(2j * np.pi * np.asarray(frequency, dtype=np.float64))
    return np.asarray(ELEMENTS[symbol].impedance(s, *_arrays(*values)), dtype=np.complex128)


def _check_arc(relaxation_time: npt.ArrayLike, exponent: npt.ArrayLike) -> None:
    tau, alpha = _arrays(relaxation_time, exponent)
    for good, values, unit, needed in (
        ((alpha > 0) & (alpha <= 1), alpha, "", "the exponent of a depressed arc lies in (0, 1]"),
        (tau > 0, tau, " s", "a relaxation time must be positive"),
    ):
        if not good.all():
            raise PhysicsError(needed, found=f"{values[~good].flat[0]:g}{unit}")
