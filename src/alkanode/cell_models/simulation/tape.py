"""What a run leaves behind: pieces of integration with their control, events, and spectra wanted on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

REST, CURRENT, VOLTAGE, IMPEDANCE = 0, 1, 2, 4
"""Values of ``control_mode`` in a history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One integration under one control.

    Attributes
    ----------
    start
        s since the start of the run.
    time
        (time,) s since the start of the piece.
    state, rate
        (time, state), and its change per second (NaN where the integrator gave none).
    inputs
        (input,) of the model.
    step, cycle
        Number of the protocol's step (from 0) and of the cycle (from 1).
    mode
        What was controlled.
    """

    start: float
    time: Floats
    state: Floats
    rate: Floats
    inputs: Floats
    step: int
    cycle: int
    mode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event of a run.

    Attributes
    ----------
    time
        s since the start of the run.
    name
        ``"voltage_limit"``, ``"contact_loss"``, ``"short"``, ``"capacity"``, ``"duration"``, ``"infeasible"`` or
        ``"solver_failure"``.
    electrode
        ``"working"``, ``"counter"`` or ``""``.
    step
        Number of the protocol's step.
    reason
        In words.
    row
        Row of the cycling record at which it happened.
    """

    time: float
    name: str
    electrode: str
    step: int
    reason: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSpectrum:
    """A spectrum at a state: time (s), state, inputs (of current control), frequencies (Hz), step, cycle, row."""

    time: float
    state: Floats
    inputs: Floats
    frequency: Floats
    step: int
    cycle: int
    row: int


@dataclass(slots=True)
class Tape:
    """All of it, in order."""

    pieces: list[Piece] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    spectra: list[WantedSpectrum] = field(default_factory=list)
    clock: float = 0.0
    rows: int = 0

    def add(self, piece: Piece) -> None:
        """Append a piece and move the clock to its end."""
        self.pieces.append(piece)
        self.clock = piece.start + float(piece.time[-1])
        self.rows += piece.time.size
