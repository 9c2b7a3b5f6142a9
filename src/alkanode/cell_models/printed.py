"""Printed figures of a paper beside what a model gives: one row per figure, with what was fitted told apart from what was predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.sources import add_sources

Status = Literal["calibrated", "fitted", "predicted", "missing"]
Verdict = Literal["agrees", "differs", "bound met", "bound broken", "cannot say", "in sample"]

_NAN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedRow:
    """One printed figure and its model.

    Attributes
    ----------
    figure
        Identifier of the figure.
    quantity
        What it is.
    published, model, baseline
        In ``unit``; NaN where there is none. The baseline is what the simplest law says, which the model has to beat.
    interval
        Of the model.
    unit
        Unit of the paper.
    status
        ``"calibrated"``: an input that is itself a fit to the figure. ``"fitted"``: the model's constants were set on it.
        ``"predicted"``: nothing was. ``"missing"``: no model here gives it.
    verdict
        What the comparison says.
    reason
        In words.
    """

    figure: str
    quantity: str
    published: float = _NAN
    model: float = _NAN
    interval: tuple[float, float] = (_NAN, _NAN)
    baseline: float = _NAN
    unit: str
    status: Status
    verdict: Verdict
    reason: str


def verdict_of(
    published: float, model: float, tolerance: float, interval: tuple[float, float] = (_NAN, _NAN)
) -> Verdict:
    """``"agrees"`` within a tolerance, ``"cannot say"`` where only the interval reaches the figure, else ``"differs"``."""
    if abs(model - published) <= tolerance:
        return "agrees"
    return "cannot say" if interval[0] <= published <= interval[1] else "differs"


def figures_and_model(rows: Sequence[PrintedRow], *, paper: str, sources: Sequence[str] = ()) -> xr.Dataset:
    """Rows as a record.

    Parameters
    ----------
    rows
        One per figure.
    paper
        Key of the paper in ``references.bib``.
    sources
        More keys.

    Returns
    -------
    Dataset
        Kind ``figures_and_model``.
    """
    texts = ("figure", "quantity", "unit", "status", "verdict", "reason")
    record = xr.Dataset(
        {
            name: ("figure", np.array([getattr(row, name) for row in rows], dtype=str))
            for name in texts
            if name != "figure"
        }
        | {
            name: ("figure", np.array([getattr(row, name) for row in rows], dtype=float))
            for name in ("published", "model", "baseline")
        }
        | {"interval": (("figure", "bound"), np.array([row.interval for row in rows], dtype=float).reshape(-1, 2))},
        coords={"figure": np.array([row.figure for row in rows], dtype=str), "bound": ["lower", "upper"]},
        attrs={"paper": paper},
    )
    add_sources(record, [paper, *sources])
    return label(record, "figures_and_model")
