r"""Critical current density against yield stress with errors on both axes: a power law, and how it stands beside rivals.

In logarithms the law is a line, :math:`\ln i = a + b\ln\sigma_y`, and errors of both axes enter as an effective variance
:math:`s_i^2 + b^2 s_\sigma^2` (York). For a given slope the best intercept is a weighted mean, so that the fit is a search over b alone,
and the interval of b is where chi square has risen by the square of the normal quantile: the errors are taken as known. Plastic
extrusion says b = -1, no dependence says b = 0: both are held against the data without a fitted slope.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.optimize import brentq, minimize_scalar
from scipy.special import chdtrc

from alkanode.cell_models.flaws.limits import PAIRS
from alkanode.cell_models.parameters import ParameterSet, load_parameters
from alkanode.data.schema import check, label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate, source
from alkanode.numerics.quantiles import NORMAL_95

Floats = npt.NDArray[np.float64]

STEEPEST = 20.0
"""Slopes are looked for up to this size."""


@source("Park2021")
def printed_yield_data(parameters: str | ParameterSet = "Park2021") -> xr.Dataset:
    """Critical current densities and yield stresses of Li, Na and K as a parameter set states them.

    Parameters
    ----------
    parameters
        Parameter set.

    Returns
    -------
    Dataset
        Kind ``critical_current_dependence`` on the yield stress, one row per metal: means with the intervals of the set (printed
        ranges or assumed ones, see their notes), yield stress with one standard deviation either way.
    """
    given = load_parameters(parameters)
    rows = []
    for metal, (name, _) in PAIRS.items():
        current, stress = given[f"{name} critical current density [A.m-2]"], given[f"{name} yield stress [Pa]"]
        rows.append(
            (
                metal,
                current.at(),
                current.bounds() or (np.nan, np.nan),
                stress.at(),
                stress.bounds() or (np.nan, np.nan),
            )
        )
    record = xr.Dataset(
        {
            "critical_current_density": ("cell", np.array([row[1] for row in rows])),
            "interval": (("cell", "bound"), np.array([row[2] for row in rows]), {"units": "A m-2"}),
            "censoring": ("cell", np.array(["mean"] * len(rows))),
            "group": ("cell", np.array([row[0] for row in rows])),
            "axis_value": ("cell", np.array([row[3] for row in rows])),
            "axis_interval": (("cell", "bound"), np.array([row[4] for row in rows])),
        },
        coords={"cell": [row[0] for row in rows], "bound": ["lower", "upper"]},
        attrs={
            "axis": "yield_stress",
            "axis_quantity": "yield_stress",
            "area_basis": "final",
            "differs": "electrolyte",
        },
    )
    return label(record, "critical_current_dependence")


@source("Park2021")
def yield_stress_law(table: xr.Dataset, *, level: float = NORMAL_95, points: int = 60) -> xr.Dataset:
    """Fit a power law to critical current densities against the yield stress.

    Parameters
    ----------
    table
        Kind ``critical_current_dependence`` on the yield stress, from :func:`alkanode.electrochem.critical_current_against` or
        :func:`printed_yield_data`. Intervals of the current densities are 95 % (means) or certain (levels), those of the axis
        one standard deviation.
    level
        Half width of intervals in standard deviations; 1.96.
    points
        Points of the fitted line.

    Returns
    -------
    Dataset
        Kind ``yield_stress_law``: the line with its band over ``yield_stress``. ``attrs``: ``slope`` with ``slope_lower`` and
        ``slope_upper``; ``chi_square``, ``freedom``, ``p_value``; ``chi_square_inverse`` and ``chi_square_constant`` with their
        ``p_value_``, of the slopes -1 and 0; ``coefficient_inverse`` (A m-2 Pa).

    Raises
    ------
    PhysicsError
        For another axis, fewer than three values with errors on an axis, or values that are not positive.

    Notes
    -----
    Three metals leave one degree of freedom: such a fit can refuse a law, it cannot prove one.
    """
    table = check(table, "critical_current_dependence")
    if table.attrs.get("axis") != "yield_stress":
        raise PhysicsError("a table on the yield stress is needed", found=repr(table.attrs.get("axis")))
    i, sigma = table["critical_current_density"].to_numpy(), table["axis_value"].to_numpy()
    ends, sides = table["interval"].to_numpy(), table["axis_interval"].to_numpy()
    whole = np.isfinite(i) & np.isfinite(sigma) & np.isfinite(ends).all(axis=1) & np.isfinite(sides).all(axis=1)
    if whole.sum() < 3 or not ((i > 0) & (sigma > 0))[whole].all() or not ((ends > 0) & (sides > 0))[whole].all():
        raise PhysicsError("three positive values with errors or more are needed", found=f"{int(whole.sum())} values")
    x, y = np.log(sigma[whole]), np.log(i[whole])
    sx = 0.5 * np.diff(np.log(sides[whole]), axis=1)[:, 0]
    sy = 0.5 * np.diff(np.log(ends[whole]), axis=1)[:, 0] / NORMAL_95
    if not (sx**2 + sy**2 > 0).all():
        raise PhysicsError("every value needs an error on an axis", found="a value without any")

    def misfit(slope: float) -> tuple[float, float, Floats]:
        weight = 1 / (sy**2 + slope**2 * sx**2)
        intercept = float((weight * (y - slope * x)).sum() / weight.sum())
        return float((weight * (y - intercept - slope * x) ** 2).sum()), intercept, weight

    found = minimize_scalar(lambda b: misfit(b)[0], bracket=(-2.0, 0.0), tol=1e-10)
    slope = float(found.x)
    best, intercept, weight = misfit(slope)
    lower, upper = (_end(lambda b: misfit(b)[0] - best - level**2, slope, sign) for sign in (-1.0, 1.0))
    freedom = int(whole.sum()) - 2
    inverse, constant = misfit(-1.0), misfit(0.0)
    line = np.linspace(x.min(), x.max(), points)
    middle = float((weight * x).sum() / weight.sum())
    height = float((weight * y).sum() / weight.sum())
    reach = np.sqrt(
        level**2 / weight.sum() + np.maximum((line - middle) * (upper - slope), (line - middle) * (lower - slope)) ** 2
    )
    drop = np.sqrt(
        level**2 / weight.sum() + np.minimum((line - middle) * (upper - slope), (line - middle) * (lower - slope)) ** 2
    )
    fitted = height + slope * (line - middle)
    record = xr.Dataset(
        {
            "yield_stress": ("point", np.exp(line)),
            "critical_current_density": ("point", np.exp(fitted)),
            "fitted_interval": (
                ("point", "bound"),
                np.exp(np.stack([fitted - drop, fitted + reach], axis=1)),
                {"units": "A m-2"},
            ),
        },
        coords={"bound": ["lower", "upper"]},
        attrs={
            "slope": slope,
            "slope_lower": lower,
            "slope_upper": upper,
            "intercept": intercept,
            "chi_square": best,
            "freedom": freedom,
            "p_value": float(chdtrc(freedom, best)),
            "chi_square_inverse": inverse[0],
            "p_value_inverse": float(chdtrc(freedom + 1, inverse[0])),
            "coefficient_inverse": float(np.exp(inverse[1])),
            "chi_square_constant": constant[0],
            "p_value_constant": float(chdtrc(freedom + 1, constant[0])),
            "n": int(whole.sum()),
        },
    )
    return label(record, "yield_stress_law")


def yield_law_estimates(law: xr.Dataset) -> dict[str, Estimate]:
    """Slope of a fitted law with its interval."""
    return {
        "slope": Estimate(
            value=law.attrs["slope"],
            unit="1",
            quantity="fraction",
            interval=(law.attrs["slope_lower"], law.attrs["slope_upper"]),
            label=f"fitted to {law.attrs['n']} metals, errors on both axes; interval covers their stated errors, 95 %",
        )
    }


def _end(excess: object, best: float, sign: float) -> float:
    assert callable(excess)
    reach = 0.1
    while excess(best + sign * reach) < 0:
        reach *= 1.6
        if reach > STEEPEST:
            return sign * float("inf")
    return float(brentq(excess, best, best + sign * reach, xtol=1e-9))
