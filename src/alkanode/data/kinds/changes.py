"""What changed between two registered volumes."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

KINDS = (
    Kind(
        name="difference",
        meaning="Attenuation before and after, their difference, and its noise.",
        required={
            "attenuation_before": ("z", "y", "x"),
            "attenuation_after": ("z", "y", "x"),
            "attenuation_change": ("z", "y", "x"),
            "attenuation_noise": ("z",),
        },
        optional={"trusted": ("z", "y", "x"), "z": ("z",), "y": ("y",), "x": ("x",), "photon_energy": ()},
        flag_fields=frozenset({"trusted"}),
    ),
    Kind(
        name="change_threshold",
        meaning="Rate of false grains on maps without change, against threshold and smallest grain, and the choice.",
        required={
            "threshold": ("threshold",),
            "smallest_grain": ("size",),
            "false_grain_density": ("threshold", "size"),
        },
        optional={"false_grain_density_upper": ("threshold", "size"), "false_volume_fraction": ("threshold", "size")},
    ),
    Kind(
        name="change_map",
        meaning="Voxels that gained (1) or lost (-1) attenuation beyond the threshold.",
        required={"sign": ("z", "y", "x")},
        optional={
            "trusted": ("z", "y", "x"),
            "attenuation_change": ("z", "y", "x"),
            "z": ("z",),
            "y": ("y",),
            "x": ("x",),
        },
        flag_fields=frozenset({"trusted"}),
    ),
    Kind(
        name="material_classes",
        meaning="Most probable transition of material of each voxel, and its probability.",
        required={
            "transition": ("z", "y", "x"),
            "probability": ("z", "y", "x"),
            "class_attenuation": ("material",),
        },
        optional={
            "class_before": ("z", "y", "x"),
            "class_after": ("z", "y", "x"),
            "z": ("z",),
            "y": ("y",),
            "x": ("x",),
        },
    ),
)
"""Kinds of records."""
