"""What a reconstruction may be asked for: the grid of voxels, and how slices are computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError

FilterFunction: TypeAlias = Callable[[npt.NDArray[np.float64]], npt.ArrayLike]
"""Gain at a frequency in cycles per pixel (0 to 0.5), times which the ramp is used."""

Engine = Literal["fourier", "algotom-fbp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Voxels to compute, and where they lie in the scan.

    The voxel at (y, x) shows the point ``R (y, x) + (shift_y, shift_x)`` of the scan, with ``R`` the rotation about z by
    ``angle_offset``: ``y' = y cos w - x sin w + shift_y`` and ``x' = y sin w + x cos w + shift_x``. A rigid motion in
    the plane is so undone without interpolating a volume.

    Attributes
    ----------
    size
        Voxels along y and x of the whole grid; the number of detector columns when absent.
    y, x
        First and one past the last index computed, a region of the whole grid; all when absent.
    shift_y, shift_x
        Position in the scan of the grid's middle, m from the rotation axis.
    angle_offset
        Rotation of the grid in the scan, rad.
    """

    size: int | None = None
    y: tuple[int, int] | None = None
    x: tuple[int, int] | None = None
    shift_y: float = 0.0
    shift_x: float = 0.0
    angle_offset: float = 0.0

    def __post_init__(self) -> None:
        if self.size is not None and self.size < 1:
            raise PhysicsError("a grid has at least one voxel", found=f"size {self.size}")
        for name, region in (("y", self.y), ("x", self.x)):
            if region is not None and not 0 <= region[0] < region[1]:
                raise PhysicsError(f"a region of interest runs upwards from 0 along {name}", found=str(region))
        if not np.isfinite([self.shift_y, self.shift_x, self.angle_offset]).all():
            raise PhysicsError("shift and rotation of a grid are finite", found=str(self))

    def pixels(self, columns: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Coordinates (y, x) of the voxels from the middle of the whole grid, in pixels."""
        size = columns if self.size is None else self.size
        axes: list[npt.NDArray[np.float64]] = []
        for name, region in (("y", self.y), ("x", self.x)):
            first, last = (0, size) if region is None else region
            if last > size:
                raise PhysicsError(f"a region of interest ends inside the grid of {size}", found=f"{name} to {last}")
            axes.append(np.arange(first, last, dtype=np.float64) - 0.5 * (size - 1))
        return axes[0], axes[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconstruction:
    """How slices are computed.

    Attributes
    ----------
    filter
        Names of windows on the ramp, joined by ``*`` (see :data:`~alkanode.tomography.reconstruction.WINDOWS`), or a
        function of the frequency in cycles per pixel. The default ``"hann"`` is the habit of the field.
    engine
        ``"fourier"`` is the adjoint non-uniform Fourier transform; ``"algotom-fbp"`` is algotom's back-projection.
    padding
        What lies beside the detector: ``"edge"`` repeats the outermost column, which is right where the sample is wider
        than the view; ``"zero"`` adds nothing.
    pad_fraction
        Columns added on each side for the filter, over the columns of the detector. At 0.5 the ramp never meets the
        other end of a row.
    tolerance
        Of the non-uniform transform. 1e-4 lies below the rounding of float32 times the size of a slice.
    half_acquisition
        The scan covers 360 degrees with the axis near one side of the detector; opposite views are joined.
    outside
        ``"zero"`` clears voxels outside the field of view, which were not seen from all sides; ``"keep"`` leaves what
        the edge padding makes of them.
    gap_factor
        A step between neighbouring angles above this multiple of the median counts as missing views.
    grid
        Which voxels.
    """

    filter: str | FilterFunction = "hann"
    engine: Engine = "fourier"
    padding: Literal["edge", "zero"] = "edge"
    pad_fraction: float = 0.5
    tolerance: float = 1e-4
    half_acquisition: bool = False
    outside: Literal["zero", "keep"] = "zero"
    gap_factor: float = 5.0
    grid: Grid = field(default_factory=Grid)

    def __post_init__(self) -> None:
        if self.engine not in ("fourier", "algotom-fbp"):
            raise PhysicsError("the engine is 'fourier' or 'algotom-fbp'", found=repr(self.engine))
        if self.padding not in ("edge", "zero"):
            raise PhysicsError("padding is 'edge' or 'zero'", found=repr(self.padding))
        if self.outside not in ("zero", "keep"):
            raise PhysicsError("outside is 'zero' or 'keep'", found=repr(self.outside))
        if not 1e-6 <= self.tolerance <= 1e-1:
            raise PhysicsError("the tolerance in float32 lies between 1e-6 and 0.1", found=str(self.tolerance))
        if not self.pad_fraction >= 0 or not self.gap_factor > 1:
            raise PhysicsError("pad_fraction is not negative, gap_factor above 1", found=str(self))

    def described(self) -> dict[str, Any]:
        """The options as numbers and text, to be stored with a result."""
        told = asdict(self)
        if not isinstance(self.filter, str):
            told["filter"] = getattr(self.filter, "__name__", type(self.filter).__name__)
        return told
