"""Phases that are kept from forming."""

from __future__ import annotations

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.assessment.data import Assessment


def checked_suspension(suspend: tuple[str, ...] | str, assessment: Assessment) -> tuple[str, ...]:
    """Names of suspended phases, checked.

    Parameters
    ----------
    suspend
        Phases of the assessment.
    assessment
        Gives the phases.

    Raises
    ------
    PhysicsError
        For an unknown phase, or when no solution is left: then nothing could hold an alloy of any composition.
    """
    names = (suspend,) if isinstance(suspend, str) else tuple(suspend)
    for name in names:
        assessment.phase(name)
    if not any(phase.model == "solution" and phase.name not in names for phase in assessment.phases):
        raise PhysicsError(
            "at least one solution phase must be left",
            found=f"suspended: {', '.join(names)}",
            todo="Suspend compounds, and solutions all but one",
        )
    return names
