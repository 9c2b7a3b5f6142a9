"""Any discretised PyBaMM model as something that can be linearised at every state of its solution.

PyBaMM's own impedance works at the initial state of a model. Its discretised equations can be differentiated anywhere:
:class:`PybammModel` does so, with the current as an input.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from alkanode.cell_models.host import casadi
from alkanode.cell_models.operando_impedance.small_signal import Inputs
from alkanode.foundation.errors import SchemaError

Floats = npt.NDArray[np.float64]


class PybammModel:
    """A built PyBaMM model and its derivatives.

    Parameters
    ----------
    model
        A discretised model, such as ``simulation.built_model``, whose current is an input: build it with
        ``parameter_values["Current function [A]"] = "[input]"``.
    inputs
        Every input with a value, the current among them; the values matter at no state, only the names.
    current
        Name of the input that is the current, A.
    voltage
        Name of the variable that is the voltage, V.
    discharge_positive
        Whether the model counts a discharge as positive, as PyBaMM's own batteries do. Then Z = -dV/dI; the models of
        alkanode count oxidation at the working electrode as positive and need no change of sign, the default.

    Raises
    ------
    SchemaError
        When the model is not discretised, or lacks the voltage or the input.
    """

    def __init__(
        self,
        model: Any,
        inputs: Mapping[str, float],
        *,
        current: str = "Current function [A]",
        voltage: str = "Voltage [V]",
        discharge_positive: bool = False,
    ) -> None:
        if current not in inputs:
            raise SchemaError(
                "an impedance needs the current as an input of the model",
                found=f"inputs {', '.join(map(repr, inputs)) or 'none'}",
                todo=f'Build the model with parameter_values["{current}"] = "[input]"',
            )
        if getattr(model, "mass_matrix", None) is None or not getattr(model, "is_discretised", True):
            raise SchemaError(
                "an impedance needs a discretised model",
                found=type(model).__name__,
                todo="Call simulation.build() or simulation.solve() and give simulation.built_model",
            )
        self.mass_matrix: Any = model.mass_matrix.entries
        self._names = tuple(inputs)
        self._current = self._names.index(current)
        self._sign = -1.0 if discharge_positive else 1.0
        self._derivatives = self._compile(model, voltage)

    def _compile(self, model: Any, voltage: str) -> Any:
        """One function of t, y and inputs that returns J, B, C, D and F."""
        ca = casadi()
        t, y = ca.MX.sym("t"), ca.MX.sym("y", self.mass_matrix.shape[0])
        p = {name: ca.MX.sym(name) for name in self._names}
        parts = [model.concatenated_rhs, model.concatenated_algebraic]
        residual = ca.vertcat(*(part.to_casadi(t, y, inputs=p) for part in parts if part.size))
        try:
            variable = model.get_processed_variable(voltage)
        except KeyError as missing:
            raise SchemaError(
                "an impedance needs the voltage of the model", found=f"no variable {voltage!r}"
            ) from missing
        volt, current = variable.to_casadi(t, y, inputs=p), p[self._names[self._current]]
        outputs = [
            ca.jacobian(residual, y),
            ca.jacobian(residual, current),
            ca.jacobian(volt, y),
            ca.jacobian(volt, current),
            residual,
        ]
        function = ca.Function("linearisation", [t, y, ca.vertcat(*p.values())], outputs)
        try:
            return function.expand()
        except RuntimeError:  # interpolated parameters have no scalar form
            return function

    def linearisation(self, t: float, y: Floats, inputs: Inputs) -> tuple[Any, Any, Any, Any, Any]:
        """J, B, C, D and F at one state."""
        J, B, C, D, F = self._derivatives(t, y, np.array([inputs[name] for name in self._names], dtype=np.float64))
        return (
            J.sparse(),
            B.full().ravel(),
            self._sign * C.full().ravel(),
            self._sign * float(D),
            F.full().ravel(),
        )

    def residual_jacobian(self, t: float, y: Floats, inputs: Inputs) -> Any:
        """DF/dy, sparse."""
        return self.linearisation(t, y, inputs)[0]

    def input_vector(self, t: float, y: Floats, inputs: Inputs) -> Any:
        """DF/dI, (state,)."""
        return self.linearisation(t, y, inputs)[1]

    def output_row(self, t: float, y: Floats, inputs: Inputs) -> Any:
        """DV/dy, (state,)."""
        return self.linearisation(t, y, inputs)[2]

    def feedthrough(self, t: float, y: Floats, inputs: Inputs) -> float:
        """DV/dI, ohm."""
        return float(self.linearisation(t, y, inputs)[3])

    def residual(self, t: float, y: Floats, inputs: Inputs) -> Floats:
        """F, (state,): rates of the differential states, errors of the algebraic equations."""
        return np.asarray(self.linearisation(t, y, inputs)[4])
