"""Histories of simulated cells: the inside of the anode, its interface, events, balances, and the numbers behind them."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

_ROW = ("row",)
_DEPTH = ("depth",)
_INSIDE = ("row", "depth")
_EVENT = ("event",)
_BALANCE = ("balance",)
_PARAMETER = ("parameter",)

KINDS = (
    Kind(
        name="simulated_states",
        meaning="What lies in an anode over depth, one row per kept time.",
        required={
            "time": _ROW,
            "depth": _DEPTH,
            "slice_thickness": _DEPTH,
            "sodium_content": _INSIDE,
            "potassium_content": _INSIDE,
            "liquid_volume_fraction": _INSIDE,
            "solid_potassium_volume_fraction": _INSIDE,
            "void_volume_fraction": _INSIDE,
            "liquid_sodium_mole_fraction": _INSIDE,
        },
        optional={
            "solid_sodium_volume_fraction": _INSIDE,
            "carbon_volume_fraction": _DEPTH,
            "areal_capacity": _ROW,
            "charge": _ROW,
            "step": _ROW,
        },
        increasing=frozenset({"time", "depth"}),
    ),
    Kind(
        name="simulated_interface",
        meaning="What happens at the interfaces of a simulated cell, one row per sample of its cycling record.",
        required={
            "time": _ROW,
            "contact_share": _ROW,
            "liquid_contact_share": _ROW,
            "counter_contact_share": _ROW,
            "island_charge": _ROW,
            "open_circuit_voltage": _ROW,
        },
        optional={
            "island_contact_share": _ROW,
            "charge_transfer_area_resistance": _ROW,
            "constriction_resistance": _ROW,
            "interphase_area_resistance": _ROW,
            "counter_area_resistance": _ROW,
            "cell_area_resistance": _ROW,
            "liquid_sodium_mole_fraction": _ROW,
            "current_density": _ROW,
            "areal_capacity": _ROW,
            "step": _ROW,
        },
        increasing=frozenset({"time"}),
    ),
    Kind(
        name="simulated_events",
        meaning="What ended the steps of a simulation, and what failed.",
        required={"time": _EVENT, "name": _EVENT, "electrode": _EVENT, "step": _EVENT, "reason": _EVENT},
        optional={
            "charge": _EVENT,
            "areal_capacity": _EVENT,
            "current_density": _EVENT,
            "voltage": _EVENT,
            "cycle": _EVENT,
        },
        text_fields=frozenset({"name", "electrode", "reason"}),
        increasing=frozenset({"time"}),
    ),
    Kind(
        name="balances",
        meaning="What a simulation conserved: what was there, what went through the interface, and the error.",
        required={"balance": _BALANCE, "initial": _BALANCE, "final": _BALANCE, "relative_error": _BALANCE},
        optional={"passed": _BALANCE, "unit": _BALANCE, "largest_relative_error": _BALANCE},
        text_fields=frozenset({"balance", "unit"}),
    ),
    Kind(
        name="parameter_table",
        meaning="The numbers that a model rests on, each with its source, trust label and role.",
        required={
            "parameter": _PARAMETER,
            "value": _PARAMETER,
            "lower": _PARAMETER,
            "upper": _PARAMETER,
            "unit": _PARAMETER,
            "role": _PARAMETER,
            "trust": _PARAMETER,
            "source": _PARAMETER,
            "fitted_to": _PARAMETER,
            "note": _PARAMETER,
        },
        text_fields=frozenset({"parameter", "unit", "role", "trust", "source", "fitted_to", "note"}),
    ),
)
