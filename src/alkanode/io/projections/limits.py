"""From where on something is called a defect."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionLimits:
    """From where on something is called a defect.

    Attributes
    ----------
    flat_drift
        Share by which flats before and after may differ. 0.5 % already makes a ring pattern of the size of the noise
        of one projection at 2e4 counts (0.7 %); drifts of 1.5 % were seen.
    outlier_sigmas
        Standard errors beyond which a reading of one flat is an outlier (zinger): at 8 none is expected by chance in
        10 million pixels, Poisson tails included.
    dead_response
        Share of the median response below which a pixel is dead.
    unsteady
        Ratio of the scatter of a pixel over the flats to that of its like beyond which it fluctuates.
    starved
        Transmission below which a row is starved of photons: at 2e4 counts in the flat, 1 % leaves 200.
    air
        Mean transmission of the outer columns below which the sample is wider than the view.
    beam_jump
        Share by which one projection may differ from its neighbours in intensity: a top-up changes a ring by about
        1 %, a dump takes the beam away.
    axial_shift
        Rows by which a projection and its mirror half a turn later may be apart along the axis.
    total_change
        Share by which the total attenuation of a projection and its mirror may differ.
    saturated
        Share of the readings at the full scale from which a scan cannot be used: beyond half of them the beam is not
        known anywhere, and neither is what the sample took from it.
    """

    flat_drift: float = 0.005
    outlier_sigmas: float = 8.0
    dead_response: float = 0.1
    unsteady: float = 5.0
    starved: float = 0.01
    air: float = 0.9
    beam_jump: float = 0.05
    axial_shift: float = 1.0
    total_change: float = 0.02
    saturated: float = 0.5
