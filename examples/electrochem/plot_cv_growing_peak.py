"""
A stripping peak that grows: voltammograms of an alloy anode
============================================================

Ten voltammetric cycles at 10 mV/s: a resistance, and from the third cycle on an oxidation peak that grows. On alloys in carbon
cloth such a peak near 0.2 V was read as Na metal that lands on the interface in plating and dissolves in stripping.

The cell is virtual: islands of Na take a stated, growing share of the plated charge and dissolve by Butler-Volmer kinetics
beside the alloy, whose interface is a resistance. All of its parameters are assumed. The true charge of the islands is known.
"""

import alkanode as alk
from alkanode.virtual import IslandLaw, SweepProgram, island_voltammogram

# %%
# The record
# ----------
# It is the record that a reader returns for a file of a potentiostat; 30 ohm of it lie in the electrolyte.

cell = alk.Cell(
    anode="NaK50",
    electrolyte=alk.Electrolyte("NASICON", thickness="0.5 mm", conductivity="1.67 mS cm-1"),
    area="1 cm2",
)
record = island_voltammogram(seed=1)["cycling"].to_dataset()
true = record.attrs["true_peak_charge"]

# %%
# Cycle by cycle
# --------------
# The electrolyte's 30 ohm are taken off the voltage. Without that the alloy, which strips beside the islands, hides part of
# their charge: the last column shows how much.

cycles = alk.electrochem.voltammetry(record, cell, series_resistance="30 ohm")
raw = alk.electrochem.voltammetry(record, cell)
for index in range(10):
    if not cycles.peak.values[index]:
        print(f"cycle {index + 1}: no peak ({cycles.peak_reason.values[index]}); true {1e3 * true[index]:.2f} mC")
        continue
    low, high = 1e3 * cycles.peak_charge_interval.values[index]
    print(
        f"cycle {index + 1}: {cycles.peak_voltage.values[index]:.3f} V, {1e3 * cycles.peak_charge.values[index]:.2f} mC "
        f"({low:.2f} to {high:.2f}), true {1e3 * true[index]:.2f} mC; {1e3 * raw.peak_charge.values[index]:.2f} mC as measured"
    )

# %%
# Growth, and is it a short?
# --------------------------
# The slope is robust (Theil-Sen) and has an interval. A straight line through the origin would be a suspected short, which only
# impedance could tell from Na metal.

growth = alk.electrochem.peak_growth(cycles)
print(
    f"the charge {growth.trend}: {1e3 * growth.slope:.3f} mC per cycle "
    f"({1e3 * growth.interval[0]:.3f} to {1e3 * growth.interval[1]:.3f}), true {1e3 * (true[9] - true[8]):.3f}"
)
print(f"short: {cycles.attrs['short']}")
metal = IslandLaw(share_growth=0.0, stripping_resistance=150.0)
line = island_voltammogram(metal, SweepProgram(cycles=1), seed=2)["cycling"].to_dataset()
found = alk.electrochem.voltammetry(line)
print(f"a metal without islands: {found.attrs['short']} short, {found.attrs['short_would_confirm']}")

# %%
# Over the scan rate
# ------------------
# The exponent of the rate is 1 for a surface-bound amount that every sweep finds again. Here a faster sweep has plated less, the
# islands fall as 1/v, and their current hardly depends on the rate: an exponent near 0 without being a resistance.

law = IslandLaw(first_share=0.1, share_growth=0.0)
series = []
for rate in (0.002, 0.005, 0.01, 0.02):
    program = SweepProgram(cycles=2, scan_rate=rate)
    one = island_voltammogram(law, program, seed=3)["cycling"].to_dataset()
    series.append(alk.electrochem.voltammetry(one, series_resistance="30 ohm"))
rates = alk.electrochem.scan_rates(series)
low, high = rates.exponent_interval.values
print(f"exponent {rates.exponent.item():.2f} ({low:.2f} to {high:.2f})")

# %%
# The figures
# -----------

ax = alk.plot.voltammogram(record, raw, area=cell.area)
axes = alk.plot.peak_over_cycles(cycles)
