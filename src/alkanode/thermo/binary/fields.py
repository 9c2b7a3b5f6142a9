"""A two-phase field over temperature: polished tie lines, and the guess that they give for any other temperature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alkanode.thermo.binary.branches import phase_of
from alkanode.thermo.binary.tangents import Terms, common_tangent
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import BinaryModel


@dataclass(frozen=True, slots=True)
class TieLineField:
    """A two-phase field: its branches and polished compositions over temperature (K, increasing).

    Attributes
    ----------
    closes
        Whether it shrinks to nothing inside the diagram at one of its ends, a consolute or a congruent point. Its width
        squared is then linear in temperature there.
    """

    left: str
    right: str
    temperature: Array
    x_left: Array
    x_right: Array
    closes: bool = False

    @property
    def phases(self) -> tuple[str, str]:
        """Phases of both ends."""
        return phase_of(self.left), phase_of(self.right)

    def closes_at(self, temperature: float) -> bool:
        """Whether the field shrinks to nothing inside the diagram at an end of its table."""
        at = self.temperature == temperature
        return self.closes and bool(at.any() and (self.x_left[at] == self.x_right[at]).all())

    def guess(self, temperature: Array, compounds: dict[str, float]) -> tuple[Array, Array]:
        """Compositions of both ends between those of the table, near enough for Newton's method."""
        if not self.closes:
            return (
                np.interp(temperature, self.temperature, self.x_left),
                np.interp(temperature, self.temperature, self.x_right),
            )
        width = np.sqrt(np.interp(temperature, self.temperature, (self.x_right - self.x_left) ** 2))
        if self.left in compounds:
            return np.full_like(width, compounds[self.left]), compounds[self.left] + width
        if self.right in compounds:
            return compounds[self.right] - width, np.full_like(width, compounds[self.right])
        middle = np.interp(temperature, self.temperature, (self.x_left + self.x_right) / 2)
        return middle - width / 2, middle + width / 2

    def solve(
        self, model: BinaryModel, terms: Terms, temperature: Array, *, shifted: bool = False
    ) -> tuple[Array, Array]:
        """Exact compositions of both ends at temperatures (K, shape n), whose Gibbs energies are ``terms``.

        With ``shifted`` the energies are those of other parameters than the table's: a tie line that does not exist is
        NaN then, and no guess is taken for the answer.
        """
        return common_tangent(
            terms,
            model.compounds,
            self.phases,
            self.guess(temperature, model.compounds),
            closing=self.closes and not shifted,
            failed="nan" if shifted else "raise",
        )
