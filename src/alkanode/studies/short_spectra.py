"""Whether the arcs of the impedance vanish with a short that the voltage showed: the sentence that two techniques allow.

A short beside the electrolyte carries the alternating current as well, so that the capacitive arcs collapse and the spectrum
shrinks to a point near the real axis. Arcs that stay say that the path was gone again when the spectrum was taken, or that
there never was one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import SchemaError
from alkanode.studies.wording import number, percent

SHORTS = ("hard_short", "suspected_short", "soft_short_transient", "soft_short_hidden")

COLLAPSE = 0.2
"""Height and width of the arcs after a short over those before below which they have vanished; the threshold by which
:func:`alkanode.electrochem.find_failures` counts the spectra as a second sign."""

STAYS = 0.8
"""Share above which they are as they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArcsAround:
    """Arcs of the last usable spectrum before an event and of the first one after it.

    Attributes
    ----------
    before, after
        Numbers of the spectra.
    span_before, span_after
        Largest minus smallest real part over the frequencies that both have, ohm.
    height_before, height_after
        Largest -Im Z over those frequencies, ohm.
    lowest
        Lowest frequency that both have, Hz.
    """

    before: int
    after: int
    span_before: float
    span_after: float
    height_before: float
    height_after: float
    lowest: float

    @property
    def share(self) -> float:
        """What is left of the larger of width and height."""
        spans = self.span_after / self.span_before if self.span_before > 0 else np.inf
        heights = self.height_after / self.height_before if self.height_before > 0 else np.inf
        return float(max(spans, heights)) if np.isfinite([spans, heights]).any() else float("nan")

    @property
    def verdict(self) -> str:
        """``"vanished"``, ``"stay"``, ``"smaller"`` or ``"cannot say"``."""
        if not np.isfinite(self.share):
            return "cannot say"
        return "vanished" if self.share < COLLAPSE else "stay" if self.share > STAYS else "smaller"


def arcs_around(checked: xr.Dataset, time: float, *, sound: float | None = None) -> ArcsAround | None:
    """Arcs before and after an event, or ``None`` where no usable spectrum stands on one side.

    Parameters
    ----------
    checked
        Checked impedance record.
    time
        When the voltage shows the event, s on the clock of the spectra.
    sound
        When the voltage last showed a sound cell (s): a spectrum in the rest between may have seen the event already and
        is taken for neither side. Default ``time``.

    Raises
    ------
    SchemaError
        When the spectra have no time.
    """
    if "time" not in checked.variables:
        raise SchemaError("arcs before and after an event need the time of every spectrum", found="none")
    when = checked["time"].to_numpy().astype(float)
    usable = np.isfinite(when)
    if "masked" in checked.variables:
        usable &= ~checked["masked"].to_numpy()
    earlier = np.flatnonzero(usable & (when < (time if sound is None else sound)))
    later = np.flatnonzero(usable & (when >= time))
    if earlier.size == 0 or later.size == 0:
        return None
    before, after = int(earlier[np.argmax(when[earlier])]), int(later[np.argmin(when[later])])
    spectra = [_points(checked, index) for index in (before, after)]
    low = max(float(f.min(initial=np.inf)) for f, _ in spectra)
    high = min(float(f.max(initial=0.0)) for f, _ in spectra)
    if not low < high:
        return None
    sizes = [_arcs(f, Z, low, high) for f, Z in spectra]
    return ArcsAround(
        before=before,
        after=after,
        span_before=sizes[0][0],
        span_after=sizes[1][0],
        height_before=sizes[0][1],
        height_after=sizes[1][1],
        lowest=low,
    )


def _points(checked: xr.Dataset, index: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.complex128]]:
    frequency, Z = checked["frequency"].to_numpy()[index].astype(float), checked["impedance"].to_numpy()[index]
    good = np.isfinite(frequency) & np.isfinite(Z) & (frequency > 0)
    return frequency[good], Z[good]


def _arcs(
    frequency: npt.NDArray[np.float64], Z: npt.NDArray[np.complex128], low: float, high: float
) -> tuple[float, float]:
    """Width and height of the arcs between two frequencies (Hz); the inductive part has no height."""
    within = Z[(frequency >= low * (1 - 1e-6)) & (frequency <= high * (1 + 1e-6))]
    capacitive = within[within.imag <= 0]
    if capacitive.size == 0:
        return 0.0, 0.0
    return float(np.ptp(capacitive.real)), float(-capacitive.imag.min())


def short_sentence(kind: str, moment: str, arcs: ArcsAround | None) -> str:
    """What the spectra say of a short at a moment, in a sentence."""
    if arcs is None:
        return (
            f"No spectra before and after the {_name(kind)} at {moment} can be compared: whether the arcs of the impedance "
            "vanish is not known. [measured]"
        )
    sizes = (
        f"spectrum {arcs.after} spans {number(arcs.span_after, 3)} ohm and is {number(arcs.height_after, 3)} ohm high, where "
        f"spectrum {arcs.before} before it spanned {number(arcs.span_before, 3)} ohm and was {number(arcs.height_before, 3)} ohm "
        f"high (above {number(arcs.lowest, 3)} Hz)"
    )
    meaning = {
        "vanished": f"the capacitive arcs vanish to at most {percent(arcs.share, 2)}, as a lasting electronic path makes them",
        "smaller": f"the arcs shrink to {percent(arcs.share, 2)}: a partial path, or an interface that changed as well",
        "stay": f"the arcs are still there ({percent(arcs.share, 3)}): no lasting path bridges the electrolyte when the spectrum "
        "was taken",
        "cannot say": "no arc stands in the spectrum before it, so that nothing can vanish",
    }[arcs.verdict]
    return f"After the {_name(kind)} at {moment} {meaning}; {sizes}. [measured]"


def _name(kind: str) -> str:
    return {
        "hard_short": "hard short",
        "suspected_short": "possible short",
        "soft_short_transient": "transient soft short",
        "soft_short_hidden": "hidden soft short",
    }.get(kind, kind.replace("_", " "))
