"""Figures of simulated cells: voltage against charge, the inside of the anode, contact at the interfaces."""

from alkanode.plot.cell_model.comparison import number_comparison, voltage_comparison
from alkanode.plot.cell_model.depths import anode_depths
from alkanode.plot.cell_model.interface import contact_share
from alkanode.plot.cell_model.voltage import simulated_voltage

__all__ = ["anode_depths", "contact_share", "number_comparison", "simulated_voltage", "voltage_comparison"]
