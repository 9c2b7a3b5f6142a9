"""Conduction through voxels between a metal that touches in places and a far electrode.

``voxel_network`` -> ``conduct``: any box of conductivities, by conjugate gradients with multigrid. ``conduct_under_pattern``:
a uniform electrolyte under a flat pattern of contact, solved on the surface only.
"""

from __future__ import annotations

from alkanode.numerics.conduction.conjugate_gradients import Conduction, conduct
from alkanode.numerics.conduction.network import Network, voxel_network
from alkanode.numerics.conduction.surface import SurfaceConduction, conduct_under_pattern

__all__ = ["Conduction", "Network", "SurfaceConduction", "conduct", "conduct_under_pattern", "voxel_network"]
