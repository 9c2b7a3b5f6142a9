r"""Resistance of a cell while a layer of KClO4 closes over its electrodes and its salt runs out.

Sodium needs free surface. A layer that covers the share :math:`\Theta = \min(L/L_c, 1)` leaves conduction in parallel through
the free surface and through the covered one, which adds the layer's own resistance:

.. math:: \theta = (1 - \Theta) + \Theta\, \frac{r_0}{r_0 + \rho\,\delta},\qquad
          R = \frac{1}{A}\left[\frac{r_\mathrm{el}}{s} + n\,\frac{r_f + r_\mathrm{ct}\, s^{-\alpha}}{\theta}\right]

with :math:`r_0 = r_f + r_\mathrm{ct}` of a film and of charge transfer at a fresh electrode, :math:`\delta = f L V_m` the layer that
lies on top, s the salt left as a share, and n alloy electrodes. Charge transfer follows the exchange current density
:math:`\propto s^{\alpha}` of the rate law; the electrolyte's resistance is taken as inverse to its salt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellResistance:
    """The parts of a cell's resistance (ohm m2, of one electrode where it is one of two) and how they grow.

    Attributes
    ----------
    electrolyte
        Fresh electrolyte.
    film, charge_transfer
        Per fresh alloy electrode.
    electrodes
        Alloy electrodes.
    transfer
        Transfer coefficient.
    closing
        Leached potassium at which the layer is closed, mol m-2; infinite where no layer blocks.
    layer_resistance
        Resistance of the layer on top per leached potassium, ohm m4 mol-1.
    """

    electrolyte: float
    film: float
    charge_transfer: float
    electrodes: int
    transfer: float
    closing: float
    layer_resistance: float

    @classmethod
    def fresh(cls, values: Mapping[str, float], *, electrodes: int, layer: bool) -> CellResistance:
        """Of the symmetric cell whose initial resistance a parameter set states, shared out as it assumes."""
        whole = values["Initial cell resistance [Ohm]"] * values["Electrode area [m2]"]
        electrolyte = whole * values["Electrolyte share of resistance"]
        each = (whole - electrolyte) / 2
        transfer = each * values["Charge transfer share of electrode resistance"]
        return cls(
            electrolyte=electrolyte,
            film=each - transfer,
            charge_transfer=transfer,
            electrodes=electrodes,
            transfer=values["Transfer coefficient"],
            closing=values["Closing amount [mol.m-2]"] if layer else float("inf"),
            layer_resistance=values["Layer resistivity [Ohm.m]"]
            * values["Layer share"]
            * values["Perchlorate molar volume [m3.mol-1]"],
        )

    def covered(self, leached: Floats) -> Floats:
        """Share of the surface under the layer."""
        return np.minimum(leached / self.closing, 1.0)

    def conducting(self, leached: Floats) -> Floats:
        """Conductance of an interface over that of a fresh one."""
        fresh = self.film + self.charge_transfer
        covered = self.covered(leached)
        return (1 - covered) + covered * fresh / (fresh + self.layer_resistance * leached)

    def at(self, leached: Floats, salt_left: Floats) -> Floats:
        """Resistance of the cell times electrode area (ohm m2) for amounts that have left (mol m-2) and salt left (share)."""
        salt = np.maximum(salt_left, 1e-9)
        interface = (self.film + self.charge_transfer * salt**-self.transfer) / self.conducting(leached)
        return self.electrolyte / salt + self.electrodes * interface

    def closing_for(self, leached: float, salt_left: float, factor: float) -> float:
        """Closing amount that makes the resistance ``factor`` times the fresh one after ``leached``; NaN where none does."""
        salt = max(salt_left, 1e-9)
        fresh = self.film + self.charge_transfer
        wanted = factor * (self.electrolyte + self.electrodes * fresh) - self.electrolyte / salt
        if wanted <= 0:
            return float("nan")
        conducting = self.electrodes * (self.film + self.charge_transfer * salt**-self.transfer) / wanted
        through = fresh / (fresh + self.layer_resistance * leached)
        covered = (1 - conducting) / (1 - through) if through < 1 else float("nan")
        return leached / covered if 0 < covered <= 1 else float("nan")
