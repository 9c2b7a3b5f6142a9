"""A circuit: a tree of elements, the names and bounds of its parameters, its impedance and derivatives."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import source
from alkanode.impedance.circuits.boukamp import code, parse_code
from alkanode.impedance.circuits.element_table import Transform
from alkanode.impedance.circuits.grammar import chain_text, parse_chain_text
from alkanode.impedance.circuits.tree import Node, impedance, leaves, with_derivatives

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

_DEEPEST = 50  # levels of brackets


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a circuit.

    Attributes
    ----------
    name
        ``R1`` for elements with one parameter, else ``CPE1_alpha``.
    unit
        Without blanks, for example ``S.s^alpha``.
    lower, upper
        Default bounds.
    transform
        ``"log"`` or ``"logit"``: the scale on which it is fitted, and on which its error is symmetric.
    """

    name: str
    unit: str
    lower: float
    upper: float
    transform: Transform


@dataclass(frozen=True)
class Circuit:
    """A circuit, made by :func:`parse_circuit`.

    Attributes
    ----------
    tree
        Elements at the leaves, series and parallel above them. Equal circuits have equal trees.
    """

    tree: Node

    @cached_property
    def text(self) -> str:
        """The circuit as impedance.py writes it: ``R0-p(R1,CPE1)``."""
        return chain_text(self.tree)

    @cached_property
    def code(self) -> str:
        """The circuit as a code after Boukamp: ``R0(R1Q1)``."""
        return code(self.tree)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Parameters in the order of the text."""
        return tuple(
            Parameter(
                leaf.label if len(leaf.element.parameters) == 1 else f"{leaf.label}_{quantity.name}",
                quantity.unit,
                quantity.lower,
                quantity.upper,
                quantity.transform,
            )
            for leaf in leaves(self.tree)
            for quantity in leaf.element.parameters
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, in order."""
        return tuple(parameter.name for parameter in self.parameters)

    def position(self, name: str) -> int:
        """Place of a parameter among all of them.

        Raises
        ------
        SchemaError
            For a name that the circuit does not have.
        """
        if name not in self.names:
            raise SchemaError(
                f"{self.text} has no parameter of that name", found=repr(name), todo=f"Known: {', '.join(self.names)}"
            )
        return self.names.index(name)

    def values(self, given: Mapping[str, npt.ArrayLike]) -> FloatArray:
        """Values by name as an array (parameter,), or (batch, parameter) where some are arrays.

        Raises
        ------
        SchemaError
            When a name is missing or unknown.
        """
        for name in given:
            self.position(name)
        missing = [name for name in self.names if name not in given]
        if missing:
            raise SchemaError(f"{self.text} needs a value for each parameter", found=f"none for {', '.join(missing)}")
        columns = [np.asarray(given[name], dtype=np.float64) for name in self.names]
        return np.stack(np.broadcast_arrays(*columns), axis=-1)

    def impedance(self, frequency: npt.ArrayLike, values: npt.ArrayLike | Mapping[str, npt.ArrayLike]) -> ComplexArray:
        """Impedance at given values of the parameters.

        Parameters
        ----------
        frequency
            Hz, shape (point,), positive.
        values
            SI, shape (batch, parameter) or (parameter,); or a mapping from names to values.

        Returns
        -------
        ndarray
            ohm, complex, shape (batch, point) or (point,).

        Raises
        ------
        SchemaError
            When the number of values is not that of the parameters.
        PhysicsError
            For a frequency that is not positive.
        """
        s, table, single = self._arguments(frequency, values)
        Z = impedance(self.tree, s, self._columns(table))
        Z = np.broadcast_to(Z, (table.shape[0], s.size)).astype(np.complex128)
        return Z[0] if single else Z

    def jacobian(self, frequency: npt.ArrayLike, values: npt.ArrayLike | Mapping[str, npt.ArrayLike]) -> ComplexArray:
        """Derivatives of the impedance with respect to each parameter, from closed forms.

        Parameters
        ----------
        frequency, values
            As in :meth:`impedance`.

        Returns
        -------
        ndarray
            ohm per unit of the parameter, complex, shape (batch, point, parameter) or (point, parameter).

        Raises
        ------
        SchemaError, PhysicsError
            As :meth:`impedance`.
        """
        s, table, single = self._arguments(frequency, values)
        _, derivatives = self.with_derivatives(s, table)
        shape = (table.shape[0], s.size)
        J = np.stack([np.broadcast_to(derived, shape) for derived in derivatives], axis=-1).astype(np.complex128)
        return J[0] if single else J

    def with_derivatives(self, s: ComplexArray, values: FloatArray) -> tuple[ComplexArray, list[ComplexArray]]:
        """Impedance and derivatives at ``s = j omega`` (point,), without checks or copies.

        Returns
        -------
        impedance, derivatives
            Arrays that broadcast to (batch, point), one derivative per parameter.
        """
        return with_derivatives(self.tree, s, self._columns(values))

    def _columns(self, values: FloatArray) -> Sequence[FloatArray]:
        return [values[:, k, None] for k in range(values.shape[1])]

    def _arguments(
        self, frequency: npt.ArrayLike, values: npt.ArrayLike | Mapping[str, npt.ArrayLike]
    ) -> tuple[ComplexArray, FloatArray, bool]:
        f = np.asarray(frequency, dtype=np.float64)
        if f.ndim != 1 or not (f > 0).all():
            raise PhysicsError(
                "frequencies must be one row of positive numbers", found=f"shape {f.shape}, smallest {f.min():g}"
            )
        table = self.values(values) if isinstance(values, Mapping) else np.asarray(values, dtype=np.float64)
        single = table.ndim == 1
        table = np.atleast_2d(table)
        if table.ndim != 2 or table.shape[1] != len(self.parameters):
            raise SchemaError(
                f"{self.text} has {len(self.parameters)} parameters ({', '.join(self.names)})",
                found=f"values of shape {table.shape}",
            )
        return np.asarray(2j * np.pi * f, dtype=np.complex128), table, single


@source("Boukamp1986")
def parse_circuit(text: str) -> Circuit:
    """Read a circuit from text.

    Parameters
    ----------
    text
        Either as the package impedance.py writes it, ``"L0-R0-p(R1,CPE1)-p(R2-Wo1,CPE2)"``, or a code after Boukamp,
        ``"LR(RQ)(RQ)"`` or ``"R(Q[RW])"``. A text with ``-``, ``,`` or ``p(`` is the former. Elements without a number
        get one. The guide lists the elements.

    Returns
    -------
    Circuit
        With names, units and bounds of its parameters, impedance (ohm) and derivatives.

    Raises
    ------
    SchemaError
        Names the place in the text and what is allowed there.

    References
    ----------
    :cite:`Boukamp1986`

    Examples
    --------
    >>> parse_circuit("R(RQ)").text
    'R0-p(R1,CPE1)'
    >>> parse_circuit("R0-p(R1,CPE1)").names
    ('R0', 'R1', 'CPE1_Q', 'CPE1_alpha')
    """
    if not isinstance(text, str):
        raise SchemaError("a circuit is given as text", found=type(text).__name__, todo="For example 'R0-p(R1,CPE1)'")
    deepest = max(itertools.accumulate((text[k] in "([") - (text[k] in ")]") for k in range(len(text))), default=0)
    if deepest > _DEEPEST:
        raise SchemaError(f"brackets may be nested {_DEEPEST} deep", found=f"{deepest} levels")
    chain = any(mark in text for mark in "-,p")
    return Circuit(parse_chain_text(text) if chain else parse_code(text))
