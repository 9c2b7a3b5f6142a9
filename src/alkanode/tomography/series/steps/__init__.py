"""Steps of a series, one file each: what is made of every scan, every pair, and the whole."""

from alkanode.tomography.series.draft import Step
from alkanode.tomography.series.steps.aligned import AlignScans
from alkanode.tomography.series.steps.axis import FindAxis
from alkanode.tomography.series.steps.changes import MapChanges
from alkanode.tomography.series.steps.classes import ClassifyPairs
from alkanode.tomography.series.steps.conservation import CheckConservation
from alkanode.tomography.series.steps.contact import MeasureContact
from alkanode.tomography.series.steps.cracks import FindCracks
from alkanode.tomography.series.steps.difference import SubtractPairs
from alkanode.tomography.series.steps.distribution import MeasureDistribution
from alkanode.tomography.series.steps.grain_volumes import MeasureGrainVolumes
from alkanode.tomography.series.steps.grains import FindGrains
from alkanode.tomography.series.steps.interface import FindInterface
from alkanode.tomography.series.steps.noise import MeasureNoise
from alkanode.tomography.series.steps.null import MapNoChange
from alkanode.tomography.series.steps.place import MeasurePlaceNoise
from alkanode.tomography.series.steps.profile import ProfileDepth
from alkanode.tomography.series.steps.registration import RegisterScans
from alkanode.tomography.series.steps.residual import MapResiduals
from alkanode.tomography.series.steps.sweep import SweepThreshold
from alkanode.tomography.series.steps.threshold import CalibrateThreshold
from alkanode.tomography.series.steps.volume import ReconstructScans


def standard_steps() -> tuple[Step, ...]:
    """The steps that need nothing but the scans, in order.

    Classes of material, the interface, contact, cracks and the balance against the charge need to know materials or
    charges: :meth:`~alkanode.tomography.series.SeriesPlan.with_step` adds them.
    """
    return (
        FindAxis(),
        ReconstructScans(),
        RegisterScans(),
        AlignScans(),
        MeasureNoise(),
        MeasurePlaceNoise(),
        SubtractPairs(),
        MapNoChange(),
        CalibrateThreshold(),
        MapChanges(),
        SweepThreshold(),
        FindGrains(),
        ProfileDepth(),
    )


__all__ = [
    "AlignScans",
    "CalibrateThreshold",
    "CheckConservation",
    "ClassifyPairs",
    "FindAxis",
    "FindCracks",
    "FindGrains",
    "FindInterface",
    "MapChanges",
    "MapNoChange",
    "MapResiduals",
    "MeasureContact",
    "MeasureDistribution",
    "MeasureGrainVolumes",
    "MeasureNoise",
    "MeasurePlaceNoise",
    "ProfileDepth",
    "ReconstructScans",
    "RegisterScans",
    "SubtractPairs",
    "SweepThreshold",
    "standard_steps",
]
