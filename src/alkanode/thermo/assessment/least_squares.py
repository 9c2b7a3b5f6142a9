"""Weighted least squares of an assessment's parameters on its observations: the numbers behind a fit.

The derivatives come from one evaluation of all displaced parameter sets at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from alkanode.foundation.errors import ConvergenceError
from alkanode.thermo.assessment.data import Assessment, Observation
from alkanode.thermo.assessment.observables import Observer
from alkanode.thermo.conditions import Array

_SCALE = {"constant": 1000.0, "slope": 1.0}
_STEP = 1e-4
_TOLERANCE = 1e-13
_MOST_STEPS = 500
_SINGULAR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakPrior:
    """What is expected of a coefficient before any observation: 0, with these standard deviations.

    It only decides directions that the observations leave open.

    Attributes
    ----------
    constant
        J mol-1. The default, 20 kJ mol-1, is above the largest constant that the shipped pairs of alkali metals need.
    slope
        J mol-1 K-1. The default, 10, is the largest slope that they need (the liquid of Li-Na).
    """

    constant: float = 20e3
    slope: float = 10.0

    def widths(self, names: Sequence[str]) -> Array:
        """Standard deviations of parameters."""
        return np.array([self.constant if name.endswith("constant") else self.slope for name in names])


class Problem:
    """Residuals of an assessment's observations over its scaled parameters.

    Parameters
    ----------
    assessment
        Gives the functions and the starting values.
    observations
        What is fitted; each has an uncertainty above 0.
    prior
        Or ``None`` for none.

    Attributes
    ----------
    names, scale, start
        Parameters, the unit in which each is moved, and the scaled starting values.
    """

    def __init__(
        self, assessment: Assessment, observations: Sequence[Observation], prior: WeakPrior | None = None
    ) -> None:
        self.names = tuple(assessment.parameters)
        self.scale = np.array([_SCALE[name.rpartition(" ")[2]] for name in self.names])
        self.start = np.array(list(assessment.parameters.values())) / self.scale
        self._observer = Observer(assessment, observations)
        self._observed = np.array([one.observed for one in observations])[:, None]
        self._uncertainty = np.array([one.uncertainty for one in observations])[:, None]
        self._prior = None if prior is None else (prior.widths(self.names) / self.scale)[:, None]

    def residuals(self, scaled: Array) -> Array:
        """Weighted residuals (row, set) of scaled parameters (set, parameter); NaN where a phase equilibrium is lost."""
        named = dict(zip(self.names, (scaled * self.scale).T, strict=True))
        rows = (self._observer(named) - self._observed) / self._uncertainty
        return rows if self._prior is None else np.concatenate([rows, scaled.T / self._prior])

    def _one(self, scaled: Array) -> Array:
        return self.residuals(scaled[None])[:, 0]

    def jacobian(self, scaled: Array) -> Array:
        """Derivatives (row, parameter) of the residuals at one set."""
        size = scaled.size
        moved = np.concatenate([scaled + _STEP * np.eye(size), scaled - _STEP * np.eye(size)])
        rows = self.residuals(moved)
        slope: Array = (rows[:, :size] - rows[:, size:]) / (2 * _STEP)
        return slope

    def solve(self) -> tuple[Array, Array]:
        """Best scaled parameters, and their covariance.

        Raises
        ------
        ConvergenceError
            When the start has no equilibrium that is observed, the solver stops early, or the observations leave a
            direction open.
        """
        first = self._one(self.start)
        if not np.isfinite(first).all():
            lost = [o.short for o, r in zip(self._observer.observations, first, strict=False) if not np.isfinite(r)]
            raise ConvergenceError(
                "a fit must start where every observed equilibrium exists",
                found=f"none for {', '.join(lost)}",
                todo="Give other starting values: start={name: value}",
            )
        found = least_squares(
            self._one,
            self.start,
            jac=self.jacobian,
            x_scale="jac",
            xtol=_TOLERANCE,
            ftol=_TOLERANCE,
            gtol=_TOLERANCE,
            max_nfev=_MOST_STEPS,
        )
        if not found.success:
            raise ConvergenceError("a fit must reach its tolerance", found=str(found.message))
        return found.x, self._covariance(self.jacobian(found.x))

    def _covariance(self, jacobian: Array) -> Array:
        norm = np.linalg.norm(jacobian, axis=0)
        _, values, vectors = np.linalg.svd(jacobian / np.where(norm > 0, norm, 1.0), full_matrices=False)
        if len(values) < len(norm) or values[-1] < _SINGULAR * values[0]:
            raise ConvergenceError(
                "as many independent observations as parameters are needed",
                found=f"{jacobian.shape[0]} rows for {len(norm)} parameters",
                todo="Pass prior=WeakPrior(), which decides what the observations leave open",
            )
        covariance: Array = (vectors.T / values**2) @ vectors / np.outer(norm, norm)
        return covariance
