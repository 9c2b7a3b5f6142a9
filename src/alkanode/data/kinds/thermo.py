"""Results of thermodynamics."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

_CAPACITIES = ("capacity_into_liquid", "capacity_to_liquidus", "capacity_to_last_liquid", "theoretical_capacity")

KINDS = (
    Kind(
        name="liquid_window",
        meaning="Composition range in which a binary alloy is fully liquid, over temperature, in both bases.",
        required={
            "temperature": ("temperature",),
            "mole_fraction": ("temperature", "side"),
            "mass_fraction": ("temperature", "side"),
        },
        optional={
            "mole_fraction_interval": ("temperature", "side", "bound"),
            "mass_fraction_interval": ("temperature", "side", "bound"),
        },
    ),
    Kind(
        name="phase_diagram",
        meaning="Boundaries of the two-phase fields of a binary system, and its invariants.",
        required={
            "temperature": ("line", "point"),
            "mole_fraction": ("line", "point"),
            "mass_fraction": ("line", "point"),
            "phase": ("line",),
            "other_phase": ("line",),
            "boundary": ("line",),
            "invariant_temperature": ("invariant",),
            "invariant_kind": ("invariant",),
            "invariant_mole_fraction": ("invariant", "role"),
            "invariant_mass_fraction": ("invariant", "role"),
            "invariant_phase": ("invariant", "role"),
        },
        text_fields=frozenset({"phase", "other_phase", "boundary", "invariant_kind", "invariant_phase"}),
    ),
    Kind(
        name="stripping_path",
        meaning="Phases, fractions and potential of an alloy while one metal is stripped.",
        required={
            "specific_capacity": ("point",),
            "mole_fraction": ("point",),
            "mass_fraction": ("point",),
            "phase_fraction": ("point", "phase"),
            "electrode_potential": ("point",),
        },
        optional={
            **dict.fromkeys(_CAPACITIES, ()),
            **{f"{name}_interval": ("bound",) for name in _CAPACITIES if name != "theoretical_capacity"},
        },
        increasing=frozenset({"specific_capacity"}),
    ),
)
