"""
Three arcs along a run, and the one beyond the window
=====================================================

A cell is fitted with the circuit of a paper: grain boundary, coating, interface. The spectra are made, so the answer is
known. What does the fit determine, and what happens to a resistance whose arc is slower than the lowest frequency?

Then the same cell rests. Its interphase grows, and the law of growth is chosen by evidence.
"""

import warnings

import numpy as np
import xarray as xr

import alkanode as alk
from alkanode.impedance import elements

# %%
# A run with a growing interface
# ------------------------------
# 20 spectra from 7 MHz to 1 Hz: the grain boundary stays, the interface grows and slows down until its relaxation time of
# 0.5 s lies beyond the window, which ends at 0.16 s.

random = np.random.default_rng(1)
f = np.geomspace(7e6, 1.0, 70)
growth = np.linspace(0.0, 1.0, 20)
interface, tau = 20 + 60 * growth, 0.02 * 25**growth


def spectrum(resistance, time):
    """Impedance (ohm) of the cell with 0.2 % noise."""
    Z = elements.resistor(f, 15) + elements.inductor(f, 1e-7) + elements.zarc(f, 20, 1.2e-7, 0.95)
    Z = Z + elements.zarc(f, 8, 3e-4, 0.95) + elements.zarc(f, resistance, time, 0.85)
    noise = random.normal(size=(2, f.size))
    return Z + 0.002 * np.abs(Z) * (noise[0] + 1j * noise[1])


def record_of(spectra, time):
    """An impedance record; time in s."""
    points = ("spectrum", "point")
    fields = {"frequency": (points, np.tile(f, (len(spectra), 1))), "impedance": (points, np.array(spectra))}
    return xr.Dataset(fields, coords={"time": ("spectrum", time)})


run = record_of([spectrum(R, t) for R, t in zip(interface, tau, strict=True)], 900.0 * np.arange(20))
fit = alk.impedance.fit_series(run, "coated-nasicon")
found = alk.impedance.process_resistance(fit, "interface")
for k in (0, 9, 19):
    low, high = found.lower_95.values[k], found.upper_95.values[k]
    print(
        f"interface, spectrum {k}: {found.resistance.values[k]:.1f} ohm ({low:.1f} to {high:.1f}), true {interface[k]:.1f}"
    )

# %%
# What is determined
# ------------------
# The last arcs lie outside the window. The warning is part of the answer.

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    marked = alk.impedance.identifiability(fit)
for warning in caught:
    print("warning:", warning.message)

ends = run.isel(spectrum=[0, 19])
profile = alk.impedance.profile_likelihood(ends, fit.isel(spectrum=[0, 19]), "R3")
for k, (R, t) in enumerate(((interface[0], tau[0]), (interface[19], tau[19]))):
    print(
        f"R {profile.value.values[k]:.1f} ohm, profile {profile.lower_95.values[k]:.1f} to {profile.upper_95.values[k]:.1f}"
        f" (true {R:.0f}); R/tau {profile.inverse_capacitance_low.values[k]:.0f} to"
        f" {profile.inverse_capacitance_high.values[k]:.0f} F-1 (true {R / t:.0f})"
    )

# %%
# How many arcs does the evidence support? The coating has 8 ohm beside an interface of 20 to 80 ohm.

choice = alk.impedance.choose_arcs(run.isel(spectrum=slice(0, 20, 5)))
print("arcs chosen per spectrum:", choice.chosen.values, "by the series:", choice.attrs["series_choice"])

# %%
# A cell at rest
# --------------
# After assembly the interphase grows towards 30 ohm with a time constant of 12 minutes. Spectra are taken every 4 minutes.

time = 240.0 * np.arange(26)
rest = record_of([spectrum(30 - 18 * np.exp(-t / 720), 0.02) for t in time], time)
resting = alk.impedance.process_resistance(alk.impedance.fit_series(rest, "coated-nasicon"), "interface")
law = alk.impedance.interphase_growth(resting)
print(f"law: {law.attrs['law']}; {law.attrs['stabilisation']}")
low, high = law.stabilisation_low.item() / 60, law.stabilisation_high.item() / 60
true = 12 * np.log(18 / (0.05 * 30))
print(f"stabilised after {law.stabilisation_time.item() / 60:.0f} min ({low:.0f} to {high:.0f}), true {true:.0f} min")

# %%
# The figures
# -----------

ax = alk.plot.circuit_fit(run, fit, area="0.785 cm2")
ax = alk.plot.circuit_parameters(fit, area="0.785 cm2")
ax = alk.plot.interphase_growth(law, area="0.785 cm2")
