"""Shipped electrolytes as files: how they are found, read and checked.

One YAML file per electrolyte in ``shipped``: its names, the zero of its scale, temperatures, standard potentials and
solubility products, each with source and trust label.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from typing import Any

import yaml

from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import Trust, bibliography
from alkanode.thermo.anode.electrolytes.electrolyte import Electrolyte, SolubilityProduct, StandardPotential

_FILES = ("water.yaml", "propylene_carbonate.yaml", "propylene_carbonate_recalled.yaml", "ec_dmc.yaml", "nasicon.yaml")


def load_electrolyte(name: str | Electrolyte) -> Electrolyte:
    """Load a shipped electrolyte.

    Parameters
    ----------
    name
        One of :func:`electrolyte_names`, or another of its names (upper and lower case alike): ``"water"``, ``"PC"``,
        ``"PC recalled"``, ``"EC/DMC"``, ``"NASICON"``. An :class:`Electrolyte` passes through.

    Returns
    -------
    Electrolyte

    Raises
    ------
    PhysicsError
        When no electrolyte of that name is shipped.

    Examples
    --------
    >>> load_electrolyte("PC").difference("K", "Na", 298.15)[0]
    -0.3347
    """
    if isinstance(name, Electrolyte):
        return name
    wanted = str(name).casefold()
    for names, electrolyte in _shipped():
        if wanted in names:
            return electrolyte
    raise PhysicsError(
        "a shipped electrolyte, or one of your own, is needed",
        found=repr(name),
        todo=f"Shipped: {', '.join(electrolyte_names())}; or Electrolyte.from_potentials('my solvent', Na=..., K=...)",
    )


def electrolyte_names() -> tuple[str, ...]:
    """Names of the shipped electrolytes."""
    return tuple(electrolyte.name for _, electrolyte in _shipped())


@functools.cache
def _shipped() -> tuple[tuple[frozenset[str], Electrolyte], ...]:
    folder = resources.files("alkanode.thermo.anode.electrolytes").joinpath("shipped")
    found = []
    for file in _FILES:
        content = yaml.safe_load(folder.joinpath(file).read_text(encoding="utf-8"))
        electrolyte = _build(content, file)
        names = {electrolyte.name, *content.get("also", [])}
        found.append((frozenset(str(name).casefold() for name in names), electrolyte))
    return tuple(found)


def _build(content: Mapping[str, Any], origin: str) -> Electrolyte:
    low, high = content["use_range"]
    electrolyte = Electrolyte(
        name=str(content["name"]),
        description=" ".join(str(content["description"]).split()),
        scale=str(content["scale"]),
        temperature=float(content["temperature"]),
        use_range=(float(low), float(high)),
        standard_potentials=tuple(
            StandardPotential(
                element=entry["element"],
                value=float(entry["value"]),
                slope=float(entry["slope"]),
                uncertainty=float(entry["uncertainty"]),
                **_origin(entry),
            )
            for entry in content["standard_potentials"]
        ),
        salts=tuple(
            SolubilityProduct(
                salt=entry["salt"],
                cation=entry["cation"],
                anion=entry["anion"],
                product=float(entry["product"]),
                factor=float(entry["factor"]),
                **_origin(entry),
            )
            for entry in content["salts"]
        ),
        conducts=tuple(content.get("conducts", [])),
    )
    missing = [key for key in electrolyte.sources if key not in bibliography()]
    if missing:
        raise SchemaError(f"every source in {origin} must stand in references.bib", found=", ".join(missing))
    return electrolyte


def _origin(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "source": str(entry["source"]),
        "trust": Trust[str(entry["trust"]).upper()],
        "note": str(entry["note"]),
    }
