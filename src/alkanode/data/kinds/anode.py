"""Results of thermodynamics: what the phase diagram says of an anode."""

from __future__ import annotations

from alkanode.data.kinds.kind import Dims, Kind

_CAPACITIES = ("capacity_into_liquid", "capacity_to_liquidus", "capacity_to_last_liquid", "theoretical_capacity")

_PATH: dict[str, Dims] = {
    "specific_capacity": ("point",),
    "mole_fraction": ("point",),
    "mass_fraction": ("point",),
    "phase_fraction": ("point", "phase"),
    "electrode_potential": ("point",),
}

_MORE_OF_A_PATH: dict[str, Dims] = {
    "element_mole_fraction": ("point", "element"),
    "electrode_potential_interval": ("point", "bound"),
    "specific_volume": ("point", "phase"),
    "thickness": ("point",),
    "thickness_change": ("point",),
    **dict.fromkeys(_CAPACITIES, ()),
    **{f"{name}_interval": ("bound",) for name in _CAPACITIES if name != "theoretical_capacity"},
    **{f"{name}_assessment_interval": ("bound",) for name in _CAPACITIES if name != "theoretical_capacity"},
}

KINDS = (
    Kind(
        name="stripping_path",
        meaning="Phases, fractions and potential of an alloy while one metal is stripped.",
        required=_PATH,
        optional=_MORE_OF_A_PATH,
        increasing=frozenset({"specific_capacity"}),
    ),
    Kind(
        name="plating_path",
        meaning="Phases, fractions and potential of an electrode while a metal is plated into it.",
        required=_PATH,
        optional=_MORE_OF_A_PATH,
        increasing=frozenset({"specific_capacity"}),
    ),
    Kind(
        name="electrode_inventory",
        meaning="Phases of both electrodes of a cell after a charge has moved between them: the lever rule.",
        required={
            "mole_fraction": ("electrode", "element"),
            "phase_fraction": ("electrode", "phase"),
            "phase_mole_fraction": ("electrode", "phase", "element"),
            "liquid_fraction": ("electrode",),
            "liquid_fraction_interval": ("electrode", "bound"),
            "liquid_fraction_assessment_interval": ("electrode", "bound"),
            "amount": ("electrode",),
            "mass": ("electrode",),
            "volume": ("electrode",),
            "thickness": ("electrode",),
            "electrode_potential": ("electrode",),
        },
    ),
    Kind(
        name="alloy_potentials",
        meaning="Equilibrium potentials of every metal of an alloy, against its pure metal and in an electrolyte.",
        required={
            "mole_fraction": ("composition", "element"),
            "electrode_potential": ("composition", "element"),
        },
        optional={
            "electrode_potential_interval": ("composition", "element", "bound"),
            "potential_in_electrolyte": ("composition", "element"),
            "standard_potential": ("element",),
            "standard_potential_uncertainty": ("element",),
            "ion_activity": ("element",),
        },
    ),
    Kind(
        name="ion_exchange",
        meaning="Exchange of metals between an alloy and the ions of an electrolyte, along its extent.",
        required={
            "extent": ("point",),
            "mole_fraction": ("point", "element"),
            "ion_activity": ("point", "element"),
            "driving_potential": ("point",),
        },
    ),
    Kind(
        name="lithium_film",
        meaning="Solubility of lithium in Na-K liquid, and the current that diffusion through a film of it allows.",
        required={
            "mole_fraction": ("composition", "element"),
            "solubility": ("composition",),
            "concentration": ("composition",),
            "limiting_current_density": ("composition",),
        },
    ),
)
