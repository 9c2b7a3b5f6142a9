"""
Relaxation times of a cell model, read as those of a measurement
================================================================

A model of the alloy anode is stripped and plated, and its impedance is computed at states along the run from its own
equations. The spectra go through the analysis that measured spectra go through. Since the model's relaxations are known, one
sees what the analysis finds, what it misses, and which printed peaks the model explains.
"""

import warnings

import numpy as np

import alkanode as alk
from alkanode.cell_models import simulate
from alkanode.cell_models.operando_impedance import operando_impedance, relaxation_modes, sweep_frequencies
from alkanode.cell_models.simulation.history import built_model, state_inputs

# %%
# Strip, then plate
# -----------------
# 1 mAh cm-2 each way at 0.25 mA cm-2, a spectrum every 0.25 mAh cm-2 after a rest of five minutes. A model stands still while its
# spectrum is computed, a cell does not: where it would change within the sweep, a warning says so. The sweep ends at 1 Hz, as in
# the paper: relaxation times up to 0.16 s are inside the window. A second one goes down to 0.1 Hz.

steps = ["Strip at 0.25 mA cm-2 for 1 mAh cm-2", "Plate at 0.25 mA cm-2 for 1 mAh cm-2"]
history = simulate("alloy-anode", "NaK50", steps, "Wu2025", keep_states=True)
area = float(history.attrs["area"])
printed = {"grain boundary": 1e-7, "coating": 1e-3, "interface, stripping": 1.0}
for lowest in (1.0, 0.1):
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        spectra = operando_impedance(history, sweep_frequencies(7e6, lowest), every="0.25 mAh cm-2", rest="5 min")
    for doubt in doubts:
        print("warned:", doubt.message)
    found = alk.impedance.peaks(alk.impedance.relaxation_times(spectra))
    for index, name in ((2, "strip"), (6, "plate")):
        here = found.where(found.spectrum_index == index, drop=True)
        text = ", ".join(
            f"{tau:.2g} s ({1e4 * r * area:.0f} ohm cm2)"
            for tau, r in zip(here.relaxation_time.values, here.resistance.values, strict=True)
        )
        print(f"{name}, down to {lowest:g} Hz: {text}")
print("printed:", ", ".join(f"{name} {tau:g} s" for name, tau in printed.items()))

# %%
# Grain boundary and coating come out where the model has them, to a few per cent: these two times are *given* to the model, so
# nothing is predicted there. The interface shows its peak near 0.3 s while stripping, and near 0.1 s while plating. Its
# capacitance is fitted; a peak at 1 s is beyond what a sweep to 1 Hz measures, and indeed the short sweep shows none.
#
# What the equations hold
# -----------------------
# Eigenvalues of the model are its relaxations, without any rule that smooths. Diffusion in the cloth is a train of modes from
# seconds to hours.

row = int(np.searchsorted(history["solution"].time.values, 7200.0))
modes = relaxation_modes(
    built_model(history),
    7200.0,
    history["solution"].state_vector.values[row],
    state_inputs(history, row),
    least_share=2e-3,
)
for tau, r in zip(modes.relaxation_time.values, modes.mode_resistance.values, strict=True):
    print(f"{tau:8.2g} s  {1e4 * r * area:7.2f} ohm cm2")

# %%
# Up to the loss of contact
# -------------------------
# Stripped until 1 V, spectra down to 0.1 Hz up to nine tenths of the charge: beyond, the cell changes within a sweep. The peak of the interface grows and moves to longer times.

run = simulate("alloy-anode", "NaK50", ["Strip at 0.25 mA cm-2 until 1 V"], "Wu2025", keep_states=True)
charges = np.linspace(0.02, 0.9, 20) * float(run["interface"].areal_capacity[-1])
spectra = operando_impedance(run, sweep_frequencies(7e6, 0.1), charges=charges)
times = alk.impedance.joint_relaxation_times(spectra)
tracks = alk.impedance.track_peaks(times, record=spectra)
axes = alk.plot.operando_map(alk.impedance.operando_map(times, against="charge", spectra=spectra), tracks=tracks)

# %%
# Area loss, or a slower process?
# -------------------------------
# Pure loss of area would leave the relaxation time where it is: the slope of ln tau over ln R would be 0. Over a fixed
# capacitance it is 1. The model *has* a fixed capacitance, and the test finds it.

for number in range(tracks.sizes["peak_track"]):
    slope = float(tracks["slope"][number])
    if np.isfinite(slope):
        low, high = float(tracks["slope_low"][number]), float(tracks["slope_high"][number])
        print(f"track {number}: slope {slope:.2f} ({low:.2f} to {high:.2f}): {tracks['verdict'][number].item()}")
