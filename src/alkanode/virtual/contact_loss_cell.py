"""A small virtual cell: an alloy anode that loses contact area while it is stripped.

The law is stated, not fitted: the share of the interface that still touches is

    f(q) = 1 - (q / q_c)^n,

so that, with pure loss of contact area, the interface's resistance is R_int / f, its capacitance C_int f, and its
relaxation time stays. Electrolyte and coating do not change. The voltage is the equilibrium potential of the alloy plus
current times the sum of resistances. This is a source of data with a known answer, no model of a real cell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from alkanode.data.cell import Cell
from alkanode.foundation.errors import PhysicsError
from alkanode.impedance.elements import inductor, resistor, zarc, zarc_distribution
from alkanode.thermo import stripping_path

Floats = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """A depressed arc: resistance (ohm), relaxation time (s), exponent (0-1]."""

    resistance: float
    relaxation_time: float
    exponent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLossLaw:
    """The stated law of the virtual cell.

    Attributes
    ----------
    critical_specific_capacity
        C kg-1 of alloy at which no contact is left (q_c over the mass).
    exponent
        n of the law; large n keeps the contact long and loses it suddenly.
    series_resistance
        ohm: electrolyte grains and leads.
    inductance
        H: leads.
    grain_boundary, coating
        Arcs that do not change.
    interface
        Arc of the fresh interface.
    """

    critical_specific_capacity: float = 400.0 * 3600.0
    exponent: float = 3.0
    series_resistance: float = 30.0
    inductance: float = 2e-7
    grain_boundary: Arc = Arc(resistance=40.0, relaxation_time=1.2e-7, exponent=0.95)
    coating: Arc = Arc(resistance=15.0, relaxation_time=1e-4, exponent=0.92)
    interface: Arc = Arc(resistance=60.0, relaxation_time=2e-2, exponent=0.85)


class ContactLossCell:
    """The virtual cell at any state of charge.

    Parameters
    ----------
    cell
        Needs an alloy anode with a mass.
    law
        The stated law.

    Raises
    ------
    PhysicsError
        When the anode is no alloy or has no mass.
    """

    def __init__(self, cell: Cell, law: ContactLossLaw) -> None:
        if cell.alloy is None or cell.anode.mass is None:
            raise PhysicsError("a virtual cell needs an alloy anode with a mass", found=f"anode {cell.anode.name!r}")
        self.cell = cell
        self.law = law
        self.mass = cell.anode.mass
        self.critical_charge = law.critical_specific_capacity * self.mass
        path = stripping_path(cell.alloy, cell.ion, temperature=cell.temperature)
        self._path_charge = path["specific_capacity"].to_numpy() * self.mass
        self._path_potential = path["electrode_potential"].to_numpy()

    def contact_share(self, charge: float | Floats) -> Floats:
        """Share of the interface that touches after ``charge`` (C) has been stripped, 0 to 1."""
        share = np.clip(np.asarray(charge, dtype=float) / self.critical_charge, 0.0, 1.0)
        return np.asarray(1.0 - share**self.law.exponent)

    def polarisation(self, charge: float | Floats) -> Floats:
        """Resistance of all arcs (ohm) after ``charge`` (C)."""
        law = self.law
        fixed = law.grain_boundary.resistance + law.coating.resistance
        with np.errstate(divide="ignore"):
            return np.asarray(fixed + law.interface.resistance / self.contact_share(charge))

    def polarisation_in_window(self, charge: float, shortest: float, longest: float) -> float:
        """Resistance (ohm) of the part of all arcs that relaxes between two times (s), after ``charge`` (C).

        The integral of the arcs' distributions of relaxation times over ln(tau), by quadrature.
        """
        law = self.law
        log_tau = np.linspace(np.log(shortest), np.log(longest), 20001)
        grown = law.interface.resistance / float(self.contact_share(charge))
        arcs = (law.grain_boundary, law.coating, replace(law.interface, resistance=grown))
        gamma = sum(
            zarc_distribution(np.exp(log_tau), arc.resistance, arc.relaxation_time, arc.exponent) for arc in arcs
        )
        return float(np.trapezoid(gamma, log_tau))

    def open_circuit(self, charge: float | Floats) -> Floats:
        """Equilibrium potential of the anode against the pure metal (V) after ``charge`` (C)."""
        return np.asarray(np.interp(np.asarray(charge, dtype=float), self._path_charge, self._path_potential))

    def voltage(self, charge: float | Floats, current: float) -> Floats:
        """Voltage (V) at a current (A, positive strips) after ``charge`` (C)."""
        return np.asarray(
            self.open_circuit(charge) + current * (self.law.series_resistance + self.polarisation(charge))
        )

    def charge_at(self, voltage: float, current: float) -> float:
        """Charge (C) at which the voltage (V) is reached while stripping with a current (A)."""

        def excess(charge: float) -> float:
            return float(self.voltage(charge, current)) - voltage

        low, high = 0.0, self.critical_charge * (1 - 1e-12)
        if excess(low) > 0 or excess(high) < 0:
            raise PhysicsError(
                "the voltage must lie between that of the fresh and of the spent cell",
                found=f"{voltage:g} V at {current:g} A",
            )
        return float(brentq(excess, low, high, xtol=1e-12))

    def impedance(self, charge: float, frequency: Floats) -> Complex:
        """Impedance (ohm, complex) at frequencies (Hz) after ``charge`` (C)."""
        law = self.law
        total = resistor(frequency, law.series_resistance) + inductor(frequency, law.inductance)
        for arc in (law.grain_boundary, law.coating):
            total = total + zarc(frequency, arc.resistance, arc.relaxation_time, arc.exponent)
        grown = law.interface.resistance / float(self.contact_share(charge))
        return np.asarray(total + zarc(frequency, grown, law.interface.relaxation_time, law.interface.exponent))
