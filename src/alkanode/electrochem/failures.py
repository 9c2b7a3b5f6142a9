"""Failures of a cell, each with its evidence: hard shorts and contact loss.

A failure is confirmed only by two independent signs; with one it is suspected. An ideal flat response alone is no short.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.charge import passed_charge
from alkanode.data.schema import check, label
from alkanode.data.steps import with_half_cycles
from alkanode.electrochem.contact_loss import ContactRule, find_run_away
from alkanode.electrochem.shorts import ShortRule, find_collapse
from alkanode.foundation.sources import source
from alkanode.foundation.units import QuantityLike, to_si

Floats = npt.NDArray[np.float64]

SPAN_COLLAPSE = 0.2
"""Real span of the spectra after a short over that before; below it the arcs have gone."""

ARC_GROWTH = 1.25
"""Growth of the low-frequency real part over a half cycle that counts as a sign of lost contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    failure: str
    row: int
    evidence: tuple[str, ...]
    would_confirm: str
    rivals: tuple[str, ...] = field(default=())

    @property
    def confirmed(self) -> bool:
        return len(self.evidence) >= 2


def electrolyte_resistance(cell: Cell | None) -> float | None:
    """Resistance of the electrolyte from its geometry.

    Parameters
    ----------
    cell
        Gives thickness (m), conductivity (S m-1) and area (m2).

    Returns
    -------
    float or None
        ohm: d / (sigma A); ``None`` when one of them is unknown.
    """
    if cell is None or cell.electrolyte is None or cell.effective_area is None:
        return None
    thickness, conductivity = cell.electrolyte.thickness, cell.electrolyte.conductivity
    if thickness is None or conductivity is None:
        return None
    return thickness / (conductivity * cell.effective_area)


