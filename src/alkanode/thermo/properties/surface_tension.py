r"""Surface tension of a liquid alloy after Butler: a layer of atoms at equilibrium with the liquid beneath it.

Every element gives the same surface tension,

.. math:: \gamma = \gamma_i + \frac{1}{A_i}\left[RT\ln\frac{x_i^s}{x_i} + \beta\,\bar G_i^E(x^s) - \bar G_i^E(x)\right],
   \qquad A_i = g\,N_A^{1/3} V_i^{2/3}

with the surface tensions :math:`\gamma_i` and molar volumes :math:`V_i` of the pure liquids, and the partial excess energies
of the assessment. Atoms of the layer have fewer neighbours, hence :math:`\beta`. The element of the lower surface tension
gathers in the layer: potassium in Na-K.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.constants import Avogadro
from scipy.optimize import elementwise
from scipy.special import expit

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials import Alloy, Composition
from alkanode.materials.elements import element
from alkanode.materials.properties.correlation import warn_outside
from alkanode.materials.properties.densities import element_density
from alkanode.materials.properties.inputs import rests_on
from alkanode.materials.properties.reading import property_data, read_origin
from alkanode.materials.properties.surface_tensions import surface_tension_rule
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.conditions import Array, as_alloy, second_fraction, temperatures
from alkanode.thermo.gibbs.binary_solution import SolutionTerms
from alkanode.thermo.gibbs.model import gibbs_model

_SMALLEST = 1e-12
_BRACKET = 40.0
_SEARCH = np.linspace(-_BRACKET, _BRACKET, 161)


@dataclass(frozen=True, slots=True, kw_only=True)
class ButlerOptions:
    r"""Numbers of Butler's model that no measurement of Na-K fixes here.

    Attributes
    ----------
    coordination
        Share of the interactions of the liquid that act in the layer. The default, 0.83, is usual for liquid metals and
        **recalled**; 0.75 is the geometric share of a closest-packed face (9 of 12 neighbours), 1 leaves it out.
    geometry
        Area of a mole of atoms over N\ :sub:`A`\ :sup:`1/3` V\ :sup:`2/3`. The default, 2\ :sup:`1/3` times the root of 3/4,
        1.0911, is exact for a closest-packed plane of spheres.
    coordination_bounds
        Values of ``coordination`` that the interval of a result covers.
    """

    coordination: float = field(
        default_factory=lambda: float(property_data("surface_tension")["butler"]["coordination"])
    )
    geometry: float = 2 ** (1 / 3) * math.sqrt(3) / 2
    coordination_bounds: tuple[float, float] = (0.75, 1.0)

    def __post_init__(self) -> None:
        shares = (self.coordination, *self.coordination_bounds)
        if not (all(0 < share <= 1 for share in shares) and self.geometry > 0):
            raise PhysicsError(
                "Butler's model needs a coordination above 0 and up to 1, and a positive geometry", found=str(self)
            )


@dataclass(frozen=True, slots=True)
class Surface:
    """Surface of liquid alloys: tension (N m-1), and mole fraction of the second element in the outermost layer."""

    tension: Array
    fraction: Array


def butler(
    model_terms: SolutionTerms,
    x: Array,
    tensions: tuple[Array, Array],
    areas: tuple[Array, Array],
    coordination: float,
) -> Surface:
    """Surface of a binary liquid (kernel: arrays in SI that broadcast).

    Parameters
    ----------
    model_terms
        Terms of the liquid at the temperatures.
    x
        Mole fraction of the second element.
    tensions, areas
        Surface tensions (N m-1) and molar areas (m2 mol-1) of the two pure liquids.
    coordination
        As :class:`ButlerOptions`.

    Returns
    -------
    Surface

    Raises
    ------
    PhysicsError
        Where the layer itself would fall apart into two, so that no single composition answers.
    """
    shape = np.broadcast_shapes(x.shape, model_terms.rt.shape, tensions[0].shape, areas[0].shape)
    flat = [np.broadcast_to(part, shape).ravel() for part in (x, *tensions, *areas)]
    x, gamma_1, gamma_2, area_1, area_2 = flat
    terms = _spread(model_terms, shape)
    bulk = np.clip(x, _SMALLEST, 1 - _SMALLEST)
    excess_1, excess_2 = _partial_excess(terms, bulk)

    def each(z: Array, number: Array) -> tuple[Array, Array]:
        state = number.astype(np.intp)
        here = terms.at(state)
        first, second = _partial_excess(here, expit(z), expit(-z))
        mixing_1 = here.rt * (-np.logaddexp(0, z) - np.log1p(-bulk[state]))
        mixing_2 = here.rt * (-np.logaddexp(0, -z) - np.log(bulk[state]))
        return (
            gamma_1[state] + (mixing_1 + coordination * first - excess_1[state]) / area_1[state],
            gamma_2[state] + (mixing_2 + coordination * second - excess_2[state]) / area_2[state],
        )

    def difference(z: Array, number: Array) -> Array:
        one, two = each(z, number)
        return one - two

    every = np.arange(x.size, dtype=np.float64)
    falling = np.diff(np.stack([difference(np.full(x.size, z), every) for z in _SEARCH]), axis=0) < 0
    if not falling.all():
        raise PhysicsError(
            "a surface layer of one composition is needed",
            found="a liquid whose surface would separate into two layers at this temperature",
            todo="Raise the temperature, or choose a system whose liquid mixes",
        )
    ends = (np.full(x.size, -_BRACKET), np.full(x.size, _BRACKET))
    found = elementwise.find_root(difference, ends, args=(every,))
    tension, _ = each(found.x, every)
    # The pure ends: the layer is as pure as the liquid.
    tension = np.where(x <= 0, gamma_1, np.where(x >= 1, gamma_2, tension))
    fraction = np.where((x <= 0) | (x >= 1), x, expit(found.x))
    return Surface(tension.reshape(shape), fraction.reshape(shape))


def surface_of(assessment: Assessment, temperature: Array, x: Array, options: ButlerOptions) -> Surface:
    """Surface of a binary liquid of an assessment at temperatures (K) and mole fractions of the second element."""
    terms = gibbs_model(assessment).solution("liquid", temperature)
    tensions, areas = _pure(assessment, temperature, options)
    return butler(terms, x, tensions, areas, options.coordination)


def surface_interval(
    assessment: Assessment, temperature: Array, x: Array, options: ButlerOptions
) -> tuple[Array, Array]:
    """Bounds of the surface tension (N m-1): twice the uncertainty of the pure liquids, and the bounds of coordination."""
    terms = gibbs_model(assessment).solution("liquid", temperature)
    tensions, areas = _pure(assessment, temperature, options)
    spread = [2 * surface_tension_rule(symbol).origin.uncertainty for symbol in assessment.elements]
    found = []
    for sign in (-1, 1):
        moved = (tensions[0] * (1 + sign * spread[0]), tensions[1] * (1 + sign * spread[1]))
        found += [butler(terms, x, moved, areas, share).tension for share in options.coordination_bounds]
    return np.min(found, axis=0), np.max(found, axis=0)


def surface_tension(
    alloy: Alloy | Composition | str,
    temperature: QuantityLike,
    *,
    system: str | Assessment = "Na-K",
    options: ButlerOptions | None = None,
) -> Estimate:
    """Surface tension of a liquid alloy against its vapour, by Butler's model.

    Parameters
    ----------
    alloy
        An alloy of the two metals of the system, a composition or a name; a pure metal gives its own formula.
    temperature
        K, or text such as ``"25 degC"``.
    system
        Shipped binary system or an assessment. The liquid need not be stable: solids are not asked for.
    options
        :class:`ButlerOptions`; the defaults when ``None``.

    Returns
    -------
    Estimate
        N m-1. The interval covers twice the standard uncertainty of the pure liquids' surface tensions, and the bounds of
        ``coordination``; not the model itself.

    Raises
    ------
    PhysicsError
        For other elements, a temperature outside the functions' range, or a surface that would separate into two layers.

    Warns
    -----
    ExtrapolationWarning
        Outside the range of a pure liquid's formula. Below 800 K that is always so for potassium.

    Notes
    -----
    A prediction: nothing in it was fitted to surface tensions of alloys.

    References
    ----------
    :cite:`Butler1932`; :cite:`Kawaguchi2026` finds the model applicable to Na-K-Cs

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     round(1e3 * surface_tension("NaK80", "25 degC").value)
    118
    """
    assessment = load_assessment(system)
    chosen = options or ButlerOptions()
    t = temperatures(to_si(temperature, "temperature"), assessment)
    gibbs_model(assessment)
    x = second_fraction(as_alloy(alloy), assessment)
    present = [symbol for symbol, part in zip(assessment.elements, (1 - x, x), strict=True) if part > 0]
    for symbol in present:
        warn_outside(float(t), surface_tension_rule(symbol).range, f"the surface tension of {symbol}")
    value = surface_of(assessment, t, x, chosen).tension
    low, high = surface_interval(assessment, t, x, chosen)
    return Estimate(
        value=float(value),
        unit="N m-1",
        quantity="surface_tension",
        interval=(float(low), float(high)),
        label=surface_label(assessment, present),
    )


def surface_label(assessment: Assessment, present: list[str]) -> str:
    """What a surface tension of some elements rests on, for people."""
    what = f"surface tension of liquid {'-'.join(present)}"
    origins = [surface_tension_rule(symbol).origin for symbol in present]
    if len(present) == 1:
        return rests_on(what, origins)
    origins.append(read_origin({**property_data("surface_tension")["butler"], "uncertainty": 0.1}))
    covered = "interval covers twice the standard uncertainty of the pure liquids and the bounds of coordination"
    return f"{rests_on(what, origins).partition('; interval')[0]}; activities {assessment.label}; {covered}"


def _pure(
    assessment: Assessment, temperature: Array, options: ButlerOptions
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Surface tensions and molar areas of the two pure liquids."""
    first, second = assessment.elements
    areas = []
    for symbol in (first, second):
        volume = element(symbol).molar_mass.value / element_density(symbol, temperature, "liquid")
        areas.append(options.geometry * Avogadro ** (1 / 3) * volume ** (2 / 3))
    tensions = (surface_tension_rule(first)(temperature), surface_tension_rule(second)(temperature))
    return tensions, (areas[0], areas[1])


def _spread(terms: SolutionTerms, shape: tuple[int, ...]) -> SolutionTerms:
    """The same terms, one for each of the states of a shape, in one row."""

    def row(value: Array) -> Array:
        flat: Array = np.broadcast_to(value, shape).ravel()
        return flat

    return SolutionTerms(
        rt=row(terms.rt),
        pure=(row(terms.pure[0]), row(terms.pure[1])),
        interaction=tuple(row(coefficient) for coefficient in terms.interaction),
    )


def _partial_excess(terms: SolutionTerms, x: Array, y: Array | None = None) -> tuple[Array, Array]:
    """Partial excess energies of both elements, J mol-1; ``y`` is 1 - x where that difference would lose digits."""
    y = 1 - x if y is None else y
    x, y = np.clip(x, _SMALLEST, 1 - _SMALLEST), np.clip(y, _SMALLEST, 1 - _SMALLEST)
    mu_1, mu_2, _ = terms.potentials(x, y)
    return mu_1 - terms.pure[0] - terms.rt * np.log(y), mu_2 - terms.pure[1] - terms.rt * np.log(x)
