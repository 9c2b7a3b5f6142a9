"""What an assessment holds: coefficients of Gibbs energies and the observations behind them, each with its origin."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Trust

_WEAKEST_LAST = (
    Trust.GIVEN,
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
        Pairs of a term of :data:`alkanode.thermo.assessment.reading.TERMS` and its coefficient (J mol-1 K-n).
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
    """A Redlich-Kister coefficient ``constant + slope T`` of order ``order``, J mol-1 of atoms.

    Attributes
    ----------
    elements
        Two elements a, b in the order of the assessment: the term is x_a x_b L (x_a - x_b)^order. Three elements are a
        term x_a x_b x_c L, whose order is 0.
    """

    phase: str
    elements: tuple[str, ...]
    order: int
    constant: float
    slope: float
    unit: str
    source: str
    trust: Trust
    in_fit: bool

    @property
    def name(self) -> str:
        """Name of the coefficient, for example ``"liquid K-Na 0"``."""
        return f"{self.phase} {'-'.join(self.elements)} {self.order}"


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

    @property
    def name(self) -> str:
        """Name of the coefficient: that of the phase."""
        return self.phase


Coefficient = TypeVar("Coefficient", Interaction, Compound)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase: its name here and in a TDB, its model, and the atoms of a compound's formula unit."""

    name: str
    tdb_name: str
    model: Literal["solution", "compound"]
    atoms: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A number behind the fit, or one that it was compared with (``in_fit`` false).

    Attributes
    ----------
    short
        Name for labels.
    quantity
        What was observed, one of the names of :mod:`alkanode.thermo.assessment.observables`; ``""`` where the code cannot
        compute it.
    at
        Where it was observed: pairs of a name and a number or text, for example ``("temperature", 298.15)``.
    observed, computed, uncertainty
        In ``unit``: the number, what the shipped coefficients give, and the standard uncertainty that weights it.
    source_uncertainty
        A second standard uncertainty, from what the source states or prints and chosen apart from any fit; ``None``
        where ``uncertainty`` is that already. A fit with these shows what the weights do.
    """

    short: str
    quantity: str
    at: tuple[tuple[str, float | str], ...]
    unit: str
    observed: float
    computed: float
    uncertainty: float
    in_fit: bool
    trust: Trust
    source: str
    note: str
    source_uncertainty: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterUncertainty:
    """Joint uncertainty of the fitted parameters.

    Attributes
    ----------
    parameters
        Names as in :attr:`Assessment.parameters`.
    covariance
        Rows over ``parameters``, in the product of their units.
    method
        How it was found, for people.
    samples
        Where a covariance is a poor picture: pairs of a parameter and its sampled differences from the shipped value.
        Numbers at the same place of each tuple belong together. Parameters that are not named follow the covariance.
    """

    parameters: tuple[str, ...]
    covariance: tuple[tuple[float, ...], ...]
    method: str
    samples: tuple[tuple[str, tuple[float, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assessment:
    """A thermodynamic description of a binary or ternary system.

    Attributes
    ----------
    name, system, description
        Names for people; ``system`` is for example ``"Na-K"``.
    elements
        Element order of the interaction parameters, two or three. Compositions of a binary system are mole fractions of
        ``elements[1]``.
    function_range, use_range
        Temperatures (K) where the functions hold at all, and for which the assessment was made.
    gas_constant
        J mol-1 K-1. Part of the assessment, since coefficients belong to it: near Na2K, where liquid and compound
        differ little, its fifth digit moves amounts of phases by up to 2e-4. The shipped one is rounded to 8.3145 as in
        pycalphad, so that the exported TDB means the same equilibria there; the potentials do not notice.
    molar_masses, reference_states
        g mol-1 and (H298 - H0, S298) by element, used only by the TDB.
    phases, unaries, interactions, compounds, observations
        The data; see :mod:`alkanode.thermo.assessment.reading`.
    uncertainty
        Of the fitted parameters; ``None`` where it is not known.
    source
        Key of the assessment itself in ``references.bib``.
    held_out
        Pairs of a name and short names of observations that a report keeps out of a refit together.
    """

    name: str
    system: str
    description: str
    elements: tuple[str, ...]
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
    uncertainty: ParameterUncertainty | None
    source: str
    held_out: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def weakest_trust(self) -> Trust:
        """The weakest label among the coefficients and the observations that they were fitted to."""
        labels = [entry.trust for entry in self.coefficients]
        labels += [entry.trust for entry in self.observations if entry.in_fit]
        return _weakest(labels)

    def resting_on(self, trust: Trust) -> tuple[str, ...]:
        """Short names of the fitted observations and names of the coefficients that have a trust label."""
        names = [o.short for o in self.observations if o.in_fit and o.trust is trust]
        names += [entry.name for entry in self.excess if entry.trust is trust]
        return tuple(dict.fromkeys(names))

    @property
    def label(self) -> str:
        """What a result of this assessment rests on, for people.

        Examples
        --------
        >>> from alkanode.thermo import load_assessment
        >>> load_assessment("Na-K").label
        "computed from assessment 'alkanode-fit K-Na' (fitted; mixing heat, peritectic, 44 wt% K freezing point recalled, unverified)"
        """
        parts = [_weakest(entry.trust for entry in self.coefficients).value]
        if self.interpolates:
            parts.append("as many coefficients as observations")
        for trust in (Trust.RECALLED, Trust.ASSUMED):
            if names := self.resting_on(trust):
                parts.append(f"{', '.join(names)} {trust.value}")
        return f"computed from assessment '{self.name}' ({'; '.join(parts)})"

    @property
    def interpolates(self) -> bool:
        """Whether a binary has no more fitted observations than coefficients, so that agreement is no evidence."""
        fitted = sum(one.in_fit for one in self.observations)
        return len(self.elements) == 2 and 0 < fitted <= len(self.parameters)

    @property
    def sources(self) -> tuple[str, ...]:
        """Source keys of the coefficients and of the observations behind them."""
        keys = [self.source, *(entry.source for entry in self.coefficients)]
        keys += [entry.source for entry in self.observations if entry.in_fit]
        return tuple(dict.fromkeys(key for key in keys if key))

    @property
    def coefficients(self) -> tuple[Unary | Interaction | Compound, ...]:
        """Everything that enters a Gibbs energy."""
        return (*self.unaries, *self.excess)

    @property
    def excess(self) -> tuple[Interaction | Compound, ...]:
        """Interactions and compounds: what a fit may move."""
        return (*self.interactions, *self.compounds)

    @property
    def parameters(self) -> dict[str, float]:
        """Numbers that a fit may move: every constant, and every slope that is not 0.

        Returns
        -------
        dict
            Name, for example ``"liquid K-Na 0 constant"`` (J mol-1) or ``"liquid K-Na 0 slope"`` (J mol-1 K-1), and value.
        """
        found: dict[str, float] = {}
        for entry in self.excess:
            found[f"{entry.name} constant"] = entry.constant
            if entry.slope != 0:
                found[f"{entry.name} slope"] = entry.slope
        return found

    def with_parameters(self, values: Mapping[str, float]) -> Assessment:
        """The same assessment with other values of some :attr:`parameters`.

        Parameters
        ----------
        values
            New numbers by name; the others stay.

        Raises
        ------
        PhysicsError
            For a name that is no parameter.
        """
        unknown = set(values) - set(self.parameters)
        if unknown:
            raise PhysicsError(
                f"names of parameters of {self.name} are needed",
                found=", ".join(sorted(unknown)),
                todo=f"Parameters: {', '.join(self.parameters)}",
            )

        return dataclasses.replace(
            self,
            interactions=tuple(_moved(entry, values) for entry in self.interactions),
            compounds=tuple(_moved(entry, values) for entry in self.compounds),
        )

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

    def fractions_of(self, compound: Phase) -> tuple[float, ...]:
        """Mole fractions of ``elements`` in a compound."""
        atoms = dict(compound.atoms)
        return tuple(atoms.get(symbol, 0) / sum(atoms.values()) for symbol in self.elements)


def _moved(entry: Coefficient, values: Mapping[str, float]) -> Coefficient:
    return dataclasses.replace(
        entry,
        constant=values.get(f"{entry.name} constant", entry.constant),
        slope=values.get(f"{entry.name} slope", entry.slope),
    )


def _weakest(labels: Iterable[Trust]) -> Trust:
    return max(labels, key=_WEAKEST_LAST.index)
