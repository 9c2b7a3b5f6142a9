"""Gaussians on a grid of ln(tau): their impedance, roughness and integrals.

A distribution made of Gaussians is smooth between the nodes; one made of tents (:mod:`~alkanode.impedance.relaxation.
tent_basis`) is not, but follows sharp peaks better and stays inside its grid. The Gaussians of the end nodes reach
beyond the grid; what lies there counts as polarisation outside the window.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import erf

FloatArray = npt.NDArray[np.float64]

_REACH = 6.2  # in units of 1/sharpness: exp(-6.2^2) = 2e-17
_PER_NODE = 2  # quadrature points per node at least: the trapezoidal rule is then exact to rounding


def sharpness(log_tau: FloatArray, width: float) -> float:
    """Factor mu of ``exp(-(mu (u - u_k))^2)`` for a full width at half maximum of ``step / width``.

    Parameters
    ----------
    log_tau
        Evenly spaced nodes, shape (tau,).
    width
        FWHM coefficient: node spacing over full width at half maximum. 0.5 makes a Gaussian two spacings wide.

    Returns
    -------
    float
        Per unit ln(tau).

    References
    ----------
    :cite:`Wan2015`
    """
    return 2 * float(np.sqrt(np.log(2))) * width / float(log_tau[1] - log_tau[0])


def gaussian_response(omega: FloatArray, log_tau: FloatArray, mu: float) -> npt.NDArray[np.complex128]:
    """Impedance of a Gaussian of height one on every node.

    Parameters
    ----------
    omega
        Angular frequency, rad/s, shape (point,).
    log_tau
        Nodes ln(tau / s), evenly spaced, shape (tau,).
    mu
        From :func:`sharpness`.

    Returns
    -------
    ndarray
        ``integral exp(-(mu (u - u_k))^2) / (1 + j omega e^u) du``, shape (point, tau), by the trapezoidal rule, which
        converges exponentially for such functions.
    """
    step = float(log_tau[1] - log_tau[0])
    parts = max(_PER_NODE, int(np.ceil(step * max(2 * mu, 4.0))))
    beyond = int(np.ceil(_REACH / mu / step * parts))
    count = (log_tau.size - 1) * parts + 2 * beyond + 1
    u = log_tau[0] + step / parts * (np.arange(count) - beyond)
    kernel = 1 / (1 + 1j * omega[:, None] * np.exp(u))
    heights = np.exp(-((mu * (u[:, None] - log_tau)) ** 2)) * (step / parts)
    return np.asarray(kernel @ heights)


def gaussian_values(log_tau: FloatArray, mu: float) -> FloatArray:
    """Height of every Gaussian at every node, shape (tau, tau): ``gamma = values @ coefficients``."""
    return np.asarray(np.exp(-((mu * (log_tau[:, None] - log_tau)) ** 2)))


def gaussian_penalty(log_tau: FloatArray, mu: float, order: int) -> FloatArray:
    """Matrix M with ``x'Mx = integral (d^order gamma)^2 d ln tau`` over all relaxation times, in closed form.

    Parameters
    ----------
    log_tau
        Evenly spaced nodes, shape (tau,).
    mu
        From :func:`sharpness`.
    order
        0, 1 or 2.

    Returns
    -------
    ndarray
        Symmetric, positive definite, shape (tau, tau).
    """
    square = (mu * (log_tau[:, None] - log_tau)) ** 2
    factor = (np.ones_like(square), 1 - square, 3 - 6 * square + square**2)[order]
    return np.asarray(np.sqrt(np.pi / 2) * mu ** (2 * order - 1) * factor * np.exp(-square / 2))


def gaussian_integrals(log_tau: FloatArray, mu: float, low: float, high: float) -> FloatArray:
    """Integral of every Gaussian over [low, high] in ln(tau), shape (tau,); the limits may be infinite."""
    return np.asarray(np.sqrt(np.pi) / (2 * mu) * (erf(mu * (high - log_tau)) - erf(mu * (low - log_tau))))
