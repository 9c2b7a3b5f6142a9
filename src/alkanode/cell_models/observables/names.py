"""Observables that a quick run gives, by name, with what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OBSERVABLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "specific_capacity": (
            "charge over the mass of alloy, stripped less plated, at the end of the protocol",
            "C kg-1",
        ),
        "areal_capacity": ("the same over the area", "C m-2"),
        "duration": ("time from the start to the end of the run", "s"),
        "critical_current_density": (
            "of a ramp of currents: the largest whose half cycles were all done, before a short or the loss of contact",
            "A m-2",
        ),
        "critical_stripping_current": (
            "largest constant current density that can be stripped for the half-cycle time of the parameter set",
            "A m-2",
        ),
        "voltage": ("of a record: at its charges", "V"),
    }
)
"""Name -> (meaning, unit)."""
