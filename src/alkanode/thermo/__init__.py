"""Phase equilibria and electrode potentials of alkali alloys."""

from alkanode.thermo.assessment import Assessment, load_assessment, parse_assessment
from alkanode.thermo.gibbs import chemical_potential, gibbs_curvature, gibbs_energy
from alkanode.thermo.liquid_window import liquid_window, window_estimates
from alkanode.thermo.phase_diagram import phase_diagram
from alkanode.thermo.phase_map import Invariant
from alkanode.thermo.potentials import electrode_potential
from alkanode.thermo.stripping_path import path_estimates, stripping_path
from alkanode.thermo.tdb import to_tdb, write_tdb
from alkanode.thermo.tie_lines import invariants, liquid_fraction, phase_fractions, tie_line_table

__all__ = [
    "Assessment",
    "Invariant",
    "chemical_potential",
    "electrode_potential",
    "gibbs_curvature",
    "gibbs_energy",
    "invariants",
    "liquid_fraction",
    "liquid_window",
    "load_assessment",
    "parse_assessment",
    "path_estimates",
    "phase_diagram",
    "phase_fractions",
    "stripping_path",
    "tie_line_table",
    "to_tdb",
    "window_estimates",
    "write_tdb",
]
