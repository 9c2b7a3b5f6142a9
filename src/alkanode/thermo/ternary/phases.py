"""The phases that may appear, as numbers: what the searches work on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import Parameters, TernaryModel
from alkanode.thermo.gibbs.ternary_solution import TernaryTerms


@dataclass(frozen=True, slots=True)
class Phases:
    """The phases of a model that may appear, numbered: solutions first, then compounds.

    Attributes
    ----------
    names
        Names of the assessment.
    solutions, compounds
        Terms of the solutions, and (composition, energy) of the compounds, at some temperatures.
    """

    names: tuple[str, ...]
    solutions: tuple[TernaryTerms, ...]
    compounds: tuple[tuple[Array, Array], ...]

    def at(self, chosen: npt.NDArray[np.intp]) -> Phases:
        """The same phases at some of the temperatures."""
        return Phases(
            self.names,
            tuple(terms.at(chosen) for terms in self.solutions),
            tuple((composition, energy[chosen]) for composition, energy in self.compounds),
        )


def phases_of(
    model: TernaryModel, temperature: Array, suspended: tuple[str, ...] = (), parameters: Parameters | None = None
) -> Phases:
    """Numbered phases of a model at temperatures (K, one-dimensional), without the suspended ones."""
    terms = model.terms(temperature, parameters)
    solutions = {name: terms[name] for name in model.solutions if name not in suspended}
    compounds = {name: c for name, c in model.compounds.items() if name not in suspended}
    return Phases(
        (*solutions, *compounds),
        tuple(entry for entry in solutions.values() if isinstance(entry, TernaryTerms)),
        tuple((np.array(c), np.asarray(terms[name])) for name, c in compounds.items()),
    )
