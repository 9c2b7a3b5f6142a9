"""Step: maps without change for each pair, from halves of the projections, on some of the slices.

Where the threshold takes scans between which nothing happened, their difference is such a map and none is made of halves.

Both scans of a pair give the noise of their difference without its object, in two maps. They cost as much as a difference;
so a tall volume is sampled by some slices about its middle, and the rate of false grains is stated for that volume.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Literal

import xarray as xr

from alkanode.data.volumes import VolumeLayout, row_blocks
from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.half_volumes import half_volumes
from alkanode.tomography.series.plan import pair_name
from alkanode.tomography.series.steps.difference import DIFFERENCE_FIELDS, layout_like
from alkanode.tomography.series.task import Rows, Task, Workplace

Combine = Literal["sum", "difference"]
Halves = tuple[xr.Dataset, xr.Dataset]
MakeNull = Callable[[Halves, Halves, float, Combine, Rows], xr.Dataset]

COMBINATIONS: tuple[Combine, ...] = ("sum", "difference")


def null_of_halves(after: Halves, before: Halves, smoothing: float, combine: Combine, rows: Rows) -> xr.Dataset:
    """Slices of a map without change: :func:`alkanode.tomography.differences.null_map`."""
    from alkanode.tomography.differences import null_map

    return null_map(after, before, smoothing=smoothing, combine=combine, slices=rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapNoChange:
    """Make two maps without change for each pair.

    Attributes
    ----------
    slices
        Most slices of a map, about the middle of the volume. 128 slices of a wide detector hold a few tenths of a cubic
        millimetre; ``None`` takes all.
    make
        Gives slices of a record of kind ``difference`` marked as a map without change.
    """

    slices: int | None = 128
    make: MakeNull = null_of_halves
    name: ClassVar[str] = "null"

    def draft(self, draft: Draft) -> None:
        """Two volumes per pair, named by how both scans are combined."""
        smoothing = draft.option("difference", "smoothing", 0.0)
        possible = draft.option("volume", "halves", False) and not unchanged_pairs(draft)
        for before, after, pair in draft.pairs if possible else ():
            volumes = [(draft.final(scan), scan) for scan in (before, after)]
            if not all(draft.has(*one) for one in volumes):
                continue
            for combine in COMBINATIONS:
                draft.add(
                    self.name,
                    f"{pair}.{combine}",
                    f"pairs/{pair}/null_{combine}.zarr",
                    work=partial(
                        null_block,
                        step=self,
                        before=volumes[0],
                        after=volumes[1],
                        smoothing=smoothing,
                        combine=combine,
                    ),
                    layout=partial(null_layout, step=self, before=volumes[0]),
                    configuration={"step": self, "smoothing": smoothing, "combine": combine},
                    needs=volumes,
                    expected_blocks=len(
                        row_blocks(min(self.slices or 10**9, _rows(draft, before)), draft.plan.block_rows)
                    ),
                    weight=0.4,
                )


def unchanged_pairs(draft: Draft) -> tuple[tuple[str, str], ...]:
    """Scans (before, after) between which nothing happened, as the threshold was told."""
    return tuple(draft.option("threshold", "unchanged", ()))


def quiet_maps(draft: Draft, pair: str) -> list[tuple[str, str]]:
    """Results that hold maps without change for a pair: differences of unchanged scans, or maps of halves."""
    unchanged = unchanged_pairs(draft)
    if unchanged:
        return [("difference", pair_name(*one)) for one in unchanged]
    return [("null", f"{pair}.{combine}") for combine in COMBINATIONS]


def quiet_records(
    place: Workplace, maps: Sequence[tuple[str, str]], declare: Callable[[xr.Dataset], xr.Dataset]
) -> list[xr.Dataset]:
    """Those maps; a difference is declared to be one."""
    records = [place.result(*one) for one in maps]
    return [declare(one) if made == "difference" else one for one, (made, _) in zip(records, maps, strict=True)]


def _rows(draft: Draft, scan: str) -> int:
    first, last = draft.rows_of(draft.reference if draft.reference in draft.scans else scan)
    return last - first


def sampled_rows(rows: int, slices: int | None) -> Rows:
    """First and last-plus-one slice of a map without change: all, or some about the middle."""
    if slices is None or slices >= rows:
        return 0, rows
    first = (rows - slices) // 2
    return first, first + slices


def null_layout(place: Workplace, task: Task, *, step: MapNoChange, before: tuple[str, str]) -> VolumeLayout:
    """Shape of a map without change."""
    volume = place.result(*before)
    first, last = sampled_rows(volume.sizes["z"], step.slices)
    return layout_like(place, volume.isel(z=slice(first, last)), "difference", DIFFERENCE_FIELDS, pair=task.subject)


def null_block(
    place: Workplace,
    task: Task,
    rows: Rows,
    *,
    step: MapNoChange,
    before: tuple[str, str],
    after: tuple[str, str],
    smoothing: float,
    combine: Combine,
) -> xr.Dataset:
    """Slices ``rows`` of a map without change."""
    volumes = [place.result(*one) for one in (after, before)]
    count = volumes[1].sizes["z"]
    first, _ = sampled_rows(count, step.slices)
    start, stop = first + rows[0], first + rows[1]
    halves = [half_volumes(volume) for volume in volumes]
    return step.make(halves[0], halves[1], smoothing, combine, (start, stop))[list(DIFFERENCE_FIELDS)]
