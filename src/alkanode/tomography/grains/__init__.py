"""Grains of change, their depth, the interface, and what their sums must obey."""

from alkanode.tomography.grains.conservation import attenuation_conservation, balance_estimate
from alkanode.tomography.grains.cracks import CrackRule, crack_estimate, cracks
from alkanode.tomography.grains.depth_profile import depth_profile
from alkanode.tomography.grains.dipole_test import DipoleRule, dipole_test
from alkanode.tomography.grains.grain_volumes import VolumeRule, grain_volumes, volume_estimates
from alkanode.tomography.grains.headlines import grain_estimates
from alkanode.tomography.grains.interface_contact import (
    ContactLayer,
    constriction_inputs,
    contact_estimates,
    interface_contact,
)
from alkanode.tomography.grains.interface_plane import interface_plane
from alkanode.tomography.grains.label_grains import label_grains

__all__ = [
    "ContactLayer",
    "CrackRule",
    "DipoleRule",
    "VolumeRule",
    "attenuation_conservation",
    "balance_estimate",
    "constriction_inputs",
    "contact_estimates",
    "crack_estimate",
    "cracks",
    "depth_profile",
    "dipole_test",
    "grain_estimates",
    "grain_volumes",
    "interface_contact",
    "interface_plane",
    "label_grains",
    "volume_estimates",
]
