"""Reading a mapping that people wrote: known keys only, near misses named."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from alkanode.foundation.errors import StudyError


def only_known(mapping: object, known: Iterable[str], *, what: str) -> dict[str, Any]:
    """Check that something is a mapping and holds known keys only.

    Parameters
    ----------
    mapping
        What the YAML or table gave.
    known
        Keys that are allowed.
    what
        What is being read, for the message, for example ``"cell"``.

    Returns
    -------
    dict
        The same content with text keys.

    Raises
    ------
    StudyError
        When it is no mapping, or for an unknown key, with the nearest known key.
    """
    names = list(known)
    if not isinstance(mapping, Mapping):
        raise StudyError(f"{what} must be a mapping of keys to values", found=f"{type(mapping).__name__} {mapping!r}")
    for key in mapping:
        if key not in names:
            near = difflib.get_close_matches(str(key), names, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(names)}"
            raise StudyError(f"{what} has only known keys", found=f"unknown key {key!r}", todo=hint)
    return {str(key): value for key, value in mapping.items()}
