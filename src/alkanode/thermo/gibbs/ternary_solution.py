r"""Gibbs energy, chemical potentials and second derivatives of a ternary solution.

One sublattice, Redlich-Kister terms of the pairs with the ternary mole fractions (Muggianu), one term of three elements:

.. math:: g = \sum_i x_i g_i + RT\sum_i x_i\ln x_i + \sum_{i<j} x_i x_j \sum_v L^{ij}_v (x_i - x_j)^v + x_1 x_2 x_3 L_{123}

.. math:: \mu_i = g + \partial g/\partial x_i - \sum_j x_j\,\partial g/\partial x_j

with the derivatives of g taken as if the three fractions were independent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

from alkanode.thermo.conditions import Array


@dataclass(frozen=True, slots=True)
class TernaryTerms:
    """What a ternary solution's Gibbs energy needs at given temperatures (J mol-1, each shaped like the temperature).

    Attributes
    ----------
    rt
        Gas constant times temperature.
    pure
        Energies of the three pure elements in this phase against the stable pure elements.
    pairs
        Redlich-Kister coefficients by order for the pairs (0, 1), (0, 2) and (1, 2).
    three
        Coefficient of the product of the three fractions.
    """

    rt: Array
    pure: tuple[Array, Array, Array]
    pairs: Mapping[tuple[int, int], tuple[Array, ...]]
    three: Array

    def at(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> TernaryTerms:
        """The same terms at some of the temperatures."""
        a, b, c = self.pure
        return TernaryTerms(
            rt=self.rt[chosen],
            pure=(a[chosen], b[chosen], c[chosen]),
            pairs={pair: tuple(value[chosen] for value in values) for pair, values in self.pairs.items()},
            three=self.three[chosen],
        )

    def energy(self, x: Array) -> Array:
        """Gibbs energy (J mol-1) at mole fractions ``x`` (..., 3), which broadcast with the temperature."""
        ideal = self.rt * xlogy(x, x).sum(axis=-1)
        linear = sum(x[..., i] * self.pure[i] for i in range(3))
        energy: Array = ideal + linear + self._excess(x)
        return energy

    def potentials(self, x: Array) -> Array:
        """Chemical potentials (..., 3), J mol-1; minus infinity where an element is absent."""
        with np.errstate(divide="ignore"):
            logarithm = np.log(x)
        mu: Array = self.potentials_without_mixing(x) + np.asarray(self.rt)[..., None] * logarithm
        return mu

    def potentials_without_mixing(self, x: Array) -> Array:
        """Chemical potentials less RT ln x (..., 3), J mol-1: finite where an element is absent."""
        slope = self._excess_slope(x)
        excess = self._excess(x) - (x * slope).sum(axis=-1)
        pure = np.stack(np.broadcast_arrays(*self.pure), axis=-1)
        mu: Array = pure + excess[..., None] + slope
        return mu

    def curvature(self, x: Array) -> Array:
        """Second derivatives of g by the three fractions, taken as independent (..., 3, 3), J mol-1; inf at x = 0."""
        hessian = self.excess_curvature(x)
        with np.errstate(divide="ignore"):
            ideal = np.asarray(self.rt)[..., None] / x
        index = np.arange(3)
        hessian[..., index, index] += ideal
        return hessian

    def _excess(self, x: Array) -> Array:
        total: Array = np.asarray(self.three * x.prod(axis=-1))
        for (i, j), coefficients in self.pairs.items():
            z = x[..., i] - x[..., j]
            series: Array = np.zeros_like(total)
            for coefficient in reversed(coefficients):
                series = series * z + coefficient
            total = total + x[..., i] * x[..., j] * series
        return total

    def _excess_slope(self, x: Array) -> Array:
        """Derivatives of the excess energy by the three fractions (..., 3)."""
        three = np.asarray(self.three)
        parts = [three * x[..., 1] * x[..., 2], three * x[..., 0] * x[..., 2], three * x[..., 0] * x[..., 1]]
        for (i, j), coefficients in self.pairs.items():
            s, ds, _ = _series(coefficients, x[..., i] - x[..., j])
            product = x[..., i] * x[..., j] * ds
            parts[i] = parts[i] + x[..., j] * s + product
            parts[j] = parts[j] + x[..., i] * s - product
        return np.stack(np.broadcast_arrays(*parts), axis=-1)

    def excess_curvature(self, x: Array) -> Array:
        """Second derivatives of the excess energy by the three fractions (..., 3, 3), J mol-1; finite everywhere."""
        shape = np.broadcast_shapes(x.shape[:-1], np.shape(self.rt))
        hessian: Array = np.zeros((*shape, 3, 3))
        for i, j, k in ((0, 1, 2), (0, 2, 1), (1, 2, 0)):
            off = self.three * x[..., k]
            hessian[..., i, j] += off
            hessian[..., j, i] += off
        for (i, j), coefficients in self.pairs.items():
            s, ds, dds = _series(coefficients, x[..., i] - x[..., j])
            product = x[..., i] * x[..., j] * dds
            hessian[..., i, i] += 2 * x[..., j] * ds + product
            hessian[..., j, j] += -2 * x[..., i] * ds + product
            off = s + (x[..., i] - x[..., j]) * ds - product
            hessian[..., i, j] += off
            hessian[..., j, i] += off
        return hessian


def _series(coefficients: tuple[Array, ...], z: Array) -> tuple[Array, Array, Array]:
    """Sum of L_v z^v and its first two derivatives with respect to z."""
    s, ds, dds = np.zeros_like(z), np.zeros_like(z), np.zeros_like(z)
    for coefficient in reversed(coefficients):
        dds = dds * z + 2 * ds
        ds = ds * z + s
        s = s * z + coefficient
    return s, ds, dds
