"""One line per level of a ramp: currents, charges and times of both directions, and what became of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.electrochem.critical_currents.level_outcomes import ENDING, Outcomes

Floats = npt.NDArray[np.float64]

DIRECTIONS = ("strip", "plate")


def level_table(ramp: xr.Dataset, outcomes: Outcomes, complete: npt.NDArray[np.bool_], cell: Cell | None) -> xr.Dataset:
    """Fields of a ``critical_current`` record from its half cycles and their outcomes (not yet labelled)."""
    level, strip = ramp["level"].to_numpy(), ramp["direction"].to_numpy() == "strip"
    numbers = np.arange(int(level.max()) + 1)
    members = [np.flatnonzero(level == number) for number in numbers]
    ramped = str(ramp.attrs["ramped"])
    chosen = strip if ramped == "strip" else ~strip if ramped == "plate" else np.ones(strip.size, dtype=bool)
    sizes = ramp["current"].to_numpy()
    current = np.array([sizes[rows[chosen[rows]]].max() for rows in members])
    ways = [[rows[strip[rows] == (name == "strip")] for name in DIRECTIONS] for rows in members]

    def smallest(name: str) -> Floats:
        values = ramp[name].to_numpy()
        return np.array([[values[rows].min() if rows.size else np.nan for rows in pair] for pair in ways])

    done = np.array([[bool(rows.size and complete[rows].all()) for rows in pair] for pair in ways])
    end = outcomes.first_failing
    kinds = np.array(outcomes.kind)
    worst = [_worst(rows, kinds) for rows in members]
    passed = np.array(
        [bool(pair.all() and not kinds[rows].astype(bool).any()) for pair, rows in zip(done, members, strict=True)]
    )
    after = numbers > (level[end] if end is not None else numbers.size)
    nominal, final, effective = (
        np.nan if size is None else size
        for size in ((None, None, None) if cell is None else (cell.area, cell.final_area, cell.effective_area))
    )
    charge = smallest("charge_passed")
    dim, both = ("level",), ("level", "direction")
    text = [outcomes.kind[index] if index is not None else "" for index in worst]
    why = [outcomes.reason[index] if index is not None else "" for index in worst]
    why = [
        reason or ("after the failure" if late else "" if fine else "one direction is absent")
        for reason, late, fine in zip(why, after, passed, strict=True)
    ]
    return xr.Dataset(
        {
            "current": (dim, current),
            "nominal_current_density": (dim, current / nominal),
            "final_current_density": (dim, current / final),
            "half_cycles": (dim, np.array([rows.size for rows in members])),
            "charge_passed": (both, charge, {"units": "C"}),
            "areal_capacity": (both, charge / effective),
            "duration": (both, smallest("duration")),
            "reached": (both, done),
            "failure": (dim, np.array(text, dtype=np.str_)),
            "reason": (dim, np.array(why, dtype=np.str_)),
            "confirmed": (dim, np.array([index is not None and bool(outcomes.confirmed[index]) for index in worst])),
            "passed": (dim, passed & ~after),
            "after_failure": (dim, after),
            "first_row": (dim, np.array([ramp["first_row"].to_numpy()[rows].min() for rows in members])),
            "last_row": (dim, np.array([ramp["last_row"].to_numpy()[rows].max() for rows in members])),
            "start_time": (
                dim,
                np.array([ramp["start_time"].to_numpy()[rows].min() for rows in members]),
                {"units": "s"},
            ),
            "resistance": (dim, np.array([_median(ramp["resistance"].to_numpy()[rows]) for rows in members])),
        },
        coords={"level": numbers, "direction": list(DIRECTIONS)},
    )


def _median(values: Floats) -> float:
    """Median of what is known; NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")


def _worst(rows: npt.NDArray[np.intp], kinds: npt.NDArray[np.str_]) -> int | None:
    """The half cycle that decides a level: the first that failed, else the first that was not complete."""
    for wanted in (ENDING, None):
        for index in rows:
            if kinds[index] and (wanted is None or kinds[index] in wanted):
                return int(index)
    return None