@source("Park2021")
def find_failures(
    record: xr.Dataset,
    cell: Cell | None = None,
    *,
    impedance: xr.Dataset | None = None,
    electrolyte: QuantityLike | None = None,
    short_rule: ShortRule | None = None,
    contact_rule: ContactRule | None = None,
) -> xr.Dataset:
    """Find hard shorts and contact loss.

    Parameters
    ----------
    record
        Cycling record with ``time`` (s), ``voltage`` (V), ``current`` (A); with ``current_setpoint`` (A) the
        resistance is taken on the set-point.
    cell
        Gives the electrolyte's resistance (thickness, conductivity, area), the inventory and the kind of electrolyte.
    impedance
        Impedance record on the same clock (``time`` per spectrum); masked spectra are left out.
    electrolyte
        Resistance of the electrolyte (ohm), where the cell does not give it.
    short_rule, contact_rule
        Thresholds; they are stored with the result.

    Returns
    -------
    Dataset
        Kind ``failures``, dimension ``event`` (empty when nothing was found): ``failure`` (``hard_short``,
        ``suspected_short``, ``contact_loss``, ``suspected_contact_loss``), ``confirmed``, ``time`` (s), ``row``,
        ``charge`` (C since the first row), ``evidence``, ``would_confirm``, ``rivals`` (text, parts separated by
        ``"; "``).

    Notes
    -----
    Signs of a hard short: |V/I| collapses within a few samples to less than 20 % and stays until the end of the half
    cycle while the current is unchanged; |V| is below I R_el / 2, which no ionic path allows; the arcs of the
    impedance vanish. Signs of contact loss: |V/I| grows beyond five times its start for good; the low-frequency
    impedance grows; the current cannot be held. Rivals of contact loss are always named: depletion of a thin
    electrode, and of the salt in an electrolyte with a mobile anion.
    """
    check(record, "cycling")
    shorts, contacts = short_rule or ShortRule(), contact_rule or ContactRule()
    resting = electrolyte_resistance(cell) if electrolyte is None else to_si(electrolyte, "resistance")
    numbered = with_half_cycles(record)
    number = numbered["half_cycle"].to_numpy()
    time = record["time"].to_numpy().astype(float)
    voltage = record["voltage"].to_numpy().astype(float)
    current = record["current"].to_numpy().astype(float)
    demanded = _demanded(record, current)
    charge, _ = passed_charge(record)
    offset = _open_circuit(voltage, number)
    found: list[_Found] = []
    for index in range(int(number.max(initial=-1)) + 1):
        rows = np.flatnonzero((number == index) & np.isfinite(voltage) & np.isfinite(demanded) & (demanded != 0))
        if rows.size == 0:
            continue
        over = np.abs(voltage[rows] - offset[rows[0]])
        resistance = over / np.abs(demanded[rows])
        spectra = _spectra(impedance, time[rows[0]], time[rows[-1]])
        collapse = find_collapse(resistance, shorts)
        if collapse is not None and _unchanged(current[rows], collapse.index):
            row = int(rows[collapse.index])
            evidence = [
                f"|V/I| fell from {collapse.before:.4g} to {collapse.after:.3g} ohm and stayed "
                "there until the end of the half cycle, with the current unchanged"
            ]
            evidence += _short_by_electrolyte(collapse.after, resting)
            evidence += _short_by_spectra(impedance, time[row])
            found.append(
                _Found(
                    failure="hard_short" if len(evidence) > 1 else "suspected_short",
                    row=row,
                    evidence=tuple(evidence),
                    would_confirm="an impedance sweep after the event: the arcs vanish and |Z| falls to that of a wire",
                    rivals=() if len(evidence) > 1 else ("a change of the leads or of the current range",),
                )
            )
            continue
        away = find_run_away(resistance, over, contacts)
        if away is not None:
            row = int(rows[away.index])
            evidence = [
                f"|V/I| grew from {away.start:.4g} ohm at the start of the half cycle beyond {contacts.growth:g} times "
                f"that and ended at {away.end:.4g} ohm"
            ]
            evidence += _contact_by_spectra(spectra)
            evidence += _contact_by_current(current[rows], demanded[rows], contacts)
            found.append(
                _Found(
                    failure="contact_loss" if len(evidence) > 1 else "suspected_contact_loss",
                    row=row,
                    evidence=tuple(evidence),
                    would_confirm="rest and plate back: lost contact recovers with pressure or plating; "
                    "tomography or a micrograph of the interface",
                    rivals=_contact_rivals(cell, abs(charge[row] - charge[max(int(rows[0]) - 1, 0)])),
                )
            )
    return _record(found, time, charge, resting, shorts, contacts)


def _demanded(record: xr.Dataset, current: Floats) -> Floats:
    """Current on which resistance is taken: the set-point where there is one, else the measured current."""
    if "current_setpoint" not in record.variables:
        return current
    setpoint = record["current_setpoint"].to_numpy().astype(float)
    return np.where(np.isfinite(setpoint), setpoint, current)


def _open_circuit(voltage: Floats, number: npt.NDArray[np.int64]) -> Floats:
    """(row,) median voltage of the rest that came last before each row; 0 where there was none."""
    resting = number < 0
    offset = np.zeros(voltage.size)
    edges = np.flatnonzero(np.diff(resting.astype(np.int8), prepend=0, append=0))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        values = voltage[begin:end]
        values = values[np.isfinite(values)]
        if values.size:
            offset[begin:] = np.median(values)
    return offset


def _unchanged(current: Floats, index: int) -> bool:
    """Whether the measured current before and after a sample agree within half."""
    before, after = np.abs(current[:index]), np.abs(current[index:])
    if not (np.isfinite(before).any() and np.isfinite(after).any()):
        return True
    ratio = np.nanmedian(after) / np.nanmedian(before)
    return bool(0.5 < ratio < 2)


def _short_by_electrolyte(after: float, resting: float | None) -> list[str]:
    if resting is None or after >= resting / 2:
        return []
    return [
        f"|V| is below I R_el / 2: {after:.3g} ohm against an electrolyte resistance of {resting:.4g} ohm, "
        "which needs an electronic path"
    ]


