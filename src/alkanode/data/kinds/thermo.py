"""Results of thermodynamics: diagrams and equilibria."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

PUBLISHED_TEXT = (
    *("rows", "source", "place", "quantity", "condition", "as_printed", "unit", "tolerance_reason"),
    *("role", "rule", "verdict", "reason", "rests_on"),
)
"""Text of a comparison with printed numbers."""

KINDS = (
    Kind(
        name="liquid_window",
        meaning="Composition range in which a binary alloy is fully liquid, over temperature, in both bases.",
        required={
            "temperature": ("temperature",),
            "mole_fraction": ("temperature", "side"),
            "mass_fraction": ("temperature", "side"),
        },
        optional={
            "mole_fraction_interval": ("temperature", "side", "bound"),
            "mass_fraction_interval": ("temperature", "side", "bound"),
            "mole_fraction_assessment_interval": ("temperature", "side", "bound"),
            "mass_fraction_assessment_interval": ("temperature", "side", "bound"),
        },
    ),
    Kind(
        name="phase_diagram",
        meaning="Boundaries of the two-phase fields of a binary system, and its invariants.",
        required={
            "temperature": ("line", "point"),
            "mole_fraction": ("line", "point"),
            "mass_fraction": ("line", "point"),
            "phase": ("line",),
            "other_phase": ("line",),
            "boundary": ("line",),
            "invariant_temperature": ("invariant",),
            "invariant_kind": ("invariant",),
            "invariant_mole_fraction": ("invariant", "role"),
            "invariant_mass_fraction": ("invariant", "role"),
            "invariant_phase": ("invariant", "role"),
        },
        text_fields=frozenset({"phase", "other_phase", "boundary", "invariant_kind", "invariant_phase"}),
    ),
    Kind(
        name="gibbs_curves",
        meaning="Gibbs energies of the phases of a binary system at one temperature, with their common tangents.",
        required={
            "mole_fraction": ("composition",),
            "mass_fraction": ("composition",),
            "gibbs_energy": ("phase", "composition"),
            "tangent_mole_fraction": ("tangent", "end"),
            "tangent_mass_fraction": ("tangent", "end"),
            "tangent_gibbs_energy": ("tangent", "end"),
            "tangent_phase": ("tangent", "end"),
        },
        text_fields=frozenset({"tangent_phase"}),
    ),
    Kind(
        name="binary_equilibrium",
        meaning="Phases, their compositions and the chemical potentials at states of a binary system.",
        required={
            "temperature": ("state",),
            "mole_fraction": ("state",),
            "mass_fraction": ("state",),
            "phase_fraction": ("state", "phase"),
            "phase_mole_fraction": ("state", "phase"),
            "chemical_potential": ("state", "element"),
        },
    ),
    Kind(
        name="ternary_equilibrium",
        meaning="Phases, their compositions and the chemical potentials at states of a ternary system.",
        required={
            "temperature": ("state",),
            "mole_fraction": ("state", "element"),
            "phase_fraction": ("state", "phase"),
            "phase_mole_fraction": ("state", "phase", "element"),
            "chemical_potential": ("state", "element"),
        },
    ),
    Kind(
        name="isothermal_section",
        meaning="Phase fields of a ternary system at one temperature: boundaries, tie lines, tie triangles.",
        required={
            "boundary_mole_fraction": ("boundary", "point", "element"),
            "boundary_phase": ("boundary",),
            "boundary_other_phase": ("boundary",),
            "tie_line_mole_fraction": ("tie_line", "end", "element"),
            "tie_line_phase": ("tie_line", "end"),
            "triangle_mole_fraction": ("triangle", "corner", "element"),
            "triangle_phase": ("triangle", "corner"),
            "region_mole_fraction": ("region", "element"),
            "region_phases": ("region",),
        },
        text_fields=frozenset(
            {"boundary_phase", "boundary_other_phase", "tie_line_phase", "triangle_phase", "region_phases"}
        ),
    ),
    Kind(
        name="observation_table",
        meaning="Observations behind an assessment next to what it gives; each row has its own unit.",
        required={
            **dict.fromkeys(("observed", "computed", "uncertainty", "computed_uncertainty", "pull"), ("observation",)),
            **dict.fromkeys(("fitted", "short", "quantity", "unit", "trust", "source"), ("observation",)),
        },
        text_fields=frozenset({"short", "quantity", "unit", "trust", "source"}),
        flag_fields=frozenset({"fitted"}),
    ),
    Kind(
        name="held_out_report",
        meaning="Observations next to refits of an assessment that did not see some of them; each has its own unit.",
        required={
            **dict.fromkeys(("observed", "uncertainty", "short", "quantity", "unit", "trust"), ("observation",)),
            **dict.fromkeys(("computed", "computed_uncertainty", "pull", "fitted"), ("refit", "observation")),
            **dict.fromkeys(("chi_square", "degrees_of_freedom"), ("refit",)),
        },
        optional={"prior_move": ("refit", "observation")},
        text_fields=frozenset({"short", "quantity", "unit", "trust"}),
        flag_fields=frozenset({"fitted"}),
    ),
    Kind(
        name="published_comparison",
        meaning="Numbers that papers print next to ours, with role and verdict; each row has its own unit.",
        required={
            **dict.fromkeys(("ours", "tolerance"), ("figure",)),
            **dict.fromkeys(("printed", "ours_interval", "ours_assessment_interval"), ("figure", "bound")),
            **dict.fromkeys(PUBLISHED_TEXT, ("figure",)),
        },
        text_fields=frozenset(PUBLISHED_TEXT),
    ),
    Kind(
        name="alloy_properties",
        meaning="Properties of a liquid alloy of two metals over temperature and composition.",
        required={
            "mole_fraction": ("composition",),
            "mass_fraction": ("composition",),
            "temperature": ("temperature",),
            "density": ("temperature", "composition"),
            "molar_volume": ("temperature", "composition"),
            "thermodynamic_factor": ("temperature", "composition"),
        },
        optional={
            "viscosity": ("temperature", "composition"),
            "self_diffusion": ("temperature", "composition"),
            "chemical_diffusion": ("temperature", "composition"),
            "surface_tension": ("temperature", "composition"),
            "surface_mole_fraction": ("temperature", "composition"),
            "density_uncertainty": ("temperature", "composition"),
            "viscosity_uncertainty": ("temperature", "composition"),
            "self_diffusion_uncertainty": ("temperature", "composition"),
            "surface_tension_interval": ("temperature", "composition", "bound"),
        },
    ),
)
