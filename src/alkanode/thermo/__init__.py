"""Phase equilibria and electrode potentials of alkali alloys."""

from alkanode.thermo.anode.electrolytes.electrolyte import Electrolyte, SolubilityProduct, StandardPotential
from alkanode.thermo.anode.electrolytes.reading import electrolyte_names, load_electrolyte
from alkanode.thermo.anode.exchange.ion_exchange import exchange_estimates, ion_exchange
from alkanode.thermo.anode.lever_rule.inversion import invert_lever_rule
from alkanode.thermo.anode.lever_rule.lever_rule_estimates import lever_rule_estimates
from alkanode.thermo.anode.lever_rule.two_electrodes import lever_rule
from alkanode.thermo.anode.lithium_film.film import film_estimates, lithium_film
from alkanode.thermo.anode.lithium_film.solubility import lithium_solubility
from alkanode.thermo.anode.paths.carbon_uptake import carbon_uptake, potassium_in_carbon
from alkanode.thermo.anode.paths.path_estimates import path_estimates
from alkanode.thermo.anode.paths.plating_path import plating_path
from alkanode.thermo.anode.paths.stripping_path import stripping_path
from alkanode.thermo.anode.potentials.alloy_potentials import alloy_potentials
from alkanode.thermo.anode.potentials.electrode_potential import electrode_potential
from alkanode.thermo.anode.potentials.potential_estimates import potential_estimates
from alkanode.thermo.anode.potentials.reactivity import compare_chemical_potentials, ser_chemical_potential
from alkanode.thermo.anode.sizes.electrode_size import ElectrodeSize
from alkanode.thermo.anode.window.liquid_window import liquid_window
from alkanode.thermo.anode.window.window_estimates import window_estimates
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.espei import to_espei, write_espei
from alkanode.thermo.assessment.fit import Fit, fit_assessment
from alkanode.thermo.assessment.held_out import held_out_report
from alkanode.thermo.assessment.least_squares import WeakPrior
from alkanode.thermo.assessment.observation_table import observation_table
from alkanode.thermo.assessment.posterior import ChainOptions, Posterior, parameter_draws, sample_posterior
from alkanode.thermo.assessment.reading import load_assessment, parse_assessment
from alkanode.thermo.assessment.tdb import to_tdb, write_tdb
from alkanode.thermo.assessment.weights import reweighted, uncertainty_over_weights
from alkanode.thermo.binary.binary_equilibrium import binary_equilibrium
from alkanode.thermo.binary.gibbs_curves import gibbs_curves
from alkanode.thermo.binary.phase_diagram import phase_diagram
from alkanode.thermo.binary.phase_map import Invariant
from alkanode.thermo.binary.tie_lines import invariants, liquid_fraction, phase_fractions, tie_line_table
from alkanode.thermo.gibbs.functions import chemical_potential, gibbs_curvature, gibbs_energy
from alkanode.thermo.properties.alloy_properties import alloy_properties, property_estimates
from alkanode.thermo.properties.surface_tension import ButlerOptions, surface_tension
from alkanode.thermo.published.comparison import published_comparison
from alkanode.thermo.ternary.equilibrium import ternary_equilibrium
from alkanode.thermo.ternary.section import isothermal_section

__all__ = [
    "Assessment",
    "ButlerOptions",
    "ChainOptions",
    "ElectrodeSize",
    "Electrolyte",
    "Fit",
    "Invariant",
    "Posterior",
    "SolubilityProduct",
    "StandardPotential",
    "WeakPrior",
    "alloy_potentials",
    "alloy_properties",
    "binary_equilibrium",
    "carbon_uptake",
    "chemical_potential",
    "compare_chemical_potentials",
    "electrode_potential",
    "electrolyte_names",
    "exchange_estimates",
    "film_estimates",
    "fit_assessment",
    "gibbs_curvature",
    "gibbs_curves",
    "gibbs_energy",
    "held_out_report",
    "invariants",
    "invert_lever_rule",
    "ion_exchange",
    "isothermal_section",
    "lever_rule",
    "lever_rule_estimates",
    "liquid_fraction",
    "liquid_window",
    "lithium_film",
    "lithium_solubility",
    "load_assessment",
    "load_electrolyte",
    "observation_table",
    "parameter_draws",
    "parse_assessment",
    "path_estimates",
    "phase_diagram",
    "phase_fractions",
    "plating_path",
    "potassium_in_carbon",
    "potential_estimates",
    "property_estimates",
    "published_comparison",
    "reweighted",
    "sample_posterior",
    "ser_chemical_potential",
    "stripping_path",
    "surface_tension",
    "ternary_equilibrium",
    "tie_line_table",
    "to_espei",
    "to_tdb",
    "uncertainty_over_weights",
    "window_estimates",
    "write_espei",
    "write_tdb",
]
