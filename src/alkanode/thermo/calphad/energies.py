"""What the Gibbs energies of a user's database leave open: functions that it lacks, and temperatures that they cover.

pycalphad takes a function that is not defined, and a pure constituent without an energy, for zero, and carries functions
beyond their temperatures, all without a word. Here that is said.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from alkanode.foundation.errors import DataQualityWarning, PhysicsError

_VARIABLES = frozenset({"T", "P", "R"})


def elements_of(holder: Any) -> set[str]:
    """Elements that a phase of the database can hold."""
    return {
        symbol.upper() for places in holder.constituents for species in places for symbol in species.constituents
    } - {"VA"}


def check_energies(database: Any, elements: tuple[str, ...], phases: tuple[str, ...]) -> None:
    """Functions that the phases use and the database defines, or an error.

    Raises
    ------
    PhysicsError
        For a function that is not defined, or is defined by itself.

    Warns
    -----
    DataQualityWarning
        For a pure element without a Gibbs energy in one of the phases.
    """
    for entry in _parameters(database, elements, phases):
        _resolve(database, entry["parameter"], (), entry["phase_name"])
    without = [
        f"{name} of {symbol}"
        for name, symbol in itertools.product(phases, elements)
        if _holds_alone(database.phases[name], symbol) and not _has_energy(database, name, symbol)
    ]
    if without:
        warnings.warn(
            f"the database has no Gibbs energy for {', '.join(without)}; pycalphad takes it for 0",
            DataQualityWarning,
            stacklevel=4,
        )


def function_range(database: Any, elements: tuple[str, ...], phases: tuple[str, ...]) -> tuple[float, float]:
    """Lowest and highest temperature (K) at which all Gibbs energies of the phases are defined."""
    low, high = 0.0, np.inf
    for entry in _parameters(database, elements, phases):
        for expression in (entry["parameter"], *_functions(database, entry["parameter"])):
            if ends := _ends(expression):
                low, high = max(low, ends[0]), min(high, ends[1])
    return low, high


def _parameters(database: Any, elements: tuple[str, ...], phases: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Parameters of the phases whose constituents are made of the elements."""
    allowed = {*elements, "VA"}
    for entry in database.search(lambda entry: entry.get("phase_name") in phases):
        species = itertools.chain.from_iterable(entry["constituent_array"])
        if all(set(map(str.upper, one.constituents)) <= allowed for one in species if one.name != "*"):
            yield entry


def _resolve(database: Any, expression: Any, above: tuple[str, ...], phase: str) -> None:
    """Follow the functions of an expression to their end."""
    for name in _names(expression):
        if name in above:
            raise PhysicsError("functions that are not defined by themselves are needed", found=f"{name} in {phase}")
        if name not in database.symbols:
            raise PhysicsError(
                f"a database that defines the functions of {phase} is needed",
                found=f"no function {name}",
                todo="Is the file whole? Leave the phase out through phases=(...), or define the function",
            )
        _resolve(database, database.symbols[name], (*above, name), phase)


def _functions(database: Any, expression: Any) -> list[Any]:
    """Functions that an expression rests on."""
    found: dict[str, Any] = {}
    queue = list(_names(expression))
    while queue:
        name = queue.pop()
        if name not in found:
            found[name] = database.symbols[name]
            queue += _names(found[name])
    return list(found.values())


def _names(expression: Any) -> list[str]:
    names = {str(symbol) for symbol in getattr(expression, "free_symbols", ())}
    return sorted(names - _VARIABLES)


def _ends(expression: Any) -> tuple[float, float] | None:
    """Temperatures between which a piecewise function is given."""
    if type(expression).__name__ != "Piecewise":
        return None
    bounds = [
        float(side)
        for condition in expression.args[1::2]
        for relation in _relations(condition)
        for side in relation.args
        if not getattr(side, "free_symbols", ())
    ]
    return (min(bounds), max(bounds)) if len(bounds) > 1 else None


def _relations(condition: Any) -> list[Any]:
    parts = getattr(condition, "args", ())
    if type(condition).__name__ == "And":
        return [relation for part in parts for relation in _relations(part)]
    return [condition] if len(parts) == 2 else []


def _holds_alone(holder: Any, symbol: str) -> bool:
    """Whether every sublattice of a phase can be filled with one element or with vacancies."""
    return symbol in elements_of(holder) and all(
        any({part.upper() for part in one.constituents} <= {symbol, "VA"} for one in places)
        for places in holder.constituents
    )


def _has_energy(database: Any, phase: str, symbol: str) -> bool:
    return any(
        entry["parameter_type"] == "G" and entry["parameter_order"] == 0
        for entry in _parameters(database, (symbol,), (phase,))
    )
