"""Pattern of contact and voids over an interface: how many islands, how far apart, how long one stays the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.spatial import cKDTree

from alkanode.tomography.grains.pieces import Connectivity, find_pieces

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

VOIDS: Final = "voids in contact"
CONTACTS: Final = "islands of contact"
NONE: Final = "no voids"
OPEN: Final = "no contact"

_JOINED = 0.5  # share of the touching area in one patch from which contact is one patch with voids in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Lengths of a pattern, m; NaN where it has none.

    Attributes
    ----------
    name
        :data:`VOIDS`, :data:`CONTACTS`, :data:`NONE` or :data:`OPEN`.
    void_spacing
        Mean distance from the centre of a void to that of the nearest one.
    void_diameter
        Of the circle of the same area, mean over the voids.
    contact_spacing
        Radius of the round cell that belongs to one island, of whichever of the two is dispersed.
    islands
        Number behind ``contact_spacing``; an island that the view cuts counts half.
    correlation_length
        Distance at which the covariance of the pattern has fallen to 1/e.
    """

    name: str
    void_spacing: float
    void_diameter: float
    contact_spacing: float
    islands: float
    correlation_length: float


def contact_pattern(contact: Flags, seen: Flags, pixel: float, smallest: int) -> Pattern:
    """Describe a map of contact.

    Parameters
    ----------
    contact
        (y, x) true where metal touches.
    seen
        (y, x) true where the map says anything.
    pixel
        Edge of a pixel, m.
    smallest
        Smallest void or island of contact that counts, in pixels.

    Returns
    -------
    Pattern
    """
    area = float(seen.sum()) * pixel**2
    # corners join voids or contact, never both, or a diagonal chain would cut and be cut at once
    voids = _islands(~contact & seen, seen, 26, smallest)
    patches = _islands(contact & seen, seen, 6, smallest)
    length = correlation_length(contact, seen) * pixel
    nan = float("nan")
    if not voids.area.size:
        return Pattern(
            name=NONE, void_spacing=nan, void_diameter=nan, contact_spacing=nan, islands=0.0, correlation_length=length
        )
    near = nan
    if voids.area.size > 1:
        near = float(np.mean(np.asarray(cKDTree(voids.centre).query(voids.centre, k=2)[0])[:, 1])) * pixel
    width = float(np.mean(2.0 * np.sqrt(voids.area / np.pi))) * pixel
    if not patches.area.size:
        return Pattern(
            name=OPEN,
            void_spacing=near,
            void_diameter=width,
            contact_spacing=nan,
            islands=0.0,
            correlation_length=length,
        )
    joined = patches.area.max() > _JOINED * patches.area.sum()
    number = float((voids if joined else patches).weight.sum())
    return Pattern(
        name=VOIDS if joined else CONTACTS,
        void_spacing=near,
        void_diameter=width,
        contact_spacing=float(np.sqrt(area / (np.pi * number))),
        islands=number,
        correlation_length=length,
    )


@dataclass(frozen=True, slots=True)
class _Islands:
    """Area (pixels), centre (pixels) and weight (half where the view cuts it) of each island."""

    area: Floats
    centre: Floats
    weight: Floats


def _islands(mask: Flags, seen: Flags, connectivity: Connectivity, smallest: int) -> _Islands:
    edge = ~seen
    rim = np.zeros_like(seen)
    rim[[0, -1]], rim[:, [0, -1]] = True, True
    rim[1:] |= edge[:-1]
    rim[:-1] |= edge[1:]
    rim[:, 1:] |= edge[:, :-1]
    rim[:, :-1] |= edge[:, 1:]
    pieces = find_pieces([(mask[None].astype(np.int8), rim[None].astype(np.float32))], connectivity=connectivity)
    table = pieces.table[pieces.table[:, 2] >= smallest]
    cut = pieces.sums[pieces.table[:, 2] >= smallest] > 0
    area = table[:, 2].astype(np.float64)
    return _Islands(area, table[:, 3:5] / area[:, None], np.where(cut, 0.5, 1.0))


def correlation_length(contact: Flags, seen: Flags) -> float:
    """Distance, in pixels, at which the covariance of a pattern of two values has fallen to 1/e of its variance.

    Covariance is averaged over directions and corrected for the pairs that the view cuts off. NaN for a pattern of one
    value only, and for one whose covariance does not fall so far within a quarter of the view.
    """
    values = np.where(seen, contact - contact[seen].mean(), 0.0) if seen.any() else np.zeros(seen.shape)
    if not values.any():
        return float("nan")
    shape = [fft.next_fast_len(2 * n, real=True) for n in values.shape]
    covariance = fft.irfft2(np.abs(fft.rfft2(values, shape)) ** 2, shape)
    pairs = fft.irfft2(np.abs(fft.rfft2(seen.astype(np.float64), shape)) ** 2, shape)
    reach = max(2, min(values.shape) // 4)
    rows, columns = (np.r_[0:reach, -reach + 1 : 0] for _ in range(2))
    part = np.ix_(rows, columns)
    ring = np.rint(np.hypot(rows[:, None], columns[None, :])).astype(np.int64)
    total = np.bincount(ring.ravel(), covariance[part].ravel())[:reach]
    count = np.bincount(ring.ravel(), np.maximum(pairs[part], 0.0).ravel())[:reach]
    curve = total / np.maximum(count, 1.0)
    curve = curve / curve[0]
    below = np.flatnonzero(curve < np.exp(-1.0))
    if not below.size:
        return float("nan")
    i = int(below[0])
    return float(i - 1 + (curve[i - 1] - np.exp(-1.0)) / (curve[i - 1] - curve[i]))
