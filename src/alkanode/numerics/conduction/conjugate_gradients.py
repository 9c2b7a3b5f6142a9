"""Potentials of a network by conjugate gradients, real or complex."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.runtime import NoProgress, Progress, require
from alkanode.numerics.conduction.multigrid import Multigrid, one_over
from alkanode.numerics.conduction.network import Network, Size

Numbers = npt.NDArray[Any]
Operator = Callable[[Numbers, Numbers], None]

_CUT_OFF = 0.01  # imbalance of the two electrodes' currents that only rounding around zero current makes


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduction:
    """What flows through a network at a potential of 1 V between metal (0) and far electrode (1).

    Attributes
    ----------
    potential
        V, (z, y, x); zero where nothing conducts.
    conductance
        A/V between the electrodes, real or complex.
    iterations
        Of conjugate gradients.
    residual
        What is missing in the balance, over the load: norms.
    balance
        Current out of the far electrode less that into the metal, over the current.
    """

    potential: Numbers
    conductance: complex
    iterations: int
    residual: float
    balance: float


def conduct(
    network: Network,
    voxel_size: Size,
    *,
    tolerance: float = 1e-8,
    most_iterations: int = 500,
    multigrid: bool = True,
    start: Numbers | None = None,
    progress: Progress | None = None,
) -> Conduction:
    """Potentials and current of a network.

    Parameters
    ----------
    network
        Of :func:`voxel_network`.
    voxel_size
        m, along z, y, x.
    tolerance
        Norm of what is missing in the balance over that of the load. Default 1e-8; the conductance is then better than
        1e-8, its error being quadratic in that of the potentials.
    most_iterations
        Before it is given up. Default 500.
    multigrid
        Whether to precondition with multigrid (default) or with the diagonal only.
    start
        Potentials to begin from, for a neighbouring frequency.
    progress
        Told of every iteration.

    Returns
    -------
    Conduction

    Raises
    ------
    PhysicsError
        When no current can flow, or the iterations do not converge.
    MissingExtraError
        When numba is not installed (extra ``tomography``).

    Notes
    -----
    For complex conductances the matrix is symmetric, not Hermitian; products of vectors are then taken without conjugation
    (conjugate orthogonal conjugate gradients).
    """
    require("numba", extra="tomography")
    from alkanode.numerics.conduction import kernels

    diagonal, load = network.diagonal, network.to_far
    scale = float(np.linalg.norm(load))
    if scale == 0:
        raise PhysicsError("current needs electrolyte at the far electrode", found="nothing that conducts there")

    def product(v: Numbers, out: Numbers) -> None:
        kernels.apply(v, diagonal, network.gz, network.gy, network.gx, out)

    inverse: Operator = Multigrid(network, voxel_size) if multigrid else _Diagonal(diagonal)
    potential = np.zeros_like(load) if start is None else np.where(diagonal != 0, start, 0).astype(load.dtype)
    potential, iterations, left = preconditioned(
        product,
        inverse,
        load,
        potential,
        tolerance * scale,
        most_iterations,
        NoProgress() if progress is None else progress,
    )
    out = (load * (1 - potential)).sum()
    into = (network.to_metal * potential).sum()
    balance = float(abs(out - into) / abs(out)) if out else np.inf
    if balance > _CUT_OFF:
        raise PhysicsError(
            "no current can flow between the electrodes", found="contacts cut off from the far electrode"
        )
    return Conduction(
        potential=potential,
        conductance=complex(out),
        iterations=iterations,
        residual=left / scale,
        balance=balance,
    )


def preconditioned(
    product: Operator,
    inverse: Operator,
    load: Numbers,
    start: Numbers,
    target: float,
    most: int,
    progress: Progress,
) -> tuple[Numbers, int, float]:
    """Conjugate gradients: solution, iterations and the norm of the residual.

    Parameters
    ----------
    product, inverse
        Operators that write into their second argument: the matrix, and an approximate inverse; both symmetric.
    load, start
        Right-hand side, and where to begin; ``start`` is overwritten.
    target
        Norm of the residual at which to stop.
    most
        Iterations before it is given up.
    progress
        Told of every iteration.

    Raises
    ------
    PhysicsError
        When the target is not reached.
    """
    x, q, z = start, np.empty_like(load), np.empty_like(load)
    r = load.copy()
    if x.any():
        product(x, q)
        r -= q
    left = float(np.linalg.norm(r))
    inverse(r, z)
    p, rho = z.copy(), _dot(r, z)
    done = 0
    while left > target and done < most and rho != 0:
        product(p, q)
        step = rho / _dot(p, q)
        x += step * p
        r -= step * q
        left = float(np.linalg.norm(r))
        inverse(r, z)
        rho, before = _dot(r, z), rho
        p *= rho / before
        p += z
        done += 1
        progress.update(done, most, "conduction")
    if not left <= target:
        raise PhysicsError(
            "the balance of currents needs to be met",
            found=f"{left / target:.2g} times the tolerance after {done} iterations",
            todo="Allow more iterations, or check the conductivities for extreme ratios",
        )
    return x, done, left


class _Diagonal:
    """Division by the diagonal: the plain preconditioner."""

    def __init__(self, diagonal: Numbers) -> None:
        self._inverse = one_over(diagonal)

    def __call__(self, load: Numbers, out: Numbers) -> None:
        np.multiply(self._inverse, load, out=out)


def _dot(one: Numbers, other: Numbers) -> Any:
    """Product of two vectors, without conjugation."""
    return np.dot(one.ravel(), other.ravel())
