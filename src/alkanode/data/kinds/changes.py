"""What changed between two registered volumes."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

KINDS = (
    Kind(
        name="volume_noise",
        meaning="Standard deviation of a voxel from noise, slice by slice, measured after the smoothing it belongs to.",
        required={"attenuation_noise": ("z",)},
        optional={"voxel_count": ("z",), "z": ("z",)},
    ),
    Kind(
        name="difference",
        meaning="Attenuation before and after, their difference, and its noise.",
        required={
            "attenuation_before": ("z", "y", "x"),
            "attenuation_after": ("z", "y", "x"),
            "attenuation_change": ("z", "y", "x"),
            "attenuation_noise": ("z",),
        },
        optional={
            "trusted": ("z", "y", "x"),
            "noise_factor": ("z", "y", "x"),
            "trusted_voxels": ("z",),
            "distrusted_voxels": ("z",),
            "z": ("z",),
            "y": ("y",),
            "x": ("x",),
            "photon_energy": (),
        },
        flag_fields=frozenset({"trusted"}),
    ),
    Kind(
        name="noise_by_place",
        meaning="How the noise of a difference depends on the distance from the rotation axis and on steep edges.",
        required={
            "noise_factor": ("kind", "radius"),
            "edge_displacement": ("kind", "direction"),
            "radius_voxels": ("radius",),
        },
    ),
    Kind(
        name="change_threshold",
        meaning="Rate of false grains on maps without change, against threshold and smallest grain, and the choice.",
        required={
            "threshold": ("threshold",),
            "smallest_grain": ("size",),
            "false_grain_density": ("threshold", "size"),
        },
        optional={
            "false_grain_density_upper": ("threshold", "size"),
            "false_volume_fraction": ("threshold", "size"),
            "lowest_threshold": ("size",),
        },
    ),
    Kind(
        name="threshold_sweep",
        meaning="What a difference says at every threshold, gains and losses apart, and what noise alone would say.",
        required={
            "threshold": ("threshold",),
            "volume_gained": ("threshold",),
            "volume_lost": ("threshold",),
            "grain_count": ("threshold", "change"),
            "mean_grain_volume": ("threshold", "change"),
        },
        optional={"false_volume": ("threshold",), "false_grain_count_upper": ("threshold",)},
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
            "material_attenuation": ("named_material",),
            "member_of": ("named_material",),
            "expected_confusion": ("material", "other_material"),
            "partial_volume": ("z", "y", "x"),
            "z": ("z",),
            "y": ("y",),
            "x": ("x",),
        },
        flag_fields=frozenset({"partial_volume"}),
    ),
    Kind(
        name="class_confusion",
        meaning="Voxels of each true class by the class that was found for them.",
        required={"voxel_count": ("true_class", "found_class")},
        optional={"share": ("true_class", "found_class")},
    ),
    Kind(
        name="detection_limit",
        meaning="Share of grains of known size and contrast that are found when put into a map without change.",
        required={
            "equivalent_diameter": ("equivalent_diameter",),
            "found_share": ("equivalent_diameter",),
            "found_share_interval": ("equivalent_diameter", "bound"),
        },
        optional={"voxel_volume_ratio": ("equivalent_diameter",)},
    ),
    Kind(
        name="change_distribution",
        meaning="Volume of each transition from the whole distribution of the change, against that of noise.",
        required={
            "contrast": ("transition",),
            "transition_volume": ("transition",),
            "transition_volume_error": ("transition",),
            "volume_gained": (),
            "volume_lost": (),
            "volume_gained_interval": ("bound",),
            "volume_lost_interval": ("bound",),
        },
        optional={
            "size_volume": ("transition", "equivalent_diameter"),
            "equivalent_diameter": ("equivalent_diameter",),
        },
    ),
    Kind(
        name="contrast_volumes",
        meaning="Volume of each grain from its summed change of attenuation over a known contrast.",
        required={"grain_volume": ("grain",), "contrast": ("grain",), "label": ("grain",)},
        optional={"grain_volume_error": ("grain",)},
    ),
)
"""Kinds of records."""
