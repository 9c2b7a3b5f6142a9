r"""What the weights of a fit do: the same observations with uncertainties that were chosen from their sources alone.

The coefficients of Na-K are older than the uncertainties that weight its observations; these were looked for until the
coefficients came out. A covariance from such weights is conditional on them. The observations therefore carry a second
uncertainty, ``source_uncertainty``, that looks at no result. With it the optimum moves from the shipped coefficients by
:math:`\delta` and has a covariance :math:`S`. The shipped covariance is the second moment of that fit about the shipped
coefficients:

.. math:: S + \delta\,\delta^T

so that intervals reach as far as the other weights lead.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.assessment.data import Assessment, ParameterUncertainty
from alkanode.thermo.assessment.fit import fit_assessment
from alkanode.thermo.assessment.reading import load_assessment


def reweighted(assessment: Assessment | str = "Na-K") -> Assessment:
    """The same assessment with its observations weighted by what their sources support.

    Parameters
    ----------
    assessment
        An assessment whose observations carry a ``source_uncertainty``, or the name of a shipped one (Na-K).

    Returns
    -------
    Assessment
        Same coefficients; ``uncertainty`` of an observation is its ``source_uncertainty`` where there is one. Pass it to
        ``fit_assessment``.

    Raises
    ------
    PhysicsError
        When no observation has a second uncertainty.

    Examples
    --------
    >>> moved = fit_assessment(reweighted("Na-K")).assessment
    >>> moved.parameters["liquid K-Na 0 constant"] < load_assessment("Na-K").parameters["liquid K-Na 0 constant"]
    True
    """
    data = load_assessment(assessment)
    if all(one.source_uncertainty is None for one in data.observations):
        raise PhysicsError("observations with a second uncertainty, source_uncertainty, are needed", found=data.name)
    return dataclasses.replace(
        data,
        observations=tuple(
            one if one.source_uncertainty is None else dataclasses.replace(one, uncertainty=one.source_uncertainty)
            for one in data.observations
        ),
    )


def uncertainty_over_weights(assessment: Assessment | str = "Na-K") -> ParameterUncertainty:
    """Covariance about an assessment's coefficients that holds for either choice of weights.

    Parameters
    ----------
    assessment
        As :func:`reweighted`; its coefficients are those of its own fit.

    Returns
    -------
    ParameterUncertainty
        Covariance of the fit with the uncertainties of the sources, plus the product of its differences from the
        assessment's coefficients.

    Raises
    ------
    PhysicsError
        As :func:`reweighted`.
    ConvergenceError
        When the fit fails.
    """
    data = load_assessment(assessment)
    other = fit_assessment(reweighted(data))
    difference = np.array(list(other.parameters.values())) - np.array(list(data.parameters.values()))
    return ParameterUncertainty(
        parameters=tuple(data.parameters),
        covariance=tuple(tuple(row) for row in (other.covariance + np.outer(difference, difference)).tolist()),
        method=(
            f"least squares of {len(difference)} parameters on {sum(one.in_fit for one in data.observations)} "
            "observations, uncertainties chosen so that the older coefficients come out; covariance of the same fit with "
            "uncertainties from the sources, about these coefficients"
        ),
    )
