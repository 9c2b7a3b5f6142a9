"""Alloy electrodes that lose potassium to a liquid sodium electrolyte: a model inside PyBaMM and a fast map over cycles.

* :mod:`~alkanode.cell_models.leaching.model`: :class:`LeachingAnode`, which resolves half cycles
* :mod:`~alkanode.cell_models.leaching.laws`: four laws of how fast potassium leaves
* :mod:`~alkanode.cell_models.leaching.alloy_table`: activities and liquid from the phase diagram
* :mod:`~alkanode.cell_models.leaching.electrode`: what is in a cell
* :mod:`~alkanode.cell_models.leaching.resistance`: how a layer closes and salt runs out
* :mod:`~alkanode.cell_models.leaching.path`: the course over cycles as a quadrature
* :mod:`~alkanode.cell_models.leaching.calibration`, :mod:`~alkanode.cell_models.leaching.constants`: constants set on one cell
* :mod:`~alkanode.cell_models.leaching.rises`: the other alloys predicted, evidence between laws
* :mod:`~alkanode.cell_models.leaching.lives`: loadings compared under one criterion
* :mod:`~alkanode.cell_models.leaching.history`: a cell run through its cycles, and where its potassium is
* :mod:`~alkanode.cell_models.leaching.printed`: figures of the paper beside the model
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alkanode.cell_models.host import quiet
from alkanode.cell_models.leaching.constants import fitted_parameters, leaching_constants
from alkanode.cell_models.leaching.history import potassium_balance, simulate_leaching
from alkanode.cell_models.leaching.laws import LEACH_LAWS, LeachLaw
from alkanode.cell_models.leaching.lives import compare_loadings
from alkanode.cell_models.leaching.options import LeachingOptions
from alkanode.cell_models.leaching.printed import leaching_comparison
from alkanode.cell_models.leaching.rises import leaching_evidence, resistance_rises, rise_estimates

if TYPE_CHECKING:
    from alkanode.cell_models.leaching.model import LeachingAnode

quiet()

__all__ = [
    "LEACH_LAWS",
    "LeachLaw",
    "LeachingAnode",
    "LeachingOptions",
    "compare_loadings",
    "fitted_parameters",
    "leaching_comparison",
    "leaching_constants",
    "leaching_evidence",
    "potassium_balance",
    "resistance_rises",
    "rise_estimates",
    "simulate_leaching",
]


def __getattr__(name: str) -> Any:
    """``LeachingAnode`` is loaded, with PyBaMM, when it is first asked for."""
    if name == "LeachingAnode":
        from alkanode.cell_models.leaching.model import LeachingAnode

        return LeachingAnode
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
