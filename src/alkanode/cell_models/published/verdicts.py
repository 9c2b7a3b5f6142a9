"""Verdict on a printed figure beside a model."""

from __future__ import annotations

import math

from alkanode.cell_models.published.figure import Answer, ModelFigure

AGREES, DIFFERS, IN_SAMPLE = "agrees", "differs", "in sample"
BOUND_MET, BOUND_BROKEN, CANNOT_SAY = "bound met", "bound broken", "cannot say"
VERDICTS = (AGREES, DIFFERS, IN_SAMPLE, BOUND_MET, BOUND_BROKEN, CANNOT_SAY)
"""``in sample``: it agrees, but a constant was set on it, or it was an input; this speaks for nothing."""


def judge(figure: ModelFigure, answer: Answer | None) -> tuple[str, str]:
    """Verdict and reason.

    Notes
    -----
    A fitted or calibrated figure never "agrees": within its tolerance it is ``in sample``; outside it differs like any other.
    """
    if answer is None or figure.rule == "open":
        return CANNOT_SAY, _sentences("" if answer is None else answer.remark, figure.note)
    verdict, reason = _judged(figure, answer)
    if verdict in (AGREES, BOUND_MET) and figure.status in ("fitted", "calibrated"):
        verdict = IN_SAMPLE
    return verdict, _sentences(reason, answer.remark, figure.note)


def _judged(figure: ModelFigure, answer: Answer) -> tuple[str, str]:
    if figure.rule == "words":
        if answer.same is None:
            return CANNOT_SAY, ""
        return (AGREES if answer.same else DIFFERS), ""
    if math.isnan(answer.value):
        return CANNOT_SAY, "the model gives no number"
    if figure.rule in ("at least", "at most"):
        return _bound(figure, answer)
    gap = max(figure.lower - answer.value, answer.value - figure.upper, 0.0)
    off = _off(figure, answer.value)
    if gap <= figure.tolerance * (1 + 1e-9):
        return AGREES, off
    if answer.interval[0] <= figure.upper and answer.interval[1] >= figure.lower:
        return CANNOT_SAY, f"{off}; the interval reaches it"
    allowed = f" (allowed {figure.tolerance:.3g}: {figure.tolerance_reason})" if figure.tolerance else ""
    return DIFFERS, f"{off}{allowed}"


def _bound(figure: ModelFigure, answer: Answer) -> tuple[str, str]:
    least = figure.rule == "at least"
    met = answer.value >= figure.lower if least else answer.value <= figure.upper
    edge = answer.interval[0] if least else answer.interval[1]
    if met and not math.isnan(edge) and (edge < figure.lower if least else edge > figure.upper):
        return CANNOT_SAY, "the interval crosses the bound"
    return (BOUND_MET if met else BOUND_BROKEN), ""


def _off(figure: ModelFigure, value: float) -> str:
    if figure.lower != figure.upper:
        return "inside the printed range" if figure.lower <= value <= figure.upper else "outside the printed range"
    if figure.lower == 0 or not math.isfinite(value):
        return ""
    return f"{100 * (value / figure.lower - 1):+.0f} %"


def _sentences(*parts: str) -> str:
    return "; ".join(part.strip().rstrip(".") for part in parts if part)
