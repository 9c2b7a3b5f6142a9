"""The two families of functions that a distribution is made of, behind one face."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from alkanode.impedance.relaxation import gaussian_basis, tent_basis

FloatArray = npt.NDArray[np.float64]
BasisName = Literal["tent", "gaussian"]


class Basis(Protocol):
    """Functions of ln(tau), one per node of an evenly spaced grid."""

    @property
    def log_tau(self) -> FloatArray:
        """Nodes, shape (tau,)."""

    def response(self, omega: FloatArray) -> npt.NDArray[np.complex128]:
        """Impedance of each function (ohm per unit coefficient), shape (point, tau)."""

    def penalty(self, order: int) -> FloatArray:
        """Roughness, shape (tau, tau)."""

    def distribution(self, coefficients: FloatArray) -> FloatArray:
        """Gamma at the nodes from coefficients, both of shape (batch, tau)."""

    def integrals(self, low: float, high: float) -> FloatArray:
        """Integral of each function between two ln(tau), shape (tau,)."""


@dataclass(frozen=True, slots=True, eq=False)
class TentBasis:
    """Piecewise linear functions; coefficients are the distribution at the nodes."""

    log_tau: FloatArray

    def response(self, omega: FloatArray) -> npt.NDArray[np.complex128]:
        """Impedance of each tent, shape (point, tau)."""
        return tent_basis.tent_response(omega, self.log_tau)

    def penalty(self, order: int) -> FloatArray:
        """Roughness, shape (tau, tau)."""
        return tent_basis.penalty_matrix(self.log_tau, order)

    def distribution(self, coefficients: FloatArray) -> FloatArray:
        """Gamma at the nodes, shape (batch, tau)."""
        return coefficients

    def integrals(self, low: float, high: float) -> FloatArray:
        """Integral of each tent, shape (tau,)."""
        return tent_basis.integration_weights(self.log_tau, low, high)


@dataclass(frozen=True, slots=True, eq=False)
class GaussianBasis:
    """Gaussian radial functions of one width."""

    log_tau: FloatArray
    width: float = 0.5
    mu: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mu", gaussian_basis.sharpness(self.log_tau, self.width))

    def response(self, omega: FloatArray) -> npt.NDArray[np.complex128]:
        """Impedance of each Gaussian, shape (point, tau)."""
        return gaussian_basis.gaussian_response(omega, self.log_tau, self.mu)

    def penalty(self, order: int) -> FloatArray:
        """Roughness, shape (tau, tau)."""
        return gaussian_basis.gaussian_penalty(self.log_tau, self.mu, order)

    def distribution(self, coefficients: FloatArray) -> FloatArray:
        """Gamma at the nodes, shape (batch, tau)."""
        return np.asarray(coefficients @ gaussian_basis.gaussian_values(self.log_tau, self.mu))

    def integrals(self, low: float, high: float) -> FloatArray:
        """Integral of each Gaussian, shape (tau,)."""
        return gaussian_basis.gaussian_integrals(self.log_tau, self.mu, low, high)


def basis_on(log_tau: FloatArray, name: BasisName, width: float) -> Basis:
    """The basis of that name on a grid of ln(tau); ``width`` is the FWHM coefficient of the Gaussians."""
    return TentBasis(log_tau) if name == "tent" else GaussianBasis(log_tau, width)
