"""Series of spectra along a run, and peaks followed through them."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

ENTRIES = (
    Quantity(
        name="mean_voltage",
        unit="V",
        symbol="U_dc",
        definition="Mean of the direct voltage over the points of one sweep.",
    ),
    Quantity(
        name="mean_current",
        unit="A",
        display_unit="mA",
        factor=1e3,
        symbol="I_dc",
        definition="Mean of the direct current over the points of one sweep.",
    ),
    Quantity(
        name="relaxation_time_deviation",
        unit="s",
        symbol="sd tau",
        definition="Standard deviation of a relaxation time.",
    ),
    Quantity(
        name="resistance_deviation",
        unit="ohm",
        symbol="sd R",
        definition="Standard deviation of the resistance of a peak.",
    ),
    Quantity(
        name="capacitance_deviation",
        unit="F",
        display_unit="uF",
        factor=1e6,
        symbol="sd C",
        definition="Standard deviation of the capacitance of a peak.",
    ),
)
