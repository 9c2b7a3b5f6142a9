"""Figures of a series."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from alkanode.plot import Figure
from alkanode.plot import tomography as describe
from alkanode.studies.tomography.numbers import pair_words

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.tomography.series import SeriesResult


def figures_of(result: SeriesResult, charges: xr.Dataset | None) -> dict[str, Callable[[], Figure]]:
    """What draws each figure of what is there: when scans were taken, slices, bodies, profiles, interface, how it was found."""
    figures: dict[str, Callable[[], Figure]] = {}
    volumes = [scan for scan in result.scans if _has_volume(result, scan)]
    if charges is not None:
        figures["scans_on_the_clock"] = partial(describe.scans_on_the_clock, charges)
    if volumes:
        figures["slices"] = partial(_slices, result, volumes)
    for pair in result.pairs:
        if result.has("changes", pair):
            figures[f"bodies_{pair}"] = partial(_bodies, result, pair)
        if result.has("profile", pair):
            figures[f"depth_{pair}"] = partial(_depth, result, pair)
    if any(result.has("contact", scan) for scan in result.scans):
        figures["contact"] = lambda: describe.interface_contact(result.contact())
    if any(result.has("registration", scan) for scan in result.scans):
        figures["motion"] = lambda: describe.registration(result.registration())
    for scan in result.scans:
        if result.has("residual", scan):
            figures[f"residual_{scan}"] = partial(_residual, result, scan)
    for pair in result.pairs[:1]:
        if result.has("threshold", pair):
            figures["threshold"] = lambda: describe.change_threshold(result.open("threshold", result.pairs[0]))
    for pair in result.pairs:
        if result.has("sweep", pair):
            figures[f"sweep_{pair}"] = partial(_sweep, result, pair)
    for scan in result.scans:
        if result.has("axis", scan):
            figures[f"axis_{scan}"] = partial(_axis, result, scan)
    return figures


def _slices(result: SeriesResult, volumes: list[str]) -> Figure:
    """Slices of all volumes, with what changed since the reference."""
    changes = {after: f"{after}_from_{result.reference}" for after in volumes}
    maps = [
        result.open("changes", changes[scan])
        if changes[scan] in result.pairs and result.has("changes", changes[scan])
        else None
        for scan in volumes
    ]
    return describe.slices(
        [result.volume(scan)[["attenuation"]] for scan in volumes],
        changes=maps,
        names=volumes,
        limits=anode_limits(result, volumes[0]),
    )


def _bodies(result: SeriesResult, pair: str) -> Figure:
    title = f"Where attenuation changed, {pair_words(result, pair)}"
    return describe.bodies(result.open("changes", pair), most_voxels=1e6, title=title)


def _depth(result: SeriesResult, pair: str) -> Figure:
    title = f"Change with depth, {pair_words(result, pair)}"
    return describe.depth_profile(result.open("profile", pair), title=title)


def _sweep(result: SeriesResult, pair: str) -> Figure:
    title = f"Every number against the threshold, {pair_words(result, pair)}"
    return describe.threshold_sweep(result.open("sweep", pair), title=title)


def _residual(result: SeriesResult, scan: str) -> Figure:
    title = f"What the rigid motion leaves of {scan} against {result.reference}"
    return describe.residual_map(result.open("residual", scan), title=title)


def _axis(result: SeriesResult, scan: str) -> Figure:
    return describe.rotation_axis(result.open("axis", scan), title=f"Rotation axis of {scan}")


def _has_volume(result: SeriesResult, scan: str) -> bool:
    if any(key == f"aligned/{scan}" for key in result.tasks):
        return result.has("aligned", scan)
    return result.has("volume", scan)


def anode_limits(result: SeriesResult, scan: str) -> tuple[float, float] | None:
    """Greys that show the anode: the electrolyte, which attenuates ten times more, is white altogether."""
    if not any(key.startswith("interface/") and state == "done" for key, state in result.tasks.items()):
        return None
    plane = result.open("interface", result.reference)
    volume = result.volume(scan)
    heights = volume["z"].to_numpy()
    side = float(plane["anode_side"])
    anode = np.flatnonzero(side * (heights - float(plane["plane_height"])) > 5 * abs(float(heights[1] - heights[0])))
    if anode.size == 0:
        return None
    sample = volume["attenuation"].isel(z=anode[:: max(1, anode.size // 8)]).to_numpy()[:, ::2, ::2]
    known = sample[np.isfinite(sample)]
    if known.size == 0:
        return None
    low, high = np.quantile(known, [0.02, 0.995])
    return float(min(low, 0.0)), float(high)
