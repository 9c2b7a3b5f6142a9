"""Results of thermodynamics: what the phase diagram says of an anode."""

from __future__ import annotations

from alkanode.data.kinds.kind import Dims, Kind

_CAPACITIES = (
    "capacity_to_first_liquid",
    "capacity_into_liquid",
    "capacity_to_liquidus",
    "capacity_to_last_liquid",
    "theoretical_capacity",
)

_EXCHANGE = ("equilibrium_extent", "largest_extent", "equilibrium_constant", "balance_activity_ratio")

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
    "electrode_potential_assessment_interval": ("point", "bound"),
    "areal_capacity": ("point",),
    "specific_volume": ("point", "phase"),
    "thickness": ("point",),
    "thickness_change": ("point",),
    **dict.fromkeys(_CAPACITIES, ()),
    **{f"{name}_interval": ("bound",) for name in _CAPACITIES if name != "theoretical_capacity"},
    **{f"{name}_assessment_interval": ("bound",) for name in _CAPACITIES if name != "theoretical_capacity"},
}

_MORE_OF_A_FILM: dict[str, Dims] = {
    "solid_mole_fraction": ("composition", "element"),
    "host_mole_fraction": ("composition",),
    "stable": ("composition",),
    "diffusion_coefficient": ("composition",),
    "diffusion_coefficient_interval": ("composition", "bound"),
    "limiting_current_density_diffusion_interval": ("composition", "bound"),
    **{
        f"{name}_{bound}": ("composition", "bound")
        for name in ("solubility", "concentration", "limiting_current_density")
        for bound in ("interval", "assessment_interval")
    },
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
        name="carbon_uptake",
        meaning="Liquid window and capacities of an alloy over the extent to which its carbon support has become KC8.",
        required={
            "kc8_extent": ("kc8_extent",),
            "mole_fraction": ("kc8_extent",),
            "mass_fraction": ("kc8_extent",),
            "window_mole_fraction": ("kc8_extent", "side"),
            **dict.fromkeys(_CAPACITIES, ("kc8_extent",)),
        },
        optional={
            f"{name}_{which}": ("kc8_extent", "bound")
            for name in _CAPACITIES
            if name != "theoretical_capacity"
            for which in ("interval", "assessment_interval")
        }
        | {
            f"window_mole_fraction_{which}": ("kc8_extent", "side", "bound")
            for which in ("interval", "assessment_interval")
        },
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
        name="lever_rule_inversion",
        meaning="Tie line and moved share that explain stated liquid fractions of cycled electrodes.",
        required={
            "moved_share": (),
            "moved_share_interval": ("bound",),
            "liquid_mole_fraction": ("element",),
            "liquid_mole_fraction_interval": ("element", "bound"),
            "solid_mole_fraction": ("element",),
            "solid_mole_fraction_interval": ("element", "bound"),
            "liquid_fraction": ("alloy", "electrode"),
            "observed_liquid_fraction": ("alloy", "electrode"),
            "residual": ("alloy", "electrode"),
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
            "electrode_potential_assessment_interval": ("composition", "element", "bound"),
            "potential_in_electrolyte": ("composition", "element"),
            "potential_in_electrolyte_interval": ("composition", "element", "bound"),
            "standard_potential": ("element",),
            "standard_potential_uncertainty": ("element",),
            "ion_activity": ("element",),
            "oxidised_first": ("composition",),
            "oxidation_margin": ("composition",),
            "oxidation_margin_interval": ("composition", "bound"),
        },
        text_fields=frozenset({"oxidised_first"}),
    ),
    Kind(
        name="metal_stabilisation",
        meaning="Chemical potentials of every metal of an alloy, each against its own pure metal.",
        required={
            "mole_fraction": ("composition", "element"),
            "chemical_potential": ("composition", "element"),
            "electrode_potential": ("composition", "element"),
            "more_stabilised": ("composition",),
        },
        text_fields=frozenset({"more_stabilised"}),
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
        optional={
            "phase_fraction": ("point", "phase"),
            "precipitate": ("point",),
            **dict.fromkeys(_EXCHANGE, ()),
            **{f"{name}_interval": ("bound",) for name in _EXCHANGE},
        },
        increasing=frozenset({"extent"}),
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
        optional=_MORE_OF_A_FILM,
        flag_fields=frozenset({"stable"}),
    ),
    Kind(
        name="lithium_solubility",
        meaning="Na-K liquid saturated with solid lithium.",
        required={
            "mole_fraction": ("composition", "element"),
            "solubility": ("composition",),
            "concentration": ("composition",),
        },
        optional=_MORE_OF_A_FILM,
        flag_fields=frozenset({"stable"}),
    ),
)
