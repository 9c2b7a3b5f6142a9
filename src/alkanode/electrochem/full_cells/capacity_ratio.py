"""Ratio of the capacities of anode and cathode (N/P), with the metal that counts named.

Both metals leave a Na-K anode, one by discharge, the other by dissolving. A ratio that does not say which of them it counts means
nothing: NaK50 holds 583 mAh/g of Na and 343 mAh/g of K.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

from alkanode.data.cell import Cell
from alkanode.electrochem.stripping.anode_path import potassium_in_carbon
from alkanode.foundation.errors import PhysicsError, StudyError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials.alloys import FARADAY_CONSTANT, Alloy

Usable = Literal["Na", "K", "both"]


def capacity_ratio(
    cell: Cell,
    *,
    usable: Usable,
    cathode_capacity: QuantityLike,
    cathode_capacity_uncertainty: QuantityLike | None = None,
) -> Estimate:
    """N/P ratio of a cell.

    Parameters
    ----------
    cell
        ``anode``: the alloy and its mass; ``counter``: the cathode and the mass of its active material.
    usable
        Which metal counts: ``"Na"``, ``"K"`` or ``"both"``. There is no default.
    cathode_capacity
        C kg-1 of active material, or text such as ``"80 mAh g-1"``.
    cathode_capacity_uncertainty
        Standard uncertainty, same unit; default none.

    Returns
    -------
    Estimate
        (m_alloy q_usable)/(m_cathode q_cathode); interval: 95 % from the standard uncertainties of both masses and of the
        cathode's capacity, ``None`` where none is known. Potassium bound as KC8 (``anode.kc8_extent``) is not counted.

    Raises
    ------
    StudyError
        When ``usable`` is none of the three, or a mass is missing.
    PhysicsError
        When the anode is no alloy, holds none of the metal, or a capacity is not positive.

    Notes
    -----
    The theoretical capacity of the alloy is F x/M. Potassium or sodium that dissolved into the electrolyte is not known here.
    """
    if usable not in get_args(Usable):
        raise StudyError("usable names the metal that counts: 'Na', 'K' or 'both'", found=repr(usable))
    alloy, cathode = cell.alloy, cell.counter
    if alloy is None:
        raise PhysicsError("an N/P ratio needs an alloy of known elements as the anode", found=cell.anode.name)
    if cell.anode.mass is None or cathode is None or cathode.mass is None:
        raise StudyError(
            "an N/P ratio needs the masses of alloy and cathode",
            found="a cell without 'anode.mass' or without 'counter.mass'",
            todo="Give both in the cell file",
        )
    metals = ("Na", "K") if usable == "both" else (usable,)
    capacity = sum(_capacity(alloy, metal) for metal in metals)
    bound = _bound_charge(cell, alloy) if "K" in metals else 0.0
    charge = capacity * cell.anode.mass - bound
    if not charge > 0:
        raise PhysicsError(f"the anode holds no free {usable if usable != 'both' else 'metal'}", found=str(alloy))
    specific = to_si(cathode_capacity, "cathode_specific_capacity")
    if not specific > 0:
        raise PhysicsError("the capacity of the cathode is positive", found=repr(cathode_capacity))
    parts = []
    if cell.anode.mass_uncertainty is not None:
        parts.append(capacity * cell.anode.mass_uncertainty / charge)
    if cathode.mass_uncertainty is not None:
        parts.append(cathode.mass_uncertainty / cathode.mass)
    if cathode_capacity_uncertainty is not None:
        parts.append(to_si(cathode_capacity_uncertainty, "cathode_specific_capacity") / specific)
    ratio = charge / (cathode.mass * specific)
    reach = 1.96 * ratio * math.hypot(*parts)
    counted = "Na and K both count" if usable == "both" else f"only {usable} counts"
    less = ", without the K bound as KC8" if bound else ""
    return Estimate(
        value=ratio,
        unit="1",
        quantity="fraction",
        interval=(ratio - reach, ratio + reach) if parts else None,
        label=f"computed from the masses, {counted}{less}"
        + ("; interval: 95 % from their uncertainties" if parts else ""),
    )


def _capacity(alloy: Alloy, metal: str) -> float:
    """C kg-1; 0 where the alloy holds none of the metal."""
    return alloy.theoretical_capacity(f"{metal}+") if metal in alloy.composition.elements else 0.0


def _bound_charge(cell: Cell, alloy: Alloy) -> float:
    """Charge (C) of the potassium that the carbon binds as KC8, at most all of it."""
    atoms = (cell.anode.mass or 0.0) / alloy.composition.molar_mass
    held = _capacity(alloy, "K") * (cell.anode.mass or 0.0)
    return min(potassium_in_carbon(cell) * atoms * FARADAY_CONSTANT, held)
