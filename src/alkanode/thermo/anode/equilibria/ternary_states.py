"""Equilibrium states of an alloy of three metals, from the ternary kernel.

Phase changes along a ray are found between neighbours of a grid of shares and then solved. A field that is narrower than the
grid (0.01 of the ray, much finer near its ends) and lies between two equal fields would be missed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from alkanode.thermo.anode.equilibria.states import LiquidExtent, Ray, States, liquid_phases
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import Parameters, ternary_model
from alkanode.thermo.ternary.kernel import equilibrate
from alkanode.thermo.ternary.phase_changes import LineStates, PhaseChanges, PhaseLine
from alkanode.thermo.ternary.vanishing_phase import CompositionLine

_GRID: Array = np.unique(np.concatenate([np.linspace(0, 1, 101), expit(np.linspace(-14, 14, 29))]))
_ODDS: Array = np.clip(logit(_GRID), -32.0, 32.0)
"""Log-odds of the grid, in which places are solved, so that those near a pure metal are as sharp as any."""

_BESIDE = 1e-6
_KEPT = 32
_EXACT, _ROUGH = 1e-7, 1e-3
_NEXT_TO_NONE = 16.0
"""Log-odds beyond which there is so little of a metal that phases come and go with the smallest amount told from nothing."""
_OUTER = np.array([True, False, False, True])
"""For each end of :class:`LiquidExtent` whether the liquid ends there (or else the solid begins)."""

_AROUND: Array = np.array([-0.4, -0.1, -0.02, 0.02, 0.1, 0.4])
"""How far from the nominal place, in log-odds of the share, that of a draw is looked for which has other phases there."""


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
        self._along: dict[tuple[float, Ray], tuple[LineStates, PhaseChanges]] = {}
        self.phases = self.states(np.array([298.15]), np.full((1, 3), 1 / 3)).phases

    def states(self, temperature: Array, x: Array, parameters: Parameters | None = None) -> States:
        """Equilibria at temperatures that broadcast with the leading axes of ``x`` (..., element)."""
        shape = np.broadcast_shapes(np.shape(temperature), x.shape[:-1])
        t = np.broadcast_to(temperature, shape).ravel()
        given = {key: np.broadcast_to(value, shape).ravel() for key, value in (parameters or {}).items()}
        found = equilibrate(
            self.model, t, np.broadcast_to(x, (*shape, 3)).reshape(-1, 3), self.suspended, parameters=given or None
        )
        return States(
            found.phases,
            found.fractions.reshape(*shape, -1),
            found.compositions.reshape(*shape, len(found.phases), 3),
            found.potentials.reshape(*shape, 3),
        )

    def potentials(self, temperature: Array, x: Array, parameters: Parameters | None = None) -> Array:
        """Chemical potentials (..., element) at temperatures that broadcast with the leading axes of ``x`` (..., element)."""
        return self.states(temperature, x, parameters).potential

    def corners(self, temperature: float, ray: Ray) -> Array:
        """Shares of the metal at which the phases change, increasing, each 1e-6 of log-odds beyond its change.

        Exactly on a change an equilibrium is ill-conditioned. Where one phase replaces another there is a corner on each
        side.
        """
        changes = self._changes(temperature, ray)[1]
        vanishes = (changes.before & ~changes.after).any(axis=-1)
        comes = (changes.after & ~changes.before).any(axis=-1)
        return np.unique(expit(np.concatenate([changes.odds[vanishes] + _BESIDE, changes.odds[comes] - _BESIDE])))

    def liquid_extent(self, temperature: Array, ray: Ray, parameters: Parameters | None = None) -> LiquidExtent:
        """Where on the ray there is liquid, at temperatures (n); draws are followed from the nominal parameters."""
        found = np.empty((len(_OUTER), temperature.size))
        levels, number = np.unique(temperature, return_inverse=True)
        for level, t in enumerate(levels):
            chosen = np.flatnonzero(number == level)
            states, changes = self._changes(float(t), ray)
            given = {
                key: np.broadcast_to(value, temperature.shape)[chosen] for key, value in (parameters or {}).items()
            }
            for row, outer in enumerate(_OUTER):
                odds, change = self._nominal_end(states, changes, row < len(_OUTER) // 2, bool(outer))
                found[row, chosen] = expit(odds)
                if given and change is not None:
                    found[row, chosen] = expit(self._drawn(ray, float(t), changes, change, bool(outer), given))
        return LiquidExtent(*found)

    def _changes(self, temperature: float, ray: Ray) -> tuple[LineStates, PhaseChanges]:
        """States over the grid of shares and the changes between them, kept."""
        key = (temperature, ray)
        if key not in self._along:
            if len(self._along) >= _KEPT:
                self._along.clear()
            line = self._line(ray)
            states = line.states(np.full(_ODDS.shape, temperature), _ODDS)
            states = states.take(np.flatnonzero(states.found.settled))
            every = np.arange(states.odds.size)
            low, high = states.take(every[:-1]), states.take(every[1:])
            traces = np.abs(low.odds + high.odds) / 2 > _NEXT_TO_NONE
            shortest = np.where(traces, _ROUGH, _EXACT)
            self._along[key] = states, line.changes(low, high, shortest=shortest)
        return self._along[key]

    def _line(self, ray: Ray) -> PhaseLine:
        return PhaseLine(self.model, CompositionLine(ray.metal, ray.others), self.suspended)

    def _inside(self, there: npt.NDArray[np.bool_], outer: bool) -> npt.NDArray[np.bool_]:
        """Whether there is liquid, or nothing but liquid, where some phases are there (..., phase)."""
        liquid = liquid_phases(self.phases)
        some: npt.NDArray[np.bool_] = np.asarray(there[..., liquid].any(axis=-1))
        return some if outer else np.asarray(some & ~there[..., ~liquid].any(axis=-1))

    def _nominal_end(
        self, states: LineStates, changes: PhaseChanges, lean: bool, outer: bool
    ) -> tuple[float, int | None]:
        """Log-odds of one end of the widest liquid, and the number of the change there; none at an end of the ray."""
        block = _widest(self._inside(states.found.fractions > 0, outer))
        if block is None:
            return np.nan, None
        at = block[0] if lean else block[1]
        stretch = at - 1 if lean else at
        before, after = self._inside(changes.before, outer), self._inside(changes.after, outer)
        flips = np.flatnonzero((changes.stretch == stretch) & (before != after))
        if flips.size == 0:
            return -np.inf if lean else np.inf, None
        change = int(flips[-1] if lean else flips[0])
        return float(changes.odds[change]), change

    def _drawn(
        self,
        ray: Ray,
        temperature: float,
        changes: PhaseChanges,
        change: int,
        outer: bool,
        parameters: dict[str, Array],
    ) -> Array:
        """Log-odds of an end for draws (n); NaN where there is none near the nominal one."""
        count = len(next(iter(parameters.values())))
        line, t = self._line(ray), np.full(count, temperature)
        same = np.full(count, change)
        odds = line.followed(changes.start.take(same), changes.place[same], t, changes.odds[same], parameters)
        lost = np.flatnonzero(np.isnan(odds))
        if lost.size == 0:
            return odds
        if abs(changes.odds[change]) > _NEXT_TO_NONE:
            return np.where(np.isnan(odds), changes.odds[change], odds)
        wide = np.repeat(lost, _AROUND.size)
        given = {key: value[wide] for key, value in parameters.items()}
        near = line.states(t[wide], changes.odds[change] + np.tile(_AROUND, lost.size), given)
        inside = self._inside(near.found.fractions > 0, outer)
        wanted = self._inside(changes.before[change], outer)
        settled = near.found.settled
        ends = (wide[1:] == wide[:-1]) & settled[1:] & settled[:-1] & (inside[:-1] == wanted) & (inside[1:] != wanted)
        low = np.flatnonzero(ends)
        found = line.changes(
            near.take(low), near.take(low + 1), {key: value[low] for key, value in given.items()}, shortest=_ROUGH
        )
        flips = self._inside(found.before, outer) != self._inside(found.after, outer)
        odds[wide[low[found.stretch[flips]]]] = found.odds[flips]
        return odds


def _widest(mask: npt.NDArray[np.bool_]) -> tuple[int, int] | None:
    """First and last index of the longest run of true values, or ``None``."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    runs = edges.reshape(-1, 2)
    if runs.size == 0:
        return None
    first, beyond = runs[np.argmax(runs[:, 1] - runs[:, 0])]
    return int(first), int(beyond) - 1
