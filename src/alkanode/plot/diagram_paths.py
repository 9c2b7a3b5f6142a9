"""Paths of anodes in a phase diagram: arrows of composition at their temperature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from alkanode.data.schema import check
from alkanode.foundation.errors import SchemaError
from alkanode.plot.alloy_axis import diagram_elements
from alkanode.plot.description import FloatArray, Role, Series
from alkanode.plot.display import shown, shown_number, spread
from alkanode.plot.free_places import Spot
from alkanode.plot.style import CYCLE, with_unit

if TYPE_CHECKING:
    import xarray as xr

PATH_KINDS: Final = ("stripping_path", "plating_path")
_PATH_POINTS = 24

Labelled = tuple[str, list[Spot], Role]
"""A text, the places that it may take, and its colour."""


def mark(x: float, y: float, text: str, role: Role) -> Series:
    """One point with its words."""
    return Series(
        name=text, x=np.array([x]), y=np.array([y]), style="points", role=role, hover=(text,), in_legend=False
    )


def path_marks(paths: Sequence[xr.Dataset], field: str, diagram: xr.Dataset) -> tuple[list[Series], list[Labelled]]:
    """Arrows and points of paths in a diagram, and the places that their names may take.

    Parameters
    ----------
    paths
        ``stripping_path`` or ``plating_path`` records.
    field
        ``"mass_fraction"`` or ``"mole_fraction"``.
    diagram
        The diagram, whose elements they must have.

    Raises
    ------
    SchemaError
        When a record is of another kind, has no temperature, or is of other elements.
    """
    series: list[Series] = []
    labels: list[Labelled] = []
    for position, given in enumerate(paths):
        kind = str(given.attrs.get("kind", PATH_KINDS[0]))
        path = check(given, kind if kind in PATH_KINDS else PATH_KINDS[0])
        role = CYCLE[(position + 3) % len(CYCLE)]
        name = str(path.attrs.get("alloy", f"alloy {position + 1}"))
        if "temperature" not in path.attrs:
            raise SchemaError("a path in a phase diagram needs attrs['temperature'] in K", found=f"{name} without it")
        height = float(shown(float(path.attrs["temperature"]), "temperature"))
        along = _along(path, field, diagram, name)
        done = "stripped" if kind == PATH_KINDS[0] else "plated"
        charge = path["specific_capacity"].to_numpy()
        kept = _even(along)
        text = f"{name} at {with_unit(round(height, 1), 'degC')}"
        hover = [f"{text}, {shown_number(float(charge[index]), 'specific_capacity')} {done}" for index in kept]
        series.append(
            Series(
                name=f"{name} while {done}",
                x=along[kept],
                y=np.full(kept.size, height),
                style="arrow",
                role=role,
                hover=(text, *hover[1:]),
                in_legend=False,
            )
        )
        series.append(mark(float(along[0]), height, text, role))
        spots: list[Spot] = [(float(along[0]), height, "centre", level) for level in ("above", "below")]
        labels.append((name, spots, role))
        leaving = _leaving(path)
        if leaving is not None:
            words = f"{name} leaves the liquid field after {shown_number(float(charge[leaving]), 'specific_capacity')}"
            series.append(mark(float(along[leaving]), height, words, role))
    return series, labels


def _along(path: xr.Dataset, field: str, diagram: xr.Dataset, name: str) -> FloatArray:
    """Content of the diagram's element along a path."""
    element, second = diagram_elements(diagram)
    own = str(path[field].attrs.get("element", "")) or element
    if own not in {element, second}:
        raise SchemaError(f"a path in a diagram of {element} and {second} is one of these elements", found=name)
    values = shown(path[field].to_numpy(), field)
    return values if own == element else 100.0 - values


def _even(along: FloatArray) -> npt.NDArray[np.intp]:
    """Few points of a path, evenly spread in composition, its ends among them."""
    known = np.flatnonzero(np.isfinite(along))
    travelled = np.concatenate(([0.0], np.cumsum(np.abs(np.diff(along[known])))))
    if travelled[-1] == 0:
        return known[spread(known.size, 2)]
    wanted = np.linspace(0.0, travelled[-1], _PATH_POINTS)
    kept: npt.NDArray[np.intp] = known[np.unique(np.searchsorted(travelled, wanted).clip(max=known.size - 1))]
    return kept


def _leaving(path: xr.Dataset) -> int | None:
    """The point of a path that lies nearest to the end of the liquid field, or ``None`` where it never lies in it."""
    if "capacity_to_liquidus" not in path:
        return None
    end = float(path["capacity_to_liquidus"])
    if not np.isfinite(end) or end <= 0:
        return None
    return int(np.argmin(np.abs(path["specific_capacity"].to_numpy() - end)))
