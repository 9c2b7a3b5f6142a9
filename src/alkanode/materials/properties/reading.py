"""Properties as files: how they are found, read and checked.

One YAML file per property lies beside this module. A formula of a substance holds ``form``, ``coefficients``, ``range`` (K),
``uncertainty`` (relative, standard), ``source``, ``trust`` and ``note``; see
:mod:`alkanode.materials.properties.correlation`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from typing import Any

import yaml

from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import Trust, bibliography
from alkanode.materials.properties.correlation import FORMS, Correlation, Origin


@functools.cache
def property_data(name: str) -> Mapping[str, Any]:
    """Content of one file of properties, read once.

    Parameters
    ----------
    name
        File without its suffix: ``"density"``, ``"viscosity"``, ``"diffusion"``, ``"surface_tension"``.
    """
    path = resources.files("alkanode.materials.properties").joinpath(f"{name}.yaml")
    content: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def read_origin(entry: Mapping[str, Any], *, uncertainty: float | None = None) -> Origin:
    """What an entry of a file rests on.

    Raises
    ------
    SchemaError
        For a source that ``references.bib`` lacks, or an uncertainty that is not positive.
    """
    found = float(entry["uncertainty"]) if uncertainty is None else uncertainty
    key = str(entry["source"])
    if key and key not in bibliography():
        raise SchemaError("a source must stand in references.bib", found=repr(key))
    if not found > 0:
        raise SchemaError("a positive relative uncertainty is needed", found=repr(found))
    return Origin(uncertainty=found, source=key, trust=Trust(entry["trust"]), note=str(entry.get("note", "")))


def read_correlation(entry: Mapping[str, Any]) -> Correlation:
    """A formula from an entry of a file.

    Raises
    ------
    SchemaError
        For an unknown form, or as :func:`read_origin`.
    """
    if entry["form"] not in FORMS:
        raise SchemaError("a known form of a formula is needed", found=repr(entry["form"]), todo=", ".join(FORMS))
    low, high = entry["range"]
    return Correlation(
        form=entry["form"],
        coefficients=tuple(float(c) for c in entry["coefficients"]),
        range=(float(low), float(high)),
        origin=read_origin(entry),
    )
