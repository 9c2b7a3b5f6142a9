"""Distributions of relaxation times with their posterior as a part of a study: bands, intervals, probable peaks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.sources import Estimate
from alkanode.impedance import peak_probability, relaxation_posterior
from alkanode.plot.describe_relaxation import distribution
from alkanode.studies.impedance.polarisation import MISFIT_LIMIT
from alkanode.studies.impedance.spectra import masked_spectra
from alkanode.studies.part import Part
from alkanode.studies.wording import number, percent, worded

BANDS = 3
"""Curves that a figure can show with their bands: the first, the middle and the last usable spectrum."""

PROBABLE = 0.95
"""Probability from which on a peak is counted as one."""


def posterior_part(checked: xr.Dataset, *, area: float | None, valid: npt.NDArray[np.bool_] | None = None) -> Part:
    """Distributions of checked spectra with 95 % bands, and their resistances with 95 % intervals.

    Parameters
    ----------
    checked
        Checked impedance record.
    area
        m2; adds area-specific values.
    valid
        (spectrum,) verdict of the Kramers-Kronig test. Valid spectra are preferred; where there is none, the label says so.

    Returns
    -------
    Part
        Records ``relaxation_times`` (the posterior) and ``peaks`` (with probabilities), the figure ``distribution`` with its
        bands, and the estimates of :func:`alkanode.studies.impedance.polarisation.polarisation_estimates` with intervals
        of the posterior.
    """
    posterior = relaxation_posterior(checked)
    found = peak_probability(posterior)
    usable = np.flatnonzero(_usable(posterior, valid))
    ends = dict(zip(("first", "last"), np.unique(usable[[0, -1]]), strict=False)) if usable.size else {}
    estimates: dict[str, Estimate] = {}
    for name, index in ends.items():
        invalid = valid is not None and not valid[index]
        for quantity in ("polarisation_in_window", "series_resistance"):
            estimates |= _estimate(f"{name}_{quantity}", posterior, quantity, int(index), area, invalid=invalid)
    drawn = np.unique(usable[[0, usable.size // 2, -1]]).tolist() if usable.size > BANDS else None
    inside = np.nansum(posterior["polarisation_in_window"].to_numpy())
    outside = np.nansum(posterior["polarisation_out_of_window"].to_numpy())
    share = float(outside / (inside + outside)) if inside + outside > 0 else 0.0
    probable = found["probability"].to_numpy() >= PROBABLE
    model = str(posterior["noise_model"].to_numpy()[usable[0]]) if usable.size else ""
    return Part(
        name="relaxation_times",
        title="Distribution of relaxation times",
        estimates=estimates,
        details={
            "regularisation_method": "posterior",
            "noise_model": model,
            "noise_level": float(np.nanmedian(posterior["noise_level"].to_numpy())),
            "window_longest": posterior.attrs["window_longest"],
            "share_out_of_window": share,
            "peaks": {
                "found": int(probable.size),
                "in_window": int(found["in_window"].to_numpy().sum()),
                "probable": int(probable.sum()),
            },
            "masked_spectra": masked_spectra(posterior),
        },
        records={"relaxation_times": posterior, "peaks": found},
        figures={"distribution": distribution(posterior, drawn, area=area)},
        findings=_findings(posterior, estimates, share, probable),
    )


def _usable(posterior: xr.Dataset, valid: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.bool_]:
    usable = np.asarray(~posterior["masked"].to_numpy())
    return usable & valid if valid is not None and (usable & valid).any() else usable


def _estimate(
    name: str, posterior: xr.Dataset, quantity: str, index: int, area: float | None, *, invalid: bool
) -> dict[str, Estimate]:
    """One value in ohm and, with an area, in ohm m2; none where relaxation times do not describe the spectrum."""
    value, low, high = (float(posterior[f"{quantity}{end}"][index]) for end in ("", "_low", "_high"))
    misfit = float(posterior["rms_residual"][index])
    known = misfit <= MISFIT_LIMIT
    basis = f"computed, spectrum {index}" + (", which fails the Kramers-Kronig test" if invalid else "")
    if known:
        basis += "; interval: 95 % of the posterior (noise and smoothness found in the data)"
    else:
        basis += f"; no value, since relaxation times do not describe the spectrum: misfit {percent(misfit, 2)} of |Z|"
    made = {}
    for key, unit, kind, factor in (
        (name, "ohm", "resistance", 1.0),
        (f"{name}_area_specific", "ohm m2", "area_specific_resistance", area),
    ):
        if factor is not None:
            made[key] = Estimate(
                value=factor * value if known else None,
                unit=unit,
                quantity=kind,
                interval=(factor * low, factor * high) if known else None,
                label=basis,
            )
    return made


def _findings(
    posterior: xr.Dataset, estimates: dict[str, Estimate], share: float, probable: npt.NDArray[np.bool_]
) -> tuple[str, ...]:
    told = []
    for end in ("first", "last"):
        one = estimates.get(f"{end}_polarisation_in_window")
        if one is not None and one.value is not None:
            specific = estimates.get(f"{end}_polarisation_in_window_area_specific")
            beside = "" if specific is None else f" or {worded(specific)}"
            told.append(f"{worded(one)}{beside} in the {end} usable spectrum")
    findings = []
    if told:
        findings.append(
            f"The polarisation inside the measured window is {' and '.join(told)}; intervals: 95 % of the posterior. [computed]"
        )
    findings.append(
        f"{percent(share, 2)} of the polarisation that was found lies outside the measured window of relaxation times; there "
        "its interval is that of the prior, not a measurement."
    )
    findings.append(
        f"{int(probable.sum())} of {probable.size} peaks are there with a probability of {number(PROBABLE, 2)} or more. [computed]"
    )
    if "correlated" in posterior.attrs["checks"]:
        findings.append(
            "In some spectra residuals of neighbouring points are correlated: they are no sum of relaxations with white noise, and "
            "their intervals were widened by a guess."
        )
    return tuple(findings)
