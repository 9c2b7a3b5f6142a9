"""Relaxations that the equations of a cell model hold, and currents through a map or a box of voxels."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

_MODE = ("mode",)
_MAP = ("y", "x")
_BOX = ("z", "y", "x")

KINDS = (
    Kind(
        name="relaxation_modes",
        meaning="Relaxation times and resistances of a cell model at one state, from its eigenvalues.",
        required={
            "relaxation_time": _MODE,
            "mode_resistance": _MODE,
            "oscillating": _MODE,
            "series_resistance": (),
            "charging_capacitance": (),
        },
        flag_fields=frozenset({"oscillating"}),
    ),
    Kind(
        name="pattern_constriction",
        meaning="Constriction of an interface that touches where a map says so, with the field at its surface.",
        required={
            "constriction_resistance": (),
            "constriction_resistance_interval": ("bound",),
            "refined_resistance": ("refinement",),
            "area_fraction": (),
            "resistivity": (),
            "constriction_formula": (),
            "contact_ratio": (),
            "contact": _MAP,
            "surface_potential_share": _MAP,
            "current_concentration": _MAP,
        },
        optional={
            "frequency": ("point",),
            "area_specific_impedance": ("point",),
            "constriction_impedance": ("point",),
        },
        complex_fields=frozenset({"area_specific_impedance", "constriction_impedance"}),
        flag_fields=frozenset({"contact"}),
    ),
    Kind(
        name="conducting_voxels",
        meaning="A box of voxels that conduct, are metal, or do neither.",
        required={"conductivity": _BOX, "metal": _BOX, "z": ("z",), "y": ("y",), "x": ("x",)},
        flag_fields=frozenset({"metal"}),
        increasing=frozenset({"z", "y", "x"}),
    ),
    Kind(
        name="voxel_conduction",
        meaning="Potential and resistance of a box of voxels between the metal in it and a far electrode.",
        required={
            "potential_share": _BOX,
            "cell_area_resistance": (),
            "constriction_resistance": (),
            "contact_area_ratio": (),
        },
    ),
)
