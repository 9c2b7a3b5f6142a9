"""Cell models: physics of alloy anodes that predicts what an experiment records.

* :mod:`~alkanode.cell_models.parameters`: numbers with source and trust, one set per paper
* :mod:`~alkanode.cell_models.alloy_anode`: a liquid alloy in carbon cloth on a solid electrolyte
* :mod:`~alkanode.cell_models.simulation`: a cell and a protocol in, a history out

The models are PyBaMM models; importing this package does not import PyBaMM.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions
from alkanode.cell_models.host import quiet
from alkanode.cell_models.parameters import (
    CompositionTable,
    Parameter,
    ParameterSet,
    load_parameters,
    parameter_set_names,
    read_parameters,
)

quiet()

_LATE = {
    "AlloyAnode": "alkanode.cell_models.alloy_anode.model",
    "simulate": "alkanode.cell_models.simulation.simulate",
}

__all__ = [
    "AlloyAnode",
    "AlloyAnodeOptions",
    "CompositionTable",
    "Parameter",
    "ParameterSet",
    "load_parameters",
    "parameter_set_names",
    "read_parameters",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name in _LATE:
        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
