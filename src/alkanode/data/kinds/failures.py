"""Failures of symmetric cells, and the overpotential whose growth is one."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

_HALF = ("half_cycle",)
_POLARITY = ("polarity",)
_INTERVAL = ("polarity", "bound")

KINDS = (
    Kind(
        name="failures",
        meaning="Failures found in a record, with the evidence for each.",
        required={
            "failure": ("event",),
            "confirmed": ("event",),
            "time": ("event",),
            "row": ("event",),
            "charge": ("event",),
            "evidence": ("event",),
            "would_confirm": ("event",),
            "rivals": ("event",),
        },
        optional={
            "confidence": ("event",),
            "signs": ("event",),
            "margin": ("event",),
            "last_row": ("event",),
            "half_cycle": ("event",),
            "last_half_cycle": ("event",),
            "half_cycle_charge": ("event",),
            "drops": ("event",),
            "depth": ("event",),
            "duty": ("event",),
        },
        text_fields=frozenset({"failure", "evidence", "would_confirm", "rivals"}),
        flag_fields=frozenset({"confirmed"}),
    ),
    Kind(
        name="overpotentials",
        meaning="Overpotential of every half cycle at its start, in its second half, at its end and at its peak.",
        required={
            "direction": _HALF,
            "cycle": _HALF,
            "start_time": _HALF,
            "current": _HALF,
            "charge_passed": _HALF,
            "eta_start": _HALF,
            "eta_mid": _HALF,
            "eta_end": _HALF,
            "eta_peak": _HALF,
            "resistance": _HALF,
            "compared": _HALF,
            "first_row": _HALF,
            "last_row": _HALF,
        },
        optional={"sampling_interval": _HALF, "temperature": _HALF},
        text_fields=frozenset({"direction"}),
        flag_fields=frozenset({"compared"}),
        increasing=frozenset({"start_time"}),
    ),
    Kind(
        name="overpotential_growth",
        meaning="Slope, onset and change of slope of the overpotential over the cycles, each direction apart.",
        required={
            "cycles": _POLARITY,
            "baseline": _POLARITY,
            "slope": _POLARITY,
            "slope_interval": _INTERVAL,
            "onset": _POLARITY,
            "change": _POLARITY,
            "change_interval": _INTERVAL,
            "change_refused": _POLARITY,
        },
        text_fields=frozenset({"change_refused"}),
    ),
)
