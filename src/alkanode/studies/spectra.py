"""Impedance as a part of a study: checks, Kramers-Kronig test, distributions of relaxation times, map."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.charge import passed_charge
from alkanode.data.schema import label
from alkanode.foundation.errors import AlkanodeError, StudyError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import to_si
from alkanode.impedance import check_spectra, kramers_kronig, operando_map, peaks, relaxation_times
from alkanode.plot import Figure
from alkanode.plot.describe_impedance import bode, nyquist
from alkanode.plot.describe_relaxation import distribution, relaxation_map
from alkanode.plot.describe_validity import kramers_kronig as describe_test
from alkanode.studies.blocks import Impedance
from alkanode.studies.part import Part
from alkanode.studies.polarisation import polarisation_estimates, polarisation_finding
from alkanode.studies.wording import number


def spectra_of(history: xr.DataTree) -> xr.Dataset:
    """The impedance record of a history, with the charge (C) that had passed when each sweep began.

    Raises
    ------
    StudyError
        When the files hold no spectra.
    """
    if "impedance" not in history.children:
        raise StudyError(
            "impedance spectra are needed", found=f"none in {history.attrs.get('source_file', 'the files')}"
        )
    spectra = history["impedance"].to_dataset()
    if "cycling" not in history.children or "time" not in spectra.variables:
        return spectra
    rows = history["cycling"].to_dataset()
    if rows.sizes["row"] == 0:
        return spectra
    charge, _ = passed_charge(rows)
    passed = np.interp(spectra["time"].to_numpy(), rows["time"].to_numpy(), charge)
    return label(spectra.assign(charge=("spectrum", passed)), "impedance")


def masked_spectra(record: xr.Dataset) -> list[dict[str, Any]]:
    """Masked spectra with their reasons, as the machine-readable results list them."""
    if "masked" not in record.variables:
        return []
    reasons = record["mask_reason"].to_numpy() if "mask_reason" in record.variables else None
    return [
        {"spectrum": int(index), "reason": "" if reasons is None else str(reasons[index])}
        for index in np.flatnonzero(record["masked"].to_numpy())
    ]


def checked_spectra(spectra: xr.Dataset, settings: Impedance) -> xr.Dataset:
    """Spectra in canonical order, with unusable ones masked, as the settings ask."""
    low, high = settings.frequency_range or ("0 Hz", "inf")
    limits = (to_si(low, "frequency"), np.inf if high == "inf" else to_si(high, "frequency"))
    return check_spectra(spectra, drift_limit=settings.drift_limit, frequency_range=limits)


def kramers_kronig_part(spectra: xr.Dataset, settings: Impedance, *, area: float | None = None) -> Part:
    """Checks and the linear Kramers-Kronig test."""
    checked = checked_spectra(spectra, settings)
    test = kramers_kronig(checked)
    valid, masked = test["valid"].to_numpy(), checked["masked"].to_numpy()
    tested = ~masked
    worst = float(np.nanmax(test["rms_residual"].to_numpy()[tested])) if tested.any() else float("nan")
    count = int(tested.sum())
    failed = np.flatnonzero(tested & ~valid)
    findings = [
        f"{int(valid[tested].sum())} of {count} tested spectra satisfy the linear Kramers-Kronig relations"
        + (
            f" (number{'s' if failed.size > 1 else ''} {_numbers(failed)} fail{'' if failed.size > 1 else 's'})"
            if failed.size
            else ""
        )
        + f"; the largest rms residual is {number(100 * worst, 2)} % of |Z|. Slow drift within a sweep cannot be seen by this "
        "test. [computed]"
        if count
        else "No spectrum could be tested, since all are masked. [measured]"
    ]
    return Part(
        name="kramers_kronig",
        title="Validity of the spectra",
        estimates={
            "largest_rms_residual": Estimate(
                value=worst, unit="1", quantity="fraction", label="computed, unmasked spectra"
            )
        }
        if tested.any()
        else {},
        details={
            "spectra": int(masked.size),
            "valid": int(valid[tested].sum()),
            "invalid_spectra": [int(index) for index in failed],
            "masked_spectra": masked_spectra(checked),
            "checks": _lines(checked.attrs.get("checks", "")),
        },
        records={"checked_spectra": checked, "kramers_kronig": test},
        figures={"nyquist": nyquist(checked, area=area)} | ({"residuals": describe_test(test)} if count else {}),
        findings=tuple(findings),
    )


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


def map_part(times: xr.Dataset, *, area: float | None) -> Part:
    """Map of the distributions along charge (where it moves, and one way) or time."""
    charge = times["charge"].to_numpy() if "charge" in times.variables else np.zeros(0)
    steps = np.diff(charge[np.isfinite(charge)])
    moves = steps.any() and ((steps >= 0).all() or (steps <= 0).all())
    against = "charge" if moves else "time"
    mapped = operando_map(times, against="charge" if moves else "time")
    return Part(
        name="map",
        title="Operando map",
        details={"against": against, "masked_spectra": masked_spectra(times)},
        records={"operando_map": mapped},
        figures={"map": relaxation_map(mapped, against="charge" if moves else "time", area=area)},
    )


def impedance_part(spectra: xr.Dataset, cell: Cell | None, settings: Impedance) -> Part:
    """Checks, Kramers-Kronig test, distributions and map in one part.

    What cannot be computed (all spectra masked, an inversion that fails) stands in ``missing``; the checks remain.
    """
    area = None if cell is None else cell.effective_area
    validity = kramers_kronig_part(spectra, settings, area=area)
    checked = validity.records["checked_spectra"]
    masked = masked_spectra(checked)
    figures: dict[str, Figure] = {"nyquist": validity.figures["nyquist"], "bode": bode(checked, area=area)}
    figures |= {name: figure for name, figure in validity.figures.items() if name == "residuals"}
    records, estimates = dict(validity.records), dict(validity.estimates)
    details, findings = dict(validity.details), list(validity.findings)
    missing: dict[str, str] = {}
    try:
        valid = validity.records["kramers_kronig"]["valid"].to_numpy()
        relaxation = relaxation_part(checked, settings, area=area, valid=valid)
    except AlkanodeError as reason:
        missing["relaxation_times"] = str(reason)
    else:
        records |= relaxation.records
        estimates |= relaxation.estimates
        details |= relaxation.details
        findings += relaxation.findings
        if "time" in checked.variables and checked.sizes["spectrum"] > 1:
            try:
                drawn = map_part(relaxation.records["relaxation_times"], area=area)
            except AlkanodeError as reason:
                missing["map"] = str(reason)
            else:
                figures["map"] = drawn.figures["map"]
                records["operando_map"] = drawn.records["operando_map"]
                details["against"] = drawn.details["against"]
        figures |= relaxation.figures
    if masked:
        findings.insert(0, _masked_sentence(masked, checked.sizes["spectrum"]))
    return Part(
        name="impedance",
        title="Impedance",
        estimates=estimates,
        details=details,
        records=records,
        figures=figures,
        findings=tuple(findings),
        missing=missing,
    )


def _numbers(spectra: npt.NDArray[np.intp]) -> str:
    """Numbers of spectra in words, the first ten of many."""
    told = ", ".join(str(index) for index in spectra[:10])
    return told if spectra.size <= 10 else f"{told} and {spectra.size - 10} more"


def _masked_sentence(masked: list[dict[str, Any]], count: int) -> str:
    """How many spectra are masked, and why; the first and the last of many."""
    shown = masked if len(masked) <= 4 else [masked[0], masked[-1]]
    reasons = "; ".join(f"{m['spectrum']}: {m['reason']}" for m in shown)
    more = "" if len(shown) == len(masked) else f"; and {len(masked) - len(shown)} more"
    return f"{len(masked)} of {count} spectra are masked ({reasons}{more}). [measured]"


def _peak_list(found: xr.Dataset) -> dict[str, int]:
    """How many peaks were found, and how many of them inside the window."""
    inside = found["in_window"].to_numpy()
    return {"found": int(inside.size), "in_window": int(inside.sum())}


def _lines(text: object) -> list[str]:
    return [line for line in str(text).splitlines() if line]
