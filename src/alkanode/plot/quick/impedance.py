"""Describe and draw figures of impedance in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from alkanode.data.schema import RecordLike
from alkanode.foundation.units import QuantityLike
from alkanode.plot import describe_impedance, describe_relaxation, describe_validity
from alkanode.plot.quick.rendering import all_axes, one_axes

if TYPE_CHECKING:
    from alkanode.plot.matplotlib_renderer import Axes


def nyquist(
    record: RecordLike,
    *,
    area: QuantityLike | None = None,
    spectra: Sequence[int] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw spectra in the complex plane.

    Parameters
    ----------
    record, area, spectra
        As for :func:`alkanode.plot.describe_impedance.nyquist`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_impedance.nyquist(record, area=area, spectra=spectra), ax)


def bode(
    record: RecordLike,
    *,
    area: QuantityLike | None = None,
    spectra: Sequence[int] | None = None,
    ax: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw magnitude and phase of spectra.

    Parameters
    ----------
    record, area, spectra
        As for :func:`alkanode.plot.describe_impedance.bode`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        Magnitude, phase.
    """
    return all_axes(describe_impedance.bode(record, area=area, spectra=spectra), ax)


def kramers_kronig(test: RecordLike, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw the residuals of a Kramers-Kronig test.

    Parameters
    ----------
    test
        As for :func:`alkanode.plot.describe_validity.kramers_kronig`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        Real, imaginary part.
    """
    return all_axes(describe_validity.kramers_kronig(test), ax)


def operando_map(
    times: RecordLike,
    *,
    against: Literal["charge", "time"] = "charge",
    area: QuantityLike | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a map of relaxation times along a run.

    Parameters
    ----------
    times, against, area
        As for :func:`alkanode.plot.describe_relaxation.relaxation_map`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_relaxation.relaxation_map(times, against=against, area=area), ax)


def relaxation_times(
    times: RecordLike,
    spectrum: int | Sequence[int] | None = None,
    *,
    area: QuantityLike | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw distributions of relaxation times as curves.

    Parameters
    ----------
    times, spectrum, area
        As for :func:`alkanode.plot.describe_relaxation.distribution`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_relaxation.distribution(times, spectrum, area=area), ax)
