"""The protocol of an experiment: steps, readable as text.

``Strip at 1 mA cm-2 until 1 V``, ``Plate at 0.1 mA for 1 h``, ``Strip at 0.5 mA cm-2 for 0.5 mAh cm-2 or until 1 V``,
``Strip at 0.25 mA cm-2 until 1 V with impedance every 0.25 mAh cm-2``, ``Rest for 10 min``, ``Impedance from 7 MHz to 1 Hz``,
``Sweep at 10 mV s-1 from 0 V to 1 V to -1 V for 10 cycles``, and blocks ``Repeat 10 times:``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from alkanode.data.protocol_step import Step, StepKind
from alkanode.data.protocol_text import Lines, expand, numbered
from alkanode.foundation.errors import AlkanodeError, StudyError, UnitsError
from alkanode.foundation.units import QuantityLike, to_si

__all__ = ["Protocol", "Step", "StepKind"]


@dataclass(frozen=True, slots=True)
class Protocol:
    """The steps of an experiment in order.

    Attributes
    ----------
    steps
        Every step; blocks that repeat are written out.

    Examples
    --------
    >>> Protocol.from_text(["Strip at 1 mA cm-2 until 1 V", "Rest for 10 min"]).steps[1].duration
    600.0
    >>> len(Protocol.from_text(["Repeat 3 times:", "  Strip at 1 mA cm-2 for 1 h", "  Plate at 1 mA cm-2 for 1 h"]).steps)
    6
    """

    steps: tuple[Step, ...]

    @classmethod
    def from_text(cls, lines: Lines) -> Self:
        """Protocol from one text per step; see :meth:`Step.from_text`.

        Parameters
        ----------
        lines
            Texts. A block that repeats is ``"Repeat 3 times:"`` followed by indented texts, ``"Repeat 3 times: Strip ...;
            Plate ..."`` in one text, or, from YAML, a mapping ``{"Repeat 3 times": [...]}``. A single text is read line by
            line.

        Raises
        ------
        StudyError
            Says which step and why.
        """
        steps = []
        for number, text in enumerate(expand(lines), start=1):
            try:
                steps.append(Step.from_text(text))
            except AlkanodeError as problem:
                raise numbered(problem, number, text) from problem
        return cls(tuple(steps))

    def to_text(self) -> list[str]:
        """Texts that :meth:`from_text` reads back to an equal protocol; what repeats stands in a block."""
        return _blocks([step.to_text() for step in self.steps])

    def __add__(self, other: Protocol) -> Protocol:
        """One protocol after another."""
        return Protocol(self.steps + other.steps)

    def repeat(self, times: int) -> Protocol:
        """The protocol several times in a row.

        Raises
        ------
        StudyError
            When ``times`` is not a whole number of 1 or more.
        """
        if not _whole(times):
            raise StudyError("a protocol repeats a whole number of times, once or more", found=repr(times))
        return Protocol(self.steps * times)

    def require_ends(self) -> None:
        """Check that the protocol can be run: it has steps, and every step ends.

        Raises
        ------
        StudyError
            Names the step without an end.
        """
        if not self.steps:
            raise StudyError("a protocol has steps", found="none")
        for number, step in enumerate(self.steps, start=1):
            if not step.ends:
                raise StudyError(
                    f"step {number} of the protocol ({step.to_text()!r}) needs an end",
                    found="no voltage, duration or charge",
                    todo="Write for example 'until 1 V', 'for 1 h' or 'for 0.5 mAh cm-2'",
                )

    @property
    def cycle_numbers(self) -> tuple[int, ...]:
        """Cycle of each step, from 1: a new one begins where the first direction returns, and with every sweep.

        A sweep counts its own cycles; the number given is that of its first.
        """
        numbers, cycle, first, both = [], 1, 0, False
        for step in self.steps:
            if step.kind == "sweep":
                cycle += 1 if first else 0
                numbers.append(cycle)
                cycle, first, both = cycle + (step.cycles or 1), 0, False
                continue
            if step.sign and not first:
                first = step.sign
            elif step.sign and step.sign != first:
                both = True
            elif step.sign and both:
                cycle, both = cycle + 1, False
            numbers.append(cycle)
        return tuple(numbers)

    @classmethod
    def critical_stripping(
        cls, current: QuantityLike, voltage: QuantityLike = 1.0, *, impedance_every: QuantityLike | None = None
    ) -> Self:
        """Strip until a voltage.

        Parameters
        ----------
        current
            Current density (A m-2 or text), or a text with a current.
        voltage
            Cut-off, V.
        impedance_every
            Charge between two spectra, C m-2 or text; by default none are taken.
        """
        every = None if impedance_every is None else to_si(impedance_every, "areal_capacity")
        step = Step(kind="strip", **_current(current), voltage_limit=to_si(voltage, "voltage"), impedance_every=every)
        return cls((step,))

    @classmethod
    def current_ramp(
        cls,
        first: QuantityLike,
        step: QuantityLike,
        last: QuantityLike,
        half_cycle_time: QuantityLike,
        *,
        voltage_limit: QuantityLike | None = None,
        impedance: bool = True,
        rest: QuantityLike | None = None,
    ) -> Self:
        """A ramp of currents, as for a critical current density: at each level strip, then plate.

        Parameters
        ----------
        first, step, last
            Current densities (A m-2 or text) of the first level, between levels, and not to be exceeded.
        half_cycle_time
            s or text, of each half cycle.
        voltage_limit
            V; ends a half cycle early. By default none.
        impedance
            Whether spectra (7 MHz to 1 Hz) are taken at the start and after each level.
        rest
            s or text, of the rest after each half cycle. By default none.

        Raises
        ------
        StudyError
            When the levels do not rise.
        """
        low, rise, high = (to_si(one, "current_density") for one in (first, step, last))
        if not (rise > 0 and 0 < low <= high):
            raise StudyError("a ramp rises from a positive current", found=f"{first!r}, {step!r}, {last!r}")
        levels = [low + rise * k for k in range(int((high - low) / rise + 1e-9) + 1)]
        duration = to_si(half_cycle_time, "duration")
        limit = None if voltage_limit is None else abs(to_si(voltage_limit, "voltage"))
        pause = () if rest is None else (Step(kind="rest", duration=to_si(rest, "duration")),)
        spectrum = (_SPECTRUM,) if impedance else ()
        steps: list[Step] = list(spectrum)
        for level in levels:
            density = float(f"{level:.12g}")
            for kind in _HALVES:
                steps.append(Step(kind=kind, current_density=density, duration=duration, voltage_limit=limit))
                steps.extend(pause)
            steps.extend(spectrum)
        return cls(tuple(steps))

    @classmethod
    def staircase(
        cls,
        currents: Sequence[QuantityLike],
        duration: QuantityLike,
        rest: QuantityLike,
        *,
        kind: StepKind = "strip",
        voltage_limit: QuantityLike | None = None,
        impedance: bool = False,
    ) -> Self:
        """Currents one after another in one direction, with rests between them.

        Parameters
        ----------
        currents
            Current densities (A m-2 or text).
        duration, rest
            s or text, of each level and of the rest after it.
        kind
            ``"strip"`` or ``"plate"``.
        voltage_limit
            V; ends a level early.
        impedance
            Whether a spectrum is taken after each rest.
        """
        if kind not in _HALVES:
            raise StudyError("a staircase strips or plates", found=repr(kind))
        if not currents:
            raise StudyError("a staircase has levels", found="none")
        limit = None if voltage_limit is None else abs(to_si(voltage_limit, "voltage"))
        steps: list[Step] = []
        for current in currents:
            steps.append(
                Step(kind=kind, **_current(current), duration=to_si(duration, "duration"), voltage_limit=limit)
            )
            steps.append(Step(kind="rest", duration=to_si(rest, "duration")))
            steps.extend((_SPECTRUM,) if impedance else ())
        return cls(tuple(steps))

    @classmethod
    def symmetric_cycling(
        cls,
        current: QuantityLike,
        capacity: QuantityLike,
        cycles: int,
        *,
        voltage_limit: QuantityLike | None = None,
        impedance_every: QuantityLike | None = None,
    ) -> Self:
        """Strip and plate the same charge, again and again.

        Parameters
        ----------
        current
            Current density (A m-2 or text), or a text with a current.
        capacity
            Charge of each half cycle, C m-2 or text.
        cycles
            Pairs of half cycles.
        voltage_limit
            V; ends a half cycle early.
        impedance_every
            Charge between two spectra, C m-2 or text; by default none are taken.
        """
        fields = _current(current) | {
            "areal_capacity": to_si(capacity, "areal_capacity"),
            "voltage_limit": None if voltage_limit is None else abs(to_si(voltage_limit, "voltage")),
            "impedance_every": None if impedance_every is None else to_si(impedance_every, "areal_capacity"),
        }
        return cls(Protocol(tuple(Step(kind=kind, **fields) for kind in _HALVES)).repeat(cycles).steps)

    @classmethod
    def voltammetry(cls, scan_rate: QuantityLike, voltages: Sequence[QuantityLike], cycles: int = 1) -> Self:
        """Sweep the voltage around and around.

        Parameters
        ----------
        scan_rate
            V s-1 or text.
        voltages
            V: the start, then where it turns; every cycle ends at the start.
        cycles
            How often.
        """
        turns = tuple(to_si(one, "voltage") for one in voltages)
        rate = to_si(scan_rate, "ramp_rate")
        return cls((Step(kind="sweep", scan_rate=rate, turning_voltages=turns, cycles=cycles),))


_HALVES: tuple[StepKind, StepKind] = ("strip", "plate")
_SPECTRUM = Step(kind="impedance", highest_frequency=7e6, lowest_frequency=1.0)


def _whole(times: object) -> bool:
    return isinstance(times, int) and not isinstance(times, bool) and times >= 1


def _current(given: QuantityLike) -> dict[str, Any]:
    """A current density, or where the unit says so a current."""
    try:
        return {"current_density": to_si(given, "current_density")}
    except UnitsError:
        return {"current": to_si(given, "current")}


def _blocks(texts: list[str]) -> list[str]:
    """Texts with runs that repeat written as blocks: at each place the run that covers most steps."""
    lines: list[str] = []
    index = 0
    while index < len(texts):
        period, times = 1, 1
        for length in range(1, min(len(texts) - index, _LONGEST_BLOCK) + 1):
            count = 1
            while texts[index + count * length : index + (count + 1) * length] == texts[index : index + length]:
                count += 1
            if count > 1 and count * length > period * times:
                period, times = length, count
        block = texts[index : index + period]
        if times > 1:
            lines += [f"Repeat {times} times:", *(f"  {text}" for text in block)]
        else:
            lines += block
        index += period * times
    return lines


_LONGEST_BLOCK = 12
"""Steps in the longest block that is looked for."""
