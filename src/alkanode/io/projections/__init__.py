"""Scans of a tomograph and reconstructed stacks: NXtomo, Data Exchange, HDF5 by declared paths, folders of TIFF.

``open_projections`` and ``open_stack`` open without reading; ``inspect_scan`` lists everything that is wrong with a
scan; ``write_nxtomo`` and ``write_data_exchange`` write one. Another source is a class with ``arrays``: see
:mod:`alkanode.io.projections.raw_scan`.
"""

from alkanode.io.projections.declared import DatasetPaths
from alkanode.io.projections.defects import Defect, Findings, ScanReport
from alkanode.io.projections.frames import FrameSource, MemoryFrames
from alkanode.io.projections.grey import GreyScale
from alkanode.io.projections.inspection import inspect_scan, inspect_series
from alkanode.io.projections.limits import InspectionLimits
from alkanode.io.projections.opening import open_projections, scan_entries
from alkanode.io.projections.raw_scan import Part, RawAngles, RawScan, ScanSource
from alkanode.io.projections.reconstructed import Reconstructed, reconstructed
from alkanode.io.projections.stacks import open_stack
from alkanode.io.projections.text_angles import AngleRange
from alkanode.io.projections.write_data_exchange import write_data_exchange
from alkanode.io.projections.write_nxtomo import write_nxtomo

__all__ = [
    "AngleRange",
    "DatasetPaths",
    "Defect",
    "Findings",
    "FrameSource",
    "GreyScale",
    "InspectionLimits",
    "MemoryFrames",
    "Part",
    "RawAngles",
    "RawScan",
    "Reconstructed",
    "ScanReport",
    "ScanSource",
    "inspect_scan",
    "inspect_series",
    "open_projections",
    "open_stack",
    "reconstructed",
    "scan_entries",
    "write_data_exchange",
    "write_nxtomo",
]
