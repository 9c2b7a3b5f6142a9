"""Names of phases in results: bcc by the metal that it is rich in, two liquids by what tells them apart."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from alkanode.thermo.conditions import Array

if TYPE_CHECKING:
    from alkanode.thermo.assessment.data import Assessment

_PREFIX = {"bcc_A2": "bcc"}


def branch_name(phase: str, element: str) -> str:
    """Name of a solution that is rich in an element: ``("bcc_A2", "Na")`` -> ``"bcc_Na"``; its own without one."""
    return f"{_PREFIX.get(phase, phase)}_{element}" if element else phase


def all_names(assessment: Assessment, suspended: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Names that may appear: the liquid alone, liquids and bcc by element, compounds.

    Examples
    --------
    >>> from alkanode.thermo import load_assessment
    >>> all_names(load_assessment("Li-Na-K"))
    ('liquid', 'liquid_K', 'liquid_Li', 'liquid_Na', 'bcc_K', 'bcc_Li', 'bcc_Na', 'Na2K')
    """
    names: list[str] = []
    for phase in assessment.phases:
        if phase.name in suspended:
            continue
        if phase.model == "compound":
            names.append(phase.name)
            continue
        names += [phase.name] * (phase.name not in _PREFIX)
        names += [branch_name(phase.name, element) for element in assessment.elements]
    return tuple(names)


def branch_elements(
    phase: npt.NDArray[np.intp], composition: Array, names: tuple[str, ...], elements: tuple[str, ...]
) -> npt.NDArray[np.intp]:
    """Element that each phase is named after.

    Parameters
    ----------
    phase
        Numbers (state, place), which point to ``names``.
    composition
        Mole fractions (state, place, element).
    names
        Names of the assessment's phases, by number.
    elements
        Symbols.

    Returns
    -------
    ndarray
        Number of the element (state, place); -1 for none. A bcc phase that comes once is named after its main element, a
        liquid after none; several of one kind after the elements that they hold more of than the others do, so that two
        never share a name.
    """
    filled = np.nan_to_num(composition)
    always = [number for number, name in enumerate(names) if name in _PREFIX]
    element = np.where(np.isin(phase, always), filled.argmax(axis=-1), -1)
    for number in range(len(names)):
        here = phase == number
        for row in np.flatnonzero(here.sum(axis=-1) > 1):
            own = np.flatnonzero(here[row])
            excess = filled[row, own] - filled[row, own].mean(axis=0)
            ways = itertools.permutations(range(len(elements)), len(own))
            element[row, own] = max(ways, key=lambda way: sum(excess[i, e] for i, e in enumerate(way)))
    return element
