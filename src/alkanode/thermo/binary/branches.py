"""Names of the phases as they appear in results.

A solution with a miscibility gap has two branches, named after the element that each is rich in: ``bcc_K`` and ``bcc_Na``,
``liquid_Li`` and ``liquid_Na``. Above the consolute point the two are one, named ``bcc`` or ``liquid``. All liquid together
is the sum over names that start with ``liquid`` (:func:`is_liquid`).
"""

from __future__ import annotations

from alkanode.thermo.assessment.data import Assessment

_SOLUTIONS = {"liquid": "liquid", "bcc": "bcc_A2"}


def phase_of(branch: str) -> str:
    """Phase that a branch belongs to: ``"bcc_K"`` -> ``"bcc_A2"``, ``"liquid_Li"`` -> ``"liquid"``."""
    return _SOLUTIONS.get(branch.split("_", maxsplit=1)[0], branch)


def is_liquid(branch: str) -> bool:
    """Whether a branch belongs to the liquid."""
    return phase_of(branch) == "liquid"


def is_solution(branch: str) -> bool:
    """Whether a branch belongs to a solution, whose composition can vary."""
    return phase_of(branch) in _SOLUTIONS.values()


def branch_names(phase: str, assessment: Assessment) -> tuple[str, str, str]:
    """Names of a solution without a gap, of its branch rich in the first and of that rich in the second element."""
    stem = next((stem for stem, name in _SOLUTIONS.items() if name == phase), phase)
    first, second = assessment.elements
    return stem, f"{stem}_{first}", f"{stem}_{second}"


def alike(one: str, other: str) -> bool:
    """Whether two names may mean one branch: they are equal, or one of them is the phase without a gap."""
    return one == other or (phase_of(one) == phase_of(other) and not ("_" in one and "_" in other))


def in_order(used: set[str], assessment: Assessment) -> tuple[str, ...]:
    """The branches of results: those in use, the solid ones of either element, all compounds."""
    names: list[str] = []
    for phase in assessment.phases:
        if phase.model == "compound":
            names.append(phase.name)
            continue
        bare, first, second = branch_names(phase.name, assessment)
        names += [name for name in (bare, second, first) if name in used]
    return tuple(names)
