"""Area fraction from several routes at once: quadrature of their joint posterior.

Every route measures a logarithm: -ln f from a charge-transfer resistance over its reference, +ln f from a capacitance
over its reference, ln(rho b) + ln(psi/e) from a constriction. Errors are normal in these logarithms (they come from a fit
in logarithms), and log-normal resistivity and spacing only widen the third. So f is the only number left to integrate
over, on a grid and without the noise of sampling; the posterior of rho b follows for each f in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp, ndtr

from alkanode.impedance.interface.constriction import log_fraction_at, log_shape

FloatArray = npt.NDArray[np.float64]

ROUTES = ("charge_transfer", "double_layer", "constriction")
PAIRS = tuple(combinations(range(3), 2))

_LEVELS = np.array([0.025, 0.5, 0.975])
_GRID = 2001  # nodes in ln f: 0.005 apart at four decades, refined where the posterior is narrower
_NODES = 24  # Gauss-Legendre nodes per route for the evidence of separate fractions
_LEGENDRE = np.polynomial.legendre.leggauss(_NODES)
_MIXED = 200  # normals that the posterior of rho b is mixed of
_REACH = 6.0  # standard deviations that they cover


@dataclass(frozen=True, slots=True)
class Posterior:
    """What the routes say of ln f, one row per spectrum; NaN where a route is absent.

    Attributes
    ----------
    common
        (spectrum, 3) quantiles 2.5, 50 and 97.5 % of ln f with one f for all routes.
    separate
        (spectrum, route, 3) the same for each route alone.
    tension
        (spectrum, pair) difference of the routes' ln f over its standard deviation, pairs in the order of ``PAIRS``.
    log_bayes
        (spectrum,) ln of the evidence of one common f over that of a free f per route.
    scale
        (spectrum, 3) quantiles of ln(rho b) after the data, over its prior median.
    """

    common: FloatArray
    separate: FloatArray
    tension: FloatArray
    log_bayes: FloatArray
    scale: FloatArray


def area_posterior(measured: FloatArray, covariance: FloatArray, scale_spread: float, least: float) -> Posterior:
    """Posterior of the area fraction.

    Parameters
    ----------
    measured
        (spectrum, 3): ln(R_ct/R_ref), ln(C/C_ref), ln(ASR_c/(rho b pi/4)); NaN where a route is absent.
    covariance
        (spectrum, 3, 3) of these, references included, resistivity and spacing not.
    scale_spread
        Standard deviation of ln(rho b).
    least
        Smallest area fraction; beforehand ln f is even from there to 0.
    """
    count = measured.shape[0]
    common, scale = np.full((count, 3), np.nan), np.full((count, 3), np.nan)
    separate = np.full((count, 3, 3), np.nan)
    tension, log_bayes = np.full((count, len(PAIRS)), np.nan), np.full(count, np.nan)
    every_centre, every_slope = _alone(measured)
    for index in range(count):
        routes = np.flatnonzero(np.isfinite(measured[index]))
        if routes.size == 0:
            continue
        y, noise = measured[index, routes], covariance[index][np.ix_(routes, routes)].copy()
        third = routes == 2
        noise[np.ix_(third, third)] += scale_spread**2
        sd = np.sqrt(np.diag(noise))
        centres, slopes = every_centre[index, routes], every_slope[index, routes]
        grid = _grid(centres, sd / np.abs(slopes), np.log(least))
        predicted = _predicted(grid, routes)
        log_like = _log_normal(y - predicted, noise)
        common[index] = _quantiles(grid, log_like)
        for place, route in enumerate(routes):
            alone = -0.5 * ((y[place] - predicted[:, place]) / sd[place]) ** 2
            separate[index, route] = _quantiles(grid, alone)
        in_logs = noise / np.outer(slopes, slopes)
        for pair, (a, b) in enumerate(PAIRS):
            if a in routes and b in routes:
                i, j = int(np.flatnonzero(routes == a)[0]), int(np.flatnonzero(routes == b)[0])
                spread = in_logs[i, i] + in_logs[j, j] - 2 * in_logs[i, j]
                tension[index, pair] = (centres[i] - centres[j]) / np.sqrt(spread)
        if routes.size > 1:
            log_bayes[index] = _log_mean(grid, log_like, -np.log(least)) - _log_separate(
                y, noise, routes, least, centres, sd / np.abs(slopes)
            )
        if third.any():
            scale[index] = _scale(grid, log_like, y, predicted, noise, third, scale_spread)
    return Posterior(common, separate, tension, log_bayes, scale)


def _predicted(log_f: FloatArray, routes: npt.NDArray[np.intp]) -> FloatArray:
    """(node, route) what each route would measure."""
    columns = {0: -log_f, 1: log_f, 2: log_shape(log_f)[0]}
    return np.stack([columns[int(route)] for route in routes], axis=-1)


def _alone(measured: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What each route alone says of ln f (above 0 where it finds more contact than full), and d(measured)/d(ln f)."""
    third = log_fraction_at(measured[:, 2])
    centres = np.stack([-measured[:, 0], measured[:, 1], third], axis=1)
    slopes = np.tile([-1.0, 1.0, 0.0], (measured.shape[0], 1))
    slopes[:, 2] = log_shape(np.minimum(third, -1e-12))[1]
    return centres, slopes


