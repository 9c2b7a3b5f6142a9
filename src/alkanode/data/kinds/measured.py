"""What instruments write: histories of voltage and current, impedance spectra."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind
from alkanode.data.kinds.spectrum_coordinates import OF_SPECTRUM, SPECTRUM_FLAGS, SPECTRUM_TEXTS

_ROW = ("row",)
_SPECTRUM = ("spectrum",)
_POINT = ("spectrum", "point")

KINDS = (
    Kind(
        name="cycling",
        meaning="Voltage and current of a cell over time, one row per sample.",
        required={"time": _ROW, "voltage": _ROW, "current": _ROW},
        optional={
            "current_setpoint": _ROW,
            "voltage_setpoint": _ROW,
            "charge": _ROW,
            "step": _ROW,
            "cycle": _ROW,
            "control_mode": _ROW,
            "half_cycle": _ROW,
            "in_sweep": _ROW,
            "working_potential": _ROW,
            "counter_potential": _ROW,
            "ambient_temperature": _ROW,
            "source_index": _ROW,
        },
        flag_fields=frozenset({"in_sweep"}),
        increasing=frozenset({"time"}),
    ),
    Kind(
        name="impedance",
        meaning="Impedance spectra, one row of points per sweep, shorter sweeps padded with NaN.",
        required={"frequency": _POINT, "impedance": _POINT},
        optional={
            **OF_SPECTRUM,
            "point_time": _POINT,
            "voltage": _POINT,
            "current": _POINT,
            "voltage_amplitude": _POINT,
            "current_amplitude": _POINT,
            "counter_impedance": _POINT,
            "original_point": _POINT,
            "interpolated": _POINT,
            "voltage_drift": _SPECTRUM,
            "at_common_time": _SPECTRUM,
        },
        complex_fields=frozenset({"impedance", "counter_impedance"}),
        text_fields=SPECTRUM_TEXTS,
        flag_fields=SPECTRUM_FLAGS | {"interpolated", "at_common_time"},
    ),
)
