"""What a capacitance usually belongs to, by its order of magnitude alone: a check of sanity, no proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Trust

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacitanceClass:
    """A range of capacitances with a usual origin.

    Attributes
    ----------
    name
        Origin.
    low, high
        F for a sample of 1 cm2 and 1 cm.
    scales_with
        ``"cell constant"`` for what fills the sample (then area over thickness counts), ``"area"`` for what lies on its
        surface.
    """

    name: str
    low: float
    high: float
    scales_with: Literal["cell constant", "area"]


CLASSES: Final = (
    CapacitanceClass(name="bulk", low=1e-13, high=1e-11, scales_with="cell constant"),
    CapacitanceClass(name="grain boundary", low=1e-11, high=1e-8, scales_with="cell constant"),
    CapacitanceClass(name="surface layer", low=1e-9, high=1e-7, scales_with="area"),
    CapacitanceClass(name="interface", low=1e-7, high=1e-5, scales_with="area"),
    CapacitanceClass(name="reaction or storage", low=1e-5, high=10.0, scales_with="area"),
)
"""After Irvine, Sinclair and West, as generally known: single values of theirs (bulk 1e-12 F, reactions 1e-4 F) are given a
range here."""

CLASSES_TRUST: Final = Trust.RECALLED


def capacitance_class(
    capacitance: npt.ArrayLike, *, area: float, thickness: float | None = None
) -> npt.NDArray[np.str_]:
    """Usual origins of capacitances by their order of magnitude.

    Parameters
    ----------
    capacitance
        F, any shape; of one process.
    area
        Of the electrode, m2.
    thickness
        Of the electrolyte, m. Without it 1 mm is taken for bulk and grain boundary.

    Returns
    -------
    ndarray of text
        Names joined by ``" or "`` where ranges overlap; ``"below bulk"`` or ``"beyond storage"`` outside all of them, ``""``
        for NaN.

    Raises
    ------
    PhysicsError
        For an area or a thickness that is not positive.

    Notes
    -----
    Classes are stated for a sample of 1 cm2 and 1 cm. Bulk and grain boundaries are compared as C thickness/area, layers and
    interfaces as C/area.

    References
    ----------
    :cite:`Irvine1990`
    """
    depth = 1e-3 if thickness is None else thickness
    if not area > 0 or not depth > 0:
        raise PhysicsError("area and thickness must be positive", found=f"{area:g} m2, {depth:g} m")
    values = np.asarray(capacitance, dtype=np.float64)
    on_surface = values * 1e-4 / area
    in_bulk = on_surface * depth / 1e-2
    names = np.full(values.shape, "", dtype=object)
    for one in CLASSES:
        scaled = in_bulk if one.scales_with == "cell constant" else on_surface
        hit = (scaled >= one.low) & (scaled < one.high)
        names[hit] = np.where(names[hit] == "", one.name, names[hit] + f" or {one.name}")
    outside = (names == "") & np.isfinite(values)
    names[outside] = np.where(on_surface[outside] >= CLASSES[-1].high, "beyond storage", "below bulk")
    return np.asarray(names, dtype=np.str_)
