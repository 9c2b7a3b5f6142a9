"""Assessments as files: how they are found, read and checked.

An assessment is one YAML file in ``thermo/assessment/shipped``. A binary one holds, in this order:

========================  ==========================================================================================
``elements``              element order of the interaction parameters
``function_range``        temperatures (K) in which the functions may be evaluated at all
``use_range``             temperatures (K) for which the assessment was made
``phases``                solutions (one sublattice, Redlich-Kister) and stoichiometric compounds
``unaries``               Gibbs energies of the pure elements, piecewise in temperature, relative to SER; or the name of
                          a shipped file that holds them with masses and reference states
``interactions``          Redlich-Kister coefficients ``constant + slope T``
``compounds``             Gibbs energies of formation from the bcc elements, per formula unit
``observations``          what the fit rests on and what it was compared with, each with its label
``held_out``              groups of observations that a report keeps out of a refit, by name
``uncertainty``           covariance of the fitted parameters; ``samples`` may name a shipped CSV file of sampled
                          differences from the coefficients, one column for each parameter
========================  ==========================================================================================

A ternary one names its ``binaries`` instead and may add ``interactions`` of three elements; without them the binary terms
are extrapolated as Muggianu did, x_a x_b L (x_a - x_b)^v with the ternary mole fractions.

The same data give the numpy Gibbs energies (:mod:`alkanode.thermo.gibbs`) and the TDB
(:mod:`alkanode.thermo.assessment.tdb`), so that the two cannot drift apart.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any, TypeVar

import yaml

from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import Trust, bibliography
from alkanode.thermo.assessment.data import (
    Assessment,
    Compound,
    Interaction,
    Observation,
    ParameterUncertainty,
    Phase,
    Segment,
    Unary,
)

SHIPPED = {
    frozenset({"Na", "K"}): "k_na.yaml",
    frozenset({"Li", "Na"}): "li_na.yaml",
    frozenset({"K", "Li"}): "k_li.yaml",
    frozenset({"K", "Li", "Na"}): "k_li_na.yaml",
}
"""Elements of a system -> file of its assessment."""

TERMS = ("1", "T", "T*ln(T)", "T**2", "T**3", "T**(-1)", "T**7", "T**(-9)")
"""Temperature terms of a unary function, written as in a TDB."""

_MOST_ELEMENTS = 3

T = TypeVar("T")


def load_assessment(system: str | Assessment = "Na-K") -> Assessment:
    """Load the shipped assessment of a system.

    Parameters
    ----------
    system
        Elements joined by hyphens in any order: ``"Na-K"``, ``"Li-Na"``, ``"Li-K"`` or ``"Li-Na-K"``; an
        :class:`Assessment` passes through.

    Returns
    -------
    Assessment
        The same object on every call.

    Raises
    ------
    PhysicsError
        When no assessment is shipped for the system.

    Examples
    --------
    >>> load_assessment("K-Na") is load_assessment("Na-K")
    True
    """
    if isinstance(system, Assessment):
        return system
    file = SHIPPED.get(frozenset(str(system).split("-")))
    if file is None:
        known = ", ".join(_shipped(name).system for name in SHIPPED.values())
        raise PhysicsError(
            "a system with a shipped assessment is needed",
            found=repr(system),
            todo=f"Shipped: {known}; other systems go through alkanode.thermo.calphad with your own TDB",
        )
    return _shipped(file)


@functools.cache
def _shipped(file: str) -> Assessment:
    return parse_assessment(_shipped_text(file), origin=file)


def _shipped_text(file: str) -> str:
    path = resources.files("alkanode.thermo.assessment").joinpath("shipped", file)
    return path.read_text(encoding="utf-8")


def parse_assessment(text: str, *, origin: str = "text") -> Assessment:
    """Make an assessment from its YAML text.

    Parameters
    ----------
    text
        YAML as described at the top of this module.
    origin
        Where the text came from, named in errors.

    Returns
    -------
    Assessment

    Raises
    ------
    SchemaError
        For missing fields, unknown terms, trust labels, phases or source keys.
    """
    try:
        content = yaml.safe_load(text)
        assessment = _ternary(content) if "binaries" in content else _build(content)
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError, OSError) as cause:
        raise SchemaError(
            f"an assessment file needs the layout of alkanode.thermo.assessment ({origin})",
            found=f"{type(cause).__name__}: {cause}",
        ) from cause
    _verify(assessment, origin)
    return assessment


def _build(content: Mapping[str, Any]) -> Assessment:
    elements = _elements(content)
    unaries = content["unaries"]
    pure = yaml.safe_load(_shipped_text(unaries)) if isinstance(unaries, str) else content
    return Assessment(
        elements=elements,
        molar_masses=tuple((e, float(pure["molar_masses"][e])) for e in elements),
        reference_states=tuple((e, _pair(pure["reference_states"][e])) for e in elements),
        phases=tuple(
            Phase(name=name, tdb_name=entry["tdb"], model=entry["model"], atoms=tuple(entry.get("atoms", {}).items()))
            for name, entry in content["phases"].items()
        ),
        unaries=tuple(_unary(entry) for entry in pure["unaries"] if entry["element"] in elements),
        interactions=tuple(_interaction(entry, elements) for entry in content["interactions"]),
        compounds=tuple(
            Compound(
                phase=entry["phase"],
                constant=float(entry["constant"]),
                slope=float(entry["slope"]),
                **_origin(entry),
            )
            for entry in content["compounds"]
        ),
        observations=tuple(_observation(entry) for entry in content["observations"]),
        uncertainty=_uncertainty(content.get("uncertainty")),
        held_out=tuple((str(name), tuple(group)) for name, group in content.get("held_out", {}).items()),
        **_head(content),
    )


def _ternary(content: Mapping[str, Any]) -> Assessment:
    """The union of three binary assessments, with terms of three elements where there are any."""
    elements = _elements(content)
    parts = [_shipped(file) for file in content["binaries"]]
    head = _head(content)
    for part in parts:
        if part.gas_constant != head["gas_constant"]:
            raise ValueError(f"gas_constant differs from that of {part.name}")
    masses = dict(pair for part in parts for pair in part.molar_masses)
    states = dict(pair for part in parts for pair in part.reference_states)
    own = [_interaction(entry, elements) for entry in content["interactions"]]
    return Assessment(
        elements=elements,
        molar_masses=tuple((e, masses[e]) for e in elements),
        reference_states=tuple((e, states[e]) for e in elements),
        phases=_once(phase for part in parts for phase in part.phases),
        unaries=_once(unary for part in parts for unary in part.unaries),
        interactions=(*(term for part in parts for term in part.interactions), *own),
        compounds=_once(compound for part in parts for compound in part.compounds),
        observations=(
            *(observation for part in parts for observation in part.observations),
            *(_observation(entry) for entry in content["observations"]),
        ),
        uncertainty=_joined([part.uncertainty for part in parts]),
        **head,
    )


def _head(content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": str(content["name"]),
        "system": str(content["system"]),
        "description": str(content["description"]),
        "function_range": _pair(content["function_range"]),
        "use_range": _pair(content["use_range"]),
        "gas_constant": float(content["gas_constant"]),
        "source": str(content["source"]),
    }


def _elements(content: Mapping[str, Any]) -> tuple[str, ...]:
    elements = tuple(str(symbol) for symbol in content["elements"])
    if not 1 < len(set(elements)) == len(elements) <= _MOST_ELEMENTS:
        raise ValueError(f"elements must be two or three different symbols, not {elements}")
    return elements


def _unary(entry: Mapping[str, Any]) -> Unary:
    return Unary(
        element=entry["element"],
        phase=entry["phase"],
        segments=tuple(
            Segment(
                below=float(part["below"]),
                terms=tuple((term, float(value)) for term, value in part["terms"].items()),
                plus=part.get("plus", ""),
            )
            for part in entry["segments"]
        ),
        **_origin(entry),
    )


def _interaction(entry: Mapping[str, Any], elements: tuple[str, ...]) -> Interaction:
    return Interaction(
        phase=entry["phase"],
        elements=elements,
        order=int(entry["order"]),
        constant=float(entry["constant"]),
        slope=float(entry["slope"]),
        **_origin(entry),
    )


def _observation(entry: Mapping[str, Any]) -> Observation:
    at = {str(name): value if isinstance(value, str) else float(value) for name, value in entry["at"].items()}
    return Observation(
        short=str(entry["short"]),
        quantity=str(entry["quantity"]),
        at=tuple(at.items()),
        observed=float(entry["observed"]),
        computed=float(entry["computed"]),
        uncertainty=float(entry["uncertainty"]),
        note=str(entry["note"]),
        source_uncertainty=float(entry["source_uncertainty"]) if "source_uncertainty" in entry else None,
        **_origin(entry),
    )


def _uncertainty(content: Mapping[str, Any] | None) -> ParameterUncertainty | None:
    if content is None:
        return None
    return ParameterUncertainty(
        parameters=tuple(str(name) for name in content["parameters"]),
        covariance=tuple(tuple(float(value) for value in row) for row in content["covariance"]),
        method=str(content["method"]),
        samples=_samples(str(content["samples"])) if "samples" in content else (),
    )


def _samples(file: str) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """Columns of a shipped CSV file: a header of parameter names, one sampled set in each row."""
    header, *rows = csv.reader(_shipped_text(file).splitlines())
    return tuple((name, tuple(float(row[i]) for row in rows)) for i, name in enumerate(header))


def _joined(parts: Iterable[ParameterUncertainty | None]) -> ParameterUncertainty | None:
    """Block-diagonal uncertainty of binaries that were fitted one by one."""
    known = [part for part in parts if part is not None]
    if not known:
        return None
    size = sum(len(part.parameters) for part in known)
    rows: list[tuple[float, ...]] = []
    before = 0
    for part in known:
        for row in part.covariance:
            rows.append((*[0.0] * before, *row, *[0.0] * (size - before - len(row))))
        before += len(part.parameters)
    return ParameterUncertainty(
        parameters=tuple(name for part in known for name in part.parameters),
        covariance=tuple(rows),
        method="; ".join(dict.fromkeys(part.method for part in known)),
        samples=tuple(column for part in known for column in part.samples),
    )


def _once(entries: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(entries))


def _pair(values: Any) -> tuple[float, float]:
    low, high = values
    return float(low), float(high)


def _origin(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "unit": str(entry["unit"]),
        "source": str(entry["source"]),
        "trust": Trust[str(entry["trust"]).upper()],
        "in_fit": bool(entry["in_fit"]),
    }


def _verify(assessment: Assessment, origin: str) -> None:
    phases = {phase.name for phase in assessment.phases}
    for entry in assessment.coefficients:
        if entry.phase not in phases:
            raise SchemaError(f"every coefficient in {origin} belongs to a listed phase", found=repr(entry.phase))
    for term in (term for unary in assessment.unaries for part in unary.segments for term, _ in part.terms):
        if term not in TERMS:
            raise SchemaError(f"unary terms in {origin} are {', '.join(TERMS)}", found=repr(term))
    wanted = {(e, p.name) for e in assessment.elements for p in assessment.phases if p.model == "solution"}
    missing = wanted - {(unary.element, unary.phase) for unary in assessment.unaries}
    if missing:
        raise SchemaError(f"every solution in {origin} needs all pure elements", found=f"no {sorted(missing)}")
    missing_keys = [key for key in assessment.sources if key not in bibliography()]
    if missing_keys:
        raise SchemaError(f"every source in {origin} must stand in references.bib", found=", ".join(missing_keys))
    shorts = {one.short for one in assessment.observations}
    lost = [name for _, group in assessment.held_out for name in group if name not in shorts]
    if lost:
        raise SchemaError(f"held_out in {origin} names observations", found=", ".join(lost))
    known = assessment.uncertainty
    if known is None:
        return
    strange = {*known.parameters, *dict(known.samples)} - set(assessment.parameters)
    shape = {len(known.covariance), *(len(row) for row in known.covariance)}
    if strange or shape != {len(known.parameters)}:
        raise SchemaError(
            f"the uncertainty in {origin} needs one row and one column for each named parameter",
            found=", ".join(sorted(strange)) or f"{sorted(shape)} for {len(known.parameters)} parameters",
        )
