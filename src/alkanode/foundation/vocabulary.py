"""Every quantity of alkanode: its name, SI unit, display unit, symbol and definition.

Records hold SI numbers. Plots, reports and the command line show the display unit, which is the habit of the
field: ``display = si * factor + offset``.
"""

from __future__ import annotations

import difflib

from alkanode.foundation.errors import SchemaError
from alkanode.foundation.quantities import ENTRIES, Number, Quantity

__all__ = ["VOCABULARY", "Number", "Quantity", "quantity"]

VOCABULARY: dict[str, Quantity] = {entry.name: entry for entry in ENTRIES}
"""Field name -> quantity."""


def quantity(name: str) -> Quantity:
    """Look up one quantity by its field name.

    Parameters
    ----------
    name
        Field name, for example ``"areal_capacity"``.

    Returns
    -------
    Quantity

    Raises
    ------
    SchemaError
        When the vocabulary has no such name; the nearest names are given.

    Examples
    --------
    >>> quantity("current_density").to_display(10.0)
    1.0
    """
    try:
        return VOCABULARY[name]
    except KeyError:
        near = difflib.get_close_matches(name, VOCABULARY, n=3)
        raise SchemaError(
            "a quantity of the vocabulary is needed",
            found=repr(name),
            todo=f"Did you mean {', '.join(near)}?" if near else "See alkanode.foundation.vocabulary.VOCABULARY",
        ) from None
