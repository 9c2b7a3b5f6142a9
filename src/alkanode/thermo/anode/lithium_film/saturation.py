r"""Liquid and solid lithium at equilibrium, solved for many liquids, temperatures and parameter sets at once.

The liquid has a given ratio of sodium to potassium and as much lithium as it can hold: the chemical potentials of all three
metals are those of the solid, which is nearly pure lithium. Three equations, :math:`\mu_i^L = \mu_i^S`, and three unknowns: the
lithium of the liquid, and the traces of sodium and potassium in the solid. Newton's method on the logarithms of their ratios.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, softmax

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import Parameters, TernaryModel
from alkanode.thermo.gibbs.ternary_solution import TernaryTerms
from alkanode.thermo.ternary.newton import logarithmic_slopes

_STEPS = 60
_LONGEST = 2.0
_CLOSE = 1e-10
_FIRST_GUESS = 1e-3
_TRACE = 1e-6


@dataclass(frozen=True, slots=True)
class Saturated:
    """Liquids saturated with solid lithium, in the element order of the assessment.

    Attributes
    ----------
    liquid, solid
        Mole fractions (..., element); NaN where Newton's method found no such pair.
    """

    liquid: Array
    solid: Array


def saturate(
    model: TernaryModel,
    temperature: Array,
    sodium_share: Array,
    parameters: Parameters | None = None,
) -> Saturated:
    """Compositions of liquid and solid lithium at equilibrium (kernel).

    Parameters
    ----------
    model
        Gibbs energies of Li-Na-K.
    temperature
        K, shape n.
    sodium_share
        Na / (Na + K) of the liquid in moles, 0 to 1, shape n; the ends are moved in by 1e-9.
    parameters
        Other values of parameters, each of shape n or a number.

    Returns
    -------
    Saturated
        Arrays (n, element).
    """
    elements = model.assessment.elements
    li, na, k = (elements.index(symbol) for symbol in ("Li", "Na", "K"))
    terms = model.terms(temperature, parameters)
    liquid, solid = terms["liquid"], terms["bcc_A2"]
    if not (isinstance(liquid, TernaryTerms) and isinstance(solid, TernaryTerms)):
        raise PhysicsError("liquid and bcc_A2 must be solutions", found=model.assessment.name)
    share = np.clip(sodium_share, 1e-9, 1 - 1e-9)
    logit = np.full(len(share), np.log(_FIRST_GUESS))
    traces = np.full((len(share), 2), np.log(_TRACE))
    solved: npt.NDArray[np.bool_] = np.zeros(len(share), dtype=np.bool_)
    for _ in range(_STEPS):
        x, dx = _liquid_state(logit, share, (li, na, k))
        s, ds = _solid_state(traces, (li, na, k))
        residual = (liquid.potentials(x) - solid.potentials(s)) / liquid.rt[:, None]
        jacobian = np.concatenate(
            [logarithmic_slopes(liquid, x) @ dx[..., None], -logarithmic_slopes(solid, s) @ ds], axis=-1
        )
        step = np.linalg.solve(jacobian, -residual[..., None])[..., 0]
        solved = np.asarray((np.abs(residual) < _CLOSE).all(axis=-1))
        if solved.all():
            break
        step *= np.minimum(1.0, _LONGEST / np.maximum(np.abs(step).max(axis=-1, keepdims=True), 1e-300))
        logit = np.clip(logit + step[:, 0], -60.0, 20.0)
        traces = np.clip(traces + step[:, 1:], -60.0, 0.0)
    x, _ = _liquid_state(logit, share, (li, na, k))
    s, _ = _solid_state(traces, (li, na, k))
    x[~solved], s[~solved] = np.nan, np.nan
    return Saturated(x, s)


def _liquid_state(logit: Array, share: Array, places: tuple[int, int, int]) -> tuple[Array, Array]:
    """Mole fractions (n, element) of the liquid, and the slopes of their logarithms with ln(x_Li / (1 - x_Li))."""
    li, na, k = places
    lithium, rest = expit(logit), expit(-logit)
    x = np.empty((len(logit), 3))
    x[:, li], x[:, na], x[:, k] = lithium, rest * share, rest * (1 - share)
    slope = np.empty_like(x)
    slope[:, li], slope[:, na], slope[:, k] = rest, -lithium, -lithium
    return x, slope


def _solid_state(traces: Array, places: tuple[int, int, int]) -> tuple[Array, Array]:
    """Mole fractions (n, element) of the solid, and the slopes (n, element, 2) of their logarithms with the traces.

    The traces are ln(x_Na / x_Li) and ln(x_K / x_Li).
    """
    _, na, k = places
    logs = np.zeros((len(traces), 3))
    logs[:, na], logs[:, k] = traces[:, 0], traces[:, 1]
    x = softmax(logs, axis=-1)
    slope = np.eye(3) - x[:, None, :]
    return x, slope[..., [na, k]]
