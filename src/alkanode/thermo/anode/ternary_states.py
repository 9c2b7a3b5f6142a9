"""Equilibrium states of an alloy of three metals, from the ternary kernel.

Phase changes along a ray are bracketed on a grid of shares and then solved. A field that is narrower than the grid (0.01
of the ray, much finer near its ends) and lies between two equal fields would be missed.
"""

from __future__ import annotations

import contextlib

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from alkanode.foundation.errors import ConvergenceError
from alkanode.thermo.anode.states import LiquidExtent, Ray, States, liquid_phases
from alkanode.thermo.anode.vanishing import vanishing_points
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import Parameters, ternary_model
from alkanode.thermo.ternary.kernel import Equilibria, equilibrate

_GRID: Array = np.unique(np.concatenate([np.linspace(0, 1, 101), expit(np.linspace(-14, 14, 29))]))
_ODDS: Array = np.clip(logit(_GRID), -32.0, 32.0)
"""Log-odds of the grid, in which places are solved, so that those near a pure metal are as sharp as any."""

_BESIDE = 1e-6
_KEPT = 32

_SOLID_VANISHES = np.array([False, True, True, False])
"""For each end of :class:`LiquidExtent` whether the solid vanishes there (or else the liquid)."""

_NUDGES = (1e-11, -1e-11, 3e-10, -3e-10)

_WIDEN = (0.02, 0.1, 0.4)
"""How far from the nominal place, in log-odds of the share, the place of a draw is looked for."""