def _valid(impedance: xr.Dataset) -> npt.NDArray[np.bool_]:
    count = impedance.sizes["spectrum"]
    return ~impedance["masked"].to_numpy() if "masked" in impedance.variables else np.ones(count, dtype=bool)


def _spectra(impedance: xr.Dataset | None, start: float, end: float) -> xr.Dataset | None:
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


def _short_by_spectra(impedance: xr.Dataset | None, time: float) -> list[str]:
    before, after = _spectra(impedance, -np.inf, time), _spectra(impedance, time, np.inf)
    if before is None or after is None:
        return []
    was, now = float(_span(before)[-1]), float(_span(after)[0])
    return [f"the real span of the impedance fell from {was:.4g} to {now:.4g} ohm"] if now < SPAN_COLLAPSE * was else []


def _low_end(spectra: xr.Dataset) -> Floats:
    """(spectrum,) real part at the lowest frequency of each sweep, ohm."""
    frequency = spectra["frequency"].to_numpy()
    lowest = np.nanargmin(np.where(frequency > 0, frequency, np.inf), axis=1)
    return np.asarray(spectra["impedance"].to_numpy().real[np.arange(lowest.size), lowest], dtype=float)


def _contact_by_spectra(spectra: xr.Dataset | None) -> list[str]:
    if spectra is None or spectra.sizes["spectrum"] < 2:
        return []
    real = _low_end(spectra)
    lowest, last = float(real.min()), float(real[-1])
    if last <= ARC_GROWTH * lowest:
        return []
    return [
        f"the real part at the low-frequency end grew from {lowest:.4g} to {last:.4g} ohm over the usable spectra of the "
        "half cycle"
    ]


def _contact_by_current(current: Floats, demanded: Floats, rule: ContactRule) -> list[str]:
    share = np.abs(current[-3:]) / np.abs(demanded[-3:])
    if not np.isfinite(share).all() or np.median(share) >= rule.held_share:
        return []
    return [f"the current was no longer held: {100 * float(np.median(share)):.3g} % of the set-point at the end"]


def _contact_rivals(cell: Cell | None, charge: float) -> tuple[str, ...]:
    rivals = []
    if cell is None or cell.electrolyte is None or cell.electrolyte.single_ion is not True:
        rivals.append(
            "salt depletion at the electrode that is plated: in an electrolyte with a mobile anion the voltage runs away "
            "in the same way"
        )
    inventory = None
    if cell is not None and cell.alloy is not None and cell.anode.mass is not None:
        inventory = cell.alloy.theoretical_capacity(cell.ion) * cell.anode.mass
    if inventory:
        rivals.append(
            f"depletion of the electrode: {100 * charge / inventory:.3g} % of its inventory had been stripped"
        )
    else:
        rivals.append("depletion of a thin electrode: its inventory is not known (state the mass of the anode)")
    return tuple(rivals)


def _record(
    found: list[_Found], time: Floats, charge: Floats, resting: float | None, shorts: ShortRule, contacts: ContactRule
) -> xr.Dataset:
    rows = np.array([event.row for event in found], dtype=np.int64)

    def text(values: list[str]) -> npt.NDArray[np.str_]:
        return np.array(values, dtype=np.str_)

    dim = ("event",)
    result = xr.Dataset(
        {
            "failure": (dim, text([event.failure for event in found])),
            "confirmed": (dim, np.array([event.confirmed for event in found], dtype=bool)),
            "time": (dim, time[rows]),
            "row": (dim, rows),
            "charge": (dim, charge[rows]),
            "evidence": (dim, text(["; ".join(event.evidence) for event in found])),
            "would_confirm": (dim, text([event.would_confirm for event in found])),
            "rivals": (dim, text(["; ".join(event.rivals) for event in found])),
        },
        attrs={
            "electrolyte_resistance": "unknown" if resting is None else resting,
            "short_rule": str(shorts),
            "contact_rule": str(contacts),
        },
    )
    return label(result, "failures")
