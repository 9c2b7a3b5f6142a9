r"""Phases that are named to coexist: their compositions, and the temperature where three of them meet.

The phases are given, so nothing is searched: Newton's method from a guess, for many sets of parameters at once. Unknowns
are the log-ratios :math:`\ln(x_i/x_1)` of every solution, and the temperature of an invariant. The first solution is the
reference; another solution must have its chemical potentials, a compound must lie on its tangent:

.. math:: \mu_i^p - \mu_i^1 = 0, \qquad \sum_i c_i\,\mu_i^1 - g^c = 0.

Whether the phases are also the stable ones is not asked here; :mod:`alkanode.thermo.binary` and
:mod:`alkanode.thermo.ternary` answer that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import softmax

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.binary_solution import SolutionTerms
from alkanode.thermo.gibbs.model import BinaryModel, Parameters, TernaryModel, gibbs_model, ternary_model
from alkanode.thermo.gibbs.ternary_solution import TernaryTerms

Terms = Mapping[str, SolutionTerms | TernaryTerms | Array]

_MOST_STEPS = 60
_FARTHEST = 32.0
_LONGEST_STEP = 1.0
_KELVIN_PER_STEP = 10.0
_TEMPERATURE_DIFFERENCE = 1e-3
_CLOSE = 1e-10
_APART = 1e-7
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Coexistence:
    """Phases in equilibrium for n sets of parameters.

    Attributes
    ----------
    branches
        Names of the phases.
    temperature
        K, shape n; NaN where Newton's method found no equilibrium.
    compositions
        Mole fractions in the order of the assessment's elements, (phase, n, element); NaN likewise.
    """

    branches: tuple[str, ...]
    temperature: Array
    compositions: Array

    def fraction(self, branch: str, element: int) -> Array:
        """Mole fraction of one element in one phase, shape n."""
        fraction: Array = self.compositions[self.branches.index(branch), :, element]
        return fraction


def model_of(assessment: Assessment) -> BinaryModel | TernaryModel:
    """Gibbs energies of an assessment of two or three elements."""
    return gibbs_model(assessment) if len(assessment.elements) == 2 else ternary_model(assessment)


def phase_of(branch: str, assessment: Assessment) -> str:
    """Phase that a branch belongs to: ``"bcc_Na"`` -> ``"bcc_A2"``, ``"liquid_Li"`` -> ``"liquid"``.

    Raises
    ------
    PhysicsError
        For a branch of no phase of the assessment.
    """
    names = [phase.name for phase in assessment.phases]
    if branch in names:
        return branch
    stem, _, element = branch.partition("_")
    found = [name for name in names if name.partition("_")[0] == stem]
    if element not in assessment.elements or not found:
        raise PhysicsError(
            f"a phase of {assessment.name}, or one with the element that it is rich in, is needed",
            found=repr(branch),
            todo=f"Phases: {', '.join(names)}; elements: {', '.join(assessment.elements)}",
        )
    return found[0]


def coexisting(
    assessment: Assessment,
    branches: tuple[str, ...],
    guess: Array,
    temperature: Array,
    parameters: Parameters,
    *,
    invariant: bool,
) -> Coexistence:
    """Solve for the equilibrium of named phases.

    Parameters
    ----------
    assessment
        Gives the Gibbs energies.
    branches
        Names of p phases. One solution twice is a miscibility gap.
    guess
        Mole fractions (p, n, element) near the answer; of a compound they are ignored.
    temperature
        K, shape n: given, or a guess for an invariant.
    parameters
        Other values of parameters, each of shape n or a number.
    invariant
        Whether the temperature is to be found.

    Returns
    -------
    Coexistence
        NaN where there is no equilibrium near the guess.

    Raises
    ------
    PhysicsError
        When the phase rule leaves the state undetermined, or contradicts it.
    """
    system = _System(assessment, branches, parameters, invariant)
    n, size = temperature.size, len(assessment.elements)
    t = np.array(temperature, dtype=np.float64)
    eta = np.log(guess[system.solutions][..., 1:] / guess[system.solutions][..., :1])
    solved = np.zeros(n, dtype=bool)
    for _ in range(_MOST_STEPS):
        residual, jacobian = system.linearised(t, eta)
        step = _solve(jacobian, -residual)
        length = np.abs(step).max(axis=1)
        step *= np.minimum(1.0, _LONGEST_STEP / np.maximum(length, _TINY))[:, None]
        moved = step[:, : eta.shape[0] * (size - 1)].reshape(n, eta.shape[0], size - 1)
        eta = np.clip(eta + np.moveaxis(moved, 1, 0), -_FARTHEST, _FARTHEST)
        if invariant:
            t = np.clip(t + _KELVIN_PER_STEP * step[:, -1], 50.0, 5000.0)
        solved = (np.abs(residual).max(axis=1) < _CLOSE) & (length < np.sqrt(_CLOSE))
        if solved.all():
            break
    compositions = np.empty((len(branches), n, size))
    compositions[system.solutions] = system.fractions(eta)
    for place, name in system.compounds:
        compositions[place] = assessment.fractions_of(assessment.phase(name))
    solved &= system.distinct(compositions)
    compositions[:, ~solved] = np.nan
    return Coexistence(branches, np.where(solved, t, np.nan), compositions)


class _System:
    """Residuals of the equations over the unknowns, for n sets of parameters."""

    def __init__(
        self, assessment: Assessment, branches: tuple[str, ...], parameters: Parameters, invariant: bool
    ) -> None:
        self.assessment, self.model = assessment, model_of(assessment)
        self.parameters, self.invariant = parameters, invariant
        self.phases = tuple(phase_of(branch, assessment) for branch in branches)
        kinds = [assessment.phase(name).model for name in self.phases]
        self.solutions = [i for i, kind in enumerate(kinds) if kind == "solution"]
        self.compounds = [(i, self.phases[i]) for i, kind in enumerate(kinds) if kind == "compound"]
        size = len(assessment.elements)
        unknowns = len(self.solutions) * (size - 1) + invariant
        equations = (len(self.solutions) - 1) * size + len(self.compounds)
        if not self.solutions or unknowns != equations:
            raise PhysicsError(
                f"as many phases of {assessment.name} as the phase rule asks for are needed, one of them a solution",
                found=f"{' + '.join(branches)}: {equations} equations for {unknowns} unknowns",
            )
        self._cached: Terms | None = None

    def fractions(self, eta: Array) -> Array:
        """Mole fractions (solution, n, element) from log-ratios (solution, n, element - 1)."""
        fractions: Array = softmax(np.concatenate([np.zeros_like(eta[..., :1]), eta], axis=-1), axis=-1)
        return fractions

    def distinct(self, compositions: Array) -> npt.NDArray[np.bool_]:
        """Whether no two phases of one solution have become the same."""
        apart = np.ones(compositions.shape[1], dtype=bool)
        for number, i in enumerate(self.solutions):
            for j in self.solutions[:number]:
                if self.phases[i] == self.phases[j]:
                    apart &= np.abs(compositions[i] - compositions[j]).max(axis=-1) > _APART
        return apart

    def linearised(self, t: Array, eta: Array) -> tuple[Array, Array]:
        """Residuals (n, equation), in units of RT, and their derivatives (n, equation, unknown)."""
        terms = self._terms(t)
        x = self.fractions(eta)
        states = [_potentials(terms[self.phases[i]], x[k]) for k, i in enumerate(self.solutions)]
        rt = self.assessment.gas_constant * t
        size = len(self.assessment.elements)
        width = size - 1
        unknowns = len(states) * width + self.invariant
        (mu_0, slope_0), rows, slopes = states[0], [], []
        for k, (mu, slope) in enumerate(states[1:], start=1):
            rows.append(mu - mu_0)
            part = np.zeros((t.size, size, unknowns))
            part[..., :width] = -slope_0
            part[..., k * width : (k + 1) * width] = slope
            slopes.append(part)
        for _, name in self.compounds:
            weights = np.array(self.assessment.fractions_of(self.assessment.phase(name)))
            rows.append((mu_0 @ weights - terms[name])[:, None])
            part = np.zeros((t.size, 1, unknowns))
            part[:, 0, :width] = weights @ slope_0
            slopes.append(part)
        residual, jacobian = np.concatenate(rows, axis=1), np.concatenate(slopes, axis=1)
        if self.invariant:
            jacobian[..., -1] = _KELVIN_PER_STEP * self._by_temperature(t, x, residual)
        return residual / rt[:, None], jacobian / rt[:, None, None]

    def _by_temperature(self, t: Array, x: Array, residual: Array) -> Array:
        terms = self._terms(t + _TEMPERATURE_DIFFERENCE)
        mu = [_potentials(terms[self.phases[i]], x[k])[0] for k, i in enumerate(self.solutions)]
        rows = [other - mu[0] for other in mu[1:]]
        for _, name in self.compounds:
            weights = np.array(self.assessment.fractions_of(self.assessment.phase(name)))
            rows.append((mu[0] @ weights - terms[name])[:, None])
        change: Array = (np.concatenate(rows, axis=1) - residual) / _TEMPERATURE_DIFFERENCE
        return change

    def _terms(self, t: Array) -> Terms:
        if self.invariant:
            return self.model.terms(t, self.parameters)
        if self._cached is None:
            self._cached = self.model.terms(t, self.parameters)
        return self._cached


def _potentials(entry: SolutionTerms | TernaryTerms | Array, x: Array) -> tuple[Array, Array]:
    """Chemical potentials (n, element), and their derivatives by the log-ratios (n, element, element - 1), J mol-1."""
    if isinstance(entry, SolutionTerms):
        mu_1, mu_2, stiffness = entry.potentials(x[..., 1])
        slope = np.stack([-x[..., 1] * stiffness, x[..., 0] * stiffness], axis=-1)
        return np.stack([mu_1, mu_2], axis=-1), slope[..., None]
    if isinstance(entry, TernaryTerms):
        hessian = entry.curvature(x)
        by_fraction = hessian - np.einsum("nk,nkj->nj", x, hessian)[:, None, :]
        moves = x[:, :, None] * (np.eye(3) - x[:, None, :])
        return entry.potentials(x), (by_fraction @ moves)[..., 1:]
    raise PhysicsError("a solution is needed as the reference of an equilibrium", found="a compound")


def _solve(matrix: Array, right: Array) -> Array:
    """Solutions of n small systems; zero where a system is singular or not finite."""
    bad = np.asarray(~(np.isfinite(matrix).all(axis=(1, 2)) & np.isfinite(right).all(axis=1)))
    safe = np.where(bad[:, None, None], np.eye(matrix.shape[1]), matrix)
    bad |= np.abs(np.linalg.det(safe)) < np.finfo(np.float64).tiny
    safe[bad] = np.eye(matrix.shape[1])
    step: Array = np.linalg.solve(safe, np.where(bad[:, None], 0.0, right)[..., None])[..., 0]
    return step
