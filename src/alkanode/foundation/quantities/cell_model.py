"""Simulated cells: what lies in the anode over depth, what happens at its interface."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

ENTRIES = (
    Quantity(
        name="slice_thickness",
        unit="m",
        display_unit="um",
        factor=1e6,
        symbol="dz",
        definition="Thickness of a slice of the anode.",
    ),
    *(
        Quantity(name=name, unit="mol m-3", symbol=symbol, definition=text)
        for name, symbol, text in (
            ("sodium_content", "u_Na", "Sodium over the volume of the host, all phases."),
            ("potassium_content", "u_K", "Potassium over the volume of the host, all phases."),
        )
    ),
    *(
        Quantity(name=name, unit="1", symbol=symbol, definition=text)
        for name, symbol, text in (
            ("liquid_volume_fraction", "phi_L", "Liquid over the volume of the host."),
            ("solid_potassium_volume_fraction", "phi_K", "Solid potassium over the volume of the host."),
            ("solid_sodium_volume_fraction", "phi_Na", "Solid sodium over the volume of the host."),
            ("void_volume_fraction", "phi_v", "Empty pore over the volume of the host."),
            ("carbon_volume_fraction", "phi_C", "Carbon, with what it has taken up, over the volume of the host."),
            ("liquid_sodium_mole_fraction", "x_Na,L", "Sodium over all atoms of the liquid."),
            ("contact_share", "theta", "Share of the interface that touches metal, liquid and islands."),
            ("liquid_contact_share", "theta_L", "Share of the interface that touches liquid."),
            ("island_contact_share", "theta_Na", "Share of the interface that touches islands of solid sodium."),
            ("counter_contact_share", "theta_c", "Share of the counter electrode's interface that touches metal."),
        )
    ),
    Quantity(
        name="island_charge",
        unit="C m-2",
        display_unit="mC cm-2",
        factor=0.1,
        symbol="q_isl",
        definition="Charge of the sodium that lies as islands at the interface, over electrode area.",
    ),
    *(
        Quantity(name=name, unit="ohm m2", display_unit="ohm cm2", factor=1e4, symbol=symbol, definition=text)
        for name, symbol, text in (
            (
                "charge_transfer_area_resistance",
                "r_ct",
                "Charge transfer at the alloy's interface, times electrode area.",
            ),
            (
                "interphase_area_resistance",
                "r_i",
                "Layer that grew between anode and electrolyte, times electrode area.",
            ),
            ("counter_area_resistance", "r_m", "Counter electrode's interface, times electrode area."),
            ("cell_area_resistance", "r_cell", "Voltage beyond the open-circuit one over current density."),
        )
    ),
    Quantity(
        name="open_circuit_voltage",
        unit="V",
        display_unit="mV",
        factor=1e3,
        symbol="U",
        definition="Voltage of the cell without current, for the liquid at the interface.",
    ),
    Quantity(
        name="relative_error",
        unit="1",
        symbol="e",
        definition="What is there minus what should be there, over what was there at first.",
    ),
)
"""Quantities of simulated cells."""
