"""The protocol of an experiment: steps, readable as text.

``Strip at 1 mA cm-2 until 1 V``, ``Plate at 0.1 mA for 1 h``, ``Strip at 0.5 mA cm-2 for 0.5 mAh cm-2``, ``Rest for 10 min``,
``Impedance from 7 MHz to 1 Hz``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self

from alkanode.foundation.errors import StudyError, UnitsError
from alkanode.foundation.units import to_si

StepKind = Literal["strip", "plate", "rest", "impedance"]

_CURRENT = re.compile(r"^(strip|plate) at (.+?)(?: (until|for) (.+))?$", re.IGNORECASE)
_REST = re.compile(r"^rest for (.+)$", re.IGNORECASE)
_SWEEP = re.compile(r"^impedance from (.+) to (.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a protocol, in SI.

    Attributes
    ----------
    kind
        ``"strip"``, ``"plate"``, ``"rest"`` or ``"impedance"``; strip and plate are meant for the anode.
    current, current_density
        A or A m-2, positive; one of them for strip and plate.
    voltage_limit
        V; the step ends when the magnitude of the voltage reaches it.
    duration
        s.
    areal_capacity
        C m-2.
    highest_frequency, lowest_frequency
        Hz, for impedance.
    """

    kind: StepKind
    current: float | None = None
    current_density: float | None = None
    voltage_limit: float | None = None
    duration: float | None = None
    areal_capacity: float | None = None
    highest_frequency: float | None = None
    lowest_frequency: float | None = None

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read one step.

        Raises
        ------
        StudyError
            When the text is none of the known forms.
        """
        line = " ".join(text.split()).rstrip(".")
        if match := _CURRENT.match(line):
            kind: StepKind = "strip" if match[1].lower() == "strip" else "plate"
            density, current = _either(match[2], "current_density", "current")
            ends: dict[str, float | None] = {}
            if match[3] == "until":
                ends["voltage_limit"] = to_si(match[4], "voltage")
            elif match[3] == "for":
                ends["duration"], ends["areal_capacity"] = _either(match[4], "duration", "areal_capacity")
            return cls(kind=kind, current=current, current_density=density, **ends)
        if match := _REST.match(line):
            return cls(kind="rest", duration=to_si(match[1], "duration"))
        if match := _SWEEP.match(line):
            first, second = (to_si(part, "frequency") for part in match.groups())
            return cls(kind="impedance", highest_frequency=max(first, second), lowest_frequency=min(first, second))
        raise StudyError(
            "a step reads 'Strip at ...', 'Plate at ...', 'Rest for ...' or 'Impedance from ... to ...'",
            found=repr(text),
            todo="Write for example 'Strip at 1 mA cm-2 until 1 V'",
        )


def _either(text: str, first: str, second: str) -> tuple[float | None, float | None]:
    """Read a text as one of two quantities; the unit decides."""
    try:
        return to_si(text, first), None
    except UnitsError:
        return None, to_si(text, second)


@dataclass(frozen=True, slots=True)
class Protocol:
    """The steps of an experiment in order.

    Examples
    --------
    >>> Protocol.from_text(["Strip at 1 mA cm-2 until 1 V", "Rest for 10 min"]).steps[1].duration
    600.0
    """

    steps: tuple[Step, ...]

    @classmethod
    def from_text(cls, lines: Iterable[str]) -> Self:
        """Protocol from one text per step; see :meth:`Step.from_text`."""
        return cls(tuple(Step.from_text(line) for line in lines))
