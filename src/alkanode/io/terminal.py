"""The terminal of the cell that is the working electrode: the sign between a cycler's numbers and ours.

A cycler knows a cell with two terminals and counts the current that charges it as positive. Here positive current
oxidises the working electrode. The two agree when the working electrode is the positive terminal of the cell, as the
cathode of a half or full cell is. When it is the negative one, current, charge and voltage change sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from alkanode.foundation.errors import SchemaError

Terminal = Literal["positive", "negative"]

SIGNS: dict[str, float] = {"positive": 1.0, "negative": -1.0}
"""Factor of current, charge and voltage from a cycler to ours, by the terminal of the working electrode."""


def checked_terminal(terminal: str) -> None:
    """Refuse a terminal that is none.

    Raises
    ------
    SchemaError
        For anything but ``"positive"`` and ``"negative"``.
    """
    if terminal not in SIGNS:
        raise SchemaError("working_electrode is 'positive' or 'negative'", found=repr(terminal))


@dataclass(frozen=True, slots=True)
class TwoTerminals:
    """What every reader of a cycler's files asks.

    Parameters
    ----------
    working_electrode
        Terminal of the cell that is the working electrode. ``"positive"``, the default, suits half and full cells
        whose working electrode is the cathode: charging oxidises it, and the numbers are taken as they are.
        ``"negative"`` turns the signs of current, charge and voltage.
    """

    working_electrode: Terminal = "positive"

    def __post_init__(self) -> None:
        checked_terminal(self.working_electrode)

    @property
    def sign(self) -> float:
        """Factor of current, charge and voltage from the file to ours."""
        return SIGNS[self.working_electrode]
