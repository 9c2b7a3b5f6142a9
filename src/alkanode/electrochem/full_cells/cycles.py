"""Cycles of full cells, and of half cells against a metal: capacities, efficiencies, voltages, retention, rates.

Cycles are made of half cycles, never of the instrument's cycle numbers. A partial discharge before the first charge, a last
half cycle that was cut short, and slow cycles of formation are told apart from the cycles that count.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.schema import RecordLike, check, label
from alkanode.electrochem.full_cells.charge_and_discharge import CellVoltageRule, HalfCycles, equal_rate, half_cycles
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.units import QuantityLike, to_si

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleRule:
    """How half cycles become cycles.

    Attributes
    ----------
    begins
        What a cycle begins with: ``"charge"``, ``"discharge"`` or ``"auto"``: with what the record begins, unless its first
        half cycle is a fragment.
    fragment
        A first half cycle below this share of the later ones of its direction is a fragment, 0.5: the discharge of an
        assembled cell from its resting voltage to the lower cut-off.
    cutoff_window
        V; a last half cycle that ends this far from where the others end, 0.02, ...
    short
        ... and passed less than this share of the one before, 0.98, was cut short.
    formation_share
        Cycles at the begin below this share of the current after them are formation, 0.7, ...
    formation_most
        ... if they are no more than this, 5, and at least twice as many cycles at one current follow (else it is a rate test).
    equal_current
        Currents within this share are equal, 0.05.
    """

    begins: Literal["auto", "charge", "discharge"] = "auto"
    fragment: float = 0.5
    cutoff_window: float = 0.02
    short: float = 0.98
    formation_share: float = 0.7
    formation_most: int = 5
    equal_current: float = 0.05


def full_cell(
    record: RecordLike,
    cell: Cell | None = None,
    *,
    reference: int | None = None,
    formation: int | None = None,
    nominal_capacity: QuantityLike | None = None,
    rule: CycleRule | None = None,
    voltages: CellVoltageRule | None = None,
) -> xr.Dataset:
    """Reduce a record of charge and discharge to one line per cycle.

    Parameters
    ----------
    record
        Cycling record of a full cell, or of a half cell against a metal.
    cell
        Gives the role of the metal (charging plates it), the area and the masses: ``anode.mass`` is that of the alloy,
        ``counter.mass`` that of the cathode's active material. Without it the cathode is the electrode at the higher potential.
    reference
        Cycle whose discharge capacity counts as 1; default the first complete cycle after formation.
    formation
        Number of cycles of formation; default found by their lower current.
    nominal_capacity
        C, or text: what a C-rate of 1 passes in one hour; default the discharge capacity of the reference.
    rule, voltages
        Thresholds; stored in ``attrs``.

    Returns
    -------
    Dataset
        Kind ``full_cell_cycles``. Coordinate ``cycle``: 1, 2, ...; 0 is a fragment before the first cycle. Fields:
        ``complete``; ``formation``; ``comparable`` (complete, and at the currents of the reference); ``start_time`` (s); for
        charge and discharge each: ``*_capacity``, of that ``*_hold_capacity`` at constant voltage (C), ``*_energy`` (J),
        ``*_voltage`` (V, mean over the charge), ``*_current`` (A), ``*_rate`` (C-rate), ``*_first_row``, ``*_last_row`` (-1
        where the half is missing); where area and masses are known ``*_areal_capacity`` (C m-2),
        ``*_alloy_specific_capacity``, ``*_cathode_specific_capacity`` (C kg-1); ``coulombic_efficiency`` (second half over
        first half of a cycle), ``energy_efficiency`` (discharge over charge), ``voltage_efficiency`` (their mean voltages),
        ``retention``. Efficiencies and retention of incomplete cycles are NaN, those of energy and voltage also where a cycle
        begins with discharge: nothing had been stored. ``attrs`` name the reference, the formation, the
        direction, and what was found at the ends of the record.

    Raises
    ------
    SchemaError
        When the record is none of such a cell (no current, a voltammogram, two equal metals), the role of the anode contradicts
        the voltage, or the reference does not exist.

    Notes
    -----
    Mean voltage = integral of U dQ over Q. With metal in excess the coulombic efficiency tells of the cathode, and hides what the
    anode loses.
    """
    record = check(record, "cycling")
    rule, voltages = rule or CycleRule(), voltages or CellVoltageRule()
    halves = half_cycles(record, cell, voltages)
    pairs, begins, fragment = _pairs(halves, rule)
    cut = _cut_short(halves, rule)
    complete: Flags = np.all(pairs >= 0, axis=1)
    if cut:
        complete = complete & ~np.any(pairs == halves.charge.size - 1, axis=1)
    numbers = np.arange(pairs.shape[0]) + (0 if fragment else 1)
    sides = {"charge": _side(pairs, halves, charging=True), "discharge": _side(pairs, halves, charging=False)}
    values = {name: _taken(halves, place) for name, place in sides.items()}
    slow, told = _formation(values["charge"]["current"], complete, formation, rule)
    base = _reference(numbers, complete & ~slow, complete, reference)
    standard = (values["discharge"]["capacity"][base] or np.nan) if base is not None else np.nan
    nominal = standard if nominal_capacity is None else to_si(nominal_capacity, "charge")
    first, second = ("charge", "discharge") if begins == "charge" else ("discharge", "charge")
    whole = np.where(complete, 1.0, np.nan)
    q, e, u = ({name: values[name][what] for name in sides} for what in ("capacity", "energy", "voltage"))
    fields: dict[str, tuple[tuple[str], npt.NDArray[np.generic], dict[str, str]]] = {}

    def put(name: str, numbers: npt.NDArray[np.generic], unit: str = "1", shown: str = "") -> None:
        fields[name] = (("cycle",), numbers, {"units": unit, "display_unit": shown or unit})

    put("complete", complete)
    put("formation", slow)
    put("comparable", _comparable(values, complete, base, rule))
    time = record["time"].to_numpy().astype(float)
    put("start_time", time[halves.first_row[np.where(pairs[:, 0] >= 0, pairs[:, 0], pairs[:, 1])]], "s")
    for name, place in sides.items():
        part = values[name]
        put(f"{name}_capacity", part["capacity"], "C", "mAh")
        put(f"{name}_hold_capacity", part["hold"], "C", "mAh")
        put(f"{name}_energy", part["energy"], "J", "mWh")
        put(f"{name}_voltage", part["voltage"], "V")
        put(f"{name}_current", part["current"], "A", "mA")
        put(f"{name}_rate", part["current"] * 3600.0 / nominal)
        put(f"{name}_first_row", np.where(place >= 0, halves.first_row[place], -1))
        put(f"{name}_last_row", np.where(place >= 0, halves.last_row[place], -1))
        for what, size, unit, shown in _sizes(cell):
            put(f"{name}_{what}_capacity", part["capacity"] / size, unit, shown)
    put("coulombic_efficiency", whole * _over(q[second], q[first]))
    stored = whole * (1.0 if begins == "charge" else np.nan)
    put("energy_efficiency", stored * _over(e["discharge"], e["charge"]))
    put("voltage_efficiency", stored * _over(u["discharge"], u["charge"]))
    put("retention", whole * q["discharge"] / standard)
    attrs = {
        "begins": begins,
        "coulombic_efficiency_is": f"{second} over {first} of the same cycle",
        "direction_from": halves.direction_from,
        "charge_sign": halves.charge_sign,
        "charge_from": halves.charge_from,
        "hold_from": halves.hold_from,
        "formation_found": told,
        "reference_cycle": -1 if base is None else int(numbers[base]),
        "reference_capacity": float(standard),
        "reference_is": _named(numbers, base, slow, reference),
        "nominal_capacity": float(nominal),
        "nominal_capacity_is": "the reference's discharge capacity" if nominal_capacity is None else "given",
        "begin_of_record": "a fragment before the first cycle" if fragment else "a whole half cycle",
        "end_of_record": _ending(halves, pairs, cut),
        "half_cycles": int(halves.charge.size),
        "blips": halves.blips,
        "rule": str(asdict(rule) | asdict(voltages)),
    }
    return label(xr.Dataset(fields, coords={"cycle": ("cycle", numbers)}, attrs=attrs), "full_cell_cycles")


def _over(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0))


def _pairs(halves: HalfCycles, rule: CycleRule) -> tuple[Integers, str, bool]:
    """(cycle, 2) half cycles of each cycle in order (-1: none), what a cycle begins with, and whether a fragment leads."""
    charging, size = halves.charging, halves.charge
    count = charging.size
    names = ("discharge", "charge")
    lead = 0
    if rule.begins == "auto":
        later = size[2::2]
        lead = int(later.size > 0 and size[0] < rule.fragment * float(np.median(later)))
    elif names[int(charging[0])] != rule.begins:
        lead = 1
    begins = names[int(charging[0]) ^ lead]
    places = np.append(np.arange(lead, count), [-1] * ((count - lead) % 2)).reshape(-1, 2)
    if lead:
        places = np.concatenate([[[-1, 0]], places])
    return places.astype(np.int64), begins, bool(lead)


def _side(pairs: Integers, halves: HalfCycles, *, charging: bool) -> Integers:
    """(cycle,) half cycle of one direction, -1 without one."""
    right = (pairs >= 0) & (halves.charging[pairs] == charging)
    return np.asarray(np.where(right.any(axis=1), np.max(np.where(right, pairs, -1), axis=1), -1), dtype=np.int64)


def _taken(halves: HalfCycles, place: Integers) -> dict[str, Floats]:
    known = place >= 0

    def take(values: Floats) -> Floats:
        return np.where(known, values[place], np.nan)

    capacity, energy = take(halves.charge), take(halves.energy)
    return {
        "capacity": capacity,
        "hold": take(halves.hold_charge),
        "energy": energy,
        "voltage": _over(energy, capacity),
        "current": take(halves.current),
    }


def _cut_short(halves: HalfCycles, rule: CycleRule) -> bool:
    """Whether the last half cycle ended before its limit."""
    same = np.flatnonzero(halves.charging[:-1] == halves.charging[-1])
    if same.size == 0:
        return False
    ends = halves.end_voltage[same]
    scatter = 1.4826 * float(np.median(np.abs(ends - np.median(ends))))
    away = abs(float(halves.end_voltage[-1] - np.median(ends))) > max(rule.cutoff_window, 3 * scatter)
    return away and bool(halves.charge[-1] < rule.short * halves.charge[same[-1]])


def _ending(halves: HalfCycles, pairs: Integers, cut: bool) -> str:
    if cut:
        return "the last half cycle was cut short: it ended away from the voltage and below the charge of those before"
    if pairs[-1, 1] < 0:
        return "the last cycle has one half only"
    if halves.charge.size < 3:
        return "nothing to compare the last half cycle with: taken as whole"
    return "the last cycle is whole"


def _formation(current: Floats, complete: Flags, given: int | None, rule: CycleRule) -> tuple[Flags, str]:
    """(cycle,) cycles of formation, and what was found."""
    slow = np.zeros(current.size, dtype=bool)
    counted = np.flatnonzero(complete)
    if given is not None:
        slow[counted[:given]] = True
        slow[: counted[given] if given < counted.size else current.size] |= not complete.all()
        slow &= complete
        return slow, f"{given} cycles, as given"
    if counted.size == 0:
        return slow, "not told: no complete cycle"
    flow = current[counted]
    fast = np.flatnonzero(flow * rule.formation_share > flow[0])
    lead = int(fast[0]) if fast.size else 0
    follow = flow[lead:]
    stays = 0 if lead == 0 else int(np.argmin(np.append(np.abs(follow / follow[0] - 1) <= rule.equal_current, False)))
    if 0 < lead <= rule.formation_most and stays >= 2 * lead and (flow[:lead] < rule.formation_share * follow[0]).all():
        slow[counted[:lead]] = True
        return slow, f"{lead} cycle{'s' if lead > 1 else ''} at {flow[0] / follow[0]:.3g} of the later current"
    return slow, "none found: the first complete cycle already counts, with what it loses for the first time"


def _reference(numbers: Integers, usable: Flags, complete: Flags, given: int | None) -> int | None:
    """Place of the reference."""
    if given is not None:
        places = np.flatnonzero((numbers == given) & complete)
        if places.size == 0:
            whole = numbers[complete]
            found = f"complete cycles {whole[0]} to {whole[-1]}" if whole.size else "no complete cycle"
            raise SchemaError(f"the reference cycle {given} must be a complete one", found=found)
        return int(places[0])
    places = np.flatnonzero(usable)
    return int(places[0]) if places.size else None


def _named(numbers: Integers, base: int | None, slow: Flags, given: int | None) -> str:
    if base is None:
        return "none: no complete cycle"
    if given is not None:
        return f"cycle {numbers[base]}, as given"
    return f"cycle {numbers[base]}, the first complete one{' after formation' if slow.any() else ''}"


def _comparable(values: dict[str, dict[str, Floats]], complete: Flags, base: int | None, rule: CycleRule) -> Flags:
    """(cycle,) complete cycles at the currents of the reference."""
    if base is None:
        return np.zeros(complete.size, dtype=bool)
    currents = {name: part["current"] for name, part in values.items()}
    held = _over(values["charge"]["hold"], values["charge"]["capacity"])
    return np.asarray(complete & equal_rate(currents, held, base, rule.equal_current))


def _sizes(cell: Cell | None) -> list[tuple[str, float, str, str]]:
    """What capacities are divided by, where it is known."""
    if cell is None:
        return []
    cathode = None if cell.counter is None else cell.counter.mass
    sizes = (
        ("areal", cell.effective_area, "C m-2", "mAh cm-2"),
        ("alloy_specific", cell.anode.mass, "C kg-1", "mAh g-1"),
        ("cathode_specific", cathode, "C kg-1", "mAh g-1"),
    )
    return [(name, size, unit, shown) for name, size, unit, shown in sizes if size is not None]
