"""Steps of a protocol as texts: reading one, writing one, blocks that repeat."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from alkanode.foundation.errors import AlkanodeError, StudyError, UnitsError
from alkanode.foundation.units import to_si
from alkanode.foundation.vocabulary import quantity

if TYPE_CHECKING:
    from alkanode.data.protocol_step import Step

Lines: TypeAlias = "Iterable[str | Mapping[str, Any]]"
"""One text per step. A block that repeats is a text ``"Repeat 3 times:"`` followed by indented texts, a text ``"Repeat 3
times: Strip ...; Plate ..."``, or, as YAML gives it, a mapping ``{"Repeat 3 times": [...]}``."""

MOST_STEPS = 100_000
"""Steps that a protocol may expand to; more are a slip of the pen."""

_CURRENT = re.compile(
    r"^(strip|plate) at (.+?)(?: ((?:until|for) .+?))?(?: with impedance every (.+))?$", re.IGNORECASE
)
_BETWEEN = re.compile(
    r"^(.+?)(?: after (.+?) (?:of |at )?rest)?(?: from (.+?) to (.+?))?(?: (?:with|at) (\d+) points per decade)?$",
    re.IGNORECASE,
)
_REST = re.compile(r"^rest for (.+)$", re.IGNORECASE)
_IMPEDANCE = re.compile(r"^impedance from (.+?) to (.+?)(?: (?:with|at) (\d+) points per decade)?$", re.IGNORECASE)
_SWEEP = re.compile(r"^sweep at (.+?) from (.+?)(?: for (\d+) cycles?)?$", re.IGNORECASE)
_REPEAT = re.compile(r"^\s*repeat\s+(\S+)\s+times?\s*:?\s*(.*)$", re.IGNORECASE)

FORMS = "'Strip at ...', 'Plate at ...', 'Rest for ...', 'Impedance from ... to ...' or 'Sweep at ... from ... to ...'"


def fields_of_step(text: str) -> dict[str, Any]:
    """Fields of a step from its text.

    Raises
    ------
    StudyError
        When the text is none of the known forms.
    UnitsError
        For a quantity without a unit or with a wrong one.
    """
    line = " ".join(str(text).split()).rstrip(".")
    if match := _CURRENT.match(line):
        density, current = _either(match[2], "current_density", "current")
        fields = {"kind": match[1].lower(), "current": current, "current_density": density}
        return fields | _ends(match[3], line) | _between(match[4])
    if match := _REST.match(line):
        return {"kind": "rest", "duration": to_si(match[1], "duration")}
    if match := _IMPEDANCE.match(line):
        return {"kind": "impedance", **_frequencies(match[1], match[2], match[3])}
    if match := _SWEEP.match(line):
        turns = tuple(to_si(part, "voltage") for part in re.split(r"\s+to\s+", match[2], flags=re.IGNORECASE))
        return {
            "kind": "sweep",
            "scan_rate": to_si(match[1], "ramp_rate"),
            "turning_voltages": turns,
            "cycles": int(match[3] or 1),
        }
    raise StudyError(f"a step reads {FORMS}", found=repr(text), todo="Write for example 'Strip at 1 mA cm-2 until 1 V'")


def _ends(text: str | None, line: str) -> dict[str, float]:
    found: dict[str, float] = {}
    if text is None:
        return found
    for part in re.split(r"\s+or\s+", text, flags=re.IGNORECASE):
        word, _, value = part.partition(" ")
        if word.lower() == "until":
            name, number = "voltage_limit", to_si(value, "voltage")
        elif word.lower() == "for":
            duration, charge = _either(value, "duration", "areal_capacity")
            name, number = ("duration", duration) if duration is not None else ("areal_capacity", charge or 0.0)
        else:
            raise StudyError("an end of a step begins with 'until' or 'for'", found=f"{part!r} in {line!r}")
        if name in found:
            raise StudyError(f"a step has one {name}", found=f"two in {line!r}")
        found[name] = number
    return found


