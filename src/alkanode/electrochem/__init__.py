"""Cycling: critical stripping, shorts, contact loss."""

from alkanode.electrochem.contact_loss import ContactRule
from alkanode.electrochem.critical_stripping import critical_stripping, stripping_estimates
from alkanode.electrochem.failures import electrolyte_resistance, find_failures
from alkanode.electrochem.loading import (
    c_rate,
    charging_time,
    disk_area,
    layer_capacity,
    layer_thickness,
    mass_loading,
    metal_thickness,
)
from alkanode.electrochem.shorts import ShortRule

__all__ = [
    "ContactRule",
    "ShortRule",
    "c_rate",
    "charging_time",
    "critical_stripping",
    "disk_area",
    "electrolyte_resistance",
    "find_failures",
    "layer_capacity",
    "layer_thickness",
    "mass_loading",
    "metal_thickness",
    "stripping_estimates",
]
