"""Verdicts on printed numbers, with the reason in words."""

from __future__ import annotations

import math

from alkanode.thermo.published.figure import Answer, PublishedFigure, digits

AGREES = "agrees"
DIFFERS = "differs"
CONTRADICTS = "printed contradicts itself"
BOUND_MET = "bound met"
CANNOT_SAY = "cannot say"

VERDICTS = (AGREES, DIFFERS, CONTRADICTS, BOUND_MET, CANNOT_SAY)
"""Every verdict."""

_LARGEST_SHARE = 100
"""Per cent of the printed number up to which a difference is told as a share of it too."""


def judge(figure: PublishedFigure, answer: Answer | None) -> tuple[str, str]:
    """Verdict on a printed number and its reason.

    Parameters
    ----------
    figure
        The printed number.
    answer
        Ours; ``None`` where nothing is computed.

    Returns
    -------
    tuple
        One of :data:`VERDICTS`, and the reason.

    Notes
    -----
    A number agrees where ours lies within its tolerance. Where ours does not, but its interval over temperature and assessment
    (together, in quadrature) reaches the tolerance, nothing can be said. A bound that ours meets is met unless the interval
    crosses it.
    """
    if answer is None or figure.rule == "open" or math.isnan(answer.value):
        remark = "" if answer is None else answer.remark
        return CANNOT_SAY, _sentences(remark, figure.note)
    verdict, reason = _bound(figure, answer) if figure.rule in ("at most", "at least") else _number(figure, answer)
    return verdict, _sentences(reason, answer.remark, figure.note)


def _bound(figure: PublishedFigure, answer: Answer) -> tuple[str, str]:
    below = figure.rule == "at most"
    bound = figure.upper if below else figure.lower
    met = answer.value <= bound if below else answer.value >= bound
    text = f"ours lies {'below' if answer.value <= bound else 'above'} the bound"
    low, high = _together(answer)
    if met and (high > bound if below else low < bound):
        return CANNOT_SAY, f"{text}, but its interval crosses it"
    return (BOUND_MET if met else DIFFERS), text


def _number(figure: PublishedFigure, answer: Answer) -> tuple[str, str]:
    off = _off(figure, answer.value)
    if _gap(figure, answer.value) <= figure.tolerance:
        allowed = f", allowed {_with_unit(figure.tolerance, figure)} ({figure.tolerance_reason})"
        return AGREES, f"{off}{allowed if figure.tolerance else ''}"
    if figure.rule == "own numbers":
        return CONTRADICTS, f"other statements of the same paper give {_with_unit(answer.value, figure)}: {off}"
    beyond = (
        f", more than {_with_unit(figure.tolerance, figure)} ({figure.tolerance_reason})" if figure.tolerance else ""
    )
    low, high = _together(answer)
    if low <= figure.upper + figure.tolerance and high >= figure.lower - figure.tolerance:
        return CANNOT_SAY, f"{off}{beyond}, but our interval reaches it"
    return DIFFERS, f"{off}{beyond}"


def _together(answer: Answer) -> tuple[float, float]:
    """Interval over temperature and assessment together: their sides added in quadrature."""
    known = [bounds for bounds in (answer.interval, answer.assessment_interval) if not math.isnan(bounds[0])]
    below, above = (math.hypot(*(answer.value - bounds[side] for bounds in known)) for side in (0, 1))
    return answer.value - below, answer.value + above


def _gap(figure: PublishedFigure, value: float) -> float:
    """Distance from the printed number or range; digits beyond the twelfth are rounding."""
    return round(max(figure.lower - value, value - figure.upper, 0.0), 12)


def _off(figure: PublishedFigure, value: float) -> str:
    gap = _gap(figure, value)
    if figure.lower != figure.upper:
        return f"{_with_unit(gap, figure)} outside the printed range" if gap else "inside the printed range"
    if gap == 0:
        return "the same number"
    side = "above" if value > figure.upper else "below"
    share = 100 * gap / abs(figure.upper) if figure.upper else math.inf
    percent = f" ({digits(float(f'{share:.2g}'))} %)" if share < _LARGEST_SHARE else ""
    return f"{_with_unit(gap, figure)} {side} the printed number{percent}"


def _with_unit(value: float, figure: PublishedFigure) -> str:
    if figure.unit == "1":
        return digits(value)
    return f"{digits(value)}{' x ' if figure.unit[0].isdigit() else ' '}{figure.unit}"


def _sentences(*parts: str) -> str:
    return "; ".join(part.rstrip(".") for part in parts if part)
