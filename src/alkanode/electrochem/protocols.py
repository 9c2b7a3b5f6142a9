"""Protocols of tests: what must agree before results are compared, fitted or pooled, and how far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

AGREE = 0.02
"""Share by which numbers of two protocols may differ; 2 %."""

AGREE_TARGET = 0.05
"""Share by which two targets per half cycle may differ; 5 %, since they may be read off measured charges."""

AGREE_PRESSURE = 0.1
"""Share by which two pressures may differ; 10 %, what a spring or a screw holds."""

AGREE_KELVIN = 2.0
"""K by which the temperatures of two cells may differ: the usual uncertainty of a room."""

_SHARES = {"stack_pressure": AGREE_PRESSURE, "assembly_pressure": AGREE_PRESSURE, "target": AGREE_TARGET}

_UNITS = {
    "current_density": (0.1, "mA cm-2"),
    "stack_pressure": (1e-6, "MPa"),
    "assembly_pressure": (1e-6, "MPa"),
    "temperature": (1.0, "K"),
}


def differences(
    given: Iterable[Mapping[str, Any]], words: Mapping[str, str], *, apart: Iterable[str] = ()
) -> list[str]:
    """In which way protocols differ, in words; empty when they agree.

    Parameters
    ----------
    given
        Protocols: key -> value in SI; ``None`` and ``""`` mean not stated.
    words
        Keys that count, and what each means.
    apart
        Keys that may differ, such as the axis of a law.

    Returns
    -------
    list of str
        One text per key that differs, with up to four of its values. Numbers agree within 2 % (:data:`AGREE`), targets
        within 5 %, pressures within 10 %, temperatures within 2 K; levels of a ramp agree when they do as far as both
        go, since cells fail at different ones. What only some tests state counts as different.
    """
    many, free = list(given), set(apart)
    told = []
    for key, word in words.items():
        values = [one.get(key) for one in many]
        if key in free or all(agree(key, values[0], value) for value in values[1:]):
            continue
        distinct = list(dict.fromkeys(shown(key, value) for value in values))
        told.append(f"{word} ({' / '.join(distinct[:4])}{' / ...' if len(distinct) > 4 else ''})")
    return told


def alike(
    given: Sequence[Mapping[str, Any]], words: Mapping[str, str], *, apart: Iterable[str] = ()
) -> list[list[int]]:
    """Places of protocols that agree, group by group in the order of their first members.

    Parameters
    ----------
    given, words, apart
        As for :func:`differences`; each protocol is compared with the first one of a group.
    """
    free = list(apart)
    groups: list[list[int]] = []
    for index, one in enumerate(given):
        home = next((group for group in groups if not differences([given[group[0]], one], words, apart=free)), None)
        if home is None:
            groups.append([index])
        else:
            home.append(index)
    return groups


def agree(key: str, one: Any, other: Any) -> bool:
    """Whether two values of a key of the protocol count as the same."""
    if isinstance(one, list) and isinstance(other, list):
        return all(agree(key, a, b) for a, b in zip(one, other, strict=False))
    if isinstance(one, int | float) and isinstance(other, int | float):
        if key == "temperature":
            return abs(one - other) <= AGREE_KELVIN
        return abs(one - other) <= _SHARES.get(key, AGREE) * max(abs(one), abs(other))
    return bool(one == other)


def shown(key: str, value: Any) -> str:
    """A value of the protocol as text, with its display unit where the key has one."""
    if isinstance(value, list):
        return f"{', '.join(f'{item:.4g}' for item in value[:4])}{', ...' if len(value) > 4 else ''}"
    if value is None or value == "":
        return "not stated"
    if isinstance(value, int | float):
        factor, unit = _UNITS.get(key, (1.0, ""))
        return f"{factor * value:.4g} {unit}".strip()
    return str(value)
