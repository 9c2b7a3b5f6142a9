"""The shipped assessment of Na-K, or a refit of it that did not see some of its observations."""

from __future__ import annotations

import functools

from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.fit import fit_assessment
from alkanode.thermo.assessment.least_squares import WeakPrior
from alkanode.thermo.assessment.reading import load_assessment


def sodium_potassium(held_out: str = "") -> Assessment:
    """The assessment behind an answer.

    Parameters
    ----------
    held_out
        Name of a group of observations that the assessment holds out together; ``""`` takes it as shipped.
    """
    return _refit(held_out) if held_out else load_assessment("Na-K")


@functools.cache
def _refit(group: str) -> Assessment:
    shipped = load_assessment("Na-K")
    return fit_assessment(shipped, hold_out=dict(shipped.held_out)[group], prior=WeakPrior()).assessment


def basis(label: str, held_out: str) -> str:
    """What an answer rests on, with what the refit did not see."""
    return f"{label}; refit without the {held_out}" if held_out else label
