"""What a ``.ccs`` file says twice: charge against current and time, samples against the records of steps.

The layout of these files is known from one of them, so each file has to prove that it has the same: see
:mod:`alkanode.io.landt.ccs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import ReaderError
from alkanode.io.doubts import warn

EXPORT = "Open it in Landt's own program and export the records as text (.csv) or workbook (.xlsx)"
"""What to do with a file that is refused."""

SAMPLE = np.dtype([("ms", "<u4"), ("voltage", "<f4"), ("current", "<f4"), ("charge", "<f4"), ("energy", "<f4")])
"""One row; charge and energy since the row before."""

BLOCK = np.dtype([("tag", "<u4"), ("code", "<u4"), ("samples", SAMPLE, (6,))])
"""128 bytes of which 1 to 6 samples count."""

STEP = np.dtype(
    {
        "names": ["line", "done", "ms", "since_1970"],
        "formats": ["<u4", "<u4", "<u4", "<u8"],
        "offsets": [8, 16, 24, 56],
        "itemsize": 128,
    }
)
"""The same 128 bytes where a step begins or the test ends."""

STEP_TAG, FULL = 2, 6
"""Tag of such a block; number of samples of a full one."""

PRODUCT = 0.02
"""Share within which charge is current times time in the median sample (the real file: 3e-5)."""

LOOSE = 0.1
"""The same for energy and voltage times charge in the median, and for the charge of a single sample."""

FAINT = 0.02
"""Share of the usual current below which a current is noise."""

CLEAR_VOLTAGE = 0.01
"""V above which the energy tells of the layout; a shorted cell has less."""

MOST_TESTED = 10_000
"""Samples on which the layout is tested, evenly spread."""

CLOCK_STEP = 5000
"""Milliseconds by which the clock of the computer may drift against the counted time between step records."""

OVERFLOW = 2**32
"""Milliseconds (50 days) after which the time of a step record may begin again at zero."""

Array = npt.NDArray[np.float64]


def check_products(rows: Mapping[str, npt.NDArray[Any]], samples: npt.NDArray[Any], name: str) -> None:
    """Refuse another layout, doubt single samples: charge is current times time, energy voltage times charge."""
    size, hours = np.abs(rows["current"]), samples["ms"] / 3.6e6
    few = slice(None, None, 1 + size.size // MOST_TESTED)
    with np.errstate(all="ignore"):
        counted = samples["charge"].astype(np.float64)
        charge = _median_apart(counted[few], (size * hours)[few])
        clear = np.abs(rows["voltage"][few]) > CLEAR_VOLTAGE
        power = (np.abs(rows["voltage"]) * counted)[few]
        energy = _median_apart(np.abs(samples["energy"][few].astype(np.float64))[clear], power[clear])
        if charge > PRODUCT or energy > LOOSE:
            raise ReaderError(
                f"the samples of {name!r} must be in the known layout",
                found=f"charge apart from current times time by {charge:.2g}, energy from voltage times charge by "
                f"{energy:.2g} in the median",
                todo=EXPORT,
            )
        slack = FAINT * float(np.median(size[size > 0])) if (size > 0).any() else 0.0
        mean = np.where(hours > 0, counted / hours, size)
        sound = np.abs(mean - size) <= LOOSE * size + slack
        if not sound.all():
            sound |= _is_edge(mean, size, slack)
    if not sound.all():
        row = int(np.argmin(sound))
        warn(
            f"{name}: in {int((~sound).sum())} rows the charge contradicts current and time (first: row {row}); a fast "
            "change inside a sample, or a damaged file"
        )


def _is_edge(mean: Array, size: Array, slack: float) -> npt.NDArray[np.bool_]:
    """Whether the current changed once inside a sample: its mean lies between its ends, and it then stays."""
    before, after = np.concatenate([size[:1], size[:-1]]), np.concatenate([size[1:], size[-1:]])
    low, high = np.minimum(size, before), np.maximum(size, before)
    between = (mean >= (1 - LOOSE) * low - slack) & (mean <= (1 + LOOSE) * high + slack)
    return np.asarray(between & (np.abs(size - after) <= LOOSE * np.maximum(size, after) + slack))


def _median_apart(values: Array, expected: Array) -> float:
    """Median share by which two columns differ, each pair weighted by the smaller of the two; 0 where both are zero.

    The weight leaves out what is noise in a rest, and does not follow a single damaged value.
    """
    weight = np.minimum(values, expected)
    usable = np.isfinite(weight) & (weight > 0)
    if not usable.any():
        return 0.0
    apart = np.abs(values[usable] - expected[usable]) / np.maximum(values, expected)[usable]
    order = np.argsort(apart)
    reached = np.cumsum(weight[usable][order])
    return float(apart[order][np.searchsorted(reached, 0.5 * reached[-1])])


def check_steps(
    blocks: npt.NDArray[Any],
    count: npt.NDArray[np.int64],
    milliseconds: npt.NDArray[np.uint32],
    steps: npt.NDArray[Any],
    name: str,
) -> None:
    """Doubt samples that are lost or added: the times of each step, full blocks inside it, one code for all."""
    places = np.flatnonzero(blocks["tag"] == STEP_TAG)
    total = np.concatenate([[0], np.cumsum(milliseconds, dtype=np.int64)])
    by_samples = total[np.concatenate([[0], np.cumsum(count)])[places]]
    said = (steps["ms"].astype(np.int64) - int(steps["ms"][0])) % OVERFLOW
    apart = np.flatnonzero(by_samples % OVERFLOW != said)
    if apart.size:
        step = int(apart[0])
        warn(
            f"{name}: the samples before step record {step} add up to {by_samples[step] * 1e-3:.3f} s, the record says "
            f"{said[step] * 1e-3:.3f} s: samples are lost or damaged, or the test was paused"
        )
    if (np.diff(steps["done"].astype(np.int64)) != 1).any() or steps["done"][0] != 0:
        warn(f"{name}: the step records do not count 0, 1, 2, ...: steps are lost or damaged")
    clock = steps["since_1970"].astype(np.float64) - by_samples
    if np.ptp(clock) > CLOCK_STEP:
        warn(f"{name}: dates and times of the step records drift apart by {np.ptp(clock) * 1e-3:.6g} s")
    inside = (count[:-1] > 0) & (count[:-1] < FULL) & (count[1:] > 0)
    if inside.any():
        warn(f"{name}: {int(inside.sum())} blocks inside a step are not full (first: block {int(np.argmax(inside))})")
    same = (np.diff(blocks["code"].astype(np.int64)) == 0) | (count[:-1] == 0)
    if not same.all():
        warn(f"{name}: block {int(np.argmin(same))} has another code than the next block of its step")
