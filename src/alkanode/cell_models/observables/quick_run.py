"""What a run without a history gave."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from alkanode.cell_models.alloy_anode.events import LOST
from alkanode.cell_models.simulation.engine import BuiltModel
from alkanode.cell_models.simulation.tape import CURRENT, Piece, Tape
from alkanode.data.protocol import Protocol

Floats = npt.NDArray[np.float64]

FAILURES = ("short", "infeasible", "solver_failure")
"""Happenings that end a ramp; the loss of contact is seen in the voltage limit that it leads to."""


class QuickRun:
    """A protocol that was run.

    Attributes
    ----------
    tape
        Pieces of integration with their states.
    end
        What ended the run: ``"short"``, ``"infeasible"``, ``"solver_failure"``, ``"voltage_limit"``, ``"capacity"`` or ``"duration"``.
    electrode
        Where.
    """

    def __init__(self, tape: Tape, protocol: Protocol, model: BuiltModel, *, area: float, alloy_mass: float) -> None:
        self.tape, self._protocol, self._model = tape, protocol, model
        self._area, self._mass = area, alloy_mass
        last = tape.happenings[-1] if tape.happenings else None
        self.end = "" if last is None else last.name
        self.electrode = "" if last is None else last.electrode

    @property
    def duration(self) -> float:
        """S."""
        return self.tape.clock

    @functools.cached_property
    def areal_capacity(self) -> float:
        """Net charge stripped over the area, C m-2."""
        return float(
            sum(
                self._step_current(piece.step) * float(piece.time[-1])
                for piece in self.tape.pieces
                if piece.mode == CURRENT
            )
        )

    @property
    def specific_capacity(self) -> float:
        """Net charge stripped over the mass of alloy, C kg-1."""
        return self.areal_capacity * self._area / self._mass

    @property
    def critical_current_density(self) -> float:
        """Largest current density of which every half cycle was done, A m-2; 0 where the first already failed."""
        failed = {one.step for one in self.tape.happenings if one.name in (*FAILURES, "voltage_limit")}
        first = min(failed, default=len(self._protocol.steps))
        size = abs(self._step_current(first)) if failed else float("inf")
        done = [abs(self._step_current(step)) for step in range(first)]
        return max((one for one in done if 0 < one < size), default=0.0)

    @property
    def failing_current_density(self) -> float:
        """Current density at which the first half cycle failed, A m-2; NaN where none did."""
        failed = [one.step for one in self.tape.happenings if one.name in (*FAILURES, "voltage_limit")]
        return abs(self._step_current(min(failed))) if failed else float("nan")

    def voltage(self, *, between: int = 4) -> tuple[Floats, Floats, Floats]:
        """Time (s), net areal charge stripped (C m-2) and voltage (V) along the run.

        Parameters
        ----------
        between
            Parts into which each step of the integrator is cut, by its own cubics: a voltage that runs away bends inside one.
        """
        times, charges, volts, charge = [], [], [], 0.0
        for piece in self.tape.pieces:
            current = self._step_current(piece.step) if piece.mode == CURRENT else 0.0
            time, state = _finer(piece, between)
            times.append(piece.start + time)
            charges.append(charge + current * time)
            volts.append(self._model.voltage(time, state, piece.inputs))
            charge += current * float(piece.time[-1])
        return np.concatenate(times), np.concatenate(charges), np.concatenate(volts)

    def variables(self, *names: str) -> dict[str, Floats]:
        """Variables of the model along the run: name -> (time,) or (time, depth)."""
        found = [self._model.evaluate(names, piece.time, piece.state, piece.inputs) for piece in self.tape.pieces]
        return {name: np.concatenate([one[name] for one in found]) for name in names}

    def contact_lost(self, fresh: float) -> bool:
        """Whether contact fell below a tenth of the fresh share."""
        return bool((self.variables("Contact share")["Contact share"] < LOST * fresh).any())

    def _step_current(self, number: int) -> float:
        step = self._protocol.steps[number]
        if step.kind not in ("strip", "plate"):
            return 0.0
        size = step.current_density if step.current_density is not None else (step.current or 0.0) / self._area
        return step.sign * size


def _finer(piece: Piece, parts: int) -> tuple[Floats, Floats]:
    """Times and states of a piece with cubics between; the piece's own where it has no rates."""
    if parts < 2 or piece.time.size < 2 or not np.isfinite(piece.rate).all():
        return piece.time, piece.state
    step = np.diff(piece.time)[:, None, None]
    s = (np.arange(parts) / parts)[None, :, None]
    before, after = piece.state[:-1, None], piece.state[1:, None]
    slope_before, slope_after = piece.rate[:-1, None] * step, piece.rate[1:, None] * step
    state = (
        before * (1 + 2 * s) * (1 - s) ** 2
        + slope_before * s * (1 - s) ** 2
        + after * s**2 * (3 - 2 * s)
        + slope_after * s**2 * (s - 1)
    )
    time = piece.time[:-1, None] + step[:, :, 0] * s[:, :, 0]
    flat = state.reshape(-1, piece.state.shape[1])
    return np.append(time.ravel(), piece.time[-1]), np.concatenate([flat, piece.state[-1:]])
