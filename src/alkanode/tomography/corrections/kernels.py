"""Compiled kernels of the corrections: sorted readings, running medians, zingers.

A sinogram is kept with the readings of one detector column side by side, (column, angle), because every method that
removes stripes works on whole columns. Two ideas make it fast:

- the readings of a column are sorted once, by their bits (three passes of 11 bits), which is stable and gives values
  and order together;
- the running median across columns is taken for 32 ranks at a time: each keeps its own sorted window, and taking one
  reading out and another in is a handful of comparisons that the processor does for many ranks at once.

No kernel uses more than one thread, and none depends on how many rows are corrected together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float32]
Order = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]

LANES = 32
"""Ranks whose medians are taken together."""

_BINS = 2048
_SIGN = np.uint32(0x80000000)
_LOW = np.uint32(2047)
_ONE = np.uint32(1)


@njit(cache=True, nogil=True)
def sort_readings(values: Floats, ordered: Floats, order: Order) -> None:
    """Sort each row of ``values`` (column, angle) into ``ordered``; ``order`` tells the angle of each rank.

    Equal readings keep the order of their angles. Every value must be finite.
    """
    columns, count = values.shape
    key, key_next = np.empty(count, np.uint32), np.empty(count, np.uint32)
    place, place_next = np.empty(count, np.uint32), np.empty(count, np.uint32)
    low, middle, high = np.empty(_BINS, np.uint32), np.empty(_BINS, np.uint32), np.empty(_BINS, np.uint32)
    bits, sorted_bits = values.view(np.uint32), ordered.view(np.uint32)
    for c in range(columns):
        low[:], middle[:], high[:] = 0, 0, 0
        for a in range(count):
            word = bits[c, a]
            # whole numbers in the order of the readings: the sign bit is turned, negative ones are turned altogether
            k = np.uint32(word ^ (_SIGN | np.uint32(-np.int32(word >> np.uint32(31)))))
            key[a] = k
            low[k & _LOW] += _ONE
            middle[(k >> np.uint32(11)) & _LOW] += _ONE
            high[k >> np.uint32(22)] += _ONE
        start_low, start_middle, start_high = np.uint32(0), np.uint32(0), np.uint32(0)
        for b in range(_BINS):
            held = low[b]
            low[b] = start_low
            start_low += held
            held = middle[b]
            middle[b] = start_middle
            start_middle += held
            held = high[b]
            high[b] = start_high
            start_high += held
        for a in range(count):
            k = key[a]
            to = low[k & _LOW]
            low[k & _LOW] = to + _ONE
            key_next[to], place_next[to] = k, np.uint32(a)
        for a in range(count):
            k = key_next[a]
            b = (k >> np.uint32(11)) & _LOW
            to = middle[b]
            middle[b] = to + _ONE
            key[to], place[to] = k, place_next[a]
        for a in range(count):
            k = key[a]
            to = high[k >> np.uint32(22)]
            high[k >> np.uint32(22)] = to + _ONE
            key_next[to] = k
            order[c, to] = place[a]
        for a in range(count):
            k = key_next[a]
            sorted_bits[c, a] = np.uint32(k ^ (_SIGN | np.uint32(-np.int32(np.uint32(~k) >> np.uint32(31)))))


@njit(cache=True, nogil=True)
def return_readings(ordered: Floats, order: Order, values: Floats) -> None:
    """Put the readings of each rank back to their angles; undoes :func:`sort_readings`."""
    columns, count = ordered.shape
    for c in range(columns):
        for rank in range(count):
            values[c, order[c, rank]] = ordered[c, rank]


@njit(cache=True, nogil=True)
def _exchange(window: Floats, changed: Floats, old: Floats, new: Floats, size: int) -> None:
    """Take ``old`` out of each lane's sorted window (1 to ``size``, between -inf and inf) and put ``new`` in."""
    for i in range(1, size + 1):
        for lane in range(LANES):
            below, here, above = window[i - 1, lane], window[i, lane], window[i + 1, lane]
            gone, added = old[lane], new[lane]
            # entries i and i + 1 of the window with the added reading; the second holds once the old one is passed
            edge = max(below, added)
            entry = min(here, edge)
            edge_above = max(here, added)
            entry_above = min(above, edge_above)
            changed[i, lane] = entry if entry < gone else entry_above


@njit(cache=True, nogil=True)
def _mirrored(index: int, count: int) -> int:
    """Index inside 0 to ``count`` - 1 when the line is mirrored at its ends (the last point twice)."""
    while index < 0 or index >= count:
        index = -index - 1 if index < 0 else 2 * count - 1 - index
    return index


