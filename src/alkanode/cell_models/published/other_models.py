"""Answers of the models of leaching and of flaws, taken from their own comparisons."""

from __future__ import annotations

import functools

import numpy as np
import xarray as xr

from alkanode.cell_models.flaws import flaw_comparison
from alkanode.cell_models.leaching import compare_loadings, leaching_comparison, simulate_leaching
from alkanode.cell_models.parameters import load_parameters
from alkanode.cell_models.published.figure import Answer


@functools.cache
def _leaching() -> xr.Dataset:
    return leaching_comparison()


@functools.cache
def _flaws() -> xr.Dataset:
    return flaw_comparison()


def leaching(row: str, factor: float = 1.0) -> Answer:
    """A row of the comparison of the leaching model, times a factor."""
    return _row(_leaching(), row, factor)


def flaws(row: str) -> Answer:
    """A row of the comparison of the flaw models."""
    return _row(_flaws(), row, 1.0)


def _row(record: xr.Dataset, figure: str, factor: float) -> Answer:
    at = record.sel(figure=figure)
    low, high = (factor * float(end) for end in at["interval"])
    return Answer(
        value=factor * float(at["model"]),
        interval=(low, high),
        baseline=factor * float(at["baseline"]),
        text="never" if np.isinf(float(at["model"])) else "",
        remark=str(at["reason"].item()),
        sources=tuple(str(record.attrs.get("sources", "")).split()),
    )


def loading_ratio(criterion: str) -> Answer:
    """Life of the full cell with the larger loading over that with the smaller, by one criterion."""
    lives = compare_loadings().sel(criterion=criterion)
    short, long = (float(one) for one in lives["cycles"])
    return Answer(
        value=long / short,
        baseline=float(lives.attrs["loading_ratio"]),
        remark=f"{long:.0f} over {short:.0f} cycles to {criterion}; baseline: the ratio of the loadings",
    )


def fresh_resistance() -> Answer:
    """Resistance of a fresh cell, kohm."""
    return Answer(
        value=load_parameters("Koh2024")["Initial cell resistance"].at() / 1e3, remark="an input of the model"
    )


@functools.cache
def _history() -> xr.Dataset:
    return simulate_leaching(cycles=55)


def onset(factor: float) -> Answer:
    """First cycle whose resistance is a factor above that of the first."""
    found = _history()
    current = np.abs(found["current"].to_numpy())
    cycles = found["cycle"].to_numpy()
    resistance = np.abs(found["voltage"].to_numpy()) / current
    above = np.flatnonzero(resistance > factor * np.median(resistance[cycles == 1]))
    return Answer(
        value=float(cycles[int(above[0])]) if above.size else float("inf"),
        remark=f"{factor:g} times the first is taken as grown",
    )


QUESTIONS = {
    "leaching row": leaching,
    "loading ratio": loading_ratio,
    "flaw row": flaws,
    "fresh resistance": fresh_resistance,
    "resistance onset": onset,
}
