"""Resistance of a contact that touches only in spots: formulas.

Current that crosses an interface at spots spreads out in the electrolyte behind them. The extra resistance depends on the
resistivity, on the share of the area that touches and on the spacing of the spots: few wide gaps are worse than many
narrow ones of the same area. The formulas hold for equipotential spots, that is, for a resistance of the contact itself
that is small beside that of the spreading (:func:`contact_ratio`); :func:`alkanode.impedance.constriction` needs neither.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError, SchemaError

FloatArray = npt.NDArray[np.float64]

Form = Literal["series", "three-halves"]

COEFFICIENTS: Final = (-1.40978, 0.34406, 0.04305, 0.02271)
"""Of e, e^3, e^5, e^7 in the Negus-Yovanovich series.

Written down from memory and then checked by computing: a solution in Bessel functions (spots at one potential) agrees
within 0.04 % for f up to 0.7, and the finite volumes of this package do within their mesh. A public heat-transfer library
prints the same number, 0.0849, for e = 0.5.
"""

LARGEST_CHECKED: Final = 0.7
"""Area fraction up to which the series holds within 0.04 %; it is 0.3 % too high at 0.8 and 2 % at 0.9."""


def spot_resistance(resistivity: npt.ArrayLike, radius: npt.ArrayLike) -> FloatArray:
    """Resistance between one round spot and a half space, on one side.

    Parameters
    ----------
    resistivity
        Of the electrolyte, ohm m.
    radius
        Of the spot, m.

    Returns
    -------
    ndarray
        rho/(4 a), ohm.

    Raises
    ------
    PhysicsError
        For numbers that are not positive.

    References
    ----------
    :cite:`Holm1967`
    """
    rho, a = np.asarray(resistivity, dtype=np.float64), np.asarray(radius, dtype=np.float64)
    _positive(resistivity=rho, radius=a)
    return np.asarray(rho / (4 * a))


def constriction_factor(area_fraction: npt.ArrayLike, *, form: Form = "series") -> FloatArray:
    """psi(e), with e the square root of the area fraction: how much neighbours help each other.

    Parameters
    ----------
    area_fraction
        Touching share f of the area, in (0, 1].
    form
        ``"series"``: 1 - 1.40978 e + 0.34406 e^3 + 0.04305 e^5 + 0.02271 e^7 (the default). ``"three-halves"``:
        (1 - e)^1.5, often quoted, 10 % too high at f = 0.375 and 17 % at 0.5; for comparison only.

    Returns
    -------
    ndarray
        1 for lone spots (f to 0), 0 for full contact (f = 1).

    Raises
    ------
    PhysicsError
        For a fraction outside (0, 1].
    SchemaError
        For an unknown form.

    References
    ----------
    :cite:`Negus1984`, :cite:`Cooper1969`
    """
    f = np.asarray(area_fraction, dtype=np.float64)
    if not ((f > 0) & (f <= 1))[np.isfinite(f)].all():
        raise PhysicsError("an area fraction lies in (0, 1]", found=f"{np.nanmin(f):g} to {np.nanmax(f):g}")
    e = np.sqrt(f)
    if form == "three-halves":
        return np.asarray((1 - e) ** 1.5)
    if form != "series":
        raise SchemaError("an unknown form of the constriction factor", found=repr(form), todo="Use 'series'")
    one, three, five, seven = COEFFICIENTS
    at_one = 1 + sum(COEFFICIENTS)  # 4e-5, where it must be 0
    return np.asarray(np.maximum(1 + one * e + three * e**3 + five * e**5 + (seven - at_one) * e**7, 0.0))


def constriction_resistance(
    area_fraction: npt.ArrayLike, *, resistivity: npt.ArrayLike, spacing: npt.ArrayLike, form: Form = "series"
) -> FloatArray:
    """Extra resistance of an interface that touches in evenly spread round spots, times the whole area.

    Parameters
    ----------
    area_fraction
        Touching share f of the area, in (0, 1].
    resistivity
        Of the electrolyte, ohm m.
    spacing
        Radius b of the round cell that belongs to one spot, m; half the distance between spots. It is measured by
        tomography or microscopy, since f and b cannot both be had from a resistance.
    form
        As in :func:`constriction_factor`.

    Returns
    -------
    ndarray
        rho (pi b/4) psi(e)/e, ohm m2: one interface, one side.

    Raises
    ------
    PhysicsError
        For numbers out of range.

    References
    ----------
    :cite:`Negus1984`, :cite:`Fleig1997`
    """
    rho, b = np.asarray(resistivity, dtype=np.float64), np.asarray(spacing, dtype=np.float64)
    _positive(resistivity=rho, spacing=b)
    f = np.asarray(area_fraction, dtype=np.float64)
    return np.asarray(rho * np.pi * b / 4 * constriction_factor(f, form=form) / np.sqrt(f))


def constriction_area_fraction(
    area_specific_resistance: npt.ArrayLike, *, resistivity: npt.ArrayLike, spacing: npt.ArrayLike
) -> FloatArray:
    """Area fraction at which :func:`constriction_resistance` has a value: its inverse.

    Parameters
    ----------
    area_specific_resistance
        Constriction resistance times area, ohm m2, positive.
    resistivity, spacing
        As in :func:`constriction_resistance`.

    Returns
    -------
    ndarray
        f in (0, 1]; found by Newton's method in ln f, to 1e-12.

    Raises
    ------
    PhysicsError
        For numbers that are not positive.
    """
    asr, rho, b = (np.asarray(one, dtype=np.float64) for one in (area_specific_resistance, resistivity, spacing))
    _positive(area_specific_resistance=asr, resistivity=rho, spacing=b)
    wanted = np.log(asr / (rho * np.pi * b / 4))
    return np.asarray(np.exp(log_fraction_at(wanted)))


def contact_ratio(
    contact_resistance: npt.ArrayLike, *, resistivity: npt.ArrayLike, radius: npt.ArrayLike
) -> FloatArray:
    """R_ct/(rho a): how far a spot is from being at one potential.

    Parameters
    ----------
    contact_resistance
        Of the touching area, times that area, ohm m2.
    resistivity
        ohm m.
    radius
        Of a spot, m.

    Returns
    -------
    ndarray
        A pure number. Well below 0.1 the formulas hold; far above 1 the current is even over the spot and the
        constriction is 8 % larger (32/(3 pi^2)) for lone spots.
    """
    rho, a = np.asarray(resistivity, dtype=np.float64), np.asarray(radius, dtype=np.float64)
    _positive(resistivity=rho, radius=a)
    return np.asarray(np.asarray(contact_resistance, dtype=np.float64) / (rho * a))


def log_shape(log_fraction: FloatArray) -> tuple[FloatArray, FloatArray]:
    """ln(psi(e)/e) and its derivative by ln f, any shape; for ln f < 0."""
    e = np.exp(0.5 * log_fraction)
    one, three, five, _ = COEFFICIENTS
    # psi has the root e = 1, which is divided out so that the logarithm stays exact near full contact.
    partial = np.cumsum([1.0, one, 0.0, three, 0.0, five, 0.0])
    rest = np.polynomial.polynomial.Polynomial(partial)
    slope = e * rest.deriv()(e) / rest(e) - e / (1 - e)
    return np.log(rest(e)) + np.log1p(-e) - np.log(e), 0.5 * (slope - 1)


def log_fraction_at(log_shape_wanted: FloatArray) -> FloatArray:
    """Logarithm of the area fraction at which ln(psi(e)/e) has a value: Newton from the lone spot or from full contact."""
    wanted = np.asarray(log_shape_wanted, dtype=np.float64)
    low, high = np.full(wanted.shape, -80.0), np.full(wanted.shape, -1e-14)
    x = np.clip(np.where(wanted > 0, -2 * wanted, -0.5), low, high)
    for _ in range(200):
        value, slope = log_shape(x)
        low, high = np.where(value > wanted, x, low), np.where(value > wanted, high, x)
        newton = x - (value - wanted) / slope
        step = np.where((newton > low) & (newton < high), newton, 0.5 * (low + high))
        if np.allclose(step, x, rtol=0, atol=1e-13, equal_nan=True):
            return step
        x = step
    return x


def _positive(**numbers: FloatArray) -> None:
    for name, values in numbers.items():
        if not (values > 0)[~np.isnan(values)].all():
            raise PhysicsError(f"{name.replace('_', ' ')} must be positive", found=f"{np.nanmin(values):g}")
