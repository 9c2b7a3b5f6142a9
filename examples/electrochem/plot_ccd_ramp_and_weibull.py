"""
Critical current density: one ramp, then a dozen cells
======================================================

At which current density does a cell short? A ramp gives the answer as an interval, from the last level that passed to the
first that failed. Cells scatter, since the largest flaw decides; a Weibull law describes that scatter, and it is fitted to
the intervals as they are.

The cells are simulated: 200 ohm, and a short at a current drawn from a Weibull law of shape 3 and scale 1.2 mA cm-2. The
true answer is therefore known. Nothing here is a measurement.
"""

import numpy as np
import xarray as xr

import alkanode as alk

# %%
# A simulated ramp
# ----------------
# Half cycles of 0.5 mAh, back and forth, at currents that rise by 0.25 mA. The program ends at 1.75 mA.

LEVELS = 0.25e-3 * np.arange(1, 8)  # A


def simulated_ramp(short_at: float) -> xr.Dataset:
    """Record of a cell that shorts in the middle of the first half cycle at or above a current (A)."""
    time, current, voltage, start, shorted = [0.0], [0.0], [0.0], 0.0, False
    for level in LEVELS:
        for sign in (1, -1):
            duration = 1.8 / level  # 1.8 C are 0.5 mAh
            for second in np.linspace(0, duration, 121)[1:]:
                shorted = shorted or bool(level >= short_at and second > 0.5 * duration)
                time.append(start + second)
                current.append(sign * level)
                voltage.append(sign * level * (1.0 if shorted else 200.0))
            start += duration
    rows = {"time": time, "voltage": voltage, "current": current, "current_setpoint": current}
    return alk.data.label(xr.Dataset({name: ("row", np.array(values)) for name, values in rows.items()}), "cycling")


# %%
# One cell
# --------
# The short needs two signs: the collapse of V/I, and a voltage below what the electrolyte allows.

electrolyte = alk.Electrolyte("NASICON", thickness="1 mm", conductivity="1 mS cm-1", single_ion=True)
random = np.random.default_rng(7)
truth = 1.2e-3 * random.weibull(3, 12)
cells = [
    alk.Cell(
        name=f"cell {number}",
        anode="Na",
        counter="Na",
        electrolyte=electrolyte,
        area="1 cm2",
        final_area=1e-4 * area,
        final_area_uncertainty="0.03 cm2",
        stack_pressure="10 MPa",
    )
    for number, area in enumerate(random.normal(1.0, 0.05, 12), start=1)
]
records = [simulated_ramp(short_at) for short_at in truth]
results = [alk.electrochem.critical_current(record, cell) for record, cell in zip(records, cells, strict=True)]
one = results[0]
print(f"cell 1 shorts at {1e3 * truth[0]:.2f} mA by construction")
for name, estimate in alk.electrochem.critical_current_estimates(one).items():
    print(f"  {name.replace('_', ' ')}: {alk.studies.worded(estimate)}")

axes = alk.plot.current_ramp(records[0], one)

# %%
# A dozen cells
# -------------
# The final areas differ, so the intervals do. Taking the failing level for the value itself biases scale and shape high.

pooled = alk.electrochem.pool(results)
attrs = pooled.attrs
print(
    f"scale {attrs['scale'] / 10:.2f} ({attrs['scale_lower'] / 10:.2f} to {attrs['scale_upper'] / 10:.2f}) mA cm-2, true 1.2"
)
print(f"shape {attrs['shape']:.1f} ({attrs['shape_lower']:.1f} to {attrs['shape_upper']:.1f}), true 3")
print(f"  with the bias of small samples taken off: {attrs['shape_unbiased']:.1f}")
print(f"naive: scale {attrs['naive_scale'] / 10:.2f} mA cm-2, shape {attrs['naive_shape']:.1f}")
single = alk.electrochem.weakest_link_scale(attrs["scale"], attrs["shape"], 0.5)
print(f"one interface alone, if flaws are independent: scale {single / 10:.2f} mA cm-2")

ax = alk.plot.weibull_plot(pooled)
