"""Depth below a plane that may be tilted: a flat height, or a fitted interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.units import QuantityLike, to_si

Floats = npt.NDArray[np.float64]

Side = Literal[1, -1]


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane z = height + slope_y y + slope_x x.

    Attributes
    ----------
    height
        z at y = x = 0, m.
    slope_y, slope_x
        Rise of z along y and x.
    side
        1 where the anode lies at larger z, -1 where it lies at smaller z.
    """

    height: float
    slope_y: float = 0.0
    slope_x: float = 0.0
    side: int = 1

    @property
    def normal(self) -> Floats:
        """Unit vector (z, y, x) into the anode."""
        vector = self.side * np.array([1.0, -self.slope_y, -self.slope_x])
        return np.asarray(vector / np.linalg.norm(vector))

    @property
    def tilt(self) -> float:
        """Angle against the slices, rad."""
        return float(np.arctan(np.hypot(self.slope_y, self.slope_x)))

    def depth(self, places: npt.ArrayLike) -> Floats:
        """Distance from the plane into the anode, m, of places (..., 3) as (z, y, x)."""
        return np.asarray((np.asarray(places, dtype=np.float64) - np.array([self.height, 0.0, 0.0])) @ self.normal)

    def height_at(self, y: npt.ArrayLike, x: npt.ArrayLike) -> Floats:
        """Height of the plane (z), m."""
        return np.asarray(
            self.height
            + self.slope_y * np.asarray(y, dtype=np.float64)
            + self.slope_x * np.asarray(x, dtype=np.float64)
        )


def plane_of(interface: xr.Dataset | xr.DataTree | QuantityLike, anode_side: Side) -> Plane:
    """Plane from a record of kind ``interface_plane``, or from the z of a flat interface.

    Parameters
    ----------
    interface
        The record, or a height in m (or a text such as ``"350 um"``).
    anode_side
        Used with a height only; a record knows its side.

    Returns
    -------
    Plane

    Raises
    ------
    SchemaError
        For another record, or a side other than 1 and -1.
    """
    if isinstance(interface, xr.Dataset | xr.DataTree):
        record = check(interface, "interface_plane")
        slope = record["plane_slope"].sel(direction=["y", "x"]).to_numpy()
        return Plane(
            float(record["plane_height"]),
            float(slope[0]),
            float(slope[1]),
            1 if float(record["anode_side"]) > 0 else -1,
        )
    if anode_side not in (1, -1):
        raise SchemaError("the anode lies on side 1 (larger z) or -1 (smaller z)", found=repr(anode_side))
    return Plane(to_si(interface, "z"), side=anode_side)
