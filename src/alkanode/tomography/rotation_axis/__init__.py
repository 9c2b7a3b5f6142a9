"""Where the rotation axis lies."""

from alkanode.tomography.rotation_axis.consensus import axis_estimate
from alkanode.tomography.rotation_axis.displaced import displacement_per_column
from alkanode.tomography.rotation_axis.find_axis import METHODS, find_axis
from alkanode.tomography.rotation_axis.rows import rows_with_contrast
from alkanode.tomography.rotation_axis.tilt import axis_tilt

__all__ = [
    "METHODS",
    "axis_estimate",
    "axis_tilt",
    "displacement_per_column",
    "find_axis",
    "rows_with_contrast",
]
