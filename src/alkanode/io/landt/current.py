"""The current of a Landt export: how much of it the writing has left, and the mean of steps in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import ReaderError, SchemaError
from alkanode.io.doubts import charge_ratio, doubt_counter, warn
from alkanode.io.landt.columns import LandtHeader
from alkanode.io.terminal import TwoTerminals

CurrentChoice = Literal["written", "mean of steps"]
CURRENTS: tuple[CurrentChoice, ...] = ("written", "mean of steps")

FEWEST_DIGITS = 10.0
"""Last digits of the capacity that a run must pass for its mean current to count (10: rounding is 10 % at most)."""

BEND = 0.02
"""Share of its charge by which a run may leave a straight line; a current that is held does not bend it."""

COARSE = 0.01
"""Half a digit over the median current, above which a current is called rounded."""

CHARGE_MISMATCH = 0.05
"""Share by which current times time and the capacity may differ; above what coarse sampling explains."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LandtOptions(TwoTerminals):
    """What the user decides when an export is read; the readers of exports take it.

    Parameters
    ----------
    working_electrode
        Terminal of the cell that is the working electrode, as in :class:`alkanode.io.terminal.TwoTerminals`.
    current
        ``"written"``, the default: the column as it stands, however rounded. ``"mean of steps"``: where the written
        current is constant, the capacity that passed over the time it took; for resistances of small cells, whose
        current is written with one digit.
    """

    current: CurrentChoice = "written"

    def __post_init__(self) -> None:
        TwoTerminals.__post_init__(self)
        if self.current not in CURRENTS:
            raise SchemaError(f"current is one of {', '.join(map(repr, CURRENTS))}", found=repr(self.current))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """How finely a column is written.

    Attributes
    ----------
    digit
        Value of the last written digit, SI.
    share
        Half of it over the median magnitude of the values that are not zero; infinite when all are zero.
    """

    digit: float
    share: float

    @property
    def coarse(self) -> bool:
        """Whether more than :data:`COARSE` of a value is lost."""
        return self.share > COARSE


def rounding_of(texts: npt.NDArray[np.str_] | list[str], values: Array, factor: float) -> Rounding | None:
    """How finely a column is written.

    Parameters
    ----------
    texts
        Different cells of the column, as written.
    values
        (row,) its values in SI.
    factor
        From the unit of the column to SI.

    Returns
    -------
    Rounding or None
        ``None`` when a cell is written with an exponent, so that its digits are relative.
    """
    if any("e" in text.lower() for text in texts):
        return None
    decimals = max((len(text.partition(".")[2]) for text in texts), default=0)
    digit = factor * 10.0**-decimals
    flowing = np.abs(values[np.isfinite(values) & (values != 0)])
    return Rounding(digit=digit, share=0.5 * digit / float(np.median(flowing)) if flowing.size else np.inf)


def settle_current(
    rows: dict[str, npt.NDArray[Any]],
    counted: Array | None,
    rounding: Mapping[str, Rounding | None],
    options: LandtOptions,
    header: LandtHeader,
    name: str,
    attrs: dict[str, Any],
) -> None:
    """Say how good the current is, and replace it by the mean of steps where that is asked for."""
    fineness = rounding["current"] if "current" in header.columns else None
    digits = [found.digit for key, found in rounding.items() if key != "current" and found is not None]
    if fineness is not None:
        attrs["current_resolution_A"] = fineness.digit
    if digits:
        attrs["charge_resolution_C"] = min(digits)
    if "current" not in header.columns:
        attrs["current_from"] = "absent from the file"
        warn(f"{name}: no column of current")
    else:
        attrs["current_from"] = f"column {header.columns['current'].header}"
    ratio = np.nan if counted is None else charge_ratio(rows["time"], rows["current"], counted)
    if fineness is not None and fineness.coarse and (rows["current"].any() or (counted is not None and counted.any())):
        attrs["current_from"] += f", rounded to {fineness.digit:g} A"
        if counted is None:
            rest = "there is no capacity, so the charge is as coarse"
        elif np.isnan(ratio):
            rest = "the charge is taken from the capacity"
        else:
            rest = f"the charge is taken from the capacity (current times time gives {ratio:.3g} of it)"
        lost = f"{fineness.share:.0%} of its median" if np.isfinite(fineness.share) else "and nothing of it is left"
        warn(f"{name}: the current is rounded to {fineness.digit:g} A, {lost}; {rest}")
    elif counted is not None:
        doubt_counter(rows["time"], rows["current"], counted, name, share=CHARGE_MISMATCH)
    if options.current == "mean of steps":
        if counted is None:
            raise ReaderError(
                f"{name!r} must hold a capacity for the mean current of each step",
                found="none",
                todo="Read it with current='written', or export it with its capacity",
            )
        rows["current"], words = _mean_of_runs(rows, counted, min(digits, default=0.0))
        attrs["current_from"] = f"{words}; {attrs['current_from']} elsewhere"


def _mean_of_runs(rows: Mapping[str, npt.NDArray[Any]], charge: Array, digit: float) -> tuple[Array, str]:
    """Charge over time of each run of rows with one written current, step and cycle, where the charge grows evenly."""
    time, written = rows["time"], np.nan_to_num(rows["current"])
    new = (np.diff(written) != 0) | (np.diff(rows["step"]) != 0) | (np.diff(rows["cycle"]) != 0)
    first = np.concatenate([[0], np.flatnonzero(new) + 1])
    last = np.concatenate([first[1:] - 1, [time.size - 1]])
    passed, lasted = charge[last] - charge[first], time[last] - time[first]
    usable = (lasted > 0) & (np.abs(passed) >= FEWEST_DIGITS * digit) & (passed != 0)
    run = np.repeat(np.arange(first.size), last - first + 1)
    with np.errstate(all="ignore"):
        mean = np.where(usable, passed / lasted, np.nan)
        bend = np.abs(charge - charge[first][run] - mean[run] * (time - time[first][run]))
        usable &= np.maximum.reduceat(bend, first) <= np.maximum(2 * digit, BEND * np.abs(passed))
        mean = np.where(usable, mean, np.nan)
        worst = float(np.max(np.where(usable, digit / np.abs(passed), 0.0), initial=0.0))
    spread = mean[run]
    words = f"capacity over time of {int(usable.sum())} runs of constant current, known within {worst:.2g} of it"
    return np.where(np.isnan(spread), rows["current"], spread), words
