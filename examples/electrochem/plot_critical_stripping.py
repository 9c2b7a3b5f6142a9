"""
Critical stripping capacity, over the phases of the alloy
=========================================================

How much Na can be stripped before the voltage runs away? The answer depends on the cut-off that ends the test, so three
are used. The background shows which phases the alloy should hold at each charge, so that the reader sees whether it
failed inside its liquid field or beyond.

The cell is virtual: its contact area falls as 1 - (q/q_c)^3 with q_c = 400 mAh per gram of alloy, a stated law and no
model of a real cell. The true charge at each cut-off is therefore known.
"""

from datetime import UTC, datetime

import alkanode as alk
from alkanode.virtual import ContactLossCell, ContactLossLaw, Potentiostat, Sweeps

# %%
# The cell and its record
# -----------------------
# Positive current oxidises the working electrode. The anode is the working electrode here (the default), so positive
# current strips it.

cell = alk.Cell(
    anode=alk.Electrode("NaK50", mass="4.3 mg", mass_uncertainty="0.05 mg"),
    electrolyte=alk.Electrolyte("NASICON", thickness="1 mm", conductivity="1 mS cm-1", single_ion=True),
    area="0.283 cm2",
    temperature="25 degC",
)
current = 10.0 * cell.area  # A; 10 A m-2 is 1 mA cm-2
bench = ContactLossCell(cell, ContactLossLaw())
potentiostat = Potentiostat(bench, seed=1)
potentiostat.rest(600.0)
potentiostat.strip_until(current, 2.2, Sweeps(increment=9.0e3 * cell.area))
history = potentiostat.history(started=datetime(2026, 1, 5, tzinfo=UTC), name="virtual")
record = history["cycling"].to_dataset()

# %%
# Three cut-offs
# --------------
# A cut-off counts when the voltage stays above it. The intervals hold the last sample below and the first above, and two
# standard uncertainties of the mass.

path = alk.thermo.stripping_path(cell.alloy, temperature=cell.temperature)
limit = alk.electrochem.critical_stripping(record, cell, cutoff=["0.5 V", "1 V", "2 V"], path=path)
estimates = alk.electrochem.stripping_estimates(limit, cell)
for index, level in enumerate(limit.cutoff.values):
    true = bench.charge_at(level, current) / cell.anode.mass / 3600
    print(
        f"{level:g} V: {alk.studies.worded(estimates[f'specific_capacity_at_{level:g}_V'])}, true {true:.1f}; "
        f"{100 * limit.share_of_liquidus.values[index]:.0f} % of the charge to the liquidus"
    )

# %%
# What failed, and what else it could be
# --------------------------------------
# A failure needs two signs. Rivals that the data cannot exclude are named.

failures = alk.electrochem.find_failures(record, cell, impedance=history["impedance"].to_dataset())
for event in range(failures.sizes["event"]):
    one = failures.isel(event=event)
    print(f"{one.failure.item()}, confirmed: {one.confirmed.item()}")
    print(f"  evidence: {one.evidence.item()}")
    print(f"  not excluded: {one.rivals.item()}")

# %%
# The figure
# ----------

ax = alk.plot.stripping(record, area=cell.area, mass=cell.anode.mass, path=path, limit=limit)
