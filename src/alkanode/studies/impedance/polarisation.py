"""Headline numbers of distributions of relaxation times: resistances at the two ends of a series."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import AlkanodeWarning
from alkanode.foundation.sources import Estimate
from alkanode.impedance import relaxation_times
from alkanode.studies.blocks import Impedance
from alkanode.studies.wording import number, shown, worded

REGULARISATION_SPAN = 10.0
"""The interval of a resistance covers a regularisation this many times smaller and larger."""

MISFIT_LIMIT = 0.10
"""Rms misfit over |Z| above which a spectrum is not described by relaxation times (a blocking tail, for example)."""

TAIL_LIMIT = 0.5
"""A series resistance below this share of the smallest real part was found by taking an inductive tail for a relaxation."""


def polarisation_estimates(
    checked: xr.Dataset,
    times: xr.Dataset,
    settings: Impedance,
    *,
    area: float | None,
    valid: npt.NDArray[np.bool_] | None = None,
) -> dict[str, Estimate]:
    """Polarisation in the window and series resistance of the first and of the last usable spectrum.

    Parameters
    ----------
    checked
        Checked impedance record.
    times
        Its distributions.
    settings
        Block of the study.
    area
        m2; adds area-specific values.
    valid
        (spectrum,) verdict of the Kramers-Kronig test. Valid spectra are preferred; where there is none, the label says so.

    Returns
    -------
    dict
        ``first_...`` and, in a series, ``last_...``: ``polarisation_in_window``, or with a blocking tail
        ``resistance_before_tail``, and ``series_resistance``. A value is ``None`` where relaxation times do not describe the
        spectrum (:data:`MISFIT_LIMIT`), with the misfit in the label.
    """
    usable = ~checked["masked"].to_numpy()
    if valid is not None and (usable & valid).any():
        usable = usable & valid
    rows = np.flatnonzero(usable)
    if rows.size == 0:
        return {}
    ends = np.unique(rows[[0, -1]])
    lam = float(times.attrs["regularisation"])
    spans = _other_regularisations(checked.isel(spectrum=ends), times, settings)
    blocked = "resistance_before_tail" in times
    estimates: dict[str, Estimate] = {}
    for place, (name, index) in enumerate(zip(("first", "last"), ends, strict=False)):
        invalid = valid is not None and not valid[index]
        basis = f"computed at lambda = {lam:g}, spectrum {int(index)}" + (
            ", which fails the Kramers-Kronig test" if invalid else ""
        )
        for quantity in ("resistance_before_tail" if blocked else "polarisation_in_window", "series_resistance"):
            edges = [float(times[quantity][index]), *(float(span[quantity][place]) for span in spans)]
            if quantity == "resistance_before_tail":
                edges += [float(times[f"{quantity}_{end}"][index]) for end in ("low", "high")]
            doubt = _doubt(checked, times, int(index), quantity)
            estimates |= _estimate(
                f"{name}_{quantity}", edges, basis + doubt, lam, area, known=not doubt.startswith(";")
            )
    return estimates


def _other_regularisations(ends: xr.Dataset, times: xr.Dataset, settings: Impedance) -> list[xr.Dataset]:
    """The same spectra with a smaller and a larger regularisation; their doubts were told before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AlkanodeWarning)
        return [
            relaxation_times(
                ends,
                regularisation=times.attrs["regularisation"] * factor,
                penalty_order=times.attrs["penalty_order"],
                weights=times.attrs["weights"],
                basis=settings.basis,
                blocking=settings.blocking,
                free_sign=settings.free_sign,
            )
            for factor in (1 / REGULARISATION_SPAN, REGULARISATION_SPAN)
        ]


def _doubt(checked: xr.Dataset, times: xr.Dataset, index: int, quantity: str) -> str:
    """What speaks against a value; it begins with ``;`` where there is no value at all."""
    misfit = float(times["rms_residual"][index])
    if misfit > MISFIT_LIMIT:
        return f"; no value, since relaxation times do not describe the spectrum: misfit {number(100 * misfit, 2)} % of |Z|"
    if quantity != "series_resistance":
        return ""
    smallest = float(np.nanmin(checked["impedance"].to_numpy()[index].real))
    if smallest > 0 and float(times[quantity][index]) < TAIL_LIMIT * smallest:
        return (
            f", far below the smallest real part of {shown(smallest, 'resistance')}: an inductive tail may have been taken "
            "for a relaxation (cut it with frequency_range)"
        )
    return ""


def _estimate(
    name: str, edges: list[float], basis: str, lam: float, area: float | None, *, known: bool
) -> dict[str, Estimate]:
    """One value in ohm and, with an area, in ohm m2."""
    span = f"; interval: lambda from {lam / REGULARISATION_SPAN:g} to {lam * REGULARISATION_SPAN:g}"
    made = {}
    for key, unit, quantity, factor in (
        (name, "ohm", "resistance", 1.0),
        (f"{name}_area_specific", "ohm m2", "area_specific_resistance", area),
    ):
        if factor is not None:
            made[key] = Estimate(
                value=factor * edges[0] if known else None,
                unit=unit,
                quantity=quantity,
                interval=(factor * min(edges), factor * max(edges)) if known else None,
                label=basis + (span if known else ""),
            )
    return made


def polarisation_finding(estimates: dict[str, Estimate]) -> str:
    """The polarisation (or the resistance before a tail) at the ends of a series in one sentence, or nothing."""
    told = []
    blocked = "first_resistance_before_tail" in estimates
    quantity = "resistance_before_tail" if blocked else "polarisation_in_window"
    for end in ("first", "last"):
        one = estimates.get(f"{end}_{quantity}")
        if one is None:
            continue
        where = f"in the {end} usable spectrum" if f"last_{quantity}" in estimates else "in the only usable spectrum"
        if one.value is None:
            told.append(f"not to be had {where} ({one.label.partition('; ')[2]})")
            continue
        specific = estimates.get(f"{end}_{quantity}_area_specific")
        beside = "" if specific is None else f" or {worded(specific)}"
        fails = ", which fails the Kramers-Kronig test" if "fails" in one.label else ""
        told.append(f"{worded(one)}{beside} {where}{fails}")
    if not told:
        return ""
    known = any(one.value is not None for one in estimates.values())
    span = "; intervals cover a tenfold smaller and larger lambda" if known else ""
    what = "resistance before the blocking tail" if blocked else "polarisation inside the measured window"
    return f"The {what} is {' and '.join(told)}{span}. [computed]"
