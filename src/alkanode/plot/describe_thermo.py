"""Figures of phase equilibria and of what they mean for an anode: the table of contents."""

from alkanode.plot.describe_film import lithium_film
from alkanode.plot.describe_gibbs import gibbs_curves
from alkanode.plot.describe_lever_rule import lever_rule
from alkanode.plot.describe_path import anode_path, anode_paths
from alkanode.plot.describe_phase_diagram import phase_diagram
from alkanode.plot.describe_potentials import alloy_potentials, ion_exchange
from alkanode.plot.describe_section import isothermal_section
from alkanode.plot.describe_stabilisation import metal_stabilisation
from alkanode.plot.describe_window import liquid_window
from alkanode.plot.phase_words import phase_name

__all__ = [
    "alloy_potentials",
    "anode_path",
    "anode_paths",
    "gibbs_curves",
    "ion_exchange",
    "isothermal_section",
    "lever_rule",
    "liquid_window",
    "lithium_film",
    "metal_stabilisation",
    "phase_diagram",
    "phase_name",
]
