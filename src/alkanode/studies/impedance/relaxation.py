"""Distributions of relaxation times as a part of a study."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.impedance import RELAXATION_PRESETS, peaks, regularisation_curve, relaxation_times
from alkanode.plot import Figure
from alkanode.plot.describe_regularisation import regularisation
from alkanode.plot.describe_relaxation import distribution
from alkanode.studies.blocks import Impedance
from alkanode.studies.impedance.polarisation import polarisation_estimates, polarisation_finding
from alkanode.studies.impedance.posterior import posterior_part
from alkanode.studies.impedance.spectra import masked_spectra
from alkanode.studies.part import Part
from alkanode.studies.wording import number


def inversion_options(settings: Impedance) -> dict[str, Any]:
    """Options of :func:`alkanode.impedance.relaxation_times` that a study sets."""
    return {
        "regularisation": settings.regularisation,
        "penalty_order": settings.penalty_order,
        "weights": settings.weights,
        "basis": settings.basis,
        "blocking": settings.blocking,
        "free_sign": settings.free_sign,
        "preset": settings.preset,
    }


def relaxation_part(
    checked: xr.Dataset,
    settings: Impedance,
    *,
    area: float | None,
    valid: npt.NDArray[np.bool_] | None = None,
) -> Part:
    """Distributions of relaxation times of checked spectra, their peaks, and how much lies outside the window.

    ``valid`` is the verdict of the Kramers-Kronig test per spectrum, where it was made.
    """
    if settings.posterior:
        return posterior_part(checked, area=area, valid=valid)
    times = relaxation_times(checked, **inversion_options(settings))
    found = peaks(times)
    estimates = polarisation_estimates(checked, times, settings, area=area, valid=valid)
    inside = np.nansum(times["polarisation_in_window"].to_numpy())
    outside = np.nansum(times["polarisation_out_of_window"].to_numpy())
    share = 100 * outside / (inside + outside) if inside + outside > 0 else 0.0
    findings = [
        sentence for sentence in (checked.attrs.get("left_out", ""), polarisation_finding(estimates)) if sentence
    ]
    if not settings.blocking:
        findings.append(
            f"{number(share, 2)} % of the polarisation that was found lies outside the measured window of relaxation times "
            "and is not determined by the data."
        )
    findings += _limits(times, settings)
    records = {"relaxation_times": times, "peaks": found}
    figures: dict[str, Figure] = {"distribution": distribution(times, area=area)}
    if isinstance(settings.regularisation, str):
        records["regularisation_curve"] = regularisation_curve(
            checked,
            settings.regularisation,
            penalty_order=settings.penalty_order,
            weights=settings.weights,
            basis=settings.basis,
            blocking=settings.blocking,
        )
        figures["regularisation"] = regularisation(records["regularisation_curve"])
    return Part(
        name="relaxation_times",
        title="Distribution of relaxation times",
        estimates=estimates,
        details={
            "regularisation": times.attrs["regularisation"],
            "regularisation_method": times.attrs["regularisation_method"],
            "penalty_order": times.attrs["penalty_order"],
            "weights": times.attrs["weights"],
            "window_longest": times.attrs["window_longest"],
            "share_out_of_window": share / 100,
            "peaks": _peak_list(found),
            "masked_spectra": masked_spectra(times),
        },
        records=records,
        figures=figures,
        findings=tuple(findings),
    )


def _limits(times: xr.Dataset, settings: Impedance) -> list[str]:
    """What the window and the recipe leave open, in sentences."""
    told = []
    longest = times.attrs["window_longest"]
    if not settings.blocking and "at the lowest frequency" in times.attrs["checks"]:
        told.append(
            f"The distribution has not fallen where the sweep ends ({number(1 / (2 * np.pi * longest), 2)} Hz, "
            f"{number(longest, 2)} s) in some spectra: resistance and place of what lies beyond are set by the grid, not measured."
        )
    if settings.preset is not None:
        told.append(f"Recipe {settings.preset}. {RELAXATION_PRESETS[settings.preset].remark}")
    if isinstance(settings.regularisation, str):
        told.append(
            f"lambda = {number(times.attrs['regularisation'], 2)} was chosen for the series by {settings.regularisation}. [computed]"
        )
    return told


def _peak_list(found: xr.Dataset) -> dict[str, int]:
    """How many peaks were found, and how many of them inside the window."""
    inside = found["in_window"].to_numpy()
    return {"found": int(inside.size), "in_window": int(inside.sum())}
