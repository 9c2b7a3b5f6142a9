"""How well failures were found: what was flagged against what truly happened.

A failure counts as found when an event of its class lies in its window: from its first sign to its onset (or its end, where
it lasts), widened by a tolerance. The ``suspected_`` form of a class is counted apart. An event in a clean control is a false
alarm of its class. Nothing here knows how the detector works.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.sources import Estimate
from alkanode.virtual.detection.failing_cells import FailingTrace, TrueEvent

CLASSES = (
    "hard_short",
    "contact_loss",
    "soft_short_transient",
    "soft_short_hidden",
    "depletion",
    "overpotential_growth",
)

SUSPECTED = {"suspected_short": "hard_short", "suspected_contact_loss": "contact_loss"}
"""Weaker name -> class."""

LEAK_BINS = (0.0, 0.05, 0.1, 0.2, 0.4, 1.0)

CONTRAST_BINS = (0.0, 1.0, 3.0, 10.0, 30.0, float("inf"))
"""Drop of the voltage over the noise of one sample."""

CONFIDENCE_BINS = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)

WILSON_95 = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far from the truth an event may lie.

    Attributes
    ----------
    samples
        Rows around the window of a hard or transient short: a median of some ten samples on either side finds it.
    share
        Share of a half cycle, in rows, around the window of contact loss and depletion (where this is more than
        ``samples``): both grow over a part of the half cycle, and the truth names a level of contact, not a voltage.
    """

    samples: int = 25
    share: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One event of the detector, judged.

    Attributes
    ----------
    failure
        As the detector named it.
    row
        Its row.
    confidence
        0 to 1, or NaN where the detector gives none.
    right
        Whether a failure of that class truly happened there.
    """

    failure: str
    row: int
    confidence: float
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What became of one true failure.

    Attributes
    ----------
    event
        The true failure.
    outcome
        ``"found"``, ``"suspected"``, ``"elsewhere"`` (its class was flagged, outside the window) or ``"missed"``.
    error
        Row of the event over that of the nearest onset, where it was found or suspected; else NaN.
    """

    event: TrueEvent
    outcome: str
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One trace, judged.

    Attributes
    ----------
    trace_seed, clean, hours
        Of the trace.
    findings
        One per true failure.
    flags
        One per event of the detector.
    """

    trace_seed: int
    clean: bool
    hours: float
    findings: tuple[Finding, ...] = field(default=())
    flags: tuple[Flag, ...] = field(default=())

    @property
    def named(self) -> frozenset[str]:
        """Names that the detector gave, the suspected ones included."""
        return frozenset(flag.failure for flag in self.flags)


def wilson(hits: int, trials: int) -> Estimate:
    """A share with its 95 % interval.

    Parameters
    ----------
    hits, trials
        Counts.

    Returns
    -------
    Estimate
        ``value`` is ``None`` without trials; the interval is Wilson's score interval, which holds for few trials and
        shares near 0 and 1.
    """
    label = "computed; interval: Wilson score, 95 %"
    if trials == 0:
        return Estimate(value=None, unit="1", quantity="fraction", label=label)
    share, z2 = hits / trials, WILSON_95**2
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = WILSON_95 / (1 + z2 / trials) * np.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    interval = (max(0.0, float(middle - half)), min(1.0, float(middle + half)))
    return Estimate(value=share, unit="1", quantity="fraction", label=label, interval=interval)


def judge(trace: FailingTrace, failures: xr.Dataset, tolerance: Tolerance | None = None) -> Judgement:
    """Compare what was flagged in a trace with what truly happened.

    Parameters
    ----------
    trace
        With its truth.
    failures
        Kind ``failures``: ``failure`` and ``row`` (event); ``confidence`` where the detector gives it.
    tolerance
        Default :class:`Tolerance`.

    Returns
    -------
    Judgement
        Outcome of every true failure and of every flag.
    """
    tolerance = tolerance or Tolerance()
    names = [str(name) for name in failures["failure"].to_numpy()]
    rows = failures["row"].to_numpy().astype(np.int64)
    confidence = np.full(rows.size, np.nan)
    if "confidence" in failures.variables:
        confidence = failures["confidence"].to_numpy().astype(float)
    half = _rows_per_half_cycle(trace)
    findings = tuple(_outcome(event, names, rows, _slack(event, half, tolerance)) for event in trace.events)
    flags = tuple(
        Flag(
            failure=name,
            row=int(row),
            confidence=float(sure),
            right=any(
                event.failure == SUSPECTED.get(name, name) and _lies_in(event, int(row), _slack(event, half, tolerance))
                for event in trace.events
            ),
        )
        for name, row, sure in zip(names, rows, confidence, strict=True)
    )
    return Judgement(trace_seed=trace.seed, clean=trace.clean, hours=trace.hours, findings=findings, flags=flags)


def _rows_per_half_cycle(trace: FailingTrace) -> float:
    sign = np.sign(trace.record["current"].to_numpy())
    sign = sign[sign != 0]
    turns = np.count_nonzero(np.diff(sign)) + 1
    return float(sign.size / turns)


def _slack(event: TrueEvent, half_cycle: float, tolerance: Tolerance) -> int:
    if event.failure in ("hard_short", "soft_short_transient"):
        return tolerance.samples
    return max(tolerance.samples, round(tolerance.share * half_cycle))


def _window(event: TrueEvent, episode: int) -> tuple[int, int]:
    """First and last row at which an episode should be flagged."""
    end = event.onsets[episode] if event.failure == "hard_short" else event.ends[episode]
    return event.first_signs[episode], end


def _lies_in(event: TrueEvent, row: int, slack: int) -> bool:
    """Whether a flag at a row speaks of a true failure; a short that stays is true until the end."""
    return any(sign - slack <= row <= end + slack for sign, end in zip(event.first_signs, event.ends, strict=True))


def _outcome(event: TrueEvent, names: Sequence[str], rows: npt.NDArray[np.int64], slack: int) -> Finding:
    best = "missed"
    error = float("nan")
    onsets = np.array(event.onsets)
    windows = [_window(event, episode) for episode in range(onsets.size)]
    for name, row in zip(names, rows, strict=True):
        if SUSPECTED.get(name, name) != event.failure:
            continue
        inside = any(first - slack <= row <= last + slack for first, last in windows)
        this = ("suspected" if name in SUSPECTED else "found") if inside else "elsewhere"
        order = ("missed", "elsewhere", "suspected", "found")
        if order.index(this) > order.index(best):
            best = this
            if inside:
                error = float(row - onsets[np.argmin(np.abs(onsets - row))])
    return Finding(event=event, outcome=best, error=error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """How many true failures of one class were found.

    Attributes
    ----------
    failure
        The class.
    total, found, suspected, elsewhere, missed
        Counts; they add up to ``total``.
    share
        Found over total, with its interval.
    share_suspected
        Found or suspected over total, with its interval.
    error
        Median and quartiles of the onset's error in samples (found and suspected), or ``None``.
    """

    failure: str
    total: int
    found: int
    suspected: int
    elsewhere: int
    missed: int
    share: Estimate
    share_suspected: Estimate
    error: tuple[float, float, float] | None


def sensitivity(
    judged: Iterable[Judgement],
    failure: str,
    *,
    strength: tuple[float, float] = (0.0, float("inf")),
    contrast: tuple[float, float] | None = None,
) -> Sensitivity:
    """Count what became of the true failures of a class.

    Parameters
    ----------
    judged
        Judged traces.
    failure
        One of :data:`CLASSES`.
    strength
        Only failures whose strength lies from the first to below the second number.
    contrast
        Likewise of the contrast; by default whatever it is.

    Returns
    -------
    Sensitivity
        Counts, shares with intervals, error of the onset.
    """
    found = [
        finding
        for judgement in judged
        for finding in judgement.findings
        if finding.event.failure == failure
        and strength[0] <= finding.event.strength < strength[1]
        and (contrast is None or contrast[0] <= finding.event.contrast < contrast[1])
    ]
    counts = {word: sum(f.outcome == word for f in found) for word in ("found", "suspected", "elsewhere", "missed")}
    errors = np.array([finding.error for finding in found if np.isfinite(finding.error)])
    quartiles = None
    if errors.size:
        low, middle, high = np.quantile(errors, [0.25, 0.5, 0.75])
        quartiles = (float(middle), float(low), float(high))
    return Sensitivity(
        failure=failure,
        total=len(found),
        share=wilson(counts["found"], len(found)),
        share_suspected=wilson(counts["found"] + counts["suspected"], len(found)),
        error=quartiles,
        **counts,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """False alarms of one class among the clean controls.

    Attributes
    ----------
    failure
        Name as flagged.
    controls, alarmed
        Clean controls, and those with at least one such flag.
    share
        Their ratio, with its interval.
    per_100_hours
        Flags per 100 h of test.
    """

    failure: str
    controls: int
    alarmed: int
    share: Estimate
    per_100_hours: float


def false_alarms(judged: Iterable[Judgement], *failures: str) -> Alarms:
    """Count the clean controls in which any of some names was flagged.

    Parameters
    ----------
    judged
        Judged traces; those that are no clean control do not count.
    failures
        Names as the detector gives them.

    Returns
    -------
    Alarms
        Counts, share with its interval, and flags per 100 h of test.
    """
    controls = [judgement for judgement in judged if judgement.clean]
    flags = sum(flag.failure in failures for judgement in controls for flag in judgement.flags)
    alarmed = sum(bool(judgement.named & set(failures)) for judgement in controls)
    hours = sum(judgement.hours for judgement in controls)
    return Alarms(
        failure=" or ".join(failures),
        controls=len(controls),
        alarmed=alarmed,
        share=wilson(alarmed, len(controls)),
        per_100_hours=100 * flags / hours if hours else float("nan"),
    )


def confusion(judged: Sequence[Judgement]) -> xr.Dataset:
    """What was flagged in traces of each kind.

    Parameters
    ----------
    judged
        Judged traces.

    Returns
    -------
    Dataset
        ``traces`` (truth, flagged): traces with the failure in which the name was flagged anywhere; ``total`` (truth).
        ``truth`` is ``clean`` or a class; a trace with two failures counts in both rows. ``flagged`` holds ``nothing``.
    """
    truths, flagged = ("clean", *CLASSES), (*CLASSES, *SUSPECTED, "nothing")
    table = np.zeros((len(truths), len(flagged)), dtype=np.int64)
    total = np.zeros(len(truths), dtype=np.int64)
    for judgement in judged:
        true = {"clean"} if judgement.clean else {finding.event.failure for finding in judgement.findings}
        named = judgement.named or {"nothing"}
        for row in (truths.index(name) for name in true):
            total[row] += 1
            table[row] += [name in named for name in flagged]
    return xr.Dataset(
        {"traces": (("truth", "flagged"), table), "total": (("truth",), total)},
        coords={"truth": list(truths), "flagged": list(flagged)},
    )


def calibration(
    judged: Iterable[Judgement], bins: Sequence[float] = CONFIDENCE_BINS
) -> list[tuple[float, float, Estimate]]:
    """How often flags of some confidence are right.

    Parameters
    ----------
    judged
        Judged traces; flags without a confidence do not count.
    bins
        Edges of the bins of confidence, rising from 0 to 1.

    Returns
    -------
    list of (low, high, Estimate)
        One per bin of confidence that holds a flag: the share of right ones, with its interval.
    """
    flags = [flag for judgement in judged for flag in judgement.flags if np.isfinite(flag.confidence)]
    table = []
    for low, high in pairwise(bins):
        inside = [
            flag.right for flag in flags if low <= flag.confidence and (flag.confidence < high or high == bins[-1])
        ]
        if inside:
            table.append((low, high, wilson(sum(inside), len(inside))))
    return table
