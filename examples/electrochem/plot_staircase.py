"""
A current staircase with rests, up to loss of contact
=====================================================

Na is stripped from a Na-K electrode at 0.2, 0.4, 0.7 and 1.0 mA/cm2 with a rest after each level. What is the resistance,
does the voltage follow the current, how does it relax, and at which current is contact lost?

The cell is virtual, a stated law and no model of a real cell: an ohmic part, an interface that charges with 60 s, and a
relaxation in the rests with 20 s and 300 s. At the last level the contact fades.
"""

import numpy as np
import xarray as xr

import alkanode as alk
from alkanode.data import label

# %%
# A record with known answers
# ---------------------------
# 150 ohm answer at once, 250 ohm with 60 s: 400 ohm at the end of a level.

cell = alk.Cell(anode="NaK50", counter="Na", area="0.283 cm2", area_uncertainty="0.005 cm2")
random = np.random.default_rng(3)
step = np.r_[0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, np.arange(5.0, 1801.0, 5.0)]
columns = {"time": [np.arange(0.0, 300.0, 5.0)], "voltage": [np.zeros(60)], "current": [np.zeros(60)]}
for density in (2.0, 4.0, 7.0, 10.0):  # A m-2
    current = density * cell.area
    contact = np.where((density == 10.0) & (step > 900), 1 + ((step - 900) / 150) ** 2, 1.0)
    stripping = current * (150 + 250 * contact * (1 - np.exp(-step / 60)))
    resting = current * 250 * (0.6 * np.exp(-step / 20) + 0.4 * np.exp(-step / 300))
    for voltage, flow in ((stripping, current), (resting, 0.0)):
        columns["time"].append(columns["time"][-1][-1] + step)
        columns["voltage"].append(voltage)
        columns["current"].append(np.full(step.size, flow))
fields = {name: np.concatenate(parts) for name, parts in columns.items()}
fields["voltage"] = fields["voltage"] + 2e-5 * random.normal(size=fields["voltage"].size)
record = label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")

# %%
# Levels
# ------
# The critical stripping current is an interval: contact was held at the level before and lost at this one. It is no
# critical current density of a symmetric test.

levels = alk.electrochem.staircase(record, cell)
for level in range(levels.sizes["level"]):
    one = levels.isel(level=level)
    fast, slow = one["time_constant"].values
    print(
        f"{0.1 * one['current_density'].item():.1f} mA/cm2: {one['resistance'].values[0]:.0f} ohm at 0.1 s, "
        f"{one['end_resistance'].item():.0f} ohm at the end, rest {one['relaxation_model'].item()} "
        f"{fast:.0f} s and {slow:.0f} s, {one['failure'].item() or 'passed'}"
    )
for name, estimate in alk.electrochem.staircase_estimates(levels, cell).items():
    print(f"{name}: {alk.studies.worded(estimate)} ({estimate.basis})")

# %%
# The figure
# ----------

axes = alk.plot.staircase_trace(record, levels, area=cell.area)

# %%
# Steady voltage against current
# ------------------------------

ax = alk.plot.steady_against_current(levels, area=cell.area)

# %%
# Relaxation in the rests
# -----------------------

ax = alk.plot.rest_relaxation(record, levels)
