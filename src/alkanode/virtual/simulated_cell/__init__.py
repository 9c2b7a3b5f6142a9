"""A simulated cell under virtual instruments: the records and files that a laboratory would have.

* :mod:`~alkanode.virtual.simulated_cell.potentiostat`: samples, noise, clock, sweeps with drift
* :mod:`~alkanode.virtual.simulated_cell.files`: the record as a file of an instrument
* :mod:`~alkanode.virtual.simulated_cell.volumes`: the inside of the anode on voxels
* :mod:`~alkanode.virtual.simulated_cell.demo`: a whole virtual experiment with its truth
"""

from alkanode.virtual.simulated_cell.demo import ModelDemo, write_model_demo
from alkanode.virtual.simulated_cell.files import write_measured
from alkanode.virtual.simulated_cell.potentiostat import PotentiostatSettings, measure_history
from alkanode.virtual.simulated_cell.sampling import Sampling
from alkanode.virtual.simulated_cell.volumes import VolumeSettings, anode_volume

__all__ = [
    "ModelDemo",
    "PotentiostatSettings",
    "Sampling",
    "VolumeSettings",
    "anode_volume",
    "measure_history",
    "write_measured",
    "write_model_demo",
]
