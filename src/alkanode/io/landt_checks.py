"""What a Landt file says twice must agree; what no cell shows is doubted.

The readers of the three forms end here: values that cannot be, a current that was rounded, a clock that contradicts
the dates, a capacity that contradicts the current.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import DataQualityWarning, ReaderError

LARGEST_VOLTAGE = 100.0
"""V; Landt's channels end at 10 V and its largest pack testers below this."""

LARGEST_CURRENT = 1e4
"""A."""

MOST_IMPOSSIBLE = 0.01
"""Share of rows with impossible values above which a file is not what it seems."""

COARSE = 0.01
"""Half a digit over the median current, above which a current is called rounded."""

CLOCK_MISMATCH = 0.1
"""Share by which test time and dates may differ; pauses make the dates longer, nothing makes them shorter."""

CHARGE_MISMATCH = 0.05
"""Share by which current times time and the capacity may differ; above what coarse sampling explains."""

Array = npt.NDArray[np.float64]


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


def refuse_or_doubt_values(voltage: Array, current: Array, name: str) -> None:
    """Doubt voltages and currents that no cell shows; refuse a file that is full of them.

    Parameters
    ----------
    voltage, current
        (row,) V, A; a current that is NaN throughout is none.
    name
        Name of the file.

    Raises
    ------
    ReaderError
        When more than :data:`MOST_IMPOSSIBLE` of the rows are impossible.

    Warns
    -----
    DataQualityWarning
        When some are; they are kept as they stand.
    """
    bad = ~(np.abs(voltage) <= LARGEST_VOLTAGE)
    if np.isfinite(current).any():
        bad |= ~(np.abs(current) <= LARGEST_CURRENT)
    if not bad.any():
        return
    row, count = int(np.argmax(bad)), int(bad.sum())
    found = f"{count} of {bad.size} rows without (first: row {row}, {voltage[row]:.4g} V, {current[row]:.4g} A)"
    if count > max(1.0, MOST_IMPOSSIBLE * bad.size):
        raise ReaderError(
            f"{name!r} must hold voltages within {LARGEST_VOLTAGE:g} V and currents within {LARGEST_CURRENT:g} A",
            found=found,
            todo="The file is damaged, or its layout is another one: export the run as text",
        )
    warn(f"{name}: impossible voltage or current, kept as it stands: {found}")


def doubt_clock(seconds: float, dates: float, name: str) -> None:
    """Doubt a test time that contradicts the dates.

    Parameters
    ----------
    seconds
        Length of the test by its test time, s.
    dates
        Length by its dates, s.
    name
        Name of the file.
    """
    if dates <= 2.0 and seconds <= 2.0:
        return
    if seconds > (1 + CLOCK_MISMATCH) * dates + 2.0:
        warn(f"{name}: {seconds:.6g} s by the test time, {dates:.6g} s by the dates: one of the two is wrong")
    elif seconds < dates / (1 + CLOCK_MISMATCH) - 2.0:
        warn(f"{name}: {seconds:.6g} s by the test time, {dates:.6g} s by the dates: pauses, or a wrong unit of time")


def doubt_counting(numbers: Array, name: str) -> None:
    """Doubt rows whose numbers do not go up by one; a column that is no counter tells nothing.

    Parameters
    ----------
    numbers
        (row,) numbers of the records, as written.
    name
        Name of the file.
    """
    steps = np.diff(numbers)
    if not steps.size or np.nanmedian(steps) != 1:
        return
    odd = np.flatnonzero(steps != 1)
    if odd.size:
        warn(
            f"{name}: the numbers of the records do not go up by one at {odd.size} places (first: {numbers[odd[0]]:.0f} "
            f"then {numbers[odd[0] + 1]:.0f}): rows are lost, doubled or out of order"
        )


def charge_ratio(time: Array, current: Array, charge: Array) -> float:
    """Current times time over the counted capacity, both without sign; NaN where either is nothing.

    Parameters
    ----------
    time, current, charge
        (row,) s, A, C; the charge without resets.
    """
    flow = np.abs(current)
    passed = float(np.nansum(0.5 * (flow[1:] + flow[:-1]) * np.diff(time)))
    counted = float(np.nansum(np.abs(np.diff(charge))))
    return passed / counted if counted > 0 and passed > 0 else np.nan


def warn(message: str) -> None:
    """Warn of data; the caller of the reader is told."""
    warnings.warn(message, DataQualityWarning, stacklevel=4)
