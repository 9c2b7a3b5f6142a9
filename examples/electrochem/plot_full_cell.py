"""
Full cells: plateaus that migrate, a knee, an end of life
=========================================================

A full cell of a layered sodium cathode and a Na-K anode changes its plateaus within a few cycles, since potassium dissolves and
enters the cathode; much later its capacity falls over a knee. How early, and how surely is it known?

Both cells are simulated: two intercalation hosts whose share follows the exchange of potassium, ohmic and kinetic losses, and an
anode that loses metal in every cycle. All parameters are assumed, so the true answers are known. Nothing here is a measurement.
"""

import alkanode as alk
from alkanode.virtual import CyclerProgram, FullCellLaw, cycle_full_cell

# %%
# From sodium to potassium
# ------------------------
# Twenty cycles at 1 C. The first charge shows the two plateaus of the sodium compound.

history = cycle_full_cell(program=CyclerProgram(rates=((20, 1.0),)), seed=1)
cell = alk.Cell(
    anode=alk.Electrode("NaK50", mass="2.8 mg", mass_uncertainty="0.1 mg"),
    anode_role="counter",
    counter=alk.Electrode("NNMO", mass="12 mg"),
    area="0.283 cm2",
)
cycles = alk.electrochem.full_cell(history, cell)
for name, estimate in alk.electrochem.full_cell_estimates(cycles, cell).items():
    print(f"{name.replace('_', ' ')}: {alk.studies.worded(estimate)}")

profiles = alk.plot.cell_profiles(history, cycles)

# %%
# Differential capacity
# ---------------------
# Each plateau is a peak, and peaks are followed from cycle to cycle.

differential = alk.electrochem.differential_capacity(history, cell, cycles=cycles)
peaks = alk.electrochem.differential_peaks(differential)
stack = alk.plot.differential_stack(differential, peaks=peaks)

# %%
# The migration index
# -------------------
# The weight of the last pattern in each cycle, against what was put in.

migration = alk.electrochem.plateau_migration(differential)
low, high = migration["migration_interval"].sel(cycle=5).values
true = history.attrs["true_migration"][4]
print(f"cycle 5: index {float(migration['migration'].sel(cycle=5)):.3f} ({low:.3f} to {high:.3f}), true {true:.3f}")

index = alk.plot.migration_over_cycles(migration)

# %%
# Knee and end of life
# --------------------
# Two loadings of the anode. Lives are compared under one criterion only; the knee is another number.

fades = {}
for excess in (1.6, 1.9):
    made = cycle_full_cell(FullCellLaw(anode_excess=excess), CyclerProgram(rates=((320, 5.0),), samples=40), seed=2)
    long = alk.electrochem.full_cell(made)
    fades[excess] = alk.electrochem.capacity_fade(long)
    found = alk.electrochem.fade_estimates(fades[excess])
    print(
        f"anode excess {excess}: knee {alk.studies.worded(found['knee'])}, true {made.attrs['true_knee']:.1f};", end=" "
    )
    print(f"80 % at cycle {alk.studies.worded(found['end_of_life'])}")
ratio = alk.electrochem.life_ratio(fades[1.9], fades[1.6])
print(f"ratio of the lives: {alk.studies.worded(ratio)}")

axes = alk.plot.capacity_over_cycles(long, fade=fades[1.9])

# %%
# Rates
# -----
# What comes back at the first rate tells ageing from rate.

made = cycle_full_cell(
    FullCellLaw(resistance=60.0, exchange=0.0),
    CyclerProgram(rates=((5, 0.2), (5, 1.0), (5, 2.0), (5, 5.0), (5, 0.2))),
    seed=3,
)
steps = alk.electrochem.full_cell(made)
rates = alk.electrochem.rate_test(steps)
print(f"recovery: {alk.studies.worded(alk.electrochem.rate_estimates(rates)['rate_recovery'])}")
last = alk.plot.rate_capability(steps, rates)
