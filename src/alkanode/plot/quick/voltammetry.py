"""Describe and draw figures of voltammetry in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from alkanode.data.schema import RecordLike
from alkanode.foundation.units import QuantityLike
from alkanode.plot import describe_voltammetry
from alkanode.plot.quick.rendering import all_axes, one_axes

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.plot.matplotlib_renderer import Axes


def voltammogram(
    record: RecordLike,
    cycles: xr.Dataset | None = None,
    *,
    area: QuantityLike | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a voltammogram with its stripping peaks.

    Parameters
    ----------
    record, cycles, area
        As for :func:`alkanode.plot.describe_voltammetry.voltammogram`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_voltammetry.voltammogram(record, cycles, area=area), ax)


def peak_over_cycles(cycles: RecordLike, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw charge, current and voltage of the stripping peak over the cycles.

    Parameters
    ----------
    cycles
        As for :func:`alkanode.plot.describe_voltammetry.peak_over_cycles`.
    ax
        Three axes to draw into.

    Returns
    -------
    list of Axes
        Charge, current, voltage.
    """
    return all_axes(describe_voltammetry.peak_over_cycles(cycles), ax)


def current_over_scan_rate(rates: RecordLike, *, ax: Axes | None = None) -> Axes:
    """Draw the current of peaks over the scan rate.

    Parameters
    ----------
    rates
        As for :func:`alkanode.plot.describe_voltammetry.current_over_scan_rate`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_voltammetry.current_over_scan_rate(rates), ax)
