"""Figures of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alkanode.plot import Figure
from alkanode.plot import tomography as describe
from alkanode.studies.tomography.numbers import pair_words

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.tomography.series import SeriesResult


def figures_of(result: SeriesResult, charges: xr.Dataset | None) -> dict[str, Figure]:
    """Figures of what is there: when scans were taken, slices, bodies, profiles, interface, and how it was found."""
    figures: dict[str, Figure] = {}
    volumes = [scan for scan in result.scans if _has_volume(result, scan)]
    if charges is not None:
        figures["scans_on_the_clock"] = describe.scans_on_the_clock(charges)
    if volumes:
        changes = {after: f"{after}_from_{result.reference}" for after in volumes}
        maps = [
            result.open("changes", changes[scan])
            if changes[scan] in result.pairs and result.has("changes", changes[scan])
            else None
            for scan in volumes
        ]
        figures["slices"] = describe.slices(
            [result.volume(scan)[["attenuation"]] for scan in volumes],
            changes=maps,
            names=volumes,
            limits=anode_limits(result, volumes[0]),
        )
    for pair in result.pairs:
        if result.has("changes", pair):
            figures[f"bodies_{pair}"] = describe.bodies(
                result.open("changes", pair),
                most_voxels=1e6,
                title=f"Where attenuation changed, {pair_words(result, pair)}",
            )
        if result.has("profile", pair):
            figures[f"depth_{pair}"] = describe.depth_profile(
                result.open("profile", pair), title=f"Change with depth, {pair_words(result, pair)}"
            )
    if any(result.has("contact", scan) for scan in result.scans):
        figures["contact"] = describe.interface_contact(result.contact())
    if any(result.has("registration", scan) for scan in result.scans):
        figures["motion"] = describe.registration(result.registration())
    for pair in result.pairs[:1]:
        if result.has("threshold", pair):
            figures["threshold"] = describe.change_threshold(result.open("threshold", pair))
    for pair in result.pairs:
        if result.has("sweep", pair):
            figures[f"sweep_{pair}"] = describe.threshold_sweep(
                result.open("sweep", pair), title=f"Every number against the threshold, {pair_words(result, pair)}"
            )
    for scan in result.scans:
        if result.has("axis", scan):
            figures[f"axis_{scan}"] = describe.rotation_axis(
                result.open("axis", scan), title=f"Rotation axis of {scan}"
            )
    return figures


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
