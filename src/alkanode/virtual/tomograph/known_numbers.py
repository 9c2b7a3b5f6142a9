"""What is true of a virtual series, under the names that a study gives to what it recovers.

Every number of a study has its truth here, also where it is zero: nothing changed between two scans of a pristine cell, no
crack was made, and no fringe is a grain. Grains count from the smallest size that the study is asked to find.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.spatial import cKDTree

from alkanode.numerics.rigid import rotation_matrix
from alkanode.virtual.tomograph.operando import OperandoSeries

Floats = npt.NDArray[np.float64]
Known = dict[str, dict[str, object]]

DEPTHS = {"below_10_um": (0.0, 10e-6), "10_to_20_um": (10e-6, 20e-6)}
"""Ranges of the depth (m) in which a study gives mean volumes of grains."""

_PREFIX = "tomography."


def true_numbers(series: OperandoSeries, names: list[str], smallest: float) -> Known:
    """Known values by ``tomography.name``, in SI, each with its quantity in the vocabulary.

    Parameters
    ----------
    series
        The series.
    names
        Names of its scans in the study; the first is the reference.
    smallest
        Equivalent diameter and thickness, m, from which a grain counts.

    Returns
    -------
    dict
        ``{"tomography.volume_lost_in_scan_3": {"value": ..., "quantity": "volume_lost"}, ...}``.
    """
    found: Known = {}

    def add(name: str, value: float, quantity: str) -> None:
        found[f"{_PREFIX}{name}"] = {"value": float(value), "quantity": quantity}

    scans = series.truth["scans"].to_dataset()
    for number, name in enumerate(names):
        one = scans.isel(scan=number)
        add(f"axis_column_in_{name}", float(one["axis_column"]), "axis_column")
        add(f"areal_capacity_in_{name}", float(one["areal_capacity"]), "areal_capacity")
        add(f"contact_area_fraction_in_{name}", float(one["contact_area_fraction"]), "contact_area_fraction")
        add(f"widest_crack_in_{name}", series.cell.crack_opening if number > series.cell.turn else 0.0, "opening")
        for spacing, value in void_spacings(series, number, smallest).items():
            add(f"{spacing}_in_{name}", value, spacing)
        if number:
            turn = series.rotation[number]
            # as a study says it: of the origin, not of the point about which the stage turned
            shift = series.shift[number] + series.centre - rotation_matrix(turn) @ series.centre
            for axis, moved, turned in zip("zyx", shift, turn, strict=True):
                add(f"shift_{axis}_in_{name}", moved, "displacement")
                add(f"rotation_{axis}_in_{name}", turned, "rotation_angle")
            if float(one["expected_attenuation_change"]) != 0:
                add(f"attenuation_balance_in_{name}", 1.0, "balance_ratio")
            for what, (value, quantity) in changes_between(series, 0, number, smallest).items():
                add(f"{what}_in_{name}", value, quantity)
    return found


def changes_between(series: OperandoSeries, before: int, after: int, smallest: float) -> dict[str, tuple[float, str]]:
    """True volumes, numbers and sizes of what changed between two scans, with the quantity of each.

    A grain is what has an outline and at least ``smallest`` of equivalent diameter and thickness: grains of K, voids, and what
    filled them. Shells thinner than that and moved fibres are no grains; they count in the totals, which need no outline.
    A shift of composition has neither, and counts nowhere. A mean without any grain is left out.
    """
    changes = series.changes(before, after)
    volume, sign = changes["grain_volume"].to_numpy(), changes["sign"].to_numpy()
    moved = changes["displaced"].to_numpy().astype(bool)
    outlined = ~np.char.endswith(changes["cause"].to_numpy().astype(str), "composition")
    grain = outlined & ~moved & (_extent(changes) >= smallest)
    depth = _depth(series, changes)
    found = {
        "volume_displaced": (float(volume[moved].sum()), "volume_displaced"),
        "volume_of_fringes": (0.0, "volume_of_fringes"),
    }
    for name, direction in (("gained", 1), ("lost", -1)):
        own = grain & (sign == direction)
        for counted in (f"volume_{name}", f"volume_{name}_found"):
            found[counted] = (float(volume[own].sum()), f"volume_{name}")
        found[f"volume_{name}_total"] = (float(volume[outlined & (sign == direction)].sum()), f"volume_{name}")
        found[f"grain_count_{name}"] = (float(own.sum()), "grain_count")
        places = {"": own} | {
            f"_{place}": own & (depth >= low) & (depth < high) for place, (low, high) in DEPTHS.items()
        }
        for place, here in places.items():
            if here.any():
                found[f"mean_grain_volume_{name}{place}"] = (float(volume[here].mean()), "mean_grain_volume")
    return found


def void_spacings(series: OperandoSeries, scan: int, smallest: float) -> dict[str, float]:
    """Mean distance to the nearest open void, and radius of the cell of one, m, of the voids at the electrolyte.

    Voids count from an equivalent diameter of ``smallest``; with fewer than two there is no spacing.
    """
    state = series.states[scan]
    open_volume = state.outer - state.island
    seen = np.cbrt(6 * open_volume / np.pi) >= smallest
    feet = series.anatomy.cap_foot[seen]
    if len(feet) < 2:
        return {}
    near = np.asarray(cKDTree(feet).query(feet, k=2)[0])[:, 1]
    return {
        "void_spacing": float(near.mean()),
        "contact_spacing": float(np.sqrt(series.cell.area / (np.pi * len(feet)))),
    }


def _extent(changes: xr.Dataset) -> Floats:
    """Smallest of thickness and equivalent diameter of each change, m."""
    return np.asarray(np.minimum(changes["thickness"].to_numpy(), changes["equivalent_diameter"].to_numpy()))


def _depth(series: OperandoSeries, changes: xr.Dataset) -> Floats:
    """Distance of each change from the electrolyte, m, in the frame of the leaning cell."""
    turn = rotation_matrix(series.cell.lean)
    upright = (changes["centroid"].to_numpy() - series.centre) @ turn + series.centre
    return np.asarray(upright[:, 0] - series.cell.foot)
