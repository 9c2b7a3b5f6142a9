"""A scan: the object in the beam, frame by frame, as the detector reads it.

The transmission of a ray is exp(-P), with P the exact line integral. Above a distance of 0 the phase adds the first
term in the distance d of the transport-of-intensity equation for a weakly absorbing object,

    I = exp(-P) (1 + d Laplacian(D)),   D = line integral of the refractive index decrement,

which gives the bright and dark fringe at each edge. It holds while the second factor stays near 1; it is an approximation,
not a wave calculation, and the factor is kept above 0.05. The Laplacian is taken over half a pixel, which is far wider than
the first Fresnel zone at the distances where the equation holds, however many rays a pixel has: an edge then has the same
fringe wherever it lies within its pixel.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.ndimage import gaussian_filter

from alkanode.data.schema import label
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.foundation.sources import source
from alkanode.virtual.tomograph.bodies import Body, Packed, moved, packed
from alkanode.virtual.tomograph.detector_faults import Faults, beam_intensity, draw_faults
from alkanode.virtual.tomograph.rays import pixel_means, ray_sums
from alkanode.virtual.tomograph.tomograph import Detector, Tomograph

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

PROJECTION, FLAT, DARK = 0, 1, 2
"""Image keys of NXtomo."""

STARTED = datetime(2026, 1, 5, 9, 0, 0, tzinfo=UTC)

_RAYS_AT_ONCE = 8_000_000
"""Bounds the memory: about 30 MB of single precision per array."""


@source("Teague1983")
def scan_object(
    bodies: Iterable[Body],
    tomograph: Tomograph | None = None,
    *,
    seed: int,
    detector_seed: int | None = None,
    shift: npt.ArrayLike = (0.0, 0.0, 0.0),
    rotation: npt.ArrayLike = (0.0, 0.0, 0.0),
    centre: npt.ArrayLike | None = None,
    started: datetime | None = None,
    name: str = "scan",
    progress: Progress | None = None,
) -> xr.Dataset:
    """Scan an object as a tomograph with defects would.

    Parameters
    ----------
    bodies
        The object: coordinates (z, y, x) in m from the rotation axis and the middle of detector row 0.
    tomograph
        Geometry, timing and defects; default :class:`Tomograph`, which is sound.
    seed
        Seed of everything random in this scan: the same seed gives the same counts.
    detector_seed
        Seed of what stays with the detector (sensitivity, stripes, lost pixels); default ``seed``. Scans of one
        series share it.
    shift, rotation, centre
        Rigid motion of the object before the scan, p' = R(rotation)(p - centre) + centre + shift: m, rad, m, all
        (z, y, x). The default centre is the middle of the detector, on the axis.
    started
        When the first frame began, on the clock of the beamline; default a fixed date, so that the same seed gives
        the same record.
    name
        Title of the scan.
    progress
        Told how many frames are done.

    Returns
    -------
    Dataset
        Kind ``projections``: ``counts`` (frame, row, column), uint16; darks, flats before, projections, flats after.
        ``image_key``, ``rotation_angle`` (rad; flats and darks at the angle where the stage stands), ``time`` (s
        since ``attrs["started"]``, start of each exposure), ``beam_monitor``, ``pixel_size`` (m), ``photon_energy`` (J), ``exposure_time`` (s)
        and, with phase, ``detector_distance`` (m). ``attrs`` hold the truth: ``true_axis_column``,
        ``true_axis_tilt`` (rad), ``true_shift`` (m), ``true_rotation`` (rad), ``true_centre`` (m), ``seed``,
        ``tomograph`` (all settings).

    Raises
    ------
    PhysicsError
        Without bodies, or for a body without end.

    References
    ----------
    Transport of intensity as in :cite:`Teague1983`

    Examples
    --------
    >>> from alkanode.virtual.tomograph import sphere
    >>> ball = sphere((5e-6, 0.0, 0.0), 4e-6, attenuation=1000.0)
    >>> scan = scan_object([ball], Tomograph(rows=8, columns=16, angles=4), seed=1)
    >>> dict(scan["counts"].sizes)
    {'frame': 34, 'row': 8, 'column': 16}
    """
    setup, report = tomograph or Tomograph(), progress or NoProgress()
    middle = (0.5 * (setup.rows - 1) * setup.pixel_size, 0.0, 0.0) if centre is None else centre
    arrays = packed(moved(bodies, shift, rotation, middle))
    keys = np.repeat([DARK, FLAT, PROJECTION, FLAT], [setup.darks, setup.flats_before, setup.angles, setup.flats_after])
    angles = np.empty(keys.size)
    turning = setup.rotation_angles()
    before = setup.darks + setup.flats_before
    angles[:before], angles[before : before + setup.angles] = turning[0], turning
    angles[before + setup.angles :] = turning[-1]
    spacing = setup.exposure_time + setup.readout_time
    time = spacing * np.arange(keys.size)
    begun = started or STARTED
    passed = np.linspace(0.0, 1.0, keys.size) if keys.size > 1 else np.zeros(1)
    beam = np.where(keys == DARK, 0.0, beam_intensity(setup.detector, passed))
    faults = draw_faults(
        setup.detector, setup.rows, setup.columns, seed=seed if detector_seed is None else detector_seed
    )
    random = np.random.default_rng([seed, 32])
    counts = np.empty((keys.size, setup.rows, setup.columns), dtype=np.uint16)
    batch = max(1, _RAYS_AT_ONCE // (setup.rows * setup.row_rays * setup.columns * setup.column_rays))
    share = np.clip(np.arange(keys.size) - before, 0, setup.angles - 1) / max(setup.angles - 1, 1)
    for begin in range(0, keys.size, batch):
        part = slice(begin, min(begin + batch, keys.size))
        sample = keys[part] == PROJECTION
        seen = np.ones((sample.size, setup.rows, setup.columns), dtype=np.float32)
        if sample.any():
            seen[sample] = _transmission(arrays, setup, angles[part][sample], share[part][sample])
        counts[part] = _readings(seen, sample, beam[part], passed[part], setup.detector, faults, random)
        report.update(part.stop, keys.size, "frames")
    record = xr.Dataset(
        {
            "counts": (("frame", "row", "column"), counts),
            "image_key": ("frame", keys.astype(np.int64)),
            "rotation_angle": ("frame", angles),
            "time": ("frame", time),
            "beam_monitor": ("frame", np.where(keys == DARK, 0.0, beam)),
            "pixel_size": ((), setup.pixel_size),
            "photon_energy": ((), setup.photon_energy),
            "exposure_time": ((), setup.exposure_time),
        },
        attrs={
            "title": name,
            "started": begun.isoformat(),
            "ended": (begun + timedelta(seconds=setup.duration())).isoformat(),
            "simulated": "a stated object in a virtual tomograph, no measurement",
            "true_axis_column": setup.axis,
            "true_axis_tilt": setup.axis_tilt,
            "true_shift": [float(value) for value in np.asarray(shift)],
            "true_rotation": [float(value) for value in np.asarray(rotation)],
            "true_centre": [float(value) for value in np.asarray(middle)],
            "seed": seed,
            "tomograph": setup.settings(),
        },
    )
    if setup.detector_distance > 0:
        record["detector_distance"] = ((), setup.detector_distance)
    return label(record, "projections")


def _transmission(bodies: Packed, setup: Tomograph, angles: Floats, share: Floats) -> Singles:
    """Share of the beam that arrives at each pixel (frame, row, column), fringes and blur included."""
    fringes = setup.detector_distance > 0
    lengths, decrements = ray_sums(bodies, setup, angles, progress=share, with_decrement=fringes)
    seen = np.exp(np.negative(lengths, out=lengths), out=lengths)
    if fringes:
        for number, decrement in enumerate(decrements):
            seen[number] *= np.maximum(1 + setup.detector_distance * _laplacian(decrement, setup), np.float32(0.05))
    seen = pixel_means(seen, setup)
    if setup.detector.blur > 0:
        for frame in seen:
            frame[...] = gaussian_filter(frame, setup.detector.blur, mode="nearest", truncate=4.0)
    return seen


def _laplacian(values: Singles, setup: Tomograph) -> Singles:
    """Laplacian of (fine row, fine column) per m2, by differences over half a pixel, or a pixel that has one ray."""
    found = np.zeros_like(values)
    for axis, rays in enumerate((setup.row_rays, setup.column_rays)):
        reach = max(rays // 2, 1)
        wide = np.pad(values, [(reach, reach) if side == axis else (0, 0) for side in (0, 1)], mode="edge")
        size = values.shape[axis]
        before, after = (wide.take(range(start, start + size), axis=axis) for start in (0, 2 * reach))
        before += after
        before -= 2 * values
        before *= np.float32((rays / (reach * setup.pixel_size)) ** 2)
        found += before
    return found


def _readings(
    seen: Singles,
    sample: npt.NDArray[np.bool_],
    beam: Floats,
    passed: Floats,
    detector: Detector,
    faults: Faults,
    random: np.random.Generator,
) -> npt.NDArray[np.uint16]:
    """Counts (frame, row, column) of frames whose share of transmitted beam is given."""
    counts = np.empty(seen.shape, dtype=np.uint16)
    ceiling = float(detector.saturation)
    for number, frame in enumerate(seen):
        expected = frame * (detector.photons * beam[number] * faults.sensitivity * (1 + faults.slope * passed[number]))
        if sample[number]:
            expected *= faults.in_projections
        photons = random.poisson(expected) if detector.noise else expected
        reading = detector.gain * photons + faults.dark
        if detector.noise and detector.readout_noise > 0:
            reading += detector.readout_noise * random.standard_normal(reading.shape, dtype=np.float32)
        if faults.fluctuating.any():
            wander = np.maximum(1 + 0.2 * random.standard_normal(int(faults.fluctuating.sum())), 0.0)
            reading[faults.fluctuating] *= wander
        if detector.zingers > 0:
            hits = random.binomial(reading.size, detector.zingers)
            where = random.integers(0, reading.size, size=hits)
            height = detector.zinger_strength * detector.photons * detector.gain
            np.add.at(reading.reshape(-1), where, random.exponential(height, size=hits))
        reading[faults.dead] = faults.dark[faults.dead]
        reading[faults.hot] = ceiling
        counts[number] = np.clip(np.rint(reading), 0.0, ceiling).astype(np.uint16)
    return counts
