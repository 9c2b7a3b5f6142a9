"""
Lithium under a film of Na-K: the section of three metals
=========================================================

:cite:`Park2021` put a film of Na-K liquid between lithium and a ceramic. The section of Li-Na-K at 300 K shows that solid
lithium coexists with liquids of a wide range of Na and K, and that these liquids dissolve very little lithium. What they
dissolve has to carry the whole current through the film.
"""

import numpy as np

import alkanode as alk

# %%
# The section
# -----------
# Fitted: the ratio of about 20 between the two ends of the lower curve, which :cite:`Park2021` state. Predicted: which phases
# coexist, and where. Lines join solid lithium and the liquid beside it. In the two coloured triangles three phases coexist. The liquid is a
# sliver on the edge from Na to K: its lithium can only be seen on the logarithmic scale of the lower panel.

section = alk.thermo.isothermal_section("300 K")
axes = alk.plot.isothermal_section(section)

# %%
# The current of a film
# ---------------------
# Diffusion of lithium through a film of thickness d carries at most F D c / d. The Na-rich end allows some twenty times the
# current of the K-rich end. The diffusion coefficient is assumed to be that of Na; its band is the widest.

film = alk.thermo.lithium_film(np.linspace(0.14, 0.72, 30), thickness="70 um", temperature="300 K")
current = 0.1 * film["limiting_current_density"].to_numpy()
print(f"from {current.min():.1f} to {current.max():.0f} mA cm-2 through 70 um")
print(film.attrs["label"])
axes = alk.plot.lithium_film(film)
