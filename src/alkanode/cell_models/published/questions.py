"""Every question that a printed figure may ask, by name; the models are loaded when the first is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module

from alkanode.cell_models.published.figure import Answer, ModelFigure
from alkanode.foundation.errors import SchemaError

_TOPICS = ("capacities", "currents", "spectra", "voltammograms", "other_models")


@cache
def questions() -> Mapping[str, Callable[..., Answer]]:
    """Name -> function of the figure's settings."""
    found: dict[str, Callable[..., Answer]] = {}
    for topic in _TOPICS:
        found.update(import_module(f"alkanode.cell_models.published.{topic}").QUESTIONS)
    return found


def answer_to(figure: ModelFigure) -> Answer | None:
    """What a model gives; ``None`` where it is missing.

    Raises
    ------
    SchemaError
        For a question that does not exist.
    """
    if not figure.question:
        return None
    known = questions()
    if figure.question not in known:
        raise SchemaError("a known question is needed", found=f"{figure.question!r} of {figure.figure}")
    settings = {name: tuple(value) if isinstance(value, list) else value for name, value in figure.given.items()}
    return known[figure.question](**settings)
