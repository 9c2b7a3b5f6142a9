"""Substances: elements, compositions, alloys."""

from alkanode.materials.alloys import Alloy, working_metal
from alkanode.materials.composition import Composition
from alkanode.materials.elements import ELEMENTS, Element, element

__all__ = ["ELEMENTS", "Alloy", "Composition", "Element", "element", "working_metal"]
