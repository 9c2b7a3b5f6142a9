"""What an instrument records: clock, voltage, current, charge, steps."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

ENTRIES = (
    Quantity(
        name="time",
        unit="s",
        display_unit="h",
        factor=1 / 3600,
        symbol="t",
        definition="Time since the first row of the file or chain.",
    ),
    Quantity(
        name="point_time",
        unit="s",
        symbol="t",
        definition="Time at which one point of a spectrum was measured.",
    ),
    Quantity(
        name="voltage",
        unit="V",
        symbol="U",
        definition="Working lead against reference lead; in a two-electrode cell the reference lead is the counter electrode.",
    ),
    Quantity(
        name="working_potential",
        unit="V",
        symbol="E_WE",
        definition="Potential of the working electrode against the reference electrode.",
    ),
    Quantity(
        name="counter_potential",
        unit="V",
        symbol="E_CE",
        definition="Potential of the counter electrode against the reference electrode.",
    ),
    Quantity(
        name="voltage_setpoint",
        unit="V",
        symbol="U_set",
        definition="Voltage demanded by the instrument while it controls the voltage.",
    ),
    Quantity(
        name="current",
        unit="A",
        display_unit="mA",
        factor=1e3,
        symbol="I",
        definition="Measured current; positive = oxidation at the working electrode.",
    ),
    Quantity(
        name="current_setpoint",
        unit="A",
        display_unit="mA",
        factor=1e3,
        symbol="I_set",
        definition="Current demanded by the instrument while it controls the current; same sign rule as current.",
    ),
    Quantity(
        name="charge",
        unit="C",
        display_unit="mAh",
        factor=1 / 3.6,
        symbol="Q",
        definition="Running charge since the first row, positive for net oxidation at the working electrode.",
    ),
    Quantity(name="step", unit="1", symbol="N_s", definition="Step number that the instrument gave."),
    Quantity(
        name="cycle",
        unit="1",
        symbol="n",
        definition="Cycle or loop number that the instrument gave; never read as truth.",
    ),
    Quantity(
        name="half_cycle",
        unit="1",
        symbol="n_half",
        definition="Running number of runs of same-sign current; -1 in rest.",
    ),
    Quantity(
        name="control_mode",
        unit="1",
        symbol="mode",
        definition="What the instrument controlled: 0 rest, 1 current, 2 voltage, 3 impedance under current control, 4 impedance under voltage control, -1 unknown.",
    ),
    Quantity(
        name="ambient_temperature",
        unit="K",
        display_unit="degC",
        offset=-273.15,
        symbol="T",
        definition="Temperature recorded beside the cell.",
    ),
    Quantity(name="resistance", unit="ohm", symbol="R", definition="Voltage over current."),
)
