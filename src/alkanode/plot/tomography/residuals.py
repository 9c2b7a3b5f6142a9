"""What a rigid motion leaves between two scans, as maps of the view."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from alkanode.plot.description import Axis, Figure, FloatArray, Heatmap, Panel
from alkanode.plot.display import shown
from alkanode.plot.style import number

if TYPE_CHECKING:
    import xarray as xr


def residual_map(residuals: xr.Dataset, *, title: str = "What the rigid motion leaves") -> Figure:
    """How far each place lies off the rigid motion, and how well grey values agree there.

    Parameters
    ----------
    residuals
        Of :func:`alkanode.tomography.residual_map`.
    title
        Over the figure.

    Returns
    -------
    Figure
        The view seen along the rotation axis, a square per cell: how far the unchanged material there lies off the motion of
        the whole (top), and the difference of grey values with that motion undone (bottom). Cells above one another count
        together, as root mean square; a cell that holds no edges across all directions stays empty.
    """
    shift = np.sqrt((residuals["local_shift"].to_numpy() ** 2).sum(axis=0))
    error = np.sqrt((residuals["local_shift_error"].to_numpy() ** 2).sum(axis=0))
    edges = [_edges(shown(residuals[dim].to_numpy(), dim)) for dim in ("x", "y")]
    axes = [Axis(label=name, unit="um", quantity=name) for name in ("x", "y")]
    x = Axis(label="x", unit="um", quantity="x", limits=(edges[0][0], edges[0][-1]), equal=True)
    off, left, stated = (_through(values) for values in (shift, residuals["residual_after"].to_numpy(), error))
    maps = (
        ("off the rigid motion", "um", 1e6 * off),
        ("difference of attenuation", "cm-1", 0.01 * left),
    )
    before = 0.01 * _rms(residuals["residual_before"].to_numpy())
    return Figure(
        title=title,
        caption=f"The view along the rotation axis, in cells of {residuals.attrs.get('cell', '?')} voxels: how far the unchanged "
        f"material lies off the motion of the whole (top; {number(1e6 * _rms(off))} um, of which {number(1e6 * _rms(stated))} um "
        f"are expected by noise), and what is left of the difference of attenuation (bottom; {number(0.01 * _rms(left))} /cm, "
        f"{number(before)} /cm without the motion). {_verdict(float(residuals.attrs.get('excess', np.nan)))}",
        panels=tuple(
            Panel(
                x=x,
                y=axes[1],
                maps=(
                    Heatmap(
                        name=name, unit=unit, x_edges=edges[0], y_edges=edges[1], z=values, limits=(0.0, _most(values))
                    ),
                ),
                height=1.4,
            )
            for name, unit, values in maps
        ),
    )


def _edges(centres: FloatArray) -> FloatArray:
    half = 0.5 * float(np.median(np.diff(centres))) if centres.size > 1 else 0.5
    return np.append(centres - half, centres[-1] + half)


def _through(values: FloatArray) -> FloatArray:
    """(y, x) root mean square of the cells above one another; NaN where none is known."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # columns without any known cell
        return np.asarray(np.sqrt(np.nanmean(values**2, axis=0)))


def _rms(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.sqrt((known**2).mean())) if known.size else float("nan")


def _most(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(known.max()) if known.size and known.max() > 0 else 1.0


def _verdict(excess: float) -> str:
    if not np.isfinite(excess):
        return "No cell holds edges across all directions: whether the motion is rigid cannot be said."
    return f"Shifts squared are {number(round(excess, 1))} times what noise explains: 1 is a rigid motion."
