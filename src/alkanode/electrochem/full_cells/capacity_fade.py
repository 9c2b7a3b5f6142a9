"""How capacity fades: a knee or the reason why there is none, and the end of life under one stated criterion.

Knee and end of life are different numbers, and so are ends of life under different criteria: a cell that "decays rapidly after
150 cycles" and one that "gives no capacity after 1000" are not compared by those numbers.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import check, label
from alkanode.electrochem.hidden_shorts import lasting
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import Estimate, source
from alkanode.numerics.knee import Bend, line_and_exponential, straight, two_lines
from alkanode.numerics.robust_line import scatter

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FadeRule:
    """What counts as a knee and as the end of life.

    Attributes
    ----------
    criterion
        Share of the reference capacity at which life ends: 0.8, the habit of the field. 0 means no capacity at all.
    nothing
        Share below which a capacity counts as none, 0.01 (for ``criterion`` 0).
    confirmations
        Cycles in a row that must lie below, 3: one bad cycle is no end.
    transition
        Cycles over which the slope changes at the knee; 0, a sharp corner.
    least_segment
        Fewest cycles on each side of a knee, 4.
    evidence
        How much lower the Bayesian information criterion of a bend must be than that of one line, 10: "very strong" in the usual
        reading.
    confidence_level
        Of the intervals, 0.95.
    """

    criterion: float = 0.8
    nothing: float = 0.01
    confirmations: int = 3
    transition: float = 0.0
    least_segment: int = 4
    evidence: float = 10.0
    confidence_level: float = 0.95

    def __post_init__(self) -> None:
        if not 0 <= self.criterion < 1 or not 0 < self.nothing < 1 or self.transition < 0 or self.least_segment < 2:
            raise SchemaError(
                "a criterion lies from 0 to below 1, 'nothing' between 0 and 1, a transition is not negative, a segment has two "
                "cycles",
                found=str(self),
            )

    @property
    def threshold(self) -> float:
        """Share of the reference below which life is over."""
        return self.criterion or self.nothing


@source("BaconWatts1971", "Diao2019")
def capacity_fade(cycles: xr.Dataset, *, rule: FadeRule | None = None) -> xr.Dataset:
    """Find the knee and the end of life of a cell.

    Parameters
    ----------
    cycles
        Result of :func:`full_cell`.
    rule
        Thresholds; stored in ``attrs``.

    Returns
    -------
    Dataset
        Kind ``capacity_fade`` over the comparable cycles: ``capacity`` and ``fitted_capacity`` (C) of the chosen model; ``knee``
        (cycle) where two lines meet, with ``knee_interval``; ``tangent_knee``, where the tangents of least and most change of
        slope meet, with its interval; for each the reason of a refusal (empty: none); ``slope_before``, ``slope_after`` (C per
        cycle, of the chosen model, NaN without a bend); ``end_of_life`` (cycle, NaN where it was not reached) with its
        interval. ``attrs``: ``chosen`` (``"two lines"``, ``"line and exponential"``, ``"one line"``), the gains, the
        ``criterion``, ``last_cycle``.

    Raises
    ------
    SchemaError
        When there are fewer than three comparable cycles.

    Notes
    -----
    The two lines are those of Bacon and Watts; their corner is searched over all places, its interval holds the places whose
    residual the F-test does not tell from the best. The second definition follows Diao et al., as far as its abstract tells it;
    the curve on which the tangents are drawn, a line with an exponential, is a choice made here. Neighbouring cycles that err alike
    count for fewer cycles.

    References
    ----------
    :cite:`BaconWatts1971`, :cite:`Diao2019`
    """
    cycles, rule = check(cycles, "full_cell_cycles"), rule or FadeRule()
    kept = cycles["comparable"].to_numpy()
    number = cycles["cycle"].to_numpy()[kept].astype(float)
    capacity = cycles["discharge_capacity"].to_numpy()[kept]
    if number.size < 3:
        raise SchemaError("fade needs three comparable cycles", found=str(number.size))
    options = {"evidence": rule.evidence, "level": rule.confidence_level}
    corner = two_lines(number, capacity, transition=rule.transition, least_segment=rule.least_segment, **options)
    curve = line_and_exponential(number, capacity, **options)
    chosen, fitted, slopes = _chosen(number, capacity, corner, curve)
    reference = float(cycles.attrs["reference_capacity"])
    noise = scatter(capacity)
    life = _end(number, capacity, rule.threshold * reference, 0.0, rule.confirmations)
    early = _end(number, capacity, rule.threshold * reference, -2 * noise, rule.confirmations)
    late = _end(number, capacity, rule.threshold * reference, 2 * noise, rule.confirmations)
    last = float(number[-1])
    bound = np.array([last if np.isnan(early) else early, np.inf if np.isnan(late) else late])
    per_cycle = {"units": "C", "display_unit": "mAh per cycle"}
    result = xr.Dataset(
        {
            "capacity": (("cycle",), capacity, {"units": "C", "display_unit": "mAh"}),
            "fitted_capacity": (("cycle",), fitted, {"units": "C", "display_unit": "mAh"}),
            "knee": ((), corner.place),
            "knee_interval": (("bound",), np.array(corner.interval)),
            "knee_refused": ((), corner.refused),
            "tangent_knee": ((), curve.place),
            "tangent_knee_interval": (("bound",), np.array(curve.interval)),
            "tangent_knee_refused": ((), curve.refused),
            "slope_before": ((), slopes[0], per_cycle),
            "slope_after": ((), slopes[1], per_cycle),
            "end_of_life": ((), life),
            "end_of_life_interval": (("bound",), bound),
        },
        coords={"cycle": ("cycle", number.astype(np.int64))},
        attrs={
            "chosen": chosen,
            "gain_two_lines": corner.gain,
            "gain_exponential": curve.gain,
            "criterion": rule.criterion,
            "criterion_is": _criterion(rule),
            "reference_capacity": reference,
            "reference_is": cycles.attrs["reference_is"],
            "last_cycle": int(number[-1]),
            "left_out": int(kept.size - number.size),
            "rule": str(asdict(rule)),
        },
    )
    return label(result, "capacity_fade")


def _criterion(rule: FadeRule) -> str:
    share = f"{100 * rule.threshold:g} % of the reference capacity"
    return share if rule.criterion else f"no capacity (below {share})"


def _chosen(number: Floats, capacity: Floats, corner: Bend, curve: Bend) -> tuple[str, Floats, tuple[float, float]]:
    """Name, values and slopes of the model with the largest gain among those not refused."""
    rivals = [
        (bend.gain, name, bend)
        for name, bend in (("two lines", corner), ("line and exponential", curve))
        if not bend.refused
    ]
    if not rivals:
        return "one line", straight(number, capacity)[0], (np.nan, np.nan)
    _, name, bend = max(rivals, key=lambda rival: rival[0])
    return name, bend.fitted, bend.slopes


def _end(number: Floats, capacity: Floats, threshold: float, shift: float, confirmations: int) -> float:
    """Cycle at which the capacity (shifted) falls below a threshold for good, between the two cycles around it; NaN if never."""
    moved = capacity + shift
    below = moved < threshold
    place = lasting(below, min(confirmations, below.size))
    if place is None:
        return np.nan
    if place == 0:
        return float(number[0])
    above, under = moved[place - 1], moved[place]
    if not above > under:
        return float(number[place])
    return float(number[place - 1] + (number[place] - number[place - 1]) * (above - threshold) / (above - under))


def fade_estimates(fade: xr.Dataset) -> dict[str, Estimate]:
    """Headline numbers of :func:`capacity_fade`.

    Parameters
    ----------
    fade
        Its result.

    Returns
    -------
    dict
        ``knee`` and ``tangent_knee`` where not refused; ``end_of_life`` (value ``None`` and an interval open above where it was not
        reached).
    """
    fade = check(fade, "capacity_fade")
    found: dict[str, Estimate] = {}
    for name, how in (("knee", "where two lines meet"), ("tangent_knee", "where two tangents meet")):
        if not str(fade[f"{name}_refused"].item()):
            low, high = (float(end) for end in fade[f"{name}_interval"].to_numpy())
            found[name] = Estimate(
                value=float(fade[name]),
                unit="1",
                quantity="cycle_number",
                interval=(low, high),
                label=f"fitted, {how}; interval: 95 % by the F-test, correlated cycles counted once",
            )
    life = float(fade["end_of_life"])
    low, high = (float(end) for end in fade["end_of_life_interval"].to_numpy())
    found["end_of_life"] = Estimate(
        value=None if np.isnan(life) else life,
        unit="1",
        quantity="cycle_number",
        interval=(low, high),
        label=f"measured, at {fade.attrs['criterion_is']}; interval: twice the scatter of the capacity",
    )
    return found


def life_ratio(fade: xr.Dataset, other: xr.Dataset) -> Estimate:
    """Life of one cell over that of another, under one criterion.

    Parameters
    ----------
    fade, other
        Results of :func:`capacity_fade`.

    Returns
    -------
    Estimate
        Pure number; ``None`` where one of them did not reach its end, with what is still known as the interval.

    Raises
    ------
    SchemaError
        When their criteria differ.
    """
    fade, other = check(fade, "capacity_fade"), check(other, "capacity_fade")
    if fade.attrs["criterion_is"] != other.attrs["criterion_is"]:
        raise SchemaError(
            "lives are compared under one criterion",
            found=f"{fade.attrs['criterion_is']} and {other.attrs['criterion_is']}",
            todo="Run capacity_fade() with the same FadeRule(criterion=...) on both",
        )
    lives = [float(one["end_of_life"]) for one in (fade, other)]
    (low, high), (other_low, other_high) = (one["end_of_life_interval"].to_numpy() for one in (fade, other))
    known = bool(np.isfinite(lives).all())
    return Estimate(
        value=lives[0] / lives[1] if known else None,
        unit="1",
        quantity="fraction",
        interval=(float(low / other_high), float(high / other_low)),
        label=f"measured, both at {fade.attrs['criterion_is']}; interval: from the ends of both",
    )
