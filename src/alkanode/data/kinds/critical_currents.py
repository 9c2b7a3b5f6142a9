"""Critical current densities from ramps."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

KINDS = (
    Kind(
        name="critical_current",
        meaning="Levels of a ramp of currents, with what passed, what failed and why.",
        required={
            "level": ("level",),
            "current": ("level",),
            "nominal_current_density": ("level",),
            "final_current_density": ("level",),
            "half_cycles": ("level",),
            "charge_passed": ("level", "direction"),
            "areal_capacity": ("level", "direction"),
            "duration": ("level", "direction"),
            "reached": ("level", "direction"),
            "failure": ("level",),
            "reason": ("level",),
            "confirmed": ("level",),
            "passed": ("level",),
            "after_failure": ("level",),
            "first_row": ("level",),
            "last_row": ("level",),
            "start_time": ("level",),
            "resistance": ("level",),
        },
        text_fields=frozenset({"failure", "reason"}),
        flag_fields=frozenset({"reached", "confirmed", "passed", "after_failure"}),
    ),
    Kind(
        name="replicates",
        meaning="Critical current densities of cells of one kind as intervals, with what describes them together.",
        required={
            "cell": ("cell",),
            "critical_current_density": ("cell",),
            "interval": ("cell", "bound"),
            "censoring": ("cell",),
            "failed_share": ("cell",),
        },
        optional={
            "fitted_share": ("point",),
            "fitted_current_density": ("point",),
            "fitted_interval": ("point", "bound"),
        },
        text_fields=frozenset({"cell", "censoring"}),
    ),
    Kind(
        name="critical_current_dependence",
        meaning="Critical current densities of cells, or means of groups of cells, against one property.",
        required={
            "cell": ("cell",),
            "group": ("cell",),
            "critical_current_density": ("cell",),
            "interval": ("cell", "bound"),
            "censoring": ("cell",),
            "axis_value": ("cell",),
            "axis_interval": ("cell", "bound"),
        },
        text_fields=frozenset({"cell", "group", "censoring"}),
    ),
)
