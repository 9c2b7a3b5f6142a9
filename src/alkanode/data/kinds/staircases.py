"""Staircases of currents with rests."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

KINDS = (
    Kind(
        name="staircase",
        meaning="Levels of a current staircase and the rests after them, one row per level.",
        required={
            "current": ("level",),
            "direction": ("level",),
            "branch": ("level",),
            "duration": ("level",),
            "charge_passed": ("level",),
            "steady_voltage": ("level",),
            "steady": ("level",),
            "resistance": ("level", "delay"),
            "end_resistance": ("level",),
            "failure": ("level",),
            "passed": ("level",),
            "relaxation_model": ("level",),
            "time_constant": ("level", "process"),
            "spectra_in_current": ("level",),
            "spectra_in_rest": ("level",),
        },
        text_fields=frozenset({"direction", "failure", "relaxation_model", "spectra_in_current", "spectra_in_rest"}),
        flag_fields=frozenset({"steady", "passed"}),
    ),
)
