"""How two volumes are registered: every choice in one place, stored with the result."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from alkanode.foundation.errors import SchemaError

Grey = Literal["gain-offset", "offset", "none"]
GREYS: tuple[Grey, ...] = ("gain-offset", "offset", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationOptions:
    """Choices of a registration; none of them was set with the help of a known answer.

    Attributes
    ----------
    points
        Voxels compared at most on each level. 300 000 fix a rigid motion to a few thousandths of a pixel at the contrast
        of a battery; more cost time in proportion.
    smoothing
        Standard deviation of the Gaussian that both volumes pass before they are compared, in voxels of the level. It
        takes away what interpolation cannot carry (frequencies near one half per voxel); 0 switches it off.
    grey
        What may differ in grey value between the scans: ``"gain-offset"`` (a factor and an offset, as between scans with
        other flat fields), ``"offset"``, or ``"none"``.
    angle_range
        rad, half of the range of rotations about z that the start looks through. pi looks everywhere.
    coarsest
        Voxels across the coarsest level.
    working_voxels
        A volume with more voxels than this is held only binned, and read at full resolution in blocks.
    block
        Voxels along the edge of such a block.
    block_voxels
        Voxels of all blocks together, which bounds the memory.
    capture
        Voxels that a block may still move after the binned levels.
    outlier
        Residual, in standard deviations, beyond which a voxel has no weight (Tukey's biweight; 4.685 keeps 95 % of the
        efficiency when nothing changed).
    iterations
        Steps at most on each level.
    tolerance
        Largest displacement by the last step, in voxels of the level, at which a level has converged.
    cell
        Voxels along the edge of the cells whose residuals are taken as independent of one another, for the errors.
        Larger than grains and than the correlation of the noise.
    significance
        Standard errors by which the information about a direction of motion must exceed zero, to be used.
    artefact
        Size of the error of a gradient that sampling on voxels may make, as a share of the gradient. A direction whose
        information is below the square of it times the largest is taken for an artefact of the grid.
    largest_error
        Voxels by which the standard error along a direction may move the typical point; beyond it is not observable.
    """

    points: int = 300_000
    smoothing: float = 0.7
    grey: Grey = "gain-offset"
    angle_range: float = 0.1
    coarsest: int = 64
    working_voxels: int = 2**24
    block: int = 32
    block_voxels: int = 2**24
    capture: int = 4
    outlier: float = 4.685
    iterations: int = 40
    tolerance: float = 1e-4
    cell: int = 16
    significance: float = 5.0
    artefact: float = 0.01
    largest_error: float = 1.0

    def __post_init__(self) -> None:
        demands = (
            (self.points >= 1000, "points must be at least 1000", self.points),
            (0 <= self.smoothing <= 4, "smoothing must lie between 0 and 4 voxels", self.smoothing),
            (self.grey in GREYS, f"grey must be one of {GREYS}", self.grey),
            (0 <= self.angle_range <= 3.1416, "angle_range must lie between 0 and pi", self.angle_range),
            (self.coarsest >= 16, "coarsest must be at least 16 voxels", self.coarsest),
            (self.working_voxels >= 4096, "working_voxels must be at least 4096", self.working_voxels),
            (self.block >= 8, "block must be at least 8 voxels", self.block),
            (self.block_voxels >= self.block**3, "block_voxels must hold a block at least", self.block_voxels),
            (self.capture >= 1, "capture must be at least 1 voxel", self.capture),
            (self.outlier > 1, "outlier must be above 1 standard deviation", self.outlier),
            (self.iterations >= 1, "iterations must be at least 1", self.iterations),
            (self.tolerance > 0, "tolerance must be positive", self.tolerance),
            (self.cell >= 4, "cell must be at least 4 voxels", self.cell),
            (self.significance >= 0, "significance must not be negative", self.significance),
            (0 <= self.artefact < 1, "artefact must lie from 0 to below 1", self.artefact),
            (self.largest_error > 0, "largest_error must be positive", self.largest_error),
        )
        for good, needed, found in demands:
            if not good:
                raise SchemaError(needed, found=repr(found))

    def to_json(self) -> dict[str, float | int | str]:
        """All choices, for the attributes of a result."""
        return asdict(self)
