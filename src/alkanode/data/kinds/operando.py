"""Results along a series of spectra: peaks followed through it."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

_ROW = ("row",)
_TRACK = ("peak_track",)

KINDS = (
    Kind(
        name="peak_tracks",
        meaning="Peaks of distributions of relaxation times followed through a series, one row per peak and spectrum.",
        required={
            "spectrum_index": _ROW,
            "track": _ROW,
            "relaxation_time": _ROW,
            "resistance": _ROW,
            "capacitance": _ROW,
            "peak_width": _ROW,
            "relaxation_time_deviation": _ROW,
            "resistance_deviation": _ROW,
            "capacitance_deviation": _ROW,
            "in_window": _ROW,
            "beyond_window": _ROW,
            "segment": _ROW,
            "first_spectrum": _TRACK,
            "last_spectrum": _TRACK,
            "row_count": _TRACK,
            "birth": _TRACK,
            "death": _TRACK,
            "slope": _TRACK,
            "slope_low": _TRACK,
            "slope_high": _TRACK,
            "verdict": _TRACK,
        },
        optional={
            "time": _ROW,
            "charge": _ROW,
            "step": _ROW,
            "cycle": _ROW,
            "source_index": _ROW,
            "level": _ROW,
            "level_current": _ROW,
            "current_density": _ROW,
            "at_rest": _ROW,
            "in_drift": _ROW,
        },
        text_fields=frozenset({"birth", "death", "verdict"}),
        flag_fields=frozenset({"in_window", "beyond_window", "at_rest", "in_drift"}),
    ),
)
