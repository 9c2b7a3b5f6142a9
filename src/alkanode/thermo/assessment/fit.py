"""Fitting the coefficients of a binary assessment to its observations."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.assessment.data import Assessment, ParameterUncertainty
from alkanode.thermo.assessment.least_squares import Problem, WeakPrior
from alkanode.thermo.assessment.observation_table import table_of
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.conditions import Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """Result of :func:`fit_assessment`.

    Attributes
    ----------
    assessment
        With the fitted coefficients, their uncertainty, and ``in_fit`` of the observations as they were used.
    table
        Kind ``observation_table``: what was fitted, and what was only compared, with its pull.
    chi_square
        Sum of squared weighted residuals of the fitted observations, without the prior. For Na-K it is no test: its
        uncertainties were looked for with the result in view.
    degrees_of_freedom
        Fitted observations minus parameters. At 0 or below, agreement is no evidence.
    held_out
        Names of the observations that were kept out.
    prior
        Expectation that was added, or ``None``.
    """

    assessment: Assessment
    table: xr.Dataset
    chi_square: float
    degrees_of_freedom: int
    held_out: tuple[str, ...]
    prior: WeakPrior | None

    @property
    def parameters(self) -> dict[str, float]:
        """Fitted values by name."""
        return self.assessment.parameters

    @property
    def covariance(self) -> Array:
        """Covariance (parameter, parameter) of the fitted values, in the order of ``parameters``."""
        known = self.assessment.uncertainty
        return np.empty((0, 0)) if known is None else np.array(known.covariance)

    @property
    def standard_errors(self) -> dict[str, float]:
        """Standard uncertainty of each parameter by name. Parameters are strongly correlated: use the covariance."""
        return dict(zip(self.parameters, np.sqrt(np.diag(self.covariance)).tolist(), strict=True))


def fit_assessment(
    assessment: Assessment | str = "Na-K",
    *,
    hold_out: Sequence[str] = (),
    start: Mapping[str, float] | None = None,
    prior: WeakPrior | None = None,
) -> Fit:
    """Least squares of all coefficients on the observations of a binary assessment.

    Parameters
    ----------
    assessment
        An assessment with observations, or the name of a shipped binary. Each fitted observation is weighted by its
        stated ``uncertainty``.
    hold_out
        Short names of observations that are kept out of the fit and predicted instead. Two observations of one name go
        together.
    start
        Other starting values of parameters by name. The default starts from the assessment's own.
    prior
        Expectation of the coefficients; ``None``, the default, adds none. Held-out refits may need one.

    Returns
    -------
    Fit

    Raises
    ------
    PhysicsError
        For a ternary system (its binaries are fitted one by one), an unknown name, or a fitted observation without an
        uncertainty.
    ConvergenceError
        When the observations leave a parameter open, or no fit is found.

    Notes
    -----
    The covariance is the inverse of J^T J of the weighted residuals at the optimum, conditional on the stated
    uncertainties. It is not scaled by chi square: these are judgements and few, and where chi square is below the degrees
    of freedom a scale would only narrow it. For Na-K it is not what is shipped, see
    :func:`~alkanode.thermo.uncertainty_over_weights`.

    Examples
    --------
    >>> fit = fit_assessment("Na-K")
    >>> round(fit.chi_square, 1), fit.degrees_of_freedom
    (3.6, 5)
    """
    data = load_assessment(assessment)
    if len(data.elements) != 2:
        raise PhysicsError(
            "a binary system is needed: those of a ternary are fitted one by one", found=f"{data.system} ({data.name})"
        )
    names = {one.short for one in data.observations}
    unknown = [name for name in hold_out if name not in names]
    if unknown:
        raise PhysicsError(
            f"names of observations of {data.name} are needed",
            found=", ".join(unknown),
            todo=f"Observations: {', '.join(sorted(names))}",
        )
    observations = tuple(
        dataclasses.replace(one, in_fit=one.in_fit and one.short not in hold_out) for one in data.observations
    )
    used = tuple(one for one in observations if one.in_fit)
    loose = [one.short for one in used if not one.uncertainty > 0]
    if loose or not used:
        raise PhysicsError("fitted observations, each with an uncertainty above 0, are needed", found=", ".join(loose))
    problem = Problem(data.with_parameters(start or {}), used, prior)
    scaled, covariance = problem.solve()
    values = scaled * problem.scale
    fitted = dataclasses.replace(
        data.with_parameters(dict(zip(problem.names, values.tolist(), strict=True))),
        observations=observations,
        uncertainty=ParameterUncertainty(
            parameters=problem.names,
            covariance=tuple(tuple(row) for row in (covariance * np.outer(problem.scale, problem.scale)).tolist()),
            method=_method(len(used), len(values), prior),
        ),
    )
    rows = problem.residuals(scaled[None])[: len(used), 0]
    return Fit(
        assessment=fitted,
        table=table_of(fitted, observations, set(used)),
        chi_square=float(rows @ rows),
        degrees_of_freedom=len(used) - len(values),
        held_out=tuple(hold_out),
        prior=prior,
    )


def _method(observations: int, parameters: int, prior: WeakPrior | None) -> str:
    text = f"least squares of {parameters} parameters on {observations} observations with stated uncertainties"
    return text + ("" if prior is None else f", weak prior ({prior.constant:g} J mol-1, {prior.slope:g} J mol-1 K-1)")
