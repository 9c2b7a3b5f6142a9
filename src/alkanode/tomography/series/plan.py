"""What a series is asked for: scans, geometry of the volumes, and the steps with their options."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import xarray as xr

from alkanode.data.volumes import canonical
from alkanode.data.volumes.layout import BLOCK_ROWS, TILE
from alkanode.foundation.errors import SchemaError
from alkanode.tomography.series.scans import ScanSource
from alkanode.tomography.series.stages import line_integrals_of, reconstruct_rows
from alkanode.tomography.series.task import Rows

if TYPE_CHECKING:
    from alkanode.tomography.series.draft import Step

Pairs = Literal["reference", "consecutive", "both"] | tuple[tuple[str, str], ...]


def _standard_steps() -> tuple[Step, ...]:
    from alkanode.tomography.series.steps import standard_steps

    return standard_steps()


@dataclass(frozen=True, kw_only=True)
class SeriesPlan:
    """What a series is asked for.

    Attributes
    ----------
    scans
        Name -> scan, in the order taken: a lazily opened record of kind ``projections``, or something without arguments
        that opens one, such as ``functools.partial(open_projections, path)``. Names are of letters, digits, ``.``, ``_``
        and ``-``.
    reference
        Scan that the others are laid upon and compared with; the first one when empty.
    pairs
        Which scans are compared: each with the reference (default: changes add up against the pristine cell), each with
        the one before it, both, or named pairs ``(before, after)``.
    rows
        First and last-plus-one detector row of the volumes; all when absent.
    first_rows
        Detector rows that are made first in every volume, so that the region of interest can be looked at early.
    block_rows
        Slices of a block. More need more memory; results do not depend on it.
    tile
        Widest piece of a slice in one file, in voxels.
    corrections, reconstruction
        Options of the two stages between raw frames and slices; their own defaults when absent.
    steps
        What is made, in order; each with its options. Leave some out to stop early, add your own to go on.
    line_integrals, reconstruct
        The two stages themselves: ``line_integrals(scan, rows, options)`` gives a record of kind ``line_integrals``,
        ``reconstruct(line_integrals, axis_column, options)`` one of kind ``volume``. Slices must depend on their own
        rows only.
    """

    scans: Mapping[str, ScanSource]
    reference: str = ""
    pairs: Pairs = "reference"
    rows: Rows | None = None
    first_rows: Rows | None = None
    block_rows: int = BLOCK_ROWS
    tile: int = TILE
    corrections: Any = None
    reconstruction: Any = None
    steps: tuple[Step, ...] = field(default_factory=_standard_steps)
    line_integrals: Callable[[xr.Dataset, Rows, Any], xr.Dataset] = line_integrals_of
    reconstruct: Callable[[xr.Dataset, float, Any], xr.Dataset] = reconstruct_rows

    def __post_init__(self) -> None:
        for name in self.scans:
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
                raise SchemaError(
                    "names of scans are of letters, digits, '.', '_' and '-', and begin with a letter or digit",
                    found=repr(name),
                )
        for what, rows in (("rows", self.rows), ("first_rows", self.first_rows)):
            if rows is not None and not 0 <= rows[0] < rows[1]:
                raise SchemaError(f"{what} are a first and a last-plus-one detector row", found=str(rows))
        if self.block_rows < 1:
            raise SchemaError("a block has at least one slice", found=str(self.block_rows))
        if isinstance(self.pairs, str) and self.pairs not in ("reference", "consecutive", "both"):
            raise SchemaError("pairs are 'reference', 'consecutive', 'both' or named pairs", found=repr(self.pairs))
        names = [step.name for step in self.steps]
        if len(set(names)) < len(names):
            raise SchemaError("every step of a series stands once", found=", ".join(names))

    def with_scans(self, scans: Mapping[str, ScanSource]) -> SeriesPlan:
        """The same plan for other scans (more of them, as they appear)."""
        return replace(self, scans=dict(scans))

    def with_step(self, step: Step) -> SeriesPlan:
        """The same plan with one step replaced by name, or added at the end."""
        if step.name in [one.name for one in self.steps]:
            return replace(self, steps=tuple(step if one.name == step.name else one for one in self.steps))
        return replace(self, steps=(*self.steps, step))

    def without(self, *names: str) -> SeriesPlan:
        """The same plan without some steps, and so without what is made from them."""
        return replace(self, steps=tuple(step for step in self.steps if step.name not in names))

    def reference_of(self, names: tuple[str, ...]) -> str:
        """Name of the reference among the scans; empty where there are none."""
        if self.reference:
            return self.reference
        return names[0] if names else ""

    def pairs_of(self, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Pairs (before, after) among some scans."""
        if not isinstance(self.pairs, str):
            return tuple(pair for pair in self.pairs if set(pair) <= set(names))
        reference = self.reference_of(names)
        from_first = [(reference, name) for name in names if name != reference] if reference in names else []
        in_turn = list(itertools.pairwise(names))
        chosen = {"reference": from_first, "consecutive": in_turn, "both": from_first + in_turn}[self.pairs]
        return tuple(dict.fromkeys(chosen))

    def described(self) -> dict[str, Any]:
        """The plan as JSON, without the scans themselves."""
        told = canonical({name: getattr(self, name) for name in self.__dataclass_fields__ if name != "scans"})
        return {"scans": list(self.scans), **told}


def pair_name(before: str, after: str) -> str:
    """Name of a pair of scans, for example ``"scan-2_from_scan-0"``."""
    return f"{after}_from_{before}"
