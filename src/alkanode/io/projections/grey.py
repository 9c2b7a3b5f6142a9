"""From grey levels of a reconstructed stack to attenuation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike, to_si


@dataclass(frozen=True, slots=True, kw_only=True)
class GreyScale:
    """Attenuation as a linear function of grey levels: ``scale * grey + offset``.

    Attributes
    ----------
    scale, offset
        m-1 per grey level, and m-1.
    found
        Where the two numbers come from, kept with the volume.
    """

    scale: float
    offset: float = 0.0
    found: str = "given by the user"

    def __post_init__(self) -> None:
        if not (np.isfinite(self.scale) and np.isfinite(self.offset) and self.scale != 0):
            raise PhysicsError("a grey scale needs a finite offset and a finite scale beside zero", found=repr(self))

    @classmethod
    def from_range(cls, lowest: QuantityLike, highest: QuantityLike, *, levels: int = 255) -> GreyScale:
        """Scale of a stack that was written as whole numbers between two attenuations.

        Parameters
        ----------
        lowest, highest
            Attenuation of grey level 0 and of the last level; text with a unit, or m-1.
        levels
            Number of the last level: 255 of 8 bits (default), 65535 of 16.
        """
        low, high = to_si(lowest, "attenuation"), to_si(highest, "attenuation")
        if levels < 1 or high == low:
            raise PhysicsError(
                "a range of grey levels needs two attenuations and a last level", found=f"{low}, {high}, {levels}"
            )
        return cls(scale=(high - low) / levels, offset=low, found=f"range {low:g} to {high:g} m-1 over {levels} levels")

    @classmethod
    def from_materials(cls, known: Sequence[tuple[float, QuantityLike]]) -> GreyScale:
        """Scale by least squares through known materials.

        Parameters
        ----------
        known
            Pairs of mean grey level and attenuation, of two or more materials that are in the view.

        Returns
        -------
        GreyScale
            ``found`` says how many, and with three or more by how much the worst misses the line.

        Raises
        ------
        PhysicsError
            With fewer than two different grey levels.
        """
        grey = np.array([float(level) for level, _ in known])
        attenuation = np.array([to_si(value, "attenuation") for _, value in known])
        if np.unique(grey).size < 2:
            raise PhysicsError(
                "a grey scale needs two materials of different grey", found=f"{grey.size} levels {grey.tolist()}"
            )
        table = np.column_stack([grey, np.ones_like(grey)])
        (scale, offset), *_ = np.linalg.lstsq(table, attenuation, rcond=None)
        worst = float(np.abs(table @ (scale, offset) - attenuation).max())
        miss = f", the worst {worst:.3g} m-1 off the line" if grey.size > 2 else ""
        return cls(scale=float(scale), offset=float(offset), found=f"{grey.size} known materials{miss}")
