"""Describe and draw figures of cycling in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from alkanode.data.schema import RecordLike
from alkanode.foundation.units import QuantityLike
from alkanode.plot import (
    describe_critical_current,
    describe_cycling,
    describe_overpotential,
    describe_profile,
    describe_staircase,
)
from alkanode.plot.quick.rendering import all_axes, one_axes

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.plot.matplotlib_renderer import Axes


def voltage_history(
    record: RecordLike,
    *,
    area: QuantityLike | None = None,
    mass: QuantityLike | None = None,
    events: xr.Dataset | Sequence[tuple[float, str]] = (),
    ax: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw voltage and current over time.

    Parameters
    ----------
    record, area, mass, events
        As for :func:`alkanode.plot.describe_cycling.voltage_history`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        Voltage, current.
    """
    return all_axes(describe_cycling.voltage_history(record, area=area, mass=mass, events=events), ax)


def stripping(
    record: RecordLike,
    *,
    area: QuantityLike | None = None,
    mass: QuantityLike | None = None,
    path: xr.Dataset | None = None,
    limit: xr.Dataset | None = None,
    stripped: Literal["working", "counter"] = "working",
    ax: Axes | None = None,
) -> Axes:
    """Draw voltage against stripped charge.

    Parameters
    ----------
    record, area, mass, path, limit, stripped
        As for :func:`alkanode.plot.describe_cycling.stripping`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    figure = describe_cycling.stripping(record, area=area, mass=mass, path=path, limit=limit, stripped=stripped)
    return one_axes(figure, ax)


def half_cycle_shapes(
    record: RecordLike,
    shapes: xr.Dataset,
    *,
    area: QuantityLike | None = None,
    half_cycles: Sequence[int] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw half cycles with the spike, plateaus and ramps that were read from them.

    Parameters
    ----------
    record, shapes, area, half_cycles
        As for :func:`alkanode.plot.describe_profile.half_cycle_shapes`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_profile.half_cycle_shapes(record, shapes, area=area, half_cycles=half_cycles), ax)


def shape_history(shapes: RecordLike, *, ax: Axes | None = None) -> Axes:
    """Draw overpotentials and spikes of every half cycle.

    Parameters
    ----------
    shapes
        As for :func:`alkanode.plot.describe_profile.shape_history`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_profile.shape_history(shapes), ax)


def overpotential_history(
    table: RecordLike, growth: xr.Dataset | None = None, *, ax: Sequence[Axes] | None = None
) -> list[Axes]:
    """Draw the overpotential and the resistance of half cycles over the cycles.

    Parameters
    ----------
    table, growth
        As for :func:`alkanode.plot.describe_overpotential.overpotential_history`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        Overpotential, resistance.
    """
    return all_axes(describe_overpotential.overpotential_history(table, growth), ax)


def staircase_trace(
    record: RecordLike,
    levels: xr.Dataset,
    *,
    area: QuantityLike | None = None,
    ax: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw a current staircase with the steady voltage of each level.

    Parameters
    ----------
    record, levels, area
        As for :func:`alkanode.plot.describe_staircase.staircase_trace`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        Voltage, current.
    """
    return all_axes(describe_staircase.staircase_trace(record, levels, area=area), ax)


def steady_against_current(levels: RecordLike, *, area: QuantityLike | None = None, ax: Axes | None = None) -> Axes:
    """Draw the steady voltage of the levels of a staircase against their current.

    Parameters
    ----------
    levels, area
        As for :func:`alkanode.plot.describe_staircase.steady_against_current`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_staircase.steady_against_current(levels, area=area), ax)


def rest_relaxation(record: RecordLike, levels: xr.Dataset, *, ax: Axes | None = None) -> Axes:
    """Draw the relaxation of the voltage in the rests of a staircase.

    Parameters
    ----------
    record, levels
        As for :func:`alkanode.plot.describe_staircase.rest_relaxation`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_staircase.rest_relaxation(record, levels), ax)


def current_ramp(record: RecordLike, result: xr.Dataset, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw a ramp of currents with what became of each level.

    Parameters
    ----------
    record, result
        As for :func:`alkanode.plot.describe_critical_current.current_ramp`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        Current, voltage.
    """
    return all_axes(describe_critical_current.current_ramp(record, result), ax)


def weibull_plot(pooled: xr.Dataset, *, ax: Axes | None = None) -> Axes:
    """Draw the Weibull plot of replicates.

    Parameters
    ----------
    pooled
        As for :func:`alkanode.plot.describe_critical_current.weibull_plot`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_critical_current.weibull_plot(pooled), ax)


def critical_current_against(
    table: xr.Dataset, *, reference: Literal["none", "park"] = "none", ax: Axes | None = None
) -> Axes:
    """Draw critical current densities against a property of the cells.

    Parameters
    ----------
    table, reference
        As for :func:`alkanode.plot.describe_critical_current.critical_current_against`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_critical_current.critical_current_against(table, reference=reference), ax)
