"""Flaws of a solid electrolyte that fill with metal: limits per metal, distributions, laws over the yield stress."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

_METAL = ("metal", "flaw")
_POINT = ("point",)

KINDS = (
    Kind(
        name="flaw_limits",
        meaning="At which pressure, overpotential and current density a metal-filled flaw grows, by metal and length of flaw.",
        required={
            "metal": ("metal",),
            "flaw_length": ("flaw",),
            "critical_pressure": _METAL,
            "critical_overpotential": _METAL,
            "critical_current_density": ("metal", "flaw", "mechanism"),
            "extrudable_length": ("metal",),
        },
        text_fields=frozenset({"metal"}),
    ),
    Kind(
        name="critical_current_distribution",
        meaning="How critical current densities of cells scatter when each cell fails at its weakest flaw.",
        required={
            "critical_current_density": _POINT,
            "failed_share": _POINT,
            "flaw_length": _POINT,
        },
    ),
    Kind(
        name="yield_stress_law",
        meaning="Critical current density against yield stress as a power law, with errors on both axes.",
        required={
            "yield_stress": _POINT,
            "critical_current_density": _POINT,
            "fitted_interval": ("point", "bound"),
        },
        increasing=frozenset({"yield_stress"}),
    ),
    Kind(
        name="figures_and_model",
        meaning="Printed figures of a paper beside what a model gives for them.",
        required={
            "figure": ("figure",),
            "quantity": ("figure",),
            "published": ("figure",),
            "model": ("figure",),
            "interval": ("figure", "bound"),
            "baseline": ("figure",),
            "unit": ("figure",),
            "status": ("figure",),
            "verdict": ("figure",),
            "reason": ("figure",),
        },
        text_fields=frozenset({"figure", "quantity", "unit", "status", "verdict", "reason"}),
    ),
)