@njit(cache=True, nogil=True)
def running_median(values: Floats, size: int, smooth: Floats) -> None:
    """Median of ``size`` neighbouring rows of ``values`` (column, rank), rank by rank; mirrored at the ends.

    There must be at least :data:`LANES` ranks. An even size takes the upper of the two middle readings, of the window
    that reaches one further back.
    """
    columns, count = values.shape
    back = size // 2
    one, two = np.empty((size + 2, LANES), np.float32), np.empty((size + 2, LANES), np.float32)
    for begin in range(0, count, LANES):
        first = min(begin, count - LANES)
        last = first + LANES
        one[0, :], two[0, :] = -np.inf, -np.inf
        one[size + 1, :], two[size + 1, :] = np.inf, np.inf
        for i in range(size):
            c = _mirrored(i - back, columns)
            for lane in range(LANES):
                value = values[c, first + lane]
                j = i
                while j > 0 and one[j, lane] > value:
                    one[j + 1, lane] = one[j, lane]
                    j -= 1
                one[j + 1, lane] = value
        smooth[0, first:last] = one[back + 1]
        for c in range(1, columns):
            old = values[_mirrored(c - 1 - back, columns), first:last]
            new = values[_mirrored(c - 1 - back + size, columns), first:last]
            if c % 2 == 1:
                _exchange(one, two, old, new, size)
                smooth[c, first:last] = two[back + 1]
            else:
                _exchange(two, one, old, new, size)
                smooth[c, first:last] = one[back + 1]


@njit(cache=True, nogil=True)
def fluctuation(values: Floats, size: int) -> npt.NDArray[np.float64]:
    """(column,) sum over angles of the distance between a reading and the mean of ``size`` around it (mirrored)."""
    columns, count = values.shape
    back = size // 2
    total = np.zeros(columns)
    for c in range(columns):
        mean = 0.0
        for i in range(size):
            mean += values[c, _mirrored(i - back, count)]
        mean /= size
        away = abs(np.float64(values[c, 0]) - mean)
        for a in range(1, count):
            lost, gained = a - 1 - back, a - 1 - back + size
            if lost < 0 or gained >= count:
                lost, gained = _mirrored(lost, count), _mirrored(gained, count)
            mean += (np.float64(values[c, gained]) - np.float64(values[c, lost])) / size
            away += abs(np.float64(values[c, a]) - mean)
        total[c] = away
    return total


@njit(cache=True, nogil=True)
def _brightest(line: Floats, reach: int, brightest: Floats) -> None:
    """Largest reading within ``reach`` columns."""
    columns = line.size
    brightest[:] = line
    for step in range(1, min(reach, columns - 1) + 1):
        for c in range(columns - step):
            brightest[c] = max(brightest[c], line[c + step])
        for c in range(columns - step):
            brightest[c + step] = max(brightest[c + step], line[c])


@njit(cache=True, nogil=True)
def remove_zingers(
    values: Floats,
    cleaned: Floats,
    replaced: Flags,
    reach: int,
    threshold: float,
    gain: float,
    offset: float,
    least: float,
) -> int:
    """Replace bright flashes of single frames; return how many readings.

    ``values`` (frame, column) are counts over the dark; at least 2 frames. A reading is a flash where it exceeds all
    readings of the frames before and after within ``reach`` columns by ``threshold`` times the noise
    sqrt(gain * level + offset) there, and by ``least`` of the level. It becomes the median of the readings of those
    frames within one column.
    """
    frames, columns = values.shape
    before, here, after = (
        np.empty(columns, np.float32),
        np.empty(columns, np.float32),
        np.empty(columns, np.float32),
    )
    before[:] = -np.inf
    _brightest(values[0], reach, here)
    square, slope, base = np.float32(threshold) ** 2, np.float32(gain), np.float32(offset)
    share = np.float32(least)
    found = 0
    for a in range(frames):
        if a + 1 < frames:
            _brightest(values[a + 1], reach, after)
        else:
            after[:] = -np.inf
        flashes = 0
        for c in range(columns):
            level = max(before[c], after[c])
            positive = max(level, np.float32(0.0))
            excess = values[a, c] - level
            flash = (excess > share * positive) & (excess * excess > square * (slope * positive + base)) & (excess > 0)
            flashes += 1 if flash else 0
        cleaned[a] = values[a]
        if flashes > 0:
            around = np.empty(6, np.float32)
            for c in range(columns):
                level = max(before[c], after[c])
                positive = max(level, np.float32(0.0))
                excess = values[a, c] - level
                if excess > 0 and excess > share * positive and excess * excess > square * (slope * positive + base):
                    held = 0
                    for b in range(max(a - 1, 0), min(a + 2, frames)):
                        for d in range(max(c - 1, 0), min(c + 2, columns)):
                            if b != a:
                                place = held
                                while place > 0 and around[place - 1] > values[b, d]:
                                    around[place] = around[place - 1]
                                    place -= 1
                                around[place] = values[b, d]
                                held += 1
                    cleaned[a, c] = np.float32(0.5) * (around[(held - 1) // 2] + around[held // 2])
                    replaced[a, c] = True
            found += flashes
        before, here, after = here, after, before
    return found
