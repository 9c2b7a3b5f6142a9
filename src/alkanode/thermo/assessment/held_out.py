"""Which numbers an assessment predicts: refits that did not see some of the observations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from alkanode.data.schema import SCHEMA_VERSION, check
from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.fit import Fit, fit_assessment
from alkanode.thermo.assessment.least_squares import WeakPrior
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.assessment.weights import reweighted
from alkanode.thermo.conditions import Array
from alkanode.thermo.provenance import rest_on

ALL_DATA = "all data"
"""Name of the refit that sees every fitted observation."""

OTHER_WEIGHTS = "other weights"
"""Name of the refit that sees every fitted observation, weighted by what the sources support."""

_WIDER = 3.0

_ROWS = ("observed", "uncertainty", "short", "quantity", "unit", "trust")
_BY_REFIT = ("computed", "computed_uncertainty", "fitted")


def held_out_report(
    system: str | Assessment = "Na-K",
    groups: Mapping[str, Sequence[str]] | None = None,
    *,
    prior: WeakPrior | None = None,
) -> xr.Dataset:
    """Refits with groups of observations held out, and what each predicts.

    Parameters
    ----------
    system
        Shipped binary or an assessment.
    groups
        Name -> short names of observations that are held out together. The default takes the assessment's own groups.
    prior
        Expectation of the coefficients in every refit, since fewer observations may leave one open. The default is
        ``WeakPrior()``.

    Returns
    -------
    Dataset
        Kind ``held_out_report`` over (refit, observation); the first refit sees everything. ``computed``, its standard
        uncertainty ``computed_uncertainty`` and ``pull`` = (computed - observed) / uncertainty, in the text of ``unit``: that
        of the observation where it was fitted, and both uncertainties together where it was predicted; ``fitted`` is true where the number helped that refit: only where it is false does the number
        count as a prediction. ``prior_move`` is how far ``computed`` goes when the prior is three times wider: a
        prediction that moves by its own uncertainty is the prior's. ``chi_square`` and ``degrees_of_freedom`` over
        ``refit``, of the observations without the prior; no uncertainty is scaled by them. Where the observations carry
        a ``source_uncertainty`` the last refit, ``other weights``, fits all of them with these; its ``pull`` still
        counts in ``uncertainty``.

    Raises
    ------
    PhysicsError
        For a ternary system, no group, or an unknown name.
    ConvergenceError
        When a refit fails.

    Examples
    --------
    >>> report = held_out_report("Na-K")
    >>> [str(name) for name in report.refit.values]
    ['all data', 'tie line', 'window and tie line', 'recalled', 'other weights']
    """
    data = load_assessment(system)
    chosen = dict(data.held_out if groups is None else groups)
    if not chosen or {ALL_DATA, OTHER_WEIGHTS} & set(chosen):
        raise PhysicsError(
            f"groups of observations are needed, none of them named {ALL_DATA!r} or {OTHER_WEIGHTS!r}",
            found=", ".join(chosen) or f"none for {data.name}",
        )
    weak = prior or WeakPrior()
    fits, wider = (
        _refits(data, chosen, each)
        for each in (weak, WeakPrior(constant=_WIDER * weak.constant, slope=_WIDER * weak.slope))
    )
    tables = [fit.table for fit in fits.values()]
    record = xr.Dataset(
        {
            **{name: tables[0][name] for name in _ROWS},
            **{name: (("refit", "observation"), np.stack([t[name].to_numpy() for t in tables])) for name in _BY_REFIT},
            "pull": (
                ("refit", "observation"),
                np.stack([_pull(fit.table, tables[0].uncertainty) for fit in fits.values()]),
            ),
            "prior_move": (
                ("refit", "observation"),
                np.stack([(wider[name].table.computed - fit.table.computed).to_numpy() for name, fit in fits.items()]),
            ),
            "chi_square": ("refit", np.array([fit.chi_square for fit in fits.values()])),
            "degrees_of_freedom": ("refit", np.array([fit.degrees_of_freedom for fit in fits.values()])),
        },
        coords={"refit": list(fits)},
    )
    record.attrs.update(
        system=data.system,
        prior=f"0 +- {weak.constant:g} J mol-1 for constants, 0 +- {weak.slope:g} J mol-1 K-1 for slopes",
        wider_prior=f"{_WIDER:g} times as wide",
        covariance="inverse of J^T J, not scaled by chi square",
    )
    rest_on(record, data, ())
    check(record, "held_out_report")
    record.attrs.update(kind="held_out_report", schema_version=SCHEMA_VERSION)
    return record


def _pull(table: xr.Dataset, uncertainty: xr.DataArray) -> Array:
    """Differences over the observation's uncertainty, or over both uncertainties where the number is a prediction."""
    both = np.hypot(uncertainty, table["computed_uncertainty"].where(~table["fitted"], 0.0))
    pull: Array = ((table["computed"] - table["observed"]) / both).to_numpy()
    return pull


def _refits(data: Assessment, groups: Mapping[str, Sequence[str]], prior: WeakPrior) -> dict[str, Fit]:
    fits = {
        name: fit_assessment(data, hold_out=tuple(out), prior=prior) for name, out in {ALL_DATA: (), **groups}.items()
    }
    if any(one.source_uncertainty is not None for one in data.observations):
        fits[OTHER_WEIGHTS] = fit_assessment(reweighted(data), prior=prior)
    return fits
