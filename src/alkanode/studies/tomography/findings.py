"""What a series shows, in sentences with their uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alkanode.foundation.sources import Estimate
from alkanode.studies.tomography.numbers import pair_of, short_name
from alkanode.studies.wording import worded

if TYPE_CHECKING:
    from alkanode.tomography.series import SeriesResult

_SAID = "measured; attenuation, not mass: K in place of liquid raises attenuation while mass falls"


def findings_of(result: SeriesResult, estimates: dict[str, Estimate]) -> tuple[str, ...]:
    """Sentences of a series, the most important first."""
    sentences = []
    for pair in result.pairs:
        before, after = pair_of(result, pair)
        short = short_name(result, pair)
        if f"volume_gained_{short}" not in estimates:
            continue
        gained, lost = (estimates[f"{name}_{short}"] for name in ("volume_gained", "volume_lost"))
        moved = estimates.get(f"volume_displaced_{short}")
        apart = f"; {worded(moved)} more only moved" if moved is not None and moved.value else ""
        sentences.append(
            f"From {before} to {after}, {worded(gained)} gained and {worded(lost)} lost attenuation{apart}. [{_SAID}]"
        )
        totals = [estimates.get(f"{name}_total_{short}") for name in ("volume_gained", "volume_lost")]
        if totals[0] is not None and totals[1] is not None and totals[0].value is not None:
            sentences.append(
                f"With grains too small to be found one by one, {worded(totals[0])} gained and {worded(totals[1])} lost "
                f"attenuation from {before} to {after}. [{totals[0].label}]"
            )
    shares = [(scan, estimates.get(f"contact_area_fraction_in_{scan}")) for scan in result.scans]
    known = [(scan, one) for scan, one in shares if one is not None and one.value is not None]
    if known:
        (low_scan, low), (high_scan, high) = (
            known[int(pick([float(one.value or 0.0) for _, one in known]))] for pick in (np.argmin, np.argmax)
        )
        sentences.append(
            f"Contact with the electrolyte is smallest in {low_scan} ({worded(low)}) and largest in {high_scan} "
            f"({worded(high)}). [{low.label}]"
        )
    if not result.finished:
        sentences.append("The series is not complete; what is there is shown. [see what failed]")
    return tuple(sentences)
