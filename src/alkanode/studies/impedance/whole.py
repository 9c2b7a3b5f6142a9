"""Impedance as one part of a study: checks, Kramers-Kronig test, distributions of relaxation times, map, tracked peaks."""

from __future__ import annotations

import xarray as xr

from alkanode.data.cell import Cell
from alkanode.foundation.errors import AlkanodeError
from alkanode.plot import Figure
from alkanode.plot.describe_impedance import bode
from alkanode.studies.blocks import Impedance
from alkanode.studies.impedance.operando import map_part
from alkanode.studies.impedance.relaxation import relaxation_part
from alkanode.studies.impedance.spectra import masked_sentence, masked_spectra
from alkanode.studies.impedance.validity import kramers_kronig_part
from alkanode.studies.part import Part


def impedance_part(spectra: xr.Dataset, cell: Cell | None, settings: Impedance) -> Part:
    """Checks, Kramers-Kronig test, distributions, map and tracked peaks in one part.

    What cannot be computed (all spectra masked, an inversion that fails) stands in ``missing``; the checks remain.
    """
    area = None if cell is None else cell.effective_area
    validity = kramers_kronig_part(spectra, settings, area=area)
    checked = validity.records["checked_spectra"]
    masked = masked_spectra(checked)
    figures: dict[str, Figure] = {"nyquist": validity.figures["nyquist"], "bode": bode(checked, area=area)}
    figures |= {name: figure for name, figure in validity.figures.items() if name != "nyquist"}
    records, estimates, tables = dict(validity.records), dict(validity.estimates), dict(validity.tables)
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
        if checked.sizes["spectrum"] > 1:
            try:
                drawn = map_part(
                    checked,
                    relaxation.records["relaxation_times"],
                    settings,
                    area=area,
                    validity=validity.records["kramers_kronig"],
                )
            except AlkanodeError as reason:
                missing["map"] = str(reason)
            else:
                figures |= drawn.figures
                records |= drawn.records
                tables |= drawn.tables
                details |= drawn.details
                findings += drawn.findings
        figures |= relaxation.figures
    if masked:
        findings.insert(0, masked_sentence(masked, checked.sizes["spectrum"]))
    return Part(
        name="impedance",
        title="Impedance",
        estimates=estimates,
        details=details,
        records=records,
        figures=figures,
        tables=tables,
        findings=tuple(findings),
        missing=missing,
    )
