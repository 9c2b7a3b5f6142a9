"""What is known of each spectrum of a series, and is handed on from its record to every result."""

from __future__ import annotations

from alkanode.data.kinds.kind import Dims

SPECTRUM_COORDINATES = (
    *("time", "charge", "step", "cycle", "source_index"),
    *("level", "level_current", "current_density", "at_rest", "in_drift"),
    *("time_since_current", "ambient_temperature"),
)
"""The second line is what a staircase of currents says of its spectra, the third what a rest and a temperature run say."""

OF_SPECTRUM: dict[str, Dims] = dict.fromkeys((*SPECTRUM_COORDINATES, "masked", "mask_reason"), ("spectrum",))
"""Optional fields of every kind with one entry per spectrum."""

OF_ROW: dict[str, Dims] = dict.fromkeys(SPECTRUM_COORDINATES, ("row",))
"""Optional fields of long tables: each row says them of its spectrum."""

SPECTRUM_TEXTS = frozenset({"mask_reason"})
SPECTRUM_FLAGS = frozenset({"at_rest", "in_drift", "masked"})
