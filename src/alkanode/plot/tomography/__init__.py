"""Figures of tomography: slices, bodies, depth profiles, thresholds, rotation axis, registration, interface."""

from alkanode.plot.tomography.bodies import bodies
from alkanode.plot.tomography.clock import scans_on_the_clock
from alkanode.plot.tomography.depth import depth_profile
from alkanode.plot.tomography.interface import interface_contact
from alkanode.plot.tomography.motion import registration
from alkanode.plot.tomography.residuals import residual_map
from alkanode.plot.tomography.rotation_axis import rotation_axis
from alkanode.plot.tomography.slices import slices
from alkanode.plot.tomography.threshold import change_threshold, threshold_sweep

__all__ = [
    "bodies",
    "change_threshold",
    "depth_profile",
    "interface_contact",
    "registration",
    "residual_map",
    "rotation_axis",
    "scans_on_the_clock",
    "slices",
    "threshold_sweep",
]