class TernaryStates:
    """States of a ternary system from its equilibrium kernel.

    Attributes
    ----------
    assessment, elements, phases
        The data, the order of the elements, the names of the phases.
    """

    def __init__(self, assessment: Assessment, suspended: tuple[str, ...]) -> None:
        self.assessment = assessment
        self.suspended = suspended
        self.model = ternary_model(assessment)
        self.elements = assessment.elements
        self._along: dict[tuple[float, Ray], States] = {}
        self.phases = self.states(np.array([298.15]), np.full((1, 3), 1 / 3)).phases

    def states(self, temperature: Array, x: Array, parameters: Parameters | None = None) -> States:
        """Equilibria at temperatures that broadcast with the leading axes of ``x`` (..., element)."""
        shape = np.broadcast_shapes(np.shape(temperature), x.shape[:-1])
        t = np.broadcast_to(temperature, shape).ravel()
        given = {key: np.broadcast_to(value, shape).ravel() for key, value in (parameters or {}).items()}
        found = self._settled(t, np.broadcast_to(x, (*shape, 3)).reshape(-1, 3), given or None)
        return States(
            found.phases,
            found.fractions.reshape(*shape, -1),
            found.compositions.reshape(*shape, len(found.phases), 3),
            found.potentials.reshape(*shape, 3),
        )

    def _settled(self, t: Array, x: Array, parameters: Parameters | None) -> Equilibria:
        """Equilibria; a state so close to a boundary that its phases do not settle is moved by 1e-11 or a little more.

        The kernel solves a batch or none of it, so a batch that holds such a state is halved until it stands alone.
        """
        try:
            return equilibrate(self.model, t, x, self.suspended, parameters=parameters)
        except ConvergenceError:
            if len(t) == 1:
                return self._moved(t, x, parameters)
        half, rows = len(t) // 2, np.arange(len(t))
        parts = [
            self._settled(t[part], x[part], parameters and _some(parameters, part))
            for part in (rows[:half], rows[half:])
        ]
        return Equilibria(
            parts[0].phases,
            np.concatenate([part.fractions for part in parts]),
            np.concatenate([part.compositions for part in parts]),
            np.concatenate([part.potentials for part in parts]),
        )

    def _moved(self, t: Array, x: Array, parameters: Parameters | None) -> Equilibria:
        for nudge in _NUDGES[:-1]:
            with contextlib.suppress(ConvergenceError):
                return self._at(t, x, nudge, parameters)
        return self._at(t, x, _NUDGES[-1], parameters)

    def _at(self, t: Array, x: Array, nudge: float, parameters: Parameters | None) -> Equilibria:
        moved = np.where(x > 0, x + nudge * (1 / 3 - x), 0.0)
        return equilibrate(self.model, t, moved, self.suspended, parameters=parameters)

    def corners(self, temperature: float, ray: Ray) -> Array:
        """Shares of the metal at which the phases change, increasing, each 1e-6 of log-odds beyond its change.

        Exactly on a change an equilibrium is ill-conditioned.
        """
        here = self._on_grid(temperature, ray).fraction > 0
        place, phase = np.nonzero(here[:-1] != here[1:])
        comes = here[place + 1, phase]
        rows = np.arange(place.size)

        def amount(odds: Array) -> Array:
            return self.states(np.array(temperature), ray.at(expit(odds))).fraction[rows, phase]

        found = vanishing_points(amount, _ODDS[place + comes], _ODDS[place + ~comes])
        return np.unique(expit(found + np.where(comes, -_BESIDE, _BESIDE)))

    def liquid_extent(self, temperature: Array, ray: Ray, parameters: Parameters | None = None) -> LiquidExtent:
        """Where on the ray there is liquid, at temperatures (n); draws are followed from the nominal parameters."""
        levels, number = np.unique(temperature, return_inverse=True)
        ends = self._nominal_extents(levels, ray)[:, number]
        if parameters:
            ends = self._follow(ends, temperature, ray, parameters)
        return LiquidExtent(*ends)

    def _on_grid(self, temperature: float, ray: Ray) -> States:
        """States over the grid of shares, kept."""
        key = (temperature, ray)
        if key not in self._along:
            if len(self._along) >= _KEPT:
                self._along.clear()
            self._along[key] = self.states(np.array(temperature), ray.at(_GRID))
        return self._along[key]

    def _nominal_extents(self, temperature: Array, ray: Ray) -> Array:
        """Rows of :class:`LiquidExtent` (end, n)."""
        ends: Array = np.full((len(_SOLID_VANISHES), temperature.size), np.nan)
        open_ends: list[tuple[int, int, int, int]] = []
        for column, t in enumerate(temperature):
            liquid, solid = _amounts(self._on_grid(float(t), ray))
            for whole, first, last in ((liquid > 0, 0, 3), (solid == 0, 1, 2)):
                block = _widest(whole)
                if block is None:
                    continue
                for row, at, beyond in ((first, block[0], block[0] - 1), (last, block[1], block[1] + 1)):
                    if 0 <= beyond < _GRID.size:
                        inside, outside = (beyond, at) if _SOLID_VANISHES[row] else (at, beyond)
                        open_ends.append((row, column, inside, outside))
                    else:
                        ends[row, column] = _GRID[at]
        if open_ends:
            row, column, inside, outside = np.array(open_ends).T
            ends[row, column] = self._solved(
                temperature[column], _SOLID_VANISHES[row], ray, (_ODDS[inside], _ODDS[outside]), None
            )
        return ends

    def _follow(self, nominal: Array, temperature: Array, ray: Ray, parameters: Parameters) -> Array:
        """Ends of the liquid (end, n) for draws (n); NaN where one is not near the nominal one."""
        row, column = np.nonzero((nominal > 0) & (nominal < 1))
        found: Array = nominal.copy()
        if row.size == 0:
            return found
        solid, t = _SOLID_VANISHES[row], temperature[column]
        drawn = {key: np.broadcast_to(value, temperature.shape)[column] for key, value in parameters.items()}
        above = np.isin(row, (0, 2))  # the side on which the vanishing phase is present
        start, bracket = logit(nominal[row, column]), np.full((2, row.size), np.nan)
        for width in _WIDEN:
            for side in (1.0, -1.0):
                present_here = above if side > 0 else ~above
                wanted = np.where(present_here, 0, 1)  # the end of the bracket that lies on this side
                chosen = np.flatnonzero(np.isnan(bracket[wanted, np.arange(row.size)]))
                if chosen.size == 0:
                    continue
                odds = start[chosen] + side * width
                here = self._vanishing(t[chosen], solid[chosen], ray, odds, _some(drawn, chosen)) > 0
                good = chosen[here == (wanted[chosen] == 0)]
                bracket[wanted[good], good] = start[good] + side * width
        solved = np.flatnonzero(np.isfinite(bracket).all(axis=0))
        values = np.full(row.size, np.nan)
        if solved.size:
            values[solved] = self._solved(
                t[solved], solid[solved], ray, (bracket[0, solved], bracket[1, solved]), _some(drawn, solved)
            )
        found[row, column] = values
        return found

    def _solved(
        self,
        temperature: Array,
        solid: npt.NDArray[np.bool_],
        ray: Ray,
        bracket: tuple[Array, Array],
        parameters: Parameters | None,
    ) -> Array:
        """Shares (n) at which all solid, or all liquid, vanishes between log-odds where it is present and absent."""
        odds = vanishing_points(lambda at: self._vanishing(temperature, solid, ray, at, parameters), *bracket)
        return np.asarray(expit(odds))

    def _vanishing(
        self,
        temperature: Array,
        solid: npt.NDArray[np.bool_],
        ray: Ray,
        odds: Array,
        parameters: Parameters | None,
    ) -> Array:
        """Amount of all solid, or of all liquid, at log-odds of the share (n)."""
        of_liquid, of_solid = _amounts(self.states(temperature, ray.at(expit(odds)), parameters))
        return np.where(solid, of_solid, of_liquid)


def _amounts(states: States) -> tuple[Array, Array]:
    """Amounts of all liquid and of all solid."""
    liquid = liquid_phases(states.phases)
    return states.fraction[..., liquid].sum(axis=-1), states.fraction[..., ~liquid].sum(axis=-1)


def _some(parameters: Parameters, chosen: npt.NDArray[np.intp]) -> dict[str, Array]:
    """Parameters (n) of some draws."""
    return {key: np.asarray(value)[chosen] for key, value in parameters.items()}


def _widest(mask: npt.NDArray[np.bool_]) -> tuple[int, int] | None:
    """First and last index of the longest run of true values, or ``None``."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    runs = edges.reshape(-1, 2)
    if runs.size == 0:
        return None
    first, beyond = runs[np.argmax(runs[:, 1] - runs[:, 0])]
    return int(first), int(beyond) - 1
