"""The table of printed figures beside the cell models, as a record."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from alkanode.cell_models.published.figure import Answer, ModelFigure
from alkanode.cell_models.published.questions import answer_to
from alkanode.cell_models.published.reading import model_figures
from alkanode.cell_models.published.verdicts import judge
from alkanode.data.schema import label
from alkanode.foundation.errors import StudyError
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.foundation.sources import add_sources


def model_comparison(
    figures: Sequence[str] | None = None, *, paper: str | None = None, progress: Progress | None = None
) -> xr.Dataset:
    """Printed figures of four papers beside what the cell models give for them.

    Parameters
    ----------
    figures
        Names of figures (``"S000-058"``); by default all.
    paper
        Key of one paper: ``"Wu2025"``, ``"WuHatzell"``, ``"Koh2024"``, ``"Park2021"``; by default all.
    progress
        Told of every figure.

    Returns
    -------
    Dataset
        Kind ``published_model``, over ``figure``: ``published`` (the middle of a printed range, NaN for words), ``model``,
        ``interval``, ``baseline``, ``tolerance`` in the paper's ``unit``; ``printed`` (the statement), ``model_text`` (an answer in
        words), ``paper``, ``place``, ``quantity``, and

        * ``status``: ``calibrated`` (an input is this figure), ``fitted`` (a constant was set on it), ``predicted`` (nothing was) or
          ``missing`` (no model here gives it);
        * ``built_in``: whether a prediction is arithmetic or stands in the equations, so that it cannot fail;
        * ``verdict``: ``agrees``, ``differs``, ``in sample``, ``bound met``, ``bound broken`` or ``cannot say``, with its ``reason``.

    Raises
    ------
    StudyError
        For a figure or paper that is not known.
    MissingExtraError
        Without PyBaMM.

    Notes
    -----
    Only a prediction that agrees speaks for a model, and only where its baseline does not agree as well.

    References
    ----------
    :cite:`Wu2025`, :cite:`WuHatzell`, :cite:`Koh2024`, :cite:`Park2021`
    """
    chosen = _chosen(figures, paper)
    report = progress or NoProgress()
    answers: list[Answer | None] = []
    for number, figure in enumerate(chosen):
        answers.append(answer_to(figure))
        report.update(number + 1, len(chosen), "figures")
    record = _record(chosen, answers)
    add_sources(record, [one.paper for one in chosen])
    add_sources(record, [key for one in answers if one is not None for key in one.sources])
    return label(record, "published_model")


def _chosen(names: Sequence[str] | None, paper: str | None) -> list[ModelFigure]:
    every = model_figures()
    papers = sorted({one.paper for one in every})
    if paper is not None and paper not in papers:
        raise StudyError(
            "a paper with printed figures is needed", found=repr(paper), todo=f"Known: {', '.join(papers)}"
        )
    of_paper = [one for one in every if paper in (None, one.paper)]
    if names is None:
        return of_paper
    unknown = sorted(set(names) - {one.figure for one in of_paper})
    if unknown or not names:
        raise StudyError("names of printed figures are needed", found=", ".join(unknown) or "none")
    return [one for one in of_paper if one.figure in set(names)]


def _record(figures: Sequence[ModelFigure], answers: Sequence[Answer | None]) -> xr.Dataset:
    given = [Answer() if one is None else one for one in answers]
    judged = [judge(figure, answer) for figure, answer in zip(figures, answers, strict=True)]
    texts = {
        "paper": [one.paper for one in figures],
        "place": [one.place for one in figures],
        "quantity": [one.quantity for one in figures],
        "printed": [one.printed for one in figures],
        "unit": [one.unit for one in figures],
        "status": [one.status for one in figures],
        "verdict": [verdict for verdict, _ in judged],
        "reason": [reason for _, reason in judged],
        "model_text": [one.text for one in given],
    }
    return xr.Dataset(
        {name: ("figure", np.array(column, dtype=np.str_)) for name, column in texts.items()}
        | {
            "published": ("figure", np.array([(one.lower + one.upper) / 2 for one in figures])),
            "model": ("figure", np.array([one.value for one in given])),
            "built_in": ("figure", np.array([one.built_in for one in figures])),
            "baseline": ("figure", np.array([one.baseline for one in given])),
            "tolerance": ("figure", np.array([one.tolerance for one in figures])),
            "interval": (("figure", "bound"), np.array([one.interval for one in given]).reshape(-1, 2)),
        },
        coords={"figure": np.array([one.figure for one in figures], dtype=np.str_), "bound": ["lower", "upper"]},
    )
