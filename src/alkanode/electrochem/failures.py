"""Failures of a cell, each with its evidence: hard shorts and contact loss.

A failure needs two signs; with one it is suspected. An ideal flat response alone is no short.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.cell_parts import Electrode
from alkanode.data.charge import passed_charge
from alkanode.data.schema import RecordLike, check, label
from alkanode.data.steps import rows_by_half_cycle, with_half_cycles
from alkanode.electrochem.contact_loss import ContactRule, find_run_away
from alkanode.electrochem.evidence import (
    ASSUMED_ELECTROLYTE,
    contact_by_current,
    contact_by_spectra,
    contact_rivals,
    short_by_electrolyte,
    short_by_spectra,
    spectra_between,
)
from alkanode.electrochem.shorts import ShortRule, find_collapse
from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.foundation.sources import Constant, Trust, source
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials.alloys import Alloy

Floats = npt.NDArray[np.float64]

LEAST_CURRENT = 1e-15
"""A; less than any instrument resolves, so that no resistance is taken on it."""

SETPOINT_AGREES = 0.05
"""Share by which a measured current may differ from its set-point without a word."""

METAL_REST = 0.5
"""V. Li, Na, K and their alloys rest within 0.4 V of each other. A cell that rests farther from 0 has another kind of
electrode, whose potential moves with its state of charge: (V - V_rest) / I is then no resistance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    failure: str
    row: int
    passed: float
    evidence: tuple[str, ...]
    would_confirm: str
    rivals: tuple[str, ...] = field(default=())

    @property
    def confirmed(self) -> bool:
        return len(self.evidence) >= 2


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


def _electrolyte(cell: Cell | None, given: QuantityLike | None) -> Constant:
    """Resistance of the electrolyte: as given, else that of the cell, else the assumed one."""
    if given is None:
        return electrolyte_resistance(cell) or ASSUMED_ELECTROLYTE
    value = to_si(given, "resistance")
    if value <= 0:
        raise PhysicsError("the resistance of an electrolyte is positive", found=repr(given))
    return Constant(value=value, unit="ohm", source="", trust=Trust.GIVEN)


