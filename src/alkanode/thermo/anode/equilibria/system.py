"""The system that answers for an alloy: which assessment describes its metals, and what gives its equilibria.

Paths and lever rules ask the same three questions of any system: which phases there are at a composition, where the
phases change along a ray of compositions, and where on that ray the liquid begins and ends. A binary system answers from
its tie-line tables, a ternary one from its equilibrium kernel.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.anode.equilibria.binary_states import BinaryStates
from alkanode.thermo.anode.equilibria.states import EquilibriumSystem
from alkanode.thermo.anode.equilibria.ternary_states import TernaryStates
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment

_BINARY = 2


@functools.lru_cache(maxsize=32)
def equilibrium_system(assessment: Assessment, suspended: tuple[str, ...] = ()) -> EquilibriumSystem:
    """The system of an assessment of two or three elements, made once and kept."""
    if len(assessment.elements) == _BINARY:
        return BinaryStates(assessment, suspended)
    return TernaryStates(assessment, suspended)


def assessment_of(elements: Iterable[str], system: str | Assessment | None) -> Assessment:
    """The assessment that describes some metals: the one that is named, or the smallest shipped one that has them all.

    Raises
    ------
    PhysicsError
        When the named one lacks a metal, or none is shipped.
    """
    wanted = sorted(set(elements))
    if system is None:
        partner = {"Na": "K", "K": "Na", "Li": "Na"}
        if len(wanted) == 1 and wanted[0] in partner:
            wanted.append(partner[wanted[0]])
        return load_assessment("-".join(wanted))
    assessment = load_assessment(system)
    missing = [symbol for symbol in wanted if symbol not in assessment.elements]
    if missing:
        raise PhysicsError(
            f"an alloy and a working ion of {assessment.system} are needed",
            found=f"{', '.join(wanted)}, with {', '.join(missing)}",
            todo="Leave out system, and the one that has these metals is taken",
        )
    return assessment
