"""
Spikes, plateaus and ramps: what a symmetric cell's voltage looks like
======================================================================

A sodium electrode in a liquid electrolyte shows a nucleation spike, then two plateaus; a Na-K electrode a spike and a
ramp. Which is it, and how sure is that? The shape is the simplest of a few that the trace supports; the choice counts how
many independent samples correlated residuals are worth.

The traces are made up with known spikes, plateaus and slopes, in the style of Fig. 2a of a paper on Na-K in carbon paper
(0.4 mA/cm2 to 1 mAh/cm2); no trace of that paper is used.
"""

import numpy as np
import xarray as xr

import alkanode as alk
from alkanode.data import label

# %%
# Two cells with a known answer
# -----------------------------
# Each half cycle lasts 2.5 h; 30 s between samples, 0.5 mV of noise.

cell = alk.Cell(anode="Na", counter="Na", area="0.283 cm2")
random = np.random.default_rng(1)
share = np.linspace(0, 1, 301)
sodium = 0.040 + 0.030 / (1 + np.exp(-(share - 0.55) / 0.02)) + 0.12 * np.exp(-share / 0.008)
alloy = 0.045 + 0.050 * share + 0.06 * np.exp(-share / 0.008)


def cycled(trace, count=8):
    """A record of half cycles of alternating direction."""
    signs = np.repeat([1.0, -1.0] * (count // 2), trace.size)
    voltage = signs * np.tile(trace, count) + 5e-4 * random.normal(size=signs.size)
    fields = {"time": 30.0 * np.arange(signs.size), "voltage": voltage, "current": 4.0 * cell.area * signs}
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


# %%
# What is found
# -------------
# Overpotentials are those of the whole cell; ``interfaces=2`` would halve them for two equal electrodes.

for name, trace in {"Na": sodium, "NaK": alloy}.items():
    record = cycled(trace)
    shapes = alk.electrochem.profile_shape(record, cell)
    print(name, "shows", ", ".join(sorted(set(map(str, shapes["shape"].values)))))
    for key, estimate in alk.electrochem.profile_estimates(shapes).items():
        print(f"  {key}: {alk.studies.worded(estimate)}")

# %%
# The figure
# ----------
# Two half cycles of each cell, with the shape that was found (dashed) and the spike (point).

both = cycled(np.r_[sodium], 2), cycled(alloy, 2)
joined = xr.concat([both[0], both[1].assign(time=both[1]["time"] + both[0]["time"][-1] + 30.0)], dim="row")
record = label(joined, "cycling")
shapes = alk.electrochem.profile_shape(record, cell)
ax = alk.plot.half_cycle_shapes(record, shapes, area=cell.area)
