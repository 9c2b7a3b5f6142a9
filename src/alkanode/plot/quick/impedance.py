"""Describe and draw figures of impedance in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from alkanode.data.schema import RecordLike
from alkanode.foundation.units import QuantityLike
from alkanode.plot import (
    describe_impedance,
    describe_map,
    describe_regularisation,
    describe_relaxation,
    describe_tracks,
    describe_validity,
)
from alkanode.plot.quick.rendering import all_axes, draw, one_axes

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


def sweep_drift(drift: RecordLike, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw how far a cell moved during each of its sweeps.

    Parameters
    ----------
    drift
        As for :func:`alkanode.plot.describe_validity.sweep_drift`.
    ax
        Axes to draw into, one per panel.

    Returns
    -------
    list of Axes
        Change of the impedance, drift over the AC amplitude where that is known.
    """
    return all_axes(describe_validity.sweep_drift(drift), ax)


def operando_map(
    times: RecordLike,
    *,
    against: describe_map.Against = "charge",
    area: QuantityLike | None = None,
    tracks: RecordLike | None = None,
    ax: Axes | Sequence[Axes] | None = None,
) -> Axes | list[Axes]:
    """Draw a map of relaxation times along a run.

    Parameters
    ----------
    times, against, area, tracks
        As for :func:`alkanode.plot.describe_map.relaxation_map`.
    ax
        Axes to draw into, one for each part of a charge that turns back.

    Returns
    -------
    Axes
        A list of them where the charge turns back.
    """
    return draw(describe_map.relaxation_map(times, against=against, area=area, tracks=tracks), ax=ax)


def peak_tracks(
    tracks: RecordLike,
    *,
    against: describe_tracks.Against | None = None,
    area: QuantityLike | None = None,
    ax: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw relaxation time, resistance and capacitance of tracked peaks.

    Parameters
    ----------
    tracks, against, area
        As for :func:`alkanode.plot.describe_tracks.peak_tracks`.
    ax
        Three axes to draw into.

    Returns
    -------
    list of Axes
        Relaxation time, resistance, capacitance.
    """
    return all_axes(describe_tracks.peak_tracks(tracks, against=against, area=area), ax)


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


def regularisation_curve(curve: RecordLike, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw a criterion for lambda over its candidates, and the L-curve.

    Parameters
    ----------
    curve
        As for :func:`alkanode.plot.describe_regularisation.regularisation`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        Criterion, L-curve.
    """
    return all_axes(describe_regularisation.regularisation(curve), ax)
