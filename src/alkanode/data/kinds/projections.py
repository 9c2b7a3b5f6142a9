"""Scans of a tomograph: raw frames, line integrals, rotation axis."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

KINDS = (
    Kind(
        name="projections",
        meaning="Raw frames of one scan, in the order taken, with what each frame is and the angle it was taken at.",
        required={
            "counts": ("frame", "row", "column"),
            "image_key": ("frame",),
            "rotation_angle": ("frame",),
        },
        optional={
            "time": ("frame",),
            "beam_monitor": ("frame",),
            "pixel_size": (),
            "photon_energy": (),
            "exposure_time": (),
            "detector_distance": (),
        },
    ),
    Kind(
        name="line_integrals",
        meaning="Attenuation along each ray of some detector rows, one sinogram per row.",
        required={
            "line_integral": ("row", "angle", "column"),
            "rotation_angle": ("angle",),
        },
        optional={
            "replaced": ("row", "angle", "column"),
            "time": ("angle",),
            "pixel_size": (),
            "photon_energy": (),
        },
        flag_fields=frozenset({"replaced"}),
    ),
    Kind(
        name="rotation_axis",
        meaning="Detector column of the rotation axis by several methods, with the curve of each.",
        required={
            "axis_column": ("axis_method",),
            "standard_error": ("axis_method",),
            "usable": ("axis_method",),
            "candidate": ("axis_method", "trial"),
            "score": ("axis_method", "trial"),
        },
        optional={"row_axis_column": ("axis_method", "row"), "reason": ("axis_method",), "pixel_size": ()},
        flag_fields=frozenset({"usable"}),
        text_fields=frozenset({"reason"}),
    ),
    Kind(
        name="scan_times",
        meaning="Begin and end of each scan of a series on one clock.",
        required={"scan_start": ("scan",), "scan_end": ("scan",)},
    ),
    Kind(
        name="scan_charges",
        meaning="Charge and voltage of the cell when each scan of a series was taken.",
        required={
            "time": ("scan",),
            "scan_start": ("scan",),
            "scan_end": ("scan",),
            "charge": ("scan",),
            "charge_at_start": ("scan",),
            "charge_at_end": ("scan",),
            "charge_error": ("scan",),
            "voltage": ("scan",),
            "in_history": ("scan",),
        },
        optional={
            "areal_capacity": ("scan",),
            "areal_capacity_at_start": ("scan",),
            "areal_capacity_at_end": ("scan",),
            "areal_capacity_error": ("scan",),
            "voltage_lowest": ("scan",),
            "voltage_highest": ("scan",),
        },
        flag_fields=frozenset({"in_history"}),
    ),
)
"""Kinds of records."""
