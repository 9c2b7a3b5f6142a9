"""What a spectrum is a sum of: series resistance, inductance, blocking capacitance, blocking tails, distribution.

``Z = R0 + j omega L + 1/(j omega C) + sum_m T_m (j omega / omega_min)^(-p_m) + integral gamma / (1 + j omega tau)``

A blocking electrode adds a tail that no distribution of relaxation times holds: its resistance grows without end as
the frequency falls. An ideal one is a capacitor (phase -90 degrees); a real one has a constant phase of, say, -80
degrees. The sum over a few fixed phase exponents p (a small distribution of phasances) follows any phase in between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.impedance.relaxation.basis import Basis

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

TAIL_EXPONENTS = (0.6, 0.7, 0.8, 0.9, 1.0)
"""Phase exponents of a blocking tail, -54 to -90 degrees. Neighbours that are 0.1 apart follow any tail between them to
0.2 % over four decades; exponents of 0.5 and below are left out, since a distribution of relaxation times explains them as
well."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Complex columns of the linear model, and which is which.

    Attributes
    ----------
    matrix
        Shape (point, unknown).
    resistance, inductance, elastance
        Number of that column, or ``None``. The unknowns are ohm, H and 1/F.
    tails
        Columns of the tails; their unknowns are |Z| of the tail at the lowest frequency, ohm.
    basis
        Columns of the distribution.
    """

    matrix: ComplexArray
    resistance: int | None
    inductance: int | None
    elastance: int | None
    tails: slice
    basis: slice


def columns(
    omega: FloatArray,
    basis: Basis,
    *,
    resistance: bool = True,
    inductance: bool = True,
    capacitance: bool = False,
    tail_exponents: tuple[float, ...] = (),
) -> Columns:
    """Columns of the chosen terms at angular frequencies (rad/s), shape (point,)."""
    parts: list[ComplexArray] = []
    places: dict[str, int | None] = {"resistance": None, "inductance": None, "elastance": None}
    for name, wanted, values in (
        ("resistance", resistance, np.ones(omega.size, dtype=np.complex128)),
        ("inductance", inductance, 1j * omega),
        ("elastance", capacitance, 1 / (1j * omega)),
    ):
        if wanted:
            places[name] = len(parts)
            parts.append(np.asarray(values, dtype=np.complex128))
    first_tail = len(parts)
    parts += [np.asarray((1j * omega / omega.min()) ** -exponent) for exponent in tail_exponents]
    response = basis.response(omega)
    matrix = np.column_stack([*parts, response]) if parts else response
    return Columns(
        matrix=matrix,
        tails=slice(first_tail, len(parts)),
        basis=slice(len(parts), len(parts) + response.shape[1]),
        **places,
    )
