"""Charge and discharge: half cycles of a cell with a voltage, which way each goes, what is a hold, what was cut short.

Which direction charges follows the metal electrode: charging plates it. Without a cell, the electrode at the higher potential
is the cathode. Either is checked against physics: a cell takes charge at a higher voltage than it gives it back.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.charge import passed_charge
from alkanode.data.steps import half_cycle_edges, stripping_sign
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.materials.alloys import Alloy

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellVoltageRule:
    """What counts as a cell with a voltage of its own.

    Attributes
    ----------
    least_voltage
        V; two equal metals rest below it (Na-K against Na: 27 mV), any cathode above it; 0.5.
    swept_share
        Share of the charge passed under voltage control from which on the record is a voltammogram, 0.8: a hold at the end
        of a charge passes less.
    blip
        Share of both neighbours below which a half cycle is a disturbance and is left out, 0.01.
    hold_window
        V; a hold stays this close to its last voltage, 0.01.
    hold_fall
        Share of the constant current below which a current at constant voltage belongs to a hold, 0.98 (0.95 at its end): above
        the noise of a potentiostat.
    """

    least_voltage: float = 0.5
    swept_share: float = 0.8
    blip: float = 0.01
    hold_window: float = 0.01
    hold_fall: float = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfCycles:
    """Half cycles of one record.

    Attributes
    ----------
    first_row, last_row
        (half_cycle,).
    charging
        (half_cycle,) true where the metal is plated.
    charge, hold_charge
        (half_cycle,) C, magnitudes; the second is the part passed at constant voltage.
    energy
        (half_cycle,) J, magnitude.
    current
        (half_cycle,) A, magnitude, of the part that is no hold.
    end_voltage
        (half_cycle,) V, magnitude.
    held
        (row,) rows of a hold.
    charge_sign
        1 where oxidation at the working electrode charges the cell.
    charge_from, hold_from, direction_from
        How each was found.
    blips
        Disturbances left out.
    """

    first_row: Integers
    last_row: Integers
    charging: Flags
    charge: Floats
    hold_charge: Floats
    energy: Floats
    current: Floats
    end_voltage: Floats
    held: Flags
    charge_sign: int
    charge_from: str
    hold_from: str
    direction_from: str
    blips: int


def half_cycles(record: xr.Dataset, cell: Cell | None, rule: CellVoltageRule) -> HalfCycles:
    """Read charge and discharge off a checked cycling record.

    Raises
    ------
    SchemaError
        When the record is none of a cell with a voltage of its own, or the role of the anode contradicts the voltage.

    Warns
    -----
    DataQualityWarning
        For disturbances that were left out, and for a voltage and a current of different sign conventions.
    """
    flowing, begins, sign = half_cycle_edges(record)
    voltage = record["voltage"].to_numpy().astype(float)
    if begins.size == 0:
        raise SchemaError("charge and discharge need a record in which current flows", found="no current")
    charge, charge_from = passed_charge(record)
    flowing, begins, sign, blips = _without_blips(flowing, begins, sign, charge, rule.blip)
    first, last = flowing[begins], flowing[np.append(begins, flowing.size)[1:] - 1]
    before = np.maximum(first - 1, 0)
    steps = np.diff(charge, prepend=charge[:1])[flowing]
    joined = np.concatenate([[False], flowing[1:] == flowing[:-1] + 1])
    middle = np.where(joined, 0.5 * (voltage[flowing] + voltage[np.maximum(flowing - 1, 0)]), voltage[flowing])
    if not np.isfinite(middle).all():
        raise SchemaError("charge and discharge need the voltage wherever current flows", found="missing voltages")
    weight = np.abs(steps)
    _refuse_others(record, cell, rule, _Flow(flowing, begins, sign, middle, weight, voltage))
    energy = np.add.reduceat(steps * middle, begins)
    charge_sign, how = _charging_sign(
        cell, sign, first, last, voltage, np.add.reduceat(weight * np.abs(middle), begins), weight, begins
    )
    held, hold_from = _holds(record, flowing, begins, rule)
    inside = np.add.reduceat(np.where(held[flowing], steps, 0.0), begins)
    time = record["time"].to_numpy().astype(float)
    free = joined & ~held[flowing]
    elapsed = np.add.reduceat(np.where(free, np.diff(time, prepend=time[:1])[flowing], 0.0), begins)
    moved = np.add.reduceat(np.where(free, steps, 0.0), begins)
    if blips:
        warnings.warn(
            f"{blips} short reversals of the current, each below {rule.blip:g} of both neighbours, were left out",
            DataQualityWarning,
            stacklevel=4,
        )
    return HalfCycles(
        first_row=first.astype(np.int64),
        last_row=last.astype(np.int64),
        charging=np.asarray(sign == charge_sign),
        charge=np.abs(charge[last] - charge[before]),
        hold_charge=np.abs(inside),
        energy=np.abs(energy),
        current=np.abs(np.divide(moved, elapsed, out=np.full(begins.size, np.nan), where=elapsed > 0)),
        end_voltage=np.abs(voltage[last]),
        held=held,
        charge_sign=charge_sign,
        charge_from=charge_from,
        hold_from=hold_from,
        direction_from=how,
        blips=blips,
    )


def equal_rate(currents: dict[str, Floats], held: Floats, base: int, share: float) -> Flags:
    """Which cycles ran at the currents of one of them.

    Parameters
    ----------
    currents
        ``"charge"`` and ``"discharge"``: (cycle,) A.
    held
        (cycle,) share of the charge capacity passed in a hold. Where it is above one half, in either cycle, the constant
        current was too short to tell the rate, and the discharge alone decides.
    base
        Place of that cycle.
    share
        Currents within this share are equal.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        near = {name: np.abs(flow / flow[base] - 1) <= share for name, flow in currents.items()}
    alike = near["discharge"] & (near["charge"] | (held > 0.5) | (held[base] > 0.5))
    alike[base] = True  # a cycle is like itself, even where its current is unknown
    return np.asarray(alike)


