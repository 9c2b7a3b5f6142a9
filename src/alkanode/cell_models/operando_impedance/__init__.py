"""Impedance of a cell model at any state of a run: the answer of its discretised equations to a small current.

``operando_impedance`` takes a simulated history; ``states_record`` and ``state_impedance`` take a model and its states;
``relaxation_modes`` gives the relaxations that the equations hold, without a spectrum in between.
"""

from __future__ import annotations

from alkanode.cell_models.operando_impedance.operando import operando_impedance
from alkanode.cell_models.operando_impedance.pybamm_model import PybammModel
from alkanode.cell_models.operando_impedance.relaxation_modes import relaxation_modes
from alkanode.cell_models.operando_impedance.small_signal import LinearisableModel
from alkanode.cell_models.operando_impedance.states_record import state_impedance, states_record, sweep_frequencies
from alkanode.cell_models.operando_impedance.stationarity import SweepRules

__all__ = [
    "LinearisableModel",
    "PybammModel",
    "SweepRules",
    "operando_impedance",
    "relaxation_modes",
    "state_impedance",
    "states_record",
    "sweep_frequencies",
]
