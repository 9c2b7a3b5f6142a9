"""What the law of transport is worth: alloys held out, joint fits with every tuned number counted, and laws that know nothing.

Data are the three critical stripping capacities and the three critical current densities of Wu2025. Residuals are differences of
logarithms over a scatter between cells that is assumed (13 %): the paper prints no number of cells and no error. A critical current
density is here the largest current that a fresh interface strips for one half-cycle time, since that is what transport alone limits;
the half-cycle time is not printed and counts as tuned.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.cell_models.published.capacities import liquidus_capacity
from alkanode.cell_models.published.cells import ALLOYS, HALF_CYCLE, MILLIAMPERE, PER_GRAM, TRANSPORT, cell, wu2025
from alkanode.cell_models.published.currents import PRINTED, null_law, symmetric_ramp
from alkanode.data.schema import label
from alkanode.foundation.sources import add_sources
from alkanode.numerics.gaussian_fit import GaussianFit, gaussian_fit

Floats = npt.NDArray[np.float64]

CAPACITIES = {"NaK50": 400.0, "NaK65": 300.0, "NaK80": 150.0}
"""Printed, mAh per gram."""

SCATTER = 0.13
"""Standard deviation of the logarithm of a measurement between cells; assumed."""

SLOPE = "Transport coefficient composition slope"
_FACTORS = 100.0
"""Largest over smallest factor of the null law that was thought possible before."""

CURRENT = 0.25
"""mA cm-2, of the critical stripping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """A tuned number: its range (of the logarithm, unless it is a slope), start and scale."""

    name: str
    start: float
    lower: float
    upper: float
    scale: float
    logarithm: bool = True


TUNED: Mapping[str, Tuned] = {
    "D": Tuned(name=TRANSPORT, start=math.log(1e-12), lower=math.log(1e-14), upper=math.log(1e-9), scale=0.5),
    "T": Tuned(name=HALF_CYCLE, start=math.log(7200), lower=math.log(900), upper=math.log(86400), scale=0.5),
    "b": Tuned(name=SLOPE, start=0.0, lower=-10.0, upper=10.0, scale=2.0, logarithm=False),
}
"""Flat priors between the ends."""


def held_out_alloys(names: tuple[str, ...] = ("D",)) -> xr.Dataset:
    """Each alloy's critical stripping capacity predicted by a fit to the other two.

    Parameters
    ----------
    names
        What is fitted: ``("D",)``, the transport coefficient, or ``("D", "b")``, with its slope with potassium; two numbers meet
        two alloys exactly.

    Returns
    -------
    Dataset
        Kind ``held_out`` over ``datum`` (the alloys): ``measured``, ``predicted``, ``baseline`` (the bulk at its liquidus) in C kg-1,
        their errors, and ``fitted_value``, the coefficient in m2 s-1.
    """
    rows = []
    for alloy in ALLOYS:
        others = [one for one in ALLOYS if one != alloy]
        fit = _fit(names, others, [])
        rows.append((alloy, _capacity(alloy, fit.best, names), math.exp(fit.best[0])))
    measured = np.array([CAPACITIES[one] for one, _, _ in rows])
    predicted = np.array([value for _, value, _ in rows])
    baseline = np.array([liquidus_capacity(one) for one, _, _ in rows])
    record = xr.Dataset(
        {
            "measured": ("datum", measured * PER_GRAM),
            "predicted": ("datum", predicted * PER_GRAM),
            "relative_error": ("datum", predicted / measured - 1),
            "baseline": ("datum", baseline * PER_GRAM),
            "baseline_error": ("datum", baseline / measured - 1),
            "fitted_value": ("datum", np.array([value for _, _, value in rows])),
        },
        coords={"datum": np.array([one for one, _, _ in rows])},
        attrs={
            "fitted": ", ".join(TUNED[name].name for name in names),
            "scatter": SCATTER,
            "scatter_basis": "assumed: the paper prints no number of cells",
        },
    )
    add_sources(record, ["Wu2025"])
    return label(record, "held_out")


def transport_evidence() -> xr.Dataset:
    """Laws and fits on capacities, on critical current densities, and on both.

    Returns
    -------
    Dataset
        Kind ``model_evidence`` over ``variant``: how many numbers were ``tuned`` (``tuned_names``) on how many ``data``,
        ``log_likelihood``, ``bic``, ``log_evidence`` (Laplace, flat priors; NaN for laws without one), ``mean_error`` and
        ``largest_error`` (of absolute relative errors).
    """
    nothing: list[str] = []
    rows = [
        _law("capacities: bulk at its liquidus", _liquidus_residuals(), (), ""),
        _of_fit("capacities: D", _fit(("D",), ALLOYS, nothing), ("D",)),
        _of_fit("capacities: D and its slope with potassium", _fit(("D", "b"), ALLOYS, nothing), ("D", "b")),
        _law("currents: share of sodium", _null_residuals(), ("factor",), "one factor fitted"),
        _currents_given_capacities(),
        _law(
            "both: liquidus, and share of sodium",
            np.concatenate([_liquidus_residuals(), _null_residuals()]),
            ("factor",),
            "",
        ),
        _of_fit("both: D, T", _fit(("D", "T"), ALLOYS, ALLOYS), ("D", "T")),
        _of_fit("both: D, b, T", _fit(("D", "b", "T"), ALLOYS, ALLOYS), ("D", "b", "T")),
        _shipped(),
    ]
    texts = ("variant", "tuned_names", "remark")
    numbers = ("tuned", "data", "log_likelihood", "bic", "log_evidence", "mean_error", "largest_error")
    record = xr.Dataset(
        {name: ("variant", np.array([row[name] for row in rows], dtype=np.str_)) for name in texts if name != "variant"}
        | {name: ("variant", np.array([row[name] for row in rows], dtype=np.float64)) for name in numbers},
        coords={"variant": np.array([row["variant"] for row in rows], dtype=np.str_)},
        attrs={"scatter": SCATTER, "scatter_basis": "assumed: the paper prints no number of cells"},
    )
    add_sources(record, ["Wu2025"])
    return label(record, "model_evidence")


