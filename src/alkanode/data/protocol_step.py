"""One step of a protocol: a current, a rest, a sweep of the voltage, or impedance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, Self, get_args

from alkanode.foundation.errors import StudyError

StepKind = Literal["strip", "plate", "rest", "impedance", "sweep"]

HIGHEST_FREQUENCY, LOWEST_FREQUENCY = 7e6, 1.0
"""Hz. Of impedance between charges when the step does not say: the range of Wu2025."""

_FIELDS: dict[str, tuple[str, ...]] = {
    "strip": (
        "current",
        "current_density",
        "voltage_limit",
        "duration",
        "areal_capacity",
        "impedance_every",
        "impedance_rest",
        "highest_frequency",
        "lowest_frequency",
        "points_per_decade",
    ),
    "rest": ("duration",),
    "impedance": ("highest_frequency", "lowest_frequency", "points_per_decade"),
    "sweep": ("scan_rate", "turning_voltages", "cycles"),
}
_FIELDS["plate"] = _FIELDS["strip"]

_POSITIVE = (
    "current",
    "current_density",
    "duration",
    "areal_capacity",
    "impedance_every",
    "highest_frequency",
    "lowest_frequency",
    "points_per_decade",
    "scan_rate",
    "cycles",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a protocol, in SI.

    Attributes
    ----------
    kind
        ``"strip"``, ``"plate"``, ``"rest"``, ``"impedance"`` or ``"sweep"``; strip and plate are meant for the anode.
    current, current_density
        A or A m-2, positive; one of them for strip and plate.
    voltage_limit
        V, positive; the step ends when the voltage reaches it while stripping, its negative while plating.
    duration
        s; of a rest, or one end of strip and plate.
    areal_capacity
        C m-2; one end of strip and plate. Of several ends the first that is reached counts.
    impedance_every
        C m-2; strip and plate are interrupted by impedance at the start and after each such charge.
    impedance_rest
        s of rest before each such impedance.
    highest_frequency, lowest_frequency
        Hz, for impedance.
    points_per_decade
        Frequencies per factor of ten, or ``None`` to leave it to who measures.
    scan_rate
        V s-1, positive, of a sweep.
    turning_voltages
        V. A sweep starts at the first and runs through the others back to the first, in every cycle.
    cycles
        Of a sweep.

    Raises
    ------
    StudyError
        For a field that this kind of step has not, one that it lacks, or a value that cannot be.
    """

    kind: StepKind
    current: float | None = None
    current_density: float | None = None
    voltage_limit: float | None = None
    duration: float | None = None
    areal_capacity: float | None = None
    impedance_every: float | None = None
    impedance_rest: float | None = None
    highest_frequency: float | None = None
    lowest_frequency: float | None = None
    points_per_decade: int | None = None
    scan_rate: float | None = None
    turning_voltages: tuple[float, ...] | None = None
    cycles: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(StepKind):
            raise StudyError(f"a step is one of {', '.join(get_args(StepKind))}", found=repr(self.kind))
        given = {name: getattr(self, name) for name in _ALL if getattr(self, name) is not None}
        for name, value in given.items():
            if name not in _FIELDS[self.kind]:
                raise StudyError(f"a step of the kind {self.kind!r} has no {name}", found=repr(value))
            if name in _POSITIVE and _not_positive(value):
                raise StudyError(f"{name} of a step is positive", found=repr(value), todo=_HINT.get(name, ""))
        if self.impedance_rest is not None and not (math.isfinite(self.impedance_rest) and self.impedance_rest >= 0):
            raise StudyError("the rest before impedance is not negative", found=repr(self.impedance_rest))
        _CHECKS[self.kind](self)

    @property
    def ends(self) -> bool:
        """Whether something ends the step: a voltage, a duration or a charge, of strip and plate; else true."""
        if self.kind not in ("strip", "plate"):
            return True
        return not self.voltage_limit is self.duration is self.areal_capacity is None

    @property
    def sign(self) -> int:
        """+1 where the step strips the anode, -1 where it plates it, else 0."""
        return {"strip": 1, "plate": -1}.get(self.kind, 0)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read one step.

        Parameters
        ----------
        text
            For example ``"Strip at 1 mA cm-2 until 1 V"``, ``"Plate at 0.1 mA for 1 h or until -1 V"``, ``"Strip at
            0.25 mA cm-2 until 1 V with impedance every 0.25 mAh cm-2"``, ``"Rest for 10 min"``, ``"Impedance from 7 MHz
            to 1 Hz"``, ``"Sweep at 10 mV s-1 from 0 V to 1 V to -1 V for 10 cycles"``.

        Raises
        ------
        StudyError
            When the text is none of the known forms, or asks for what cannot be.
        UnitsError
            For a quantity without a unit or with a wrong one.
        """
        from alkanode.data.protocol_text import fields_of_step

        return cls(**fields_of_step(text))

    def to_text(self) -> str:
        """The step as a text that :meth:`from_text` reads back to an equal step."""
        from alkanode.data.protocol_text import text_of_step

        return text_of_step(self)


def _not_positive(value: object) -> bool:
    """Whether something cannot be a positive number; what compares in its own way is left to the comparison."""
    if isinstance(value, int | float):
        return not (math.isfinite(value) and value > 0)
    return isinstance(value, str | bool)


_ALL = tuple(Step.__dataclass_fields__)[1:]

_HINT = {
    "current": "Direction is said by 'Strip' and 'Plate'",
    "current_density": "Direction is said by 'Strip' and 'Plate'",
    "scan_rate": "Direction follows from the voltages",
}


def _check_current(step: Any) -> None:
    if (step.current is None) == (step.current_density is None):
        raise StudyError(
            f"a step of the kind {step.kind!r} has a current or a current density",
            found="neither" if step.current is None else "both",
        )
    limit = step.voltage_limit
    if limit is not None:
        if not math.isfinite(limit) or limit == 0 or (step.kind == "strip" and limit < 0):
            side = "stripping ends at a positive" if step.kind == "strip" else "plating ends at a"
            raise StudyError(f"{side} voltage other than zero", found=f"{limit!r} V")
        object.__setattr__(step, "voltage_limit", abs(limit))
    if step.impedance_every is None:
        for name in ("impedance_rest", "highest_frequency", "lowest_frequency", "points_per_decade"):
            if getattr(step, name) is not None:
                raise StudyError(f"{name} of a current step needs impedance_every", found="none")
        return
    for name, default in (("highest_frequency", HIGHEST_FREQUENCY), ("lowest_frequency", LOWEST_FREQUENCY)):
        if getattr(step, name) is None:
            object.__setattr__(step, name, default)
    _check_frequencies(step)


def _check_rest(step: Any) -> None:
    if step.duration is None:
        raise StudyError("a rest has a duration", found="none")


def _check_frequencies(step: Any) -> None:
    if step.highest_frequency is None or step.lowest_frequency is None:
        raise StudyError("impedance has a highest and a lowest frequency", found="one of them missing")
    if step.highest_frequency < step.lowest_frequency:
        raise StudyError(
            "the highest frequency is not below the lowest one",
            found=f"{step.highest_frequency:g} Hz below {step.lowest_frequency:g} Hz",
        )
    if step.points_per_decade is not None and step.points_per_decade != int(step.points_per_decade):
        raise StudyError("points_per_decade is a whole number", found=repr(step.points_per_decade))


def _check_sweep(step: Any) -> None:
    if step.scan_rate is None or step.turning_voltages is None:
        raise StudyError("a sweep has a scan rate and voltages to turn at", found="one of them missing")
    turns = step.turning_voltages
    if len(turns) < 2 or not all(math.isfinite(one) for one in turns):
        raise StudyError("a sweep runs between two or more voltages", found=repr(turns))
    closed = (*turns, turns[0])
    if any(a == b for a, b in pairwise(closed)):
        raise StudyError(
            "a sweep moves between different voltages", found=" V to ".join(f"{one:g}" for one in turns) + " V"
        )
    if step.cycles is None:
        object.__setattr__(step, "cycles", 1)
    elif step.cycles != int(step.cycles):
        raise StudyError("cycles of a sweep are whole", found=repr(step.cycles))


_CHECKS = {
    "strip": _check_current,
    "plate": _check_current,
    "rest": _check_rest,
    "impedance": _check_frequencies,
    "sweep": _check_sweep,
}
