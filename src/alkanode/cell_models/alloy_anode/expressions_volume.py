"""Finite volumes over the depth of the cloth: PyBaMM's, with sources at an edge that conserve on a graded mesh.

Between two volumes a flux may ask for what lies in the one it leaves, or in the one it enters. Both are given at every edge.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pybamm
import scipy.sparse as sp


class EdgeConservingVolumes(pybamm.FiniteVolume):
    """Finite volumes in which a source at an edge fills exactly the first (or last) volume.

    PyBaMM's own :class:`pybamm.DeltaFunction` divides by the distance between the first two nodes, which is the width of the
    first volume on a uniform mesh only; on a graded one part of the source would be lost. Values at an edge are those of the
    volume beside it.
    """

    def __init__(self) -> None:
        super().__init__({"extrapolation": {"order": {"value": "constant", "gradient": "linear"}, "use bcs": False}})

    def delta_function(self, symbol: Any, discretised_symbol: Any) -> Any:
        """A source per depth whose integral over the domain is that of its child."""
        submesh = self.mesh[symbol.domain]
        place = 0 if symbol.side == "left" else -1
        column = np.zeros((submesh.npts, 1))
        column[place, 0] = (submesh.edges[-1] - submesh.edges[0]) / submesh.d_edges[place]
        source = pybamm.Vector(column) * discretised_symbol
        return source.with_domains(symbol)

    def upwind_or_downwind(self, symbol: Any, discretised_symbol: Any, bcs: Any, direction: str) -> Any:
        """Value at every edge of the volume before (``"upwind"``) or behind it; at the outer edges of the only one there is."""
        count = self.mesh[symbol.domain].npts
        edge = np.arange(count + 1)
        volume = np.maximum(edge - 1, 0) if direction == "upwind" else np.minimum(edge, count - 1)
        pick = sp.csr_matrix((np.ones(count + 1), (edge, volume)), shape=(count + 1, count))
        return pybamm.Matrix(pick) @ discretised_symbol
