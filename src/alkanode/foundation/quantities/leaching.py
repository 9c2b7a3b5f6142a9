"""Leaching of a metal out of an alloy, and flaws of a solid electrolyte."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

ENTRIES = (
    *(
        Quantity(name=name, unit="s", display_unit="h", factor=1 / 3600, symbol=symbol, definition=text)
        for name, symbol, text in (
            ("rise_time", "t_r", "Time at which the resistance of a cell has risen by a stated factor."),
            ("life_time", "t_e", "Time at which a criterion for the end of life is met."),
        )
    ),
    *(
        Quantity(name=name, unit="mol", display_unit="umol", factor=1e6, symbol=symbol, definition=text)
        for name, symbol, text in (
            ("sodium_amount", "n_Na", "Sodium in an electrode."),
            ("potassium_amount", "n_K", "Potassium in an electrode or another place."),
            ("precipitate_amount", "n_s", "Solid potassium salt that came from an electrode, on it and elsewhere."),
        )
    ),
    Quantity(
        name="layer_thickness",
        unit="m",
        display_unit="um",
        factor=1e6,
        symbol="delta",
        definition="Thickness of the dense salt that lies on an electrode.",
    ),
    *(
        Quantity(name=name, unit="1", symbol=symbol, definition=text)
        for name, symbol, text in (
            ("leached_share", "u", "Potassium that has left over potassium at the start."),
            ("salt_left", "s", "Dissolved salt over dissolved salt at the start."),
            ("free_surface_share", "theta", "Conductance of an interface over that of a fresh one."),
        )
    ),
    *(
        Quantity(name=name, unit="mol m-3", display_unit="mol L-1", factor=1e-3, symbol=symbol, definition=text)
        for name, symbol, text in (
            ("sodium_ion_concentration", "c_Na", "Sodium ions in the electrolyte."),
            ("potassium_ion_concentration", "c_K", "Potassium ions in the electrolyte."),
        )
    ),
    Quantity(
        name="flaw_length",
        unit="m",
        display_unit="um",
        factor=1e6,
        symbol="c",
        definition="Length of a crack-like flaw from the surface of a solid electrolyte.",
    ),
    *(
        Quantity(name=name, unit="Pa", display_unit="MPa", factor=1e-6, symbol=symbol, definition=text)
        for name, symbol, text in (
            ("critical_pressure", "p_c", "Pressure of the metal in a flaw at which the flaw grows."),
            ("largest_pressure", "p_max", "Pressure that an overpotential can build up in a metal."),
        )
    ),
    Quantity(
        name="critical_overpotential",
        unit="V",
        display_unit="mV",
        factor=1e3,
        symbol="eta_c",
        definition="Overpotential at which the metal in a flaw can make the flaw grow.",
    ),
)
"""Quantities of leaching and of flaws."""
