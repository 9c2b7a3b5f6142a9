"""Piecewise linear functions of ln(tau): their impedance, roughness and integrals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_GAUSS_POINTS = 6  # per half tent: exact to 1e-9 at ten nodes per decade


def tent_response(omega: FloatArray, log_tau: FloatArray) -> npt.NDArray[np.complex128]:
    """Impedance of a unit tent on every node.

    Parameters
    ----------
    omega
        Angular frequency, rad/s, shape (point,).
    log_tau
        Nodes ln(tau / s), evenly spaced, shape (tau,). The first and last node carry half a tent, so that the sum of
        all tents is one between the first and the last node and zero outside.

    Returns
    -------
    ndarray
        ``integral tent_k(u) / (1 + j omega e^u) du`` by Gauss-Legendre quadrature, shape (point, tau).
    """
    step = log_tau[1] - log_tau[0]
    abscissa, weight = np.polynomial.legendre.leggauss(_GAUSS_POINTS)
    fraction = (abscissa + 1) / 2
    u = log_tau[:-1, None] + step * fraction
    response = 1 / (1 + 1j * omega[:, None, None] * np.exp(u))
    falling = response @ (weight / 2 * step * (1 - fraction))
    rising = response @ (weight / 2 * step * fraction)
    kernel = np.zeros((omega.size, log_tau.size), dtype=np.complex128)
    kernel[:, :-1] += falling
    kernel[:, 1:] += rising
    return kernel


def penalty_matrix(log_tau: FloatArray, order: int) -> FloatArray:
    """Matrix M with ``x'Mx = integral (d^order gamma)^2 d ln tau``.

    Parameters
    ----------
    log_tau
        Evenly spaced nodes, shape (tau,), at least 3.
    order
        0 and 1 are exact for piecewise linear gamma; 2 uses second differences at the inner nodes.

    Returns
    -------
    ndarray
        Symmetric, positive semidefinite, shape (tau, tau).
    """
    n, step = log_tau.size, float(log_tau[1] - log_tau[0])
    if order == 0:
        mass = np.diag(np.full(n, 2 / 3)) + np.diag(np.full(n - 1, 1 / 6), 1) + np.diag(np.full(n - 1, 1 / 6), -1)
        mass[0, 0] = mass[-1, -1] = 1 / 3
        return np.asarray(mass * step)
    difference = np.diff(np.eye(n), n=order, axis=0)
    return np.asarray(difference.T @ difference / step ** (2 * order - 1))


def integration_weights(log_tau: FloatArray, low: float, high: float) -> FloatArray:
    """Weights w with ``w @ gamma = integral of gamma over [low, high]``, exact for piecewise linear gamma.

    Parameters
    ----------
    log_tau
        Evenly spaced nodes, shape (tau,).
    low, high
        Limits in ln(tau); parts outside the nodes count as zero.

    Returns
    -------
    ndarray
        Shape (tau,).
    """
    step = log_tau[1] - log_tau[0]
    start = np.clip((low - log_tau[:-1]) / step, 0, 1)
    end = np.clip((high - log_tau[:-1]) / step, 0, 1)
    rising = step * (end**2 - start**2) / 2
    falling = step * (end - start) - rising
    weights = np.zeros(log_tau.size)
    weights[:-1] += falling
    weights[1:] += rising
    return weights
