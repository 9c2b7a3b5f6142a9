"""Differences of registered volumes: noise, threshold, changes, classes.

Noise is measured (:mod:`~alkanode.tomography.differences.noise`), a threshold follows from the false grains that maps
without change hold (:mod:`~alkanode.tomography.differences.thresholds`), and what a voxel was and is comes from both
volumes, not from their difference (:mod:`~alkanode.tomography.differences.classify`).
"""

from alkanode.tomography.differences.change_distribution import (
    change_distribution,
    distribution_estimates,
    transition_contrasts,
)
from alkanode.tomography.differences.change_maps import change_map, headline_numbers, threshold_sweep
from alkanode.tomography.differences.classify import Priors, classify, transition_names
from alkanode.tomography.differences.confusion import confusion_table
from alkanode.tomography.differences.contrast_volumes import contrast_volumes, grow_labels, summed_volume
from alkanode.tomography.differences.detection import detection_limit, detection_limits, smallest_found
from alkanode.tomography.differences.grey import calibrate_grey
from alkanode.tomography.differences.noise import difference_noise, noise_from_halves, noise_from_region
from alkanode.tomography.differences.null_maps import null_from_scans, null_map
from alkanode.tomography.differences.place_noise import noise_by_place
from alkanode.tomography.differences.separability import MaterialClasses, separable_classes
from alkanode.tomography.differences.subtract import (
    DifferenceOptions,
    difference,
    difference_slab,
    difference_slabs,
)
from alkanode.tomography.differences.thresholds import calibrate_threshold, false_grain_estimate

__all__ = [
    "DifferenceOptions",
    "MaterialClasses",
    "Priors",
    "calibrate_grey",
    "calibrate_threshold",
    "change_distribution",
    "change_map",
    "classify",
    "confusion_table",
    "contrast_volumes",
    "detection_limit",
    "detection_limits",
    "difference",
    "difference_noise",
    "difference_slab",
    "difference_slabs",
    "distribution_estimates",
    "false_grain_estimate",
    "grow_labels",
    "headline_numbers",
    "noise_by_place",
    "noise_from_halves",
    "noise_from_region",
    "null_from_scans",
    "null_map",
    "separable_classes",
    "smallest_found",
    "summed_volume",
    "threshold_sweep",
    "transition_contrasts",
    "transition_names",
]
