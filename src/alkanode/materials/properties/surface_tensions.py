"""Surface tensions of the pure liquid metals; alloys need activities: :func:`alkanode.thermo.surface_tension`."""

from __future__ import annotations

import functools

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials.properties.correlation import Correlation, warn_outside
from alkanode.materials.properties.inputs import rests_on
from alkanode.materials.properties.reading import property_data, read_correlation


def element_surface_tension(symbol: str, temperature: QuantityLike) -> Estimate:
    """Surface tension of a pure liquid metal against its vapour.

    Parameters
    ----------
    symbol
        ``"Li"``, ``"Na"`` or ``"K"``.
    temperature
        K, or text such as ``"100 degC"``.

    Returns
    -------
    Estimate
        N m-1. The interval covers twice the standard uncertainty of the correlation.

    Raises
    ------
    PhysicsError
        For another element.

    Warns
    -----
    ExtrapolationWarning
        Outside the range of the formula. That of potassium begins at 800 K; its line meets other statements at the
        melting point.

    References
    ----------
    :cite:`FinkLeibowitz1995`, :cite:`PotassiumSurfaceTension`, :cite:`Davison1968`

    Examples
    --------
    >>> round(element_surface_tension("Na", "100 degC").value * 1e3)
    201
    """
    t = to_si(temperature, "temperature")
    rule = surface_tension_rule(symbol)
    warn_outside(t, rule.range, f"the surface tension of {symbol}")
    value = float(rule(t))
    width = 2 * value * rule.origin.uncertainty
    return Estimate(
        value=value,
        unit="N m-1",
        quantity="surface_tension",
        interval=(value - width, value + width),
        label=rests_on(f"surface tension of liquid {symbol}", [rule.origin]),
    )


@functools.cache
def surface_tension_rule(symbol: str) -> Correlation:
    """The formula of a pure liquid metal.

    Raises
    ------
    PhysicsError
        For an element without one.
    """
    known = property_data("surface_tension")["liquid"]
    if symbol not in known:
        raise PhysicsError(
            "a metal with a known surface tension is needed",
            found=repr(symbol),
            todo=f"Known: {', '.join(sorted(known))}; alloys: alkanode.thermo.surface_tension",
        )
    return read_correlation(known[symbol])
