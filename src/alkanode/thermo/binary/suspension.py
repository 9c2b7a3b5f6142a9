"""Phases that are kept out of equilibrium, checked."""

from __future__ import annotations

from collections.abc import Sequence

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.gibbs.model import BinaryModel


def phase_names(suspend: str | Sequence[str]) -> tuple[str, ...]:
    """Names of phases; a single name may stand by itself.

    Raises
    ------
    PhysicsError
        For what is no sequence of names.
    """
    if isinstance(suspend, str):
        return (suspend,)
    try:
        return tuple(suspend)
    except TypeError as cause:
        raise PhysicsError("names of phases are needed", found=repr(suspend), todo='Write suspend=("Na2K",)') from cause


def checked_suspension(model: BinaryModel, suspended: str | Sequence[str]) -> tuple[str, ...]:
    """Names of phases that are kept out of equilibrium.

    Raises
    ------
    PhysicsError
        For an unknown phase, or when no solution is left.
    """
    names = phase_names(suspended)
    for name in names:
        model.assessment.phase(name)
    if not set(model.solutions) - set(names):
        raise PhysicsError(
            "at least one solution must stay in equilibrium",
            found=f"{', '.join(names)} suspended",
            todo=f"Solutions: {', '.join(model.solutions)}",
        )
    return tuple(dict.fromkeys(names))
