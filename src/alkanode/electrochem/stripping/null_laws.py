"""Laws without transport, which a claim about the phase diagram must beat: to the liquidus, or in proportion to the metal.

"The critical stripping capacity is that to the liquidus" has no fitted number. "It is a fixed share of the working metal" has
one. A series of several alloys says which of them predicts better, and how well an alloy is predicted from the others.
"""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import check, label
from alkanode.electrochem.protocols import differences
from alkanode.electrochem.stripping.protocol import WORDS, protocols
from alkanode.electrochem.stripping.series import at_cutoff, lower_bounds
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.sources import add_sources, source
from alkanode.foundation.units import QuantityLike
from alkanode.numerics.censored_line import CensoredLine, corrected_criterion, fit_line

Floats = npt.NDArray[np.float64]

LAWS = {
    "liquidus": ("capacity_to_liquidus", False, "the capacity to the liquidus"),
    "theory": ("theoretical_capacity", False, "all of the working metal"),
    "liquidus share": ("capacity_to_liquidus", True, "a fixed share of the capacity to the liquidus"),
    "metal share": (
        "theoretical_capacity",
        True,
        "a fixed share of the working metal: proportional to its mass fraction",
    ),
}
"""Law -> the capacity of the series that it takes, whether a common factor is fitted, what it means."""


@source("Wu2025")
def compare_null_laws(
    series: xr.Dataset,
    *,
    cutoff: QuantityLike | None = None,
    allow_mixed: bool = False,
    margin: float = 2.0,
) -> xr.Dataset:
    """Compare laws of the critical stripping capacity that know no transport.

    Parameters
    ----------
    series
        A ``stripping_series`` record of at least two alloys with a liquidus. Lower bounds count as such.
    cutoff
        V; default as :func:`alkanode.electrochem.at_cutoff`.
    allow_mixed
        Whether tests whose protocols differ in more than the alloy are compared together, with a warning.
    margin
        Difference of the corrected Akaike criterion from which one law is called better; 2 is the habit.

    Returns
    -------
    Dataset
        Kind ``stripping_null_laws``, dimension ``law`` (:data:`LAWS`): ``meaning``, ``parameters`` (fitted numbers, the scatter
        among them), ``factor`` (1 where none is fitted), ``scatter`` (standard deviation of the logarithm about the law),
        ``log_likelihood`` and its ``_interval`` over the range of the liquidus (all alloys moved together), ``criterion``
        (corrected Akaike; infinite where there are too few tests), ``prediction_error`` (root mean square of ln(measured /
        predicted), each alloy predicted from the others; lower bounds left out), ``prediction`` (law, test; C kg-1).
        ``attrs``: ``better`` and ``verdict``, ``gain`` (log-likelihood of "liquidus" minus that of "metal share"), ``tests``,
        ``alloys``, ``cutoff``, ``mixed``.

    Raises
    ------
    SchemaError
        With fewer than two alloys or three tests with a liquidus, with lower bounds only, or for different protocols.

    Warns
    -----
    DataQualityWarning
        When mixed protocols are compared, or tests without a liquidus are left out.

    Notes
    -----
    Two alloys cannot tell a share of the liquidus from a share of the metal unless their ratio differs between them.
    """
    at = at_cutoff(check(series, "stripping_series"), cutoff)
    good = (at["specific_capacity"].to_numpy() > 0) & (at["capacity_to_liquidus"].to_numpy() > 0)
    if (~good).any():
        left = ", ".join(str(name) for name in at["test"].to_numpy()[~good])
        warnings.warn(
            f"left out of the null laws: {left} (no capacity or no liquidus)", DataQualityWarning, stacklevel=3
        )
    at = at.isel(test=np.flatnonzero(good))
    alloys = list(dict.fromkeys(str(name) for name in at["alloy"].to_numpy()))
    if len(alloys) < 2 or at.sizes["test"] < 3:
        raise SchemaError(
            "null laws are compared over at least two alloys and three tests",
            found=f"{at.sizes['test']} tests of {len(alloys)} alloys with a liquidus",
        )
    apart = differences(protocols(at), WORDS, apart=["alloy"])
    if apart and not allow_mixed:
        raise SchemaError(
            "only tests of one protocol are compared",
            found="different " + "; ".join(apart),
            todo="Select tests that differ in the alloy only, or allow mixed protocols explicitly",
        )
    if apart:
        text = f"mixed protocols are compared: different {'; '.join(apart)}"
        warnings.warn(text, DataQualityWarning, stacklevel=3)
    censored = lower_bounds(at)
    if censored.all():
        raise SchemaError("null laws need a test that reached the cut-off", found="lower bounds only")
    y = np.log(at["specific_capacity"].to_numpy())
    named = np.array([str(name) for name in at["alloy"].to_numpy()])
    rows, predictions = [], []
    for field, free, _ in LAWS.values():
        base = at[field].to_numpy()
        fit = _fit(y - np.log(base), censored, free=free)
        factor = float(np.exp(fit.coefficients[0])) if free else 1.0
        ends = at[f"{field}_interval"].to_numpy() if f"{field}_interval" in at else np.stack([base, base], axis=1)
        spread = [_fit(y - np.log(side), censored, free=free).log_likelihood for side in (*ends.T, base)]
        count = 1 + int(free)
        rows.append(
            (
                count,
                factor,
                fit.scatter,
                fit.log_likelihood,
                min(spread),
                max(spread),
                corrected_criterion(fit.log_likelihood, count, y.size),
                _prediction_error(y - np.log(base), censored, named, free=free),
            )
        )
        predictions.append(factor * base)
    table = np.array(rows)
    better, verdict = _verdict(table[:, 6], table[:, 7], y.size, len(alloys), margin)
    laws = xr.Dataset(
        {
            "meaning": ("law", np.array([text for _, _, text in LAWS.values()], dtype=np.str_)),
            "parameters": ("law", table[:, 0].astype(np.int64)),
            "factor": ("law", table[:, 1]),
            "scatter": ("law", table[:, 2]),
            "log_likelihood": ("law", table[:, 3]),
            "log_likelihood_interval": (("law", "bound"), table[:, 4:6]),
            "criterion": ("law", table[:, 6]),
            "prediction_error": ("law", table[:, 7]),
            "prediction": (("law", "test"), np.array(predictions), {"units": "C kg-1"}),
        },
        coords={"law": list(LAWS), "test": at["test"].to_numpy(), "bound": ["lower", "upper"]},
        attrs={
            "better": better,
            "verdict": verdict,
            "gain": float(table[0, 3] - table[3, 3]),
            "tests": int(y.size),
            "alloys": " ".join(alloys),
            "cutoff": float(at["cutoff"]),
            "origin": " / ".join(dict.fromkeys(str(name) for name in at["origin"].to_numpy())),
            "mixed": "; ".join(apart),
            "margin": margin,
        },
    )
    add_sources(laws, str(series.attrs.get("sources", "")).split())
    return label(laws, "stripping_null_laws")


