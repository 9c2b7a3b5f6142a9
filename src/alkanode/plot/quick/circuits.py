"""Describe and draw figures of fitted circuits in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from alkanode.data.schema import RecordLike
from alkanode.foundation.units import QuantityLike
from alkanode.plot import describe_circuit, describe_growth
from alkanode.plot.quick.rendering import all_axes, one_axes

if TYPE_CHECKING:
    from alkanode.plot.matplotlib_renderer import Axes


def circuit_fit(
    record: RecordLike,
    fit: RecordLike,
    *,
    area: QuantityLike | None = None,
    spectra: Sequence[int] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw spectra with their fitted circuit in the complex plane.

    Parameters
    ----------
    record, fit, area, spectra
        As for :func:`alkanode.plot.describe_circuit.circuit_fit`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_circuit.circuit_fit(record, fit, area=area, spectra=spectra), ax)


def circuit_residuals(fit: RecordLike, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw residuals of a fitted circuit against frequency.

    Parameters
    ----------
    fit
        As for :func:`alkanode.plot.describe_circuit.circuit_residuals`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        Real, imaginary part.
    """
    return all_axes(describe_circuit.circuit_residuals(fit), ax)


def circuit_parameters(
    fit: RecordLike,
    *,
    parameters: Sequence[str] | None = None,
    area: QuantityLike | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the resistances of a fitted circuit along a series.

    Parameters
    ----------
    fit, parameters, area
        As for :func:`alkanode.plot.describe_circuit.circuit_parameters`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_circuit.circuit_parameters(fit, parameters=parameters, area=area), ax)


def interphase_growth(growth: RecordLike, *, area: QuantityLike | None = None, ax: Axes | None = None) -> Axes:
    """Draw a resistance that grows at rest, and its law.

    Parameters
    ----------
    growth, area
        As for :func:`alkanode.plot.describe_growth.interphase_growth`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_growth.interphase_growth(growth, area=area), ax)


def arrhenius(activation: RecordLike, *, ax: Axes | None = None) -> Axes:
    """Draw conductivities over the inverse temperature.

    Parameters
    ----------
    activation
        As for :func:`alkanode.plot.describe_growth.arrhenius`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_growth.arrhenius(activation), ax)
