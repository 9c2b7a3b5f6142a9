"""Impedance as one part of a study: checks, Kramers-Kronig test, distributions of relaxation times, map, tracked peaks."""

from __future__ import annotations

from dataclasses import replace

import xarray as xr

from alkanode.data.cell import Cell
from alkanode.foundation.errors import AlkanodeError
from alkanode.impedance import time_since_current
from alkanode.plot import Figure
from alkanode.plot.describe_impedance import bode
from alkanode.studies.blocks import Impedance
from alkanode.studies.impedance.operando import map_part
from alkanode.studies.impedance.relaxation import relaxation_part
from alkanode.studies.impedance.staircase_maps import maps_or_reason
from alkanode.studies.impedance.validity import kramers_kronig_part
from alkanode.studies.part import Part


def impedance_part(
    spectra: xr.Dataset, cell: Cell | None, settings: Impedance, cycling: xr.Dataset | None = None
) -> Part:
    """Checks, Kramers-Kronig test, distributions, map and tracked peaks in one part.

    What cannot be computed (all spectra masked, an inversion that fails) stands in ``missing``; the checks remain.
    ``cycling`` on the same clock gives the time since the last current and, for maps against current, the levels of a
    staircase.
    """
    if cycling is not None and cycling.sizes["row"] and "time" in spectra.variables:
        spectra = time_since_current(spectra, cycling)
    area = None if cell is None else cell.effective_area
    validity = kramers_kronig_part(spectra, settings, area=area)
    checked = validity.records["checked_spectra"]
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
        findings += [sentence for sentence in relaxation.findings if sentence not in findings]
        if checked.sizes["spectrum"] > 1:
            try:
                drawn = _map(checked, relaxation, validity, settings, cell, cycling)
            except AlkanodeError as reason:
                missing["map"] = str(reason)
            else:
                figures |= drawn.figures
                records |= drawn.records
                tables |= drawn.tables
                details |= drawn.details
                findings += drawn.findings
        figures |= relaxation.figures
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


def _map(
    checked: xr.Dataset,
    relaxation: Part,
    validity: Part,
    settings: Impedance,
    cell: Cell | None,
    cycling: xr.Dataset | None,
) -> Part:
    """Maps over the levels of a staircase where current is asked for and there is one, else one map along the run."""
    area = None if cell is None else cell.effective_area
    single, test = relaxation.records["relaxation_times"], validity.records["kramers_kronig"]
    against = settings.against
    if against not in ("current", "current_density") or cycling is None:
        return map_part(checked, single, settings, area=area, validity=test)
    maps = maps_or_reason(checked, single, cycling, cell, against, area=area, validity=test)
    if isinstance(maps, Part):
        return maps
    drawn = map_part(checked, single, settings, area=area, validity=test)
    told = f"The currents of the map are the means of the sweeps, since no staircase was found: {maps}"
    return replace(drawn, findings=(told, *drawn.findings))
