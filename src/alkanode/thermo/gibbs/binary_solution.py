r"""Gibbs energy, chemical potentials and curvature of a binary solution.

One sublattice, Redlich-Kister; **x is the mole fraction of the second element** (Na in K-Na):

.. math:: g = (1-x) g_1 + x g_2 + RT[(1-x)\ln(1-x) + x\ln x] + x(1-x)\sum_v L_v (1-2x)^v

.. math:: \mu_1 = g - x g', \qquad \mu_2 = g + (1-x) g'
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

from alkanode.thermo.conditions import Array


@dataclass(frozen=True, slots=True)
class SolutionTerms:
    """What a solution's Gibbs energy needs at given temperatures (J mol-1, each shaped like the temperature).

    Attributes
    ----------
    rt
        Gas constant times temperature.
    pure
        Energies of the two pure elements in this phase against the stable pure elements.
    interaction
        Redlich-Kister coefficients by order.
    """

    rt: Array
    pure: tuple[Array, Array]
    interaction: tuple[Array, ...]

    def at(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> SolutionTerms:
        """The same terms at some of the temperatures."""
        return SolutionTerms(
            rt=self.rt[chosen],
            pure=(self.pure[0][chosen], self.pure[1][chosen]),
            interaction=tuple(coefficient[chosen] for coefficient in self.interaction),
        )

    @property
    def coefficients(self) -> Array:
        """All terms behind each other along a last axis; energy and stiffness are linear in them."""
        return np.stack([self.rt, *self.pure, *self.interaction], axis=-1)

    @classmethod
    def from_coefficients(cls, values: Array) -> SolutionTerms:
        """The terms whose :attr:`coefficients` are ``values``."""
        rt, first, second, *interaction = np.moveaxis(values, -1, 0)
        return cls(rt=rt, pure=(first, second), interaction=tuple(interaction))

    def energy(self, x: Array) -> Array:
        """Gibbs energy at mole fraction ``x``, J mol-1."""
        y, z = 1 - x, 1 - 2 * x
        ideal = self.rt * (xlogy(x, x) + xlogy(y, y))
        excess: Array = np.zeros_like(z)
        for coefficient in reversed(self.interaction):
            excess = excess * z + coefficient
        energy: Array = y * self.pure[0] + x * self.pure[1] + ideal + x * y * excess
        return energy

    def potentials(self, x: Array, y: Array | None = None) -> tuple[Array, Array, Array]:
        """Chemical potentials of both elements, and g'' times x(1-x) (finite at both ends), J mol-1.

        ``y`` is 1 - x where the caller knows it better than that difference does (x within 1e-6 of 1).
        """
        y = 1 - x if y is None else y
        z = y - x
        product = x * y
        s, ds, dds = self._series(z)
        with np.errstate(divide="ignore"):
            ideal_1, ideal_2 = self.rt * np.log(y), self.rt * np.log(x)
        excess, slope = product * s, z * s + product * ds
        mu_1 = self.pure[0] + ideal_1 + excess - x * slope
        mu_2 = self.pure[1] + ideal_2 + excess + y * slope
        stiffness = self.rt + product * (-2 * s + 2 * z * ds + product * dds)
        return mu_1, mu_2, stiffness

    def _series(self, z: Array) -> tuple[Array | float, Array | float, Array | float]:
        """Sum of L_v z^v and its first two derivatives with respect to x, where z = 1 - 2x."""
        s: Array | float = 0.0
        ds: Array | float = 0.0
        dds: Array | float = 0.0
        for coefficient in reversed(self.interaction):
            dds = dds * z + 2 * ds
            ds = ds * z + s
            s = s * z + coefficient
        return s, -2 * ds, 4 * dds
