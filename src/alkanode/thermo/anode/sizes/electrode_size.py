"""The size of an electrode: how much alloy there is over each square metre of contact."""

from __future__ import annotations

import math
from dataclasses import dataclass

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike, to_si


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectrodeSize:
    """How large an electrode is at the start, before a charge has moved and before carbon has taken potassium.

    Attributes
    ----------
    mass, volume, thickness
        One of them: kg, m3 or m, or text such as ``"10 uL"``. None where unknown.
    area, diameter
        At most one of them: m2 or m, or text such as ``"7.14 mm"``, of a disc. A thickness needs none.

    Raises
    ------
    PhysicsError
        For more or fewer than these, and for a size that is not positive.
    """

    mass: QuantityLike | None = None
    volume: QuantityLike | None = None
    thickness: QuantityLike | None = None
    area: QuantityLike | None = None
    diameter: QuantityLike | None = None

    def __post_init__(self) -> None:
        given = [name for name in ("mass", "volume", "thickness") if getattr(self, name) is not None]
        if len(given) != 1:
            raise PhysicsError(
                "one of mass, volume and thickness of the electrode is needed",
                found=" and ".join(given) or "none of them",
                todo="For example volume='10 uL'",
            )
        if self.area is not None and self.diameter is not None:
            raise PhysicsError("the area or the diameter of the electrode is needed", found="both")
        if given[0] != "thickness" and self.area is None and self.diameter is None:
            raise PhysicsError(
                f"a {given[0]} needs the area or the diameter of the electrode",
                found="neither",
                todo="For example diameter='7.14 mm'",
            )

    def areal_mass(self, density: float) -> float:
        """Mass over area, kg m-2, of a metal of a density (kg m-3)."""
        if self.thickness is not None:
            return _positive(self.thickness, "thickness") * density
        area = self.area_value()
        if area is None:
            raise PhysicsError("the area of the electrode is needed", found="none")
        if self.mass is not None:
            return _positive(self.mass, "mass") / area
        return _positive(self.volume, "volume") * density / area

    def area_value(self) -> float | None:
        """Area in m2, None where only a thickness is known."""
        if self.area is not None:
            return _positive(self.area, "area")
        if self.diameter is None:
            return None
        radius = _positive(self.diameter, "diameter") / 2
        area = math.pi * radius * radius
        if not 0 < area < math.inf:
            raise PhysicsError("a diameter of an electrode is needed", found=repr(self.diameter))
        return area


def _positive(value: QuantityLike | None, name: str) -> float:
    number = to_si(value, name)
    if number <= 0:
        raise PhysicsError(f"a {name} above 0 is needed", found=repr(value))
    return number
