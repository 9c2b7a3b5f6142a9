"""Whether a gain beside a loss is a change of material, or one thing that moved.

A fibre that moves by a tenth of its width makes a gain on one side and a loss on the other. So does a phase fringe that
changes. Registration on the electrolyte cannot remove either. So each gain with a loss nearby (and each loss with a gain)
is asked how much of it one rigid displacement explains, and how much one fringe. Changes that are not explained are then
placed where they have nothing to do with the structure: what is explained there by chance sets the limit for all.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import stats

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.tomography.grains.dipole_fit import Explained, Patch, explain
from alkanode.tomography.grains.dipole_patches import Box, Site, Window, patch_of, sites, thinner
from alkanode.tomography.grains.neighbours import opposite_neighbours
from alkanode.tomography.grains.voxel_grid import VoxelGrid, same_grid, voxel_grid

Floats = npt.NDArray[np.float64]

WINDOW_BYTES = 10**9
"""Bytes of the volumes that are held at once."""

_TRIALS = 8  # places that are looked at for one unrelated placement


@dataclass(frozen=True, slots=True, kw_only=True)
class DipoleRule:
    """How pairs are chosen and judged.

    Attributes
    ----------
    reach
        Farthest that a loss may lie from a gain, and longest displacement, m. Default 12 um: a carbon fibre is 7 to 10 um
        thick, and one that moves less than its width changes on both its sides.
    block
        Edge of the blocks that move as one, m. Default 30 um, three fibres: a fibre bends, and one grain may span
        several of them.
    margin
        Voxels around grain and partner that must be explained, too. Default 2: the change of a smoothed edge reaches
        beyond the threshold.
    false_rate
        Share of changes unrelated to the structure that may be taken for displacements, and for fringes. Default 0.01.
    least_share
        Share of the change that must be explained in any case. Default 0.5: less would leave the larger part unexplained.
    fringe_thickness
        Largest thickness of a grain that may be a fringe, in voxels, wherever it is thickest. Default 6: a fringe is a sheet
        as thin as the blur, flat or wrapped round a fibre.
    draws
        Fewest unrelated placements. Default 200, which bounds a rate of 0.01 to 0.03.
    largest_box
        Grains with more voxels in their box are not tested. Default 16 million.
    """

    reach: float = 12e-6
    block: float = 30e-6
    margin: int = 2
    false_rate: float = 0.01
    least_share: float = 0.5
    fringe_thickness: float = 6.0
    draws: int = 200
    largest_box: int = 2**24

    def __post_init__(self) -> None:
        if not (
            min(self.reach, self.block) > 0
            and 0 < self.false_rate < 1
            and 0 < self.least_share < 1
            and self.fringe_thickness > 0
        ):
            raise SchemaError(
                "reach, block and thickness are positive, rates and shares lie within (0, 1)",
                found=f"{self.reach:g}, {self.block:g}, {self.fringe_thickness:g}, {self.false_rate:g}, {self.least_share:g}",
            )
        if self.margin < 0 or self.draws < 1 or self.largest_box < 1:
            raise SchemaError("margin, draws and largest_box are whole numbers of voxels or draws, at least 0, 1 and 1")


DEFAULT_RULE = DipoleRule()


def dipole_test(
    difference: RecordLike,
    grains: RecordLike,
    change_map: RecordLike,
    *,
    rule: DipoleRule = DEFAULT_RULE,
    seed: int = 0,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Mark grains that are something displaced, or a fringe, and no change of material.

    Parameters
    ----------
    difference
        Record of kind ``difference``: before, after and noise.
    grains
        Record of kind ``grains`` from the map.
    change_map
        The map that was labelled.
    rule
        How pairs are chosen and judged.
    seed
        Of the random placements.
    progress
        Told after each grain.

    Returns
    -------
    Dataset
        The grains with ``dipole_partner`` (nearest grain of the other sign within reach, -1 without one);
        ``dipole_score`` and ``fringe_score`` (share of the change explained, at most 1; NaN where not tested);
        ``displacement_vector`` (m; z, y, x; NaN where not tested); ``displaced`` and ``fringe``. ``attrs["dipole_test"]``
        holds the rule, the limits and the rate of false verdicts with its upper bound, as JSON.

    Raises
    ------
    SchemaError
        For records on different voxels.

    Warns
    -----
    DataQualityWarning
        Where the limits could not be calibrated, or grains were too large to test.

    Notes
    -----
    Matter that truly moves as a whole from one place to another nearby, such as a droplet, is a displacement by this test
    and is one in fact: :attr:`DipoleRule.reach` says how near.
    """
    before, table, signs = check(difference, "difference"), check(grains, "grains"), check(change_map, "change_map")
    grid = voxel_grid(signs, "sign")
    same_grid(grid, voxel_grid(before, "attenuation_before"), ("map", "difference"))
    run = _Run(before, signs, table, grid, rule, seed)
    run.test_all(progress or NoProgress())
    return label(run.record(), "grains")


