"""Critical stripping capacity: how much metal leaves before the voltage runs away."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.charge import direct_current, passed_charge
from alkanode.data.control import by_voltage
from alkanode.data.schema import RecordLike, check, label
from alkanode.data.steps import half_cycle_table, stripping_sign, with_half_cycles
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.foundation.sources import Estimate, source
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.numerics.quotient import over

HYSTERESIS_SAMPLES = 3
"""A crossing counts when this many samples in a row stay above the cut-off (or all that are left): one noisy sample
is no run-away."""

DEFAULT_CUTOFFS = ("0.5 V", "1 V", "2 V")


@source("Wu2025")
def critical_stripping(
    record: RecordLike,
    cell: Cell | None = None,
    *,
    cutoff: QuantityLike | Sequence[QuantityLike] = DEFAULT_CUTOFFS,
    path: xr.Dataset | None = None,
    half_cycle: int | None = None,
    series_resistance: QuantityLike | None = None,
) -> xr.Dataset:
    """Capacity stripped when the voltage passes a cut-off and stays there.

    Parameters
    ----------
    record
        Cycling record with ``time`` (s), ``current`` (A) and ``voltage`` (V).
    cell
        Gives the role of the anode, the area (m2) and the mass of alloy (kg). Without it the anode is the working
        electrode and areal and specific capacities are NaN.
    cutoff
        Voltage or voltages that end the test, counted in the direction of stripping. Default 0.5, 1 and 2 V, so that
        the choice of the cut-off shows in the result.
    path
        What :func:`alkanode.thermo.stripping_path` returned for the cell's alloy; gives the shares of theory and of
        the capacity to the liquidus.
    half_cycle
        Number of the half cycle to reduce; by default the stripping half cycle with the most charge.
    series_resistance
        Resistance (ohm) whose voltage is taken off before the cut-off is applied; default none, the cut-off then
        acts on the voltage as the instrument saw it.

    Returns
    -------
    Dataset
        Kind ``critical_stripping``, dimension ``cutoff`` (V): ``reached``; ``above_from_start`` (the voltage stood at
        the cut-off before any charge had passed, so that it says nothing); ``time`` (s of the record);
        ``charge`` (C since the half cycle began); ``charge_interval`` (C, dimension ``bound``: from the last sample
        below the cut-off to the first at or above it, over the measured current and the instrument's counter); ``areal_capacity`` (C m-2); ``specific_capacity`` (C kg-1 of alloy);
        ``share_of_theory``, ``share_of_liquidus`` (1). NaN where the cut-off was not reached or an input is unknown.

    Raises
    ------
    SchemaError
        When the record holds no stripping half cycle, or not the one that was asked for, or when the voltage was
        controlled in it instead of the current.
    PhysicsError
        When a cut-off or the series resistance is not positive, or the charge falls while the anode is stripped.

    Warns
    -----
    DataQualityWarning
        When the voltage stood at or above a cut-off from the first sample (no charge can be read then, and the cut-off
        counts as not reached), when it is negative in the direction of stripping, or when more charge was stripped than
        the anode holds.

    Notes
    -----
    q = integral of I dt from the start of the half cycle to the first sample at or above the cut-off that stays there
    (:data:`HYSTERESIS_SAMPLES` samples): the charge the instrument would have delivered. A pause for impedance does
    not end the half cycle. How the charge was found stands in ``attrs["charge_from"]``.
    """
    record = check(record, "cycling")
    cutoffs = _cutoffs(cutoff)
    sign = stripping_sign(cell)
    numbered = with_half_cycles(record)
    table = half_cycle_table(record, cell)
    chosen = _choose(table, half_cycle)
    rows = np.flatnonzero(numbered["half_cycle"].to_numpy() == chosen)
    time = record["time"].to_numpy().astype(float)
    charge, how = passed_charge(record)
    start = max(int(rows[0]) - 1, 0)
    stripped = _from_turn(sign * (charge - charge[start]), rows)
    voltage = sign * record["voltage"].to_numpy().astype(float)
    _refuse_voltage_control(record, rows)
    if series_resistance is not None:
        ohm = to_si(series_resistance, "resistance")
        if ohm <= 0:
            raise PhysicsError("a series resistance is positive", found=repr(series_resistance))
        voltage = voltage - np.abs(np.nan_to_num(direct_current(record))) * ohm
    found = [_crossing(voltage[rows], level) for level in cutoffs]
    from_start = np.array(
        [_from_start(place, level, voltage[start : rows[0] + 1]) for place, level in zip(found, cutoffs, strict=True)]
    )
    crossings = [None if above else place for place, above in zip(found, from_start, strict=True)]
    if not any(place is not None for place in crossings):
        _doubt_direction(voltage[rows])
    at = np.array([_value(stripped[rows], place) for place in crossings])
    _refuse_negative(at)
    when = np.array([_value(time[rows], place) for place in crossings])
    witnesses = [stripped[rows], *_counter(record, rows, start, sign)]
    bounds = np.array([_bounds(witnesses, place) for place in crossings])
    area = cell.effective_area if cell is not None and cell.effective_area is not None else np.nan
    mass = cell.anode.mass if cell is not None and cell.anode.mass is not None else np.nan
    specific = at / mass
    _doubt_inventory(cell, float(stripped[rows[-1]]))
    theory, liquidus = np.nan, np.nan
    if path is not None:
        theory, liquidus = float(path["theoretical_capacity"]), float(path["capacity_to_liquidus"])
    dim = ("cutoff",)
    result = xr.Dataset(
        {
            "reached": (dim, np.isfinite(at)),
            "above_from_start": (dim, from_start),
            "time": (dim, when),
            "charge": (dim, at),
            "charge_interval": (("cutoff", "bound"), bounds, {"units": "C"}),
            "areal_capacity": (dim, at / area),
            "specific_capacity": (dim, specific),
            "share_of_theory": (dim, specific / theory if theory else np.full(at.size, np.nan), {"units": "1"}),
            "share_of_liquidus": (dim, specific / liquidus if liquidus else np.full(at.size, np.nan), {"units": "1"}),
        },
        coords={"cutoff": (dim, cutoffs, {"units": "V"}), "bound": ["lower", "upper"]},
        attrs={
            "half_cycle": chosen,
            "first_row": int(rows[0]),
            "last_row": int(rows[-1]),
            "charge_stripped": float(stripped[rows[-1]]),
            "largest_voltage": float(np.nanmax(voltage[rows])) if np.isfinite(voltage[rows]).any() else float("nan"),
            "charge_from": how,
            "convention": "charge from the start of the stripping half cycle to the first sample at or above the cut-off "
            f"that stays there for {HYSTERESIS_SAMPLES} samples",
        },
    )
    return label(result, "critical_stripping")


def _cutoffs(cutoff: QuantityLike | Sequence[QuantityLike]) -> npt.NDArray[np.float64]:
    many = cutoff if isinstance(cutoff, list | tuple | np.ndarray) else [cutoff]
    levels = np.array([to_si(level, "voltage") for level in many])
    if levels.size == 0 or (levels <= 0).any():
        raise PhysicsError("a cut-off is a positive voltage in the direction of stripping", found=repr(cutoff))
    return np.array(list(dict.fromkeys(levels.tolist())))


def _refuse_voltage_control(record: xr.Dataset, rows: npt.NDArray[np.intp]) -> None:
    """Refuse a half cycle in which the instrument set the voltage: passing a cut-off there is its program, not the cell."""
    if by_voltage(record)[rows].all():
        raise SchemaError(
            "critical stripping needs a half cycle under current control",
            found="voltage control, as in a voltammogram",
            todo="Give a record that was stripped at a constant current",
        )


def _from_start(place: int | None, level: float, begin: npt.NDArray[np.float64]) -> bool:
    """Whether the voltage was at a cut-off already in the row before the half cycle, or in the first row of the record."""
    if place != 0 or (begin.size > 1 and not begin[0] >= level):
        return False
    warnings.warn(
        f"the voltage stood at {begin[-1]:.3g} V, at or above the cut-off of {level:g} V, when the half cycle began: no "
        "charge can be read at this cut-off (in a cell with a cathode the cut-off must lie above its voltage)",
        DataQualityWarning,
        stacklevel=5,
    )
    return True


def _doubt_direction(voltage: npt.NDArray[np.float64]) -> None:
    """Warn when stripping seems to give energy: no positive cut-off can then be reached."""
    known = voltage[np.isfinite(voltage)]
    if known.size and np.median(known) < 0:
        warnings.warn(
            f"the voltage is {np.median(known):.3g} V in the direction of stripping, so no cut-off can be reached: the record "
            "has another sign convention, or it is of a cell with a cathode, where the anode is stripped in discharge",
            DataQualityWarning,
            stacklevel=4,
        )


def _doubt_inventory(cell: Cell | None, stripped: float) -> None:
    """Warn when more charge left than the anode holds of the working metal."""
    if cell is None or cell.alloy is None or cell.anode.mass is None:
        return
    inventory = cell.alloy.theoretical_capacity(cell.ion) * cell.anode.mass
    if 0 < inventory < stripped:
        warnings.warn(
            f"{stripped / 3.6:.4g} mAh were stripped, more than the {inventory / 3.6:.4g} mAh that the stated mass of the "
            "anode holds: the mass, its unit or the role of the anode is wrong, or the anode had been plated before",
            DataQualityWarning,
            stacklevel=5,
        )


def _choose(table: xr.Dataset, half_cycle: int | None) -> int:
    strips = np.flatnonzero(table["direction"].to_numpy() == "strip")
    if half_cycle is not None:
        if half_cycle not in strips:
            raise SchemaError(
                "a stripping half cycle is needed",
                found=f"half cycle {half_cycle} of {table.sizes['half_cycle']}; stripping ones: {strips.tolist()}",
            )
        return half_cycle
    if strips.size == 0:
        raise SchemaError(
            "critical_stripping needs a half cycle in which the anode is stripped",
            found=f"{table.sizes['half_cycle']} half cycles, none of them stripping",
            todo="Check anode_role: positive current strips the working electrode",
        )
    return int(strips[np.argmax(table["charge_passed"].to_numpy()[strips])])


def _crossing(voltage: npt.NDArray[np.float64], level: float) -> int | None:
    """First sample at or above a level that stays there; ``None`` when there is none."""
    above = voltage >= level
    held = above.copy()
    for shift in range(1, HYSTERESIS_SAMPLES):
        held[: above.size - shift] &= above[shift:]
    first = np.flatnonzero(held)
    return int(first[0]) if first.size else None


def _counter(record: xr.Dataset, rows: npt.NDArray[np.intp], start: int, sign: int) -> list[npt.NDArray[np.float64]]:
    """Charge by the instrument's counter since the half cycle began, as a second witness where the file has one."""
    if "charge" not in record.variables:
        return []
    counter = sign * (record["charge"].to_numpy().astype(float) - float(record["charge"][start]))
    return [_from_turn(counter, rows)[rows]] if np.isfinite(counter[rows]).all() else []


def _from_turn(stripped: npt.NDArray[np.float64], rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Charge since the half cycle began; where the current turned between two samples, what was plated there is left out."""
    return np.asarray(stripped - min(float(stripped[rows[0]]), 0.0))


def _refuse_negative(charge: npt.NDArray[np.float64]) -> None:
    """Refuse a charge that runs against the direction of stripping."""
    if (charge < 0).any():
        raise PhysicsError(
            "the charge that is stripped grows while the anode is stripped",
            found=f"{np.nanmin(charge) / 3.6:.4g} mAh at a cut-off",
            todo="One of set-point, measured current and charge counter has the other sign convention: correct it",
        )


def _bounds(witnesses: list[npt.NDArray[np.float64]], place: int | None) -> tuple[float, float]:
    """From the smallest to the largest charge of any witness at a place and one sample before it."""
    ends = [end for charge in witnesses for end in (_lower(charge, place), _value(charge, place))]
    return min(ends), max(ends)


def _lower(values: npt.NDArray[np.float64], place: int | None) -> float:
    """Value one sample before a place; 0 before the first sample of the half cycle."""
    return 0.0 if place == 0 else _value(values, None if place is None else place - 1)


def _value(values: npt.NDArray[np.float64], place: int | None) -> float:
    return float("nan") if place is None else float(values[place])


def stripping_estimates(limit: xr.Dataset, cell: Cell | None = None) -> dict[str, Estimate]:
    """Headline numbers of a critical stripping test.

    Parameters
    ----------
    limit
        What :func:`critical_stripping` returned.
    cell
        Gives the uncertainty of area and mass that enters the intervals.

    Returns
    -------
    dict
        ``charge_at_0.5_V`` and so on, one per cut-off that was reached, and ``areal_capacity_at_...`` and
        ``specific_capacity_at_...`` where area and mass are known. Intervals of charge are the samples on both sides
        of the crossing; those of areal and specific capacity add two standard uncertainties of area or mass.
    """
    estimates: dict[str, Estimate] = {}
    for index, level in enumerate(limit["cutoff"].to_numpy()):
        if not bool(limit["reached"][index]):
            continue
        name = f"at_{level:g}_V"
        low, high = (float(x) for x in limit["charge_interval"][index])
        estimates[f"charge_{name}"] = Estimate(
            value=float(limit["charge"][index]),
            unit="C",
            quantity="charge",
            interval=(low, high),
            label="measured; interval: last sample below the cut-off to first above, by current and by counter",
        )
        if cell is None:
            continue
        for kind, basis, spread in (
            ("areal_capacity", cell.effective_area, cell.effective_area_uncertainty),
            ("specific_capacity", cell.anode.mass, cell.anode.mass_uncertainty),
        ):
            if basis is None:
                continue
            what = "sampling and two standard uncertainties of the " + ("area" if kind == "areal_capacity" else "mass")
            estimates[f"{kind}_{name}"] = Estimate(
                value=float(limit[kind][index]),
                unit=str(limit[kind].attrs["units"]),
                quantity=kind,
                interval=over((low, high), basis, spread),
                label=f"measured; interval: {what if spread else 'sampling only, its uncertainty is not stated'}",
            )
    return estimates
