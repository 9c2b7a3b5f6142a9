"""The tomograph: detector, stage and beam, with what goes wrong at a beamline.

Every defect is off by default, so that a test can switch on one at a time; :func:`beamline` switches on all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError

Floats = npt.NDArray[np.float64]

KEV = 1.602176634e-16
"""J."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """Counting, and what spoils it.

    Attributes
    ----------
    photons
        Photons per pixel and frame without a sample, at the middle of the beam.
    noise
        Whether counts are drawn (Poisson and readout); without it they are the expected values, still rounded.
    gain
        Counts per photon.
    dark
        Counts without beam.
    dark_pattern
        Standard deviation of the dark counts from pixel to pixel, over ``dark``.
    readout_noise
        Counts.
    flat_pattern
        Standard deviation of the sensitivity from pixel to pixel, 1.
    beam_width
        Height of the beam (standard deviation of a Gaussian over the rows), in heights of the detector; 0: even.
    flat_drift
        Relative change of the flat field across the detector between the first and the last frame, 1: one that is
        zero in the middle column and grows to +-half of it at the sides, linear in time (real ones drift by 0.015).
    beam_loss
        Share of the beam lost steadily over the scan, 1; the beam monitor follows.
    dump
        (start, end, level): share of the scan between which the beam has only ``level`` of its intensity.
    stripes
        Share of pixels whose sensitivity in the projections differs from that in the flats: they make rings.
    stripe_strength
        Standard deviation of that difference, 1.
    stripe_height
        Rows that one such fault spans, 1 or more; large ones span many columns too.
    dead, hot, fluctuating
        Shares of pixels that read the dark level always, the saturation always, or wander by 20 % from frame to frame.
    zingers
        Share of readings that a stray gamma ray raises, in all frames.
    zinger_strength
        Mean height of such a reading over ``photons * gain`` (exponentially distributed).
    blur
        Standard deviation of the point spread of scintillator and lens, pixels.
    saturation
        Largest count.
    """

    photons: float = 2e4
    noise: bool = True
    gain: float = 1.0
    dark: float = 100.0
    dark_pattern: float = 0.0
    readout_noise: float = 0.0
    flat_pattern: float = 0.0
    beam_width: float = 0.0
    flat_drift: float = 0.0
    beam_loss: float = 0.0
    dump: tuple[float, float, float] | None = None
    stripes: float = 0.0
    stripe_strength: float = 0.02
    stripe_height: int = 1
    dead: float = 0.0
    hot: float = 0.0
    fluctuating: float = 0.0
    zingers: float = 0.0
    zinger_strength: float = 0.5
    blur: float = 0.0
    saturation: int = 65535

    def __post_init__(self) -> None:
        shares = (self.stripes, self.dead, self.hot, self.fluctuating, self.zingers, self.beam_loss)
        if not all(0 <= share < 1 for share in shares) or self.dead + self.hot + self.fluctuating > 1:
            raise PhysicsError("shares of pixels, readings and beam lie from 0 to below 1", found=str(self))
        others = (self.dark, self.dark_pattern, self.readout_noise, self.flat_pattern, self.beam_width, self.blur)
        if self.photons <= 0 or self.gain <= 0 or min(*others, self.stripe_strength, self.zinger_strength) < 0:
            raise PhysicsError(
                "photons and gain above 0, and no negative size of a defect, are needed", found=str(self)
            )
        if self.stripe_height < 1 or not 1 <= self.saturation <= 65535:
            raise PhysicsError("stripes of at least one row, and counts of 16 bits, are needed", found=str(self))
        if self.dump is not None and not (0 <= self.dump[0] < self.dump[1] <= 1 and 0 <= self.dump[2] <= 1):
            raise PhysicsError("a beam dump has start < end in 0 to 1, and a level of 0 to 1", found=str(self.dump))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tomograph:
    """Geometry and timing of a scan, with its detector.

    Attributes
    ----------
    rows, columns
        Pixels along and across the rotation axis. An object wider than the columns is truncated.
    angles
        Number of projections, at ``first_angle + i angle_range/angles``.
    angle_range, first_angle
        rad; a negative range turns backwards.
    last_angle_too
        Whether the last projection lies at the very end of the range (180 degrees twice).
    pixel_size
        m at the sample; default 1.3 um.
    photon_energy
        J; default 45 keV.
    axis_column
        Detector column of the rotation axis at the middle row; ``None``: the middle column, (columns - 1)/2.
    axis_tilt
        rad, by which the axis leans in the plane of the detector, towards larger columns at larger rows.
    drift
        (z, y, x) m by which the sample moves, in its own frame, from the first to the last projection.
    exposure_time, readout_time
        s per frame.
    flats_before, flats_after, darks
        Numbers of frames; darks come first.
    detector_distance
        m; fringes of phase (see :mod:`alkanode.virtual.tomograph.measurement`) are drawn above 0.
    row_rays, column_rays
        Rays per pixel along the rotation axis and across it, whose intensities are averaged. 1 (default): one ray through
        the middle. Many faces lie along detector rows (those of layers, which stand across the axis): with n rays a row
        shows such a face only in steps of 1/n of a row, at all angles alike, so that a difference of two scans and a
        registration see it in the wrong place by up to half a step. 5 and more keep that below 0.1 pixel. Hardly a face
        lies along columns at all angles, so that there steps average out; 2 show how a pixel averages over an edge.
    detector
        Counting and its defects.
    """

    rows: int = 32
    columns: int = 128
    angles: int = 181
    angle_range: float = np.pi
    first_angle: float = 0.0
    last_angle_too: bool = False
    pixel_size: float = 1.3e-6
    photon_energy: float = 45 * KEV
    axis_column: float | None = None
    axis_tilt: float = 0.0
    drift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    exposure_time: float = 0.1
    readout_time: float = 0.0
    flats_before: int = 10
    flats_after: int = 10
    darks: int = 10
    detector_distance: float = 0.0
    row_rays: int = 1
    column_rays: int = 1
    detector: Detector = field(default_factory=Detector)

    def __post_init__(self) -> None:
        if min(self.rows, self.columns, self.angles, self.row_rays, self.column_rays) < 1:
            raise PhysicsError("at least one row, column, angle and ray per pixel are needed", found=str(self))
        if min(self.flats_before, self.flats_after, self.darks) < 0 or self.angle_range == 0:
            raise PhysicsError("no negative number of frames, and a range of angles, are needed", found=str(self))
        if min(self.pixel_size, self.photon_energy, self.exposure_time) <= 0 or abs(self.axis_tilt) >= np.pi / 4:
            raise PhysicsError("sizes above 0, and a tilt well below 45 degrees, are needed", found=str(self))
        if self.detector_distance < 0 or self.readout_time < 0:
            raise PhysicsError("a distance and a readout time are not negative", found=str(self))

    @property
    def axis(self) -> float:
        """Detector column of the rotation axis at the middle row."""
        return 0.5 * (self.columns - 1) if self.axis_column is None else self.axis_column

    def rotation_angles(self) -> Floats:
        """Angles of the projections (angle), rad."""
        parts = max(self.angles - 1, 1) if self.last_angle_too else self.angles
        return np.asarray(self.first_angle + self.angle_range * np.arange(self.angles) / parts)

    def duration(self) -> float:
        """Length of the whole scan, flats and darks included, s."""
        frames = self.angles + self.flats_before + self.flats_after + self.darks
        return frames * (self.exposure_time + self.readout_time)

    def settings(self) -> dict[str, Any]:
        """All settings as numbers and texts that a file can hold."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "detector"}
        return plain | {"detector": {f.name: getattr(self.detector, f.name) for f in fields(self.detector)}}


def beamline(**changes: Any) -> Detector:
    """A detector with every defect at a size seen at beamlines.

    Flats with 3 % of pattern that drift by 1.5 % (as seen on real ones), a beam that fades over the rows and by 1 %
    over the scan, 0.5 % of pixels with stripes, a few dead, hot and fluctuating ones, zingers, blur of half a pixel.

    Parameters
    ----------
    changes
        Fields of :class:`Detector` to set otherwise, for example ``zingers=0.0``.

    Returns
    -------
    Detector
    """
    sizes: dict[str, Any] = {
        "dark_pattern": 0.05,
        "readout_noise": 3.0,
        "flat_pattern": 0.03,
        "beam_width": 1.0,
        "flat_drift": 0.015,
        "beam_loss": 0.01,
        "stripes": 5e-3,
        "stripe_strength": 0.02,
        "dead": 5e-5,
        "hot": 2e-5,
        "fluctuating": 5e-5,
        "zingers": 2e-5,
        "blur": 0.5,
    }
    return Detector(**(sizes | changes))
