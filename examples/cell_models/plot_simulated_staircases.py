"""
Staircases of current, and sodium plated into potassium
=======================================================

Three protocols of operando impedance studies on the cell model: stripping and plating in steps of rising current with rests
between them, and sodium plated into potassium metal, which then turns liquid by itself. Currents are those of the paper; it
prints no durations, so half an hour per level is assumed here.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np

from alkanode.cell_models import simulate
from alkanode.data import Protocol
from alkanode.foundation.errors import ExtrapolationWarning

CURRENTS = ["0.2 mA cm-2", "0.4 mA cm-2", "0.7 mA cm-2", "1 mA cm-2"]
PER_MAH_CM2 = 36000.0

# %%
# Stripping and plating
# ---------------------
# What the model says of each level: the charge since the start, the voltage and the contact share at its end.

runs = {}
for kind in ("strip", "plate"):
    protocol = Protocol.staircase(CURRENTS, "30 min", "10 min", kind=kind, voltage_limit=1.0)
    runs[kind] = simulate("alloy-anode", "NaK50", protocol, "Wu2025")
    cycling, contact = runs[kind]["cycling"], runs[kind]["interface"]["contact_share"].values
    step = cycling["step"].values
    print(kind, "ended by", sorted(set(runs[kind]["events"]["name"].values.tolist())))
    for number in range(0, int(step.max()) + 1, 2):
        last = np.flatnonzero(step == number)[-1]
        charge = runs[kind]["interface"]["areal_capacity"].values[last] / PER_MAH_CM2
        print(
            f"  level {number // 2 + 1}: {charge:6.2f} mAh cm-2, {cycling['voltage'].values[last]:7.3f} V, {contact[last]:.3f}"
        )

# %%
# Sodium into potassium metal
# ---------------------------
# The first sodium lies on solid potassium and makes liquid with it; the electrode passes from solid through a mixture to a liquid.
# The contact shares were set on alloys; that of potassium metal is taken at the nearest of them, with a warning.

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ExtrapolationWarning)
    steps = [
        "Plate at 0.25 mA cm-2 for 3 mAh cm-2",
        "Rest for 2 h",
        "Plate at 0.25 mA cm-2 for 3 mAh cm-2",
        "Rest for 2 h",
    ]
    runs["potassium"] = simulate("alloy-anode", "K", steps, "Wu2025")
states = runs["potassium"]["states"]
thickness = states["slice_thickness"].values
for name in ("liquid_volume_fraction", "solid_potassium_volume_fraction", "void_volume_fraction"):
    mean = (states[name].values * thickness).sum(axis=1) / thickness.sum()
    print(f"{name}: {mean[0]:.3f} at the start, {mean[-1]:.3f} at the end")
print("ended by", sorted(set(runs["potassium"]["events"]["name"].values.tolist())))
for name, run in runs.items():
    print(f"{name}: largest error of a balance {float(run['balances']['largest_relative_error'].max()):.1e}")

# %%
figure, axes = plt.subplots(1, 3, figsize=(10, 3), layout="constrained")
for axis, (name, run) in zip(axes, runs.items(), strict=True):
    axis.plot(run["cycling"]["time"] / 3600, run["cycling"]["voltage"])
    axis.set(title=name, xlabel="time (h)", ylabel="voltage (V)")
