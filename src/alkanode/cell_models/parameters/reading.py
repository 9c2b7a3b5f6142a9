"""Reading parameter sets: the shipped ones, those of plug-ins, and YAML files of a user.

A file holds ``name``, ``title``, ``system`` and ``parameters``: full name -> ``value`` (SI) or ``by_potassium_mass_fraction``
(mass fraction -> value), ``role``, ``trust``, and optionally ``source``, ``interval``, ``relative_interval``, ``fitted_to``,
``note``. A plug-in registers a name in the entry point group ``alkanode.parameters``; it loads to a path of such a file, or
to a function that returns a :class:`ParameterSet`.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping
from importlib import resources
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, cast

from alkanode.cell_models.parameters.parameter import CompositionTable, Parameter, Role
from alkanode.cell_models.parameters.parameter_set import ParameterSet
from alkanode.data.mapping import load_yaml, only_known
from alkanode.foundation.errors import SchemaError, StudyError
from alkanode.foundation.sources import Trust

GROUP = "alkanode.parameters"
"""Entry point group of plug-ins."""

SHIPPED = {"Wu2025": "wu2025.yaml", "Koh2024": "koh2024.yaml", "Park2021": "park2021.yaml"}
"""Name -> file beside this module, one per paper."""

_SET_KEYS = ("name", "title", "system", "parameters")
_PARAMETER_KEYS = (
    "value",
    "by_potassium_mass_fraction",
    "role",
    "trust",
    "source",
    "interval",
    "relative_interval",
    "fitted_to",
    "note",
)


def parameter_set_names() -> list[str]:
    """Names that :func:`load_parameters` knows: shipped sets first, then those of plug-ins."""
    return [*SHIPPED, *(point.name for point in _points() if point.name not in SHIPPED)]


def load_parameters(name: str | Path | ParameterSet) -> ParameterSet:
    """A parameter set.

    Parameters
    ----------
    name
        Name of a shipped set or of a plug-in (in any case), the path of a YAML file, or a set, which is returned.

    Returns
    -------
    ParameterSet

    Raises
    ------
    StudyError
        For an unknown name (the known ones are given), or a file that is absent or malformed.
    SchemaError
        For a parameter that breaks the rules of :class:`Parameter`.

    Examples
    --------
    >>> load_parameters("Wu2025")["Electrode area [m2]"].role
    'known'
    """
    if isinstance(name, ParameterSet):
        return name
    text = str(name)
    for known in SHIPPED:
        if known.casefold() == text.casefold():
            return _shipped(known)
    for point in _points():
        if point.name.casefold() == text.casefold():
            return _plugin(point)
    if isinstance(name, Path) or text.endswith((".yaml", ".yml")):
        return read_parameters(load_yaml(text), what=f"the file {Path(text).name}")
    known_names = parameter_set_names()
    near = difflib.get_close_matches(text, known_names, n=1)
    raise StudyError(
        "a known parameter set is needed",
        found=repr(text),
        todo=f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(known_names)}, or the path of a YAML file",
    )


def read_parameters(content: object, *, what: str = "a parameter set") -> ParameterSet:
    """A parameter set from a mapping, as a YAML file gives it.

    Parameters
    ----------
    content
        See the head of this module.
    what
        What is being read, for messages.

    Raises
    ------
    StudyError
        For missing or unknown keys, and values that are no numbers.
    SchemaError
        For a parameter that breaks the rules of :class:`Parameter`.
    """
    keys = only_known(content, _SET_KEYS, what=what)
    missing = [key for key in _SET_KEYS if key not in keys]
    if missing:
        raise StudyError(f"{what} needs {', '.join(missing)}", found=f"keys {', '.join(keys) or '(none)'}")
    if not isinstance(keys["parameters"], Mapping):
        raise StudyError(f"{what}: parameters are a mapping from name to values", found=repr(keys["parameters"]))
    entries = {str(name): _parameter(str(name), entry) for name, entry in keys["parameters"].items()}
    return ParameterSet(name=str(keys["name"]), title=str(keys["title"]), system=str(keys["system"]), entries=entries)


def _parameter(name: str, entry: object) -> Parameter:
    where = f"parameter {name!r}"
    keys = only_known(entry, _PARAMETER_KEYS, what=where)
    if ("value" in keys) == ("by_potassium_mass_fraction" in keys):
        raise StudyError(
            f"{where} has either 'value' or 'by_potassium_mass_fraction'", found=f"keys {', '.join(keys) or '(none)'}"
        )
    for key in ("role", "trust"):
        if key not in keys:
            raise StudyError(f"{where} needs {key!r}", found=f"keys {', '.join(keys)}")
    if "value" in keys:
        value: float | CompositionTable = _number(keys["value"], where)
    else:
        value = _table(keys["by_potassium_mass_fraction"], where)
    return Parameter(
        name=name,
        value=value,
        trust=_trust(keys["trust"], where),
        role=cast("Role", str(keys["role"])),
        source=str(keys.get("source") or ""),
        interval=_pair(keys.get("interval"), where),
        relative_interval=_pair(keys.get("relative_interval"), where),
        fitted_to=str(keys.get("fitted_to") or ""),
        note=str(keys.get("note") or ""),
    )


def _number(given: Any, where: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        hint = ""
        if isinstance(given, str):
            hint = "YAML takes 1e-12 for a text: write 1.0e-12"
        raise StudyError(f"{where}: a number in SI is needed", found=repr(given), todo=hint)
    return float(given)


def _pair(given: Any, where: str) -> tuple[float, float] | None:
    if given is None:
        return None
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise StudyError(f"{where}: an interval is [low, high]", found=repr(given))
    return _number(given[0], where), _number(given[1], where)


def _table(given: Any, where: str) -> CompositionTable:
    if not isinstance(given, Mapping):
        raise StudyError(f"{where}: a table maps mass fractions of potassium to values", found=repr(given))
    points = sorted((_number(share, where), _number(value, where)) for share, value in given.items())
    return CompositionTable(tuple(share for share, _ in points), tuple(value for _, value in points))


def _trust(word: Any, where: str) -> Trust:
    """A trust label from its name (``assumed``) or its words (``stated in a paper``)."""
    names = {member.name.lower(): member for member in Trust} | {member.value: member for member in Trust}
    if word not in names:
        raise SchemaError(f"{where}: trust is a trust label", found=repr(word), todo=f"Known: {', '.join(names)}")
    return names[word]


@functools.cache
def _shipped(name: str) -> ParameterSet:
    file = resources.files("alkanode.cell_models.parameters").joinpath("shipped", SHIPPED[name])
    with resources.as_file(file) as path:
        return read_parameters(load_yaml(path), what=f"the parameter set {name}")


@functools.cache
def _points() -> tuple[EntryPoint, ...]:
    """Entry points of the group, searched once per process."""
    return tuple(sorted(entry_points(group=GROUP), key=lambda point: point.name))


def _plugin(point: EntryPoint) -> ParameterSet:
    try:
        made: Any = point.load()
        if callable(made):
            made = made()
    except Exception as cause:
        package = point.dist.name if point.dist else "unknown"
        raise StudyError(
            f"the parameter set {point.name!r} must load",
            found=f"{type(cause).__name__} in package {package!r}: {cause}",
            todo=f"Install {package!r} again, or name another set",
        ) from cause
    if isinstance(made, ParameterSet):
        return made
    if isinstance(made, str | Path):
        return read_parameters(load_yaml(made), what=f"the parameter set {point.name}")
    raise StudyError(
        f"the parameter set {point.name!r} is a ParameterSet or the path of a file", found=type(made).__name__
    )
