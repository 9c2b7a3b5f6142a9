"""Reconstructed volumes and how they lie upon one another."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

KINDS = (
    Kind(
        name="volume",
        meaning="Linear attenuation coefficient on voxels; z runs along the rotation axis.",
        required={"attenuation": ("z", "y", "x")},
        optional={
            "attenuation_noise": ("z",),
            "half_difference": ("z", "y", "x"),
            "z": ("z",),
            "y": ("y",),
            "x": ("x",),
            "photon_energy": (),
        },
    ),
    Kind(
        name="modulation_transfer",
        meaning="How much of a pattern of each frequency slices keep, from the edge of a disc.",
        required={"spatial_frequency": ("spatial_frequency",), "modulation": ("spatial_frequency",)},
        optional={"edge_response": ("edge_distance",), "edge_distance": ("edge_distance",)},
    ),
    Kind(
        name="registration",
        meaning="Rigid motion of each scan against the reference scan, with its errors and what remains.",
        required={
            "shift": ("scan", "component"),
            "rotation": ("scan", "component"),
            "centre": ("component",),
            "shift_error": ("scan", "component"),
            "rotation_error": ("scan", "component"),
            "condition_number": ("scan",),
            "displacement": ("scan",),
            "residual_before": ("scan",),
            "residual_after": ("scan",),
        },
        optional={
            "covariance": ("scan", "parameter", "other_parameter"),
            "displacement_error": ("scan",),
            "displacement_noise": ("scan",),
            "axis_displacement_error": ("scan",),
            "residual_map": ("scan", "z", "y", "x"),
            "information": ("scan", "direction"),
            "observable": ("scan", "parameter"),
            "grey_gain": ("scan",),
            "grey_offset": ("scan",),
            "attenuation_noise": ("scan",),
            "correlation": ("scan",),
            "overlap": ("scan",),
            "changed_fraction": ("scan",),
        },
        flag_fields=frozenset({"observable"}),
    ),
)
"""Kinds of records."""
