"""
Critical stripping over currents, pressures and alloys
======================================================

How much metal leaves before contact is lost, and what decides it: the phase diagram, or the current? One test cannot say. A
series of tests can, if it is set against the phases of the alloy and against laws that know no transport.

The cells are simulated: each loses contact at a stated capacity, 480 mAh per gram up to 0.5 mA cm-2 and less beyond,
with 3 % of scatter. The true answer is therefore known. Nothing here is a measurement, except three printed numbers at the end.
"""

from datetime import UTC, datetime

import numpy as np

import alkanode as alk
from alkanode.virtual import ContactLossCell, ContactLossLaw, Potentiostat

random = np.random.default_rng(3)
NASICON = alk.Electrolyte("NASICON", thickness="1 mm", conductivity="5 mS cm-1", single_ion=True)

# %%
# Simulated tests
# ---------------
# Two cells at each of six currents, stripped to 2.2 V at 10 MPa.


def stripped(current: float, capacity: float, seed: int) -> tuple:
    """Critical stripping of a simulated cell that loses contact at a capacity (mAh per gram) at a current (mA cm-2)."""
    cell = alk.Cell(
        name=f"{current:g} mA cm-2, cell {seed % 2 + 1}",
        anode="NaK50",
        anode_mass="4.3 mg",
        counter="Na",
        electrolyte=NASICON,
        area="0.283 cm2",
        stack_pressure="10 MPa",
        temperature="25 degC",
    )
    law = ContactLossLaw(critical_specific_capacity=3600 * capacity, exponent=20.0)
    bench = Potentiostat(ContactLossCell(cell, law), seed=seed, interval=120.0)
    bench.strip_until(10 * current * cell.area, 2.2, None)
    record = bench.history(started=datetime(2026, 1, 1, tzinfo=UTC), name="simulated")["cycling"].to_dataset()
    limit = alk.electrochem.critical_stripping(record, cell)
    return alk.electrochem.with_stripping_current(limit, record), cell


tests = [
    stripped(current, min(480.0, 480.0 * (current / 0.5) ** -0.4) * np.exp(0.03 * random.normal()), seed)
    for seed, current in enumerate(np.repeat([0.1, 0.25, 0.5, 1.0, 2.0, 3.0], 2))
]

# %%
# The series
# ----------
# Each test becomes a row with its capacity, its shares of theory and of the liquidus (with an interval for 2 K), and the phase
# region in which it ended.

series = alk.electrochem.stripping_series(*zip(*tests, strict=True))
for test in series.test.values[::4]:
    row = alk.electrochem.at_cutoff(series, "1 V").sel(test=test)
    low, high = row.share_of_liquidus_interval.values
    print(
        f"{test}: {row.specific_capacity.item() / 3600:.0f} mAh/g, {low:.3f} to {high:.3f} of the liquidus, {row.region.item()}"
    )

# %%
# Current or phase diagram
# ------------------------
# Three laws compete: no dependence, a power law, and a plateau that ends at a transition.

law = alk.electrochem.stripping_against(series, "current_density", cutoff="1 V")
print(f"preferred: {law.attrs['preferred']} ({law.attrs['reason']})")
print("true: a plateau of 480 mAh g-1 up to 0.5 mA cm-2, then an exponent of 0.4")
for name, estimate in alk.electrochem.stripping_law_estimates(law).items():
    print(f"  {name.replace('_', ' ')}: {alk.studies.worded(estimate)}")

bands = alk.electrochem.capacity_bands("NaK50", temperature="25 degC", temperature_uncertainty="2 K")
axes = alk.plot.capacity_against(series, bands=[bands], law=law, cutoff="1 V")

# %%
# Printed numbers beside the phase diagram
# ----------------------------------------
# A paper prints about 400, 300 and 150 mAh per gram for NaK50, NaK65 and NaK80 at 10 MPa. A table of numbers takes the same
# way as records. Does the capacity follow the liquidus? A fixed share of the sodium predicts an alloy from the other two
# better; three numbers are too few for more than that.

printed = [
    {
        "alloy": alloy,
        "specific_capacity": capacity,
        "current_density": "0.25 mA cm-2",
        "stack_pressure": "10 MPa",
        "temperature": "25 degC",
        "source": "Wu 2025",
    }
    for alloy, capacity in {"NaK50": "400 mAh g-1", "NaK65": "300 mAh g-1", "NaK80": "150 mAh g-1"}.items()
]
paper = alk.electrochem.stripping_series(overlay=printed)
at = alk.electrochem.at_cutoff(paper)
for name in ("share_of_theory", "share_of_liquidus"):
    print(name.replace("_", " "), np.round(at[name].values, 3))
print(alk.electrochem.compare_null_laws(paper).attrs["verdict"])

regions = [alk.electrochem.capacity_bands(alloy, temperature="25 degC") for alloy in ("NaK50", "NaK65", "NaK80")]
ax = alk.plot.capacity_by_alloy(paper, bands=regions)
