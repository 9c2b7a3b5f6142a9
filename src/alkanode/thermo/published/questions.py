"""Every question that a printed figure may ask, by name."""

from __future__ import annotations

from collections.abc import Callable

from alkanode.foundation.errors import SchemaError
from alkanode.thermo.published import (
    amounts,
    capacities,
    dissolved_lithium,
    liquid_properties,
    phase_boundaries,
    potentials_of_metals,
    semi_solid_electrodes,
)
from alkanode.thermo.published.figure import Answer, PublishedFigure

_TOPICS = (
    amounts,
    capacities,
    dissolved_lithium,
    liquid_properties,
    phase_boundaries,
    potentials_of_metals,
    semi_solid_electrodes,
)

QUESTIONS: dict[str, Callable[..., Answer]] = {
    name: question for topic in _TOPICS for name, question in topic.QUESTIONS.items()
}
"""Functions that take ``draws`` and the figure's settings, and answer in the figure's unit."""


def answer_to(figure: PublishedFigure, draws: int) -> Answer | None:
    """Our answer to a printed figure; ``None`` where it asks nothing.

    Raises
    ------
    SchemaError
        For a question that does not exist.
    """
    if not figure.question:
        return None
    if figure.question not in QUESTIONS:
        raise SchemaError("a known question is needed", found=f"{figure.question!r} of {figure.key}")
    return QUESTIONS[figure.question](draws=draws, **figure.given)
