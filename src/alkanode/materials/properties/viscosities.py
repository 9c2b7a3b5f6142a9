r"""Viscosities of liquid Na, K and Na-K.

The pure metals have formulas of their own. Na-K of any composition goes through its density,

.. math:: \eta = A\,\rho^{1/3}\,e^{B\rho/T}

with :math:`\rho` in g cm\ :sup:`-3`, printed for 323 K and more.
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
from alkanode.materials.properties.correlation import Array, Correlation, Origin, warn_beyond, warn_outside
from alkanode.materials.properties.densities import phase_density
from alkanode.materials.properties.inputs import as_composition, rests_on
from alkanode.materials.properties.reading import property_data, read_correlation, read_origin

_KG_PER_G_CM3 = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughDensity:
    """Viscosity of an alloy through its density.

    Attributes
    ----------
    elements
        The two metals.
    branches
        Prefactor (Pa s), slope (K) and upper temperature (K) of each branch, rising in temperature.
    range
        Temperatures (K) for which the formula was made.
    mass_fractions
        Mass fractions of the first metal for which its uncertainty holds.
    origin
        What it rests on.
    """

    elements: tuple[str, str]
    branches: tuple[tuple[float, float, float], ...]
    range: tuple[float, float]
    mass_fractions: tuple[float, float]
    origin: Origin

    def __call__(self, temperature: Array, rho: Array) -> Array:
        """Viscosity (Pa s) at temperatures (K) and densities (kg m-3), broadcast."""
        ends = np.array([below for _, _, below in self.branches[:-1]])
        number = np.searchsorted(ends, temperature, side="right")
        prefactor = np.array([a for a, _, _ in self.branches])[number]
        slope = np.array([b for _, b, _ in self.branches])[number]
        grams = rho / _KG_PER_G_CM3
        value: Array = prefactor * np.cbrt(grams) * np.exp(slope * grams / temperature)
        return value


def liquid_viscosity(temperature: npt.ArrayLike, mole_fractions: npt.ArrayLike, elements: Sequence[str]) -> Array:
    """Viscosity of liquid Na-K (kernel: arrays in SI, no checks of ranges).

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
        Pa s. The formula of the alloy at any composition that is not pure.

    Raises
    ------
    PhysicsError
        For other elements.
    """
    t = np.asarray(temperature, dtype=np.float64)
    x = np.asarray(mole_fractions, dtype=np.float64)
    _check(elements)
    value = through_density()(t, phase_density(t, x, elements, "liquid"))
    for place, symbol in enumerate(elements):
        pure = x[..., place] == 1
        if np.any(pure):
            value = np.where(pure, element_viscosity(symbol)(t), value)
    return value


def viscosity(alloy: Alloy | Composition | str, temperature: QuantityLike) -> Estimate:
    """Viscosity of liquid sodium, potassium or Na-K.

    Parameters
    ----------
    alloy
        Na, K or their alloy.
    temperature
        K, or text such as ``"25 degC"``.

    Returns
    -------
    Estimate
        Pa s. The interval covers twice the standard uncertainty of the correlation, doubled where it is extrapolated.

    Raises
    ------
    PhysicsError
        For other elements; no formula for liquid lithium was found.

    Warns
    -----
    ExtrapolationWarning
        Outside the temperatures of the formula (the alloy's begins at 323 K) or below 40 and above 90 wt% K, where the
        formula of the alloy drifts from those of the metals by up to 8 %.

    References
    ----------
    :cite:`Foust1972`, :cite:`FinkLeibowitz1995`, :cite:`ViswanathNatarajan1989`

    Examples
    --------
    >>> round(viscosity("NaK80", "50 degC").value * 1e3, 2)
    0.68
    """
    composition = as_composition(alloy)
    t = to_si(temperature, "temperature")
    symbols = composition.elements
    _check(symbols)
    what = f"the viscosity of liquid {'-'.join(symbols)}"
    rule: Correlation | ThroughDensity = element_viscosity(symbols[0]) if len(symbols) == 1 else through_density()
    beyond = warn_outside(t, rule.range, what)
    if isinstance(rule, ThroughDensity):
        share = composition.mass_fraction(rule.elements[0])
        beyond |= warn_beyond(share, rule.mass_fractions, f"{what} by mass fraction of {rule.elements[0]}")
    value = float(liquid_viscosity(t, [composition.mole_fraction(symbol) for symbol in symbols], symbols))
    width = 2 * value * rule.origin.uncertainty * (2 if beyond else 1)
    return Estimate(
        value=value,
        unit="Pa s",
        quantity="viscosity",
        interval=(value - width, value + width),
        label=rests_on(what.removeprefix("the "), [rule.origin]) + (", doubled beyond its range" if beyond else ""),
    )


@functools.cache
def element_viscosity(symbol: str) -> Correlation:
    """The formula of a pure liquid metal, ``"Na"`` or ``"K"``."""
    return read_correlation(property_data("viscosity")["liquid"][symbol])


@functools.cache
def through_density() -> ThroughDensity:
    """The formula of liquid Na-K."""
    entry = property_data("viscosity")["alloy"]
    first, second = entry["elements"]
    return ThroughDensity(
        elements=(str(first), str(second)),
        branches=tuple((float(b["prefactor"]), float(b["slope"]), float(b["below"])) for b in entry["branches"]),
        range=(float(entry["range"][0]), float(entry["range"][1])),
        mass_fractions=(float(entry["mass_fractions"][0]), float(entry["mass_fractions"][1])),
        origin=read_origin(entry),
    )


def _check(symbols: Sequence[str]) -> None:
    known = set(property_data("viscosity")["alloy"]["elements"])
    others = [symbol for symbol in symbols if symbol not in known]
    if others:
        raise PhysicsError(
            "a liquid of Na and K is needed, for which viscosities are known",
            found=", ".join(f"{symbol} ({element(symbol).name})" for symbol in others),
        )
