from . import (
    cell_models,
    data,
    electrochem,
    foundation,
    impedance,
    io,
    materials,
    plot,
    report,
    studies,
    thermo,
    tomography,
    virtual,
)
from .cell_models import AlloyAnode, simulate
from .data import Cell, Electrode, Electrolyte, Protocol, open_saved, save
from .foundation.sources import cite
from .io import open_history, open_record
from .materials import Alloy, Composition
from .studies import Study, calibrate, compare, run_study

__all__ = [
    "Alloy",
    "AlloyAnode",
    "Cell",
    "Composition",
    "Electrode",
    "Electrolyte",
    "Protocol",
    "Study",
    "calibrate",
    "cell_models",
    "cite",
    "compare",
    "data",
    "electrochem",
    "foundation",
    "impedance",
    "io",
    "materials",
    "open_history",
    "open_record",
    "open_saved",
    "plot",
    "report",
    "run_study",
    "save",
    "simulate",
    "studies",
    "thermo",
    "tomography",
    "virtual",
]
