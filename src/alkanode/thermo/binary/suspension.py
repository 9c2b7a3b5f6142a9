"""Phases that are kept out of equilibrium, checked."""

from __future__ import annotations

from collections.abc import Sequence

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.gibbs.model import BinaryModel


def checked_suspension(model: BinaryModel, suspended: Sequence[str]) -> tuple[str, ...]:
    """Names of phases that are kept out of equilibrium.

    Raises
    ------
    PhysicsError
        For an unknown phase, or when no solution is left.
    """
    for name in suspended:
        model.assessment.phase(name)
    if not set(model.solutions) - set(suspended):
        raise PhysicsError(
            "at least one solution must stay in equilibrium",
            found=f"{', '.join(suspended)} suspended",
            todo=f"Solutions: {', '.join(model.solutions)}",
        )
    return tuple(dict.fromkeys(suspended))
