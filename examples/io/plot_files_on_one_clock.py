"""
Two raw files of one experiment, on one clock
=============================================

One experiment is often several files: a cycler's table and then a potentiostat's run with impedance in it. alkanode opens
them together: times count from the first row of the first file, the charge goes on from file to file, and spectra stand
apart from the voltage history.

The files are written here first, by the virtual potentiostat, in two formats: a Battery Data Format table and an EC-Lab
text file.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import alkanode as alk

# %%
# Writing and reading
# -------------------
# The content of a file decides which reader is taken, not its name. The cycler's table knows its time zone and the EC-Lab
# file does not, so the zone must be stated.

with TemporaryDirectory() as folder:
    alk.virtual.write_demo(folder)
    files = [Path(folder) / name for name in ("conditioning.bdf.csv", "stripping.mpt")]
    history = alk.open_history(files, time_zone="UTC")
    cell = alk.Cell.from_yaml(Path(folder) / "cell.yaml")

for name, node in history.children.items():
    print(f"{name}: {dict(node.sizes)} with {', '.join(map(str, node.data_vars))}")
print(f"started {history.attrs['started']}")

# %%
# Everything is in SI; units are written on each field, with the unit that figures show.

record = history["cycling"].to_dataset()
for name in ("time", "voltage", "current", "charge"):
    attrs = record[name].attrs
    print(f"{name}: {attrs['units']} in the record, {attrs['display_unit']} in figures")

# %%
# Half cycles
# -----------
# Strip and plate follow the anode's role; a pause for an impedance sweep does not end a half cycle.

table = alk.data.half_cycle_table(record, cell)
for index in range(table.sizes["half_cycle"]):
    one = table.isel(half_cycle=index)
    print(f"half cycle {index}: {one.direction.item()}, {one.charge_passed.item() / 3.6:.4f} mAh")

# %%
# The figure
# ----------

voltage_axes, current_axes = alk.plot.voltage_history(record, area=cell.area)
