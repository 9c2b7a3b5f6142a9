"""Headline numbers of a path of an electrode, with interval and label."""

from __future__ import annotations

import xarray as xr

from alkanode.foundation.sources import Estimate
from alkanode.materials.elements import element
from alkanode.thermo.anode.paths.path_events import EVENTS
from alkanode.thermo.anode.uncertainty.headline import Covers, headline

HEADLINES = {**EVENTS, "theoretical_capacity": "Charge at which all of the working metal is stripped"}
"""Headline scalars of a path, C kg-1 of initial alloy; a plating path has no theoretical capacity."""


def path_estimates(path: xr.Dataset, *, interval: Covers = "temperature") -> dict[str, Estimate]:
    """Headline numbers of a stripping or plating path.

    Parameters
    ----------
    path
        Result of :func:`alkanode.thermo.stripping_path` or :func:`alkanode.thermo.plating_path`.
    interval
        What the intervals cover: ``"temperature"`` (default) its uncertainty only, the label then gives the interval over
        the assessment too; ``"assessment"`` its parameters at 95 % only; ``"both"`` the two, joined in quadrature. None
        covers how much K a carbon has bound: :func:`alkanode.thermo.carbon_uptake` shows that.

    Returns
    -------
    dict
        Those of :data:`HEADLINES` that the path has by name, in C kg-1 of initial alloy, with interval and label. The value
        is ``None`` where the event never happens on the path.

    Raises
    ------
    PhysicsError
        For another word in ``interval``.
    """
    in_carbon = path.attrs["potassium_in_carbon"]
    bound = f"; {in_carbon:g} mol K per mol of atoms assumed bound in carbon" if in_carbon > 0 else ""
    found = {
        name: headline(path, name, "specific_capacity", rests_on=path.attrs["label"] + bound, covers=interval)
        for name in EVENTS
    }
    if "theoretical_capacity" in path:
        trust = ", ".join(dict.fromkeys(element(str(s)).molar_mass.trust.value for s in path["element"].values))
        found["theoretical_capacity"] = Estimate(
            value=path["theoretical_capacity"].item(),
            unit="C kg-1",
            quantity="specific_capacity",
            label=f"computed from the composition (F x / M; molar masses {trust})",
        )
    return found
