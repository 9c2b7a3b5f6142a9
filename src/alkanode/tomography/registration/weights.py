"""Weights of the compared voxels: noise, what is left of the misfit, and voxels that changed.

The variance of a residual is modelled as ``noise^2 + (misfit * slope)^2``. The first term is what a flat region shows; the
second is what a displacement by ``misfit`` voxels does at an edge. It is large while the volumes still lie apart and small at
the end, so that edges are not mistaken for change on the way. A voxel whose residual lies far outside has no weight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.tomography.registration.voxel_grid import Floats

CLASSES = 12
"""Classes of slope in which the spread of the residuals is measured."""
JUDGED = 50_000
"""Points from which the spread is taken."""
FLAWLESS = 1e-6
"""Misfit, voxels, below which two volumes count as the same."""
MEDIAN_OF_SQUARE = 0.4549364231195728
"""Median of the square of a standard normal number."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Spread of the residuals.

    Attributes
    ----------
    noise
        Standard deviation in flat regions, 1/m.
    misfit
        Displacement that explains the spread at edges, voxels.
    """

    noise: float
    misfit: float

    def variance(self, steepness: Floats) -> Floats:
        """(point,) variance of a residual where the squared slope is ``steepness``."""
        return np.asarray(self.noise**2 + self.misfit**2 * steepness)


@dataclass(frozen=True, slots=True)
class SlopeClasses:
    """Points sorted into classes of slope, once for all steps.

    Attributes
    ----------
    members
        Indices of points of each class.
    steepness
        (class,) median of the squared slope.
    """

    members: list[npt.NDArray[np.intp]]
    steepness: Floats

    @classmethod
    def of(cls, steepness: Floats) -> SlopeClasses:
        """Classes of equal number, from some of the points."""
        some = np.arange(0, steepness.size, max(1, steepness.size // JUDGED))
        some = some[np.argsort(steepness[some], kind="stable")]
        members = [group for group in np.array_split(some, CLASSES) if group.size]
        return cls(members=members, steepness=np.array([np.median(steepness[group]) for group in members]))

    def spread(self, residual: Floats) -> Spread:
        """Noise and misfit from the medians of squared residuals against the squared slope.

        Medians stand up to changed voxels as long as these are the smaller part of every class. NaN residuals are left out.
        """
        parts = [residual[group] for group in self.members]
        parts = [part[np.isfinite(part)] for part in parts]
        kept = np.array([part.size > 0 for part in parts])
        square = np.array([np.median(part**2) for part in parts if part.size]) / MEDIAN_OF_SQUARE
        steep = self.steepness[kept]
        highest = max(float(steep.max()), 1e-300)
        # one volume against itself has no noise; what FLAWLESS voxels do at an edge keeps the weights finite
        floor = max(float(square.max()) * 1e-6, FLAWLESS**2 * highest, 1e-30)
        weight = 1.0 / np.maximum(square, floor)
        design = np.stack([np.ones_like(steep), steep / highest], axis=1)
        level, rise = np.linalg.lstsq(design * weight[:, None], square * weight, rcond=None)[0]
        if level < 0:
            level, rise = 0.0, _single(design[:, 1], square, weight)
        elif rise < 0:
            level, rise = _single(design[:, 0], square, weight), 0.0
        return Spread(noise=float(np.sqrt(max(level, floor))), misfit=float(np.sqrt(rise / highest)))


def _single(column: Floats, square: Floats, weight: Floats) -> float:
    column = column * weight
    return float(column @ (square * weight) / max(float(column @ column), 1e-300))


def robust_weights(residual: Floats, variance: Floats, outlier: float) -> Floats:
    """(point,) Tukey's biweight over the variance."""
    inside = np.clip(1.0 - residual**2 / (variance * outlier**2), 0.0, None)
    return np.asarray(inside**2 / variance)
