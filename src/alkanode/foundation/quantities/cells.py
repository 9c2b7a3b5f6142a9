"""Cells and electrodes: geometry, masses, pressures, and what is counted per area or per mass."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

ENTRIES = (
    Quantity(name="area", unit="m2", display_unit="cm2", factor=1e4, symbol="A", definition="Electrode area."),
    Quantity(
        name="mass",
        unit="kg",
        display_unit="mg",
        factor=1e6,
        symbol="m",
        definition="Mass of alloy or active metal.",
    ),
    Quantity(
        name="volume",
        unit="m3",
        display_unit="uL",
        factor=1e9,
        symbol="V",
        definition="Volume of a drop or an electrode.",
    ),
    Quantity(
        name="thickness",
        unit="m",
        display_unit="um",
        factor=1e6,
        symbol="d",
        definition="Thickness of a layer.",
    ),
    Quantity(
        name="stack_pressure",
        unit="Pa",
        display_unit="MPa",
        factor=1e-6,
        symbol="p",
        definition="Pressure on the cell stack.",
    ),
    Quantity(
        name="temperature",
        unit="K",
        display_unit="degC",
        offset=-273.15,
        symbol="T",
        definition="Temperature of the cell.",
    ),
    Quantity(
        name="temperature_difference",
        unit="K",
        symbol="dT",
        definition="Difference or uncertainty of a temperature.",
    ),
    Quantity(
        name="conductivity",
        unit="S m-1",
        display_unit="mS cm-1",
        factor=10.0,
        symbol="sigma",
        definition="Ionic conductivity.",
    ),
    Quantity(
        name="density",
        unit="kg m-3",
        display_unit="g cm-3",
        factor=1e-3,
        symbol="rho",
        definition="Mass density.",
    ),
    Quantity(
        name="molar_mass",
        unit="kg mol-1",
        display_unit="g mol-1",
        factor=1e3,
        symbol="M",
        definition="Mass of one mole of atoms.",
    ),
    Quantity(
        name="current_density",
        unit="A m-2",
        display_unit="mA cm-2",
        factor=0.1,
        symbol="j",
        definition="Current over electrode area.",
    ),
    Quantity(
        name="areal_capacity",
        unit="C m-2",
        display_unit="mAh cm-2",
        factor=1 / 3.6e4,
        symbol="q_A",
        definition="Charge over electrode area.",
    ),
    Quantity(
        name="specific_capacity",
        unit="C kg-1",
        display_unit="mAh g-1",
        factor=1 / 3600,
        symbol="q_m",
        definition="Charge over the initial mass of alloy.",
    ),
)
