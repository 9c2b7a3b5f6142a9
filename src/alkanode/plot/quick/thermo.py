"""Describe and draw figures of phase equilibria in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from alkanode.plot import describe_thermo
from alkanode.plot.quick.rendering import one_axes

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.plot.matplotlib_renderer import Axes


def phase_diagram(
    diagram: xr.Dataset,
    *,
    paths: Sequence[xr.Dataset] = (),
    basis: Literal["mass", "mole"] = "mass",
    ax: Axes | None = None,
) -> Axes:
    """Draw a binary phase diagram with the paths of alloys that are being stripped.

    Parameters
    ----------
    diagram, paths, basis
        As for :func:`alkanode.plot.describe_thermo.phase_diagram`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_thermo.phase_diagram(diagram, paths=paths, basis=basis), ax)