def _between(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    match = _BETWEEN.match(text)
    assert match is not None, "the first group takes any text"
    fields: dict[str, Any] = {"impedance_every": to_si(match[1], "areal_capacity")}
    if match[2]:
        fields["impedance_rest"] = to_si(match[2], "duration")
    if match[3]:
        return fields | _frequencies(match[3], match[4], match[5])
    return fields | ({"points_per_decade": int(match[5])} if match[5] else {})


def _frequencies(first: str, second: str, per_decade: str | None) -> dict[str, Any]:
    ends = (to_si(first, "frequency"), to_si(second, "frequency"))
    fields: dict[str, Any] = {"highest_frequency": max(ends), "lowest_frequency": min(ends)}
    return fields | ({"points_per_decade": int(per_decade)} if per_decade else {})


def _either(text: str, first: str, second: str) -> tuple[float | None, float | None]:
    """Read a text as one of two quantities; the unit decides."""
    try:
        return to_si(text, first), None
    except UnitsError:
        return None, to_si(text, second)


def expand(lines: Lines) -> Iterator[str]:
    """Texts of single steps, blocks written out.

    Raises
    ------
    StudyError
        For a block without steps, a number of repeats that is none, a step that is neither text nor block, or more than
        100 000 steps.
    """
    listed = lines.splitlines() if isinstance(lines, str) else list(lines)
    kept = (
        [line for line in listed if not (isinstance(line, str) and not line.strip())]
        if isinstance(lines, str)
        else listed
    )
    for number, text in enumerate(_expanded(kept)):
        if number == MOST_STEPS:
            raise StudyError(f"a protocol has at most {MOST_STEPS} steps", found="more")
        yield text


def _expanded(lines: Sequence[Any]) -> Iterator[str]:
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        if isinstance(line, Mapping):
            yield from _mapped(line)
            continue
        if not isinstance(line, str):
            raise StudyError("a step is a text", found=repr(line))
        match = _REPEAT.match(line)
        if match is None:
            yield line
            continue
        times = _times(match[1], line)
        if match[2]:
            block: list[Any] = [part for part in match[2].split(";") if part.strip()]
        else:
            indent = _indent(line)
            end = index
            while end < len(lines) and isinstance(lines[end], str) and _indent(lines[end]) > indent:
                end += 1
            block, index = list(lines[index:end]), end
        yield from _repeated(block, times, line)


def _mapped(block: Mapping[str, Any]) -> Iterator[str]:
    pairs = list(block.items())
    match = _REPEAT.match(str(pairs[0][0])) if len(pairs) == 1 else None
    if match is None or match[2] or not isinstance(pairs[0][1], list | tuple):
        raise StudyError(
            "a block of a protocol reads 'Repeat N times' with a list of steps",
            found=repr(dict(block)),
            todo="Write for example {'Repeat 10 times': ['Strip ...', 'Plate ...']}",
        )
    yield from _repeated(pairs[0][1], _times(match[1], str(pairs[0][0])), str(pairs[0][0]))


def _repeated(block: Sequence[Any], times: int, header: str) -> Iterator[str]:
    if not block:
        raise StudyError(
            "a block that repeats has steps", found=f"none under {header.strip()!r}", todo="Indent the steps below it"
        )
    for _ in range(times):
        yield from _expanded(block)


def _times(text: str, line: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise StudyError("a block repeats a whole number of times, once or more", found=repr(line.strip()))
    return int(text)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def numbered(problem: AlkanodeError, number: int, text: str) -> StudyError:
    """The error of one step, with its number and its text in front."""
    return StudyError(
        f"step {number} of the protocol ({' '.join(str(text).split())!r}): {problem.needed}",
        found=problem.found,
        todo=problem.todo,
    )


def text_of_step(step: Step) -> str:
    """A step as a text that reads back to an equal step."""
    if step.kind == "rest":
        return f"Rest for {_written(step.duration, 'duration', 'h', 'min', 's')}"
    if step.kind == "impedance":
        return f"Impedance {_range_text(step)}"
    if step.kind == "sweep":
        turns = " to ".join(_written(one, "voltage", "V") for one in step.turning_voltages or ())
        cycles = f"{step.cycles} cycle" + ("" if step.cycles == 1 else "s")
        return f"Sweep at {_written(step.scan_rate, 'ramp_rate', 'mV s-1', 'V s-1')} from {turns} for {cycles}"
    if step.current_density is not None:
        size = _written(step.current_density, "current_density", "mA cm-2", "A m-2")
    else:
        size = _written(step.current, "current", "mA", "A")
    ends = []
    if step.duration is not None:
        ends.append("for " + _written(step.duration, "duration", "h", "min", "s"))
    if step.areal_capacity is not None:
        ends.append("for " + _written(step.areal_capacity, "areal_capacity", "mAh cm-2", "C m-2"))
    if step.voltage_limit is not None:
        ends.append("until " + _written(step.sign * step.voltage_limit, "voltage", "V"))
    text = f"{step.kind.capitalize()} at {size} {' or '.join(ends)}".rstrip()
    if step.impedance_every is not None:
        text += f" with impedance every {_written(step.impedance_every, 'areal_capacity', 'mAh cm-2', 'C m-2')}"
        if step.impedance_rest is not None:
            text += f" after {_written(step.impedance_rest, 'duration', 'h', 'min', 's')} rest"
        text += " " + _range_text(step)
    return text


def _range_text(step: Step) -> str:
    high = _written(step.highest_frequency, "frequency", "MHz", "kHz", "Hz")
    text = f"from {high} to {_written(step.lowest_frequency, 'frequency', 'MHz', 'kHz', 'Hz', 'mHz')}"
    return text if step.points_per_decade is None else f"{text} with {step.points_per_decade} points per decade"


def _written(value: float | None, name: str, *units: str) -> str:
    """A number with the first unit that shows it in few digits, so that reading gives exactly the same number."""
    assert value is not None, "a checked step holds what its kind needs"
    base = quantity(name).unit
    best = ""
    for unit in dict.fromkeys((*units, base)):
        factor = to_si(f"1 {unit}", name)
        for digits in (6, 12, 15, 17):
            text = f"{value / factor:.{digits}g} {unit}"
            if to_si(text, name) == value:
                number = text.partition(" ")[0]
                if not best or len(number) < len(best.partition(" ")[0]) - 2:
                    best = text
                break
    return best or f"{value!r} {base}"
