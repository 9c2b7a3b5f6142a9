"""
A few noisy spectra, inverted together
======================================

Strip, plate, strip again: thirteen spectra with 1 % noise, four or five for each half cycle, and jumps between them. One by
one, each spectrum turns its noise into wandering peaks. Together they hold each other's noise down, and the inversion breaks where
the run breaks. The truth is known here, so both can be scored.
"""

import numpy as np

import alkanode as alk
from alkanode.virtual.synthetic_spectra import synthetic_spectra

# %%
# One by one, and together
# ------------------------
# The breaks are found from the step, the charge and the spectra themselves; the strength of the smoothing is the one that
# predicts left-out spectra best.

record, truth = synthetic_spectra("switched_interface", spectra=13, noise=0.01)
single = alk.impedance.relaxation_times(record)
joint = alk.impedance.joint_relaxation_times(record)
print(f"breaks before spectrum {joint.attrs['breaks']}")
print(f"smooth along the {joint.attrs['smooth_along']}, mu = {joint.attrs['time_smoothing']:g}")

# %%
# What is gained
# --------------
# The resistance of everything slower than the grain boundary, against the truth.

log_tau = np.log(joint.relaxation_time.to_numpy())
slow = (np.exp(log_tau) > 3e-6) & joint.in_window.to_numpy()[0]
ends = np.exp(log_tau[slow][[0, -1]])
for name, times in (("one by one", single), ("together", joint)):
    found = np.trapezoid(times.distribution.to_numpy()[:, slow], log_tau[slow], axis=1)
    error = np.abs(found / truth.polarisation(*ends) - 1)
    print(f"{name}: median error {np.median(error):.1%}")

# %%
# Tracks
# ------
# The grain boundary goes on through both jumps; the interface has a track of its own in each half cycle.

tracks = alk.impedance.track_peaks(joint, single=single)
for track in np.flatnonzero(tracks.row_count >= 3):
    rows = tracks.isel(row=np.flatnonzero(tracks.track == track))
    print(
        f"track {track}: spectra {int(tracks.first_spectrum[track])} to {int(tracks.last_spectrum[track])}, "
        f"tau {rows.relaxation_time.values[0]:.1e} to {rows.relaxation_time.values[-1]:.1e} s, "
        f"R {rows.resistance.values[0]:.0f} to {rows.resistance.values[-1]:.0f} ohm; {tracks.death.values[track]}"
    )

# %%
# The map
# -------
# One panel for each run of the charge in one direction. The few spectra are separate columns: what happened between them was not
# measured.

mapped = alk.impedance.operando_map(joint, against="charge", spectra=record)
axes = alk.plot.operando_map(mapped, tracks=tracks)
