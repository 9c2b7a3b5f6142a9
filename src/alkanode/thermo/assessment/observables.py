r"""Numbers that experiments give, computed from an assessment: what a fit compares.

Each observation of an assessment names its ``quantity`` and where it was taken (``at``):

=========================  ==========================================================================================
``invariant_temperature``  K, of ``phases`` ("bcc_K + liquid + Na2K"); ``kind: consolute`` needs a ``phase`` instead
``invariant_composition``  mole fraction of ``element`` in the ``branch`` of the same
``liquidus``, ``solidus``  mole fraction of ``element`` in the liquid, in the solid, of ``solid`` + liquid at
                           ``temperature``
``liquidus_mass``          the same in the liquid, as a mass fraction
``solidus_slope``          \|dx/dT\| of the other element in the solid, where the solidus leaves pure ``element``, K-1
``mixing_enthalpy``        of ``phase`` at ``temperature`` and mole ``fraction`` of ``element``, J mol-1
``excess_gibbs_energy``    of the same, J mol-1
``solubility``             highest mole fraction of ``element`` in a liquid of the other two, saturated with ``solid`` at
                           ``temperature``: it is reached where one of their solids appears as well
``solubility_ratio``       highest over lowest of these ends
=========================  ==========================================================================================

The phases are known, so each number is a small Newton solution from a nearby start, and thousands of parameter sets are
solved at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from alkanode.foundation.errors import PhysicsError
from alkanode.materials import element as metal
from alkanode.thermo.assessment.coexistence import Coexistence, coexisting, phase_of
from alkanode.thermo.assessment.critical_point import critical_point
from alkanode.thermo.assessment.data import Assessment, Observation
from alkanode.thermo.assessment.single_phase import excess_energies, solidus_slope
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import Parameters

Key = tuple[str, ...]

_RICH = 0.98
_SOLUTE = 1e-3
_DILUTE = 1e-9


class Observer:
    """Computes the observations of an assessment for any values of its parameters.

    Parameters
    ----------
    assessment
        Gives the functions, and the parameters that are not overridden.
    observations
        What to compute; the default is everything that the assessment lists.
    """

    def __init__(self, assessment: Assessment, observations: Sequence[Observation] | None = None) -> None:
        self.assessment = assessment
        self.observations = tuple(assessment.observations if observations is None else observations)
        self._start: dict[Key, Coexistence] = {}
        self(None)

    def __call__(self, parameters: Parameters | None) -> Array:
        """Computed values (observation, set); NaN where an equilibrium does not exist.

        Parameters
        ----------
        parameters
            Values by name, all of one shape (set,); the others keep those of the assessment.
        """
        given = dict(parameters or {})
        count = max((np.size(value) for value in given.values()), default=1)
        given = {name: np.broadcast_to(np.asarray(value, dtype=np.float64), (count,)) for name, value in given.items()}
        solved: dict[Key, Coexistence] = {}
        return np.array([self._compute(one, given, count, solved) for one in self.observations]).reshape(-1, count)

    def _compute(
        self, observation: Observation, given: Parameters, count: int, solved: dict[Key, Coexistence]
    ) -> Array:
        at = dict(observation.at)
        quantity = observation.quantity
        try:
            if quantity in ("invariant_temperature", "invariant_composition"):
                state = self._invariant(at, given, count, solved)
                if quantity == "invariant_temperature":
                    return state.temperature
                return state.fraction(str(at["branch"]), self._index(at))
            if quantity in ("liquidus", "liquidus_mass", "solidus"):
                state = self._two_phases(observation, given, count, solved)
                fraction = state.fraction(str(at["solid"]) if quantity == "solidus" else "liquid", self._index(at))
                return self._by_mass(fraction, self._index(at)) if quantity == "liquidus_mass" else fraction
            if quantity == "solidus_slope":
                return solidus_slope(self.assessment, str(at["element"]), given, count)
            if quantity in ("mixing_enthalpy", "excess_gibbs_energy"):
                heat, energy = excess_energies(
                    self.assessment, str(at["phase"]), float(at["temperature"]), self._fractions(at), given, count
                )
                return heat if quantity == "mixing_enthalpy" else energy
            if quantity in ("solubility", "solubility_ratio"):
                ends = self._saturated_ends(at, given, count, solved)
                highest: Array = ends.max(axis=0)
                return highest if quantity == "solubility" else np.asarray(highest / ends.min(axis=0))
        except PhysicsError:
            raise
        except (KeyError, ValueError) as cause:
            raise PhysicsError(
                f"the observation '{observation.short}' ({quantity}) needs another 'at'",
                found=f"{', '.join(f'{name}: {value}' for name, value in at.items()) or 'nothing'} ({cause})",
                todo="alkanode.thermo.assessment.observables lists what each quantity needs",
            ) from cause
        raise PhysicsError(
            "a quantity that can be computed is needed",
            found=f"{quantity!r} of '{observation.short}'",
            todo=f"Known: {', '.join(QUANTITIES)}",
        )

    def _invariant(
        self, at: Mapping[str, float | str], given: Parameters, count: int, solved: dict[Key, Coexistence]
    ) -> Coexistence:
        if at["kind"] == "consolute":
            phase = str(at["phase"])
            key = ("consolute", phase)
            if key not in solved:
                t, x = critical_point(self.assessment, phase_of(phase, self.assessment), given, count)
                solved[key] = Coexistence((phase,), t, np.stack([1 - x, x], axis=-1)[None])
            return solved[key]
        branches = tuple(name.strip() for name in str(at["phases"]).split("+"))
        siblings = [o for o in self.observations if dict(o.at).get("phases") == at["phases"]]
        known = {
            str(dict(o.at)["branch"]): self._mixture(self._index(dict(o.at)), o.observed)
            for o in siblings
            if o.quantity == "invariant_composition"
        }
        temperature = [o.observed for o in siblings if o.quantity == "invariant_temperature"]
        first = temperature[0] if temperature else float(np.mean(self.assessment.use_range))
        return self._solved(("invariant", *branches), branches, first, known, given, count, solved, invariant=True)

    def _two_phases(
        self, observation: Observation, given: Parameters, count: int, solved: dict[Key, Coexistence]
    ) -> Coexistence:
        at = dict(observation.at)
        solid, temperature = str(at["solid"]), float(at["temperature"])
        known = (
            {}
            if observation.quantity != "liquidus"
            else {"liquid": self._mixture(self._index(at), observation.observed)}
        )
        key = ("two", solid, repr(temperature))
        return self._solved(key, (solid, "liquid"), temperature, known, given, count, solved, invariant=False)

    def _saturated_ends(
        self, at: Mapping[str, float | str], given: Parameters, count: int, solved: dict[Key, Coexistence]
    ) -> Array:
        """Mole fractions of a solute in a liquid that a second solid saturates as well, (end, set)."""
        symbol, solid, temperature = str(at["element"]), str(at["solid"]), float(at["temperature"])
        index = self._index(at)
        ends = []
        for other in (i for i in range(len(self.assessment.elements)) if i != index):
            name = self.assessment.elements[other]
            branches = (solid, f"bcc_{name}", "liquid")
            key = ("end", symbol, *branches, repr(temperature))
            last = 3 - index - other
            liquid = np.empty(3)
            liquid[[index, other, last]] = _SOLUTE, 0.75, 0.25 - _SOLUTE
            known = {"liquid": liquid}
            state = self._solved(key, branches, temperature, known, given, count, solved, invariant=False)
            ends.append(state.fraction("liquid", index))
        return np.stack(ends)

    def _solved(
        self,
        key: Key,
        branches: tuple[str, ...],
        temperature: float,
        known: Mapping[str, Array],
        given: Parameters,
        count: int,
        solved: dict[Key, Coexistence],
        *,
        invariant: bool,
    ) -> Coexistence:
        """Equilibrium, from the one of the assessment's own parameters, or from what was observed."""
        if key in solved:
            return solved[key]
        start = self._start.get(key)
        if start is None:
            guess = np.stack([self._guess(branch, known.get(branch)) for branch in branches])[:, None, :]
            t = np.array([temperature])
            start = coexisting(self.assessment, branches, guess, t, {}, invariant=invariant)
            self._start[key] = start
        shape = (len(branches), count, len(self.assessment.elements))
        guess, t = np.broadcast_to(start.compositions, shape), np.broadcast_to(start.temperature, (count,))
        solved[key] = coexisting(self.assessment, branches, guess, t, given, invariant=invariant) if given else start
        return solved[key]

    def _guess(self, branch: str, known: Array | None) -> Array:
        """Where Newton's method starts: as observed, or nearly pure in a solid that is named after an element."""
        size = len(self.assessment.elements)
        rich = branch.partition("_")[2]
        if known is not None or rich not in self.assessment.elements:
            return np.full(size, 1 / size) if known is None else known
        return self._mixture(self.assessment.elements.index(rich), _RICH)

    def _mixture(self, index: int, value: float) -> Array:
        """One mole fraction, and the rest shared evenly."""
        size = len(self.assessment.elements)
        value = float(np.clip(value, _DILUTE, 1 - _DILUTE))
        mixture = np.full(size, (1 - value) / (size - 1))
        mixture[index] = value
        return mixture

    def _index(self, at: Mapping[str, float | str]) -> int:
        return self.assessment.elements.index(str(at["element"]))

    def _fractions(self, at: Mapping[str, float | str]) -> Array:
        """Mole fractions of a binary from that of one element."""
        fractions = np.full(2, 1 - float(at["fraction"]))
        fractions[self._index(at)] = float(at["fraction"])
        return fractions

    def _by_mass(self, fraction: Array, index: int) -> Array:
        mine, other = (metal(self.assessment.elements[i]).molar_mass.value for i in (index, 1 - index))
        mass: Array = fraction * mine / (fraction * mine + (1 - fraction) * other)
        return mass


QUANTITIES = (
    "invariant_temperature",
    "invariant_composition",
    "liquidus",
    "solidus",
    "liquidus_mass",
    "solidus_slope",
    "mixing_enthalpy",
    "excess_gibbs_energy",
    "solubility",
    "solubility_ratio",
)
"""What :class:`Observer` can compute."""
