from . import (
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
from .data import Cell, Electrode, Electrolyte, Protocol, open_saved, save
from .foundation.sources import cite
from .io import open_history, open_record
from .materials import Alloy, Composition
from .studies import Study, run_study

__all__ = [
    "Alloy",
    "Cell",
    "Composition",
    "Electrode",
    "Electrolyte",
    "Protocol",
    "Study",
    "cite",
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
    "studies",
    "thermo",
    "tomography",
    "virtual",
]
