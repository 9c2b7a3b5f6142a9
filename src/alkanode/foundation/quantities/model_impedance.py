"""Impedance of cell models; currents through a map of contact or a box of voxels."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

ENTRIES = (
    Quantity(
        name="impedance_drift",
        unit="1",
        symbol="dZ/Z",
        definition="Largest relative change of the impedance of a cell model while a sweep would be taken.",
    ),
    Quantity(
        name="mode_resistance",
        unit="ohm",
        symbol="R_k",
        definition="Resistance of one relaxation that the equations of a cell model hold.",
    ),
    Quantity(
        name="charging_capacitance",
        unit="F",
        symbol="C_int",
        definition="Charge per voltage of states that never return to rest: the cell as a store of charge.",
    ),
    *(
        Quantity(name=name, unit="ohm m2", display_unit="ohm cm2", factor=1e4, symbol=symbol, definition=text)
        for name, symbol, text in (
            (
                "refined_resistance",
                "ASR_c",
                "Constriction resistance with each pixel cut into several parts.",
            ),
            (
                "constriction_resistance_interval",
                "ASR_c",
                "Bounds of a constriction resistance.",
            ),
        )
    ),
    *(
        Quantity(name=name, unit="1", symbol=symbol, definition=text)
        for name, symbol, text in (
            ("surface_potential_share", "u_s", "Potential at the surface of the electrolyte over the voltage."),
            ("potential_share", "u", "Potential over the voltage between the metal (0) and the far electrode (1)."),
            ("current_concentration", "j/j_m", "Local over mean current density."),
            (
                "contact_area_ratio",
                "A_c/A",
                "Area of the faces of voxels that touch metal over that of the cross-section.",
            ),
        )
    ),
)
