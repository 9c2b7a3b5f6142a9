"""Which numbers an assessment predicts: refits that did not see some of the observations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from alkanode.data.schema import SCHEMA_VERSION, check
from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.fit import fit_assessment
from alkanode.thermo.assessment.least_squares import WeakPrior
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.provenance import rest_on

ALL_DATA = "all data"
"""Name of the refit that sees every fitted observation."""

_ROWS = ("observed", "uncertainty", "short", "quantity", "unit", "trust")
_BY_REFIT = ("computed", "computed_uncertainty", "pull", "fitted")


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
        uncertainty ``computed_uncertainty`` and ``pull`` = (computed - observed) / uncertainty of the observation, in the
        text of ``unit``; ``fitted`` is true where the number helped that refit: only where it is false does the number
        count as a prediction. ``chi_square`` and ``degrees_of_freedom`` over ``refit``.

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
    ['all data', 'tie line', 'window and tie line', 'recalled']
    """
    data = load_assessment(system)
    chosen = dict(data.held_out if groups is None else groups)
    if not chosen or ALL_DATA in chosen:
        raise PhysicsError(
            f"groups of observations are needed, none of them named {ALL_DATA!r}",
            found=", ".join(chosen) or f"none for {data.name}",
        )
    weak = prior or WeakPrior()
    fits = {
        name: fit_assessment(data, hold_out=tuple(out), prior=weak) for name, out in {ALL_DATA: (), **chosen}.items()
    }
    tables = [fit.table for fit in fits.values()]
    record = xr.Dataset(
        {
            **{name: tables[0][name] for name in _ROWS},
            **{name: (("refit", "observation"), np.stack([t[name].to_numpy() for t in tables])) for name in _BY_REFIT},
            "chi_square": ("refit", np.array([fit.chi_square for fit in fits.values()])),
            "degrees_of_freedom": ("refit", np.array([fit.degrees_of_freedom for fit in fits.values()])),
        },
        coords={"refit": list(fits)},
    )
    record.attrs.update(
        system=data.system,
        prior=f"0 +- {weak.constant:g} J mol-1 for constants, 0 +- {weak.slope:g} J mol-1 K-1 for slopes",
    )
    rest_on(record, data, ())
    check(record, "held_out_report")
    record.attrs.update(kind="held_out_report", schema_version=SCHEMA_VERSION)
    return record
