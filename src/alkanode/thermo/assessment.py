"""Assessments: the coefficients of Gibbs energies as data, each with unit, source and trust label.

An assessment is one YAML file in ``thermo/assessments``. It holds, in this order:

========================  ==========================================================================================
``elements``              element order of the interaction parameters; compositions are mole fractions of the second
``function_range``        temperatures (K) in which the functions may be evaluated at all
``use_range``             temperatures (K) for which the assessment was made
``phases``                solutions (one sublattice, Redlich-Kister) and stoichiometric compounds
``unaries``               Gibbs energies of the pure elements, piecewise in temperature, relative to SER
``interactions``          Redlich-Kister coefficients ``constant + slope T``
``compounds``             Gibbs energies of formation from the bcc elements, per formula unit
``observations``          what the fit rests on and what it was compared with, each with its label
========================  ==========================================================================================

The same data give the numpy Gibbs energies (:mod:`alkanode.thermo.gibbs`) and the TDB
(:mod:`alkanode.thermo.tdb`), so that the two cannot drift apart.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

import yaml

from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import Trust, bibliography

SHIPPED = {frozenset({"Na", "K"}): "k_na.yaml"}
"""Elements of a system -> file of its assessment."""

TERMS = ("1", "T", "T*ln(T)", "T**2", "T**3", "T**(-1)", "T**7", "T**(-9)")
"""Temperature terms of a unary function, written as in a TDB."""

_WEAKEST_LAST = (
    Trust.STATED,
    Trust.READ,
    Trust.MEASURED,
    Trust.COMPUTED,
    Trust.FITTED,
    Trust.RECALLED,
    Trust.ASSUMED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One temperature range of a unary function.

    Attributes
    ----------
    below
        Upper end of the range, K.
    terms
        Pairs of a term of :data:`TERMS` and its coefficient (J mol-1 K-n).
    plus
        Phase of the same element whose function is added, or ``""``.
    """

    below: float
    terms: tuple[tuple[str, float], ...]
    plus: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unary:
    """Gibbs energy of a pure element in one phase, relative to the stable element reference (SER), J mol-1."""

    element: str
    phase: str
    segments: tuple[Segment, ...]
    unit: str
    source: str
    trust: Trust
    in_fit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """A Redlich-Kister coefficient ``constant + slope T`` of order ``order``, J mol-1 of atoms."""

    phase: str
    order: int
    constant: float
    slope: float
    unit: str
    source: str
    trust: Trust
    in_fit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Compound:
    """Gibbs energy of formation ``constant + slope T`` of a compound from its bcc elements, J mol-1 of formula units."""

    phase: str
    constant: float
    slope: float
    unit: str
    source: str
    trust: Trust
    in_fit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase: its name here and in a TDB, its model, and the atoms of a compound's formula unit."""

    name: str
    tdb_name: str
    model: Literal["solution", "compound"]
    atoms: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A number behind the fit, or one that it was compared with (``in_fit`` false)."""

    short: str
    unit: str
    observed: float
    computed: float
    in_fit: bool
    trust: Trust
    source: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assessment:
    """A thermodynamic description of a binary system.

    Attributes
    ----------
    name, system, description
        Names for people; ``system`` is for example ``"Na-K"``.
    elements
        Element order of the interaction parameters. Compositions are mole fractions of ``elements[1]``.
    function_range, use_range
        Temperatures (K) where the functions hold at all, and for which the assessment was made.
    gas_constant
        J mol-1 K-1. Part of the assessment, since coefficients belong to it: near Na2K, where liquid and compound
        differ little, its fifth digit moves amounts of phases by up to 2e-4. The shipped one is rounded to 8.3145 as in
        pycalphad, so that the exported TDB means the same equilibria there; the potentials do not notice.
    molar_masses, reference_states
        g mol-1 and (H298 - H0, S298) by element, used only by the TDB.
    phases, unaries, interactions, compounds, observations
        The data; see the module's text.
    source
        Key of the assessment itself in ``references.bib``.
    """

    name: str
    system: str
    description: str
    elements: tuple[str, str]
    function_range: tuple[float, float]
    use_range: tuple[float, float]
    gas_constant: float
    molar_masses: tuple[tuple[str, float], ...]
    reference_states: tuple[tuple[str, tuple[float, float]], ...]
    phases: tuple[Phase, ...]
    unaries: tuple[Unary, ...]
    interactions: tuple[Interaction, ...]
    compounds: tuple[Compound, ...]
    observations: tuple[Observation, ...]
    source: str

    @property
    def weakest_trust(self) -> Trust:
        """The weakest label among the coefficients and the observations that they were fitted to."""
        labels = [entry.trust for entry in self.coefficients]
        labels += [entry.trust for entry in self.observations if entry.in_fit]
        return _weakest(labels)

    @property
    def weak_points(self) -> tuple[str, ...]:
        """Short names of the fitted observations that are recalled or assumed, without repetition."""
        weak = (o.short for o in self.observations if o.in_fit and o.trust in {Trust.RECALLED, Trust.ASSUMED})
        return tuple(dict.fromkeys(weak))

    @property
    def label(self) -> str:
        """What a result of this assessment rests on, for people.

        Examples
        --------
        >>> load_assessment("Na-K").label
        "computed from assessment 'alkanode-fit K-Na' (fitted; mixing heat, peritectic, 44 wt% K freezing point recalled, unverified)"
        """
        parts = [_weakest(entry.trust for entry in self.coefficients).value]
        if self.weak_points:
            parts.append(f"{', '.join(self.weak_points)} {self.weakest_trust.value}")
        return f"computed from assessment '{self.name}' ({'; '.join(parts)})"

    @property
    def sources(self) -> tuple[str, ...]:
        """Source keys of the coefficients and of the observations behind them."""
        keys = [self.source, *(entry.source for entry in self.coefficients)]
        keys += [entry.source for entry in self.observations if entry.in_fit]
        return tuple(dict.fromkeys(key for key in keys if key))

    @property
    def coefficients(self) -> tuple[Unary | Interaction | Compound, ...]:
        """Everything that enters a Gibbs energy."""
        return (*self.unaries, *self.interactions, *self.compounds)

    def phase(self, name: str) -> Phase:
        """Look up a phase by name.

        Raises
        ------
        PhysicsError
            When the assessment has no such phase.
        """
        for entry in self.phases:
            if entry.name == name:
                return entry
        known = ", ".join(entry.name for entry in self.phases)
        raise PhysicsError(f"a phase of {self.name} is needed", found=repr(name), todo=f"Known: {known}")

    def composition_of(self, compound: Phase) -> float:
        """Mole fraction of ``elements[1]`` in a compound."""
        atoms = dict(compound.atoms)
        return atoms.get(self.elements[1], 0) / sum(atoms.values())


def load_assessment(system: str | Assessment = "Na-K") -> Assessment:
    """Load the shipped assessment of a system.

    Parameters
    ----------
    system
        Two elements joined by a hyphen in either order, for example ``"Na-K"``; an :class:`Assessment` passes through.

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
    file = SHIPPED.get(frozenset(system.split("-")))
    if file is None:
        known = ", ".join("-".join(sorted(elements, reverse=True)) for elements in SHIPPED)
        raise PhysicsError(
            "a system with a shipped assessment is needed",
            found=repr(system),
            todo=f"Shipped: {known}; other systems go through alkanode.thermo.calphad with your own TDB",
        )
    return _shipped(file)


