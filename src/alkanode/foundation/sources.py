"""Where numbers come from: trust labels, constants, estimates, citations."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Any, ParamSpec, TypeVar

from alkanode.foundation.errors import SchemaError

P = ParamSpec("P")
R = TypeVar("R")


class Trust(StrEnum):
    """How far a number can be trusted, shown wherever a result rests on it."""

    STATED = "stated in a paper"
    READ = "read in public material"
    MEASURED = "measured"
    COMPUTED = "computed"
    FITTED = "fitted"
    GIVEN = "given by the user"
    RECALLED = "recalled, unverified"
    ASSUMED = "assumed"

    @property
    def weak(self) -> bool:
        """Whether a result that rests on it must say so."""
        return self in (Trust.RECALLED, Trust.ASSUMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A number of nature or of a material, with what makes it trustworthy.

    Attributes
    ----------
    value
        Value in ``unit``.
    unit
        SI unit in UDUNITS style.
    source
        Key in ``references.bib``, or ``""`` for a number without a printed source.
    trust
        Trust label.
    note
        Conditions or remarks.
    """

    value: float
    unit: str
    source: str
    trust: Trust
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A headline number: value, SI unit, interval, label.

    Attributes
    ----------
    value
        Value in ``unit``; ``None`` where it cannot be known from what was given.
    unit
        SI unit.
    interval
        Lower and upper bound in ``unit``, or ``None`` where no interval is known.
    label
        What the number rests on: a trust label, and what the interval covers.
    quantity
        Field name in the vocabulary, which gives the display unit.
    """

    value: float | None
    unit: str
    quantity: str
    label: str
    interval: tuple[float, float] | None = None

    @property
    def basis(self) -> str:
        """What the number rests on, without what its interval covers."""
        return self.label.partition("; interval")[0]

    def to_json(self) -> dict[str, Any]:
        """The machine-readable form ``{value, unit, interval, label}``."""
        return {
            "value": self.value,
            "unit": self.unit,
            "interval": None if self.interval is None else list(self.interval),
            "label": self.label,
        }


def source(*keys: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Name the papers that a public function rests on.

    The keys are added to ``attrs["sources"]`` of what the function returns, so that :func:`cite` can print them.

    Parameters
    ----------
    keys
        Keys in ``references.bib``.
    """
    known = bibliography()
    for key in keys:
        if key not in known:
            raise SchemaError("a source must stand in references.bib", found=repr(key))

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            result = function(*args, **kwargs)
            add_sources(result, keys)
            return result

        return wrapper

    return decorate


def add_sources(result: object, keys: Iterable[str]) -> None:
    """Add source keys to ``attrs["sources"]`` of a record (text, separated by spaces)."""
    attrs = getattr(result, "attrs", None)
    if isinstance(attrs, dict):
        attrs["sources"] = " ".join(dict.fromkeys([*str(attrs.get("sources", "")).split(), *keys]))


@functools.cache
def bibliography() -> dict[str, str]:
    """All entries of ``references.bib``: key -> BibTeX text."""
    text = resources.files("alkanode.foundation").joinpath("references.bib").read_text(encoding="utf-8")
    entries: dict[str, str] = {}
    for match in re.finditer(r"^@\w+\{([^,\s]+),", text, flags=re.MULTILINE):
        depth, end = 0, match.start()
        for end in range(match.start(), len(text)):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            if depth == 0 and text[end] == "}":
                break
        entries[match.group(1)] = text[match.start() : end + 1]
    return entries


def cite(*results: object) -> str:
    """BibTeX of everything that results rest on.

    Parameters
    ----------
    results
        Records (anything with ``attrs["sources"]``), or keys of ``references.bib``.

    Returns
    -------
    str
        BibTeX entries in the order of first use; empty when nothing is named.

    Raises
    ------
    SchemaError
        When a result names a source that ``references.bib`` lacks.
    """
    keys: dict[str, None] = {}
    for result in results:
        named = result if isinstance(result, str) else str(getattr(result, "attrs", {}).get("sources", ""))
        keys.update(dict.fromkeys(named.split()))
    known = bibliography()
    missing = [key for key in keys if key not in known]
    if missing:
        raise SchemaError("every source key must stand in references.bib", found=", ".join(missing))
    return "\n\n".join(known[key] for key in keys)
