"""What a Gibbs energy needs at given temperatures: pure elements, interactions, compounds.

All energies are per mole of atoms and relative to the *stable pure elements at the same temperature* (bcc below the melting
point, liquid above). Energies of two elements on the SER scale must never be compared: their difference is mostly the
entropy of the pure elements at 298 K, a matter of book-keeping.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import numpy as np

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.assessment.data import Assessment, Compound, Interaction
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.binary_solution import SolutionTerms
from alkanode.thermo.gibbs.ternary_solution import TernaryTerms

Parameters = Mapping[str, "float | Array"]
"""Other values for some of :attr:`Assessment.parameters`, which broadcast with the temperature (posterior draws)."""

_REFERENCE_PHASE = "bcc_A2"


class GibbsModel:
    """Numpy functions of one assessment of two or three elements.

    Attributes
    ----------
    assessment
        The data.
    solutions
        Names of the solution phases.
    """

    def __init__(self, assessment: Assessment) -> None:
        self.assessment = assessment
        self.solutions = tuple(p.name for p in assessment.phases if p.model == "solution")
        self._unaries = {(unary.element, unary.phase): unary for unary in assessment.unaries}

    def unary(self, element: str, phase: str, temperature: Array) -> Array:
        """Gibbs energy of a pure element in a phase relative to SER, J mol-1, for one temperature array in K."""
        segments = self._unaries[element, phase].segments
        number = np.searchsorted([part.below for part in segments[:-1]], temperature, side="right")
        energy = np.empty_like(temperature)
        for index in range(len(segments)):
            chosen = number == index
            if chosen.all():
                return self._segment(element, phase, index, temperature)
            if chosen.any():
                energy[chosen] = self._segment(element, phase, index, temperature[chosen])
        return energy

    def _segment(self, element: str, phase: str, index: int, temperature: Array) -> Array:
        segment = self._unaries[element, phase].segments[index]
        energy: Array = np.zeros_like(temperature)
        for term, coefficient in segment.terms:
            energy += coefficient * _TERM[term](temperature)
        if segment.plus:
            energy += self.unary(element, segment.plus, temperature)
        return energy

    def pure_energies(self, temperature: Array) -> dict[tuple[str, str], Array]:
        """Energies of the pure elements in each solution phase against the stable pure elements, J mol-1.

        Returns
        -------
        dict
            (element, phase) -> array shaped like ``temperature`` (K).
        """
        found: dict[tuple[str, str], Array] = {}
        for element in self.assessment.elements:
            energies = {phase: self.unary(element, phase, temperature) for phase in self.solutions}
            stable = functools.reduce(np.minimum, energies.values())
            found.update({(element, phase): energy - stable for phase, energy in energies.items()})
        return found

    def interactions(
        self, phase: str, elements: tuple[str, ...], temperature: Array, parameters: Parameters
    ) -> tuple[Array, ...]:
        """Redlich-Kister coefficients of some elements in a solution by order, J mol-1, shaped like the temperature."""
        terms = {t.order: t for t in self.assessment.interactions if t.phase == phase and t.elements == elements}
        shape = np.zeros_like(temperature)
        return tuple(
            _linear(terms[order], temperature, parameters) + shape if order in terms else shape
            for order in range(1 + max(terms, default=-1))
        )

    def compound_energies(
        self, pure: Mapping[tuple[str, str], Array], temperature: Array, parameters: Parameters
    ) -> dict[str, Array]:
        """Energies of the compounds against the stable pure elements, J mol-1 of atoms."""
        found: dict[str, Array] = {}
        for compound in self.assessment.compounds:
            atoms = self.assessment.phase(compound.phase).atoms
            energy = _linear(compound, temperature, parameters)
            for symbol, count in atoms:
                energy = energy + count * pure[symbol, _REFERENCE_PHASE]
            found[compound.phase] = energy / sum(count for _, count in atoms)
        return found


class BinaryModel(GibbsModel):
    """Numpy functions of a binary assessment. Make it with :func:`gibbs_model`, which keeps one per assessment.

    Attributes
    ----------
    compounds
        Compound -> its mole fraction of the second element.
    """

    def __init__(self, assessment: Assessment) -> None:
        super().__init__(assessment)
        self.compounds = {p.name: assessment.fractions_of(p)[1] for p in assessment.phases if p.model == "compound"}

    def terms(self, temperature: Array, parameters: Parameters | None = None) -> dict[str, SolutionTerms | Array]:
        """Everything that depends on temperature only.

        Parameters
        ----------
        temperature
            K, any shape.
        parameters
            Other values of parameters, each shaped like ``temperature`` or a number.

        Returns
        -------
        dict
            Phase name -> :class:`SolutionTerms` of a solution, or energy (J mol-1 of atoms) of a compound.
        """
        temperature = np.asarray(temperature, dtype=np.float64)
        given = parameters or {}
        first, second = self.assessment.elements
        pure = self.pure_energies(temperature)
        result: dict[str, SolutionTerms | Array] = {
            phase: SolutionTerms(
                rt=self.assessment.gas_constant * temperature,
                pure=(pure[first, phase], pure[second, phase]),
                interaction=self.interactions(phase, (first, second), temperature, given),
            )
            for phase in self.solutions
        }
        result.update(self.compound_energies(pure, temperature, given))
        return result

    def solution(self, phase: str, temperature: Array) -> SolutionTerms:
        """Terms of one solution.

        Raises
        ------
        PhysicsError
            When the phase is a compound, which has one composition only.
        """
        self.assessment.phase(phase)
        terms = self.terms(temperature)[phase]
        if not isinstance(terms, SolutionTerms):
            raise PhysicsError(
                "a solution phase is needed, whose composition can vary",
                found=f"{phase!r}, a compound",
                todo=f"Solutions: {', '.join(self.solutions)}",
            )
        return terms


class TernaryModel(GibbsModel):
    """Numpy functions of a ternary assessment. Make it with :func:`ternary_model`, which keeps one per assessment.

    Attributes
    ----------
    compounds
        Compound -> its mole fractions of the three elements.
    """

    def __init__(self, assessment: Assessment) -> None:
        super().__init__(assessment)
        self.compounds = {p.name: assessment.fractions_of(p) for p in assessment.phases if p.model == "compound"}

    def terms(self, temperature: Array, parameters: Parameters | None = None) -> dict[str, TernaryTerms | Array]:
        """Everything that depends on temperature only; as :meth:`BinaryModel.terms`."""
        temperature = np.asarray(temperature, dtype=np.float64)
        given = parameters or {}
        a, b, c = elements = self.assessment.elements
        pure = self.pure_energies(temperature)
        result: dict[str, TernaryTerms | Array] = {}
        for phase in self.solutions:
            pairs = {
                (i, j): self.interactions(phase, (elements[i], elements[j]), temperature, given)
                for i, j in ((0, 1), (0, 2), (1, 2))
            }
            three = self.interactions(phase, (a, b, c), temperature, given)
            result[phase] = TernaryTerms(
                rt=self.assessment.gas_constant * temperature,
                pure=(pure[a, phase], pure[b, phase], pure[c, phase]),
                pairs=pairs,
                three=three[0] if three else np.zeros_like(temperature),
            )
        result.update(self.compound_energies(pure, temperature, given))
        return result


def _linear(entry: Interaction | Compound, temperature: Array, parameters: Parameters) -> Array:
    constant = parameters.get(f"{entry.name} constant", entry.constant)
    slope = parameters.get(f"{entry.name} slope", entry.slope)
    value: Array = constant + slope * temperature
    return value


_TERM: dict[str, Callable[[Array], Array | float]] = {
    "1": lambda t: 1.0,
    "T": lambda t: t,
    "T*ln(T)": lambda t: t * np.log(t),
    "T**2": lambda t: t * t,
    "T**3": lambda t: t * t * t,
    "T**(-1)": lambda t: 1 / t,
    "T**7": lambda t: t**7,
    "T**(-9)": lambda t: t ** (-9.0),
}


@functools.lru_cache(maxsize=32)
def gibbs_model(assessment: Assessment) -> BinaryModel:
    """The :class:`BinaryModel` of an assessment, made once.

    Raises
    ------
    PhysicsError
        For an assessment of three elements.
    """
    _count(assessment, 2)
    return BinaryModel(assessment)


@functools.lru_cache(maxsize=8)
def ternary_model(assessment: Assessment) -> TernaryModel:
    """The :class:`TernaryModel` of an assessment, made once.

    Raises
    ------
    PhysicsError
        For an assessment of two elements.
    """
    _count(assessment, 3)
    return TernaryModel(assessment)


def _count(assessment: Assessment, wanted: int) -> None:
    if len(assessment.elements) != wanted:
        words = {2: "two", 3: "three"}
        raise PhysicsError(
            f"a system of {words[wanted]} elements is needed",
            found=f"{assessment.system} ({assessment.name})",
        )
