"""One entry of the vocabulary: a quantity with its SI unit and the unit on screen and paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Number = TypeVar("Number", float, "npt.NDArray[np.float64]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One entry of the vocabulary.

    Attributes
    ----------
    name
        Field name in records, for example ``areal_capacity``.
    unit
        SI unit in UDUNITS style, for example ``C m-2``; ``1`` for pure numbers.
    display_unit
        Unit on screen and paper, for example ``mAh cm-2``.
    factor, offset
        Display value = SI value x factor + offset.
    symbol
        Symbol on an axis.
    definition
        What is meant, in one sentence.
    """

    name: str
    unit: str
    symbol: str
    definition: str
    display_unit: str = ""
    factor: float = 1.0
    offset: float = 0.0

    @property
    def shown_unit(self) -> str:
        """The unit on screen and paper (the SI unit where no other is the habit)."""
        return self.display_unit or self.unit

    def to_display(self, value: Number) -> Number:
        """Turn an SI number or array into the display unit."""
        return value * self.factor + self.offset

    def to_si(self, value: Number) -> Number:
        """Turn a number or array in the display unit into SI."""
        return (value - self.offset) / self.factor
