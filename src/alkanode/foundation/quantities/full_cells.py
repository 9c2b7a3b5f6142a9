"""Full cells and half cells against a metal."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

ENTRIES = (
    Quantity(
        name="cathode_specific_capacity",
        unit="C kg-1",
        display_unit="mAh g-1",
        factor=1 / 3600,
        symbol="q_c",
        definition="Charge over the mass of active material of the cathode.",
    ),
    Quantity(
        name="differential_capacity",
        unit="F",
        display_unit="mAh V-1",
        factor=1 / 3.6,
        symbol="dQ/dU",
        definition="Charge passed per change of the cell voltage.",
    ),
    Quantity(
        name="c_rate",
        unit="1",
        symbol="C-rate",
        definition="Current over the one that passes the reference capacity in one hour.",
    ),
    Quantity(
        name="cycle_number",
        unit="1",
        symbol="n",
        definition="Number of a cycle, counted from charge and discharge.",
    ),
)