def _without_blips(
    flowing: npt.NDArray[np.intp], begins: npt.NDArray[np.intp], sign: Integers, charge: Floats, share: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Integers, int]:
    """Half cycles without those far smaller than both neighbours, whose neighbours become one."""
    last = flowing[np.append(begins, flowing.size)[1:] - 1]
    size = np.abs(charge[last] - charge[np.maximum(flowing[begins] - 1, 0)])
    blip = np.zeros(size.size, dtype=bool)
    blip[1:-1] = size[1:-1] < share * np.minimum(size[:-2], size[2:])
    if not blip.any():
        return flowing, begins, sign, 0
    group = np.repeat(np.arange(size.size), np.diff(begins, append=flowing.size))
    kept = ~blip[group]
    along, flowing = sign[group][kept], flowing[kept]
    begins = np.flatnonzero(np.concatenate([[True], along[1:] != along[:-1]]))
    return flowing, begins, along[begins], int(blip.sum())


@dataclass(frozen=True, slots=True)
class _Flow:
    """Rows with current: numbers, begins and sign of half cycles, voltage in the middle of each step, charge of each step."""

    flowing: npt.NDArray[np.intp]
    begins: npt.NDArray[np.intp]
    sign: Integers
    middle: Floats
    weight: Floats
    voltage: Floats


def _refuse_others(record: xr.Dataset, cell: Cell | None, rule: CellVoltageRule, flow: _Flow) -> None:
    """Refuse voltammograms and cells of two metals."""
    total = float(flow.weight.sum())
    if total == 0:
        raise SchemaError("charge and discharge need a record in which charge passes", found="none")
    if "control_mode" in record.variables:
        mode = record["control_mode"].to_numpy()[flow.flowing]
        swept = float(flow.weight[mode == 2].sum()) / total
        if swept > rule.swept_share:
            raise SchemaError(
                "charge and discharge need a controlled current",
                found=f"{100 * swept:.3g} % of the charge passed under voltage control, as in a voltammogram",
                todo="Use voltammetry()",
            )
    elif _sweeps(record, flow):
        raise SchemaError(
            "charge and discharge need a controlled current",
            found="a voltage that changes at one rate while the current varies, as in a voltammogram",
            todo="Use voltammetry()",
        )
    if cell is not None and cell.counter is not None and isinstance(cell.counter.material, Alloy):
        raise SchemaError("charge and discharge need a cathode", found=f"a cell of two metals ({cell.name})")
    group = np.repeat(flow.sign, np.diff(flow.begins, append=flow.flowing.size))
    sides = [
        float(np.average(flow.middle[group == side], weights=flow.weight[group == side]))
        for side in (1, -1)
        if flow.weight[group == side].sum() > 0
    ]
    rest = _rest(flow)
    if len(sides) == 2:
        between = 0.5 * (sides[0] + sides[1])
        if abs(between) < rule.least_voltage and sides[0] * sides[1] < 0:
            raise SchemaError(
                "charge and discharge need a cell with a voltage of its own",
                found=f"a voltage that turns with the current ({sides[0]:.3g} and {sides[1]:.3g} V, {between:.3g} V "
                "between them), as in a cell of two equal metals",
                todo="Use overpotentials(), critical_stripping() or critical_current()",
            )
        if abs(between) < rule.least_voltage and max(abs(rest), float(np.abs(flow.middle).max())) < rule.least_voltage:
            raise SchemaError(
                "charge and discharge need a cell with a voltage of its own",
                found=f"a voltage that stays below {rule.least_voltage:g} V",
            )
    elif abs(rest) < rule.least_voltage and _typical(flow) < rule.least_voltage:
        raise SchemaError(
            "charge and discharge need a cell with a voltage of its own",
            found=f"current in one direction only, from a voltage of {rest:.3g} V, as in stripping one metal",
            todo="Use critical_stripping()",
        )


