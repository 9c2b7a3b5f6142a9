"""Describe and draw figures of simulated cells in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from alkanode.plot import cell_model as describe
from alkanode.plot.quick.rendering import all_axes, one_axes

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.data import RecordLike
    from alkanode.foundation.units import QuantityLike
    from alkanode.plot.matplotlib_renderer import Axes


def simulated_voltage(
    history: xr.DataTree,
    *,
    area: QuantityLike | None = None,
    mass: QuantityLike | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the voltage of a simulated cell against charge; see :func:`alkanode.plot.cell_model.simulated_voltage`.

    Parameters
    ----------
    history, area, mass
        As there.
    ax
        Axes to draw into.
    """
    return one_axes(describe.simulated_voltage(history, area=area, mass=mass), ax)


def anode_depths(
    states: RecordLike,
    *,
    times: Sequence[QuantityLike] = (),
    most: int = 6,
    ax: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw what lies in a simulated anode over depth; see :func:`alkanode.plot.cell_model.anode_depths`.

    Parameters
    ----------
    states, times, most
        As there.
    ax
        Axes to draw into, one per panel.
    """
    return all_axes(describe.anode_depths(states, times=times, most=most), ax)


def contact_share(interface: RecordLike, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw contact and resistances of simulated interfaces; see :func:`alkanode.plot.cell_model.contact_share`.

    Parameters
    ----------
    interface
        As there.
    ax
        Axes to draw into, one per panel.
    """
    return all_axes(describe.contact_share(interface), ax)


def voltage_comparison(
    prediction: RecordLike,
    measurement: RecordLike,
    *,
    area: QuantityLike | None = None,
    mass: QuantityLike | None = None,
    cutoffs: tuple[float, ...] = (),
    ax: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw the voltage of a model and of a measured cell; see :func:`alkanode.plot.cell_model.voltage_comparison`.

    Parameters
    ----------
    prediction, measurement, area, mass, cutoffs
        As there.
    ax
        Axes to draw into, one per panel.
    """
    figure = describe.voltage_comparison(prediction, measurement, area=area, mass=mass, cutoffs=cutoffs)
    return all_axes(figure, ax)


def number_comparison(comparison: RecordLike, *, names: tuple[str, ...] = (), ax: Axes | None = None) -> Axes:
    """Draw numbers of a model over measured ones; see :func:`alkanode.plot.cell_model.number_comparison`.

    Parameters
    ----------
    comparison, names
        As there.
    ax
        Axes to draw into.
    """
    return one_axes(describe.number_comparison(comparison, names=names), ax)
