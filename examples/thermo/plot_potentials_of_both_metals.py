"""
Which metal of Na-K is oxidised first?
======================================

:cite:`Koh2024` compare chemical potentials of Na and K in the alloy. Each metal has its own zero, so such a comparison needs
one more thing: the standard potentials in the electrolyte at hand.
"""

import numpy as np

import alkanode as alk

# %%
# Two zeros, then one
# -------------------
# Top: each metal against its own pure metal. Alloying makes both nobler, by some millivolts. The two curves cross, and that
# says nothing about which metal goes first. Bottom: both against Na in one electrolyte. The difference of the standard
# potentials is a few hundred millivolts and decides: K is oxidised first at every composition.

sodium = np.linspace(0.01, 0.99, 99)
axes = alk.plot.alloy_potentials(alk.thermo.alloy_potentials(sodium, "PC"))

# %%
# Which metal the alloy holds back
# --------------------------------
# The same in chemical potentials. Against its pure metal Na is held back more in alloys of little Na, K in the others.
# :cite:`Koh2024` conclude from a lower chemical potential that K is the more reactive metal. Measured from the pure metal
# the sign is the opposite: the lower chemical potential is the less reactive metal. Their conclusion stands all the same,
# by the standard potentials of the lower panel above.

ax = alk.plot.metal_stabilisation(alk.thermo.compare_chemical_potentials(sodium))

# %%
# How far it goes
# ---------------
# Na+ + K(alloy) = Na(alloy) + K+ runs until nothing drives it. With little electrolyte that is when Na+ is nearly gone.

exchange = alk.thermo.ion_exchange(
    "Na50K50", "PC", ions={"Na+": "1 mol L-1"}, electrolyte_volume="100 uL", mass="10 mg", temperature="25 degC"
)
print(f"equilibrium at an extent of {exchange.equilibrium_extent.item():.3f} mol per mol of alloy")
print(exchange.attrs["label"])
axes = alk.plot.ion_exchange(exchange)
