"""Drift of impedance sweeps."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

ENTRIES = (
    Quantity(
        name="current_drift",
        unit="A",
        display_unit="mA",
        factor=1e3,
        symbol="dI",
        definition="Largest minus smallest mean current inside one sweep.",
    ),
    Quantity(
        name="largest_voltage_amplitude",
        unit="V",
        display_unit="mV",
        factor=1e3,
        symbol="|U|max",
        definition="Largest amplitude of the voltage at the measuring frequency inside one sweep.",
    ),
    Quantity(
        name="largest_current_amplitude",
        unit="A",
        display_unit="mA",
        factor=1e3,
        symbol="|I|max",
        definition="Largest amplitude of the current at the measuring frequency inside one sweep.",
    ),
    Quantity(
        name="sweep_duration", unit="s", symbol="T", definition="Time from the first to the last point of a sweep."
    ),
    Quantity(
        name="change_frequency",
        unit="Hz",
        symbol="f",
        definition="Frequency at which an impedance changed most during a sweep.",
    ),
    Quantity(
        name="repeat_interval",
        unit="s",
        symbol="dt",
        definition="Longest time between two measurements at one frequency inside one sweep.",
    ),
)
