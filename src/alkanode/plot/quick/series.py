"""Describe and draw figures of stripping series in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from alkanode.data.schema import RecordLike
from alkanode.foundation.units import QuantityLike
from alkanode.plot import describe_series
from alkanode.plot.quick.rendering import all_axes, one_axes

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.plot.matplotlib_renderer import Axes


def capacity_against(
    series: RecordLike,
    axis: Literal["current_density", "stack_pressure"] = "current_density",
    *,
    bands: Sequence[xr.Dataset] = (),
    law: xr.Dataset | None = None,
    cutoff: QuantityLike | None = None,
    ax: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw critical stripping capacity against current density or pressure.

    Parameters
    ----------
    series, axis, bands, law, cutoff
        As for :func:`alkanode.plot.describe_series.capacity_against`.
    ax
        Axes to draw into, one per alloy.

    Returns
    -------
    list of Axes
        One per alloy, in the order of falling theoretical capacity.
    """
    return all_axes(describe_series.capacity_against(series, axis, bands=bands, law=law, cutoff=cutoff), ax)


def capacity_by_alloy(
    series: RecordLike,
    *,
    bands: Sequence[xr.Dataset] = (),
    cutoff: QuantityLike | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw critical stripping capacity of each alloy beside theory and phases.

    Parameters
    ----------
    series, bands, cutoff
        As for :func:`alkanode.plot.describe_series.capacity_by_alloy`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_series.capacity_by_alloy(series, bands=bands, cutoff=cutoff), ax)
