"""Resolution of slices, measured at the round edge of a disc.

Two reconstructions may be compared in noise only where they have the same resolution: a window that blurs lowers both.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate, Trust

_BINS_PER_VOXEL = 8


def modulation_transfer(
    volume: RecordLike, *, centre_y: float, centre_x: float, radius: float, reach: float = 24.0
) -> xr.Dataset:
    """Modulation transfer function of slices from the edge of a disc whose place and size are known.

    Parameters
    ----------
    volume
        Kind ``volume`` with coordinates ``y`` and ``x``; every slice shows the same disc.
    centre_y, centre_x, radius
        Of the disc, m.
    reach
        Distance from the edge that is used, in voxels; nothing else may lie there.

    Returns
    -------
    Dataset
        Kind ``modulation_transfer``: ``modulation`` over ``spatial_frequency`` (1/m), 1 at frequency 0, averaged over
        all directions across the edge; ``edge_response`` (1/m) over ``edge_distance`` (m), positive outside.

    Raises
    ------
    PhysicsError
        When the edge leaves the slice or the disc is smaller than ``reach``.

    Notes
    -----
    Voxels are sorted by their distance from the circle into bins of an eighth of a voxel; the edge response so sampled
    is differentiated, windowed (Hann) and transformed. The transfer by the bins themselves is divided out.
    """
    record = check(volume, "volume")
    if "y" not in record.coords or "x" not in record.coords or record.sizes["y"] < 2:
        raise PhysicsError("an edge needs the coordinates y and x", found=", ".join(map(str, record.coords)))
    y, x = record["y"].to_numpy(), record["x"].to_numpy()
    pixel = float(y[1] - y[0])
    far = radius + reach * pixel
    bounds = (centre_y - far, y[0]), (y[-1], centre_y + far), (centre_x - far, x[0]), (x[-1], centre_x + far)
    if any(low < high for low, high in bounds) or radius <= reach * pixel:
        raise PhysicsError(
            f"the edge and {reach:g} voxels on both sides lie inside the slice",
            found=f"radius {radius:.3g} m at ({centre_y:.3g}, {centre_x:.3g}) m",
        )
    distance = (np.hypot(y[:, None] - centre_y, x[None, :] - centre_x) - radius) / pixel
    near = np.abs(distance) < reach
    bins = int(2 * reach * _BINS_PER_VOXEL)
    place = np.minimum(((distance[near] + reach) * _BINS_PER_VOXEL).astype(int), bins - 1)
    values = record["attenuation"].mean("z").to_numpy().astype(np.float64)[near]
    count = np.bincount(place, minlength=bins)
    if (count == 0).any():
        raise PhysicsError("every bin along the edge needs voxels", found=f"{int((count == 0).sum())} empty bins")
    edge = np.bincount(place, values, minlength=bins) / count
    line = -np.diff(edge)
    window = np.hanning(line.size + 2)[1:-1]
    spectrum = np.abs(np.fft.rfft(line * window))
    if not spectrum[0] > 0:
        raise PhysicsError("a disc differs from what surrounds it", found="no step at its edge")
    frequency = np.fft.rfftfreq(line.size, 1 / _BINS_PER_VOXEL)
    kept = frequency <= 1.0
    transfer = spectrum[kept] / spectrum[0] / np.sinc(frequency[kept] / _BINS_PER_VOXEL) ** 2
    result = xr.Dataset(
        {"modulation": ("spatial_frequency", transfer), "edge_response": ("edge_distance", edge)},
        coords={
            "spatial_frequency": frequency[kept] / pixel,
            "edge_distance": ((np.arange(bins) + 0.5) / _BINS_PER_VOXEL - reach) * pixel,
        },
        attrs={"radius": radius, "reach_voxels": reach, "sources": str(record.attrs.get("sources", ""))},
    )
    return label(result, "modulation_transfer")


def resolved_length(transfer: RecordLike, *, level: float = 0.1) -> Estimate:
    """Half the period at which the modulation falls to a level: the width of the smallest lines still told apart.

    Parameters
    ----------
    transfer
        Kind ``modulation_transfer``.
    level
        0.1 is the habit.

    Returns
    -------
    Estimate
        m; ``None`` where the modulation stays above the level up to a period of one voxel.
    """
    record = check(transfer, "modulation_transfer")
    frequency, value = record["spatial_frequency"].to_numpy(), record["modulation"].to_numpy()
    below = np.flatnonzero(value < level)
    label_text = f"{Trust.COMPUTED}; half the period at {100 * level:g} % modulation"
    if not below.size or below[0] == 0:
        return Estimate(value=None, unit="m", quantity="resolved_length", label=f"{label_text}; not reached")
    after = int(below[0])
    share = (value[after - 1] - level) / (value[after - 1] - value[after])
    crossing = frequency[after - 1] + share * (frequency[after] - frequency[after - 1])
    step = frequency[after] - frequency[after - 1]
    return Estimate(
        value=float(0.5 / crossing),
        unit="m",
        quantity="resolved_length",
        interval=(float(0.5 / (crossing + step)), float(0.5 / max(crossing - step, 0.5 * crossing))),
        label=f"{label_text}; interval is one step of the frequency",
    )
