"""
The recipe of the operando maps of Na-K cells, and its limit at 1 Hz
====================================================================

The maps of relaxation times printed for Na-K anodes :cite:`Wu2025` rest on one recipe: real and imaginary part together,
lambda = 1e-3, sweeps from 7 MHz to 1 Hz, four or five spectra for each half cycle. Here the recipe meets a simulated
run whose processes are known, and the question is what it can show.
"""

import numpy as np

import alkanode as alk
from alkanode.virtual.synthetic_spectra import synthetic_spectra

# %%
# Strip, plate, strip
# -------------------
# Thirteen spectra with 0.2 % noise, four or five for each half cycle, and jumps where the current turns.

record, truth = synthetic_spectra("switched_interface", spectra=13)
times = alk.impedance.relaxation_times(record, preset="wu2025")
print(alk.impedance.RELAXATION_PRESETS["wu2025"].remark)

# %%
# What the recipe finds
# ---------------------
# Areas are good: the grain boundary and all that is slower inside the window, against the truth.

tau = times.relaxation_time.to_numpy()
inside = times.in_window.to_numpy()[0]
for name, low, high in (("grain boundary", 0.0, 3e-6), ("slower, in the window", 3e-6, np.inf)):
    part = inside & (tau > low) & (tau < high)
    found = np.trapezoid(times.distribution.to_numpy()[:, part], np.log(tau[part]), axis=1)
    known = truth.polarisation(tau[part][0], tau[part][-1])
    print(f"{name}: median error {np.median(np.abs(found / known - 1)):.1%}")

# %%
# The map
# -------
# One panel for each half cycle, and one column for each spectrum. The hatched rows begin at 1/(2 pi 1 Hz) = 0.16 s.

mapped = alk.impedance.operando_map(times, against="charge", spectra=record)
alk.plot.operando_map(mapped, against="charge")

# %%
# The limit at 1 Hz
# -----------------
# A slow process is added: 50 ohm at 0.02, 0.5 and 10 s. Up to 0.16 s the recipe returns it. Beyond, the resistance that it
# draws is set by the end of the grid, whatever is in the cell: the sweep no longer holds it.

frequency = record.frequency.to_numpy()[0]
for slow in (0.02, 0.5, 10.0):
    arc = alk.impedance.elements.zarc(frequency, np.array([[50.0]]), np.array([[slow]]), np.array([[0.85]]))
    with_arc = record.isel(spectrum=[0]).copy(deep=True)
    with_arc["impedance"] = with_arc.impedance + arc
    found = alk.impedance.relaxation_times(with_arc, preset="wu2025")
    gained = found.polarisation_in_window - times.polarisation_in_window[0]
    beyond = found.polarisation_out_of_window - times.polarisation_out_of_window[0]
    print(f"50 ohm at {slow:g} s: {gained.item():.0f} ohm in the window, {beyond.item():.0f} ohm drawn beyond it")

# %%
# So a peak that is printed at 1 s for a sweep that ends at 1 Hz is not a measured one. That something relaxes there is in the
# data; how much and how slowly is not. Sweep to 10 mHz, or report R/tau = 1/C.
