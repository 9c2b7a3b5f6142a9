"""
The phase diagram of Na-K, and three anodes that cross it
=========================================================

A liquid Na-K anode works inside the liquid field of the phase diagram. Stripping Na moves the overall composition towards
K at fixed temperature: to the right, until the K-rich liquidus is met and solid K appears.

This example computes the range of compositions that is liquid at room temperature, the diagram, and the paths of three
anodes: NaK50, NaK65 and NaK80. The number is the mass per cent of K, as in :cite:`Wu2025`.
"""

# sphinx_gallery_thumbnail_number = 2

import numpy as np

import alkanode as alk

# %%
# The liquid window
# -----------------
# Papers say "room temperature" and mean 20 to 25 degC. The window moves with it, so it is computed at three temperatures.
# Fractions are those of K; both bases are printed, because 46 wt% K and 33 at% K are the same alloy.

window = alk.thermo.liquid_window("Na-K", temperature=["20 degC", "22 degC", "25 degC"])
for row in range(window.sizes["temperature"]):
    at = window.isel(temperature=row)
    mass, mole = (100 * at[f"{basis}_fraction"].to_numpy() for basis in ("mass", "mole"))
    print(
        f"{at.temperature.item() - 273.15:.0f} degC: liquid from {mass[0]:.1f} to {mass[1]:.1f} wt% K, "
        f"which is {mole[0]:.1f} to {mole[1]:.1f} at% K"
    )

# %%
# Over temperature the window widens; under 7 degC the compound Na2K bounds it at the Na side. The grey bands cover 2 K; the
# points are the temperatures asked for, with what the parameters of the assessment leave open at 95 %.

kelvin = np.linspace(264.0, 330.0, 67).tolist()
axes = alk.plot.liquid_window(alk.thermo.liquid_window("Na-K", temperature=kelvin, draws=0), marks=window)

# %%
# With one temperature, the headline numbers come with an interval. It covers the uncertainty of the temperature (2 K
# unless you state another); what the parameters of the assessment alone leave open is told beside it.

estimates = alk.thermo.window_estimates(alk.thermo.liquid_window("Na-K", temperature="25 degC"))
for name in ("mass_fraction_lower", "mass_fraction_upper"):
    print(f"{name}: {alk.studies.worded(estimates[name])}")
print(estimates["mass_fraction_lower"].label)

# %%
# The diagram with the paths
# --------------------------
# Each arrow runs from the alloy to pure K. The points are the alloys, and the place where all three leave the liquid field:
# the composition of the liquidus is one, the charge that leads to it is not.

diagram = alk.thermo.phase_diagram("Na-K", ("250 K", "380 K"))
paths = [alk.thermo.stripping_path(name, ion="Na+", temperature="25 degC") for name in ("NaK50", "NaK65", "NaK80")]
for path in paths:
    estimate = alk.thermo.path_estimates(path)["capacity_to_liquidus"]
    print(f"{path.attrs['alloy']} leaves the liquid field after {alk.studies.worded(estimate)}")

ax = alk.plot.phase_diagram(diagram, paths=paths)