@functools.cache
def _shipped(file: str) -> Assessment:
    text = resources.files("alkanode.thermo").joinpath("assessments", file).read_text(encoding="utf-8")
    return parse_assessment(text, origin=file)


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
        assessment = _build(content)
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as cause:
        raise SchemaError(
            f"an assessment file needs the layout of alkanode.thermo.assessment ({origin})",
            found=f"{type(cause).__name__}: {cause}",
        ) from cause
    _verify(assessment, origin)
    return assessment


def _build(content: Mapping[str, Any]) -> Assessment:
    first, second = content["elements"]
    return Assessment(
        name=str(content["name"]),
        system=str(content["system"]),
        description=str(content["description"]),
        elements=(str(first), str(second)),
        function_range=_pair(content["function_range"]),
        use_range=_pair(content["use_range"]),
        gas_constant=float(content["gas_constant"]),
        molar_masses=tuple((symbol, float(value)) for symbol, value in content["molar_masses"].items()),
        reference_states=tuple((symbol, _pair(values)) for symbol, values in content["reference_states"].items()),
        phases=tuple(
            Phase(name=name, tdb_name=entry["tdb"], model=entry["model"], atoms=tuple(entry.get("atoms", {}).items()))
            for name, entry in content["phases"].items()
        ),
        unaries=tuple(
            Unary(
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
            for entry in content["unaries"]
        ),
        interactions=tuple(
            Interaction(
                phase=entry["phase"],
                order=int(entry["order"]),
                constant=float(entry["constant"]),
                slope=float(entry["slope"]),
                **_origin(entry),
            )
            for entry in content["interactions"]
        ),
        compounds=tuple(
            Compound(
                phase=entry["phase"],
                constant=float(entry["constant"]),
                slope=float(entry["slope"]),
                **_origin(entry),
            )
            for entry in content["compounds"]
        ),
        observations=tuple(
            Observation(
                short=str(entry["short"]),
                observed=float(entry["observed"]),
                computed=float(entry["computed"]),
                note=str(entry["note"]),
                **_origin(entry),
            )
            for entry in content["observations"]
        ),
        source=str(content["source"]),
    )


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


def _weakest(labels: Iterable[Trust]) -> Trust:
    return max(labels, key=_WEAKEST_LAST.index)


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
        raise SchemaError(f"every solution in {origin} needs both pure elements", found=f"no {sorted(missing)}")
    missing_keys = [key for key in assessment.sources if key not in bibliography()]
    if missing_keys:
        raise SchemaError(f"every source in {origin} must stand in references.bib", found=", ".join(missing_keys))
