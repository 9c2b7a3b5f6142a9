"""Coordinates in which a circuit is fitted.

Each free parameter on its scale (:mod:`alkanode.impedance.circuits.scales`), with one exchange: of a resistance beside
a constant-phase element, ln(tau) with tau = (R Q)^(1/alpha) stands for ln(Q). R and tau are the width and the place of
an arc, which a spectrum determines nearly independently; R, Q and alpha it determines only together, and a fit in them
takes two to three times as many steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.impedance.circuits.arcs_of_tree import Arc, arcs_of
from alkanode.impedance.circuits.circuit import Circuit
from alkanode.impedance.circuits.scales import Bounds, Scales, scales_of

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]

_TIME_LIMITS = (float(np.log(1e-15)), float(np.log(1e9)))


@dataclass(frozen=True, slots=True, eq=False)
class Coordinates:
    """Coordinates of the free parameters of a circuit.

    Attributes
    ----------
    scales
        Scale of every parameter.
    free
        Positions of the free parameters, shape (free,).
    arcs
        Arcs whose storage is replaced by its relaxation time; all of their parameters are free.
    """

    scales: Scales
    free: IntArray
    arcs: tuple[Arc, ...]

    @property
    def limits(self) -> tuple[FloatArray, FloatArray]:
        """Bounds of the coordinates, shape (free,)."""
        low, high = self.scales.limits
        for arc in self.arcs:
            low[arc.storage], high[arc.storage] = _TIME_LIMITS
        return low[self.free], high[self.free]

    def from_values(self, values: FloatArray) -> FloatArray:
        """Coordinates (batch, free) of values (batch, parameter)."""
        table = self.scales.to_scale(values)
        inside = self.scales.to_values(table)
        for arc in self.arcs:
            table[:, arc.storage] = arc.log_time(inside)
        return table[:, self.free]

    def to_values(self, coordinates: FloatArray, start: FloatArray) -> FloatArray:
        """Values (batch, parameter): fixed ones from the start, shape (batch, parameter)."""
        table = np.zeros(start.shape)
        table[:, self.free] = coordinates
        for arc in self.arcs:
            table[:, arc.storage] *= self._exponent(arc, table)
            table[:, arc.storage] -= table[:, arc.resistance]
        values = start.copy()
        values[:, self.free] = self.scales.to_values(table)[:, self.free]
        return values

    def advance(self, coordinates: FloatArray, step: FloatArray) -> FloatArray:
        """Take a step; see :meth:`Scales.advance`."""
        return self.scales.part(self.free).advance(coordinates, step)

    def turn(self, J: FloatArray, values: FloatArray) -> None:
        """Turn derivatives (batch, free, m) with respect to the scales into those with respect to coordinates, in place."""
        slope = self.scales.slope(values) if self.arcs else values
        for arc in self.arcs:
            storage = self._place(arc.storage)
            along = J[:, storage]
            J[:, self._place(arc.resistance)] -= along
            if arc.exponent is not None:
                bend = arc.log_time(values) * slope[:, arc.exponent]
                J[:, self._place(arc.exponent)] += bend[:, None] * along
                along *= values[:, arc.exponent, None]

    def turned_back(self, covariance: FloatArray, values: FloatArray) -> FloatArray:
        """Covariance on the scales from that of the coordinates, both (batch, free, free)."""
        turn = np.broadcast_to(np.eye(self.free.size), covariance.shape).copy()
        self.turn(turn, values)
        return np.asarray(turn.transpose(0, 2, 1) @ covariance @ turn)

    def _place(self, position: int) -> int:
        return int(np.searchsorted(self.free, position))

    def _exponent(self, arc: Arc, table: FloatArray) -> FloatArray | float:
        return 1.0 if arc.exponent is None else self.scales.to_values(table)[:, arc.exponent]


def coordinates_of(circuit: Circuit, held: BoolArray, bounds: Bounds | None = None) -> Coordinates:
    """Coordinates of a circuit.

    Parameters
    ----------
    circuit
        See :func:`alkanode.impedance.parse_circuit`.
    held
        Which parameters are fixed, shape (parameter,).
    bounds
        Name -> (lower, upper) in SI. A storage with bounds of its own stays as it is, so that they hold exactly.

    Raises
    ------
    SchemaError
        As :func:`alkanode.impedance.circuits.scales.scales_of`.
    """
    scales = scales_of(circuit, bounds)
    own_bounds = {circuit.position(name) for name in bounds or {}}
    arcs = []
    for arc in arcs_of(circuit.tree):
        if not (arc.own_time or held[[arc.resistance, *arc.others]].any() or arc.storage in own_bounds):
            arcs.append(arc)
    return Coordinates(scales, np.flatnonzero(~held), tuple(arcs))
