"""Setting the constants of leaching on the Na50K50 cell alone, with what its facts leave open.

Four observations on that cell fix four numbers, one after the other:

1. the potassium that has left by the 40th cycle gives the law's constant (the constant only stretches time),
2. the thickness of the layer on the 40th cycle gives the share of the precipitate that lies on top,
3. the resistance on the 50th cycle, 140 times that of the first, gives the amount at which the layer closes,
4. the cycle of the rise gives the factor by which the resistance has then risen: that factor counts as a rise elsewhere.

Under the salt law there is no closing layer: the resistance on the 50th cycle gives its constant, and the potassium lost is
left as a test.

The first is weak: "only sodium signals" is a bound, drawn uniformly between its ends. What else is not known (mass, volume of
electrolyte, transfer coefficient, the cycle of the rise) is drawn within its interval in the parameter set. Draws
that contradict the observations, for instance a salt that would not suffice, are rejected. No other cell is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from alkanode.cell_models.leaching.alloy_table import GAS_CONSTANT, alloy_table
from alkanode.cell_models.leaching.electrode import inventory
from alkanode.cell_models.leaching.laws import CONSTANTS, LeachLaw
from alkanode.cell_models.leaching.path import Cycling, LeachPath, leach_path
from alkanode.cell_models.leaching.resistance import CellResistance
from alkanode.cell_models.parameters import ParameterSet
from alkanode.foundation.errors import PhysicsError
from alkanode.materials import Alloy, Composition
from alkanode.materials.alloys import FARADAY_CONSTANT

CLOSING = "Closing amount [mol.m-2]"

ROUNDS = 60
"""Times that the constants are set one after the other, at most; about ten are needed."""

STEP = 0.3
"""Share of its change by which the closing amount follows; the full change overshoots two to three times."""

SETTLED = 1e-3
"""Relative change of the law's constant below which it counts as set."""

CALIBRATED_ON = "Na50K50"
"""The alloy of the cell that the constants are set on."""

UNKNOWN = (
    "Alloy mass [kg]",
    "Electrolyte volume [m3]",
    "Transfer coefficient",
    "Kinetic amount [mol.m-2]",
    "Observed cycle of resistance rise",
    "Observed layer thickness [m]",
    "Observed potassium loss",
    "Electrolyte share of resistance",
    "Charge transfer share of electrode resistance",
    "Cathode areal capacity [C.m-2]",
    "Polarisation without capacity [V]",
)
"""Parameters that are drawn; the last two matter for full cells only."""

