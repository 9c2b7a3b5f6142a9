"""Describe and draw figures of tomography in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from alkanode.plot import tomography as describe
from alkanode.plot.quick.rendering import all_axes, one_axes

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.plot.matplotlib_renderer import Axes
    from alkanode.plot.tomography.slices import Plane


def volume_slices(
    volumes: xr.Dataset | Sequence[xr.Dataset],
    *,
    changes: Sequence[xr.Dataset | None] = (),
    names: Sequence[str] = (),
    plane: Plane = "xz",
    count: int = 1,
    limits: tuple[float, float] | None = None,
    ax: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw the middle cross-section of volumes, with what changed in red and blue.

    Parameters
    ----------
    volumes, changes, names, plane, count, limits
        As for :func:`alkanode.plot.tomography.slices`; of ``count`` slices the middle one is drawn.
    ax
        Axes to draw into, one per volume.

    Returns
    -------
    list of Axes
    """
    figure = describe.slices(volumes, changes=changes, names=names, plane=plane, count=count, limits=limits)
    return all_axes(figure, ax)


def change_bodies(change: xr.Dataset, *, most_voxels: float = 2e5) -> Axes:
    """Draw what gained and lost attenuation as bodies in space.

    Parameters
    ----------
    change
        A ``change_map`` record.
    most_voxels
        As for :func:`alkanode.plot.tomography.bodies`; smaller here, since paper cannot be turned.

    Returns
    -------
    Axes
        Of three dimensions.
    """
    return one_axes(describe.bodies(change, most_voxels=most_voxels), None)


def depth_profile(profile: xr.Dataset, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw volume gained and lost and mean grain volume over depth.

    Parameters
    ----------
    profile
        A ``depth_profile`` record.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
    """
    return all_axes(describe.depth_profile(profile), ax)


def rotation_axis(axis: xr.Dataset, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw the score of each method over the detector column.

    Parameters
    ----------
    axis
        A ``rotation_axis`` record.
    ax
        Axes to draw into, one per method with a curve.

    Returns
    -------
    list of Axes
    """
    return all_axes(describe.rotation_axis(axis), ax)


def scan_motion(record: xr.Dataset, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw shift, rotation and residual of each scan.

    Parameters
    ----------
    record
        A ``registration`` record.
    ax
        Three axes to draw into.

    Returns
    -------
    list of Axes
    """
    return all_axes(describe.registration(record), ax)


def change_threshold(record: xr.Dataset, *, ax: Axes | None = None) -> Axes:
    """Draw the false grains on maps without change over the threshold.

    Parameters
    ----------
    record
        A ``change_threshold`` record.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return one_axes(describe.change_threshold(record), ax)


def interface_contact(contact: xr.Dataset, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw contact-area fraction and spacing of voids over the scans.

    Parameters
    ----------
    contact
        An ``interface_contact`` record.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
    """
    return all_axes(describe.interface_contact(contact), ax)
