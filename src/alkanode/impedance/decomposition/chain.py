"""Linear algebra of a chain: every spectrum has unknowns of its own, tied to those of its two neighbours only.

The normal matrix of such a series is block-tridiagonal, so that a solution, and the covariance of every link, costs a time
proportional to the number of spectra.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Factors of a block-tridiagonal matrix.

    Attributes
    ----------
    inverses
        Inverses of the blocks after elimination of all before, shape (spectrum, k, k).
    tie
        Minus the diagonal of the blocks between neighbours, shape (spectrum - 1, k).
    """

    inverses: FloatArray
    tie: FloatArray

    @classmethod
    def of(cls, blocks: FloatArray, tie: FloatArray) -> Chain:
        """Factor the matrix with the given blocks on its diagonal, shape (spectrum, k, k), positive definite.

        Parameters
        ----------
        blocks
            On the diagonal, ties included.
        tie
            How strongly each unknown is tied to that of the next spectrum, shape (spectrum - 1, k).

        Returns
        -------
        Chain

        Raises
        ------
        numpy.linalg.LinAlgError
            Where a block is singular.
        """
        inverses = np.empty_like(blocks)
        inverses[0] = np.linalg.inv(blocks[0])
        for place in range(1, len(blocks)):
            c = tie[place - 1]
            inverses[place] = np.linalg.inv(blocks[place] - c[:, None] * inverses[place - 1] * c)
        return cls(inverses, tie)

    def solve(self, right: FloatArray) -> FloatArray:
        """Solution for a right-hand side, shape (spectrum, k) or (spectrum, k, column)."""
        single = right.ndim == 2
        x = (right[:, :, None] if single else right).copy()
        tie = self.tie[:, :, None]
        for place in range(1, len(x)):
            x[place] += tie[place - 1] * (self.inverses[place - 1] @ x[place - 1])
        x[-1] = self.inverses[-1] @ x[-1]
        for place in range(len(x) - 2, -1, -1):
            x[place] = self.inverses[place] @ (x[place] + tie[place] * x[place + 1])
        return x[:, :, 0] if single else x

    def covariance(self) -> tuple[FloatArray, FloatArray]:
        """Blocks of the inverse: those on the diagonal, and the diagonals of those between neighbours.

        Returns
        -------
        own, next_to
            Shapes (spectrum, k, k) and (spectrum - 1, k).
        """
        own = np.empty_like(self.inverses)
        own[-1] = self.inverses[-1]
        next_to = np.empty_like(self.tie)
        for place in range(len(own) - 2, -1, -1):
            gain = self.inverses[place] * self.tie[place]
            between = gain @ own[place + 1]
            next_to[place] = np.diagonal(between)
            own[place] = self.inverses[place] + between @ gain.T
        return own, next_to
