"""What a run conserved: sodium, potassium, volume and charge, from its states alone.

Sodium: what the alloy and its islands lost against the charge that passed (less what the double layer holds). Potassium:
what lies in the cloth against what lay there. Volume: liquid, solids and void against the pores, at every depth and time, with
a void below zero counted as an error. Charge: the model's own count against current times time in steps of constant current.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.cell_models.alloy_anode.inventory import POROSITY
from alkanode.cell_models.alloy_anode.islands import CAPACITANCE
from alkanode.cell_models.alloy_anode.names import FARADAY_NAME, of_counter
from alkanode.data.schema import label

Floats = npt.NDArray[np.float64]

AMOUNTS = ("Sodium amount [mol.m-2]", "Potassium amount [mol.m-2]", "Island charge [C.m-2]", "Interface potential [V]")
CHARGE = "Areal charge [C.m-2]"
PHASES = (
    "Liquid volume fraction",
    "Solid potassium volume fraction",
    "Solid sodium volume fraction",
    "Void volume fraction",
)

LEAST_VOLTAGE = 1.0
"""V. An error of sodium counts against no less than a double layer holds at this: potassium metal has no sodium at the start."""


def balances(
    found: Mapping[str, Floats], values: Mapping[str, float], counted: Floats, *, symmetric: bool
) -> xr.Dataset:
    """Balances over the kept rows of a run.

    Parameters
    ----------
    found
        Variables of the model along the rows: :data:`AMOUNTS` and :data:`PHASES` (of the counter electrode too in a
        symmetric cell) and :data:`CHARGE`.
    values
        Parameters.
    counted
        (row,) charge by current times time, C m-2; where the voltage was controlled the model's own count.
    symmetric
        Whether the counter electrode is an alloy.

    Returns
    -------
    Dataset
        Kind ``balances``.
    """
    pores = volume_error(found, values[POROSITY], symmetric=symmetric)
    faraday, capacitance = values[FARADAY_NAME], values[CAPACITANCE]
    charge = found[CHARGE] - found[CHARGE][0]
    sides = [(AMOUNTS, 1.0)] + ([(tuple(map(of_counter, AMOUNTS)), -1.0)] if symmetric else [])
    sodium_error = np.zeros_like(charge)
    potassium_error = np.zeros_like(charge)
    for (of_sodium, of_potassium, islands, potential), sign in sides:
        held = found[of_sodium] + found[islands] / faraday
        stored = capacitance * (found[potential] - found[potential][0])
        error = np.abs(held - held[0] + (sign * charge - stored) / faraday)
        scale = max(held[0], np.abs(charge).max() / faraday, capacitance * LEAST_VOLTAGE / faraday)
        sodium_error = np.maximum(sodium_error, error / scale)
        amount = found[of_potassium]
        potassium_error = np.maximum(potassium_error, np.abs(amount - amount[0]) / amount[0])
    sodium = found[AMOUNTS[0]] + found[AMOUNTS[2]] / faraday
    potassium = found[AMOUNTS[1]]
    charge_error = np.abs(charge - counted) / max(np.abs(charge).max(), 1.0)
    rows = (
        ("sodium", "mol m-2", sodium[0], sodium[-1], -charge[-1] / faraday, sodium_error),
        ("potassium", "mol m-2", potassium[0], potassium[-1], 0.0, potassium_error),
        ("volume", "1", 1.0, 1.0 + pores[-1], 0.0, pores),
        ("charge", "C m-2", 0.0, charge[-1], counted[-1], charge_error),
    )
    record = xr.Dataset(
        {
            "balance": ("balance", [row[0] for row in rows]),
            "unit": ("balance", [row[1] for row in rows]),
            "initial": ("balance", [float(row[2]) for row in rows]),
            "final": ("balance", [float(row[3]) for row in rows]),
            "passed": ("balance", [float(row[4]) for row in rows]),
            "relative_error": ("balance", [float(row[5][-1]) for row in rows]),
            "largest_relative_error": ("balance", [float(row[5].max()) for row in rows]),
        }
    )
    return label(record, "balances")


def volume_error(found: Mapping[str, Floats], porosity: float, *, symmetric: bool) -> Floats:
    """(row,) largest error of the volume at any depth, over the pores: phases that do not add up, or a void below zero."""
    names = [PHASES] + ([tuple(map(of_counter, PHASES))] if symmetric else [])
    worst = np.zeros(found[PHASES[0]].shape[0])
    for liquid, potassium, sodium, void in names:
        parts = [np.maximum(found[name], 0) for name in (liquid, potassium, sodium, void)]
        worst = np.maximum(worst, np.abs(sum(parts) - porosity).max(axis=1) / porosity)
    return worst
