"""A series of scans from raw frames to tables, in one run that can be resumed."""

from alkanode.tomography.series.failures import Failure, OtherSeriesError, SeriesError
from alkanode.tomography.series.manifest import NAME as MANIFEST
from alkanode.tomography.series.plan import SeriesPlan, pair_name
from alkanode.tomography.series.result import SeriesResult, open_series
from alkanode.tomography.series.run import run_series
from alkanode.tomography.series.scans import ScanFacts, ScanSource
from alkanode.tomography.series.steps import (
    AlignScans,
    CalibrateThreshold,
    CheckConservation,
    ClassifyPairs,
    FindAxis,
    FindCracks,
    FindGrains,
    FindInterface,
    MapChanges,
    MapNoChange,
    MapResiduals,
    MeasureContact,
    MeasureDistribution,
    MeasureGrainVolumes,
    MeasureNoise,
    MeasurePlaceNoise,
    ProfileDepth,
    ReconstructScans,
    RegisterScans,
    SubtractPairs,
    SweepThreshold,
    standard_steps,
)
from alkanode.tomography.series.watch import watch_folder

__all__ = [
    "MANIFEST",
    "AlignScans",
    "CalibrateThreshold",
    "CheckConservation",
    "ClassifyPairs",
    "Failure",
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
    "OtherSeriesError",
    "ProfileDepth",
    "ReconstructScans",
    "RegisterScans",
    "ScanFacts",
    "ScanSource",
    "SeriesError",
    "SeriesPlan",
    "SeriesResult",
    "SubtractPairs",
    "SweepThreshold",
    "open_series",
    "pair_name",
    "run_series",
    "standard_steps",
    "watch_folder",
]
