"""Printed numbers as files: how they are found, read and checked.

One YAML file per paper lies in ``figures``: ``source``, and a list ``figures`` whose entries hold the attributes of
:class:`~alkanode.thermo.published.figure.PublishedFigure`; ``printed`` is one number, two for a range, or absent for words.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from importlib import resources
from typing import Any

import yaml

from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import bibliography
from alkanode.thermo.published.figure import PublishedFigure, digits

_FILES = ("wu2025.yaml", "wu2025_supplement.yaml", "koh2024.yaml", "park2021.yaml", "others.yaml")


@functools.cache
def published_figures() -> tuple[PublishedFigure, ...]:
    """Every printed figure, in the order of the papers.

    Raises
    ------
    SchemaError
        For an entry that is not whole, a key that stands twice, or a source that ``references.bib`` lacks.
    """
    folder = resources.files("alkanode.thermo.published").joinpath("figures")
    found: list[PublishedFigure] = []
    for file in _FILES:
        content = yaml.safe_load(folder.joinpath(file).read_text(encoding="utf-8"))
        found += [read_figure({"source": content.get("source", ""), **entry}) for entry in content["figures"]]
    keys = [figure.key for figure in found]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise SchemaError("keys of printed figures that stand once are needed", found=", ".join(twice))
    return tuple(found)


def read_figure(entry: Mapping[str, Any]) -> PublishedFigure:
    """A printed figure from an entry of a file.

    Raises
    ------
    SchemaError
        For an attribute that is missing or unknown, or that the figure refuses.
    """
    missing = {"key", "source", "place", "quantity", "unit", "role", "rule"} - set(entry)
    unknown = set(entry) - set(PublishedFigure.__dataclass_fields__) - {"printed"}
    if missing or unknown:
        raise SchemaError(
            f"a printed figure needs {', '.join(sorted(missing)) or 'known attributes only'}",
            found=f"{entry.get('key', 'an entry')}: {', '.join(sorted(map(str, entry)))}",
        )
    source = str(entry["source"])
    if source and source not in bibliography():
        raise SchemaError("a source must stand in references.bib", found=repr(source))
    printed = entry.get("printed", math.nan)
    lower, upper = (printed, printed) if isinstance(printed, int | float) else printed
    return PublishedFigure(
        key=str(entry["key"]),
        rows=tuple(entry.get("rows", ())),
        source=source,
        place=str(entry["place"]),
        quantity=str(entry["quantity"]),
        condition=str(entry.get("condition", "")),
        lower=float(lower),
        upper=float(upper),
        as_printed=str(entry.get("as_printed", digits(float(lower)))),
        unit=str(entry["unit"]),
        tolerance=float(entry.get("tolerance", 0.0)),
        tolerance_reason=str(entry.get("tolerance_reason", "")),
        role=entry["role"],
        rule=entry["rule"],
        question=str(entry.get("question", "")),
        given=dict(entry.get("given", {})),
        note=" ".join(str(entry.get("note", "")).split()),
    )
