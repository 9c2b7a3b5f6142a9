"""Headline numbers of a series, named by the pair of scans that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alkanode.foundation.errors import AlkanodeError
from alkanode.foundation.sources import Estimate

if TYPE_CHECKING:
    from alkanode.tomography.series import SeriesResult


def estimates_of(result: SeriesResult) -> dict[str, Estimate]:
    """Volumes gained and lost, moved matter, balance and contact, by ``name_of_scan``.

    Parameters
    ----------
    result
        The series.

    Returns
    -------
    dict
        ``volume_gained_in_scan-3``: the scan against the one it is compared with; where a scan is compared with several,
        the name says both. ``volume_gained_in_...`` sums the grains found one by one; ``volume_gained_total_in_...`` comes
        from the whole distribution of the change.
    """
    from alkanode.tomography.differences import distribution_estimates
    from alkanode.tomography.grains import balance_estimate, contact_estimates, crack_estimate, grain_estimates

    found: dict[str, Estimate] = {}
    for pair in result.pairs:
        short = short_name(result, pair)
        if result.has("grains", pair):
            found |= {f"{name}_{short}": one for name, one in grain_estimates(result.open("grains", pair)).items()}
        if result.has("distribution", pair):
            totals = distribution_estimates(result.open("distribution", pair))
            found |= {f"{name}_total_{short}": one for name, one in totals.items()}
        if result.has("conservation", pair):
            found[f"attenuation_balance_{short}"] = balance_estimate(result.open("conservation", pair))
    for scan in result.scans:
        if result.has("contact", scan):
            try:
                share = contact_estimates(result.open("contact", scan))["contact_area_fraction"]
            except AlkanodeError:
                continue
            found[f"contact_area_fraction_in_{scan}"] = share
        if result.has("cracks", scan):
            found[f"widest_crack_in_{scan}"] = crack_estimate(result.open("cracks", scan))
    return found


def short_name(result: SeriesResult, pair: str) -> str:
    """``in_scan-3`` where scans are compared with the reference only, else ``in_scan-3_since_scan-2``."""
    before, after = pair_of(result, pair)
    return f"in_{after}" if before == result.reference else f"in_{after}_since_{before}"


def pair_words(result: SeriesResult, pair: str) -> str:
    """A pair as a reader says it: ``scan-3 against scan-1``."""
    before, after = pair_of(result, pair)
    return f"{after} against {before}"


def pair_of(result: SeriesResult, pair: str) -> tuple[str, str]:
    """Names of the scan before and the scan after."""
    before, after = next(
        (one, other) for (one, other), name in zip(result.manifest["pairs"], result.pairs, strict=True) if name == pair
    )
    return str(before), str(after)
