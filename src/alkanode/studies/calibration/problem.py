"""A calibration as a problem in coordinates: priors, data, and a fit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import StudyError
from alkanode.numerics.gaussian_fit import GaussianFit, gaussian_fit
from alkanode.studies.calibration.data import log_errors
from alkanode.studies.calibration.predictor import Predictor
from alkanode.studies.calibration.priors import Prior, coordinate, value_at

Floats = npt.NDArray[np.float64]


class Problem:
    """Fitted parameters, their priors, and the data.

    Parameters
    ----------
    predictor
        The data from the model.
    fit
        Name -> prior.

    Raises
    ------
    StudyError
        For a parameter that the set lacks, or whose value depends on the alloy.
    """

    def __init__(self, predictor: Predictor, fit: Mapping[str, Prior]) -> None:
        self.predictor = predictor
        self.names = tuple(predictor.parameters.full_name(name) for name in fit)
        self.priors = tuple(fit.values())
        if len(set(self.names)) < len(self.names):
            raise StudyError("a parameter is fitted once", found=", ".join(self.names))
        self.lower = np.array([one.bounds[0] for one in self.priors])
        self.upper = np.array([one.bounds[1] for one in self.priors])
        self.scale = np.array([min(one.width, 0.5) if one.logarithmic else one.width for one in self.priors])
        self.log_errors = log_errors(predictor.data)

    def values(self, place: Floats) -> dict[str, float]:
        """Parameters at coordinates."""
        return {
            name: value_at(prior, float(where))
            for name, prior, where in zip(self.names, self.priors, place, strict=True)
        }

    def residuals(self, place: Floats) -> Floats:
        """(datum,) in standard errors."""
        return self.predictor.residuals(self.values(place))

    def log_prior(self, place: Floats) -> float:
        """Log of the prior's density over the coordinates."""
        return sum(prior.log_density(float(where)) for prior, where in zip(self.priors, place, strict=True))

    def log_posterior(self, place: Floats) -> float:
        """Log of likelihood times prior, without the constant of the errors; minus infinity where the model cannot be run."""
        prior = self.log_prior(place)
        if prior == -np.inf:
            return prior
        residuals = self.residuals(place)
        return prior - 0.5 * float(residuals @ residuals) if np.isfinite(residuals).all() else -np.inf

    def start(self) -> Floats:
        """Coordinates of the set's own values where they are known, else the middle of the prior."""
        found = []
        for name, prior in zip(self.names, self.priors, strict=True):
            value = self.predictor.parameters[name].value
            found.append(coordinate(prior, value) if isinstance(value, float) else prior.start)
        return np.array(found)

    def fit(
        self,
        *,
        fixed: tuple[int, float] | None = None,
        start: Floats | None = None,
        changes: Mapping[str, float] | None = None,
    ) -> GaussianFit:
        """Best place.

        Parameters
        ----------
        fixed
            One coordinate and where it is held; it is then left out of the result.
        start
            Where the search begins; by default at the values of the set.
        changes
            Other values for parameters that are not fitted.
        """
        first = self.start() if start is None else start
        free = [k for k in range(len(self.names)) if fixed is None or k != fixed[0]]

        def residuals(part: Floats) -> Floats:
            place = first.copy()
            if fixed is not None:
                place[fixed[0]] = fixed[1]
            place[free] = part
            return self.predictor.residuals({**self.values(place), **(changes or {})})

        gaussians = np.array([self.priors[k].gaussian for k in free]).reshape(-1, 2)
        return gaussian_fit(
            residuals,
            first[free],
            self.lower[free],
            self.upper[free],
            scale=self.scale[free],
            centre=gaussians[:, 0],
            width=gaussians[:, 1],
        )
