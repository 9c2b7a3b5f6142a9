r"""Self-diffusion of sodium, and of lithium as a guest, in liquid Na-K.

A table calculated for 373 K is linear in the **mass** fraction of potassium. Other temperatures follow from Stokes and
Einstein, who keep

.. math:: \frac{D\,\eta}{T} = \text{const}

with the viscosity of the same liquid. Self-diffusion is not what evens out a gradient of composition: that needs the
thermodynamic factor, see :func:`alkanode.thermo.alloy_properties`.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials.alloys import Alloy
from alkanode.materials.composition import Composition
from alkanode.materials.elements import element
from alkanode.materials.properties.correlation import Array, Origin, warn_outside
from alkanode.materials.properties.inputs import as_composition, rests_on
from alkanode.materials.properties.reading import property_data, read_origin
from alkanode.materials.properties.viscosities import liquid_viscosity, through_density


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearDiffusion:
    """Self-diffusion of one species at one temperature, linear in a mass fraction.

    Attributes
    ----------
    elements
        The two metals; the mass fraction is that of the first.
    constant, slope
        m2 s-1.
    temperature, range
        K: of the table, and where the step from it is short enough to trust.
    origin
        What it rests on.
    """

    elements: tuple[str, str]
    constant: float
    slope: float
    temperature: float
    range: tuple[float, float]
    origin: Origin


def sodium_diffusion(temperature: npt.ArrayLike, mole_fractions: npt.ArrayLike, elements: Sequence[str]) -> Array:
    """Self-diffusion of sodium in liquid Na-K (kernel: arrays in SI, no checks of ranges).

    Parameters
    ----------
    temperature
        K, shape (...).
    mole_fractions
        Shape (..., element), in the order of ``elements``; broadcasts with the temperature.
    elements
        ``"Na"`` and ``"K"``, or one of them.

    Returns
    -------
    ndarray
        m2 s-1.

    Notes
    -----
    Viscosities are those of the alloy's formula for every composition, pure ends included, so that the ratio of two
    temperatures has no step.
    """
    t = np.asarray(temperature, dtype=np.float64)
    x = np.asarray(mole_fractions, dtype=np.float64)
    rule = sodium_rule()
    masses = np.array([element(symbol).molar_mass.value for symbol in elements])
    first = np.array([symbol == rule.elements[0] for symbol in elements])
    share = (x * masses * first).sum(axis=-1) / (x * masses).sum(axis=-1)
    at_table = rule.constant + rule.slope * share
    # A trace keeps the pure ends on the formula of the alloy.
    mixed = np.stack([np.clip(_part(x, elements, symbol), 1e-9, 1 - 1e-9) for symbol in rule.elements], axis=-1)
    there = liquid_viscosity(rule.temperature, mixed, rule.elements)
    here = liquid_viscosity(t, mixed, rule.elements)
    value: Array = at_table * (t / rule.temperature) * (there / here)
    return value


def self_diffusion(alloy: Alloy | Composition | str, temperature: QuantityLike, *, species: str = "Na") -> Estimate:
    """Self-diffusion of sodium in liquid Na-K, or diffusion of a little lithium in it.

    Parameters
    ----------
    alloy
        Na-K, or pure Na or K as the host.
    temperature
        K, or text such as ``"25 degC"``.
    species
        ``"Na"``, or ``"Li"`` for a guest that is so dilute that it meets the host only.

    Returns
    -------
    Estimate
        m2 s-1. The interval covers twice the standard uncertainty: 20 % of the table for Na, and 50 % for Li, for which
        nothing was found and the value of Na is **assumed**; its interval is a factor, exp(+-2 x 0.5).

    Raises
    ------
    PhysicsError
        For another host or species.

    Warns
    -----
    ExtrapolationWarning
        Outside 293-473 K.

    Notes
    -----
    D(373 K) = 3.9906e-9 + 1.8355e-9 w(K) m2 s-1, then D eta / T is kept. The end at pure sodium, 4.0e-9, was not part of
    the table; measured by nuclear magnetic resonance at the melting point: 3.7e-9 +- 0.3e-9.

    References
    ----------
    :cite:`Wu2025`, table S1 of its supplement; :cite:`Foust1972` for the viscosity

    Examples
    --------
    >>> round(self_diffusion("NaK50", 373.0).value * 1e9, 2)
    4.91
    """
    composition = as_composition(alloy)
    t = to_si(temperature, "temperature")
    symbols = composition.elements
    rule = sodium_rule()
    if not set(symbols) <= set(rule.elements):
        raise PhysicsError("a host of Na and K is needed", found=str(composition))
    if species not in ("Na", "Li"):
        raise PhysicsError(
            "a species with a known diffusion coefficient is needed", found=repr(species), todo="Na or Li"
        )
    what = f"diffusion of {species} in liquid {'-'.join(symbols)}"
    warn_outside(t, rule.range, f"the {what}")
    value = float(sodium_diffusion(t, [composition.mole_fraction(symbol) for symbol in symbols], symbols))
    origins = [rule.origin, through_density().origin]
    factor = np.exp(2 * rule.origin.uncertainty)
    if species == "Li":
        guest = lithium_rule()
        origins.append(guest)
        factor = np.exp(2 * guest.uncertainty)
    return Estimate(
        value=value,
        unit="m2 s-1",
        quantity="self_diffusion",
        interval=(float(value / factor), float(value * factor)),
        label=rests_on(what, origins),
    )


@functools.cache
def sodium_rule() -> LinearDiffusion:
    """The table of sodium in liquid Na-K as a line."""
    entry = property_data("diffusion")["sodium_in_NaK"]
    first, second = entry["elements"]
    return LinearDiffusion(
        elements=(str(first), str(second)),
        constant=float(entry["constant"]),
        slope=float(entry["slope"]),
        temperature=float(entry["temperature"]),
        range=(float(entry["range"][0]), float(entry["range"][1])),
        origin=read_origin(entry),
    )


@functools.cache
def lithium_rule() -> Origin:
    """What the diffusion of lithium in Na-K rests on: an assumption."""
    return read_origin(property_data("diffusion")["lithium_in_NaK"])


def _part(x: Array, elements: Sequence[str], symbol: str) -> Array:
    symbols = list(elements)
    if symbol not in symbols:
        missing: Array = np.zeros(x.shape[:-1])
        return missing
    part: Array = x[..., symbols.index(symbol)]
    return part
