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
        },
        flag_fields=frozenset({"touches_border", "displaced"}),
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
        },
        flag_fields=frozenset({"contact"}),
    ),
)
"""Kinds of records."""
