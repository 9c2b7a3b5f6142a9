"""What a kind of record holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Dims = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a kind of record holds.

    Attributes
    ----------
    name
        Name in ``attrs["kind"]``.
    meaning
        One sentence.
    required, optional
        Field name -> dimensions.
    complex_fields, text_fields, flag_fields
        Fields that hold complex numbers, text, or true/false; every other field holds real numbers.
    increasing
        Fields that must not decrease along their only dimension.
    """

    name: str
    meaning: str
    required: Mapping[str, Dims]
    optional: Mapping[str, Dims] = field(default_factory=dict)
    complex_fields: frozenset[str] = frozenset()
    text_fields: frozenset[str] = frozenset()
    flag_fields: frozenset[str] = frozenset()
    increasing: frozenset[str] = frozenset()
