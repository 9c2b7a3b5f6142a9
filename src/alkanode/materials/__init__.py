"""Substances: elements, compositions, alloys, and their properties against temperature."""

from alkanode.materials.alloys import Alloy, working_metal
from alkanode.materials.composition import Composition
from alkanode.materials.elements import ELEMENTS, Element, element
from alkanode.materials.properties.densities import density
from alkanode.materials.properties.diffusivities import self_diffusion
from alkanode.materials.properties.surface_tensions import element_surface_tension
from alkanode.materials.properties.viscosities import viscosity

__all__ = [
    "ELEMENTS",
    "Alloy",
    "Composition",
    "Element",
    "density",
    "element",
    "element_surface_tension",
    "self_diffusion",
    "viscosity",
    "working_metal",
]
