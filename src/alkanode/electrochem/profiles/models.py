"""Simple shapes of a voltage trace, fitted in closed form: exact, and linear in the number of samples.

====================  ======================================  ==========
model                 eta(x)                                  parameters
====================  ======================================  ==========
``plateau``           a                                       1
``ramp``              a + b x                                 2
``step``              a below c, b from c on                  3
``parabola``          a + b x + d x^2                         3
``bend``              a + b x + d max(x - c, 0)               4
``sloped_step``       a + b x + d from c on                   4
``joined_step``       a, then a straight line around c, b     4
====================  ======================================  ==========

For a given c each is linear. With cumulative sums the gain of the last term over the model without it is known for
every c at once, so the best c is found exactly among the samples, and its interval is read from the same curve. The
begin and end of the line of ``joined_step`` are found on a grid of :data:`GRID` places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.numerics.model_choice import effective_samples, information, profile_limit, student

Floats = npt.NDArray[np.float64]

MODELS = ("plateau", "ramp", "step", "parabola", "bend", "sloped_step", "joined_step")
PARAMETERS = np.array([1, 2, 3, 3, 4, 4, 4])

GRID = 48
"""Places tried for each end of a transition: 2 % of a half cycle."""

_FEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFit:
    """One fitted model.

    Attributes
    ----------
    model
        One of :data:`MODELS`.
    coefficients, covariance
        a, b, d in the order of the table, and their covariance for independent samples.
    place, width
        c, NaN for a model without, and the width of the transition around it (0 for a sudden one).
    places, squares
        Every c that was tried, and the mean square of each; empty for a model without.
    square
        Mean squared residual (weighted).
    residual
        (sample,) data minus model.
    """

    model: str
    coefficients: Floats
    covariance: Floats
    place: float
    width: float
    places: Floats
    squares: Floats
    square: float
    residual: Floats

    def at(self, x: npt.ArrayLike) -> Floats:
        """The model at places x."""
        return np.asarray(
            _design(self.model, np.atleast_1d(np.asarray(x, dtype=float)), self.place, self.width) @ self.coefficients
        )

    def interval_at(self, x: float, effective: float, samples: int) -> tuple[float, float]:
        """95 % interval of the model at a place, with correlated residuals."""
        row = _design(self.model, np.array([x]), self.place, self.width)[0]
        return _around(
            float(row @ self.coefficients), float(row @ self.covariance @ row), effective, samples, self.size
        )

    def interval_of(self, index: int, effective: float, samples: int) -> tuple[float, float]:
        """95 % interval of a coefficient, with correlated residuals."""
        value, variance = float(self.coefficients[index]), float(self.covariance[index, index])
        return _around(value, variance, effective, samples, self.size)

    def place_interval(self, effective: float) -> tuple[float, float]:
        """95 % profile interval of c: the places that the data do not exclude, wider by their spacing on both sides."""
        if self.places.size == 0:
            return (np.nan, np.nan)
        inside = self.places[self.squares <= max(self.square * profile_limit(effective), 1e-300)]
        spacing = float(np.ptp(self.places)) / max(np.unique(self.places).size - 1, 1)
        if self.width > 0:
            spacing = max(spacing, float(np.ptp(self.places)) / GRID)
        return (float(inside.min(initial=self.place)) - spacing, float(inside.max(initial=self.place)) + spacing)

    @property
    def size(self) -> int:
        """Number of fitted numbers."""
        return int(PARAMETERS[MODELS.index(self.model)])


def _around(value: float, variance: float, effective: float, samples: int, size: int) -> tuple[float, float]:
    half = student(effective, size) * np.sqrt(max(variance, 0.0) * samples / effective)
    return (value - half, value + half)


def fit_models(x: Floats, y: Floats, weights: Floats, *, edge_share: float) -> list[ProfileFit]:
    """Fit every model to one trace.

    Parameters
    ----------
    x
        (sample,) charge, ascending, scaled to about 0 to 1.
    y
        (sample,) overpotential.
    weights
        (sample,) positive, with mean 1.
    edge_share
        Least share of the range of x on each side of c.

    Returns
    -------
    list of ProfileFit
        In the order of :data:`MODELS`.
    """
    allowed = _allowed(x, edge_share)
    line = _solve("ramp", x, y, weights, np.nan)
    fits = [_solve("plateau", x, y, weights, np.nan), line]
    for model in ("step", "parabola", "bend", "sloped_step"):
        if model == "parabola":
            fits.append(_solve(model, x, y, weights, np.nan))
            continue
        squares = _squares_by_place(model, x, weights, fits[0 if model == "step" else 1])[allowed]
        places = x[allowed]
        if places.size == 0:
            fits.append(_solve(model, x, y, weights, float(x[x.size // 2])))
            continue
        best = _solve(model, x, y, weights, float(places[np.argmin(squares)]), places, squares)
        fits.append(best)
    fits.append(_joined(x, y, weights, fits[0], allowed))
    return fits


def _joined(x: Floats, y: Floats, weights: Floats, flat: ProfileFit, allowed: npt.NDArray[np.intp]) -> ProfileFit:
    """Two levels joined by a line from c1 to c2: g rises from 0 to 1 between them, and its sums come from running sums."""
    grid = np.unique(allowed[np.linspace(0, allowed.size - 1, GRID).astype(int)]) if allowed.size else allowed
    first, second = np.triu_indices(grid.size, k=1)
    i, j = grid[first], grid[second]
    i, j = i[x[j] > x[i]], j[x[j] > x[i]]
    if i.size == 0:
        return _solve("joined_step", x, y, weights, float(x[x.size // 2]))
    e = weights * flat.residual
    c, d = x[i], x[j] - x[i]

    def between(values: Floats) -> Floats:
        sums = _from_here(values)
        return np.asarray(sums[i] - sums[j])

    n0, n1, n2 = between(weights), between(weights * x), between(weights * x**2)
    gain = (between(e * x) - c * between(e)) / d + _from_here(e)[j]
    beyond = _from_here(weights)[j]
    one, square = (n1 - c * n0) / d + beyond, (n2 - 2 * c * n1 + c**2 * n0) / d**2 + beyond
    total = float(weights.sum())
    left = square - one**2 / total
    squares = np.maximum(flat.square - np.where(left > 1e-12 * total, gain**2 / left, 0.0) / total, 0.0)
    best = int(np.argmin(squares))
    middles = 0.5 * (x[i] + x[j])
    return _solve("joined_step", x, y, weights, float(middles[best]), middles, squares, width=float(d[best]))


def criterion(fits: list[ProfileFit], weights: Floats, floor: float, least_effective: float) -> tuple[Floats, float]:
    """Information criterion of each model, and the effective number of samples of the best-fitting one.

    Parameters
    ----------
    fits, weights
        Of :func:`fit_models`.
    floor
        Residual below which models are not told apart.
    least_effective
        Least number of samples that enters the criterion.

    Returns
    -------
    criterion
        (model,).
    effective
        Samples that count, without ``least_effective``.
    """
    best = min(fits, key=lambda fit: fit.square)
    effective = effective_samples(best.residual, weights)
    squares = np.array([fit.square for fit in fits])
    return information(squares, PARAMETERS, max(effective, least_effective), floor), effective


def _allowed(x: Floats, edge_share: float) -> npt.NDArray[np.intp]:
    """Samples at which a second part may begin: enough of charge and of samples on both sides."""
    span = x[-1] - x[0]
    inside = (x >= x[0] + edge_share * span) & (x <= x[-1] - edge_share * span)
    inside[:_FEWEST] = inside[x.size - _FEWEST :] = False
    return np.flatnonzero(inside)


def _design(model: str, x: Floats, place: float, width: float) -> Floats:
    one = np.ones_like(x)
    rise = np.clip((x - place) / width + 0.5, 0.0, 1.0) if width > 0 else (x >= place).astype(float)
    columns = {
        "plateau": (one,),
        "ramp": (one, x),
        "step": (1 - rise, rise),
        "joined_step": (1 - rise, rise),
        "parabola": (one, x, x**2),
        "bend": (one, x, np.maximum(x - place, 0.0)),
        "sloped_step": (one, x, rise),
    }
    return np.stack(columns[model], axis=1)


def _solve(
    model: str,
    x: Floats,
    y: Floats,
    weights: Floats,
    place: float,
    places: Floats | None = None,
    squares: Floats | None = None,
    width: float = 0.0,
) -> ProfileFit:
    """Weighted least squares at a given c."""
    design = _design(model, x, place, width)
    root = np.sqrt(weights)
    coefficients, *_ = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)
    residual = y - design @ coefficients
    square = float(np.average(residual**2, weights=weights))
    free = max(x.size - int(PARAMETERS[MODELS.index(model)]), 1)
    covariance = np.linalg.pinv((design * weights[:, None]).T @ design) * square * x.size / free
    none = np.zeros(0)
    return ProfileFit(
        model=model,
        coefficients=np.asarray(coefficients, dtype=np.float64),
        covariance=covariance,
        place=place,
        width=width,
        places=none if places is None else places,
        squares=none if squares is None else squares,
        square=square,
        residual=residual,
    )


def _squares_by_place(model: str, x: Floats, weights: Floats, without: ProfileFit) -> Floats:
    """(sample,) mean square of a model for c at every sample, from that of the model without the last term.

    Adding a column h to a fit with residual e lowers the sum of squares by (e.h)^2 / (h'.h'), where h' is what the
    other columns do not explain of h.
    """
    total = float(weights.sum())
    e = weights * without.residual
    n0, sum_e = _from_here(weights), _from_here(e)
    if model == "bend":
        n1, n2 = _from_here(weights * x), _from_here(weights * x**2)
        gain = _from_here(e * x) - x * sum_e
        h_one, h_x = n1 - x * n0, n2 - x * n1
        h_h = n2 - 2 * x * n1 + x**2 * n0
    else:
        gain, h_one, h_x, h_h = sum_e, n0, _from_here(weights * x), n0
    left = h_h - h_one**2 / total
    if model != "step":
        mean = float(weights @ x) / total
        left = left - (h_x - mean * h_one) ** 2 / float(weights @ (x - mean) ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        drop = np.where(left > 1e-12 * total, gain**2 / left, 0.0)
    return np.asarray(np.maximum(without.square - drop / total, 0.0))


def _from_here(values: Floats) -> Floats:
    """Sums from each sample to the end."""
    return np.asarray(np.cumsum(values[::-1])[::-1])
