r"""Gibbs energies, chemical potentials and curvatures of the phases of a binary system, vectorised.

Convention of this layer: **x is the mole fraction of the second element of the assessment** (Na in K-Na). All energies
are per mole of atoms and relative to the *stable pure elements at the same temperature* (bcc below the melting point,
liquid above). Energies of two elements on the SER scale must never be compared: their difference is mostly the
entropy of the pure elements at 298 K, a matter of book-keeping.

Solutions (one sublattice, Redlich-Kister):

.. math:: g = (1-x) g_1 + x g_2 + RT[(1-x)\ln(1-x) + x\ln x] + x(1-x)\sum_v L_v (1-2x)^v

.. math:: \mu_1 = g - x g', \qquad \mu_2 = g + (1-x) g'
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.assessment import Assessment, load_assessment
from alkanode.thermo.conditions import Array, CompositionLike, TemperatureLike, second_fraction, temperatures


@dataclass(frozen=True, slots=True)
class SolutionTerms:
    """What a solution's Gibbs energy needs at given temperatures (J mol-1, each shaped like the temperature).

    Attributes
    ----------
    rt
        Gas constant times temperature.
    pure
        Energies of the two pure elements in this phase against the stable pure elements.
    interaction
        Redlich-Kister coefficients by order.
    """

    rt: Array
    pure: tuple[Array, Array]
    interaction: tuple[Array, ...]

    def at(self, chosen: npt.NDArray[np.bool_]) -> SolutionTerms:
        """The same terms at some of the temperatures."""
        return SolutionTerms(
            rt=self.rt[chosen],
            pure=(self.pure[0][chosen], self.pure[1][chosen]),
            interaction=tuple(coefficient[chosen] for coefficient in self.interaction),
        )

    def energy(self, x: Array) -> Array:
        """Gibbs energy at mole fraction ``x``, J mol-1."""
        y, z = 1 - x, 1 - 2 * x
        ideal = self.rt * (xlogy(x, x) + xlogy(y, y))
        excess: Array = np.zeros_like(z)
        for coefficient in reversed(self.interaction):
            excess = excess * z + coefficient
        energy: Array = y * self.pure[0] + x * self.pure[1] + ideal + x * y * excess
        return energy

    def potentials(self, x: Array) -> tuple[Array, Array, Array]:
        """Chemical potentials of both elements, and g'' times x(1-x) (finite at both ends), J mol-1."""
        y, z = 1 - x, 1 - 2 * x
        product = x * y
        s, ds, dds = self._series(z)
        with np.errstate(divide="ignore"):
            ideal_1, ideal_2 = self.rt * np.log(y), self.rt * np.log(x)
        excess, slope = product * s, z * s + product * ds
        mu_1 = self.pure[0] + ideal_1 + excess - x * slope
        mu_2 = self.pure[1] + ideal_2 + excess + y * slope
        stiffness = self.rt + product * (-2 * s + 2 * z * ds + product * dds)
        return mu_1, mu_2, stiffness

    def _series(self, z: Array) -> tuple[Array | float, Array | float, Array | float]:
        """Sum of L_v z^v and its first two derivatives with respect to x, where z = 1 - 2x."""
        s: Array | float = 0.0
        ds: Array | float = 0.0
        dds: Array | float = 0.0
        for order, coefficient in enumerate(self.interaction):
            s = s + coefficient * z**order
            if order >= 1:
                ds = ds - 2 * order * coefficient * z ** (order - 1)
            if order >= 2:
                dds = dds + 4 * order * (order - 1) * coefficient * z ** (order - 2)
        return s, ds, dds


class GibbsModel:
    """Numpy functions of one assessment. Make it with :func:`gibbs_model`, which keeps one per assessment."""

    def __init__(self, assessment: Assessment) -> None:
        self.assessment = assessment
        self.solutions = tuple(p.name for p in assessment.phases if p.model == "solution")
        self.compounds = {p.name: assessment.composition_of(p) for p in assessment.phases if p.model == "compound"}
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

    def terms(self, temperature: Array) -> dict[str, SolutionTerms | Array]:
        """Everything that depends on temperature only.

        Parameters
        ----------
        temperature
            K, any shape.

        Returns
        -------
        dict
            Phase name -> :class:`SolutionTerms` of a solution, or energy (J mol-1 of atoms) of a compound.
        """
        temperature = np.asarray(temperature, dtype=np.float64)
        first, second = self.assessment.elements
        energies = {
            (element, phase): self.unary(element, phase, temperature)
            for element in (first, second)
            for phase in self.solutions
        }
        stable = {e: functools.reduce(np.minimum, (energies[e, p] for p in self.solutions)) for e in (first, second)}
        result: dict[str, SolutionTerms | Array] = {}
        for phase in self.solutions:
            series = sorted((t for t in self.assessment.interactions if t.phase == phase), key=lambda t: t.order)
            coefficients = [np.zeros_like(temperature)] * (1 + max((t.order for t in series), default=0))
            for term in series:
                coefficients[term.order] = term.constant + term.slope * temperature
            result[phase] = SolutionTerms(
                rt=self.assessment.gas_constant * temperature,
                pure=(energies[first, phase] - stable[first], energies[second, phase] - stable[second]),
                interaction=tuple(coefficients),
            )
        for compound in self.assessment.compounds:
            atoms = self.assessment.phase(compound.phase).atoms
            energy = compound.constant + compound.slope * temperature
            for symbol, count in atoms:
                energy = energy + count * (energies[symbol, "bcc_A2"] - stable[symbol])
            result[compound.phase] = energy / sum(count for _, count in atoms)
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


@functools.lru_cache(maxsize=8)
def gibbs_model(assessment: Assessment) -> GibbsModel:
    """The :class:`GibbsModel` of an assessment, made once."""
    return GibbsModel(assessment)


def gibbs_energy(
    temperature: TemperatureLike,
    composition: CompositionLike,
    phase: str = "liquid",
    *,
    system: str | Assessment = "Na-K",
) -> Array:
    """Gibbs energy of one phase, stable or not, against the stable pure elements.

    Parameters
    ----------
    temperature
        K, or text such as ``"25 degC"``; broadcasts with ``composition``.
    composition
        Mole fraction of Na, or an alloy. For a compound it must be the compound's composition.
    phase
        ``"liquid"``, ``"bcc_A2"`` or ``"Na2K"``.
    system
        Shipped system or an assessment.

    Returns
    -------
    ndarray
        J mol-1 of atoms, broadcast shape.

    Raises
    ------
    PhysicsError
        For an unknown phase, a compound at another composition, or a temperature outside the functions' range.

    References
    ----------
    :cite:`Dinsdale1991`

    Examples
    --------
    >>> round(float(gibbs_energy("25 degC", 0.5)), 1)
    -678.1
    """
    model, t, x = _enter(temperature, composition, system)
    model.assessment.phase(phase)
    terms = model.terms(t)[phase]
    if isinstance(terms, SolutionTerms):
        return terms.energy(x)
    fixed = model.compounds[phase]
    if not np.allclose(x, fixed, rtol=0, atol=1e-9):
        raise PhysicsError(
            f"{phase} exists at mole fraction {fixed:.6g} of {model.assessment.elements[1]} only",
            found=f"{np.ravel(x)[0]:.6g}",
        )
    return np.broadcast_to(terms, np.broadcast_shapes(t.shape, x.shape)).copy()


def chemical_potential(
    element: str,
    temperature: TemperatureLike,
    composition: CompositionLike,
    phase: str = "liquid",
    *,
    system: str | Assessment = "Na-K",
) -> Array:
    """Chemical potential of one element in one solution, against the stable pure element at the same temperature.

    Parameters
    ----------
    element
        ``"Na"`` or ``"K"``.
    temperature, composition, phase, system
        As :func:`gibbs_energy`; ``phase`` is a solution.

    Returns
    -------
    ndarray
        J mol-1, broadcast shape; minus infinity where the element is absent.

    Raises
    ------
    PhysicsError
        For another element, a compound, or a temperature outside the functions' range.

    Notes
    -----
    A *lower* value means a *higher* electrode potential, E = -mu/F.

    Examples
    --------
    >>> round(float(chemical_potential("Na", "25 degC", 0.5)))
    -426
    """
    model, t, x = _enter(temperature, composition, system)
    if element not in model.assessment.elements:
        raise PhysicsError(f"an element of {model.assessment.system} is needed", found=repr(element))
    index = model.assessment.elements.index(element)
    return model.solution(phase, t).potentials(x)[index]


def gibbs_curvature(
    temperature: TemperatureLike,
    composition: CompositionLike,
    phase: str = "liquid",
    *,
    system: str | Assessment = "Na-K",
) -> Array:
    """Second derivative of a solution's Gibbs energy with respect to mole fraction.

    Parameters
    ----------
    temperature, composition, phase, system
        As :func:`gibbs_energy`; ``phase`` is a solution.

    Returns
    -------
    ndarray
        J mol-1 of atoms; negative inside a spinodal, infinite at the pure elements.

    Raises
    ------
    PhysicsError
        For a compound, or a temperature outside the functions' range.
    """
    model, t, x = _enter(temperature, composition, system)
    stiffness = model.solution(phase, t).potentials(x)[2]
    with np.errstate(divide="ignore"):
        curvature: Array = stiffness / (x * (1 - x))
    return curvature


def _enter(
    temperature: TemperatureLike, composition: CompositionLike, system: str | Assessment
) -> tuple[GibbsModel, Array, Array]:
    assessment = load_assessment(system)
    return (
        gibbs_model(assessment),
        temperatures(temperature, assessment, stacklevel=4),
        second_fraction(composition, assessment),
    )
