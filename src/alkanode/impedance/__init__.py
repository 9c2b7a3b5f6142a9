"""Impedance of cells: from raw sweeps to processes of an interface.

Are these spectra an impedance?
    ``check_spectra`` -> ``kramers_kronig``, ``sweep_drift``, ``at_common_time`` (folder ``validity``).
Relaxation times
    ``relaxation_times`` -> ``peaks``; with intervals ``relaxation_posterior`` -> ``resistance_between`` (``relaxation``).
Along a run
    ``joint_relaxation_times`` -> ``operando_map``, ``track_peaks`` (``operando``); ``decompose_peaks`` (``decomposition``).
Circuits
    ``fit_series`` or ``choose_arcs`` -> ``identifiability``, ``process_resistance``, ``subtract_control``,
    ``interphase_growth`` (``circuits``); ``electrolyte_conductivity`` -> ``arrhenius`` (``conductivity``).
Which process a peak is, how much of an interface touches
    ``assign_processes``, ``constriction``, ``active_area``; of a map or a segmented volume ``pattern_constriction`` and
    ``voxel_conduction`` (``interface``).

Each takes a record and returns a record. ``elements`` holds circuit elements and their distributions in closed form.
"""

from __future__ import annotations

from alkanode.impedance import elements
from alkanode.impedance.breaks import BreakRules
from alkanode.impedance.circuits.choose_circuit import choose_arcs
from alkanode.impedance.circuits.circuit import Circuit, parse_circuit
from alkanode.impedance.circuits.continuation import fit_series
from alkanode.impedance.circuits.control_cell import subtract_control
from alkanode.impedance.circuits.control_pool import pool_controls
from alkanode.impedance.circuits.fit_circuit import fit_circuit
from alkanode.impedance.circuits.fitted_arcs import fitted_arcs
from alkanode.impedance.circuits.identifiability import identifiability
from alkanode.impedance.circuits.interphase_growth import interphase_growth
from alkanode.impedance.circuits.presets import CIRCUIT_PRESETS, CircuitPreset, circuit_preset
from alkanode.impedance.circuits.process_resistance import process_resistance
from alkanode.impedance.circuits.profile_likelihood import profile_likelihood
from alkanode.impedance.circuits.symmetric_cell import per_interface
from alkanode.impedance.circuits.time_since_current import time_since_current
from alkanode.impedance.conductivity.arrhenius import arrhenius
from alkanode.impedance.conductivity.blocked_electrolyte import electrolyte_conductivity
from alkanode.impedance.decomposition.decompose_peaks import DecompositionRules, decompose_peaks
from alkanode.impedance.decomposition.fit_run import WalkRules
from alkanode.impedance.decomposition.process_set import ArcRules
from alkanode.impedance.interface.active_area import ContactGeometry, Measured, active_area
from alkanode.impedance.interface.assign_processes import EvidenceRules, ProcessContext, assign_processes
from alkanode.impedance.interface.capacitance_classes import capacitance_class
from alkanode.impedance.interface.compare_shapes import compare_shapes
from alkanode.impedance.interface.constriction import (
    constriction_area_fraction,
    constriction_resistance,
    contact_ratio,
    spot_resistance,
)
from alkanode.impedance.interface.constriction_spectrum import constriction
from alkanode.impedance.interface.effective_capacitance import effective_capacitance
from alkanode.impedance.interface.fitted_area import active_area_of_fit
from alkanode.impedance.interface.pattern_constriction import pattern_constriction, pattern_constriction_estimate
from alkanode.impedance.interface.rival import PriorRange, Rival
from alkanode.impedance.interface.rivals import RIVALS
from alkanode.impedance.interface.unit_cell import Mesh
from alkanode.impedance.interface.voxel_conduction import voxel_conduction, voxel_conduction_estimate
from alkanode.impedance.operando.joint_relaxation_times import joint_relaxation_times
from alkanode.impedance.operando.linking import TrackingRules
from alkanode.impedance.operando.operando_map import operando_map
from alkanode.impedance.operando.track_peaks import track_peaks
from alkanode.impedance.operando.track_slope import SlopeRules
from alkanode.impedance.relaxation.hierarchical_prior import LogSmoothness
from alkanode.impedance.relaxation.peaks import peaks
from alkanode.impedance.relaxation.posterior import relaxation_posterior
from alkanode.impedance.relaxation.posterior_calibration import AreaCalibration
from alkanode.impedance.relaxation.posterior_peaks import peak_probability
from alkanode.impedance.relaxation.posterior_resistance import resistance_between, resistance_of_process
from alkanode.impedance.relaxation.presets import RELAXATION_PRESETS
from alkanode.impedance.relaxation.regularisation_curve import regularisation_curve
from alkanode.impedance.relaxation.relaxation_times import relaxation_times
from alkanode.impedance.validity.check_limits import CheckLimits
from alkanode.impedance.validity.common_time import at_common_time
from alkanode.impedance.validity.input_checks import check_spectra
from alkanode.impedance.validity.kramers_kronig import keep_valid_points, kramers_kronig
from alkanode.impedance.validity.spoiled_head import SpoiledHead, spoiled_head
from alkanode.impedance.validity.sweep_drift import sweep_drift

__all__ = [
    "CIRCUIT_PRESETS",
    "RELAXATION_PRESETS",
    "RIVALS",
    "ArcRules",
    "AreaCalibration",
    "BreakRules",
    "CheckLimits",
    "Circuit",
    "CircuitPreset",
    "ContactGeometry",
    "DecompositionRules",
    "EvidenceRules",
    "LogSmoothness",
    "Measured",
    "Mesh",
    "PriorRange",
    "ProcessContext",
    "Rival",
    "SlopeRules",
    "SpoiledHead",
    "TrackingRules",
    "WalkRules",
    "active_area",
    "active_area_of_fit",
    "arrhenius",
    "assign_processes",
    "at_common_time",
    "capacitance_class",
    "check_spectra",
    "choose_arcs",
    "circuit_preset",
    "compare_shapes",
    "constriction",
    "constriction_area_fraction",
    "constriction_resistance",
    "contact_ratio",
    "decompose_peaks",
    "effective_capacitance",
    "electrolyte_conductivity",
    "elements",
    "fit_circuit",
    "fit_series",
    "fitted_arcs",
    "identifiability",
    "interphase_growth",
    "joint_relaxation_times",
    "keep_valid_points",
    "kramers_kronig",
    "operando_map",
    "parse_circuit",
    "pattern_constriction",
    "pattern_constriction_estimate",
    "peak_probability",
    "peaks",
    "per_interface",
    "pool_controls",
    "process_resistance",
    "profile_likelihood",
    "regularisation_curve",
    "relaxation_posterior",
    "relaxation_times",
    "resistance_between",
    "resistance_of_process",
    "spoiled_head",
    "spot_resistance",
    "subtract_control",
    "sweep_drift",
    "time_since_current",
    "track_peaks",
    "voxel_conduction",
    "voxel_conduction_estimate",
]
