"""Printed figures as files: one YAML file per paper in ``figures``."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from importlib import resources
from typing import Any

import yaml

from alkanode.cell_models.published.figure import ModelFigure
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import bibliography

_FILES = ("wu2025.yaml", "wu_hatzell.yaml", "koh2024.yaml", "park2021.yaml")
_NEEDED = {"figure", "quantity", "unit", "status", "rule"}


@functools.cache
def model_figures() -> tuple[ModelFigure, ...]:
    """Every printed figure that a cell model answers or should answer, in the order of the papers.

    Raises
    ------
    SchemaError
        For an entry that is not whole, a figure that stands twice, or a paper that ``references.bib`` lacks.
    """
    folder = resources.files("alkanode.cell_models.published").joinpath("figures")
    found: list[ModelFigure] = []
    for file in _FILES:
        content = yaml.safe_load(folder.joinpath(file).read_text(encoding="utf-8"))
        found += [read_figure({"paper": content["paper"], **entry}) for entry in content["figures"]]
    names = [one.figure for one in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SchemaError("printed figures that stand once are needed", found=", ".join(twice))
    return tuple(found)


def read_figure(entry: Mapping[str, Any]) -> ModelFigure:
    """A printed figure from an entry of a file.

    Raises
    ------
    SchemaError
        For an attribute that is missing or unknown, or that the figure refuses.
    """
    missing = (_NEEDED | {"paper"}) - set(entry)
    unknown = set(entry) - set(ModelFigure.__dataclass_fields__) - {"published"}
    if missing or unknown:
        raise SchemaError(
            f"a printed figure needs {', '.join(sorted(missing)) or 'known attributes only'}",
            found=f"{entry.get('figure', 'an entry')}: {', '.join(sorted(map(str, entry)))}",
        )
    if entry["paper"] not in bibliography():
        raise SchemaError("a paper must stand in references.bib", found=repr(entry["paper"]))
    published = entry.get("published", math.nan)
    lower, upper = (published, published) if isinstance(published, int | float) else published
    shown = f"{lower:g}" if lower == upper else f"{lower:g} to {upper:g}"
    return ModelFigure(
        figure=str(entry["figure"]),
        paper=str(entry["paper"]),
        place=str(entry.get("place", "")),
        quantity=str(entry["quantity"]),
        lower=float(lower),
        upper=float(upper),
        printed=str(entry.get("printed", shown)),
        unit=str(entry["unit"]),
        tolerance=float(entry.get("tolerance", 0.0)),
        tolerance_reason=str(entry.get("tolerance_reason", "")),
        rule=entry["rule"],
        status=entry["status"],
        question=str(entry.get("question", "")),
        given=dict(entry.get("given", {})),
        note=str(entry.get("note", "")),
        built_in=bool(entry.get("built_in", False)),
    )
