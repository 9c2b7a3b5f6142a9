"""What a series shows, in sentences with their uncertainty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from alkanode.foundation.sources import Estimate
from alkanode.studies.tomography.numbers import pair_of, short_name
from alkanode.studies.wording import worded

if TYPE_CHECKING:
    from alkanode.tomography.series import SeriesResult

_NOT_MASS = "Attenuation is not mass: K in place of liquid raises it while mass falls. [computed]"


def findings_of(result: SeriesResult, estimates: Mapping[str, Estimate], *, stopped: str = "") -> tuple[str, ...]:
    """Sentences of a series, the most important first, each with what it rests on in a few words.

    Parameters
    ----------
    result
        The series.
    estimates
        Of :func:`~alkanode.studies.tomography.numbers.estimates_of`; their labels say more.
    stopped
        What ended the run before all was made.
    """
    sentences = []
    if not result.finished or stopped:
        sentences.append(_incomplete(result, stopped))
    of_pairs = [_of_pair(result, pair, estimates) for pair in result.pairs]
    if any(of_pairs):
        sentences += [sentence for told in of_pairs for sentence in told]
        sentences.append(_NOT_MASS)
    shares = [(scan, estimates.get(f"contact_area_fraction_in_{scan}")) for scan in result.scans]
    known = [(scan, one) for scan, one in shares if one is not None and one.value is not None]
    if known:
        (low_scan, low), (high_scan, high) = (
            known[int(pick([float(one.value or 0.0) for _, one in known]))] for pick in (np.argmin, np.argmax)
        )
        sentences.append(
            f"Contact with the electrolyte is smallest in {low_scan}, {worded(low)}, and largest in {high_scan}, "
            f"{worded(high)}. [measured, an upper bound of electrical contact]"
        )
    return tuple(sentences)


def _incomplete(result: SeriesResult, stopped: str) -> str:
    states = list(result.tasks.values())
    why = f" Stopped: {stopped.rstrip('.')}." if stopped else ""
    return (
        f"The series is not complete: {states.count('done')} of {len(states)} results are made and shown; the same command "
        f"goes on from there.{why} [see what failed]"
    )


def _of_pair(result: SeriesResult, pair: str, estimates: Mapping[str, Estimate]) -> list[str]:
    before, after = pair_of(result, pair)
    short = short_name(result, pair)
    told = []
    gained, lost = (estimates.get(f"{name}_{short}") for name in ("volume_gained", "volume_lost"))
    if gained is not None and lost is not None:
        moved = estimates.get(f"volume_displaced_{short}")
        apart = f"; {worded(moved)} more only moved" if moved is not None and moved.value else ""
        whole = f"volume_gained_found_{short}" in estimates
        which = "grains that noise hid included" if whole else "in grains found one by one"
        told.append(
            f"From {before} to {after}, {worded(gained)} gained and {worded(lost)} lost attenuation, {which}{apart}. "
            f"[{_basis(gained)}]"
        )
    gained, lost = (estimates.get(f"{name}_total_{short}") for name in ("volume_gained", "volume_lost"))
    if gained is not None and lost is not None and gained.value is not None:
        told.append(
            f"By the whole distribution of the change, {worded(gained)} gained and {worded(lost)} lost attenuation from "
            f"{before} to {after}. [{_basis(gained)}]"
        )
    return told


def _basis(estimate: Estimate) -> str:
    """What an estimate rests on, up to the first mark of its label: the table of numbers has the whole."""
    return re.split(r"[;:,]", estimate.label, maxsplit=1)[0].strip()
