"""Describe and draw figures of full cells in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from alkanode.data.schema import RecordLike
from alkanode.plot import describe_full_cell
from alkanode.plot.quick.rendering import all_axes, one_axes

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.plot.matplotlib_renderer import Axes


def capacity_over_cycles(
    cycles: RecordLike, *, fade: xr.Dataset | None = None, ax: Sequence[Axes] | None = None
) -> list[Axes]:
    """Draw capacities and efficiencies; see :func:`alkanode.plot.describe_full_cell.capacity_over_cycles`."""
    return all_axes(describe_full_cell.capacity_over_cycles(cycles, fade=fade), ax)


def cell_profiles(
    record: RecordLike, cycles: xr.Dataset, *, numbers: Sequence[int] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw voltage over capacity; see :func:`alkanode.plot.describe_full_cell.cell_profiles`."""
    return one_axes(describe_full_cell.cell_profiles(record, cycles, numbers=numbers), ax)


def differential_stack(
    differential: RecordLike, *, peaks: xr.Dataset | None = None, ax: Axes | Sequence[Axes] | None = None
) -> list[Axes]:
    """Draw dQ/dU, with peaks in a second panel; see :func:`alkanode.plot.describe_full_cell.differential_stack`."""
    return all_axes(describe_full_cell.differential_stack(differential, peaks=peaks), ax)


def migration_over_cycles(migration: RecordLike, *, ax: Axes | None = None) -> Axes:
    """Draw the migration index; see :func:`alkanode.plot.describe_full_cell.migration_over_cycles`."""
    return one_axes(describe_full_cell.migration_over_cycles(migration), ax)


def rate_capability(
    cycles: RecordLike,
    rates: xr.Dataset,
    *,
    against: Literal["cycle", "rate"] = "cycle",
    ax: Axes | None = None,
) -> Axes:
    """Draw a rate test; see :func:`alkanode.plot.describe_full_cell.rate_capability`."""
    return one_axes(describe_full_cell.rate_capability(cycles, rates, against=against), ax)
