"""Which physics an alloy anode has: named choices, so that hypotheses can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from alkanode.foundation.errors import StudyError

Transport = Literal["effective diffusion", "film drainage"]
Precipitation = Literal["equilibrium", "nucleation"]
Interphase = Literal["none", "growing"]
Counter = Literal["sodium metal", "alloy", "reference"]
Dewetting = Literal["none", "stripped liquid", "stripped islands"]
Control = Literal["current", "switched"]

FEWEST_CELLS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class AlloyAnodeOptions:
    """Physics and mesh of an :class:`~alkanode.cell_models.AlloyAnode`.

    Attributes
    ----------
    transport
        ``"effective diffusion"`` (the default: sodium moves down its own content, potassium stays where it is) or
        ``"film drainage"`` (the liquid as a whole flows through films towards where less of it is, carries both metals,
        and evens out its composition by diffusion).
    precipitation
        ``"equilibrium"`` (the default: the lever rule at every depth) or ``"nucleation"`` (solid potassium waits for a
        supersaturation, then forms at a finite rate).
    islands
        Whether part of the sodium plated beside the liquid stays as islands of metal. True by default.
    dewetting
        What makes the liquid lose contact for good: ``"none"`` (default), ``"stripped liquid"`` (stripping through it; the
        charge that voltammograms suggest would then end every critical stripping early), or ``"stripped islands"`` (where
        an island was stripped a void stays).
    interphase
        ``"none"`` (default), or ``"growing"``: a resistance that grows at the interface with time, under current or not.
    counter
        What stands across the electrolyte: ``"sodium metal"`` with its pressure law (default), ``"alloy"``, the same
        electrode once more (a symmetric cell), or ``"reference"``, which loses nothing.
    control
        ``"current"``: PyBaMM's current function, for :class:`pybamm.Simulation`. ``"switched"``: inputs choose a current
        or a ramp of voltage, which is what :func:`alkanode.simulate` uses.
    cells
        Finite volumes over the depth of the cloth. 40 (default) leave 0.3 % on capacities.
    grading
        Logarithm of the largest over the smallest volume, which lies at the electrolyte. 6 (default) makes the first of
        40 volumes 0.1 um thick in 250 um.
    """

    transport: Transport = "effective diffusion"
    precipitation: Precipitation = "equilibrium"
    islands: bool = True
    dewetting: Dewetting = "none"
    interphase: Interphase = "none"
    counter: Counter = "sodium metal"
    control: Control = "current"
    cells: int = 40
    grading: float = 6.0

    def __post_init__(self) -> None:
        choices = {
            "transport": Transport,
            "precipitation": Precipitation,
            "dewetting": Dewetting,
            "interphase": Interphase,
            "counter": Counter,
            "control": Control,
        }
        for name, kind in choices.items():
            value = getattr(self, name)
            if value not in get_args(kind):
                allowed = ", ".join(repr(one) for one in get_args(kind))
                raise StudyError(f"{name} is one of {allowed}", found=repr(value))
        if self.dewetting == "stripped islands" and not self.islands:
            raise StudyError("dewetting by stripped islands needs islands", found="islands=False")
        cells: object = self.cells
        if isinstance(cells, bool) or not isinstance(cells, int) or cells < FEWEST_CELLS:
            raise StudyError(f"at least {FEWEST_CELLS} cells are needed", found=repr(self.cells))
        if not 0 < self.grading <= 12:
            raise StudyError("the grading of the mesh lies above 0 and at most at 12", found=repr(self.grading))
