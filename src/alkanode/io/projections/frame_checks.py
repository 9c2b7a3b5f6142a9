"""Projections looked at: no beam, no light, too much light, a sample wider than the view, or one that moved."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from alkanode.io.projections.angles import Keys
from alkanode.io.projections.defects import Findings
from alkanode.io.projections.flat_checks import Image, say_saturated
from alkanode.io.projections.frames import FrameSource
from alkanode.io.projections.limits import InspectionLimits
from alkanode.io.projections.raw_scan import PROJECTION, Floats

LOWEST_TRANSMISSION = 1e-4
"""Transmission that stands for all below it where a logarithm is taken."""


class ProjectionChecks:
    """Reads projections one at a time and gathers what is wrong with them.

    Parameters
    ----------
    source, keys, angles
        Frames, their sorts and angles (rad, or ``None``).
    flat, dark
        (row, column) means; without a flat the transmission is not known and only readings are looked at.
    limits
        From where on something is a defect.
    """

    def __init__(
        self,
        source: FrameSource,
        keys: Keys,
        angles: Floats | None,
        flat: Image | None,
        dark: Image,
        limits: InspectionLimits,
    ) -> None:
        self.source, self.limits, self.angles = source, limits, angles
        self.projections = np.flatnonzero(keys == PROJECTION)
        self.dark = dark
        self.response = None if flat is None else flat - dark
        self.good = None if self.response is None else self.response > limits.dead_response * np.median(self.response)
        self.margin = max(2, source.shape[2] // 100)

    def run(self, count: int | None, findings: Findings) -> tuple[dict[str, Any], int]:
        """Look at some projections.

        Parameters
        ----------
        count
            How many, spread evenly over the scan, first and last among them; ``None`` for all.
        findings
            Takes the defects.

        Returns
        -------
        facts
            For the report.
        looked
            How many were read.
        """
        chosen = self.projections
        if count is not None and count < chosen.size:
            chosen = chosen[np.unique(np.round(np.linspace(0, chosen.size - 1, count)).astype(int))]
        kind = self.source.dtype.kind
        tallies = {"zero": 0, "not finite": 0, "nothing left": 0, "above one": 0, "readings": 0}
        largest, at_largest = -np.inf, 0
        levels, edges = np.zeros(chosen.size), np.full((chosen.size, 2), np.nan)
        row_sum = np.zeros(self.source.shape[1])
        prints: dict[int, int] = {}
        repeats: list[int] = []
        for place, frame in enumerate(chosen.tolist()):
            image = self._read(frame)
            if (earlier := prints.setdefault(crc32(image.tobytes()), frame)) != frame:
                repeats.append(frame)
                findings.doubt("frames-repeated", f"frame {frame}", f"it equals frame {earlier} to the last reading")
            tallies["readings"] += image.size
            tallies["zero"] += int((image == 0).sum())
            if kind == "f":
                tallies["not finite"] += int((~np.isfinite(image)).sum())
                image = np.nan_to_num(image, nan=0.0, posinf=0.0, neginf=0.0)
            top = float(image.max())
            at_largest = (0 if top > largest else at_largest) + (int((image == top).sum()) if top >= largest else 0)
            largest = max(top, largest)
            levels[place] = float(np.mean(image))
            if self.response is not None:
                self._transmission(image, place, tallies, edges, row_sum)
        self._say_readings(tallies, largest, at_largest, findings)
        facts: dict[str, Any] = {"largest_reading": largest}
        if self.response is not None:
            self._say_beam(levels, edges, chosen, findings)
            facts |= self._say_transmission(tallies, edges, row_sum / chosen.size, findings)
            self._compare_mirrors(findings)
        return facts, chosen.size

    def _read(self, frame: int) -> npt.NDArray[Any]:
        rows, columns = self.source.shape[1:]
        image: npt.NDArray[Any] = self.source.read(np.array([frame]), (0, rows), (0, columns))[0]
        return image

    def _transmitted(self, image: npt.NDArray[Any]) -> Image:
        """(row, column) transmission, 1 where a pixel does not respond."""
        assert self.response is not None
        assert self.good is not None
        out = np.ones(image.shape, np.float32)
        np.divide(image - self.dark, self.response, out=out, where=self.good)
        return out

    def _transmission(
        self, image: npt.NDArray[Any], place: int, tallies: dict[str, int], edges: Floats, row_sum: Floats
    ) -> None:
        share = self._transmitted(image)
        tallies["nothing left"] += int((share <= 0).sum())
        tallies["above one"] += int((share > 1 + self.limits.beam_jump).sum())
        edges[place] = share[:, : self.margin].mean(), share[:, -self.margin :].mean()
        quarter = share.shape[1] // 4
        row_sum += share[:, quarter : share.shape[1] - quarter].mean(axis=1)

    def _say_readings(self, tallies: dict[str, int], largest: float, at_largest: int, findings: Findings) -> None:
        total = tallies["readings"]
        if tallies["zero"]:
            findings.repaired(
                "readings-zero",
                "projections",
                f"{tallies['zero']} of {total} readings are zero",
                "They have no logarithm",
            )
        if tallies["not finite"]:
            findings.repaired(
                "readings-not-finite", "projections", f"{tallies['not finite']} readings are NaN or infinite"
            )
        say_saturated("projections", at_largest, total, largest, self.limits, findings)

    def _say_beam(self, levels: Floats, edges: Floats, chosen: npt.NDArray[np.intp], findings: Findings) -> None:
        """Projections that are darker or brighter than their neighbours."""
        if levels.size < 5:
            return
        around = np.array([np.median(np.delete(levels[max(0, i - 3) : i + 4], min(i, 3))) for i in range(levels.size)])
        blank = levels < 0.2 * np.median(levels)
        jump = (np.abs(levels / np.where(around > 0, around, 1.0) - 1.0) > self.limits.beam_jump) & ~blank
        air = np.nanmedian(edges)
        if air >= self.limits.air:
            jump &= np.abs(np.nanmax(edges, axis=1) / air - 1.0) > self.limits.beam_jump
        for kind, which, what in (
            ("beam-lost", blank, "without beam"),
            ("beam-jumps", jump, "darker or brighter than their neighbours"),
        ):
            if which.any():
                frames = chosen[which]
                findings.doubt(
                    kind,
                    f"frames {', '.join(map(str, frames[:5]))}{', ...' if frames.size > 5 else ''}",
                    f"{frames.size} projections looked at are {what}",
                    "Give a beam monitor, or set these frames aside",
                )

    def _say_transmission(
        self, tallies: dict[str, int], edges: Floats, rows: Floats, findings: Findings
    ) -> dict[str, Any]:
        total = tallies["readings"]
        if tallies["nothing left"]:
            findings.repaired(
                "transmission-not-positive",
                "projections",
                f"{tallies['nothing left']} of {total} readings are not above the dark",
                "They have no logarithm and are replaced",
            )
        if tallies["above one"]:
            findings.repaired(
                "transmission-above-one",
                "projections",
                f"{tallies['above one']} of {total} readings are more than {self.limits.beam_jump:.0%} above the flat",
                "Zingers, a beam that rose, phase fringes, or flats of another exposure",
            )
        starved = np.flatnonzero(rows < self.limits.starved)
        if starved.size:
            findings.doubt(
                "rows-starved",
                f"rows {starved[0]} to {starved[-1]}",
                f"{starved.size} rows transmit less than {self.limits.starved:.0%}",
                "Their noise is large; state it beside every claim there",
            )
        left, right = (float(edge) for edge in np.nanmedian(edges, axis=0))
        if min(left, right) < self.limits.air:
            findings.doubt(
                "wider-than-view",
                "outer columns",
                f"they transmit {left:.2f} and {right:.2f}: the sample is wider than the view, or the flats are not of this beam",
                "Attenuation then has an offset; calibrate on known materials or use differences",
            )
        return {
            "edge_transmission": [round(left, 4), round(right, 4)],
            "lowest_row_transmission": float(rows.min()),
        }

    def _compare_mirrors(self, findings: Findings) -> None:
        """The first projection against the one half a turn later: same height, same total."""
        if self.angles is None or self.projections.size < 3:
            return
        angles = self.angles[self.projections]
        if not np.isfinite(angles).all():
            return
        step = float(np.median(np.abs(np.diff(angles))))
        mirror = int(np.argmin(np.abs(np.abs(angles - angles[0]) - np.pi)))
        if abs(abs(angles[mirror] - angles[0]) - np.pi) > 1.5 * step:
            return
        profiles = []
        for place in (0, mirror):
            image = np.nan_to_num(self._read(int(self.projections[place])).astype(np.float32))
            share = self._transmitted(image)
            profiles.append(-np.log(np.maximum(share, LOWEST_TRANSMISSION)).mean(axis=1).astype(float))
        first, second = profiles
        where = f"frames {self.projections[0]} and {self.projections[mirror]}, half a turn apart"
        if min(first.mean(), second.mean()) > 0.01:
            change = float(second.mean() / first.mean() - 1.0)
            if abs(change) > self.limits.total_change:
                findings.doubt(
                    "sample-changed",
                    where,
                    f"total attenuation differs by {change:+.1%}",
                    "The sample or the beam changed in the scan, or the sample is wider than the view, or the flats are not of this beam",
                )
        shift = _shift_of(first, second)
        if shift is not None and abs(shift) > self.limits.axial_shift:
            findings.doubt(
                "sample-moved",
                where,
                f"they are {shift:+.1f} rows apart along the axis",
                "The sample sank or rose in the scan",
            )


def _shift_of(first: Floats, second: Floats) -> float | None:
    """Rows by which one profile lies beyond another, or ``None`` where they show no edge."""
    count = first.size
    if count < 16:
        return None
    reach = count // 4
    a, b = np.diff(first), np.diff(second)
    if a.std() == 0 or b.std() == 0:
        return None
    scores = np.full(2 * reach + 1, -np.inf)
    for place, lag in enumerate(range(-reach, reach + 1)):
        here, there = a[max(0, -lag) : a.size - max(0, lag)], b[max(0, lag) : b.size - max(0, -lag)]
        if here.std() > 0 and there.std() > 0:
            scores[place] = float(np.corrcoef(here, there)[0, 1])
    best = int(np.argmax(scores))
    if scores[best] < 0.8 or best in (0, scores.size - 1):
        return None
    low, mid, high = scores[best - 1 : best + 2]
    bend = low - 2 * mid + high
    return float(best - reach + (0.5 * (low - high) / bend if np.isfinite(bend) and bend < 0 else 0.0))
