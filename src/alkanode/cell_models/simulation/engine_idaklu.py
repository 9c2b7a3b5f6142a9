"""IDAKLU for a system of ordinary differential equations, from scalar expressions.

PyBaMM hands its solver matrix expressions, whose evaluation costs twice the integration itself when every parameter is an
input. Here the same expressions are expanded to scalar ones before IDAKLU compiles them: same integrator, half the time.
"""

from __future__ import annotations

from typing import Any

import casadi
import numpy as np
import numpy.typing as npt
import pybamm
from pybammsolvers import idaklu

Floats = npt.NDArray[np.float64]

MOST_STEPS = 5000
"""Steps of one integration before it is given up; a critical stripping takes some two hundred."""


class Integrator:
    """IDAKLU's solver of dy/dt = f(t, y, p) with events.

    Parameters
    ----------
    rate, events
        CasADi functions of (t, y, p).
    states, inputs
        Lengths of y and p.
    rtol, atol
        Relative tolerance, and absolute ones (state,).
    """

    def __init__(self, rate: Any, events: Any, *, states: int, inputs: int, rtol: float, atol: Floats) -> None:
        t, y, p = casadi.SX.sym("t"), casadi.SX.sym("y", states), casadi.SX.sym("p", inputs)
        scale, direction = casadi.SX.sym("cj"), casadi.SX.sym("v", states)
        change = casadi.cse(rate.expand()(t, y, p))
        jacobian = casadi.cse(casadi.jacobian(change, y))
        iteration = casadi.Function("jac_times_cjmass", [t, y, p, scale], [jacobian - scale * casadi.SX.eye(states)])
        action = casadi.densify(casadi.mtimes(jacobian, direction))
        nothing = casadi.Function("nothing", [], [])
        functions = {
            "rhs_alg": casadi.Function("rhs_algebraic", [t, y, p], [change]),
            "jac_times_cjmass": iteration,
            "jac_action": casadi.Function("jac_rhs_algebraic_action", [t, y, p, direction], [action]),
            "mass_action": casadi.Function("mass_action", [direction], [direction]),
            "events": events.expand(),
            "sens": nothing,
            "alg_res": nothing,
            "alg_jac": nothing,
        }
        pattern = iteration.sparsity_out(0)
        options = pybamm.IDAKLUSolver(
            options={
                "hermite_interpolation": True,
                "silence_sundials_errors": True,
                "max_num_steps": MOST_STEPS,
                "max_nonlinear_iterations": 6,
                "max_convergence_failures": 10,
                "num_steps_no_progress": 1000,
                "t_no_progress": 1e-3,
            }
        ).options
        self._rate = functions["rhs_alg"]
        self._group = idaklu.create_casadi_solver_group(
            number_of_states=states,
            number_of_parameters=0,
            jac_times_cjmass_colptrs=np.array(pattern.colind(), dtype=np.int64),
            jac_times_cjmass_rowvals=np.array(pattern.row(), dtype=np.int64),
            jac_times_cjmass_nnz=pattern.nnz(),
            jac_bandwidth_lower=pattern.bw_lower(),
            jac_bandwidth_upper=pattern.bw_upper(),
            number_of_events=events.size1_out(0),
            rhs_alg_id=np.ones(states, dtype=np.int64),
            atol=np.asarray(atol, dtype=np.float64),
            rtol=rtol,
            inputs=inputs,
            var_fcns=[],
            dvar_dy_fcns=[],
            dvar_dp_fcns=[],
            options=options,
            **{name: idaklu.generate_function(function.serialize()) for name, function in functions.items()},
        )

    def rate(self, t: float, state: Floats, inputs: Floats) -> Floats:
        """(state,) rate of change."""
        return np.asarray(self._rate(t, state, inputs)).ravel()

    def solve(self, state: Floats, inputs: Floats, duration: float, times: Floats | None) -> Any:
        """IDAKLU's solution with ``t``, ``y``, ``yp`` (rates; empty with ``times``) and ``flag`` (2: an event, below 0: a failure).

        Raises
        ------
        ValueError
            When the integrator cannot start.
        """
        kept = np.empty(0) if times is None else times
        change = self.rate(0.0, state, inputs)
        return self._group.solve(
            np.array([0.0, duration]),
            kept,
            state[None, :],
            change[None, :],
            inputs[None, :],
            logger=None,
            pbar=np.empty((0, 0)),
        )[0]
