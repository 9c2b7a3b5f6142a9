"""
A map of relaxation times while an anode loses contact
======================================================

A virtual NaK50 anode is stripped at 1 mA cm-2, with an impedance sweep at rest every 0.25 mAh cm-2. Its contact area
falls by a stated law, so the true answer is known. The sweeps become a map: relaxation time upwards, charge to the
right, resistance as colour.

Then one number is read off the map that tells rivals apart: how the relaxation time of the growing peak moves with its
resistance.
"""

import warnings
from datetime import UTC, datetime

import numpy as np

import alkanode as alk
from alkanode.virtual import ContactLossCell, ContactLossLaw, Potentiostat, Sweeps

# %%
# The virtual measurement
# -----------------------
# The virtual potentiostat returns what a file reader returns: a history with the records ``cycling`` and ``impedance``.

cell = alk.Cell(anode="NaK50", anode_mass="4.3 mg", area="0.283 cm2", electrolyte="NASICON", temperature="25 degC")
bench = ContactLossCell(cell, ContactLossLaw())
potentiostat = Potentiostat(bench, seed=1)
potentiostat.rest(600.0)
potentiostat.strip_until(10.0 * cell.area, 2.2, Sweeps(increment=9.0e3 * cell.area))  # SI: A, V, C
history = potentiostat.history(started=datetime(2026, 1, 5, tzinfo=UTC), name="virtual")
print(f"{history['impedance'].sizes['spectrum']} sweeps, {history['cycling'].sizes['row']} rows")

# %%
# From sweeps to a map
# --------------------
# Checks first (order, sign, drift; doubtful sweeps are masked with a reason), then the Kramers-Kronig test, then the
# distributions.

spectra = alk.impedance.check_spectra(history["impedance"].to_dataset())
valid = alk.impedance.kramers_kronig(spectra).valid
times = alk.impedance.relaxation_times(spectra)
mapped = alk.impedance.operando_map(times, against="charge")
print(
    f"{int(valid.sum())} of {valid.size} sweeps satisfy the Kramers-Kronig relations, {int(spectra.masked.sum())} masked"
)

# %%
# Lost area, or a slower process?
# -------------------------------
# If contact area is lost and nothing else changes, resistance grows as 1/area and capacitance falls with the area, so the
# relaxation time stays: d ln(tau) / d ln(R) = 0. If the capacitance stayed, the slope would be 1.
#
# A warning is part of the answer: beyond the lowest frequency the distributions are an extrapolation, and where they rise
# towards the end of the grid no peak is reported. Here it is caught and printed.

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    found = alk.impedance.peaks(times)
for warning in caught:
    print(f"warning: {warning.message}")
slow = found.isel(row=np.flatnonzero(found.relaxation_time.to_numpy() > 2e-3))
slope = np.polyfit(np.log(slow.resistance), np.log(slow.relaxation_time), 1)[0]
print(
    f"slowest peak: {slow.resistance.values[0]:.0f} to {slow.resistance.values[-1]:.0f} ohm, "
    f"slope d ln(tau)/d ln(R) = {slope:+.2f}"
)
law = bench.law.interface
print(
    f"true interface: {law.resistance:.0f} to {law.resistance / bench.contact_share(float(spectra.charge[-1])):.0f} ohm, "
    f"tau = {law.relaxation_time:g} s throughout, slope 0"
)

# %%
# The map
# -------
# With an area the colour is in ohm cm2. Hatched at the ends: outside the measured window.

ax = alk.plot.operando_map(mapped, area=cell.area)
