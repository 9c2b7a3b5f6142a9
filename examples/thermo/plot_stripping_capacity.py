"""
How far the phase diagram explains the capacity of NaK50, NaK65 and NaK80
=========================================================================

:cite:`Wu2025` strip Na from three Na-K anodes on a ceramic electrolyte at 10 MPa and find critical stripping capacities of
*approximately* 400, 300 and 150 mAh per gram of alloy. Contact could be lost when the alloy leaves its liquid field and
solid K appears. Here the charge at which that happens is computed and put beside what was measured.

* **Measured**: the three capacities, as printed (rounded, without an error). The temperature is said to be room
  temperature, without a number.
* **Computed**: everything else, from the composition and from alkanode's own draft assessment of Na-K, at 20, 22 and
  25 degC.
"""

import numpy as np

import alkanode as alk
from alkanode.plot import Axis, Figure, Line, Note, Panel, Series

ALLOYS = ("NaK50", "NaK65", "NaK80")
MEASURED = {"NaK50": 400.0, "NaK65": 300.0, "NaK80": 150.0}  # mAh g-1, printed as approximate in Wu2025
TEMPERATURES = ("20 degC", "22 degC", "25 degC")
MAH_PER_G = 1 / 3600  # from C kg-1

# %%
# Charge to the liquidus
# ----------------------
# ``stripping_path`` follows the alloy along the charge axis. ``capacity_to_liquidus`` is the charge at which solid K
# appears; its interval covers +-2 K.

paths = {(name, at): alk.thermo.stripping_path(name, temperature=at) for name in ALLOYS for at in TEMPERATURES}
for name in ALLOYS:
    parts = []
    for at in TEMPERATURES:
        path = paths[name, at]
        computed = path["capacity_to_liquidus"].item() * MAH_PER_G
        parts.append(f"{computed:.0f} at {at} (measured over computed {MEASURED[name] / computed:.2f})")
    theory = paths[name, "25 degC"]["theoretical_capacity"].item() * MAH_PER_G
    print(f"{name}: measured ~{MEASURED[name]:.0f}; liquid until {', '.join(parts)}; all Na {theory:.0f} mAh g-1")

# %%
# NaK80 gives about what its liquid field holds, NaK65 about nine tenths, and NaK50 about three quarters. So the phase
# diagram can explain NaK80 and, within the rounding of the printed numbers, perhaps NaK65. NaK50 lost contact while still
# far inside the liquid field: whatever stopped it, it was not the liquidus.
#
# One assumption matters for NaK80. Its anode is held by carbon cloth, and carbon takes up K (as KC8). If the cloth had
# bound 30 % of the K before stripping (assumed, not measured), the liquid would last longer:

composition = alk.Composition.from_name("NaK80")
bound = alk.thermo.stripping_path(
    "NaK80", temperature="25 degC", potassium_in_carbon=0.3 * composition.mole_fraction("K")
)
print(f"NaK80, 30 % of its K in carbon: {bound['capacity_to_liquidus'].item() * MAH_PER_G:.0f} mAh g-1 at 25 degC")

# %%
# The figure
# ----------
# A figure is plain data until it is drawn: axes, series, names. The upper panel shows the charges, the lower one what was
# measured over what was computed, with the +-2 K interval of the liquidus as a bar; at 1 the anode gave exactly what its
# liquid field holds. What rounding in print adds is not in the bars.

places = np.arange(len(ALLOYS), dtype=float)
measured = np.array([MEASURED[name] for name in ALLOYS])
theory = np.array([paths[name, "25 degC"]["theoretical_capacity"].item() for name in ALLOYS]) * MAH_PER_G
charges = [Series(name="all Na (computed from the composition)", x=places, y=theory, style="points", role="muted")]
ratios = []
for shift, at, role in zip((-0.2, 0.0, 0.2), TEMPERATURES, ("primary", "third", "fourth"), strict=True):
    computed = np.array([paths[name, at]["capacity_to_liquidus"].item() for name in ALLOYS]) * MAH_PER_G
    low, high = np.array([paths[name, at]["capacity_to_liquidus_interval"].to_numpy() for name in ALLOYS]).T * MAH_PER_G
    name = f"until solid K appears, {at} (computed)"
    charges.append(Series(name=name, x=places + shift, y=computed, style="points", role=role))
    ratios.append(
        Series(
            name=name,
            x=places + shift,
            y=measured / computed,
            y_interval=(measured / high, measured / low),
            style="points",
            role=role,
            in_legend=False,
        )
    )
name = "until contact was lost (measured, Wu 2025, approximate)"
charges.append(Series(name=name, x=places + 0.4, y=measured, style="points", role="warning"))
across = Axis(label="", categories=ALLOYS, limits=(-0.5, 2.6))
figure = Figure(
    title="Measured capacity beside the phase diagram",
    caption="Top: charge per gram of alloy. Bottom: measured over computed. Bars: 2 K below to 2 K above the temperature.",
    panels=(
        Panel(
            x=across,
            y=Axis(label="specific capacity", unit="mAh g-1", quantity="specific_capacity", limits=(0.0, 640.0)),
            series=tuple(charges),
        ),
        Panel(
            x=across,
            y=Axis(label="measured / computed", limits=(0.6, 1.4)),
            series=tuple(ratios),
            lines=(Line(value=1.0, upright=False),),
            notes=(Note(text="the liquid field and no more", x=-0.45, y=1.0, anchor="left", level="above"),),
        ),
    ),
)
axes = alk.plot.draw(figure)
