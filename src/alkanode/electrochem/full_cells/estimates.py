"""Headline numbers of a full cell."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.special import bdtr

from alkanode.data.cell import Cell
from alkanode.data.schema import check
from alkanode.electrochem.growth import slope_over
from alkanode.foundation.sources import Estimate

Floats = npt.NDArray[np.float64]


def full_cell_estimates(cycles: xr.Dataset, cell: Cell | None = None) -> dict[str, Estimate]:
    """Headline numbers of :func:`full_cell`.

    Parameters
    ----------
    cycles
        Its result.
    cell
        Gives the uncertainties of area and mass, from which the intervals of areal and specific capacities come.

    Returns
    -------
    dict
        ``reference_capacity`` and, where known, ``reference_areal_capacity``, ``reference_alloy_specific_capacity``,
        ``reference_cathode_specific_capacity`` (discharge of the reference cycle); ``first_coulombic_efficiency``;
        ``coulombic_efficiency`` and ``energy_efficiency`` (median over the comparable cycles after the first, 95 % interval of a
        median); ``discharge_voltage`` (the same); ``last_retention``; ``fade_per_cycle`` (Theil-Sen slope of the retention).
        Empty where no cycle is complete.
    """
    cycles = check(cycles, "full_cell_cycles")
    whole = np.flatnonzero(cycles["complete"].to_numpy())
    if whole.size == 0:
        return {}
    number = cycles["cycle"].to_numpy()
    base = int(np.flatnonzero(number == cycles.attrs["reference_cycle"])[0])
    which = cycles.attrs["reference_is"]
    found = {
        "reference_capacity": Estimate(
            value=float(cycles["discharge_capacity"][base]), unit="C", quantity="charge", label=f"measured, {which}"
        )
    }
    for name, quantity, spread in _sizes(cell):
        if f"discharge_{name}_capacity" in cycles:
            value = float(cycles[f"discharge_{name}_capacity"][base])
            found[f"reference_{name}_capacity"] = Estimate(
                value=value,
                unit="C m-2" if name == "areal" else "C kg-1",
                quantity=quantity,
                interval=None if spread is None else (value * (1 - 1.96 * spread), value * (1 + 1.96 * spread)),
                label=f"measured, {which}" + ("" if spread is None else "; interval: 95 % from the area or mass"),
            )
    first = int(whole[0])
    efficiency = float(cycles["coulombic_efficiency"][first])
    found["first_coulombic_efficiency"] = Estimate(
        value=efficiency if np.isfinite(efficiency) else None,
        unit="1",
        quantity="fraction",
        label=f"measured, cycle {number[first]}, {cycles.attrs['coulombic_efficiency_is']}",
    )
    later = np.flatnonzero(cycles["comparable"].to_numpy())
    later = later[later > first]
    for name, field, unit in (
        ("coulombic_efficiency", "coulombic_efficiency", "fraction"),
        ("energy_efficiency", "energy_efficiency", "fraction"),
        ("discharge_voltage", "discharge_voltage", "voltage"),
    ):
        if later.size:
            found[name] = _median(cycles[field].to_numpy()[later], unit)
    kept = np.flatnonzero(cycles["comparable"].to_numpy())
    retention = cycles["retention"].to_numpy()
    if kept.size > 1:
        found["last_retention"] = Estimate(
            value=float(retention[kept[-1]]),
            unit="1",
            quantity="fraction",
            label=f"measured, cycle {number[kept[-1]]} over {which}",
        )
    slope, low, high = slope_over(number[kept].astype(float), retention[kept])
    if np.isfinite(slope):
        found["fade_per_cycle"] = Estimate(
            value=slope,
            unit="1",
            quantity="fraction",
            interval=(low, high),
            label="fitted, Theil-Sen slope of the retention per cycle; interval: 95 %",
        )
    return found


def _median(values: Floats, quantity: str) -> Estimate:
    """Median with the interval that its order statistics give (none below six values)."""
    values = np.sort(values[np.isfinite(values)])
    below = bdtr(np.arange(values.size + 1), values.size, 0.5)  # probability of so many values below the median
    rank = int(np.searchsorted(below, 0.025)) - 1
    return Estimate(
        value=float(np.median(values)) if values.size else None,
        unit="V" if quantity == "voltage" else "1",
        quantity=quantity,
        interval=(float(values[rank]), float(values[-rank - 1])) if rank >= 0 else None,
        label=f"measured, median of {values.size} comparable cycles"
        + ("; interval: 95 % of the median" if rank >= 0 else ""),
    )


def _sizes(cell: Cell | None) -> list[tuple[str, str, float | None]]:
    """Name, quantity and relative standard uncertainty of what a capacity is divided by."""
    if cell is None:
        return []
    sizes = [
        ("areal", "areal_capacity", cell.effective_area, cell.effective_area_uncertainty),
        ("alloy_specific", "specific_capacity", cell.anode.mass, cell.anode.mass_uncertainty),
    ]
    if cell.counter is not None:
        sizes.append(
            ("cathode_specific", "cathode_specific_capacity", cell.counter.mass, cell.counter.mass_uncertainty)
        )
    return [
        (name, quantity, None if spread is None or not size else spread / size)
        for name, quantity, size, spread in sizes
    ]
