"""Describe and draw figures of contact in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from alkanode.data.schema import RecordLike
from alkanode.plot import describe_interface
from alkanode.plot.quick.rendering import all_axes

if TYPE_CHECKING:
    from alkanode.plot.matplotlib_renderer import Axes


def constriction(record: RecordLike, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw constriction resistance over area fraction, and the arcs of the voids.

    Parameters
    ----------
    record
        As for :func:`alkanode.plot.describe_interface.constriction`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        Resistance, arcs.
    """
    return all_axes(describe_interface.constriction(record), ax)


def active_area(record: RecordLike, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw the area fraction in contact by route, and how far the routes are apart.

    Parameters
    ----------
    record
        As for :func:`alkanode.plot.describe_interface.active_area`.
    ax
        Axes to draw into: two, or one where there is one route.

    Returns
    -------
    list of Axes
        Fractions, tension.
    """
    return all_axes(describe_interface.active_area(record), ax)


def rivals(record: RecordLike, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw peaks among the regions of rival processes, and the evidence for each.

    Parameters
    ----------
    record
        As for :func:`alkanode.plot.describe_interface.rivals`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        Regions, evidence.
    """
    return all_axes(describe_interface.rivals(record), ax)