def _fit(rest: Floats, censored: npt.NDArray[np.bool_], *, free: bool) -> CensoredLine:
    """Fit a common factor (as a logarithm) and the scatter, or the scatter alone."""
    fit = fit_line(np.ones((rest.size, int(free))), rest, censored)
    if isinstance(fit, str):
        raise SchemaError("null laws need more tests that reached the cut-off", found=fit)
    return fit


def _prediction_error(
    rest: Floats, censored: npt.NDArray[np.bool_], named: npt.NDArray[np.str_], *, free: bool
) -> float:
    """Root mean square of ln(measured / predicted), each alloy predicted with the factor of the others."""
    errors = []
    for alloy in np.unique(named):
        here = (named == alloy) & ~censored
        others = (named != alloy) & ~censored
        if here.any() and (others.any() or not free):
            errors.append(rest[here] - (rest[others].mean() if free else 0.0))
    return float(np.sqrt(np.mean(np.concatenate(errors) ** 2))) if errors else float("nan")


def _verdict(criterion: Floats, error: Floats, tests: int, alloys: int, margin: float) -> tuple[str, str]:
    """The law that the criterion prefers by the margin, or why none is."""
    names = list(LAWS)
    known = np.isfinite(criterion)
    told = ", ".join(f"{name} {100 * float(np.expm1(one)):.0f} %" for name, one in zip(names, error, strict=True))
    size = f"{tests} tests of {alloys} alloys"
    if not known.all():
        return "", f"cannot be decided by likelihood with {size}; error out of sample: {told}"
    order = np.argsort(criterion)
    best, gap = int(order[0]), float(criterion[order[1]] - criterion[order[0]])
    if gap < margin:
        return (
            "",
            f"{names[best]} and {names[int(order[1])]} cannot be told apart with {size}; error out of sample: {told}",
        )
    return names[best], f"{names[best]} is better by {gap:.3g} of the criterion ({size}); error out of sample: {told}"
