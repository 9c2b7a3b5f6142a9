"""Attenuation of X-rays by materials: two tables, densities, and the values that a paper prints."""

from alkanode.materials.attenuation.coefficients import (
    Material,
    attenuation_table,
    compound,
    linear_attenuation,
    mass_attenuation,
)
from alkanode.materials.attenuation.printed import NIST_PRINTED, PRINTED_ENERGY, printed_contradictions
from alkanode.materials.attenuation.substances import Substance, known_materials, substance

__all__ = [
    "NIST_PRINTED",
    "PRINTED_ENERGY",
    "Material",
    "Substance",
    "attenuation_table",
    "compound",
    "known_materials",
    "linear_attenuation",
    "mass_attenuation",
    "printed_contradictions",
    "substance",
]
