"""A virtual tomograph: projections of an object whose truth is known."""

from alkanode.virtual.tomograph.bodies import (
    Body,
    box,
    cylinder,
    ellipsoid,
    endless_cylinder,
    moved,
    slab,
    sphere,
)
from alkanode.virtual.tomograph.demo import write_tomography_demo
from alkanode.virtual.tomograph.measurement import scan_object
from alkanode.virtual.tomograph.operando import (
    OperandoCell,
    OperandoSeries,
    SeriesFiles,
    StageErrors,
    default_tomograph,
    null_series,
    operando_series,
    write_series,
)
from alkanode.virtual.tomograph.rays import exact_line_integrals
from alkanode.virtual.tomograph.tomograph import Detector, Tomograph, beamline
from alkanode.virtual.tomograph.voxels import body_volumes, voxel_materials, voxel_truth

__all__ = [
    "Body",
    "Detector",
    "OperandoCell",
    "OperandoSeries",
    "SeriesFiles",
    "StageErrors",
    "Tomograph",
    "beamline",
    "body_volumes",
    "box",
    "cylinder",
    "default_tomograph",
    "ellipsoid",
    "endless_cylinder",
    "exact_line_integrals",
    "moved",
    "null_series",
    "operando_series",
    "scan_object",
    "slab",
    "sphere",
    "voxel_materials",
    "voxel_truth",
    "write_series",
    "write_tomography_demo",
]
