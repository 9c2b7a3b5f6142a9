"""Results of impedance."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

_ROW = ("row",)
_SPECTRUM = ("spectrum",)
_POINT = ("spectrum", "point")
_TAU = ("spectrum", "relaxation_time")

KINDS = (
    Kind(
        name="relaxation_times",
        meaning="Distributions of relaxation times, one per spectrum, on one grid of relaxation times.",
        required={
            "relaxation_time": ("relaxation_time",),
            "distribution": _TAU,
            "in_window": _TAU,
            "series_resistance": _SPECTRUM,
            "inductance": _SPECTRUM,
            "polarisation_in_window": _SPECTRUM,
            "polarisation_out_of_window": _SPECTRUM,
        },
        optional={
            "time": _SPECTRUM,
            "charge": _SPECTRUM,
            "step": _SPECTRUM,
            "cycle": _SPECTRUM,
            "source_index": _SPECTRUM,
            "level": _SPECTRUM,
            "level_current": _SPECTRUM,
            "current_density": _SPECTRUM,
            "at_rest": _SPECTRUM,
            "in_drift": _SPECTRUM,
            "spectrum_index": _SPECTRUM,
            "masked": _SPECTRUM,
            "mask_reason": _SPECTRUM,
            "rms_residual": _SPECTRUM,
        },
        text_fields=frozenset({"mask_reason"}),
        flag_fields=frozenset({"in_window", "masked", "at_rest", "in_drift"}),
    ),
    Kind(
        name="relaxation_peaks",
        meaning="Peaks of distributions of relaxation times, one row per peak.",
        required={
            "spectrum_index": _ROW,
            "relaxation_time": _ROW,
            "resistance": _ROW,
            "capacitance": _ROW,
            "in_window": _ROW,
        },
        optional={
            "height": _ROW,
            "time": _ROW,
            "charge": _ROW,
            "step": _ROW,
            "cycle": _ROW,
            "source_index": _ROW,
        },
        flag_fields=frozenset({"in_window"}),
    ),
    Kind(
        name="kramers_kronig",
        meaning="Residuals of a linear Kramers-Kronig test, per spectrum and per point.",
        required={
            "frequency": _POINT,
            "residual_real": _POINT,
            "residual_imaginary": _POINT,
            "rms_residual": _SPECTRUM,
            "element_count": _SPECTRUM,
            "valid": _SPECTRUM,
        },
        optional={
            "mu": _SPECTRUM,
            "time": _SPECTRUM,
            "charge": _SPECTRUM,
            "masked": _SPECTRUM,
            "mask_reason": _SPECTRUM,
        },
        text_fields=frozenset({"mask_reason"}),
        flag_fields=frozenset({"valid", "masked"}),
    ),
)
