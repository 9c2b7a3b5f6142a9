"""What lies between a cell and its record without being a failure: noise, drift, offsets, spikes, lost columns.

Every effect is drawn from one generator, so that a seed gives the same record.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.data.steps import rows_by_half_cycle, with_half_cycles
from alkanode.foundation.errors import PhysicsError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentEffects:
    """Effects on a record; each is off by default.

    Attributes
    ----------
    voltage_noise
        Standard deviation of a voltage sample, V.
    current_noise
        Standard deviation of a current sample over the current, 1.
    current_offset
        Share by which the measured current reads high, 1 (8 % occur on real instruments).
    voltage_offset
        V.
    drift
        V per second.
    voltage_step, current_step
        Resolution, V and A; 0 for none.
    without_setpoint
        The file has neither set-point nor control mode.
    glitches
        Single samples at which a change of the current range shows as a voltage of 0.3 to 3 times its value.
    nucleation
        Height of the spike after each reversal over the voltage there, 1.
    nucleation_time
        s in which it decays.
    second_plateau
        Height of a smooth second plateau in the middle of each half cycle over the voltage there, 1.
    duplicates
        Share of the rows that the file holds twice.
    """

    voltage_noise: float = 0.0
    current_noise: float = 0.0
    current_offset: float = 0.0
    voltage_offset: float = 0.0
    drift: float = 0.0
    voltage_step: float = 0.0
    current_step: float = 0.0
    without_setpoint: bool = False
    glitches: int = 0
    nucleation: float = 0.0
    nucleation_time: float = 60.0
    second_plateau: float = 0.0
    duplicates: float = 0.0


def through_instrument(
    record: RecordLike, effects: InstrumentEffects, *, seed: int
) -> tuple[xr.Dataset, npt.NDArray[np.intp]]:
    """The record as an instrument would have written it.

    Parameters
    ----------
    record
        Cycling record without noise.
    effects
        What happens to it.
    seed
        Seed of everything random.

    Returns
    -------
    record
        Kind ``cycling``. ``charge`` is the instrument's own counter: it counts the measured current's offset too.
    rows
        (row,) the row of the given record behind each row, since duplicates add rows.

    Raises
    ------
    PhysicsError
        For a negative noise or resolution, or a share of duplicates outside 0 to 1.
    """
    record = check(record, "cycling")
    numbers = (effects.voltage_noise, effects.current_noise, effects.voltage_step, effects.current_step)
    if min(numbers) < 0 or not 0 <= effects.duplicates <= 1:
        raise PhysicsError("noise and resolution are not negative, duplicates are a share", found=str(effects))
    random = np.random.default_rng([seed, 21])
    count = record.sizes["row"]
    time = record["time"].to_numpy().astype(float)
    current = record["current"].to_numpy().astype(float)
    voltage = record["voltage"].to_numpy() * _shape(record, time, effects)
    voltage = voltage + effects.voltage_offset + effects.drift * (time - time[:1])
    for row in random.integers(0, max(count, 1), size=effects.glitches if count else 0):
        voltage[row] *= np.exp(random.uniform(np.log(0.3), np.log(3.0)))
    voltage = _rounded(voltage + effects.voltage_noise * random.standard_normal(count), effects.voltage_step)
    measured = current * (1 + effects.current_offset + effects.current_noise * random.standard_normal(count))
    changed = record.assign(voltage=("row", voltage), current=("row", _rounded(measured, effects.current_step)))
    if "charge" in record.variables:
        changed = changed.assign(charge=("row", record["charge"].to_numpy() * (1 + effects.current_offset)))
    if effects.without_setpoint:
        changed = changed.drop_vars(["current_setpoint", "control_mode", "in_sweep"], errors="ignore")
    twice = random.random(count) < effects.duplicates
    rows = np.repeat(np.arange(count), 1 + twice)
    return label(changed.isel(row=rows), "cycling"), rows


def _shape(record: xr.Dataset, time: Floats, effects: InstrumentEffects) -> Floats:
    """(row,) factor on the voltage: nucleation spike and second plateau of each half cycle."""
    factor = np.ones(time.size)
    if not effects.nucleation and not effects.second_plateau:
        return factor
    for rows in rows_by_half_cycle(with_half_cycles(record)["half_cycle"].to_numpy()):
        since = time[rows] - time[rows[0]]
        factor[rows] += effects.nucleation * np.exp(-since / effects.nucleation_time)
        middle = 0.5 * since[-1]
        factor[rows] += effects.second_plateau / (1 + np.exp(-(since - middle) / max(0.05 * middle, 1.0)))
    return factor


def _rounded(values: Floats, step: float) -> Floats:
    return np.asarray(np.round(values / step) * step) if step > 0 else values
