"""
Anodes along their charge: stripping, plating, and the lever rule
=================================================================

A charge moves the composition of an anode through the phase diagram. Here are the phases on the way: for Na stripped from
three Na-K alloys, for Na plated into solid K, which melts it, and for K that moves between the two electrodes of a cell.
"""

import alkanode as alk

# %%
# Stripping Na
# ------------
# All three alloys start liquid. The potential rises while the liquid loses Na, and stands still while two phases share it.
# The number in a name is the mass per cent of K, as in :cite:`Wu2025`.

paths = [alk.thermo.stripping_path(name, "Na+") for name in ("NaK50", "NaK65", "NaK80")]
axes = alk.plot.anode_paths(paths)

# %%
# One of them in full: the share of each phase, with the charges at which the liquid ends. The intervals cover an uncertain
# temperature (2 K) and, apart from that, the parameters of the assessment.

axes = alk.plot.anode_path(paths[2])

# %%
# Plating Na into solid K
# -----------------------
# The electrode liquefies itself: K takes up a little Na, then a liquid appears, and soon nothing else is left.

plated = alk.thermo.plating_path("K", "Na+", capacity="200 mAh g-1")
for name in ("capacity_to_first_liquid", "capacity_into_liquid"):
    print(f"{name}: {plated[name].item() / 3600:.0f} mAh per gram of K")
axes = alk.plot.anode_path(plated)

# %%
# The lever rule of a cell
# ------------------------
# Two electrodes of the same semi-solid alloy, 10 uL each on 7.14 mm, after 3 mAh cm-2 of K+ :cite:`Park2021`. One electrode
# gains K and loses liquid, the other one the reverse.

cells = [
    alk.thermo.lever_rule(
        alloy, volume="10 uL", diameter="7.14 mm", areal_capacity="3 mAh cm-2", ion="K+", temperature="21 degC"
    )
    for alloy in ("K0.95Na0.05", "K0.90Na0.10")
]
for cell in cells:
    parts = [
        f"{name} {100 * float(cell.liquid_fraction.sel(electrode=name)):.1f} %" for name in cell.electrode.to_numpy()
    ]
    print(f"{cell.attrs['alloy']}: {', '.join(parts)} liquid")
axes = alk.plot.lever_rule(cells, diagram=alk.thermo.phase_diagram("Na-K"))