def _values(best: Floats, names: Sequence[str]) -> dict[str, float]:
    return {
        TUNED[name].name: math.exp(value) if TUNED[name].logarithm else float(value)
        for name, value in zip(names, best, strict=True)
    }


def _capacity(alloy: str, best: Floats, names: Sequence[str]) -> float:
    made = cell(alloy, wu2025().replace(_values(best, names)))
    return made.stripped(CURRENT * MILLIAMPERE) * made.area / made.alloy_mass / PER_GRAM


def _current(alloy: str, best: Floats, names: Sequence[str]) -> float:
    return cell(alloy, wu2025().replace(_values(best, names))).critical_stripping_current() / MILLIAMPERE


def _residuals(best: Floats, names: Sequence[str], capacities: Sequence[str], currents: Sequence[str]) -> Floats:
    charge = [math.log(_capacity(one, best, names) / CAPACITIES[one]) for one in capacities]
    flow = [math.log(_current(one, best, names) / PRINTED[one]) for one in currents]
    return np.array([*charge, *flow]) / SCATTER


@functools.cache
def _kept_fit(names: tuple[str, ...], capacities: tuple[str, ...], currents: tuple[str, ...]) -> GaussianFit:
    tuned = [TUNED[name] for name in names]
    return gaussian_fit(
        lambda place: _residuals(place, names, capacities, currents),
        np.array([one.start for one in tuned]),
        np.array([one.lower for one in tuned]),
        np.array([one.upper for one in tuned]),
        scale=np.array([one.scale for one in tuned]),
    )


def _fit(names: tuple[str, ...], capacities: Sequence[str], currents: Sequence[str]) -> GaussianFit:
    return _kept_fit(names, tuple(capacities), tuple(currents))


def _row(
    variant: str, residuals: Floats, tuned: Sequence[str], remark: str, log_evidence: float = math.nan
) -> dict[str, str | float]:
    errors = np.abs(np.expm1(residuals * SCATTER))
    likelihood = -0.5 * float(residuals @ residuals) - residuals.size * math.log(SCATTER * math.sqrt(2 * math.pi))
    return {
        "variant": variant,
        "tuned_names": ", ".join(tuned),
        "remark": remark,
        "tuned": len(tuned),
        "data": residuals.size,
        "log_likelihood": likelihood,
        "bic": -2 * likelihood + len(tuned) * math.log(residuals.size),
        "log_evidence": log_evidence,
        "mean_error": float(errors.mean()),
        "largest_error": float(errors.max()),
    }


def _law(variant: str, residuals: Floats, tuned: Sequence[str], remark: str) -> dict[str, str | float]:
    """A law without a model: nothing tuned, or one factor on the three currents, with a flat prior of its logarithm."""
    row = _row(variant, residuals, tuned, remark)
    evidence = float(row["log_likelihood"])
    if tuned:
        evidence += 0.5 * math.log(2 * math.pi * SCATTER**2 / len(ALLOYS)) - math.log(math.log(_FACTORS))
    return {**row, "log_evidence": evidence}


def _of_fit(variant: str, fit: GaussianFit, names: Sequence[str]) -> dict[str, str | float]:
    prior = -sum(math.log(TUNED[name].upper - TUNED[name].lower) for name in names)
    errors = fit.residuals.size * math.log(SCATTER)
    sigma = np.sqrt(np.diag(fit.covariance))
    said = []
    for name, best, width in zip(names, fit.best, sigma, strict=True):
        shown = (
            f"{math.exp(best):.3g} (factor {math.exp(width):.2f})"
            if TUNED[name].logarithm
            else f"{best:.2f} ({width:.2f})"
        )
        said.append(f"{name} = {shown}")
    return _row(variant, fit.residuals, names, ", ".join(said), fit.log_evidence(errors, prior))


def _liquidus_residuals() -> Floats:
    return np.array([math.log(liquidus_capacity(one) / CAPACITIES[one]) for one in ALLOYS]) / SCATTER


def _null_residuals() -> Floats:
    return np.array([math.log(null_law(one) / PRINTED[one]) for one in ALLOYS]) / SCATTER


def _currents_given_capacities() -> dict[str, str | float]:
    """Currents by transport with the coefficient from the capacities; only the half-cycle time is tuned on them."""
    found = _fit(("D",), ALLOYS, ()).best
    tuned = TUNED["T"]
    fit = gaussian_fit(
        lambda place: _residuals(np.array([found[0], place[0]]), ("D", "T"), (), ALLOYS),
        np.array([tuned.start]),
        np.array([tuned.lower]),
        np.array([tuned.upper]),
        scale=np.array([tuned.scale]),
    )
    return _of_fit("currents: transport, D from the capacities", fit, ("T",))


def _shipped() -> dict[str, str | float]:
    """The shipped set in a ramp of symmetric cells; its numbers were set one after another, not jointly."""
    charge = [math.log(_capacity(one, np.empty(0), ()) / CAPACITIES[one]) for one in ALLOYS]
    flow = [math.log(symmetric_ramp(one).value / PRINTED[one]) for one in ALLOYS]
    residuals = np.array([*charge, *flow]) / SCATTER
    return _row(
        "both: shipped set, ramps of symmetric cells",
        residuals,
        ("D", "T", "contact share of NaK50", "of NaK65", "of NaK80"),
        "the local critical current density is that of sodium; five numbers for six data",
    )
