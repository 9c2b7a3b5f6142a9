"""Compositions at the door of the properties, and the label of what comes out."""

from __future__ import annotations

from collections.abc import Iterable

from alkanode.foundation.errors import PhysicsError
from alkanode.materials.alloys import Alloy
from alkanode.materials.composition import Composition
from alkanode.materials.properties.correlation import Origin


def as_composition(value: Alloy | Composition | str) -> Composition:
    """The composition behind an alloy, a composition or a name.

    Raises
    ------
    PhysicsError
        When it is none of these.
    """
    if isinstance(value, Alloy):
        return value.composition
    if isinstance(value, Composition):
        return value
    if isinstance(value, str):
        return Composition.from_name(value)
    raise PhysicsError("an Alloy, a Composition or a name such as 'NaK50' is needed", found=repr(value))


def rests_on(what: str, origins: Iterable[Origin]) -> str:
    """The label of a property: what it is, every source with its trust, and what the interval covers."""
    parts = dict.fromkeys(f"{origin.source or origin.note or 'no source'} {origin.trust.value}" for origin in origins)
    return f"{what} ({'; '.join(parts)}); interval covers twice the standard uncertainty of the correlation"
