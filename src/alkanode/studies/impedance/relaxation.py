"""Distributions of relaxation times as a part of a study."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.impedance import peaks, relaxation_times
from alkanode.plot.describe_relaxation import distribution
from alkanode.studies.blocks import Impedance
from alkanode.studies.impedance.polarisation import polarisation_estimates, polarisation_finding
from alkanode.studies.impedance.spectra import masked_spectra
from alkanode.studies.part import Part
from alkanode.studies.wording import number


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
    lam = settings.regularisation
    times = relaxation_times(checked, regularisation=lam, penalty_order=settings.penalty_order)
    found = peaks(times)
    estimates = polarisation_estimates(checked, times, settings, area=area, valid=valid)
    inside = np.nansum(times["polarisation_in_window"].to_numpy())
    outside = np.nansum(times["polarisation_out_of_window"].to_numpy())
    share = 100 * outside / (inside + outside) if inside + outside > 0 else 0.0
    findings = [sentence for sentence in (polarisation_finding(estimates),) if sentence]
    findings.append(
        f"{number(share, 2)} % of the polarisation that was found lies outside the measured window of relaxation times and is "
        "not determined by the data."
    )
    return Part(
        name="relaxation_times",
        title="Distribution of relaxation times",
        estimates=estimates,
        details={
            "regularisation": lam,
            "penalty_order": settings.penalty_order,
            "share_out_of_window": share / 100,
            "peaks": _peak_list(found),
            "masked_spectra": masked_spectra(times),
        },
        records={"relaxation_times": times, "peaks": found},
        figures={"distribution": distribution(times, area=area)},
        findings=tuple(findings),
    )


def _peak_list(found: xr.Dataset) -> dict[str, int]:
    """How many peaks were found, and how many of them inside the window."""
    inside = found["in_window"].to_numpy()
    return {"found": int(inside.size), "in_window": int(inside.sum())}
