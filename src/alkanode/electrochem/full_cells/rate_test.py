"""Rate tests: groups of cycles at equal currents, the capacity at each, and what comes back at the first rate again."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import check, label
from alkanode.electrochem.full_cells.charge_and_discharge import equal_rate
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import Estimate
from alkanode.numerics.quantiles import student

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRule:
    """What counts as a group of cycles.

    Attributes
    ----------
    equal_current
        Currents within this share are equal, 0.05; charge and discharge both.
    least_cycles
        Fewest cycles of a group, 2: the spread needs two.
    """

    equal_current: float = 0.05
    least_cycles: int = 2


def rate_test(cycles: xr.Dataset, *, rule: RateRule | None = None) -> xr.Dataset:
    """Gather cycles by their currents.

    Parameters
    ----------
    cycles
        Result of :func:`full_cell`; only complete cycles count.
    rule
        Thresholds; stored in ``attrs``.

    Returns
    -------
    Dataset
        Kind ``rate_test``, one row per ``rate_group`` in order of time: ``c_rate`` of the discharge and ``charge_rate``,
        ``current`` (A, discharge), ``first_cycle``, ``last_cycle``, ``cycles``; ``capacity`` (C, mean discharge capacity), its
        standard deviation between the cycles and its range; ``share_of_first``. ``attrs``: ``recovery`` (last group at the first
        rate over the first group; NaN where the first rate did not return), its interval, ``single_cycles`` left out.

    Raises
    ------
    SchemaError
        When there are not two groups at different rates.

    Notes
    -----
    Ageing during the test lowers the later groups too; the recovery tells how much.
    """
    cycles, rule = check(cycles, "full_cell_cycles"), rule or RateRule()
    kept = np.flatnonzero(cycles["complete"].to_numpy())
    currents = {side: cycles[f"{side}_current"].to_numpy()[kept] for side in ("charge", "discharge")}
    held = (cycles["charge_hold_capacity"] / cycles["charge_capacity"]).to_numpy()[kept]
    edges = [0]
    while edges[-1] < kept.size:
        other = np.flatnonzero(~equal_rate(currents, held, edges[-1], rule.equal_current)[edges[-1] :])
        edges.append(edges[-1] + int(other[0]) if other.size else kept.size)
    edges = edges[:-1]
    groups = [kept[begin:end] for begin, end in zip(edges, [*edges[1:], kept.size], strict=True)] if kept.size else []
    lone = sum(group.size for group in groups if group.size < rule.least_cycles)
    groups = [group for group in groups if group.size >= rule.least_cycles]
    rates = np.array([np.median(cycles["discharge_rate"].to_numpy()[group]) for group in groups])
    charges = np.array([np.median(cycles["charge_rate"].to_numpy()[group]) for group in groups])
    slow = np.array([float(np.median(held[np.isin(kept, group)])) for group in groups])
    like_first = (
        equal_rate({"charge": charges, "discharge": rates}, slow, 0, rule.equal_current) if groups else np.ones(0, bool)
    )
    if like_first.all():
        raise SchemaError(
            f"a rate test needs two groups of {rule.least_cycles} or more cycles at different currents",
            found=f"{len(groups)} group{'s' if len(groups) != 1 else ''} at one current",
        )
    capacity = [cycles["discharge_capacity"].to_numpy()[group] for group in groups]
    mean = np.array([values.mean() for values in capacity])
    deviation = np.array([values.std(ddof=1) for values in capacity])
    numbers = [cycles["cycle"].to_numpy()[group] for group in groups]
    recovery, interval = _recovery(capacity, like_first)
    dim = ("rate_group",)
    amount = {"units": "C", "display_unit": "mAh"}
    result = xr.Dataset(
        {
            "c_rate": (dim, rates),
            "charge_rate": (dim, charges),
            "current": (dim, np.array([np.median(cycles["discharge_current"].to_numpy()[group]) for group in groups])),
            "first_cycle": (dim, np.array([one[0] for one in numbers])),
            "last_cycle": (dim, np.array([one[-1] for one in numbers])),
            "cycles": (dim, np.array([one.size for one in numbers])),
            "capacity": (dim, mean, amount),
            "capacity_deviation": (dim, deviation, amount),
            "capacity_range": ((*dim, "bound"), np.array([[one.min(), one.max()] for one in capacity]), amount),
            "share_of_first": (dim, mean / mean[0]),
        },
        attrs={
            "recovery": recovery,
            "recovery_interval": list(interval),
            "single_cycles": int(lone),
            "nominal_capacity": cycles.attrs["nominal_capacity"],
            "rule": str(asdict(rule)),
        },
    )
    return label(result, "rate_test")


def _recovery(capacity: list[Floats], like_first: npt.NDArray[np.bool_]) -> tuple[float, tuple[float, float]]:
    """Last group at the first rate, after another rate, over the first group; with a 95 % interval from both spreads."""
    again = np.flatnonzero(like_first & (np.arange(like_first.size) > np.argmin(like_first)))
    if again.size == 0:
        return np.nan, (np.nan, np.nan)
    first, last = capacity[0], capacity[again[-1]]
    ratio = float(last.mean() / first.mean())
    parts = [float(values.std(ddof=1) / np.sqrt(values.size) / values.mean()) for values in (first, last)]
    freedom = min(first.size, last.size) - 1
    reach = student(freedom) * ratio * math.hypot(*parts)
    return ratio, (ratio - reach, ratio + reach)


def rate_estimates(rates: xr.Dataset) -> dict[str, Estimate]:
    """Headline numbers of :func:`rate_test`: ``rate_recovery``, and ``share_at_highest_rate``.

    Parameters
    ----------
    rates
        Its result.
    """
    rates = check(rates, "rate_test")
    fastest = int(np.argmax(rates["c_rate"].to_numpy()))
    spread = [float(rates["capacity_deviation"][group] / rates["capacity"][group]) for group in (0, fastest)]
    share = float(rates["share_of_first"][fastest])
    reach = 2 * share * math.hypot(*spread)
    found = {
        "share_at_highest_rate": Estimate(
            value=share,
            unit="1",
            quantity="fraction",
            interval=(share - reach, share + reach),
            label=f"measured at {float(rates['c_rate'][fastest]):.3g} C over {float(rates['c_rate'][0]):.3g} C; interval: twice "
            "the scatter between cycles",
        )
    }
    if np.isfinite(rates.attrs["recovery"]):
        low, high = rates.attrs["recovery_interval"]
        found["rate_recovery"] = Estimate(
            value=float(rates.attrs["recovery"]),
            unit="1",
            quantity="fraction",
            interval=(float(low), float(high)),
            label="measured, last over first group at the first rate; interval: 95 % from the scatter between cycles",
        )
    return found
