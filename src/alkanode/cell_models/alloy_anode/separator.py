"""Between the electrodes: the electrolyte, its grain boundaries, the coating; each arc a resistance with its time."""

from __future__ import annotations

from typing import Any

THICKNESS = "Electrolyte thickness [m]"
CONDUCTIVITY = "Electrolyte conductivity [S.m-1]"
GRAIN_BOUNDARY = ("Grain boundary resistance [Ohm.m2]", "Grain boundary relaxation time [s]")
COATING = ("Coating resistance [Ohm.m2]", "Coating relaxation time [s]")


def grain_resistance(get: Any) -> Any:
    """Resistance of the grains, ohm m2."""
    return get(THICKNESS) / get(CONDUCTIVITY)


def arc_rate(voltage: Any, current: Any, resistance: Any, time: Any) -> Any:
    """Change of the voltage over a resistance beside its capacitance, V s-1: (i R - v)/tau."""
    return (current * resistance - voltage) / time
