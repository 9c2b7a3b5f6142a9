"""Phase equilibria and electrode potentials of alkali alloys."""

from alkanode.thermo.anode.liquid_window import liquid_window, window_estimates
from alkanode.thermo.anode.potentials import electrode_potential
from alkanode.thermo.anode.stripping_path import path_estimates, stripping_path
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment, parse_assessment
from alkanode.thermo.assessment.tdb import to_tdb, write_tdb
from alkanode.thermo.binary.phase_diagram import phase_diagram
from alkanode.thermo.binary.phase_map import Invariant
from alkanode.thermo.binary.tie_lines import invariants, liquid_fraction, phase_fractions, tie_line_table
from alkanode.thermo.gibbs.functions import chemical_potential, gibbs_curvature, gibbs_energy

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
