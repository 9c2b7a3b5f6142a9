"""The lever rule backwards: from liquid fractions that someone states to the tie line and the share that moved.

Each alloy that was cycled gives up to two numbers, the liquid in its enriched and in its depleted electrode. Three
unknowns explain all of them: both ends of one tie line, and the moles moved over the moles present. A fourth number is a
check. No assessment enters, so that the tie line can be held against one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from scipy.optimize import least_squares

from alkanode.data.schema import label
from alkanode.foundation.errors import ConvergenceError, PhysicsError
from alkanode.materials import Alloy, Composition, working_metal
from alkanode.thermo.anode.uncertainty.assessment_spread import NORMAL_95
from alkanode.thermo.conditions import Array, as_alloy
from alkanode.thermo.provenance import mark

_UNKNOWNS = 3
_STARTS = 6


def invert_lever_rule(
    alloys: Sequence[Alloy | Composition | str],
    *,
    enriched: Sequence[float],
    depleted: Sequence[float],
    ion: str = "K+",
    uncertainty: float = 0.005,
) -> xr.Dataset:
    """Tie line and moved share from liquid fractions of cycled electrodes.

    Parameters
    ----------
    alloys
        Initial alloys of the same two metals, cycled by the same share at the same temperature.
    enriched, depleted
        Mole fractions of liquid (0-1) in the electrode that gained and in the one that lost the working metal, one for
        each alloy; NaN where not stated. At least three numbers together, each with both phases present.
    ion
        Working ion.
    uncertainty
        Standard uncertainty of the liquid fractions. The default, 0.005, is half of the last digit of a printed percentage.

    Returns
    -------
    Dataset
        Kind ``lever_rule_inversion``: ``moved_share`` (moles moved over moles of atoms at the start),
        ``liquid_mole_fraction`` and ``solid_mole_fraction`` (element), each with an ``_interval`` (95 %, from the curvature
        of the least squares); ``liquid_fraction`` (alloy, electrode) as the solution gives it, ``initial`` included, and
        ``observed_liquid_fraction``; ``residual`` (alloy, electrode), observed minus computed.

    Raises
    ------
    PhysicsError
        For fewer than three numbers, fractions outside 0-1, alloys of other than two metals or of different ones.
    ConvergenceError
        When no tie line explains the numbers.

    Notes
    -----
    f = (x - x_S)/(x_L - x_S) with x = x_0/(1 + r) in the enriched and x_0/(1 - r) in the depleted electrode, where x is
    the mole fraction of the metal that stays.

    References
    ----------
    The fractions that this was made for: :cite:`Park2021`

    Examples
    --------
    >>> found = invert_lever_rule(["K0.95Na0.05", "K0.9Na0.1"], enriched=[0.038, 0.38], depleted=[0.20, 0.70])
    >>> round(found.moved_share.item(), 4), round(found.liquid_mole_fraction.sel(element="Na").item(), 4)
    (0.1905, 0.1605)
    """
    given = [as_alloy(each) for each in alloys]
    metal = working_metal(ion)
    staying = _staying_metal(given, metal)
    start = np.array([each.composition.mole_fraction(staying) for each in given])
    observed = _observed(len(given), enriched, depleted)
    known = np.isfinite(observed)
    if known.sum() < _UNKNOWNS:
        raise PhysicsError(f"at least {_UNKNOWNS} liquid fractions are needed", found=str(int(known.sum())))
    if not (np.isfinite(uncertainty) and uncertainty > 0):
        raise PhysicsError("an uncertainty of the liquid fractions above 0 is needed", found=repr(uncertainty))
    solution, covariance = _solve(start, observed, known, uncertainty)
    computed = _fractions(start, solution)
    half = NORMAL_95 * np.sqrt(np.diag(covariance))
    elements = sorted((metal, staying))
    record = xr.Dataset(
        {
            "moved_share": solution[0],
            "moved_share_interval": ("bound", solution[0] + half[0] * np.array([-1.0, 1.0])),
            "liquid_fraction": (("alloy", "electrode"), computed),
            "observed_liquid_fraction": (("alloy", "electrode"), observed),
            "residual": (("alloy", "electrode"), observed - computed),
        },
        coords={
            "alloy": [each.name for each in given],
            "electrode": ["initial", "enriched", "depleted"],
            "element": elements,
            "bound": ["lower", "upper"],
        },
    )
    for number, phase in ((1, "liquid"), (2, "solid")):
        value = np.array([solution[number] if symbol == staying else 1 - solution[number] for symbol in elements])
        record[f"{phase}_mole_fraction"] = ("element", value)
        record[f"{phase}_mole_fraction_interval"] = (
            ("element", "bound"),
            value[:, None] + half[number] * np.array([-1.0, 1.0]),
        )
        mark(record, f"{phase}_mole_fraction", "mole_fraction", f"Atoms of one element over all atoms of the {phase}")
        mark(
            record, f"{phase}_mole_fraction_interval", "mole_fraction", "95 % from the scatter of the liquid fractions"
        )
    for name in ("moved_share", "moved_share_interval"):
        mark(record, name, "fraction", "Moles moved over moles of atoms at the start")
    mark(record, "observed_liquid_fraction", "liquid_fraction", "Liquid fraction as stated")
    record.attrs.update(
        ion=ion,
        uncertainty=float(uncertainty),
        degrees_of_freedom=int(known.sum()) - _UNKNOWNS,
        label="computed from the stated liquid fractions; no assessment enters",
    )
    return label(record, "lever_rule_inversion")


def _staying_metal(alloys: list[Alloy], metal: str) -> str:
    metals = {symbol for each in alloys for symbol in each.composition.elements}
    if len(metals) != 2 or metal not in metals or any(len(each.composition.elements) != 2 for each in alloys):
        raise PhysicsError(
            f"alloys of the same two metals, one of them {metal}, are needed",
            found="; ".join(str(each) for each in alloys) or "none",
        )
    return next(iter(metals - {metal}))


def _observed(count: int, enriched: Sequence[float], depleted: Sequence[float]) -> Array:
    """Stated liquid fractions (alloy, electrode), NaN where none was stated."""
    if len(enriched) != count or len(depleted) != count:
        raise PhysicsError(
            "one enriched and one depleted liquid fraction for each alloy are needed",
            found=f"{count} alloys, {len(enriched)} enriched, {len(depleted)} depleted",
            todo="Give nan where a fraction is not known",
        )
    values = np.stack(
        [np.full(count, np.nan), np.asarray(enriched, dtype=np.float64), np.asarray(depleted, dtype=np.float64)], axis=1
    )
    bad = (values < 0) | (values > 1) | np.isinf(values)
    if bad.any():
        raise PhysicsError("liquid fractions from 0 to 1 are needed", found=f"{values[bad][0]:g}", todo="20 % is 0.2")
    return values


def _fractions(start: Array, solution: Array) -> Array:
    """Liquid fractions (alloy, electrode) for moved share, liquid and solid composition."""
    share, liquid, solid = solution
    x = start[:, None] / np.array([1.0, 1.0 + share, 1.0 - share])
    fractions: Array = (x - solid) / (liquid - solid)
    return fractions


def _solve(start: Array, observed: Array, known: Array, uncertainty: float) -> tuple[Array, Array]:
    """Least squares from several starts; solution (share, liquid, solid) and its covariance."""

    def misfit(solution: Array) -> Array:
        pull: Array = (_fractions(start, solution) - observed)[known] / uncertainty
        return pull

    ends = float(start.max()), float(start.min())
    best = None
    for share in np.linspace(0.02, 0.6, _STARTS):
        for liquid, solid in ((min(1.3 * ends[0], 0.99), 0.5 * ends[1]), (0.5 * ends[1], min(1.3 * ends[0], 0.99))):
            found = least_squares(
                misfit, (share, liquid, solid), bounds=((1e-9, 0.0, 0.0), (0.999, 1.0, 1.0)), x_scale=0.1
            )
            if found.success and (best is None or found.cost < best.cost):
                best = found
    slopes = np.zeros((1, _UNKNOWNS)) if best is None else np.asarray(best.jac, dtype=np.float64)
    if best is None or np.linalg.matrix_rank(slopes) < _UNKNOWNS:
        raise ConvergenceError(
            "liquid fractions that one tie line explains are needed",
            found="numbers that leave it undetermined",
            todo="Give fractions of two alloys, or of both electrodes",
        )
    covariance: Array = np.asarray(np.linalg.inv(slopes.T @ slopes), dtype=np.float64)
    return np.asarray(best.x), covariance
