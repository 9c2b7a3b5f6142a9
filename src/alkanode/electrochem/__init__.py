"""Cycling: critical stripping, shorts, contact loss."""

from alkanode.electrochem.contact_loss import ContactRule
from alkanode.electrochem.critical_currents.current_ramp import RampRule, current_ramp
from alkanode.electrochem.critical_currents.density import critical_current
from alkanode.electrochem.critical_currents.dependence import critical_current_against
from alkanode.electrochem.critical_currents.estimates import critical_current_estimates
from alkanode.electrochem.critical_currents.level_outcomes import PassRule
from alkanode.electrochem.critical_currents.replicates import pool
from alkanode.electrochem.depletion import DepletionRule
from alkanode.electrochem.dips import DipRule
from alkanode.electrochem.evidence import electrolyte_resistance
from alkanode.electrochem.failure_rules import FailureRules
from alkanode.electrochem.failures import find_failures
from alkanode.electrochem.full_cells.capacity_fade import FadeRule, capacity_fade, fade_estimates, life_ratio
from alkanode.electrochem.full_cells.capacity_ratio import capacity_ratio
from alkanode.electrochem.full_cells.charge_and_discharge import CellVoltageRule
from alkanode.electrochem.full_cells.cycles import CycleRule, full_cell
from alkanode.electrochem.full_cells.differential_capacity import DifferentialRule, differential_capacity
from alkanode.electrochem.full_cells.differential_peaks import PlateauRule, differential_peaks
from alkanode.electrochem.full_cells.estimates import full_cell_estimates
from alkanode.electrochem.full_cells.plateau_migration import MigrationRule, migration_estimates, plateau_migration
from alkanode.electrochem.full_cells.rate_test import RateRule, rate_estimates, rate_test
from alkanode.electrochem.growth import GrowthRule
from alkanode.electrochem.hidden_shorts import HiddenShortRule
from alkanode.electrochem.loading import (
    c_rate,
    charging_time,
    disk_area,
    layer_capacity,
    layer_thickness,
    mass_loading,
    metal_thickness,
)
from alkanode.electrochem.overpotential import overpotential_growth, overpotentials
from alkanode.electrochem.profiles.estimates import profile_estimates
from alkanode.electrochem.profiles.shape import ProfileRule, profile_shape
from alkanode.electrochem.shorts import ShortRule
from alkanode.electrochem.soft_shorts import SoftShortRule
from alkanode.electrochem.staircases.levels import StaircaseRule, staircase
from alkanode.electrochem.staircases.spectra_by_level import spectra_by_level
from alkanode.electrochem.staircases.verdicts import LevelRule, staircase_estimates
from alkanode.electrochem.stripping.anode_path import anode_path, potassium_in_carbon
from alkanode.electrochem.stripping.capacity_bands import capacity_bands, region_at
from alkanode.electrochem.stripping.critical_stripping import critical_stripping, stripping_estimates
from alkanode.electrochem.stripping.groups import stripping_groups
from alkanode.electrochem.stripping.law import LawRule, stripping_against, stripping_law_estimates
from alkanode.electrochem.stripping.null_laws import compare_null_laws
from alkanode.electrochem.stripping.series import at_cutoff, stripping_series
from alkanode.electrochem.stripping.stripping_current import with_stripping_current
from alkanode.electrochem.voltammograms.current_peaks import PeakRule
from alkanode.electrochem.voltammograms.cycles import voltammetry
from alkanode.electrochem.voltammograms.line_or_short import LineRule
from alkanode.electrochem.voltammograms.peak_growth import PeakGrowth, peak_growth, voltammetry_estimates
from alkanode.electrochem.voltammograms.peaks import TrackRule, voltammogram_peaks
from alkanode.electrochem.voltammograms.scan_rates import scan_rates
from alkanode.electrochem.voltammograms.sweeps import SweepRule, potential_sweeps
from alkanode.numerics.small_samples import half_width
from alkanode.numerics.weibull import WeibullFit, fit_weibull, shape_bias_factor, weakest_link_scale

__all__ = [
    "CellVoltageRule",
    "ContactRule",
    "CycleRule",
    "DepletionRule",
    "DifferentialRule",
    "DipRule",
    "FadeRule",
    "FailureRules",
    "GrowthRule",
    "HiddenShortRule",
    "LawRule",
    "LevelRule",
    "LineRule",
    "MigrationRule",
    "PassRule",
    "PeakGrowth",
    "PeakRule",
    "PlateauRule",
    "ProfileRule",
    "RampRule",
    "RateRule",
    "ShortRule",
    "SoftShortRule",
    "StaircaseRule",
    "SweepRule",
    "TrackRule",
    "WeibullFit",
    "anode_path",
    "at_cutoff",
    "c_rate",
    "capacity_bands",
    "capacity_fade",
    "capacity_ratio",
    "charging_time",
    "compare_null_laws",
    "critical_current",
    "critical_current_against",
    "critical_current_estimates",
    "critical_stripping",
    "current_ramp",
    "differential_capacity",
    "differential_peaks",
    "disk_area",
    "electrolyte_resistance",
    "fade_estimates",
    "find_failures",
    "fit_weibull",
    "full_cell",
    "full_cell_estimates",
    "half_width",
    "layer_capacity",
    "layer_thickness",
    "life_ratio",
    "mass_loading",
    "metal_thickness",
    "migration_estimates",
    "overpotential_growth",
    "overpotentials",
    "peak_growth",
    "plateau_migration",
    "pool",
    "potassium_in_carbon",
    "potential_sweeps",
    "profile_estimates",
    "profile_shape",
    "rate_estimates",
    "rate_test",
    "region_at",
    "scan_rates",
    "shape_bias_factor",
    "spectra_by_level",
    "staircase",
    "staircase_estimates",
    "stripping_against",
    "stripping_estimates",
    "stripping_groups",
    "stripping_law_estimates",
    "stripping_series",
    "voltammetry",
    "voltammetry_estimates",
    "voltammogram_peaks",
    "weakest_link_scale",
    "with_stripping_current",
]
