"""What the phase diagram says of a Na-K electrode that loses potassium: activities of both metals, share of liquid.

The table is computed once per temperature from the shipped assessment and read by straight lines, so that the model inside
PyBaMM and the map over cycles use the same numbers.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.materials import ELEMENTS
from alkanode.thermo import binary_equilibrium, load_assessment

Floats = npt.NDArray[np.float64]

GAS_CONSTANT = 8.31446261815324
"""J mol-1 K-1, exact in the SI since 2019 (:cite:`CODATA2018`)."""

POINTS = 801
"""Mole fractions of potassium in the table: between two of them an activity bends by less than 1e-4."""


@dataclass(frozen=True, slots=True, eq=False)
class AlloyTable:
    """Activities and phases of Na-K at one temperature over the mole fraction of potassium.

    Attributes
    ----------
    temperature
        K.
    potassium
        (point,) mole fraction of K, from 0 to 1.
    sodium_activity, potassium_activity
        (point,) against the pure metals.
    liquid_volume_share
        (point,) liquid over all metal by volume: by Delesse's rule also the share of the surface that is liquid.
    label, sources
        What the assessment is, and its keys in ``references.bib``.
    """

    temperature: float
    potassium: Floats
    sodium_activity: Floats
    potassium_activity: Floats
    liquid_volume_share: Floats
    label: str
    sources: tuple[str, ...]

    def at(self, potassium: Floats) -> tuple[Floats, Floats, Floats]:
        """Activity of Na, activity of K and share of liquid at mole fractions of potassium."""
        return (
            np.interp(potassium, self.potassium, self.sodium_activity),
            np.interp(potassium, self.potassium, self.potassium_activity),
            np.interp(potassium, self.potassium, self.liquid_volume_share),
        )


@functools.lru_cache(maxsize=16)
def alloy_table(temperature: float) -> AlloyTable:
    """The table at a temperature.

    Parameters
    ----------
    temperature
        K.

    Notes
    -----
    a = exp(mu / RT) with the chemical potential against the pure metal at equilibrium. Volumes of the phases are those
    of the solid elements (:cite:`ElementData`, :cite:`AtomistryPotassium`) mixed ideally: the change on melting, 3 %, is
    left out of a ratio of volumes.
    """
    assessment = load_assessment("Na-K")
    potassium = np.linspace(0.0, 1.0, POINTS)
    state = binary_equilibrium(temperature, 1 - potassium, system=assessment)
    with np.errstate(under="ignore"):
        activity = np.exp(state["chemical_potential"].to_numpy() / (GAS_CONSTANT * temperature))
    column = [str(symbol) for symbol in state["element"].to_numpy()].index
    of_potassium = np.nan_to_num(state["phase_mole_fraction"].to_numpy())
    volume = {symbol: ELEMENTS[symbol].molar_mass.value / _density(symbol) for symbol in ("Na", "K")}
    each = state["phase_fraction"].to_numpy() * (of_potassium * volume["K"] + (1 - of_potassium) * volume["Na"])
    liquid = each[:, [str(name) for name in state["phase"].to_numpy()].index("liquid")] / each.sum(axis=1)
    return AlloyTable(
        temperature=temperature,
        potassium=potassium,
        sodium_activity=activity[:, column("Na")],
        potassium_activity=activity[:, column("K")],
        liquid_volume_share=liquid,
        label=assessment.label,
        sources=tuple(assessment.sources),
    )


def _density(symbol: str) -> float:
    known = ELEMENTS[symbol].density
    assert known is not None  # both metals have one in the table of elements
    return known.value
