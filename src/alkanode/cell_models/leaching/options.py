"""What a leaching cell is made of and which law it follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from alkanode.cell_models.leaching.laws import LeachLaw, checked_law
from alkanode.foundation.errors import StudyError

Counter = Literal["alloy", "cathode"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeachingOptions:
    """Variants of :class:`~alkanode.cell_models.leaching.model.LeachingAnode`.

    Attributes
    ----------
    law
        How fast potassium leaves: ``"parabolic"`` (default), ``"first order"``, ``"constant"``, ``"salt"``.
    counter
        ``"alloy"``: the same electrode opposite (symmetric cell). ``"cathode"``: a layered oxide that takes up both ions.
    precipitation
        Whether the potassium salt is sparingly soluble (perchlorate). ``False`` for hexafluorophosphate or FSI: what leaves
        stays dissolved.
    """

    law: LeachLaw = "parabolic"
    counter: Counter = "alloy"
    precipitation: bool = True

    def __post_init__(self) -> None:
        checked_law(self.law)
        if self.counter not in ("alloy", "cathode"):
            raise StudyError("a counter electrode is 'alloy' or 'cathode'", found=repr(self.counter))
        if self.law == "parabolic" and not self.precipitation:
            raise StudyError(
                "the parabolic law needs a layer that grows",
                found="no precipitation",
                todo="Choose 'salt', 'first order' or 'constant' for a soluble potassium salt",
            )
