"""Bring scans onto one another by what does not change."""

from alkanode.tomography.registration.apply_registration import apply_registration
from alkanode.tomography.registration.fixed_material import FixedMaterial, fixed_material
from alkanode.tomography.registration.grid_correction import GridCorrection, grid_correction, remaining_tilt
from alkanode.tomography.registration.options import RegistrationOptions
from alkanode.tomography.registration.register import register, register_series
from alkanode.tomography.registration.residual_map import residual_map

__all__ = [
    "FixedMaterial",
    "GridCorrection",
    "RegistrationOptions",
    "apply_registration",
    "fixed_material",
    "grid_correction",
    "register",
    "register_series",
    "remaining_tilt",
    "residual_map",
]