LOGARITHMIC = frozenset(
    {
        "Electrolyte volume [m3]",
        "Kinetic amount [mol.m-2]",
        "Electrolyte share of resistance",
        "Cathode areal capacity [C.m-2]",
    }
)
"""Those drawn uniformly in their logarithm."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibrated:
    """One set of numbers with the constants of a law set on Na50K50.

    Attributes
    ----------
    law
        Name of the law.
    values
        Full name -> SI value, the fitted constants among them.
    constant
        Of the law.
    path
        Course of the cell it was set on.
    """

    law: LeachLaw
    values: Mapping[str, float]
    constant: float
    path: LeachPath


def cycle_duration(values: Mapping[str, float]) -> float:
    """Duration of one cycle of the symmetric cells, s."""
    return 2 * values["Areal capacity [C.m-2]"] / values["Current density [A.m-2]"]


def path_of(
    alloy: Alloy | Composition | str,
    values: Mapping[str, float],
    law: LeachLaw,
    *,
    electrodes: int = 2,
    loading: float | None = None,
    current_density: float | None = None,
) -> LeachPath:
    """Course of a cell for numbers of a parameter set.

    Parameters
    ----------
    alloy, electrodes, loading
        As for :func:`~alkanode.cell_models.leaching.electrode.inventory`.
    values
        Full name -> SI value.
    law
        Name of the law.
    current_density
        A m-2 of both half cycles; 0 for a cell at rest, ``None`` for that of the parameter set.
    """
    current = values["Current density [A.m-2]"] if current_density is None else current_density
    temperature = values["Temperature [K]"]
    cycling = Cycling(
        current_density=current,
        resistance=CellResistance.fresh(values, electrodes=electrodes, layer=law != "salt"),
        thermal_voltage=GAS_CONSTANT * temperature / FARADAY_CONSTANT,
        constant=values[CONSTANTS[law]],
    )
    return leach_path(
        inventory(alloy, values, electrodes=electrodes, loading=loading),
        alloy_table(temperature),
        law=law,
        transfer=values["Transfer coefficient"],
        kinetic_amount=values["Kinetic amount [mol.m-2]"],
        cycling=cycling if current > 0 else None,
    )


def calibrate_once(values: Mapping[str, float], law: LeachLaw) -> Calibrated | str:
    """Set the constants of a law on Na50K50 for one set of numbers.

    Parameters
    ----------
    values
        Full name -> SI value.
    law
        Name of the law.

    Returns
    -------
    Calibrated or str
        The constants, or why these numbers contradict the observations.
    """
    found = dict(values)
    for _ in range(ROUNDS):  # the layer's closing raises the mean rate a little, and is set by it
        before = dict(found)
        reason = _set(found, law)
        if reason:
            return reason
        moving = (CONSTANTS[law],) if law == "salt" else (CONSTANTS[law], CLOSING)
        if all(abs(found[name] - before[name]) < SETTLED * before[name] for name in moving):
            break
        if (
            law != "salt"
        ):  # a layer that closes early makes potassium leave faster, which closes it earlier: small steps
            found[CLOSING] = before[CLOSING] * (found[CLOSING] / before[CLOSING]) ** STEP
    else:
        return "the constants do not settle"
    return Calibrated(law=law, values=found, constant=found[CONSTANTS[law]], path=path_of(CALIBRATED_ON, found, law))


def _set(found: dict[str, float], law: LeachLaw) -> str:
    """Set the constants once, into ``found``; returns why they cannot be set, or nothing."""
    path = path_of(CALIBRATED_ON, found, law)
    period = cycle_duration(found)
    at_image, at_end = (found[name] * period for name in ("Cycle of layer image", "Observed last cycle"))
    last_ratio = found["Observed last resistance [Ohm]"] / found["Initial cell resistance [Ohm]"]
    open_cell = CellResistance.fresh({**found, CLOSING: np.inf}, electrodes=2, layer=law != "salt")
    if law == "salt":
        leached = rise_amount(path, open_cell, last_ratio)
        if not np.isfinite(leached):
            return "the salt does not run out before the potassium"
        constant = path.time_of(leached, 1.0) / at_end
    else:
        wanted = found["Observed potassium loss"] * path.inventory.potassium
        if wanted > path.leached[-1]:
            return "the salt, or the liquid left, does not allow the potassium to leave that far"
        constant = path.time_of(wanted, 1.0) / at_image
    found[CONSTANTS[law]] = constant
    imaged = float(path.leached_at(at_image, constant))
    found["Layer share"] = found["Observed layer thickness [m]"] / (
        imaged * found["Perchlorate molar volume [m3.mol-1]"]
    )
    if found["Layer share"] > 1:
        return "the layer seen holds more potassium than left"
    if law != "salt":
        leached = float(path.leached_at(at_end, constant))
        closing = open_cell.closing_for(leached, float(path.of(path.salt_left, leached)), last_ratio)
        if not np.isfinite(closing):
            return "no closing layer makes the last resistance"
        found[CLOSING] = closing
    cell = CellResistance.fresh(found, electrodes=2, layer=law != "salt")
    then = float(path.leached_at(found["Observed cycle of resistance rise"] * period, constant))
    salt = path.of(path.salt_left, then)
    fresh = cell.at(np.zeros(1), np.ones(1)).item()
    found["Factor of a resistance rise"] = float(cell.at(np.array([then]), np.array([salt])).item()) / fresh
    return ""


def calibrated(parameters: ParameterSet, law: LeachLaw) -> Calibrated:
    """Set the constants of a law on Na50K50 for the stated values of a parameter set.

    Raises
    ------
    PhysicsError
        When the values contradict the observations; the message says how.
    """
    found = calibrate_once(parameters.values(), law)
    if isinstance(found, str):
        raise PhysicsError(
            "numbers that agree with the observations on Na50K50 are needed",
            found=found,
            todo="Change the mass, the volume of electrolyte or the observations in the parameter set",
        )
    return found


def calibrated_draws(parameters: ParameterSet, law: LeachLaw, *, draws: int, seed: int) -> list[Calibrated]:
    """Constants for numbers drawn within the intervals of a parameter set; contradictory draws are left out.

    Parameters
    ----------
    parameters
        With intervals for :data:`UNKNOWN`; a number without one stays.
    law
        Name of the law.
    draws, seed
        Number of draws and seed.
    """
    noise = np.random.default_rng([seed, 7]).random((draws, len(UNKNOWN)))
    nominal = parameters.values()
    kept = []
    for row in noise:
        values = dict(nominal)
        for name, share in zip(UNKNOWN, row, strict=True):
            bounds = parameters[name].bounds()
            if bounds is None:
                continue
            low, high = bounds
            values[name] = (
                float(low * (high / low) ** share) if name in LOGARITHMIC else float(low + (high - low) * share)
            )
        found = calibrate_once(values, law)
        if isinstance(found, Calibrated):
            kept.append(found)
    return kept


def rise_amount(path: LeachPath, cell: CellResistance, factor: float) -> float:
    """Leached amount (mol m-2) at which the resistance is ``factor`` times that of the fresh cell; infinite where it never is."""
    ratio = np.log(cell.at(path.leached, path.salt_left) / cell.at(np.zeros(1), np.ones(1)).item())
    wanted = np.log(factor)
    above = np.flatnonzero(ratio >= wanted)
    if not above.size:
        return float("inf")
    first = int(above[0])
    if first == 0:
        return 0.0
    share = (wanted - ratio[first - 1]) / (ratio[first] - ratio[first - 1])
    return float(path.leached[first - 1] + share * (path.leached[first] - path.leached[first - 1]))