class _Run:
    """One test of all grains of a map."""

    def __init__(
        self, before: xr.Dataset, signs: xr.Dataset, grains: xr.Dataset, grid: VoxelGrid, rule: DipoleRule, seed: int
    ) -> None:
        self.grains, self.grid, self.rule, self.seed = grains, grid, rule, seed
        self.noise = before["attenuation_noise"].to_numpy().astype(np.float64)
        self.voxel = float(grid.size.min())
        self.reach = max(1, round(rule.reach / self.voxel))
        self.block = max(1, round(rule.block / self.voxel))
        fields = {
            "before": before.variables["attenuation_before"],
            "after": before.variables["attenuation_after"],
            "sign": signs.variables["sign"],
        }
        if "noise_factor" in before:
            fields["factor"] = before.variables["noise_factor"]
        self.window = Window(fields, WINDOW_BYTES)
        self.low, self.high = (
            np.stack([grains[f"{name}_{end}"].to_numpy() for name in ("z", "y", "x")], axis=1)
            for end in ("first", "last")
        )
        sign = grains["sign"].to_numpy().astype(np.int64)
        self.neighbours = opposite_neighbours(self.low, self.high, sign, (self.reach + 1) * self.voxel)
        n = grains.sizes["grain"]
        self.found: list[Explained | None] = [None] * n
        self.partner = np.full(n, -1)
        self.thin = np.zeros(n, dtype=bool)
        self.null: list[Explained] = []
        self.null_owner: list[int] = []
        self.too_large = 0

    def test_all(self, progress: Progress) -> None:
        """Fit every grain that has a partner, then place the changes that stay unexplained elsewhere."""
        paired = self.neighbours.paired
        todo = [site for site in sites(self.grains, self.grid) if paired[site.grain]]
        if todo:
            todo = [todo[place] for place in self.window.order(np.array([site.low for site in todo]))]
        for done, site in enumerate(todo, start=1):
            box = site.box(self.grid.shape, self.reach + self.rule.margin + 1)
            if np.prod([one.stop - one.start for one in box]) > self.rule.largest_box:
                self.too_large += 1
            else:
                self._test(site, box)
            progress.update(done, len(todo), "dipoles")
        left = [site for site in todo if self._unexplained(self.found[site.grain])]
        for done, site in enumerate(left, start=1):
            self._place(site, -(-self.rule.draws // len(left)))
            progress.update(done, len(left), "unrelated placements")

    def _unexplained(self, found: Explained | None) -> bool:
        return found is not None and min(found.displacement, found.fringe) < self.rule.least_share

    def _test(self, site: Site, box: Box) -> None:
        made = patch_of(site, box, self.window.read(box), self.reach, self.rule.margin, self.noise)
        if made is None:
            return
        patch, opposite = made
        self.found[site.grain] = explain(patch, float(self.reach), self.block)
        self.partner[site.grain] = self._nearest(site, self.grid.at(opposite))
        self.thin[site.grain] = thinner(patch.own, self.rule.fringe_thickness + 2 * self.rule.margin)

    def _place(self, site: Site, draws: int) -> None:
        box = site.box(self.grid.shape, self.reach + self.rule.margin + 1)
        made = patch_of(site, box, self.window.read(box), self.reach, self.rule.margin, self.noise)
        random = np.random.default_rng([self.seed, site.grain])
        for _ in range(draws if made is not None else 0):
            moved = None if made is None else self._elsewhere(made[0], box, random)
            if moved is not None:
                self.null.append(explain(moved, float(self.reach), self.block))
                self.null_owner.append(site.grain)

    def _nearest(self, site: Site, place: Floats) -> int:
        """Grain of the other sign within reach whose box is nearest to a place."""
        near = self.neighbours.of(site.grain)
        apart = np.maximum(np.maximum(self.low[near] - place, place - self.high[near]), 0.0)
        return int(near[np.argmin(np.linalg.norm(apart, axis=1))])

    def _elsewhere(self, patch: Patch, box: Box, random: np.random.Generator) -> Patch | None:
        """The same change in other surroundings of the same slices, as structured as its own; of a long grain a part."""
        patch, box = self._part(patch, box, random)
        size = [one.stop - one.start for one in box]
        room = [self.grid.shape[i] - size[i] for i in (1, 2)]
        structure = float(np.var(patch.before[patch.region]))
        best: npt.NDArray[np.float32] | None = None
        closest = np.inf
        for _ in range(_TRIALS):
            y, x = (int(random.integers(0, max(one, 0) + 1)) for one in room)
            if abs(y - box[1].start) < size[1] and abs(x - box[2].start) < size[2]:
                continue
            values = self.window.read((box[0], slice(y, y + size[1]), slice(x, x + size[2])), ("before",))
            there = np.nan_to_num(values["before"].astype(np.float32, copy=False), nan=0.0)
            off = abs(np.log((float(np.var(there[patch.region])) + 1e-30) / (structure + 1e-30)))
            if off < closest:
                best, closest = there, off
        if best is None:
            return None
        return replace(patch, before=best, after=best + (patch.after - patch.before))

    def _part(self, patch: Patch, box: Box, random: np.random.Generator) -> tuple[Patch, Box]:
        """One block around a voxel of the grain, with its reach."""
        half, around = self.block // 2, self.block // 2 + self.reach
        if max(patch.own.shape) <= 2 * around + 1:
            return patch, box
        voxels = np.argwhere(patch.own)
        centre = voxels[random.integers(len(voxels))]
        inner, outer = (
            tuple(
                slice(max(0, int(c) - reach), min(n, int(c) + reach + 1))
                for c, n in zip(centre, patch.own.shape, strict=True)
            )
            for reach in (half, around)
        )
        block = np.zeros_like(patch.own)
        block[inner] = True
        part = replace(
            patch,
            before=patch.before[outer],
            after=patch.after[outer],
            region=(patch.region & block)[outer],
            own=(patch.own & block)[outer],
            core=patch.core[outer],
            near=patch.near[outer],
        )
        z, y, x = (slice(one.start + c.start, one.start + c.stop) for one, c in zip(box, outer, strict=True))
        return part, (z, y, x)

    def _limit(self, scores: Floats, null: Floats) -> tuple[float, float, float]:
        """Limit, share of unrelated changes beyond it, and the 95 % upper bound of that share.

        A change that its own place explains is shaped like a displacement (or a fringe) and often looks like one along the
        next fibre, too. It says nothing of the changes that are none, so that its placements do not count.
        """
        owner = np.array(self.null_owner, dtype=np.int64)
        kept = null[scores[owner] < self.rule.least_share] if null.size else null
        limit = self.rule.least_share
        if kept.size:
            ordered = np.sort(kept)[::-1]
            limit = max(limit, float(np.nextafter(ordered[int(self.rule.false_rate * kept.size)], 2.0)))
        over = int((kept >= limit).sum())
        upper = float(stats.beta.ppf(0.95, over + 1, kept.size - over)) if kept.size > over else 1.0
        return limit, over / max(kept.size, 1), upper

    def record(self) -> xr.Dataset:
        """The grains with their verdicts."""
        nothing = Explained(np.nan, np.nan, np.full(3, np.nan))
        found = [one or nothing for one in self.found]
        moved = np.array([one.displacement for one in found], dtype=np.float64)
        faded = np.array([one.fringe for one in found], dtype=np.float64)
        vectors = np.array([one.vector for one in found], dtype=np.float64).reshape(-1, 3)
        limit, rate, upper = self._limit(moved, np.array([one.displacement for one in self.null]))
        fringe_limit, fringe_rate, fringe_upper = self._limit(faded, np.array([one.fringe for one in self.null]))
        is_fringe = (faded >= fringe_limit) & (faded > np.nan_to_num(moved, nan=-1.0)) & self.thin
        self._warn(int(np.isfinite(moved).sum()))
        result = self.grains.assign(
            dipole_partner=("grain", self.partner),
            dipole_score=("grain", moved),
            fringe_score=("grain", faded),
            displacement_vector=(("grain", "component"), vectors * self.grid.size),
            displaced=("grain", (moved >= limit) & ~is_fringe),
            fringe=("grain", is_fringe),
        )
        result.attrs["dipole_test"] = json.dumps(
            {
                **asdict(self.rule),
                "limit": limit,
                "fringe_limit": fringe_limit,
                "false_rate_measured": rate,
                "false_rate_upper": upper,
                "fringe_false_rate_measured": fringe_rate,
                "fringe_false_rate_upper": fringe_upper,
                "unrelated_placements": len(self.null),
                "tested": int(np.isfinite(moved).sum()),
                "too_large": self.too_large,
            }
        )
        return result

    def _warn(self, tested: int) -> None:
        doubts = []
        if tested and len(self.null) < self.rule.draws // 2:
            doubts.append(
                f"the limits of the dipole test rest on {len(self.null)} unrelated placements of {self.rule.draws} wanted"
            )
        if self.too_large:
            doubts.append(f"{self.too_large} grains are too large for the dipole test and count as changes")
        for doubt in doubts:
            warnings.warn(doubt, DataQualityWarning, stacklevel=4)
