"""Validity of spectra as a part of a study: checks and the Kramers-Kronig test."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.foundation.sources import Estimate
from alkanode.impedance import kramers_kronig
from alkanode.plot.describe_impedance import nyquist
from alkanode.plot.describe_validity import kramers_kronig as describe_test
from alkanode.studies.blocks import Impedance
from alkanode.studies.impedance.spectra import checked_spectra, masked_spectra, numbers
from alkanode.studies.part import Part
from alkanode.studies.wording import number


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
            f" (number{'s' if failed.size > 1 else ''} {numbers(failed)} fail{'' if failed.size > 1 else 's'})"
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


def _lines(text: object) -> list[str]:
    return [line for line in str(text).splitlines() if line]
