"""Names of the inventory: what the model derives from a cell and a parameter set before it runs."""

from __future__ import annotations

POTASSIUM_MASS_FRACTION = "Potassium mass fraction"
INITIAL_SODIUM = "Initial sodium content [mol.m-3]"
INITIAL_POTASSIUM = "Initial potassium content [mol.m-3]"
BOUND_POTASSIUM = "Potassium content bound in carbon [mol.m-3]"
FILLED_SHARE = "Filled share of cloth"
FRESH_CONTACT = "Contact share of fresh interface"
COMPOSITION_NAMES = (POTASSIUM_MASS_FRACTION, INITIAL_SODIUM, INITIAL_POTASSIUM, FILLED_SHARE, FRESH_CONTACT)
"""What differs between two alloy electrodes of one cell; those of the counter electrode carry a prefix."""

FARADAY_NAME = "Faraday constant [C.mol-1]"
CURRENT_FUNCTION = "Current function [A]"

SET_CURRENT = "Current density set-point [A.m-2]"
SET_VOLTAGE = "Voltage set-point [V]"
VOLTAGE_RATE = "Voltage rate [V.s-1]"
BY_VOLTAGE = "Voltage is controlled"
UPPER_VOLTAGE = "Upper voltage limit [V]"
LOWER_VOLTAGE = "Lower voltage limit [V]"
FAILURE_ENDS = "Failure ends step"
CONTROL_INPUTS = (SET_CURRENT, SET_VOLTAGE, VOLTAGE_RATE, BY_VOLTAGE, UPPER_VOLTAGE, LOWER_VOLTAGE, FAILURE_ENDS)


def of_counter(name: str) -> str:
    """The same name for the counter electrode: ``"Counter initial sodium content [mol.m-3]"``."""
    return f"Counter {name[0].lower()}{name[1:]}"
