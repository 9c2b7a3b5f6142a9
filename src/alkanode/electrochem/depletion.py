"""Depletion: a run-away like that of lost contact, at the charge at which the stripped electrode is used up.

The inventory is that of the working metal in the stated mass. That of the salt is not known from a cell file, so salt
depletion stays a rival and is never concluded.
"""

from __future__ import annotations

from dataclasses import dataclass

from alkanode.data.cell import Cell
from alkanode.data.steps import stripping_sign
from alkanode.materials.alloys import Alloy


@dataclass(frozen=True, slots=True, kw_only=True)
class DepletionRule:
    """When a run-away is taken for depletion.

    Attributes
    ----------
    least_share, most_share
        Share of the inventory that must have been stripped since the first row: 0.85, since the last of a thin electrode
        loses contact before it is gone; 1.15, since more than all of it means that mass or history is not as stated.
    """

    least_share: float = 0.85
    most_share: float = 1.15


def used_inventory(cell: Cell | None, charge: float, sign: float) -> tuple[float, str]:
    """Share of the inventory of the electrode that is being stripped.

    Parameters
    ----------
    cell
        Gives the masses of the electrodes; ``None`` when unknown.
    charge
        Charge since the first row, C, positive for oxidation at the working electrode.
    sign
        Direction of the current.

    Returns
    -------
    share
        1 when all of its working metal has left since the first row; NaN when its mass is not known or it is no alkali
        metal.
    which
        Name of that electrode for people.
    """
    stripping = sign == stripping_sign(cell)
    electrode = None if cell is None else cell.anode if stripping else cell.counter
    which = "anode" if stripping else "counter electrode (stripped here)"
    if cell is None or electrode is None or not isinstance(electrode.material, Alloy) or not electrode.mass:
        return float("nan"), which
    inventory = electrode.material.theoretical_capacity(cell.ion) * electrode.mass
    return (sign * charge / inventory if inventory else float("nan")), which


def depletion_sign(cell: Cell | None, charge: float, sign: float, rule: DepletionRule) -> list[str]:
    """Sign of depletion: the charge that ran equals the inventory of the electrode that is being stripped."""
    used, which = used_inventory(cell, charge, sign)
    if not rule.least_share <= used <= rule.most_share:
        return []
    return [f"{100 * used:.3g} % of the inventory of the {which} had been stripped since the first row"]
