"""Flats and darks looked at: drift, pixels that are dead, hot or unsteady, outliers of single frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alkanode.io.projections.angles import Keys
from alkanode.io.projections.defects import Findings
from alkanode.io.projections.frames import FrameSource
from alkanode.io.projections.limits import InspectionLimits
from alkanode.io.projections.raw_scan import DARK, FLAT, PROJECTION

Image: TypeAlias = npt.NDArray[np.float32]


FULL_SCALES = (255, 1023, 4095, 16383, 65535)
"""Largest readings of cameras of 8, 10, 12, 14 and 16 bits."""

FEWEST_FULL = 10
"""Readings at the largest value that make it a limit and no chance."""


def say_saturated(
    where: str, at_largest: int, total: int, largest: float, limits: InspectionLimits, findings: Findings
) -> None:
    """Readings at the full scale of a camera: a doubt where they are some, fatal where they are most."""
    if largest not in FULL_SCALES or at_largest < FEWEST_FULL:
        return
    what = f"{at_largest} of {total} readings are at the full scale {largest:g}"
    if at_largest > limits.saturated * total:
        findings.fatal("readings-saturated", where, what, "Expose for a shorter time: the beam is not known from these")
    else:
        findings.doubt("readings-saturated", where, what, "There the beam is underestimated")


@dataclass(frozen=True)
class Pile:
    """Sums over the frames of one sort.

    Attributes
    ----------
    count
        Number of frames.
    mean, variance
        (row, column) over the frames.
    outlier
        (row, column) largest reading less the mean of the others.
    others, others_variance
        (row, column) mean and variance of all readings but the largest; of all where there are fewer than three.
    largest, at_largest
        Largest reading of all, and how many are as large.
    """

    count: int
    mean: Image
    variance: Image
    outlier: Image
    others: Image
    others_variance: Image
    largest: float
    at_largest: int


def pile(source: FrameSource, frames: npt.NDArray[np.intp]) -> Pile:
    """Sum frames one at a time; a few images are in memory, not the frames."""
    rows, columns = source.shape[1:]
    first = source.read(frames[:1], (0, rows), (0, columns))[0].astype(np.float32)
    total, squares, largest = np.zeros_like(first), np.zeros_like(first), np.zeros_like(first)
    top = float(first.max())
    full = int((first == top).sum())
    for frame in frames[1:]:
        image = source.read(np.array([frame]), (0, rows), (0, columns))[0].astype(np.float32)
        here = float(image.max())
        full = (0 if here > top else full) + (int((image == here).sum()) if here >= top else 0)
        top = max(here, top)
        image -= first
        np.maximum(largest, image, out=largest)
        total += image
        squares += image * image
    count = frames.size
    mean, variance = _moments(total, squares, count)
    others, others_variance = mean, variance
    if count > 2:
        others, others_variance = _moments(total - largest, squares - largest * largest, count - 1)
    return Pile(count, mean + first, variance, largest - others, others + first, others_variance, top, full)


def _moments(total: Image, squares: Image, count: int) -> tuple[Image, Image]:
    """Mean, and variance without bias (0 of one reading)."""
    mean: Image = total / np.float32(count)
    spread = np.maximum(squares - mean * total, 0).astype(np.float32, copy=False)
    variance: Image = spread / np.float32(max(1, count - 1))
    return mean, variance


def check_flats(
    source: FrameSource, keys: Keys, limits: InspectionLimits, findings: Findings
) -> tuple[Image | None, Image, dict[str, float]]:
    """Mean flat and dark, and what is wrong with them.

    Parameters
    ----------
    source, keys
        Frames and their sorts.
    limits
        From where on something is a defect.
    findings
        Takes the defects.

    Returns
    -------
    flat, dark
        (row, column); no flat where there is none, a dark of zeros where there is none.
    facts
        ``flat_level``, ``flat_drift`` (share, after less before), where known.
    """
    darks = _piles(source, np.flatnonzero(keys == DARK))
    dark = darks.mean if darks is not None else np.zeros(source.shape[1:], np.float32)
    if darks is not None:
        _check_darks(darks, limits, findings)
    flats, projections = np.flatnonzero(keys == FLAT), np.flatnonzero(keys == PROJECTION)
    if flats.size == 0:
        return None, dark, {}
    middle = projections[projections.size // 2] if projections.size else keys.size
    before, after = _piles(source, flats[flats < middle]), _piles(source, flats[flats > middle])
    facts: dict[str, float] = {}
    if before is not None and after is not None:
        drift = _drift(before.mean - dark, after.mean - dark)
        facts["flat_drift"] = drift
        if abs(drift) > limits.flat_drift:
            findings.doubt(
                "flats-drift",
                "flats",
                f"the flats after are {drift:+.2%} of those before",
                "Flats interpolated in time follow an even drift",
            )
    for held, side in ((before, "before"), (after, "after")):
        if held is not None:
            _check_pile(held, dark, side, limits, findings)
    groups = [held for held in (before, after) if held is not None]
    flat = groups[0].mean if len(groups) == 1 else (groups[0].mean + groups[1].mean) / np.float32(2)
    facts["flat_level"] = float(np.median(flat - dark))
    _check_response(flat - dark, limits, findings)
    return flat, dark, facts


def _piles(source: FrameSource, frames: npt.NDArray[np.intp]) -> Pile | None:
    return pile(source, frames) if frames.size else None


def _drift(before: Image, after: Image) -> float:
    good = before > 0.5 * np.median(before)
    return float(np.median(after[good] / before[good]) - 1.0) if good.any() else float("nan")


def _check_darks(darks: Pile, limits: InspectionLimits, findings: Findings) -> None:
    level = float(np.median(darks.others))
    scatter = 1.4826 * float(np.median(np.abs(darks.others - level)))
    noise = float(np.sqrt(np.median(darks.variance))) if darks.count > 1 else 0.0
    hot = int((darks.others > level + limits.outlier_sigmas * max(scatter, noise, 1.0)).sum())
    if hot:
        findings.repaired("pixels-hot", "darks", f"{hot} pixels glow in the dark", "Their dark reading is taken off")
    if darks.count > 2:
        struck = int((darks.outlier > limits.outlier_sigmas * max(noise, 1.0)).sum())
        if struck:
            findings.repaired("zingers-in-darks", "darks", f"{struck} outliers of single frames", "Use their median")


def _check_pile(flats: Pile, dark: Image, side: str, limits: InspectionLimits, findings: Findings) -> None:
    """Readings at the limit; outliers and unsteady pixels, against the noise that the flats themselves show."""
    say_saturated(f"flats {side}", flats.at_largest, flats.count * flats.mean.size, flats.largest, limits, findings)
    if flats.count < 3:
        return
    signal = np.maximum(flats.others - dark, 1.0)
    good = signal > limits.dead_response * np.median(signal)
    gain = float(np.median(flats.variance[good] / signal[good]))
    if gain <= 0:
        return
    expected = np.sqrt(gain * signal)
    unsteady = (np.sqrt(flats.others_variance) > limits.unsteady * expected) & good
    struck = (flats.outlier > limits.outlier_sigmas * expected) & good & ~unsteady
    if struck.any():
        where = f"flats {side}"
        findings.repaired(
            "zingers-in-flats", where, f"{int(struck.sum())} outliers of single frames", "Use their median"
        )
    if unsteady.any():
        findings.repaired(
            "pixels-unsteady",
            f"flats {side}",
            f"{int(unsteady.sum())} pixels fluctuate",
            "They make rings; stripes are removed",
        )


def _check_response(response: Image, limits: InspectionLimits, findings: Findings) -> None:
    none = response <= 0
    if none.any():
        row, column = (int(place) for place in np.argwhere(none)[0])
        findings.repaired(
            "flat-not-above-dark",
            f"row {row}, column {column}",
            f"{int(none.sum())} pixels whose flat is not above the dark",
            "They are filled from their neighbours",
        )
    weak = (response < limits.dead_response * np.median(response)) & ~none
    if weak.any():
        columns = int(((weak | none).mean(axis=0) > 0.5).sum())
        lines = f", {columns} whole columns" if columns else ""
        findings.repaired(
            "pixels-dead",
            "flats",
            f"{int(weak.sum())} pixels hardly respond{lines}",
            "They make rings; stripes are removed",
        )
