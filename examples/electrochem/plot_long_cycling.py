"""
Long cycling: a leak, growing overpotential, a short
====================================================

Three things happen to this cell: from cycle 12 on a leak opens and closes, from cycle 20 on the overpotential grows, and in
cycle 32 the cell shorts. The record is made here from a resistance and a leak conductance beside it, so the true moments are
known.
"""

import numpy as np
import xarray as xr

import alkanode as alk

# %%
# The record
# ----------
# One half cycle lasts an hour at 0.1 mA, sampled every 30 s. Current in A, voltage in V, time in s.

random = np.random.default_rng(7)
half, cycles = 120, 34
cycle = np.arange(2 * half * cycles) // (2 * half)
sign = np.where(np.arange(cycle.size) // half % 2 == 0, 1.0, -1.0)
share = (np.arange(cycle.size) % half) / half
ionic = 400 * (1 + 0.15 * np.exp(-12 * share)) * (1 + 0.06 * np.maximum(cycle - 20, 0))
leak = np.zeros(cycle.size)
for opens in range(12 * 2 * half + 50, 16 * 2 * half, 95):
    leak[opens : opens + 6] = 1 / 900
leak[32 * 2 * half + 70 :] = 1 / 3
voltage = sign * 1e-4 / (1 / ionic + leak) + 2e-4 * random.normal(size=cycle.size)
fields = {
    "time": 30.0 * np.arange(cycle.size),
    "voltage": voltage,
    "current": 1e-4 * sign,
    "current_setpoint": 1e-4 * sign,
}
record = alk.data.label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")
cell = alk.Cell(
    anode="Na",
    counter="Na",
    electrolyte=alk.Electrolyte("NASICON", thickness="1 mm", conductivity="1 mS cm-1", single_ion=True),
    area="1 cm2",
)

# %%
# What failed
# -----------
# Two signs confirm. The confidence is the share of such alarms that were right on simulated cells of other physics.

found = alk.electrochem.find_failures(record, cell)
for event in range(found.sizes["event"]):
    one = found.isel(event=event)
    print(f"cycle {one.half_cycle.item() / 2:g}: {one.failure.item()}, confidence {one.confidence.item():.2f}")
    print(f"  {one.evidence.item()}")

# %%
# The overpotential over the cycles
# ---------------------------------
# The voltage of the electrolyte (100 ohm) is taken off, and half cycles from the short on are not compared. Both directions
# apart: slope, onset, change point.

table = alk.electrochem.overpotentials(record, cell, failures=found)
growth = alk.electrochem.overpotential_growth(table)
for polarity in growth.polarity.values:
    one = growth.sel(polarity=polarity)
    low, high = 1e3 * one.slope_interval.values
    print(
        f"{polarity}: {1e3 * one.slope.item():.2f} mV per cycle ({low:.2f} to {high:.2f}), onset at cycle {one.onset.item():g}"
    )

# %%
# The figure
# ----------

axes = alk.plot.overpotential_history(table, growth)
