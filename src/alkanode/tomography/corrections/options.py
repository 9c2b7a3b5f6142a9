"""What is corrected between counts and line integrals, and how strongly; every threshold with its reason."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from alkanode.foundation.errors import PhysicsError

StripeMethod = Literal["none", "steady", "sorting", "filtering", "large", "dead", "all"]
"""Ways to remove stripes from a sinogram."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zingers:
    """Bright flashes of single frames, found against the noise of the data.

    Attributes
    ----------
    threshold
        Excess over everything nearby in the frames before and after, in standard deviations of the noise there. At 6,
        Gaussian noise gives less than one false flash in a hundred sinograms of 3001 x 3077.
    least_excess
        Smallest excess, share of the level. It matters only for data without noise.
    reach
        Columns that a feature of the sample may move between two frames; ``None`` takes what the angles demand at the
        rim of the detector, 8 at most.
    passes
        Searches, since a flash may hide a weaker one in the next frame.
    """

    threshold: float = 6.0
    least_excess: float = 0.01
    reach: int | None = None
    passes: int = 2

    def __post_init__(self) -> None:
        if not self.threshold > 0 or self.least_excess < 0 or self.passes < 1:
            raise PhysicsError(
                "a threshold is above 0, an excess not below 0, and passes are 1 or more", found=repr(self)
            )
        if self.reach is not None and self.reach < 0:
            raise PhysicsError("a reach in columns is 0 or more", found=str(self.reach))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripes:
    """Readings of a detector column that are wrong at all angles: stripes of a sinogram, rings of a slice.

    Attributes
    ----------
    method
        ``"steady"``: what deviates by the same factor at all angles, as far as it stands out of its scatter; it takes no
        attenuation from the sample. The others smooth across columns. ``"sorting"``: small and medium stripes;
        ``"filtering"``: the same in the slow part of each column only; ``"large"``; ``"dead"``: unresponsive and
        fluctuating columns, then what they leave; ``"all"``: dead, large and small in turn; ``"none"``.
    steady_window
        Columns of the median for ``"steady"``, odd; ``None`` takes 21 of 3077, 5 at least. A part of the sample on the
        axis that is thinner than half of it cannot be told from a stripe.
    ratio
        How far a column must stand out to be a stripe, in units of the spread of ordinary columns.
    small_window, large_window
        Columns of the medians for small and for large stripes: wider than the widest stripe.
    fluctuation_window
        Angles of the mean against which fluctuations of a column are counted.
    dropped
        Share of extreme readings of a column that do not count when large stripes are sought.
    low_pass
        Width of the slow part in ``"filtering"``, in frequencies of the scan.
    normalise
        Also bring columns that are no large stripe to the level of their neighbours.
    residual
        With ``"dead"``: remove the large stripes that are left.

    Notes
    -----
    Defaults are those of the paper's author, chosen there on data of a synchrotron about 3000 columns wide. On a narrow
    detector his windows are wide against the sample, and smoothing across them takes attenuation away.
    """

    method: StripeMethod = "all"
    ratio: float = 3.0
    small_window: int = 21
    large_window: int = 51
    steady_window: int | None = None
    fluctuation_window: int = 10
    dropped: float = 0.1
    low_pass: float = 3.0
    normalise: bool = True
    residual: bool = True

    def __post_init__(self) -> None:
        if self.method not in get_args(StripeMethod):
            raise PhysicsError(
                "a known way to remove stripes is needed",
                found=repr(self.method),
                todo=f"Known: {', '.join(get_args(StripeMethod))}",
            )
        if min(self.small_window, self.large_window, self.fluctuation_window) < 1:
            raise PhysicsError("windows are 1 or more", found=repr(self))
        if self.steady_window is not None and (self.steady_window < 3 or self.steady_window % 2 == 0):
            raise PhysicsError("a window of 3 columns or more, an odd number, is needed", found=str(self.steady_window))
        if not (self.ratio > 1 and 0 <= self.dropped <= 0.8 and self.low_pass > 0):
            raise PhysicsError("a ratio above 1, a dropped share of 0 to 0.8 and a positive low pass", found=repr(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseStep:
    """Smoothing that undoes the fringes of propagation in a sample of one material.

    Attributes
    ----------
    delta_over_beta
        Refractive decrement over absorption index, 1. It holds for one material; at edges between others the result
        is blurred or keeps fringes.
    distance
        From the sample to the detector, m; ``None`` takes the record's ``detector_distance``.
    """

    delta_over_beta: float
    distance: float | None = None

    def __post_init__(self) -> None:
        if not self.delta_over_beta > 0 or (self.distance is not None and not self.distance > 0):
            raise PhysicsError("delta over beta and the distance are above 0", found=repr(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """Everything between counts and line integrals.

    Attributes
    ----------
    zingers
        ``None`` leaves flashes in place, also those of flats and darks.
    stripes
        Removed from the transmission, before the logarithm; by default the steady ones, because that leaves the sample its
        attenuation on detectors of any width.
    phase
        ``None`` for no phase step.
    floor_counts
        Least signal, counts over the dark, at which the logarithm is taken: half a count, what a reading of 0 can hide.
    flat_share
        A pixel whose flat over dark is below this share of its row's median is blind and taken from its neighbours.
    dump_level
        A frame whose mean transmission is below this share of the median frame's was taken without beam; it is
        filled from the frames around it.
    use_monitor
        Divide by the beam monitor where the record has one.
    air_columns
        Columns at the left and right end that show air in every frame; frames are scaled to transmission 1 there.
        ``None`` where the sample fills the view.
    saturation
        Counts from which a reading is saturated; ``None`` takes the largest number of an integer record.
    flat_counts
        Counts of the open beam over the dark, for a scan without flats; ``None`` refuses such a scan.
    """

    zingers: Zingers | None = field(default_factory=Zingers)
    stripes: Stripes = field(default_factory=lambda: Stripes(method="steady"))
    phase: PhaseStep | None = None
    floor_counts: float = 0.5
    flat_share: float = 0.01
    dump_level: float = 0.05
    use_monitor: bool = True
    air_columns: tuple[int, int] | None = None
    saturation: float | None = None
    flat_counts: float | None = None

    def __post_init__(self) -> None:
        if not (self.floor_counts > 0 and 0 <= self.flat_share < 1 and 0 <= self.dump_level < 1):
            raise PhysicsError("a floor above 0 and shares of 0 to 1", found=repr(self))
        if self.flat_counts is not None and not self.flat_counts > 0:
            raise PhysicsError("counts of the open beam are above 0", found=str(self.flat_counts))
        if self.air_columns is not None and (min(self.air_columns) < 0 or sum(self.air_columns) < 1):
            raise PhysicsError("air columns: two numbers, 0 or more, one of them above 0", found=str(self.air_columns))

    def to_json(self) -> str:
        """The options as one line of JSON, the same for the same options."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Corrections:
        """The options written by :meth:`to_json`."""
        read: dict[str, Any] = json.loads(text)
        air = read.pop("air_columns")
        zingers, stripes, phase = (read.pop(name) for name in ("zingers", "stripes", "phase"))
        return cls(
            zingers=None if zingers is None else Zingers(**zingers),
            stripes=Stripes(**stripes),
            phase=None if phase is None else PhaseStep(**phase),
            air_columns=None if air is None else (air[0], air[1]),
            **read,
        )
