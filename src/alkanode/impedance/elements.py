"""Impedance of circuit elements, and their distributions of relaxation times, in closed form.

These are the truths against which the analysis is tested and from which virtual instruments are built. All functions
take arrays in SI and return arrays of the same shape; with time dependence ``exp(+j omega t)``, so that capacitive
arcs have a negative imaginary part.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]


def resistor(frequency: npt.ArrayLike, resistance: float) -> ComplexArray:
    """Impedance (ohm) of a resistance (ohm): the same at every frequency (Hz)."""
    return np.full(np.shape(frequency), resistance, dtype=np.complex128)


def inductor(frequency: npt.ArrayLike, inductance: float) -> ComplexArray:
    """Impedance (ohm) of an inductance (H) at frequencies (Hz): ``j omega L``."""
    return np.asarray(_j_omega(frequency) * inductance)


def capacitor(frequency: npt.ArrayLike, capacitance: float) -> ComplexArray:
    """Impedance (ohm) of a capacitance (F) at frequencies (Hz): ``1/(j omega C)``."""
    return np.asarray(1 / (_j_omega(frequency) * capacitance))


def zarc(frequency: npt.ArrayLike, resistance: float, relaxation_time: float, exponent: float = 1.0) -> ComplexArray:
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
    return np.asarray(resistance / (1 + (_j_omega(frequency) * relaxation_time) ** exponent))


def zarc_distribution(
    relaxation_times: npt.ArrayLike, resistance: float, relaxation_time: float, exponent: float
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
    if exponent == 1:
        raise PhysicsError(
            "the distribution of a half circle is a Dirac peak, not a function",
            found="exponent 1",
            todo="Use an exponent below 1",
        )
    distance = np.log(np.asarray(relaxation_times, dtype=np.float64) / relaxation_time)
    turn = (1 - exponent) * np.pi
    return np.asarray(resistance / (2 * np.pi) * np.sin(turn) / (np.cosh(exponent * distance) - np.cos(turn)))


def finite_length_diffusion(frequency: npt.ArrayLike, resistance: float, diffusion_time: float) -> ComplexArray:
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
    s = np.sqrt(_j_omega(frequency) * diffusion_time)
    return np.asarray(resistance * np.tanh(s) / s)


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


def _j_omega(frequency: npt.ArrayLike) -> ComplexArray:
    return np.asarray(2j * np.pi * np.asarray(frequency, dtype=np.float64))


def _check_arc(relaxation_time: float, exponent: float) -> None:
    if not 0 < exponent <= 1:
        raise PhysicsError("the exponent of a depressed arc lies in (0, 1]", found=f"{exponent:g}")
    if not relaxation_time > 0:
        raise PhysicsError("a relaxation time must be positive", found=f"{relaxation_time:g} s")
