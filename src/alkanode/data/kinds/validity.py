"""Drift of impedance sweeps."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind
from alkanode.data.kinds.spectrum_coordinates import OF_SPECTRUM, SPECTRUM_FLAGS, SPECTRUM_TEXTS

_SPECTRUM = ("spectrum",)

KINDS = (
    Kind(
        name="sweep_drift",
        meaning="How far a cell moved while each of its spectra was measured, and how large the signal was.",
        required={
            "voltage_drift": _SPECTRUM,
            "current_drift": _SPECTRUM,
            "largest_voltage_amplitude": _SPECTRUM,
            "largest_current_amplitude": _SPECTRUM,
            "sweep_duration": _SPECTRUM,
            "voltage_drift_ratio": _SPECTRUM,
            "current_drift_ratio": _SPECTRUM,
            "change_during_sweep": _SPECTRUM,
            "change_frequency": _SPECTRUM,
            "change_limit": _SPECTRUM,
            "bracket_deviation": _SPECTRUM,
            "bracketed": _SPECTRUM,
            "repeat_change": _SPECTRUM,
            "repeat_interval": _SPECTRUM,
            "drift_verdict": _SPECTRUM,
        },
        optional=OF_SPECTRUM,
        text_fields=SPECTRUM_TEXTS | {"drift_verdict"},
        flag_fields=SPECTRUM_FLAGS | {"bracketed"},
    ),
)
