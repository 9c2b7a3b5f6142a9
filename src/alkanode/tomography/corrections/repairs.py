"""What was repaired in each detector row, counted."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Repairs:
    """Repairs of detector rows; every field has dimension (row,).

    Attributes
    ----------
    zingers, flat_zingers, dark_zingers
        Flashes in projections (replaced), flats and darks (left out of the mean).
    not_finite
        Readings that were no number.
    saturated
        Readings of projections and flats at the detector's limit; counted, not replaced.
    blind_columns
        Pixels without a usable flat, taken from their neighbours.
    frames_without_beam
        Projections filled from those around them.
    dead_stripes, large_stripes
        Columns interpolated, or taken from the median of their neighbours.
    starved
        Readings below the floor, raised to it before the logarithm.
    above_one
        Readings with transmission above 1; kept, since noise in air does that to every second one.
    brightest_column
        Largest mean transmission of a column over the angles; well above 1 it means flats that do not fit.
    attenuation
        Mean line integral of a row before stripes were removed, 1 (minus the logarithm of the mean transmission of each
        column, averaged over the columns that work).
    attenuation_taken, taken_at_random
        What removing stripes took from it, and what it would be if the changes of single columns had random signs.
    count_gain, count_offset
        Noise of the counts: variance = gain * counts + offset.
    flat_counts
        Median of the flats over the dark.
    """

    zingers: Counts
    flat_zingers: Counts
    dark_zingers: Counts
    not_finite: Counts
    saturated: Counts
    blind_columns: Counts
    frames_without_beam: Counts
    dead_stripes: Counts
    large_stripes: Counts
    starved: Counts
    above_one: Counts
    brightest_column: Floats
    attenuation: Floats
    attenuation_taken: Floats
    taken_at_random: Floats
    count_gain: Floats
    count_offset: Floats
    flat_counts: Floats

    def totals(self) -> dict[str, int]:
        """Sums of all counts over the rows."""
        return {name: int(values.sum()) for name, values in self._fields() if values.dtype.kind == "i"}

    def share_taken(self) -> tuple[float, float]:
        """Attenuation that removing stripes took from all rows, over all of it; and its error if stripes have no sign.

        Stripes are bright as often as dark. A share beyond three times the error was taken from the sample.
        """
        total = abs(float(self.attenuation.sum()))
        if not total > 0:
            return 0.0, 0.0
        error = float(np.sqrt((self.taken_at_random**2).sum()))
        return float(self.attenuation_taken.sum()) / total, error / total

    def rows(self, inner: slice) -> Repairs:
        """The repairs of some rows."""
        return Repairs(**{name: values[inner] for name, values in self._fields()})

    def _fields(self) -> list[tuple[str, npt.NDArray[Any]]]:
        return [(item.name, getattr(self, item.name)) for item in dataclasses.fields(self)]

    @classmethod
    def of_rows(cls, found: Sequence[dict[str, float]]) -> Repairs:
        """From one dictionary per row; what a row does not name is 0."""
        floats = (
            "brightest_column",
            "attenuation",
            "attenuation_taken",
            "taken_at_random",
            "count_gain",
            "count_offset",
            "flat_counts",
        )
        columns: dict[str, Any] = {
            item.name: np.array(
                [row.get(item.name, 0) for row in found], dtype=np.float64 if item.name in floats else np.int64
            )
            for item in dataclasses.fields(cls)
        }
        return cls(**columns)

    @classmethod
    def joined(cls, parts: Sequence[Repairs]) -> Repairs:
        """Repairs of several blocks of rows, one after the other."""
        return cls(
            **{
                item.name: np.concatenate([getattr(part, item.name) for part in parts])
                for item in dataclasses.fields(cls)
            }
        )
