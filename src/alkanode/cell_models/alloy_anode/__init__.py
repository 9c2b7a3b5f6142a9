"""A liquid Na-K alloy in carbon cloth on a solid electrolyte.

* :mod:`~alkanode.cell_models.alloy_anode.options`: which physics
* :mod:`~alkanode.cell_models.alloy_anode.inventory`: contents from the cell
* :mod:`~alkanode.cell_models.alloy_anode.thermodynamics`: potential and phases from the assessment
* :mod:`~alkanode.cell_models.alloy_anode.transport`, ``precipitation``, ``contact``, ``islands``, ``counter_metal``,
  ``separator``, ``events``: one idea each
* ``model``: all of it as a :class:`pybamm.BaseModel`

:class:`AlloyAnode` is loaded when it is first asked for, since it loads PyBaMM.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from alkanode.cell_models.alloy_anode.inventory import cell_parameters, composition_values, model_values
from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions
from alkanode.cell_models.alloy_anode.thermodynamics import thermodynamic_values

__all__ = [
    "AlloyAnode",
    "AlloyAnodeOptions",
    "cell_parameters",
    "composition_values",
    "model_values",
    "thermodynamic_values",
]


def __getattr__(name: str) -> Any:
    if name == "AlloyAnode":
        return import_module("alkanode.cell_models.alloy_anode.model").AlloyAnode
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
