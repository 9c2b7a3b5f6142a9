"""The answer of a discretised cell to a small current: five matrices at one state.

A discretised model is M dy/dt = F(t, y, I) with a voltage V = g(t, y, I); rows of M without an entry are algebraic. Near a
state, a small current of angular frequency w makes dy = (jw M - J)^-1 B dI, and Z = dV/dI = C (jw M - J)^-1 B + D with
J = dF/dy, B = dF/dI, C = dV/dy, D = dV/dI.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import scipy.linalg as sl
from scipy import sparse

from alkanode.foundation.errors import PhysicsError

Floats = npt.NDArray[np.float64]
Inputs = dict[str, float]


@runtime_checkable
class LinearisableModel(Protocol):
    """What a discretised model has to tell of itself; the voltage, and the current that is applied, are its own."""

    @property
    def mass_matrix(self) -> Any:
        """M, (state, state), sparse or dense; rows of zeros are algebraic equations."""
        ...

    def residual_jacobian(self, t: float, y: Floats, inputs: Inputs) -> Any:
        """DF/dy, (state, state), sparse or dense."""
        ...

    def input_vector(self, t: float, y: Floats, inputs: Inputs) -> Any:
        """DF/dI, (state,), per A."""
        ...

    def output_row(self, t: float, y: Floats, inputs: Inputs) -> Any:
        """DV/dy, (state,), V."""
        ...

    def feedthrough(self, t: float, y: Floats, inputs: Inputs) -> float:
        """DV/dI at fixed states, ohm."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallSignal:
    """A model near one state.

    Attributes
    ----------
    mass
        M, sparse, (state, state).
    jacobian
        J = dF/dy, sparse, (state, state).
    to_states
        B = dF/dI, (state,), per A.
    to_voltage
        C = dV/dy, (state,), V.
    feedthrough
        D = dV/dI, ohm.
    residual
        F at the state, (state,): rates of differential states, errors of algebraic equations; ``None`` where the model
        does not tell.
    """

    mass: sparse.csc_array
    jacobian: sparse.csc_array
    to_states: Floats
    to_voltage: Floats
    feedthrough: float
    residual: Floats | None = None


def linearise(model: LinearisableModel, t: float, y: npt.ArrayLike, inputs: Inputs) -> SmallSignal:
    """Five matrices of a model at one state.

    Parameters
    ----------
    model
        See :class:`LinearisableModel`. A model with a method ``linearisation(t, y, inputs)`` that returns J, B, C, D and F
        together is asked once; else F comes from a method ``residual``, if there is one.
    t, y, inputs
        Time (s), states (state,), and the inputs of the model.

    Raises
    ------
    PhysicsError
        When a derivative is not finite: the state lies where the model is not defined.
    """
    state = np.asarray(y, dtype=np.float64).ravel()
    together = getattr(model, "linearisation", None)
    F = None
    if callable(together):
        J, B, C, D, F = together(t, state, inputs)
    else:
        J, B = model.residual_jacobian(t, state, inputs), model.input_vector(t, state, inputs)
        C, D = model.output_row(t, state, inputs), model.feedthrough(t, state, inputs)
        rate = getattr(model, "residual", None)
        F = rate(t, state, inputs) if callable(rate) else None
    found = SmallSignal(
        mass=_sparse(model.mass_matrix),
        jacobian=_sparse(J),
        to_states=_row(B),
        to_voltage=_row(C),
        feedthrough=float(_row(D)[0]),
        residual=None if F is None else _row(F),
    )
    if not (
        np.isfinite(found.jacobian.data).all()
        and np.isfinite(found.to_states).all()
        and np.isfinite(found.to_voltage).all()
        and np.isfinite(found.feedthrough)
    ):
        raise PhysicsError(
            "an impedance needs finite derivatives of the model",
            found=f"infinite or missing ones at {t:g} s",
            todo="Choose a time before the state at which the model ends",
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSpace:
    """The same answer without algebraic equations: dx/dt = A x + b I, V = c x + d I, dense.

    Attributes
    ----------
    matrix
        A, (state, state), 1/s.
    to_states, to_voltage
        b and c, (state,).
    feedthrough
        d, ohm: the impedance at infinite frequency.
    differential
        Which states of the model are kept, (kept,).
    """

    matrix: Floats
    to_states: Floats
    to_voltage: Floats
    feedthrough: float
    differential: npt.NDArray[np.intp]


def eliminate(signal: SmallSignal) -> StateSpace:
    """State space of a model: its algebraic equations solved for, its masses divided out.

    Raises
    ------
    PhysicsError
        When the algebraic equations do not fix their unknowns, so that no impedance exists.
    """
    differential, algebraic = split(signal.mass)
    J = signal.jacobian.toarray()
    A, b, c, d = (
        J[np.ix_(differential, differential)],
        signal.to_states[differential],
        signal.to_voltage[differential],
        signal.feedthrough,
    )
    if algebraic.size:
        own = J[np.ix_(algebraic, algebraic)]
        loads = np.column_stack([J[np.ix_(algebraic, differential)], signal.to_states[algebraic]])
        answer = solve_algebraic(own, loads)
        into = J[np.ix_(differential, algebraic)]
        A, b = A - into @ answer[:, :-1], b - into @ answer[:, -1]
        seen = signal.to_voltage[algebraic]
        c, d = c - seen @ answer[:, :-1], d - float(seen @ answer[:, -1])
    mass = signal.mass.toarray()[np.ix_(differential, differential)]
    diagonal = np.diag(mass)
    if np.count_nonzero(mass) == np.count_nonzero(diagonal):
        A, b = A / diagonal[:, None], b / diagonal
    else:
        both = np.linalg.solve(mass, np.column_stack([A, b]))
        A, b = both[:, :-1], both[:, -1]
    return StateSpace(matrix=A, to_states=b, to_voltage=c, feedthrough=d, differential=differential)


def split(mass: sparse.csc_array) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Places of the differential and of the algebraic rows."""
    filled = np.asarray(abs(mass).sum(axis=1)).ravel() > 0
    return np.flatnonzero(filled), np.flatnonzero(~filled)


def solve_algebraic(own: Floats, loads: Floats) -> Floats:
    """Answer of algebraic unknowns, refused where they are not fixed by their equations."""
    scale = np.abs(own).max(axis=1, initial=0.0)
    if (scale > 0).all():
        factors = sl.lu_factor(own / scale[:, None], check_finite=False)
        pivots = np.abs(np.diag(factors[0]))
        if pivots.min() > 1e-13 * pivots.max():
            return np.asarray(sl.lu_solve(factors, loads / scale[:, None], check_finite=False))
    raise PhysicsError(
        "an impedance needs algebraic equations that fix their unknowns",
        found=f"{own.shape[0]} equations of lower rank",
        todo="Control the current, not the voltage, at the state that is linearised",
    )


def _sparse(matrix: Any) -> sparse.csc_array:
    entries = getattr(matrix, "entries", matrix)
    return sparse.csc_array(entries, dtype=np.float64)


def _row(values: Any) -> Floats:
    to_dense = getattr(values, "toarray", None)
    return np.asarray(to_dense() if callable(to_dense) else values, dtype=np.float64).ravel()
