"""Calibrated or predicted: what a fitted parameter of a model was fitted to decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import xarray as xr

SUBJECTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "stripping": ("stripping", "specific capacit"),
        "ccd": ("critical current",),
        "cv": ("voltammogram", "cyclic volta", "oxidation peak"),
        "failures": ("stripping", "critical current"),
        "impedance": ("impedance", "spectr", "interface resistance"),
        "circuit": ("impedance", "spectr", "interface resistance"),
        "voltage": ("voltage",),
    }
)
"""Part of a study -> words of ``fitted_to`` that make its numbers calibrated."""

STATUSES = ("calibrated", "predicted")


def status_of(name: str, parameters: xr.Dataset | None) -> tuple[str, str]:
    """Whether a number of a model is calibrated or predicted, and why.

    A number is *calibrated* when any fitted parameter was fitted to numbers of its kind, be it on other cells: it may then
    agree because it was made to. Everything else is *predicted*.

    Parameters
    ----------
    name
        ``part.name``.
    parameters
        Kind ``parameter_table``; without one nothing is known to be fitted.

    Returns
    -------
    tuple
        ``"calibrated"`` or ``"predicted"``, and the reason in words.
    """
    words = SUBJECTS.get(name.partition(".")[0], ())
    reasons = [
        f"{parameter.partition(' [')[0]} was fitted to {target}"
        for parameter, target in _fitted(parameters)
        if any(word in target.casefold() for word in words)
    ]
    if reasons:
        return "calibrated", "; ".join(dict.fromkeys(reasons))
    return "predicted", "no parameter was fitted to numbers of this kind"


def _fitted(parameters: xr.Dataset | None) -> Iterable[tuple[str, str]]:
    if parameters is None:
        return ()
    rows = zip(*(parameters[key].to_numpy() for key in ("parameter", "fitted_to", "role")), strict=True)
    return tuple((str(name), str(target)) for name, target, role in rows if role == "fitted" and str(target))
