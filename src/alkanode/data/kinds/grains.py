"""Grains of change and what they sum to."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

KINDS = (
    Kind(
        name="grains",
        meaning="Connected regions that gained or lost attenuation.",
        required={
            "sign": ("grain",),
            "grain_volume": ("grain",),
            "equivalent_diameter": ("grain",),
            "centroid": ("grain", "component"),
            "attenuation_change": ("grain",),
            "touches_border": ("grain",),
        },
        optional={
            "z_first": ("grain",),
            "z_last": ("grain",),
            "dipole_partner": ("grain",),
            "dipole_score": ("grain",),
            "displaced": ("grain",),
            "transition": ("grain",),
            "probability": ("grain",),
            "y_first": ("grain",),
            "y_last": ("grain",),
            "x_first": ("grain",),
            "x_last": ("grain",),
            "principal_length": ("grain", "axis"),
            "displacement_vector": ("grain", "component"),
            "fringe_score": ("grain",),
            "fringe": ("grain",),
            "piece_grain": ("piece",),
            "piece_volume": ("piece",),
            "piece_centroid": ("piece", "component"),
            "label": ("z", "y", "x"),
        },
        flag_fields=frozenset({"touches_border", "displaced", "fringe"}),
    ),
    Kind(
        name="interface_plane",
        meaning="Plane between electrolyte and anode, fitted to the height where attenuation is halfway between them.",
        required={
            "interface_height": ("y", "x"),
            "plane_height": (),
            "plane_slope": ("direction",),
            "plane_height_error": (),
            "plane_slope_error": ("direction",),
            "anode_side": (),
        },
        optional={"roughness": (), "y": ("y",), "x": ("x",)},
    ),
    Kind(
        name="attenuation_balance",
        meaning="Attenuation gained per area against that of the metal that the charge moved.",
        required={
            "attenuation_balance": (),
            "expected_balance": (),
            "balance_noise": (),
            "flat_balance_error": (),
            "table_balance_error": (),
            "slice_balance": ("z",),
        },
        optional={"areal_capacity": (), "z": ("z",)},
    ),
    Kind(
        name="cracks",
        meaning="Dark sheets within the electrolyte, and the thinnest that could have been found.",
        required={
            "opening": ("crack",),
            "crack_area": ("crack",),
            "centroid": ("crack", "component"),
            "normal": ("crack", "component"),
            "smallest_opening": ("z",),
        },
        optional={
            "principal_length": ("crack", "axis"),
            "interface_distance": ("crack",),
            "touches_border": ("crack",),
            "z": ("z",),
        },
        flag_fields=frozenset({"touches_border"}),
    ),
    Kind(
        name="depth_profile",
        meaning="Change with depth: volumes, numbers and mean grain volume by two counting rules.",
        required={
            "depth": ("depth",),
            "volume_gained": ("depth",),
            "volume_lost": ("depth",),
            "mean_grain_volume": ("depth", "change", "rule"),
            "grain_count": ("depth", "change", "rule"),
        },
        optional={"mean_attenuation_change": ("depth",), "attenuation_noise": ("depth",)},
    ),
    Kind(
        name="interface_contact",
        meaning="Contact of metal and electrolyte, seen by a tomograph.",
        required={"contact_area_fraction": ("scan",), "void_spacing": ("scan",)},
        optional={
            "contact_area_fraction_interval": ("scan", "bound"),
            "contact_radius": ("scan",),
            "void_diameter": ("scan",),
            "contact": ("scan", "y", "x"),
            "y": ("y",),
            "x": ("x",),
            "contact_spacing": ("scan",),
            "correlation_length": ("scan",),
            "pattern": ("scan",),
            "seen": ("y", "x"),
        },
        flag_fields=frozenset({"contact", "seen"}),
        text_fields=frozenset({"pattern"}),
    ),
)
"""Kinds of records."""
