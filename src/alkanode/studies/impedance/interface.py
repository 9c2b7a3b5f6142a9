"""Contact of an interface as a part of a study: rivals for the peaks, constriction, active area."""

from __future__ import annotations

import warnings

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.foundation.errors import AlkanodeError, AlkanodeWarning, StudyError
from alkanode.foundation.sources import Estimate, Trust
from alkanode.foundation.units import to_si
from alkanode.impedance import (
    RIVALS,
    ContactGeometry,
    EvidenceRules,
    PriorRange,
    ProcessContext,
    Rival,
    active_area_of_fit,
    assign_processes,
    constriction,
    fit_circuit,
    peaks,
    track_peaks,
)
from alkanode.plot import describe_interface
from alkanode.studies.blocks import Interface
from alkanode.studies.part import Part, Table
from alkanode.studies.tables import displayed, headed, thinned
from alkanode.studies.wording import number, shown, worded

TABULATED = (0.01, 0.03, 0.1, 0.3, 0.5)
"""Area fractions of the table of constriction."""

TRACKED_FROM = 4
"""Spectra from which on peaks are followed along the series instead of being compared one by one."""


def interface_part(
    checked: xr.Dataset,
    times: xr.Dataset,
    cell: Cell | None,
    settings: Interface,
    tracks: xr.Dataset | None = None,
) -> Part:
    """Rivals for each peak; where the settings say so, constriction and active area.

    Parameters
    ----------
    checked
        Checked impedance record.
    times
        Its distributions of relaxation times.
    cell
        Gives area, electrolyte and temperature.
    settings
        Block of the study.
    tracks
        Peaks followed along the series, where a map was made; found here otherwise.

    Raises
    ------
    StudyError
        Without an area: resistances and capacitances of processes are known per area.
    """
    if cell is None or cell.effective_area is None:
        raise StudyError("rival processes are compared per area", found="no area", todo="Give the cell an area")
    area = float(cell.effective_area)
    part = _rivals(_peaks(checked, times, tracks), cell, area, settings)
    missing: dict[str, str] = {}
    findings, figures, records = list(part.findings), dict(part.figures), dict(part.records)
    tables, estimates = dict(part.tables), dict(part.estimates)
    for name, wanted, compute in (
        ("constriction", settings.spacing is not None, _constriction),
        ("active_area", settings.circuit is not None, _active_area),
    ):
        if not wanted:
            continue
        try:
            more = compute(checked, cell, area, settings)
        except AlkanodeError as reason:
            missing[name] = str(reason)
            continue
        findings += more.findings
        figures |= more.figures
        records |= more.records
        tables |= more.tables
        estimates |= more.estimates
    return Part(
        name="interface",
        title="Contact of the interface",
        estimates=estimates,
        details=part.details,
        records=records,
        figures=figures,
        tables=tables,
        findings=tuple(findings),
        missing=missing,
    )


