"""Ends of the liquid field of a binary system, read off its tie lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.anode.equilibria.states import liquid_phases
from alkanode.thermo.binary.phase_map import PhaseMap
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import Parameters


@dataclass(frozen=True, slots=True)
class LiquidBounds:
    """Ends of the liquid field and of the two-phase fields beside it, mole fractions of the second element.

    Attributes
    ----------
    lower, upper
        Liquidus on the side of the first and of the second element. Two liquids count as liquid.
    last_below, last_above
        Compositions at which the last liquid is gone beyond ``lower`` and beyond ``upper``.
    """

    lower: Array
    upper: Array
    last_below: Array
    last_above: Array


def liquid_bounds(
    chart: PhaseMap, temperature: Array, parameters: Parameters | None = None, *, may_be_absent: bool = False
) -> LiquidBounds:
    """Ends of the liquid field at temperatures in K (any shape); a side without a solid ends at the pure element.

    Parameters
    ----------
    chart
        Topology of the system.
    temperature
        K.
    parameters
        Other parameters of the assessment, shaped like the temperature.
    may_be_absent
        Give NaN where no composition is liquid, instead of raising.

    Raises
    ------
    PhysicsError
        Where no composition is liquid, unless ``may_be_absent``.
    """
    lines = chart.tie_lines(temperature) if parameters is None else chart.tie_lines(temperature, parameters)
    liquid = np.append(liquid_phases(lines.branches), False)  # the last entry answers for unused places, number -1
    lower, upper = np.zeros(temperature.shape), np.ones(temperature.shape)
    last_below, last_above = lower.copy(), upper.copy()
    present = liquid[lines.first]
    for place in range(len(lines.left)):
        left, right = liquid[lines.left_branch[place]], liquid[lines.right_branch[place]]
        into, out_of = right & ~left, left & ~right
        lower = np.where(into, lines.right[place], lower)
        last_below = np.where(into, lines.left[place], last_below)
        upper = np.where(out_of, lines.left[place], upper)
        last_above = np.where(out_of, lines.right[place], last_above)
        present = present | left | right
    if not present.all():
        if not may_be_absent:
            with_liquid = [
                part.lower
                for part in chart.ranges
                if any(liquid_phases((f.left, f.right)).any() for f in part.fields) or part.first.startswith("liquid")
            ]
            if not with_liquid:
                raise PhysicsError(
                    "a liquid window needs the liquid",
                    found=f"without {', '.join(chart.suspended)}",
                    todo="Do not suspend it",
                )
            coldest = min(with_liquid)
            raise PhysicsError(
                f"a liquid window needs a temperature above {coldest:.2f} K, where the first liquid forms",
                found=f"{temperature[~present].flat[0]:.2f} K (the temperature, or its lower bound)",
                todo="Raise the temperature, or state a smaller temperature_uncertainty",
            )
        lower, upper, last_below, last_above = (
            np.where(present, value, np.nan) for value in (lower, upper, last_below, last_above)
        )
    return LiquidBounds(lower, upper, last_below, last_above)
