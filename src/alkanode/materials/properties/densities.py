r"""Densities of Li, Na, K and their alloys, liquid and solid.

Volumes of the pure metals add up, and mixing changes the volume by one fitted number for each pair of metals:

.. math:: V = \sum_i x_i \frac{M_i}{\rho_i(T)} + \sum_{i<j} x_i x_j V_{ij}, \qquad \rho = \frac{\sum_i x_i M_i}{V}

Liquids contract on mixing (Na-K by 0.8 to 1.1 %). Solids, and the compound Na2K, are taken as ideal.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate, Trust
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials.alloys import Alloy
from alkanode.materials.composition import Composition
from alkanode.materials.elements import element
from alkanode.materials.properties.correlation import Array, Correlation, Origin, warn_outside
from alkanode.materials.properties.inputs import as_composition, rests_on
from alkanode.materials.properties.reading import property_data, read_correlation, read_origin

State: TypeAlias = Literal["liquid", "solid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcessVolume:
    """Change of volume when two liquid metals mix, V = x_a x_b ``constant``.

    Attributes
    ----------
    elements
        The two metals.
    constant
        m3 mol-1.
    range
        Temperatures (K) of the densities behind it, and down to the eutectic.
    origin
        What it rests on; its uncertainty is that of the density of the alloy.
    """

    elements: tuple[str, str]
    constant: float
    range: tuple[float, float]
    origin: Origin


def state_of(phase: str) -> State:
    """Whether a phase is liquid or solid: ``"liquid"``, ``"liquid_Na"``; ``"solid"``, ``"bcc_K"``, ``"bcc_A2"``, ``"Na2K"``.

    Raises
    ------
    PhysicsError
        For another name.
    """
    if phase == "liquid" or phase.startswith("liquid_"):
        return "liquid"
    if phase in ("solid", "Na2K", "bcc") or phase.startswith("bcc_"):
        return "solid"
    raise PhysicsError(
        "a phase with a known density is needed",
        found=repr(phase),
        todo="Known: liquid, solid, bcc_Na, bcc_K, bcc_Li, Na2K",
    )


def element_density(symbol: str, temperature: npt.ArrayLike, phase: str) -> Array:
    """Density of a pure metal in a phase, stable or not.

    Parameters
    ----------
    symbol
        ``"Li"``, ``"Na"`` or ``"K"``.
    temperature
        K, any shape. Not checked against the range: alloys need the liquid metals below their melting points.
    phase
        As :func:`state_of`.

    Returns
    -------
    ndarray
        kg m-3, shaped like the temperature.

    Raises
    ------
    PhysicsError
        For an element without a density.
    """
    t = np.asarray(temperature, dtype=np.float64)
    _known(symbol)
    if state_of(phase) == "liquid":
        return _liquid(symbol)(t)
    data = property_data("density")
    at_reference = _solid_density(symbol)
    growth = 1 + float(data["expansion"][symbol]["linear"]) * (t - float(data["solid"]["reference_temperature"]))
    value: Array = at_reference / growth**3
    return value


def molar_volume(
    temperature: npt.ArrayLike, mole_fractions: npt.ArrayLike, elements: Sequence[str], phase: str
) -> Array:
    """Volume of one mole of atoms in a phase (kernel: arrays in SI, no checks of ranges).

    Parameters
    ----------
    temperature
        K, shape (...).
    mole_fractions
        Shape (..., element), in the order of ``elements``; broadcasts with the temperature.
    elements
        Symbols out of Li, Na, K.
    phase
        As :func:`state_of`.

    Returns
    -------
    ndarray
        m3 mol-1, broadcast shape without the element axis.

    Raises
    ------
    PhysicsError
        For an element or a phase without a density.
    """
    t = np.asarray(temperature, dtype=np.float64)
    x = np.asarray(mole_fractions, dtype=np.float64)
    volume: Array = np.zeros(np.broadcast_shapes(t.shape, x.shape[:-1]))
    for place, symbol in enumerate(elements):
        volume = volume + x[..., place] * element(symbol).molar_mass.value / element_density(symbol, t, phase)
    if state_of(phase) == "liquid":
        for pair in excess_volumes():
            if set(pair.elements) <= set(elements):
                i, j = (list(elements).index(symbol) for symbol in pair.elements)
                volume = volume + x[..., i] * x[..., j] * pair.constant
    return volume


def phase_density(
    temperature: npt.ArrayLike, mole_fractions: npt.ArrayLike, elements: Sequence[str], phase: str
) -> Array:
    """Density of a phase, kg m-3; arguments as :func:`molar_volume`."""
    x = np.asarray(mole_fractions, dtype=np.float64)
    masses = np.array([element(symbol).molar_mass.value for symbol in elements])
    value: Array = (x @ masses) / molar_volume(temperature, x, elements, phase)
    return value


def density(alloy: Alloy | Composition | str, temperature: QuantityLike, *, phase: str) -> Estimate:
    """Density of a metal or alloy in one phase.

    Parameters
    ----------
    alloy
        An alloy of Li, Na, K, a composition, or a name such as ``"NaK50"``.
    temperature
        K, or text such as ``"25 degC"``.
    phase
        ``"liquid"``, ``"solid"``, or the name of a phase (``"bcc_K"``, ``"Na2K"``). It must be named, since this layer
        does not know which phase is stable.

    Returns
    -------
    Estimate
        kg m-3. The interval covers twice the standard uncertainty of the correlation.

    Raises
    ------
    PhysicsError
        For an element or a phase without a density.

    Warns
    -----
    ExtrapolationWarning
        Outside the range: of the metal's own formula for a pure metal, of the excess volumes (250-980 K) for a liquid
        alloy, whose metals may well lie below their melting points.

    Notes
    -----
    Ideal volumes plus one excess volume for each pair of liquid metals; see :mod:`alkanode.materials.properties.densities`.

    References
    ----------
    :cite:`Foust1972`, :cite:`Jeppson1978`, :cite:`LiquidMetalsHandbook1952`

    Examples
    --------
    >>> round(density(Alloy.from_mass_fractions(Na=0.222, K=0.778), "21 degC", phase="liquid").value)
    867
    >>> round(density("K", "20 degC", phase="solid").value)
    862
    """
    composition = as_composition(alloy)
    t = to_si(temperature, "temperature")
    state = state_of(phase)
    symbols = composition.elements
    for symbol in symbols:
        _known(symbol)
    origins, limits = _basis(symbols, state)
    warn_outside(t, limits, f"the density of {state} {'-'.join(symbols)}")
    value = float(phase_density(t, [composition.mole_fraction(s) for s in symbols], symbols, phase))
    width = 2 * value * max(origin.uncertainty for origin in origins)
    return Estimate(
        value=value,
        unit="kg m-3",
        quantity="density",
        interval=(value - width, value + width),
        label=rests_on(f"density of {state} {'-'.join(symbols)}", origins),
    )


@functools.cache
def excess_volumes() -> tuple[ExcessVolume, ...]:
    """Excess volumes of the pairs of liquid metals."""
    return tuple(
        ExcessVolume(
            elements=(str(entry["elements"][0]), str(entry["elements"][1])),
            constant=float(entry["constant"]),
            range=(float(entry["range"][0]), float(entry["range"][1])),
            origin=read_origin(entry),
        )
        for entry in property_data("density")["excess_volumes"]
    )


def density_sources(elements: Sequence[str], phase: str) -> tuple[str, ...]:
    """Keys in ``references.bib`` behind the density of a phase of some elements."""
    origins, _ = _basis(tuple(elements), state_of(phase))
    return tuple(dict.fromkeys(origin.source for origin in origins if origin.source))


def density_trust(elements: Sequence[str], phase: str) -> str:
    """Trust labels behind the density of a phase of some elements, for labels."""
    origins, _ = _basis(tuple(elements), state_of(phase))
    return ", ".join(dict.fromkeys(origin.trust.value for origin in origins))


def _basis(symbols: Sequence[str], state: State) -> tuple[list[Origin], tuple[float, float]]:
    """Origins of everything that a density needs, and the temperatures where all of it holds."""
    data = property_data("density")
    if state == "liquid":
        pairs = [pair for pair in excess_volumes() if set(pair.elements) <= set(symbols)]
        origins = [_liquid(symbol).origin for symbol in symbols] + [pair.origin for pair in pairs]
        ranges = [pair.range for pair in pairs] or [_liquid(symbol).range for symbol in symbols]
    else:
        spread = float(data["solid"]["uncertainty"])
        origins = [_solid_origin(symbol) for symbol in symbols]
        origins += [read_origin(data["expansion"][symbol], uncertainty=spread) for symbol in symbols]
        ranges = [data["solid"]["ranges"][symbol] for symbol in symbols]
        if len(symbols) > 1:
            origins.append(Origin(uncertainty=2 * spread, source="", trust=Trust.ASSUMED, note="ideal volumes"))
            ranges = [(min(low for low, _ in ranges), max(high for _, high in ranges))]
    return origins, (max(low for low, _ in ranges), min(high for _, high in ranges))


@functools.cache
def _liquid(symbol: str) -> Correlation:
    return read_correlation(property_data("density")["liquid"][symbol])


def _solid_density(symbol: str) -> float:
    constant = element(symbol).density
    return float("nan") if constant is None else constant.value


def _solid_origin(symbol: str) -> Origin:
    constant = element(symbol).density
    spread = float(property_data("density")["solid"]["uncertainty"])
    if constant is None:
        return Origin(uncertainty=spread, source="", trust=Trust.ASSUMED)
    return Origin(uncertainty=spread, source=constant.source, trust=constant.trust, note=constant.note)


def _known(symbol: str) -> None:
    known = property_data("density")["liquid"]
    if symbol not in known:
        raise PhysicsError(
            "a metal with a known density is needed", found=repr(symbol), todo=f"Known: {', '.join(sorted(known))}"
        )
