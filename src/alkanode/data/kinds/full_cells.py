"""Results of full cells and of half cells against a metal."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

_CYCLE = ("cycle",)
_GROUP = ("rate_group",)
_PEAK = ("peak",)
_BOUND = ("bound",)

KINDS = (
    Kind(
        name="full_cell_cycles",
        meaning="Capacities, efficiencies and mean voltages of each cycle of charge and discharge.",
        required={
            "complete": _CYCLE,
            "formation": _CYCLE,
            "comparable": _CYCLE,
            "start_time": _CYCLE,
            "charge_capacity": _CYCLE,
            "discharge_capacity": _CYCLE,
            "charge_hold_capacity": _CYCLE,
            "discharge_hold_capacity": _CYCLE,
            "charge_energy": _CYCLE,
            "discharge_energy": _CYCLE,
            "charge_voltage": _CYCLE,
            "discharge_voltage": _CYCLE,
            "coulombic_efficiency": _CYCLE,
            "energy_efficiency": _CYCLE,
            "voltage_efficiency": _CYCLE,
            "retention": _CYCLE,
            "charge_current": _CYCLE,
            "discharge_current": _CYCLE,
            "charge_rate": _CYCLE,
            "discharge_rate": _CYCLE,
            "charge_first_row": _CYCLE,
            "charge_last_row": _CYCLE,
            "discharge_first_row": _CYCLE,
            "discharge_last_row": _CYCLE,
        },
        optional={
            f"{branch}_{what}_capacity": _CYCLE
            for branch in ("charge", "discharge")
            for what in ("areal", "alloy_specific", "cathode_specific")
        },
        flag_fields=frozenset({"complete", "formation", "comparable"}),
        increasing=frozenset({"start_time"}),
    ),
    Kind(
        name="rate_test",
        meaning="Capacity of groups of cycles at equal currents.",
        required={
            "c_rate": _GROUP,
            "charge_rate": _GROUP,
            "current": _GROUP,
            "first_cycle": _GROUP,
            "last_cycle": _GROUP,
            "cycles": _GROUP,
            "capacity": _GROUP,
            "capacity_deviation": _GROUP,
            "capacity_range": ("rate_group", "bound"),
            "share_of_first": _GROUP,
        },
    ),
    Kind(
        name="capacity_fade",
        meaning="Knee and end of life of a series of capacities, or why there is none.",
        required={
            "capacity": _CYCLE,
            "fitted_capacity": _CYCLE,
            "knee": (),
            "knee_interval": _BOUND,
            "knee_refused": (),
            "tangent_knee": (),
            "tangent_knee_interval": _BOUND,
            "tangent_knee_refused": (),
            "slope_before": (),
            "slope_after": (),
            "end_of_life": (),
            "end_of_life_interval": _BOUND,
        },
        text_fields=frozenset({"knee_refused", "tangent_knee_refused"}),
    ),
    Kind(
        name="differential_capacity",
        meaning="Charge per voltage of each charge and discharge on one grid of voltages.",
        required={
            "voltage": ("voltage",),
            "differential_capacity": ("branch", "cycle", "voltage"),
            "left_out": ("branch", "cycle"),
            "complete": _CYCLE,
            "comparable": _CYCLE,
        },
        flag_fields=frozenset({"complete", "comparable"}),
        increasing=frozenset({"voltage"}),
    ),
    Kind(
        name="differential_peaks",
        meaning="Peaks of differential capacity, the same number for the same peak of all cycles.",
        required={
            "cycle": _PEAK,
            "branch": _PEAK,
            "track": _PEAK,
            "peak_voltage": _PEAK,
            "differential_capacity": _PEAK,
            "peak_width": _PEAK,
            "peak_charge": _PEAK,
        },
        text_fields=frozenset({"branch"}),
    ),
    Kind(
        name="plateau_migration",
        meaning="Share of the last pattern of plateaus in the charge of each cycle, the first pattern being the rest.",
        required={
            "migration": _CYCLE,
            "migration_interval": ("cycle", "bound"),
            "residual": _CYCLE,
            "pattern": ("side", "voltage"),
            "voltage": ("voltage",),
        },
    ),
)