@source("Park2021")
def find_failures(
    record: RecordLike,
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
        Resistance of the electrolyte (ohm), where the cell does not give it. Where neither does, 10 ohm stand in: an
        assumed value, named as such in the evidence that rests on it.
    short_rule, contact_rule
        Thresholds; they are stored with the result.

    Returns
    -------
    Dataset
        Kind ``failures``, dimension ``event`` (empty when nothing was found): ``failure`` (``hard_short``,
        ``suspected_short``, ``contact_loss``, ``suspected_contact_loss``), ``confirmed``, ``time`` (s), ``row``,
        ``charge`` (C since the first row), ``half_cycle_charge`` (C since the half cycle began), ``evidence``,
        ``would_confirm``, ``rivals`` (text, parts separated by ``"; "``). ``attrs["half_cycles"]`` counts the half
        cycles, ``attrs["not_judged"]`` says which of them were not judged and why.

    Raises
    ------
    SchemaError
        For a record of another kind.
    PhysicsError
        When the electrolyte's resistance is not positive.

    Warns
    -----
    DataQualityWarning
        When half cycles were not judged: under voltage control, or in a cell that rests beyond :data:`METAL_REST`
        (unless ``cell`` names two metals or a reference electrode); when the stated resistance of the electrolyte
        contradicts the record; when the measured current differs from its set-point by more than 5 %.

    Notes
    -----
    Signs of a hard short: |V/I| collapses within a few samples to less than 20 % and stays until the end of the half
    cycle while the current is unchanged; |V| is below I R_el / 2, which no ionic path allows; the arcs of the
    impedance vanish. Signs of contact loss: |V/I| grows beyond five times its start for good; the low-frequency
    impedance grows; the current cannot be held. Rivals are always named. Those of a short: a change of the
    leads or of the current range, unless impedance speaks. Those of contact loss: depletion of a thin electrode, and of the salt in an electrolyte with a mobile anion.
    """
    record = check(record, "cycling")
    shorts, contacts = short_rule or ShortRule(), contact_rule or ContactRule()
    resting = _electrolyte(cell, electrolyte)
    numbered = with_half_cycles(record)
    number = numbered["half_cycle"].to_numpy()
    time = record["time"].to_numpy().astype(float)
    voltage = record["voltage"].to_numpy().astype(float)
    current = record["current"].to_numpy().astype(float)
    demanded = _demanded(record, current)
    charge, _ = passed_charge(record)
    offset = _open_circuit(voltage, number)
    by_voltage = _voltage_controlled(record)
    _doubt_current(current[(number >= 0) & ~by_voltage], demanded[(number >= 0) & ~by_voltage])
    found: list[_Found] = []
    unjudged: dict[str, list[int]] = {}
    known = np.isfinite(voltage) & np.isfinite(demanded) & (np.abs(demanded) > LEAST_CURRENT)
    half_cycles = rows_by_half_cycle(number)
    for index, flowing in enumerate(half_cycles):
        rows = flowing[known[flowing] & ~by_voltage[flowing]]
        reason = _not_judged(bool(known[flowing].any()), rows, offset, cell)
        if reason:
            unjudged.setdefault(reason, []).append(index)
            continue
        over = np.abs(voltage[rows] - offset[rows[0]])
        trace = _Trace(rows, time[rows], over, current[rows], demanded[rows], float(charge[max(int(rows[0]) - 1, 0)]))
        event = _short(trace, charge, shorts, resting, impedance) or _contact(trace, charge, contacts, impedance, cell)
        if event is not None:
            found.append(event)
    result = _record(found, time, charge, resting, shorts, contacts)
    told = [f"{_name_half_cycles(which)} of {len(half_cycles)}: {reason}" for reason, which in unjudged.items()]
    for line in told:
        warnings.warn(f"failures were not judged in {line}", DataQualityWarning, stacklevel=3)
    result.attrs.update(
        half_cycles=len(half_cycles), not_judged="; ".join(told), unjudged=sum(map(len, unjudged.values()))
    )
    return result


@dataclass(frozen=True, slots=True)
class _Trace:
    """One half cycle under current control: rows, time (s), |V - V_rest| (V), measured and demanded current (A)."""

    rows: npt.NDArray[np.intp]
    time: Floats
    over: Floats
    current: Floats
    demanded: Floats
    charge_before: float

    @property
    def resistance(self) -> Floats:
        return self.over / np.abs(self.demanded)


def _short(
    trace: _Trace, charge: Floats, rule: ShortRule, resting: Constant, impedance: xr.Dataset | None
) -> _Found | None:
    collapse = find_collapse(trace.resistance, rule)
    held = float("nan") if collapse is None else _current_ratio(trace.current, collapse.index)
    if collapse is None or not (np.isnan(held) or 0.5 < held < 2):
        return None
    unchanged = "" if np.isnan(held) else f", while the current moved by {100 * (held - 1):+.2g} %"
    row = int(trace.rows[collapse.index])
    by_electrolyte = short_by_electrolyte(collapse.before, collapse.after, resting)
    by_spectra = short_by_spectra(impedance, trace.time[collapse.index])
    evidence = (
        f"|V/I| fell from {collapse.before:.4g} to {collapse.after:.3g} ohm and stayed there until the end of the half "
        f"cycle{unchanged}",
        *by_electrolyte,
        *by_spectra,
    )
    rivals = [] if by_spectra else ["a change of the leads or of the current range"]
    if by_electrolyte and resting.trust.weak and not by_spectra:
        rivals.append(f"an electrolyte of less than {2 * collapse.after:.3g} ohm: state its resistance")
    return _Found(
        failure="hard_short" if len(evidence) > 1 else "suspected_short",
        row=row,
        passed=float(charge[row]) - trace.charge_before,
        evidence=evidence,
        would_confirm="an impedance sweep after the event: the arcs vanish and |Z| falls to that of a wire",
        rivals=tuple(rivals),
    )


def _contact(
    trace: _Trace, charge: Floats, rule: ContactRule, impedance: xr.Dataset | None, cell: Cell | None
) -> _Found | None:
    away = find_run_away(trace.time, trace.resistance, trace.over, rule)
    if away is None:
        return None
    row = int(trace.rows[away.index])
    evidence = (
        f"|V/I| grew from {away.start:.4g} ohm at the start of the half cycle beyond {rule.growth:g} times that and ended "
        f"at {away.end:.4g} ohm",
        *contact_by_spectra(spectra_between(impedance, trace.time[0], trace.time[-1])),
        *contact_by_current(trace.current, trace.demanded, rule),
    )
    return _Found(
        failure="contact_loss" if len(evidence) > 1 else "suspected_contact_loss",
        row=row,
        passed=float(charge[row]) - trace.charge_before,
        evidence=evidence,
        would_confirm="rest and plate back: lost contact recovers with pressure or plating; tomography or a micrograph of "
        "the interface",
        rivals=contact_rivals(cell, float(charge[row]), float(np.sign(trace.demanded[away.index]))),
    )


def _voltage_controlled(record: xr.Dataset) -> npt.NDArray[np.bool_]:
    """(row,) true where the instrument held or swept the voltage, so that the current is the response."""
    if "control_mode" not in record.variables:
        return np.zeros(record.sizes["row"], dtype=bool)
    return np.asarray(record["control_mode"].to_numpy() == 2)


def _not_judged(known: bool, rows: npt.NDArray[np.intp], offset: Floats, cell: Cell | None) -> str:
    """Why the resistance of a half cycle says nothing; empty where it does."""
    if rows.size == 0:
        return "the voltage was controlled, not the current" if known else "no voltage or no current is known"
    metals = cell is not None and (
        bool(cell.reference) or (cell.alloy is not None and cell.counter is not None and _is_metal(cell.counter))
    )
    if not metals and abs(offset[rows[0]]) > METAL_REST:
        return (
            f"the cell rests at {offset[rows[0]]:.3g} V, so its voltage follows the state of charge of an electrode that "
            "is no alkali metal"
        )
    return ""


def _is_metal(electrode: Electrode) -> bool:
    return isinstance(electrode.material, Alloy)


def _name_half_cycles(which: list[int]) -> str:
    """``half cycle 3``, or ``12 half cycles (first: 0)``."""
    return f"half cycle {which[0]}" if len(which) == 1 else f"{len(which)} half cycles (first: {which[0]})"


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


def _current_ratio(current: Floats, index: int) -> float:
    """Median measured current from a sample on over that before it; NaN where it is not measured."""
    before, after = np.abs(current[:index]), np.abs(current[index:])
    if not (np.isfinite(before).any() and np.isfinite(after).any()) or np.nanmedian(before) == 0:
        return float("nan")
    return float(np.nanmedian(after) / np.nanmedian(before))


def _doubt_current(current: Floats, demanded: Floats) -> None:
    """Warn when the measured current differs from its set-point."""
    known = np.isfinite(current) & (np.abs(demanded) > LEAST_CURRENT)
    if not known.any():
        return
    apart = float(np.median(current[known] / demanded[known])) - 1
    if apart > -1 and abs(apart) > SETPOINT_AGREES:
        warnings.warn(
            f"the measured current is {100 * apart:+.0f} % apart from its set-point; resistances are taken on the set-point",
            DataQualityWarning,
            stacklevel=3,
        )


def _record(
    found: list[_Found], time: Floats, charge: Floats, resting: Constant, shorts: ShortRule, contacts: ContactRule
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
            "half_cycle_charge": (dim, np.array([event.passed for event in found], dtype=float), {"units": "C"}),
            "evidence": (dim, text(["; ".join(event.evidence) for event in found])),
            "would_confirm": (dim, text([event.would_confirm for event in found])),
            "rivals": (dim, text(["; ".join(event.rivals) for event in found])),
        },
        attrs={
            "electrolyte_resistance": resting.value,
            "electrolyte_resistance_trust": str(resting.trust),
            "short_rule": str(shorts),
            "contact_rule": str(contacts),
        },
    )
    return label(result, "failures")
