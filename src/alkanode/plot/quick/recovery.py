"""Describe and draw recovered against true values in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy.typing as npt

from alkanode.plot import describe_recovery
from alkanode.plot.quick.rendering import one_axes

if TYPE_CHECKING:
    from alkanode.plot.matplotlib_renderer import Axes


def recovered(
    names: Sequence[str],
    true: npt.ArrayLike,
    values: npt.ArrayLike,
    intervals: npt.ArrayLike | None = None,
    units: Sequence[str] | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw recovered values over true values.

    Parameters
    ----------
    names, true, values, intervals, units
        As for :func:`alkanode.plot.describe_recovery.recovered_against_true`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_recovery.recovered_against_true(names, true, values, intervals, units), ax)
