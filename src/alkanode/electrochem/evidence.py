"""Second signs and rival explanations of a failure: what else the record says beside the collapse or run-away."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.steps import current_sign
from alkanode.electrochem.contact_loss import ContactRule
from alkanode.electrochem.depletion import used_inventory
from alkanode.foundation.errors import DataQualityWarning
from alkanode.foundation.sources import Constant, Trust

Floats = npt.NDArray[np.float64]

SPAN_COLLAPSE = 0.2
"""Real span of the spectra after a short over that before; below it the arcs have gone."""

ARC_GROWTH = 1.25
"""Growth of the low-frequency real part over a half cycle that counts as a sign of lost contact."""


LIMIT_ROWS = 3
"""Rows after a half cycle in which the voltage must stay up for the limit of the instrument to be the reason that it ended."""

STAYS_UP = 0.75
"""Share of the last voltage that it must keep there: without current a cell falls back to its open circuit at once."""

ASSUMED_ELECTROLYTE = Constant(
    value=10.0,
    unit="ohm",
    source="",
    trust=Trust.ASSUMED,
    note="stands in for an electrolyte whose resistance nobody stated; low on purpose: pellets of laboratory cells show "
    "tens to hundreds of ohm",
)


def electrolyte_resistance(cell: Cell | None) -> Constant | None:
    """Resistance of the electrolyte from its geometry.

    Parameters
    ----------
    cell
        Gives thickness (m), conductivity (S m-1) and area (m2), and what the first two rest on.

    Returns
    -------
    Constant or None
        ohm: d / (sigma A), with the trust label of the electrolyte; ``None`` when one of them is unknown.
    """
    if cell is None or cell.electrolyte is None or cell.effective_area is None:
        return None
    thickness, conductivity = cell.electrolyte.thickness, cell.electrolyte.conductivity
    if thickness is None or conductivity is None:
        return None
    value = thickness / (conductivity * cell.effective_area)
    return Constant(
        value=value, unit="ohm", source="", trust=cell.electrolyte.trust, note="thickness / (conductivity area)"
    )


def short_by_electrolyte(before: float, after: float, electrolyte: Constant) -> list[str]:
    """Sign of a short: less resistance (ohm) than the electrolyte allows any ionic path.

    The sign names what the electrolyte's resistance rests on where that is assumed or recalled.
    """
    if after >= electrolyte.value / 2:
        return []
    if before < electrolyte.value / 2:
        if electrolyte is not ASSUMED_ELECTROLYTE:
            warnings.warn(
                f"the cell showed {before:.4g} ohm before anything happened, less than half of the {electrolyte.value:.4g} ohm "
                "of its electrolyte; that resistance is not used as a sign of a short",
                DataQualityWarning,
                stacklevel=7,
            )
        return []
    doubt = f" ({electrolyte.trust})" if electrolyte.trust.weak else ""
    return [
        f"|V| is below I R_el / 2: {after:.3g} ohm against an electrolyte resistance of {electrolyte.value:.4g} ohm{doubt}, "
        "which needs an electronic path"
    ]


def short_rivals(after: float, electrolyte: Constant, *, by_electrolyte: bool, by_spectra: bool) -> tuple[str, ...]:
    """Other reasons for a collapse to a resistance (ohm), given which signs speak for a short."""
    rivals = [] if by_spectra else ["a change of the leads or of the current range"]
    if by_electrolyte and electrolyte.trust.weak and not by_spectra:
        rivals.append(f"an electrolyte of less than {2 * after:.3g} ohm: state its resistance")
    return tuple(rivals)


def _valid(impedance: xr.Dataset) -> npt.NDArray[np.bool_]:
    count = impedance.sizes["spectrum"]
    return ~impedance["masked"].to_numpy() if "masked" in impedance.variables else np.ones(count, dtype=bool)


def spectra_between(impedance: xr.Dataset | None, start: float, end: float) -> xr.Dataset | None:
    """Valid spectra whose sweep began between two times, in order of time; ``None`` when there are none."""
    if impedance is None or "time" not in impedance.variables:
        return None
    time = impedance["time"].to_numpy()
    chosen = np.flatnonzero((time >= start) & (time <= end) & _valid(impedance))
    return impedance.isel(spectrum=chosen[np.argsort(time[chosen])]) if chosen.size else None


def _span(spectra: xr.Dataset) -> Floats:
    """(spectrum,) largest minus smallest real part, ohm."""
    real = spectra["impedance"].to_numpy().real
    return np.asarray(np.nanmax(real, axis=1) - np.nanmin(real, axis=1), dtype=float)


def last_time_with_current(record: xr.Dataset, row: int) -> float:
    """When current last flowed before a row (s), until when the voltage showed no short; the time of the row where none had."""
    flowing = np.flatnonzero(current_sign(record)[:row])
    return float(record["time"][int(flowing[-1]) if flowing.size else row])


def short_by_spectra(impedance: xr.Dataset | None, time: float, *, sound: float | None = None) -> list[str]:
    """Sign of a short: the arcs of the last spectrum before it are gone in the first one after a time (s).

    ``sound`` (s) is when the voltage last showed a sound cell (:func:`last_time_with_current`): a spectrum in the rest
    between that and ``time`` may have seen the short already. Default ``time``.
    """
    before = spectra_between(impedance, -np.inf, time if sound is None else sound)
    after = spectra_between(impedance, time, np.inf)
    if before is None or after is None:
        return []
    was, now = float(_span(before)[-1]), float(_span(after)[0])
    return [f"the real span of the impedance fell from {was:.4g} to {now:.4g} ohm"] if now < SPAN_COLLAPSE * was else []


def _low_end(spectra: xr.Dataset) -> Floats:
    """Real part (ohm) at the low-frequency end of every sweep that reaches within a factor 2 of the lowest one."""
    frequency = np.where(spectra["frequency"].to_numpy() > 0, spectra["frequency"].to_numpy(), np.inf)
    lowest = np.argmin(frequency, axis=1)
    sweep = np.arange(lowest.size)
    real = spectra["impedance"].to_numpy().real[sweep, lowest]
    ends = frequency[sweep, lowest]
    return np.asarray(real[ends <= 2 * ends.min(initial=np.inf)], dtype=float)


def contact_by_spectra(spectra: xr.Dataset | None) -> list[str]:
    """Sign of lost contact: the low-frequency real part grew over the usable spectra of a half cycle."""
    real = np.zeros(0) if spectra is None else _low_end(spectra)
    if real.size < 2:
        return []
    lowest, last = float(real.min()), float(real[-1])
    if lowest <= 0 or last <= ARC_GROWTH * lowest:
        return []
    return [
        f"the real part at the low-frequency end grew from its lowest, {lowest:.4g} ohm, to {last:.4g} ohm over the usable "
        "spectra of the half cycle"
    ]


def contact_by_current(current: Floats, demanded: Floats, rule: ContactRule) -> list[str]:
    """Sign of lost contact: the last currents (A) fall short of the set-point."""
    share = np.abs(current[-3:]) / np.abs(demanded[-3:])
    if not np.isfinite(share).all() or np.median(share) >= rule.held_share:
        return []
    return [f"the current was no longer held: {100 * float(np.median(share)):.3g} % of the set-point at the end"]


def contact_by_limit(record: xr.Dataset, last_row: int, demanded: float, rule: ContactRule) -> list[str]:
    """Sign of lost contact: after the last row with the demanded current (A) the voltage rose on while the current fell away.

    At a rest the voltage relaxes towards 0; at the limit of an instrument that can not drive the current it stays up.
    """
    voltage, current = record["voltage"].to_numpy(), record["current"].to_numpy()
    after = slice(last_row + 1, last_row + 1 + LIMIT_ROWS)
    then, left = voltage[after] * np.sign(demanded), np.abs(current[after])
    if then.size < LIMIT_ROWS or not np.median(then) >= STAYS_UP * voltage[last_row] * np.sign(demanded):
        return []
    share = float(np.median(left)) / abs(demanded)
    if not share < rule.held_share:
        return []
    return [f"the current was no longer held: {100 * share:.2g} % of it was left at {float(np.median(then)):.3g} V"]


def contact_rivals(cell: Cell | None, charge: float, sign: float) -> tuple[str, ...]:
    """Other reasons for a run-away, given the charge since the first row (C) and the sign of the current."""
    rivals = []
    if cell is None or cell.electrolyte is None or cell.electrolyte.single_ion is not True:
        rivals.append(
            "salt depletion at the electrode that is plated: in an electrolyte with a mobile anion the voltage runs away "
            "in the same way"
        )
    used, which = used_inventory(cell, charge, sign)
    if np.isfinite(used):
        rivals.append(
            f"depletion of the {which}: {100 * used:.3g} % of its inventory had been stripped since the first row"
        )
    else:
        rivals.append(f"depletion of a thin electrode: the inventory of the {which} is not known (state its mass)")
    return tuple(rivals)