def _rest(flow: _Flow) -> float:
    """Voltage of the row before the first current (of the first row with current where there is none before)."""
    return float(flow.voltage[max(int(flow.flowing[0]) - 1, 0)])


def _typical(flow: _Flow) -> float:
    """Median of the voltage's magnitude over the charge, V."""
    order = np.argsort(np.abs(flow.middle))
    gathered = np.cumsum(flow.weight[order])
    return float(np.abs(flow.middle[order][np.searchsorted(gathered, 0.5 * gathered[-1])]))


def _sweeps(record: xr.Dataset, flow: _Flow) -> bool:
    """Whether the voltage changes at one rate everywhere while the current varies."""
    time = record["time"].to_numpy().astype(float)
    if flow.flowing.size < 20 or np.ptp(time) == 0:
        return False
    size = np.abs(record["current"].to_numpy().astype(float)[flow.flowing])
    elapsed = np.diff(time)
    moving = elapsed > 0
    rate = np.abs(np.diff(flow.voltage)[moving] / elapsed[moving])
    usual = float(np.median(rate))
    steady = float(np.mean(np.abs(rate - usual) < 0.05 * usual)) if usual > 0 else 0.0
    return steady > 0.9 and float(np.std(size)) > 0.1 * float(np.mean(size))


def _charging_sign(
    cell: Cell | None,
    sign: Integers,
    first: npt.NDArray[np.intp],
    last: npt.NDArray[np.intp],
    voltage: Floats,
    moment: Floats,
    weight: Floats,
    begins: npt.NDArray[np.intp],
) -> tuple[int, str]:
    """Sign of the current that charges, and what said so."""
    size = np.abs(voltage)
    rising = float(np.sum(sign * (size[last] - size[first])))
    passed = np.add.reduceat(weight, begins)
    seen = [side for side in (1, -1) if passed[sign == side].sum() > 0]
    higher = 0.0
    if len(seen) == 2:
        higher = float(
            moment[sign == 1].sum() / passed[sign == 1].sum() - moment[sign == -1].sum() / passed[sign == -1].sum()
        )
    physics = 1 if rising > 0 and higher >= 0 else -1 if rising < 0 and higher <= 0 else 0
    if cell is not None:
        told = -stripping_sign(cell)
        if physics == -told:
            raise SchemaError(
                f"a cell whose anode is the {cell.anode_role} electrode is charged by "
                f"{'oxidation' if told > 0 else 'reduction'} at the working electrode",
                found="a voltage that falls in that direction, and is lower than in the other",
                todo=f"Write anode_role='{'working' if cell.anode_role == 'counter' else 'counter'}', or turn the sign of the current",
            )
        return told, f"the anode is the {cell.anode_role} electrode, as the cell says; charging plates it"
    positive = 1 if float(np.sum(np.sign(voltage[last]) * passed)) >= 0 else -1
    if physics == -positive:
        warnings.warn(
            "the voltage rises in the direction that would discharge the cell: voltage and current seem to count for different "
            "electrodes; charge is taken as the direction in which the voltage rises",
            DataQualityWarning,
            stacklevel=5,
        )
        return physics, "no cell was given; charge is where the voltage rises"
    where = "cathode" if positive > 0 else "anode"
    return (
        positive,
        f"no cell was given; the working electrode is the {where}, since the voltage is {'positive' if positive > 0 else 'negative'}",
    )


def _holds(
    record: xr.Dataset, flowing: npt.NDArray[np.intp], begins: npt.NDArray[np.intp], rule: CellVoltageRule
) -> tuple[Flags, str]:
    """(row,) rows at constant voltage, and how they were found."""
    held = np.zeros(record.sizes["row"], dtype=bool)
    if "control_mode" in record.variables and np.isin(record["control_mode"].to_numpy(), (1, 2)).any():
        mode = record["control_mode"].to_numpy()
        held[flowing] = mode[flowing] == 2
        return held, "the instrument's control mode"
    current = np.abs(record["current"].to_numpy().astype(float))
    if np.unique(current[flowing]).size < 4:
        return held, "not told: the current has too few levels to show a hold"
    voltage = record["voltage"].to_numpy().astype(float)
    for rows in np.split(flowing, begins[1:]):
        near = np.abs(voltage[rows] - voltage[rows[-1]]) <= rule.hold_window
        away = np.flatnonzero(~near)
        tail = rows[away[-1] + 1 if away.size else 0 :]
        level = float(np.percentile(current[rows], 90))
        fallen = tail[current[tail] < rule.hold_fall * level]
        if fallen.size >= 3 and current[tail[-1]] < 0.95 * level and float(np.median(np.diff(current[fallen]))) < 0:
            held[fallen[0] : fallen[-1] + 1] = True
    held_rows = np.zeros_like(held)
    held_rows[flowing] = held[flowing]
    return held_rows, "a current that falls at constant voltage"
