"""Volume gained and lost in grains, those that noise hid included, with an interval that holds every doubt known.

The volume of a grain follows from its summed change and the contrast of what happened
(:mod:`~alkanode.tomography.grains.contrast_grains`). Of grains of its size some are not found: how many, grains put into
maps without change say, and each grain found stands for as many as it takes (the estimate of Horvitz and Thompson). What
cannot be corrected widens the interval: contrasts that could be others, the choice of the threshold, places that cannot
be trusted, grains too small to be found at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import Estimate, Trust, source
from alkanode.tomography.grains.contrast_grains import (
    GrainSums,
    Transitions,
    choose_transitions,
    sum_grains,
)
from alkanode.tomography.grains.voxel_grid import VoxelGrid, same_grid, voxel_grid

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

CHANGES = ("gain", "loss")
SIGNS = (1, -1)

_RANDOM = ("noise", "sampling", "found share", "threshold", "contrast", "other contrast")
_UPWARDS = ("displaced", "untrusted", "too small")
_TWO_SIDED = 2.0
_ALIKE = 0.1
_THREE = 3.0  # none seen: fewer than three expected (95 %)


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRule:
    """How volumes of grains are summed and what widens their interval.

    Attributes
    ----------
    margin
        Voxels around the marked ones over which the change of a grain is summed. Default 3, twice a smoothing of 1.5: 9 in
        10 of what blur carries across an edge stay within.
    step
        Standard deviations of noise by which the threshold is raised to see how far it matters. Default 0.5.
    least_share
        Smallest share of grains found that is corrected for. Default 0.2: below, one grain stands for more than five.
    contrast_error
        Relative error of contrasts. Default 0.024, by which tables of attenuation differ for K.
    largest_box
        Grains with more voxels in their box keep the volume of their voxels. Default 16 million.
    """

    margin: int = 3
    step: float = 0.5
    least_share: float = 0.2
    contrast_error: float = 0.024
    largest_box: int = 2**24

    def __post_init__(self) -> None:
        if not (self.margin >= 0 and self.step > 0 and 0 < self.least_share < 1 and self.contrast_error >= 0):
            raise SchemaError(
                "a margin from 0 on, a step above 0, a share within (0, 1) and an error from 0 on are needed",
                found=f"{self.margin}, {self.step:g}, {self.least_share:g}, {self.contrast_error:g}",
            )


DEFAULT_RULE = VolumeRule()


@source("HorvitzThompson1952")
def grain_volumes(
    difference: RecordLike,
    grains: RecordLike,
    change_map: RecordLike,
    transitions: Transitions,
    null_maps: RecordLike | Sequence[RecordLike],
    *,
    surroundings: float,
    found_shares: Mapping[float, tuple[xr.Dataset, xr.Dataset]] | None = None,
    blur: float = 0.75,
    rule: VolumeRule = DEFAULT_RULE,
) -> xr.Dataset:
    """Volumes of all grains from their contrasts, and volume gained and lost.

    Parameters
    ----------
    difference, grains, change_map
        Kinds ``difference``, ``grains`` of the map (after :func:`dipole_test`, displaced ones do not count) and ``change_map``.
    transitions
        What may have happened: name -> attenuation before and after, 1/m.
    null_maps
        Of kind ``difference`` without change, for the error of the sums. One of two scans holds what repeats at the same
        place, too, as the face of an electrolyte.
    surroundings
        Attenuation of what grains lie in, 1/m.
    found_shares
        Contrast (1/m) -> kind ``detection_limit`` at the threshold of the map, and at one higher by ``rule.step``. None:
        nothing is corrected, and there is no interval.
    blur
        Of optics and reconstruction, voxels. Default 0.75: half a voxel of optics, and a hann filter across the axis.
    rule
        How volumes are summed.

    Returns
    -------
    Dataset
        Kind ``grain_volumes``: per grain ``contrast_volume``, ``contrast_volume_error`` (noise), ``contrast_volume_interval``
        (other contrasts), m3; ``contrast``, 1/m; ``transition_probability`` (grain, transition); ``found_share``;
        ``counted``. Per change (gain, loss): ``found_volume``, m3, summed over the grains found; ``corrected_volume``, m3,
        those missed included; ``smallest_corrected``, m, diameter from which on grains are in it; ``volume_interval``
        (change, bound), m3, and ``interval_part`` (change, part), m3: what makes it up.

    Raises
    ------
    SchemaError
        For records on other voxels, or no transitions.
    PhysicsError
        For a transition without contrast.

    Notes
    -----
    Half the interval is twice the root of the summed squares of six parts: noise of the sums, sampling (how many are missed
    is chance), error of the found shares, threshold, error of contrasts, and other contrasts, for which all grains are taken
    to err alike. The lower end is lowered by grains that a displacement explains for the larger part, though no better than
    chance may; the upper end is raised by displaced grains that may be changes, by untrusted places (as much per volume
    as where changes can be trusted), and by sizes too small to be found (as much per ratio of sizes as in the smallest of
    which a fifth is found).
    """
    record, table, signs = check(difference, "difference"), check(grains, "grains"), check(change_map, "change_map")
    given = [null_maps] if isinstance(null_maps, xr.Dataset | xr.DataTree) else list(null_maps)
    nulls = [check(one, "difference") for one in given]
    values = {name: (float(one), float(other)) for name, (one, other) in transitions.items()}
    if not values or not nulls:
        raise SchemaError("transitions and maps without change are needed", found=f"{len(values)} and {len(nulls)}")
    if any(one == other for one, other in values.values()):
        raise PhysicsError("a transition changes attenuation", found=str(values))
    grid = voxel_grid(signs, "sign")
    same_grid(grid, voxel_grid(record, "attenuation_change"), ("map", "difference"))
    level = float(signs.attrs["threshold"])
    sums = sum_grains(
        record,
        table,
        signs,
        nulls,
        grid,
        margin=rule.margin,
        higher=level + rule.step,
        largest_box=rule.largest_box,
    )
    wide = float(np.hypot(float(record.attrs.get("smoothing_voxels", 0.0)), blur))
    each = _each(table, sums, values, surroundings, wide, grid)
    for name in ("displaced", "fringe"):
        if name in table:
            each.counted[:] &= ~table[name].to_numpy().astype(bool)
    parts, totals, bounds, smallest = [], [], [], []
    for sign in SIGNS:
        one = _Side(record, table, each, sign, found_shares or {}, grid, rule)
        totals.append((one.found, one.corrected))
        parts.append(one.parts())
        smallest.append(one.smallest())
        bounds.append(one.interval(parts[-1]) if found_shares else (np.nan, np.nan))
    names = list(parts[0])
    result = xr.Dataset(
        {
            "contrast_volume": ("grain", each.volume),
            "contrast_volume_error": ("grain", each.error),
            "contrast_volume_interval": (("grain", "bound"), each.bounds),
            "contrast": ("grain", each.contrast),
            "transition_probability": (("grain", "transition"), each.probability),
            "found_share": ("grain", each.share),
            "counted": ("grain", each.counted),
            "found_volume": ("change", np.array([one for one, _ in totals])),
            "corrected_volume": ("change", np.array([other for _, other in totals])),
            "volume_interval": (("change", "bound"), np.array(bounds)),
            "smallest_corrected": ("change", np.array(smallest)),
            "interval_part": (("change", "part"), np.array([[one[name] for name in names] for one in parts])),
        },
        coords={"transition": list(values), "change": list(CHANGES), "bound": ["lower", "upper"], "part": names},
        attrs={
            "rule": json.dumps(asdict(rule)),
            "blur_voxels": float(blur),
            "threshold": level,
            "too_large": int((~np.isfinite(sums.change)).sum()),
            "null_contains": "; ".join(dict.fromkeys(str(one.attrs.get("null_contains", "")) for one in nulls)),
        },
    )
    return label(result, "grain_volumes")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Each:
    """Grain by grain: volume, its error from noise and quiet sums as volumes, bounds by contrast, and the choice."""

    volume: Floats
    error: Floats
    contrast_error: Floats
    quiet: Floats
    bounds: Floats
    contrast: Floats
    probability: Floats
    share: Floats
    lasting: Flags
    counted: Flags


def _each(
    table: xr.Dataset, sums: GrainSums, transitions: Transitions, surroundings: float, wide: float, grid: VoxelGrid
) -> _Each:
    sign = table["sign"].to_numpy().astype(np.int64)
    contrasts = np.array([after - before for before, after in transitions.values()])
    voxel = float(np.cbrt(grid.voxel_volume))
    probability, best = choose_transitions(sums, sign, transitions, surroundings, wide, voxel)
    marked = table["grain_volume"].to_numpy()
    known = np.isfinite(sums.change) & (probability.sum(axis=1) > 0)
    each = np.where(known[:, None], sums.change[:, None] / contrasts, marked[:, None])
    volume = np.where(known, (probability * each).sum(axis=1), marked)
    possible = np.where(probability > 0, each, np.nan)
    possible[~known] = marked[~known, None]
    contrast = contrasts[best] if contrasts.size else np.zeros(sign.size)
    bounds = np.stack([np.nanmin(possible, axis=1), np.nanmax(possible, axis=1)], axis=1)
    quiet = sums.quiet / np.where(contrast == 0, 1.0, contrast)[:, None]
    return _Each(
        volume=np.maximum(volume, 0.0),
        error=np.sqrt((quiet**2).mean(axis=1)) if quiet.shape[1] else np.zeros(sign.size),
        contrast_error=np.where(known, np.sqrt((probability * (each - volume[:, None]) ** 2).sum(axis=1)), 0.0),
        quiet=quiet,
        bounds=np.maximum(bounds, 0.0),
        contrast=contrast,
        probability=probability,
        share=np.ones(sign.size),
        lasting=sums.lasting,
        counted=np.ones(sign.size, dtype=bool),
    )


class _Side:
    """All grains that changed in one direction."""

    def __init__(
        self,
        record: xr.Dataset,
        table: xr.Dataset,
        each: _Each,
        sign: int,
        found_shares: Mapping[float, tuple[xr.Dataset, xr.Dataset]],
        grid: VoxelGrid,
        rule: VolumeRule,
    ) -> None:
        self.record, self.table, self.each, self.rule, self.grid = record, table, each, rule, grid
        mine = table["sign"].to_numpy() == sign
        self.own = mine & each.counted
        self.left_out = mine & ~each.counted
        self.tables = {one: pair for one, pair in found_shares.items() if np.sign(one) == sign}
        self.volume = each.volume[self.own]
        self.diameter = np.cbrt(6 * self.volume / np.pi)
        self.share = self._shares(0, None)
        each.share[self.own] = self.share
        self.found = float(self.volume.sum())
        self.corrected = float((self.volume / self._capped(self.share)).sum())

    def _capped(self, share: Floats) -> Floats:
        return np.maximum(share, self.rule.least_share)

    def _shares(self, which: int, bound: int | None) -> Floats:
        """Share found of grains like each, at the threshold (0) or the higher one (1); or a bound of it."""
        made = np.ones(self.volume.size)
        if not self.tables:
            return made
        known = np.array(list(self.tables))
        nearest = np.abs(np.log(np.abs(self.each.contrast[self.own])[:, None] / np.abs(known))).argmin(axis=1)
        for place, contrast in enumerate(known):
            limit = self.tables[contrast][which]
            shares = limit["found_share"].to_numpy()
            if bound is not None:
                shares = limit["found_share_interval"].to_numpy()[:, bound]
            shares = np.maximum.accumulate(shares)
            size = np.log(limit["equivalent_diameter"].to_numpy())
            these = nearest == place
            made[these] = np.interp(np.log(np.maximum(self.diameter[these], 1e-9)), size, shares)
        return made

    def smallest(self) -> float:
        """Diameter from which on enough grains of some contrast are found, m; NaN without shares."""
        firsts = []
        for limit, _ in self.tables.values():
            share = np.maximum.accumulate(limit["found_share"].to_numpy())
            seen = share >= self.rule.least_share
            # contrasts that make up a tenth of the volume decide; the faintest of them is found latest
            alike = np.abs(self.each.contrast[self.own] / limit.attrs["contrast"] - 1) < _ALIKE
            occurs = self.volume[alike].sum() > _ALIKE * self.found
            if seen.any() and (occurs or not self.own.any()):
                size = np.log(limit["equivalent_diameter"].to_numpy())
                firsts.append(
                    float(
                        np.exp(np.interp(self.rule.least_share, share[: seen.argmax() + 1], size[: seen.argmax() + 1]))
                    )
                )
        return max(firsts, default=np.nan)

    def parts(self) -> dict[str, float]:
        """What makes up the interval, m3: standard deviations, and shifts of one end."""
        weight = 1.0 / self._capped(self.share)
        volume, own = self.volume, self.own
        quiet = (weight[:, None] * self.each.quiet[own]).sum(axis=0)
        noise = np.hypot(
            float(np.sqrt(((weight * self.each.error[own]) ** 2).sum())),
            float(np.sqrt((quiet**2).mean())) if quiet.size else 0.0,
        )
        share = self._capped(self.share)
        sampling = float(np.sqrt((volume**2 * (1 - share) / share**2).sum()))
        ends = [float((volume / self._capped(self._shares(0, bound))).sum()) for bound in (0, 1)]
        return {
            "noise": float(noise),
            "sampling": sampling,
            "found share": 0.25 * abs(ends[0] - ends[1]),
            "threshold": self._threshold(),
            "contrast": self.rule.contrast_error * self.corrected,
            "other contrast": float((weight * self.each.contrast_error[own]).sum()),
            "displaced": self._displaced(),
            "may have moved": self._may_have_moved(weight),
            "untrusted": self._untrusted(),
            "too small": self._too_small(),
        }

    def _threshold(self) -> float:
        """Half of what a threshold higher by a step changes, told by sizes of which enough are found at either."""
        both = self._shares(1, None) >= self.rule.least_share
        if not self.tables or not both.any():
            return 0.0
        volume, lasting = self.volume[both], self.each.lasting[self.own][both]
        low = float((volume / self.share[both]).sum())
        high = float((volume / self._shares(1, None)[both])[lasting].sum())
        return 0.5 * abs(high / low - 1.0) * self.corrected

    def _displaced(self) -> float:
        """Changes that the test of displacements may have taken away wrongly, at its bound."""
        test = self.table.attrs.get("dipole_test")
        if not isinstance(test, str):
            return 0.0
        said = json.loads(test)
        wrong = min(float(said["false_rate_upper"]) + float(said["fringe_false_rate_upper"]), 0.99)
        return float(min(wrong / (1 - wrong) * self.corrected, self.each.volume[self.left_out].sum()))

    def _may_have_moved(self, weight: Floats) -> float:
        """Grains that a displacement explains for the larger part, though not as well as unrelated changes ask for."""
        test = self.table.attrs.get("dipole_test")
        if not isinstance(test, str) or "dipole_score" not in self.table:
            return 0.0
        score = self.table["dipole_score"].to_numpy()[self.own]
        doubtful = np.nan_to_num(score) >= float(json.loads(test)["least_share"])
        return float((weight * self.volume)[doubtful].sum())

    def _untrusted(self) -> float:
        """As much per volume as where changes can be trusted, in the slices in which there are grains."""
        if "distrusted_voxels" not in self.record or not self.own.any():
            return 0.0
        z = self.table["centroid"].to_numpy()[self.own, 0]
        slices = (self.record["z"].to_numpy() >= z.min() - self.grid.size[0]) & (
            self.record["z"].to_numpy() <= z.max() + self.grid.size[0]
        )
        trusted, lost = (
            float(self.record[name].to_numpy()[slices].sum()) for name in ("trusted_voxels", "distrusted_voxels")
        )
        return self.corrected * min(lost / max(trusted, 1.0), 1.0)

    def _too_small(self) -> float:
        """Sizes of which too few are found: as much per ratio of sizes as in the smallest found; or what could hide unseen."""
        hidden = []
        for limit, _ in self.tables.values():
            size, share = limit["equivalent_diameter"].to_numpy(), limit["found_share"].to_numpy()
            seen = np.flatnonzero(np.maximum.accumulate(share) >= self.rule.least_share)
            if not self.own.any():
                ball = np.pi / 6 * size**3
                hidden.append(float((_THREE * ball[seen] / share[seen]).max()) if seen.size else np.inf)
            elif seen.size and seen[0] > 0:
                first = size[seen[0]]
                near = (self.diameter >= first) & (self.diameter < 2 * first)
                density = float((self.volume / self._capped(self.share))[near].sum()) / np.log(2.0)
                hidden.append(density * float(np.log(first / size[0])))
            elif not seen.size:
                hidden.append(np.inf)
        return max(hidden, default=0.0)

    def interval(self, parts: Mapping[str, float]) -> tuple[float, float]:
        """Bounds of the volume, m3."""
        half = _TWO_SIDED * float(np.sqrt(np.square([parts[name] for name in _RANDOM]).sum()))
        low = self.corrected - half - parts["may have moved"]
        return max(low, 0.0), self.corrected + half + sum(parts[name] for name in _UPWARDS)


def volume_estimates(volumes: RecordLike) -> dict[str, Estimate]:
    """Volume gained and lost, grains that noise hid included; and the grains found alone.

    Parameters
    ----------
    volumes
        Kind ``grain_volumes``.

    Returns
    -------
    dict
        ``volume_gained``, ``volume_lost`` (m3) with interval, and ``volume_gained_found``, ``volume_lost_found`` without:
        the sum over grains found is no estimate of what was gained or lost.
    """
    record = check(volumes, "grain_volumes")
    found: dict[str, Estimate] = {}
    for change, name in zip(CHANGES, ("volume_gained", "volume_lost"), strict=True):
        one = record.sel(change=change)
        low, high = (float(each) for each in one["volume_interval"].to_numpy())
        value, seen = float(one["corrected_volume"]), float(one["found_volume"])
        told = "summed attenuation over the contrast of each grain"
        smallest = float(one["smallest_corrected"]) if "smallest_corrected" in one else np.nan
        sizes = f", from about {1e6 * smallest:.2g} um on" if np.isfinite(smallest) else ""
        complete = bool(np.isfinite([low, high]).all())
        found[name] = Estimate(
            value=value,
            unit="m3",
            quantity=name,
            interval=(low, high) if complete else None,
            label=(
                f"{Trust.COMPUTED.value}: {told}; grains missed{sizes} are added by the share that is found of grains put into "
                "maps without change; interval (95 %): noise, chance, threshold, contrasts, displaced grains, untrusted places "
                "and sizes too small to be found"
            )
            + ("" if complete else "; without interval, since no grain of any size tried would be found"),
        )
        found[f"{name}_found"] = Estimate(
            value=seen, unit="m3", quantity=name, label=f"{Trust.COMPUTED.value}: {told}; grains found one by one only"
        )
    return found
