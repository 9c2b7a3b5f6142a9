"""How much of the interface voids may take at their foot, from the layers above it.

A layer clear of the electrolyte's blur lies some voxels above the interface. What a void does on the way down is not seen.
Two shapes bracket it: walls that go straight down, and the ball that surface tension makes, of which the wall cuts a cap.
The cross section of a ball falls by pi (h - c)^2 with the height h over its middle c, whatever its radius: the curvature of
the area over height follows from the number of voids, and only the slope has to be measured, between two layers.

Low voids end below the layer. How many do is taken from how many end between the two layers; each takes at most the foot
of half a ball as high as the layer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_NONE_SEEN = 3.0  # 95 % bound of a Poisson count of none
_CORNERS = np.ones((3, 3), dtype=np.int8)


@dataclass(frozen=True, slots=True)
class VoidMaps:
    """Voids of one layer by three rules.

    Attributes
    ----------
    core
        Below the limit to the least attenuating metal: surely void, but too small by the blur of its edge.
    void
        The core with its edge: what hangs together with a core and lies below half way to the surrounding metal.
    wide
        All that lies below half way to the surrounding metal: edges, and metal that attenuates less.
    """

    core: Flags
    void: Flags
    wide: Flags


def void_maps(values: Floats, seen: Flags, limit: float, share: float, empty: float, smallest: int) -> VoidMaps:
    """Voids of a layer.

    Parameters
    ----------
    values
        (y, x) attenuation of the layer, 1/m.
    seen
        (y, x) true where it is looked at.
    limit
        Between a void and the least attenuating metal, 1/m.
    share, empty
        Place of a limit between void (0) and metal (1), and attenuation of a void, 1/m.
    smallest
        Pixels of a core that may have an edge.
    """
    core = (values <= limit) & seen
    above = values[seen & ~core]
    surrounding = empty + share * (float(np.median(above)) - empty) if above.size else limit
    wide = core | ((values <= surrounding) & seen)
    labels, number = ndimage.label(wide, structure=_CORNERS)
    pixels = np.bincount(labels[core], minlength=number + 1)
    pixels[0] = 0
    return VoidMaps(core, core | (pixels >= smallest)[labels], wide)


def count_voids(voids: Flags, smallest: int) -> int:
    """Number of voids of at least so many pixels."""
    labels, _ = ndimage.label(voids, structure=_CORNERS)
    return int((np.bincount(labels.ravel())[1:] >= smallest).sum())


def cap_share(share: float, slope: float, density: float, height: float, rise: float) -> float:
    """Share of the interface under voids that are caps of balls.

    Parameters
    ----------
    share
        Share of voids in a layer at ``height`` (voxels) over the interface.
    slope
        Its mean change per voxel from there to ``height + rise``.
    density
        Voids per pixel.
    height, rise
        Voxels.

    Returns
    -------
    float
        From V(h) = V0 + b h - pi n h^2, whose slope half way up the rise is b - 2 pi n (height + rise / 2); within 0 and 1.
    """
    curvature = np.pi * density
    straight = slope + 2.0 * curvature * (height + 0.5 * rise)
    return float(np.clip(share - straight * height + curvature * height**2, 0.0, 1.0))


def hidden_voids(below: int, above: int, height: float, rise: float) -> float:
    """Number of voids that end below a layer, if their tops are spread over height as they are between two layers.

    Where no void is seen at all, up to three may end between the layers, the 95 % bound of a count of none.

    Parameters
    ----------
    below, above
        Voids in the layer, and in one ``rise`` higher.
    height, rise
        Of the layer over the interface, and to the next, voxels.
    """
    ends = max(below - above, 0) if below else _NONE_SEEN
    return ends * height / rise


def hidden_share(hidden: float, pixels: int, height: float) -> float:
    """Largest share of the interface under hidden voids: each as wide as half a ball that just reaches the layer.

    Parameters
    ----------
    hidden
        Their number.
    pixels
        Of the view.
    height
        Of the layer over the interface, voxels.
    """
    return hidden * np.pi * height**2 / pixels


def least_spacing(seen: int, below: int, above: int, smoothed: int, height: float, rise: float) -> float:
    """Smallest spacing at the interface over that in the layer: it falls with the root of the number of voids.

    Parameters
    ----------
    seen
        Voids with a core in the layer, which the spacing counts.
    below, above
        Voids by the wider limit, in the layer and in one ``rise`` higher.
    smoothed
        Those left where the layer is smoothed once more; as many as that takes, the first smoothing took.
    height, rise
        Of the layer over the interface, and to the next, voxels.

    Returns
    -------
    float
        With those in the layer, the hidden ones, and 1.96 standard deviations of these by Poisson. NaN where no void is seen.
    """
    if not seen:
        return float("nan")
    doubt = 1.96 * np.sqrt(max(below - above, 1)) * height / rise
    number = below + max(below - smoothed, 0) + hidden_voids(below, above, height, rise) + doubt
    return float(np.sqrt(seen / max(number, seen)))
