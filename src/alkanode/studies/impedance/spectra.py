"""Spectra of a history as the parts of a study take them: with their charge, checked, masked ones listed."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.charge import passed_charge
from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning, StudyError
from alkanode.foundation.units import to_si
from alkanode.impedance import SpoiledHead, check_spectra, spoiled_head
from alkanode.impedance.frequency_grids import all_masked
from alkanode.plot.style import frequency
from alkanode.studies.blocks import Impedance


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


def rows_of(history: xr.DataTree) -> xr.Dataset | None:
    """The cycling record of a history, or none where the files hold only spectra."""
    return history["cycling"].to_dataset() if "cycling" in history.children else None


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
    """Spectra in canonical order, with unusable ones masked, as the settings ask.

    Without a frequency range, points at the highest frequencies that keep the spectra from being valid are left out;
    ``attrs["left_out"]`` then holds the sentence that says so.
    """
    if settings.frequency_range is not None:
        low, high = settings.frequency_range
        limits = (to_si(low, "frequency"), np.inf if high == "inf" else to_si(high, "frequency"))
        return check_spectra(spectra, drift_limit=settings.drift_limit, frequency_range=limits)
    whole = check_spectra(spectra, drift_limit=settings.drift_limit)
    head = spoiled_head(whole)
    if head is None:
        return whole
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)  # the same ones as above
        kept = check_spectra(spectra, drift_limit=settings.drift_limit, frequency_range=(0.0, head.highest_kept))
    kept.attrs["left_out"] = (
        f"Points above {highest_frequency(head)} are left out: with them {head.valid_with} of {head.asked} spectra satisfy the "
        f"Kramers-Kronig relations, without them {head.valid_without} (frequency_range '0 Hz' 'inf' keeps them). [computed]"
    )
    return kept


def usable_spectra(spectra: xr.Dataset, settings: Impedance) -> xr.Dataset:
    """The same, for analyses of which nothing is left without a spectrum.

    Raises
    ------
    SchemaError
        When all spectra are masked, with the reasons.
    """
    checked = checked_spectra(spectra, settings)
    if checked["masked"].all():
        raise all_masked(checked)
    return checked


def highest_frequency(head: SpoiledHead) -> str:
    """The highest frequency below a spoiled head as an option takes it, rounded up to three digits."""
    step = 10.0 ** (np.floor(np.log10(head.highest_kept)) - 2)
    return frequency(float(np.ceil(head.highest_kept / step - 1e-9) * step))


def masked_sentence(masked: list[dict[str, Any]], count: int) -> str:
    """How many spectra are masked, and why; the first and the last of many."""
    shown = masked if len(masked) <= 4 else [masked[0], masked[-1]]
    reasons = "; ".join(f"{m['spectrum']}: {m['reason']}" for m in shown)
    more = "" if len(shown) == len(masked) else f"; and {len(masked) - len(shown)} more"
    return f"{len(masked)} of {count} spectra are masked ({reasons}{more}). [measured]"


def numbers(spectra: npt.NDArray[np.intp]) -> str:
    """Numbers of spectra in words, the first ten of many."""
    told = ", ".join(str(index) for index in spectra[:10])
    return told if spectra.size <= 10 else f"{told} and {spectra.size - 10} more"