def _peaks(checked: xr.Dataset, times: xr.Dataset, tracks: xr.Dataset | None) -> xr.Dataset:
    """Peaks followed along a series, or one by one in a short one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AlkanodeWarning)  # told when the distributions were made
        if times.sizes["spectrum"] < TRACKED_FROM:
            return peaks(times)
        return track_peaks(times, record=checked) if tracks is None else tracks


def _rivals(found: xr.Dataset, cell: Cell, area: float, settings: Interface) -> Part:
    """Which processes could be behind the peaks."""
    thickness = None if cell.electrolyte is None else cell.electrolyte.thickness
    context = ProcessContext(
        area=area,
        interfaces=settings.interfaces,
        thickness=thickness,
        temperature=float(cell.temperature),
        seen_without_coating=settings.seen_without_coating,
    )
    assigned = assign_processes(
        found, context, rivals=_with_ranges(settings), rules=EvidenceRules(decisive=settings.decisive)
    )
    count = assigned.sizes["row"]
    listed = assigned.isel(row=thinned(count) if count else [])
    columns_of = [displayed(listed[name], name) for name in _COLUMNS]
    rows = tuple(
        (
            int(listed["spectrum_index"][place]),
            *(column[place] for column in columns_of),
            "yes" if bool(listed["in_window"][place]) else "no",
            str(listed["capacitance_class"].to_numpy()[place]),
            str(listed["process"].to_numpy()[place]) or "cannot say",
            _likely(listed, place),
        )
        for place in range(listed.sizes["row"])
    )
    columns = (
        "first spectrum" if "track" in assigned else "spectrum",
        *(headed(label, name) for name, label in _COLUMNS.items()),
        "in window",
        "usual of C",
        "process",
        "most likely",
    )
    table = Table(title="Rivals for the peaks", columns=columns, rows=rows)
    return Part(
        name="interface",
        title="",
        details={
            "peaks": count,
            "assigned": int((assigned["process"].to_numpy() != "").sum()),
            "sentences": [str(text) for text in assigned["sentence"].to_numpy()],
            "priors": str(assigned.attrs["priors"]).splitlines(),
        },
        records={"process_assignments": assigned},
        figures={"rivals": describe_interface.rivals(assigned)} if count else {},
        tables={"rivals": table} if count else {},
        findings=_rival_sentences(assigned),
    )


_COLUMNS = {
    "relaxation_time": "tau",
    "area_specific_resistance": "R A",
    "areal_capacitance": "C/A",
}


def _likely(listed: xr.Dataset, place: int) -> str:
    """The two most probable rivals of a row."""
    shares = listed["probability"].to_numpy()[place]
    names = listed["rival"].to_numpy().astype(str)
    return ", ".join(f"{names[rival]} {shares[rival]:.0%}" for rival in np.argsort(-shares)[:2])


def _rival_sentences(assigned: xr.Dataset) -> tuple[str, ...]:
    """The verdicts on the largest resistances, and how many peaks remain open."""
    count = assigned.sizes["row"]
    if not count:
        return ("No peak was found whose process could be asked for. [computed]",)
    named = assigned["process"].to_numpy() != ""
    what = "tracks of peaks" if "track" in assigned else "peaks"
    told = [
        f"Of {count} {what} {int(named.sum())} can be assigned to one process; for the others rivals cannot be told apart. "
        "Prior ranges are assumed. [computed and assumed]"
    ]
    largest = np.argsort(-assigned["resistance"].to_numpy())[:3]
    return (*told, *(f"{assigned['sentence'].to_numpy()[row]} [computed and assumed]" for row in largest))


def _with_ranges(settings: Interface) -> tuple[Rival, ...]:
    """The rivals, with the ranges that the study gives."""
    known = {rival.name: rival for rival in RIVALS}
    for name, ranges in settings.ranges.items():
        if name not in known:
            raise StudyError("ranges belong to a rival", found=repr(name), todo=f"Known: {', '.join(known)}")
        rival = known[name]
        for parameter in ranges:
            if parameter not in rival.ranges:
                todo = f"Known: {', '.join(rival.ranges)}"
                raise StudyError(f"{name} has no such parameter", found=repr(parameter), todo=todo)
        known[name] = rival.with_ranges(
            **{
                parameter: PriorRange(low=low, high=high, unit=rival.ranges[parameter].unit, trust=Trust.GIVEN)
                for parameter, (low, high) in ranges.items()
            }
        )
    return tuple(known.values())


def _resistivity(cell: Cell, settings: Interface) -> tuple[float, str]:
    """Resistivity of the electrolyte (ohm m), and what it rests on."""
    if settings.resistivity is not None:
        return to_si(settings.resistivity, "resistivity"), "given"
    if cell.electrolyte is None or cell.electrolyte.conductivity is None:
        raise StudyError(
            "a constriction needs the resistivity of the electrolyte",
            found="none",
            todo="Set resistivity in the block, or the conductivity of the cell's electrolyte",
        )
    return 1 / float(cell.electrolyte.conductivity), str(cell.electrolyte.trust)


def _constriction(checked: xr.Dataset, cell: Cell, area: float, settings: Interface) -> Part:
    """What voids of the given spacing and depth would do."""
    rho, basis = _resistivity(cell, settings)
    computed = constriction(
        TABULATED, resistivity=rho, spacing=str(settings.spacing), void_depth=settings.void_depth or "1 um"
    )
    names = {"constriction_resistance": "constriction", "constriction_formula": "series", "relaxation_time": "tau"}
    formula = {"constriction_formula": "constriction_resistance"}
    columns = [displayed(computed[name], formula.get(name, name)) for name in names]
    table = Table(
        title="Constriction by evenly spread round spots, one interface",
        columns=("area fraction", *(headed(label, formula.get(name, name)) for name, label in names.items())),
        rows=tuple(zip(TABULATED, *columns, strict=True)),
    )
    tenth = TABULATED.index(0.1)
    sentence = (
        f"With a tenth of the area in contact, spots {shown(2 * float(computed['contact_spacing'][0]), 'contact_spacing')} "
        f"apart and voids {shown(float(computed['void_depth'][0]), 'void_depth')} deep, constriction adds "
        f"{shown(float(computed['constriction_resistance'][tenth]), 'constriction_resistance')} with a relaxation time of "
        f"{number(float(computed['relaxation_time'][tenth]), 2)} s. [computed, resistivity {basis}, spacing given]"
    )
    return Part(
        name="constriction",
        title="",
        records={"constriction": computed},
        figures={"constriction": describe_interface.constriction(computed)},
        tables={"constriction": table},
        findings=(sentence,),
    )


def _active_area(checked: xr.Dataset, cell: Cell, area: float, settings: Interface) -> Part:
    """Area fraction from a fitted circuit."""
    if settings.reference_spectrum is None or not settings.reference_state:
        raise StudyError(
            "an area fraction is relative to a reference",
            found="none",
            todo="Set reference_spectrum and reference_state",
        )
    geometry = None
    if settings.constriction is not None:
        if settings.spacing is None:
            raise StudyError(
                "a constriction resistance needs the spacing of the spots", found="none", todo="Set spacing"
            )
        rho, _ = _resistivity(cell, settings)
        geometry = ContactGeometry(area=area, resistivity=rho, spacing=to_si(settings.spacing, "contact_spacing"))
    fit = fit_circuit(checked, str(settings.circuit))
    found = active_area_of_fit(
        fit,
        reference_spectrum=settings.reference_spectrum,
        reference_state=settings.reference_state,
        charge_transfer=settings.charge_transfer,
        double_layer=settings.double_layer,
        constriction=settings.constriction,
        geometry=geometry,
    )
    agree = found["agree"].to_numpy()
    known = np.flatnonzero(agree)
    estimates = {}
    if known.size:
        last = found.isel(spectrum=int(known[-1]))
        ends = (float(last["area_fraction_low"]), float(last["area_fraction_high"]))
        estimates["last_area_fraction"] = Estimate(
            value=float(last["area_fraction"]),
            unit="1",
            quantity="area_fraction",
            interval=ends,
            label=f"fitted, spectrum {int(known[-1])}, 1 in the reference state ({settings.reference_state}); interval: 95 %",
        )
    judged = np.isfinite(found["route_area_fraction"].to_numpy()).any(axis=1)
    open_ = int((judged & ~agree).sum())
    sentence = (
        f"The area in contact is {worded(estimates['last_area_fraction'])} of that in the reference state in the last spectrum "
        "whose routes agree"
        if estimates
        else "No area fraction is given"
    ) + (
        f"; in {open_} of {int(judged.sum())} spectra the routes disagree and there is no joint value" if open_ else ""
    )
    return Part(
        name="active_area",
        title="",
        estimates=estimates,
        records={"active_area": found, "active_area_fit": fit},
        figures={"active_area": describe_interface.active_area(found)},
        findings=(f"{sentence}. [fitted]",),
    )
