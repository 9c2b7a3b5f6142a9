"""
How much do voids cost, and how fast is their arc
=================================================

Voids between a metal anode and a solid electrolyte leave contact only in spots. The current is constricted to them, which
adds a resistance, and the voids act as capacitors, which makes an arc of it. How large is the resistance, and where is the arc?
"""

import warnings

import numpy as np

import alkanode as alk
from alkanode.impedance import ContactGeometry, Measured, ProcessContext

# %%
# Resistance and relaxation time
# ------------------------------
# An electrolyte of 1 mS/cm, spots 40 um apart (half: 20 um), voids 100 nm deep. Points: the field in the electrolyte,
# solved by finite volumes. Line: the series. Dashed: a form that is often quoted, too high from f = 0.3 on.

fractions = np.geomspace(0.01, 0.8, 12)
voids = alk.impedance.constriction(fractions, resistivity="1000 ohm cm", spacing="20 um", void_depth="100 nm")
difference = voids.constriction_resistance / voids.constriction_formula - 1
print(f"finite volumes against series: at most {100 * float(np.abs(difference).max()):.2f} %")
axes = alk.plot.constriction(voids)

# %%
# The arcs lie at microseconds and below. A hundred times less depth makes them a hundred times slower, and a nanometre
# is no void any more.
#
# A peak at one second
# --------------------
# Which process could be behind 50 ohm cm2 at 1 s, or behind 20 ohm cm2 at 0.12 us? Each rival predicts a region; being
# at the right time is not enough.

record, _ = alk.virtual.synthetic_spectra("growing_interface", spectra=2)
found = alk.impedance.peaks(alk.impedance.relaxation_times(record)).isel(row=slice(0, 2)).copy(deep=True)
found["relaxation_time"].values[:] = 1.0, 1.2e-7
found["resistance"].values[:] = 50.0, 20.0
verdicts = alk.impedance.assign_processes(found, ProcessContext(area=1e-4))
for sentence in verdicts.sentence.values:
    print(sentence)
axes = alk.plot.rivals(verdicts)

# %%
# Three routes to the area in contact
# -----------------------------------
# A simulated cell loses contact to 8 %. From the middle of the run on its kinetics slow down too, which a resistance
# alone would take for lost contact. The capacitance disagrees, and the joint value ends there.

random = np.random.default_rng(1)
true = np.geomspace(0.9, 0.08, 16)
slower = np.where(np.arange(16) < 10, 1.0, 1.3 ** (np.arange(16) - 9))
resistance = 20.0 / true * slower * np.exp(0.05 * random.normal(size=16))
capacitance = 1e-5 * true * np.exp(0.1 * random.normal(size=16))
constricted = alk.impedance.constriction_resistance(true, resistivity=10.0, spacing=2.6e-5) / 1e-4
with warnings.catch_warnings(record=True) as doubts:
    warnings.simplefilter("always")
    area = alk.impedance.active_area(
        reference_state="pressed, before stripping",
        charge_transfer=Measured(value=resistance, log_deviation=0.05, reference=20.0),
        double_layer=Measured(value=capacitance, log_deviation=0.1, reference=1e-5),
        constriction=Measured(value=constricted, log_deviation=0.1),
        geometry=ContactGeometry(area=1e-4, resistivity=10.0, spacing=2e-5),
    )
print(doubts[0].message)
print(f"joint values in {int(area.agree.sum())} of 16 spectra")
axes = alk.plot.active_area(area)
