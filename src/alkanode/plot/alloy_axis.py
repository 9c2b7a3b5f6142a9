"""The composition axis of records over (composition, element): the content of one metal, or its ratio to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alkanode.foundation.errors import SchemaError
from alkanode.plot.description import FloatArray
from alkanode.plot.style import number

if TYPE_CHECKING:
    import xarray as xr


def elements_of(record: xr.Dataset) -> list[str]:
    """Symbols along the dimension ``element``."""
    return [str(symbol) for symbol in record["element"].to_numpy()]


def chosen_element(record: xr.Dataset, wanted: str | None, default: str) -> str:
    """The element asked for, else a default where the record holds it, else its last.

    Raises
    ------
    SchemaError
        For an element that the record does not hold.
    """
    symbols = elements_of(record)
    if wanted is None:
        return default if default in symbols else symbols[-1]
    if wanted not in symbols:
        raise SchemaError("an element of the record is needed", found=wanted, todo=f"Use {', '.join(symbols)}")
    return wanted


def content(record: xr.Dataset, symbol: str, *, beside: tuple[str, ...] = ()) -> FloatArray:
    """Atoms of a metal in per cent of all atoms, or of those of itself and the metals ``beside`` it."""
    symbols = elements_of(record)
    fractions = record["mole_fraction"].to_numpy()
    part = fractions[..., symbols.index(symbol)]
    if not beside:
        return np.asarray(100 * part, dtype=float)
    whole = part + sum(fractions[..., symbols.index(other)] for other in beside)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(100 * part / whole, dtype=float)


def alloy_words(record: xr.Dataset) -> tuple[str, ...]:
    """Composition of every row as text: ``50 at% K, 50 at% Na``."""
    symbols = elements_of(record)
    return tuple(
        ", ".join(f"{number(100 * float(part))} at% {symbol}" for symbol, part in zip(symbols, row, strict=True))
        for row in record["mole_fraction"].to_numpy()
    )


def diagram_elements(diagram: xr.Dataset) -> tuple[str, str]:
    """The element whose content is drawn, and the other one.

    Raises
    ------
    SchemaError
        When the record does not say of which system it is.
    """
    parts = str(diagram.attrs.get("system", "")).split("-")
    if len(parts) != 2:
        raise SchemaError("a phase diagram needs attrs['system'] such as 'Na-K'", found=repr("-".join(parts)))
    element = str(diagram["mole_fraction"].attrs.get("element", "")) or parts[1]
    return element, next(symbol for symbol in parts if symbol != element)
