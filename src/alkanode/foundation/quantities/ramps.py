"""Ramps of current and critical current densities."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

ENTRIES = (
    *(
        Quantity(name=name, unit="A m-2", display_unit="mA cm-2", factor=0.1, symbol=symbol, definition=text)
        for name, symbol, text in (
            ("nominal_current_density", "j_nom", "Current over the nominal electrode area."),
            ("final_current_density", "j_fin", "Current over the electrode area measured after the test."),
            ("critical_current_density", "CCD", "Current density at which a cell shorts in a ramp of currents."),
        )
    ),
    Quantity(
        name="yield_stress",
        unit="Pa",
        display_unit="MPa",
        factor=1e-6,
        symbol="sigma_y",
        definition="A third of the hardness of a metal.",
    ),
)