def _grid(centres: FloatArray, widths: FloatArray, lowest: float) -> FloatArray:
    """Nodes of ln f from the least to full contact: even, and denser about what each route points to."""
    around = np.linspace(-8, 8, 401)
    nodes = [np.linspace(lowest, -1e-9, _GRID), *(c + w * around for c, w in zip(centres, widths, strict=True))]
    weight = 1 / widths**2
    mean, width = float((weight * centres).sum() / weight.sum()), float(1 / np.sqrt(weight.sum()))
    nodes += [mean + width * around, -np.geomspace(1e-8, 0.1, 200)]
    every = np.concatenate(nodes)
    return np.unique(every[(every >= lowest) & (every < 0)])


def _log_normal(distance: FloatArray, covariance: FloatArray) -> FloatArray:
    """Logarithm of a normal density, distances (..., route)."""
    factor = np.linalg.cholesky(covariance)
    white = np.linalg.solve(factor, distance.reshape(-1, distance.shape[-1]).T)
    constant = np.log(np.diag(factor)).sum() + 0.5 * distance.shape[-1] * np.log(2 * np.pi)
    return np.asarray((-0.5 * (white**2).sum(axis=0) - constant).reshape(distance.shape[:-1]))


def _quantiles(grid: FloatArray, log_density: FloatArray) -> FloatArray:
    """2.5, 50 and 97.5 % points of a density on a grid."""
    density = np.exp(log_density - log_density.max())
    mass = np.concatenate(([0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(grid))))
    return np.asarray(np.interp(_LEVELS * mass[-1], mass, grid), dtype=np.float64)


def _log_mean(grid: FloatArray, log_density: FloatArray, width: float) -> float:
    """Logarithm of the mean of a density over a prior of a width."""
    top = log_density.max()
    return float(top + np.log(np.trapezoid(np.exp(log_density - top), grid) / width))


def _log_separate(
    y: FloatArray,
    noise: FloatArray,
    routes: npt.NDArray[np.intp],
    least: float,
    centres: FloatArray,
    widths: FloatArray,
) -> float:
    """Logarithm of the evidence of a free f per route: Gauss-Legendre about what each route points to, inside the prior."""
    lowest, points, weights = np.log(least), *_LEGENDRE
    sd = np.sqrt(np.diag(noise))
    axes, sizes = [], []
    for centre, width in zip(centres, widths, strict=True):
        low, high = max(centre - _REACH * width, lowest), min(centre + _REACH * width, -1e-9)
        if low >= high:  # all of the route's likelihood lies outside: what leaks in sits at the border
            low, high = (-min(width, -lowest), -1e-9) if centre > 0 else (lowest, lowest + min(width, -lowest))
        axes.append(0.5 * (low + high) + 0.5 * (high - low) * points)
        sizes.append(0.5 * (high - low) * weights / -lowest)
    columns = [_predicted(axis, routes[i : i + 1])[:, 0] for i, axis in enumerate(axes)]
    if np.allclose(noise, np.diag(sd**2), rtol=0, atol=1e-12 * sd.min() ** 2):  # then the integral is a product
        logs = [_log_normal((y[i] - column)[:, None], noise[i : i + 1, i : i + 1]) for i, column in enumerate(columns)]
        return float(sum(logsumexp(log, b=size) for log, size in zip(logs, sizes, strict=True)))
    mesh = np.meshgrid(*columns, indexing="ij")
    density = _log_normal(y - np.stack(mesh, axis=-1), noise)
    weight = np.ones(())
    for size in sizes:
        weight = np.multiply.outer(weight, size)
    return float(logsumexp(density, b=weight))


def _scale(
    grid: FloatArray,
    log_like: FloatArray,
    y: FloatArray,
    predicted: FloatArray,
    noise: FloatArray,
    third: npt.NDArray[np.bool_],
    spread: float,
) -> FloatArray:
    """Quantiles of ln(rho b) over its prior median: for each f a normal, mixed over the posterior of f."""
    if spread == 0:
        return np.zeros(3)
    # Of the whole spread of the routes the share that belongs to rho b: gain = cov(scale, y) noise^-1.
    gain = np.linalg.solve(noise, spread**2 * third.astype(float))
    means = (y - predicted) @ gain
    left = float(np.sqrt(max(spread**2 - spread**2 * gain[third][0], 0.0)))
    density = np.gradient(grid) * np.exp(log_like - log_like.max())
    heavy = density > 1e-8 * density.max()
    starts = np.arange(0, int(heavy.sum()), max(int(heavy.sum()) // _MIXED, 1))
    sums = np.add.reduceat(density[heavy], starts)
    centre = np.add.reduceat(density[heavy] * means[heavy], starts) / sums
    weight = sums / sums.sum()
    reach = 4 * left
    places = np.linspace(centre.min() - reach, centre.max() + reach, 401)
    share = ndtr((places[:, None] - centre) / max(left, 1e-9 * spread)) @ weight
    return np.asarray(np.interp(_LEVELS, share, places), dtype=np.float64)
