"""The table of printed numbers on alkali alloys beside ours, as a record."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from alkanode.data.kinds.thermo import PUBLISHED_TEXT
from alkanode.data.schema import SCHEMA_VERSION, check
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import add_sources
from alkanode.thermo.published.figure import Answer, PublishedFigure
from alkanode.thermo.published.questions import answer_to
from alkanode.thermo.published.reading import published_figures
from alkanode.thermo.published.verdicts import judge

_DRAWS = 200


def published_comparison(
    keys: Sequence[str] | None = None, *, source: str | None = None, draws: int = _DRAWS
) -> xr.Dataset:
    """Numbers that papers print on the thermodynamics of Li-Na-K anodes, each beside ours with role and verdict.

    Parameters
    ----------
    keys
        Figures by their key, or by the name of a row in a table of printed figures (``"S004-073"``); ``None`` takes all.
    source
        Key of one paper, for example ``"Park2021"``; ``None`` takes all.
    draws
        Sets of the assessments' parameters behind their intervals. The default, 200, finds the ends of a 95 % interval to about
        a sixth of its half width; 0 leaves the intervals out, and a verdict then rests on our number alone.

    Returns
    -------
    Dataset
        Kind ``published_comparison``, over ``figure`` (coordinate: the key). ``printed`` and ``ours_interval`` and
        ``ours_assessment_interval`` (figure, bound), ``ours`` and ``tolerance``, in the paper's ``unit``. ``printed`` has two
        equal bounds for one number and NaN where only words stand; ``as_printed`` gives the statement with its doubt.
        ``ours_interval`` covers the uncertainty of the temperature, ``ours_assessment_interval`` 95 % over the parameters of the
        assessment; NaN where neither enters or the uncertainty is not known. Text: ``rows`` (names in tables of printed figures),
        ``source`` (key of the paper), ``place``, ``quantity``, ``condition``, ``tolerance_reason``, ``rests_on`` (what ours rests
        on), and

        * ``role``: ``calibration``, ``prediction``, ``arithmetic``, ``comparison``, ``input`` or ``not computable``;
        * ``verdict``: ``agrees``, ``differs``, ``printed contradicts itself`` (other statements of the same paper give another
          number), ``bound met`` or ``cannot say``; ``reason`` says why.

    Raises
    ------
    PhysicsError
        For a key or paper without figures.

    Notes
    -----
    Only agreement of a prediction speaks for an assessment. A calibration that agrees shows that the code computes what was
    fitted.

    References
    ----------
    :cite:`Wu2025`, :cite:`WuHatzell`, :cite:`Koh2024`, :cite:`Park2021`

    Examples
    --------
    >>> table = published_comparison(["S004-073"], draws=0)
    >>> table.verdict.item(), table.role.item(), round(table.ours.item(), 1)
    ('agrees', 'calibration', 260.5)
    """
    if draws < 0:
        raise PhysicsError("0 draws or more are needed", found=str(draws))
    chosen = _chosen(keys, source)
    answers = [answer_to(figure, draws) for figure in chosen]
    record = _record(chosen, answers)
    record.attrs["draws"] = draws
    add_sources(record, [figure.source for figure in chosen if figure.source])
    add_sources(record, [key for answer in answers if answer is not None for key in answer.sources])
    check(record, "published_comparison")
    record.attrs.update(kind="published_comparison", schema_version=SCHEMA_VERSION)
    return record


def _chosen(keys: Sequence[str] | None, source: str | None) -> list[PublishedFigure]:
    every = published_figures()
    papers = sorted({figure.source for figure in every if figure.source})
    if source is not None and source not in papers:
        raise PhysicsError(
            "a paper with printed figures is needed", found=repr(source), todo=f"Known: {', '.join(papers)}"
        )
    of_paper = [figure for figure in every if source in (None, figure.source)]
    if keys is None:
        return of_paper
    found = [figure for figure in of_paper if {figure.key, *figure.rows} & set(keys)]
    unknown = set(keys) - {name for figure in found for name in (figure.key, *figure.rows)}
    if unknown or not found:
        raise PhysicsError(
            "keys of printed figures are needed",
            found=", ".join(sorted(unknown)) or "none",
            todo="published_comparison(draws=0).figure lists them",
        )
    return found


def _record(figures: Sequence[PublishedFigure], answers: Sequence[Answer | None]) -> xr.Dataset:
    nothing = Answer(value=np.nan, label="")
    given = [nothing if answer is None else answer for answer in answers]
    judged = [judge(figure, answer) for figure, answer in zip(figures, answers, strict=True)]
    columns: dict[str, list[str]] = {
        name: [str(getattr(figure, name)) for figure in figures]
        for name in PUBLISHED_TEXT
        if name not in ("rows", "verdict", "reason", "rests_on")
    }
    columns["rows"] = [" ".join(figure.rows) for figure in figures]
    columns["verdict"] = [verdict for verdict, _ in judged]
    columns["reason"] = [reason for _, reason in judged]
    columns["rests_on"] = [answer.label for answer in given]
    pairs = ("figure", "bound")
    return xr.Dataset(
        {
            "printed": (pairs, np.array([(figure.lower, figure.upper) for figure in figures])),
            "ours": ("figure", np.array([answer.value for answer in given])),
            "ours_interval": (pairs, np.array([answer.interval for answer in given])),
            "ours_assessment_interval": (pairs, np.array([answer.assessment_interval for answer in given])),
            "tolerance": ("figure", np.array([figure.tolerance for figure in figures])),
            **{name: ("figure", np.array(columns[name], dtype=np.str_)) for name in PUBLISHED_TEXT},
        },
        coords={"figure": [figure.key for figure in figures], "bound": ["lower", "upper"]},
    )
