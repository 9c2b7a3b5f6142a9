"""Maps of contact of known shape, as records of tomography, and boxes of voxels."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import label


def contact_record(
    pattern: np.ndarray, pixel: float, *, spacing: float = np.nan, seen: np.ndarray | None = None
) -> xr.Dataset:
    """A record of kind ``interface_contact`` with one scan."""
    share = float(pattern.mean())

    def one(value: float) -> tuple[str, list[float]]:
        return "scan", [value]

    return label(
        xr.Dataset(
            {
                "contact_area_fraction": one(share),
                "contact_area_fraction_interval": (("scan", "bound"), [[share, share]]),
                "void_spacing": one(np.nan),
                "void_diameter": one(np.nan),
                "contact_spacing": one(spacing),
                "contact_radius": one(spacing * share**0.5),
                "correlation_length": one(np.nan),
                "pattern": ("scan", ["made"]),
                "contact": (("scan", "y", "x"), pattern[None]),
                "seen": (("y", "x"), np.ones(pattern.shape, dtype=bool) if seen is None else seen),
            },
            coords={
                "y": np.arange(pattern.shape[0]) * pixel,
                "x": np.arange(pattern.shape[1]) * pixel,
                "bound": ["lower", "upper"],
            },
        ),
        "interface_contact",
    )


def disc(side: int, share: float) -> np.ndarray:
    """One disc in the middle of a square, of as many pixels as the share asks for."""
    y, x = np.mgrid[:side, :side] + 0.5
    return nearest(np.hypot(y - side / 2, x - side / 2), share)


def hexagonal_discs(short: int, share: float) -> np.ndarray:
    """A cell of a hexagonal lattice of discs: two per rectangle of 1 x sqrt 3, one in the middle, quarters at the corners."""
    long = round(short * 3**0.5)
    y, x = np.mgrid[:short, :long] + 0.5
    middles = [(short / 2, long / 2), (0, 0), (short, 0), (0, long), (short, long)]
    return nearest(np.min([np.hypot(y - a, x - b) for a, b in middles], axis=0), share)


def nearest(distance: np.ndarray, share: float) -> np.ndarray:
    """The share of pixels with the smallest distance."""
    found = np.zeros(distance.size, dtype=bool)
    found[np.argsort(distance.ravel(), kind="stable")[: round(share * distance.size)]] = True
    return found.reshape(distance.shape)
