"""Results of cyclic voltammetry."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

_SWEEP = ("sweep",)
_CYCLE = ("cycle",)
_SIDE = ("cycle", "direction")
_PEAK = ("peak",)
_RATE = ("rate",)

KINDS = (
    Kind(
        name="potential_sweeps",
        meaning="Straight sweeps of the potential in a record, and the loops that they form.",
        required={
            "first_row": _SWEEP,
            "last_row": _SWEEP,
            "direction": _SWEEP,
            "scan_rate": _SWEEP,
            "scan_rate_interval": ("sweep", "bound"),
            "start_voltage": _SWEEP,
            "end_voltage": _SWEEP,
            "row_sweep": ("row",),
            "row_cycle": ("row",),
            "loop_first_row": _CYCLE,
            "loop_last_row": _CYCLE,
            "complete": _CYCLE,
            "closing_gap": _CYCLE,
        },
        flag_fields=frozenset({"complete"}),
    ),
    Kind(
        name="voltammogram_cycles",
        meaning="Resistance, charges and stripping peak of each cycle of a voltammogram; stripping counts as positive.",
        required={
            "complete": _CYCLE,
            "scan_rate": _CYCLE,
            "resistance": _CYCLE,
            "resistance_interval": ("cycle", "bound"),
            "near_zero_resistance": _CYCLE,
            "linearity": _CYCLE,
            "stripped_charge": _CYCLE,
            "plated_charge": _CYCLE,
            "asymmetry": _CYCLE,
            "loop_area": _CYCLE,
            "straight": _CYCLE,
            "current_clipped": _CYCLE,
            "voltage_missed": _CYCLE,
            "current_at_zero_voltage": _SIDE,
            "voltage_at_zero_current": _SIDE,
            "peak": _CYCLE,
            "peak_reason": _CYCLE,
            "peak_voltage": _CYCLE,
            "peak_current": _CYCLE,
            "peak_charge": _CYCLE,
            "peak_charge_interval": ("cycle", "bound"),
            "peak_charge_by_baseline": ("cycle", "baseline"),
        },
        text_fields=frozenset({"peak_reason"}),
        flag_fields=frozenset({"complete", "peak", "straight", "current_clipped", "voltage_missed"}),
    ),
    Kind(
        name="voltammogram_peaks",
        meaning="Peaks of the current in every sweep of a voltammogram, tracked across its cycles.",
        required={
            "cycle": _PEAK,
            "direction": _PEAK,
            "track": _PEAK,
            "peak_voltage": _PEAK,
            "peak_current": _PEAK,
            "peak_charge": _PEAK,
            "peak_width": _PEAK,
            "partner": _PEAK,
            "midpoint_voltage": _PEAK,
            "separation": _PEAK,
        },
        text_fields=frozenset({"direction"}),
    ),
    Kind(
        name="scan_rates",
        meaning="A current of voltammograms over their scan rates, with the laws that it may follow.",
        required={
            "scan_rate": _RATE,
            "peak_current": _RATE,
            "exponent": (),
            "exponent_interval": ("bound",),
            "law_coefficient": ("term",),
            "law_coefficient_interval": ("term", "bound"),
            "diffusive_share": _RATE,
        },
        optional={"capacitance": (), "capacitance_interval": ("bound",)},
    ),
)
