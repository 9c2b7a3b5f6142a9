"""Plain numbers, lengths of time, rates of change."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

ENTRIES = (
    Quantity(name="fraction", unit="1", symbol="", definition="A pure number."),
    Quantity(name="duration", unit="s", symbol="t", definition="A length of time."),
    Quantity(
        name="ramp_rate",
        unit="V s-1",
        display_unit="mV s-1",
        factor=1e3,
        symbol="v",
        definition="Scan rate of the voltage.",
    ),
)
