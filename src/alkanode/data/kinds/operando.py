"""Results along a series of spectra: peaks followed through it."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind
from alkanode.data.kinds.spectrum_coordinates import OF_ROW, OF_SPECTRUM, SPECTRUM_FLAGS, SPECTRUM_TEXTS

_ROW = ("row",)
_TRACK = ("peak_track",)
_SPECTRUM = ("spectrum",)
_PROCESS = ("spectrum", "process")

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
        optional=OF_ROW | {"detected": _ROW, "resistance_from": _ROW},
        text_fields=frozenset({"birth", "death", "verdict", "resistance_from"}),
        flag_fields=SPECTRUM_FLAGS | {"in_window", "beyond_window", "detected"},
    ),
    Kind(
        name="peak_decomposition",
        meaning="Spectra of a series as sums of arcs, the same arcs in every spectrum between two breaks.",
        required={
            "resistance": _PROCESS,
            "resistance_deviation": _PROCESS,
            "relaxation_time": _PROCESS,
            "relaxation_time_deviation": _PROCESS,
            "capacitance": _PROCESS,
            "capacitance_deviation": _PROCESS,
            "peak_width": _PROCESS,
            "detected": _PROCESS,
            "arc_shape": ("process",),
            "series_resistance": _SPECTRUM,
            "series_deviation": _SPECTRUM,
            "inductance": _SPECTRUM,
            "rms_residual": _SPECTRUM,
            "segment": _SPECTRUM,
            "described": _SPECTRUM,
            "area_reason": _SPECTRUM,
        },
        optional=OF_SPECTRUM,
        text_fields=SPECTRUM_TEXTS | {"arc_shape", "area_reason"},
        flag_fields=SPECTRUM_FLAGS | {"detected", "described"},
    ),
)
