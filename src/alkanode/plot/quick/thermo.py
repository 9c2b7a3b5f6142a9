"""Describe and draw figures of phase equilibria and of what they mean for an anode in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from alkanode.plot import describe_thermo
from alkanode.plot.quick.rendering import all_axes, one_axes

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.materials.alloys import Alloy
    from alkanode.materials.composition import Composition
    from alkanode.plot.matplotlib_renderer import Axes


def phase_diagram(
    diagram: xr.Dataset,
    *,
    paths: Sequence[xr.Dataset] = (),
    basis: Literal["mass", "mole"] = "mass",
    ax: Axes | None = None,
) -> Axes:
    """Draw a binary phase diagram with the paths of anodes.

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


def isothermal_section(
    section: xr.Dataset,
    *,
    basis: Literal["mass", "mole"] = "mole",
    corners: tuple[str, str, str] | None = None,
    solute: str | None = None,
    alloys: Sequence[str | Composition | Alloy] = (),
    paths: Sequence[xr.Dataset] = (),
    ax: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw an isothermal section as a triangle, and the solubility of a metal in its liquid.

    Parameters
    ----------
    section, basis, corners, solute, alloys, paths
        As for :func:`alkanode.plot.describe_thermo.isothermal_section`.
    ax
        Axes to draw into, one per panel.

    Returns
    -------
    list of Axes
        The triangle, then the solubility, where a liquid meets the solid metal.
    """
    figure = describe_thermo.isothermal_section(
        section, basis=basis, corners=corners, solute=solute, alloys=alloys, paths=paths
    )
    return all_axes(figure, ax)


def gibbs_curves(curves: xr.Dataset, *, basis: Literal["mass", "mole"] = "mole", ax: Axes | None = None) -> Axes:
    """Draw Gibbs energies over composition with their common tangents.

    Parameters
    ----------
    curves, basis
        As for :func:`alkanode.plot.describe_thermo.gibbs_curves`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_thermo.gibbs_curves(curves, basis=basis), ax)


def anode_path(path: xr.Dataset, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw phases, potential and thickness of an anode over the charge.

    Parameters
    ----------
    path
        As for :func:`alkanode.plot.describe_thermo.anode_path`.
    ax
        Axes to draw into, one per panel.

    Returns
    -------
    list of Axes
        Phases, potential and, where the record holds it, thickness.
    """
    return all_axes(describe_thermo.anode_path(path), ax)


def anode_paths(paths: Sequence[xr.Dataset], *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw liquid fraction and potential of several anodes over the charge.

    Parameters
    ----------
    paths
        As for :func:`alkanode.plot.describe_thermo.anode_paths`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
    """
    return all_axes(describe_thermo.anode_paths(paths), ax)


def liquid_window(
    window: xr.Dataset, *, marks: xr.Dataset | None = None, ax: Sequence[Axes] | None = None
) -> list[Axes]:
    """Draw between which compositions an alloy is liquid over temperature, in both bases.

    Parameters
    ----------
    window, marks
        As for :func:`alkanode.plot.describe_thermo.liquid_window`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        By mass and by mole.
    """
    return all_axes(describe_thermo.liquid_window(window, marks=marks), ax)


def metal_stabilisation(stabilisation: xr.Dataset, *, along: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw how much an alloy stabilises each of its metals against the pure metal.

    Parameters
    ----------
    stabilisation, along
        As for :func:`alkanode.plot.describe_thermo.metal_stabilisation`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe_thermo.metal_stabilisation(stabilisation, along=along), ax)


def alloy_potentials(
    potentials: xr.Dataset,
    *,
    along: str | None = None,
    alloys: xr.Dataset | None = None,
    ax: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw the potentials of all metals of an alloy over its composition.

    Parameters
    ----------
    potentials, along, alloys
        As for :func:`alkanode.plot.describe_thermo.alloy_potentials`.
    ax
        Axes to draw into, one per panel.

    Returns
    -------
    list of Axes
        Against the own metals and, where the record knows the electrolyte, against one reference.
    """
    return all_axes(describe_thermo.alloy_potentials(potentials, along=along, alloys=alloys), ax)


def ion_exchange(exchange: xr.Dataset, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw what drives the exchange of metals between an alloy and an electrolyte.

    Parameters
    ----------
    exchange
        As for :func:`alkanode.plot.describe_thermo.ion_exchange`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
    """
    return all_axes(describe_thermo.ion_exchange(exchange), ax)


def lever_rule(
    inventory: xr.Dataset | Sequence[xr.Dataset],
    *,
    diagram: xr.Dataset | None = None,
    basis: Literal["mass", "mole"] = "mole",
    ax: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw the electrodes of a cell before and after a charge.

    Parameters
    ----------
    inventory, diagram, basis
        As for :func:`alkanode.plot.describe_thermo.lever_rule`.
    ax
        Axes to draw into, one per panel.

    Returns
    -------
    list of Axes
        The part of the diagram, where it is given, and the phases.
    """
    return all_axes(describe_thermo.lever_rule(inventory, diagram=diagram, basis=basis), ax)


def lithium_film(film: xr.Dataset, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw the solubility of lithium in a film of Na-K liquid and the current that it allows.

    Parameters
    ----------
    film
        As for :func:`alkanode.plot.describe_thermo.lithium_film`.
    ax
        Axes to draw into, one per panel.

    Returns
    -------
    list of Axes
    """
    return all_axes(describe_thermo.lithium_film(film), ax)
