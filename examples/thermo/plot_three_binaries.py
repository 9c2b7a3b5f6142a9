"""
Three binaries, and why only one of them is liquid at room temperature
======================================================================

Na-K is liquid at room temperature; Li-Na and Li-K are not, and their liquids do not even mix. The phase diagrams show it,
and the Gibbs energies behind them show why.
"""

# sphinx_gallery_thumbnail_number = 3

import warnings

import alkanode as alk

# %%
# Na-K
# ----
# The lowest point of the liquid field, the eutectic, lies below 0 degC. Blue is liquid, pale orange two phases.

alk.plot.phase_diagram(alk.thermo.phase_diagram("Na-K", ("240 K", "380 K")))
for point in alk.thermo.invariants("Na-K"):
    print(f"{point.kind}: {point.temperature - 273.15:.1f} degC")

# %%
# Why: the curve of the liquid
# ----------------------------
# At 25 degC the liquid has the lowest Gibbs energy between two common tangents. Their ends are the liquidus and the solidus.

alk.plot.gibbs_curves(alk.thermo.gibbs_curves("25 degC", "Na-K"))

# %%
# Li-Na
# -----
# Over the monotectic two liquids stand side by side, up to the consolute point. Below it solid Li coexists with a liquid of
# nearly pure Na.

alk.plot.phase_diagram(alk.thermo.phase_diagram("Li-Na", ("350 K", "620 K")), basis="mole")

# %%
# The Gibbs energy of the liquid has two minima, so that a tangent joins two liquids.

alk.plot.gibbs_curves(alk.thermo.gibbs_curves("200 degC", "Li-Na"))

# %%
# Li-K
# ----
# The gap between the liquids is still open at the upper end of the diagram. This assessment is an estimate for room
# temperature: its label says so, and a warning tells that the rest of the diagram is extrapolated.

with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    diagram = alk.thermo.phase_diagram("Li-K", ("290 K", "600 K"))
print(told[0].message)
print(diagram.attrs["label"])
alk.plot.phase_diagram(diagram, basis="mole")
