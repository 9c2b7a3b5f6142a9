"""A fixed net of ternary compositions and the Gibbs energies on it.

The net is even in the middle of the triangle and even in log-odds near its sides and corners, so that a metal that dissolves
to one part in a million is seen as well as an alloy in equal parts. A Gibbs energy is linear in its coefficients, so that
the energies of many temperatures are one product of matrices.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, xlogy

from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.ternary_solution import TernaryTerms


@dataclass(frozen=True, eq=False)
class CompositionNet:
    """Compositions of a net.

    Attributes
    ----------
    points
        Mole fractions (point, element), sorted by the corner that they are nearest to.
    regions
        The points near each corner; the first of them is the pure element.
    """

    points: Array
    regions: tuple[slice, slice, slice]

    @property
    def pure(self) -> list[int]:
        """Numbers of the pure elements."""
        return [region.start for region in self.regions]

    def energies(self, terms: TernaryTerms) -> Array:
        """Gibbs energies (temperature, point) of a solution, J mol-1; the temperatures are one-dimensional."""
        functions, coefficients = [self._mixing, *self.points.T], [terms.rt, *terms.pure]
        for (i, j), values in terms.pairs.items():
            product, difference = self.points[:, i] * self.points[:, j], self.points[:, i] - self.points[:, j]
            for order, value in enumerate(values):
                functions.append(product * difference**order)
                coefficients.append(value)
        functions.append(self.points.prod(axis=-1))
        coefficients.append(terms.three)
        energies: Array = np.stack(coefficients, axis=-1) @ np.stack(functions)
        return energies

    @functools.cached_property
    def _mixing(self) -> Array:
        mixing: Array = xlogy(self.points, self.points).sum(axis=-1)
        return mixing


def composition_net(even: int, odds: int, depth: float) -> CompositionNet:
    """Make a net.

    Parameters
    ----------
    even
        Number of even steps from 0 to 1.
    odds
        Number of points even in the log-odds.
    depth
        Largest log-odds: ``14`` reaches 1e-6.

    Returns
    -------
    CompositionNet
        With s and t on the same scale, x = (s, (1-s) t, (1-s)(1-t)): fine near all three sides and corners.
    """
    scale = np.unique(np.concatenate([np.linspace(0, 1, even + 1), expit(np.linspace(-depth, depth, odds))]))
    s, t = (part.ravel() for part in np.meshgrid(scale[:-1], scale, indexing="ij"))
    points = np.stack([s, (1 - s) * t, (1 - s) * (1 - t)], axis=-1)
    inner = points[(points < 1).all(axis=-1)]
    points = np.concatenate([np.eye(3), inner])
    near = points.argmax(axis=-1)
    first, second, third = np.bincount(near).cumsum()
    regions = (slice(0, first), slice(first, second), slice(second, third))
    return CompositionNet(points[near.argsort(kind="stable")], regions)


COARSE = composition_net(8, 9, 12.0)
"""From which every search starts: about 240 points."""

FINE = composition_net(25, 29, 14.0)
"""On which it ends: about 3000 points, 0.04 apart in the middle, a factor e near the sides."""
