"""Validity of spectra as a part of a study: checks, the Kramers-Kronig test, drift during the sweeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from alkanode.foundation.sources import Estimate
from alkanode.impedance import kramers_kronig, spoiled_head, sweep_drift
from alkanode.plot.describe_impedance import nyquist
from alkanode.plot.describe_validity import kramers_kronig as describe_test
from alkanode.plot.describe_validity import sweep_drift as describe_drift
from alkanode.studies.blocks import Impedance
from alkanode.studies.impedance.spectra import (
    checked_spectra,
    highest_frequency,
    masked_sentence,
    masked_spectra,
    numbers,
)
from alkanode.studies.part import Part, Table
from alkanode.studies.wording import number

_COLUMNS = (
    *("spectrum", "time / s", "M", "mu", "rms / %", "noise / %", "outliers", "drift / mV", "AC / mV"),
    *("I drift/AC", "change / %", "verdict"),
)
_DRAWN_DRIFT = ("change_during_sweep", "voltage_drift_ratio", "current_drift_ratio")


def kramers_kronig_part(spectra: xr.Dataset, settings: Impedance, *, area: float | None = None, **options: Any) -> Part:
    """Checks, linear Kramers-Kronig test and drift of every sweep.

    Parameters
    ----------
    spectra
        Impedance record.
    settings
        Of the checks.
    area
        Electrode area for the figure in the complex plane, m2.
    options
        Of :func:`alkanode.impedance.kramers_kronig`; none by default.
    """
    checked = checked_spectra(spectra, settings)
    test = kramers_kronig(checked, **options)
    drift = sweep_drift(checked)
    valid, masked = test["valid"].to_numpy(), checked["masked"].to_numpy()
    tested = ~masked
    worst = float(np.nanmax(test["rms_residual"].to_numpy()[tested])) if tested.any() else float("nan")
    count = int(tested.sum())
    failed = np.flatnonzero(tested & ~valid)
    outlying = _outlying(test)
    findings = [
        f"{int(valid[tested].sum())} of {count} tested spectra satisfy the linear Kramers-Kronig relations"
        + (
            f" (number{'s' if failed.size > 1 else ''} {numbers(failed)} fail{'' if failed.size > 1 else 's'})"
            if failed.size
            else ""
        )
        + f"; the largest rms residual is {number(100 * worst, 2)} % of |Z|. Slow drift within a sweep cannot be seen by this "
        "test. [computed]"
        if count
        else "No spectrum could be tested, since all are masked. [measured]"
    ]
    if "left_out" in checked.attrs:
        findings.insert(0, checked.attrs["left_out"])
    elif failed.size and (head := spoiled_head(checked)) is not None:
        findings.append(
            f"Points above {highest_frequency(head)} spoil them: without these {head.valid_without} of {head.asked} spectra "
            f"satisfy the relations (--frequency-range '0 Hz' '{highest_frequency(head)}'). [computed]"
        )
    if listed := masked_spectra(checked):
        findings.insert(0, masked_sentence(listed, masked.size))
    if count:
        findings += _drift_sentences(drift, tested)
        if outlying.any():
            findings.append(
                f"{int(outlying.sum())} points contradict the others in spectra that are valid as a whole "
                f"(number{'s' if (outlying > 0).sum() > 1 else ''} {numbers(np.flatnonzero(outlying))}). [computed]"
            )
    figures = {"nyquist": nyquist(checked, area=area)}
    if count:
        figures["residuals"] = describe_test(test)
    if masked.size > 1 and any(np.isfinite(drift[name].to_numpy()).any() for name in _DRAWN_DRIFT):
        figures["drift"] = describe_drift(drift)
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
            "masked_spectra": listed,
            "checks": _lines(checked.attrs.get("checks", "")) + _lines(test.attrs.get("checks", "")),
        },
        records={"checked_spectra": checked, "kramers_kronig": test, "sweep_drift": drift},
        figures=figures,
        tables={"sweeps": _table(test, drift, outlying)},
        findings=tuple(findings),
    )


def _outlying(test: xr.Dataset) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Number of invalid points of every valid spectrum."""
    tested = np.isfinite(test["residual_real"].to_numpy())
    wrong = tested & ~test["point_valid"].to_numpy()
    return np.asarray(np.where(test["valid"].to_numpy(), wrong.sum(axis=1), 0), dtype=np.int64)


def _drift_sentences(drift: xr.Dataset, tested: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[str]:
    """What the sweeps before and after say of the change during a sweep."""
    change = drift["change_during_sweep"].to_numpy()
    known = tested & np.isfinite(change)
    alone = int((tested & ~known).sum())
    if not known.any():
        return [
            "Whether the impedance changed during a sweep is not detectable: no sweep is bracketed by two others. [measured]"
        ]
    moving = np.flatnonzero(known & (drift["drift_verdict"].to_numpy() == "changes"))
    limit = 100 * float(drift.attrs["change_limit"])
    rest = f"; of {alone} it is not detectable" if alone else ""
    return [
        f"{moving.size} of {int(known.sum())} bracketed sweeps changed by more than {limit:g} % of |Z| while they were measured "
        f"(median {number(100 * float(np.median(change[known])), 2)} %, largest "
        f"{number(100 * float(change[known].max()), 2)} %){rest}. [measured]"
    ]


def _table(test: xr.Dataset, drift: xr.Dataset, outlying: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Table:
    """One row per spectrum."""
    count = test.sizes["spectrum"]
    time = test["time"].to_numpy() if "time" in test.variables else np.full(count, np.nan)
    masked = test["masked"].to_numpy()
    rows = []
    for k in range(count):
        verdict = "masked" if masked[k] else _verdict(test, drift, k)
        rows.append(
            (
                k,
                float(time[k]),
                None if masked[k] else int(test["element_count"][k]),
                round(float(test["mu"][k]), 3),
                _scaled(test["rms_residual"], k, 1e2),
                _scaled(test["relative_noise"], k, 1e2),
                None if masked[k] else int(outlying[k]),
                _scaled(drift["voltage_drift"], k, 1e3),
                _scaled(drift["largest_voltage_amplitude"], k, 1e3),
                _scaled(drift["current_drift_ratio"], k, 1.0),
                _scaled(drift["change_during_sweep"], k, 1e2),
                verdict,
            )
        )
    return Table(
        title="Sweeps (M relaxations; drift and AC amplitude of the voltage; change of |Z| during the sweep)",
        columns=_COLUMNS,
        rows=tuple(rows),
    )


def _scaled(values: xr.DataArray, index: int, factor: float) -> float:
    """A number to three digits."""
    return float(f"{factor * float(values[index]):.3g}")


def _verdict(test: xr.Dataset, drift: xr.Dataset, index: int) -> str:
    """Of the Kramers-Kronig test and, where it is known, of the change during the sweep."""
    words = ["valid" if bool(test["valid"][index]) else "fails"]
    if bool(test["in_admittance"][index]):
        words.append("as admittance")
    told = str(drift["drift_verdict"].to_numpy()[index])
    if not told.startswith("not detectable"):
        words.append(told)
    return ", ".join(words)


def _lines(text: object) -> list[str]:
    return [line for line in str(text).splitlines() if line]
