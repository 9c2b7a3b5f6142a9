"""Phase equilibria and potentials."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

ENTRIES = (
    Quantity(
        name="mole_fraction",
        unit="1",
        display_unit="at%",
        factor=100.0,
        symbol="x",
        definition="Atoms of one element over all atoms.",
    ),
    Quantity(
        name="mass_fraction",
        unit="1",
        display_unit="wt%",
        factor=100.0,
        symbol="w",
        definition="Mass of one element over the whole mass.",
    ),
    Quantity(name="phase_fraction", unit="1", symbol="f", definition="Atoms in one phase over all atoms."),
    Quantity(name="liquid_fraction", unit="1", symbol="f_L", definition="Atoms in the liquid over all atoms."),
    Quantity(
        name="chemical_potential",
        unit="J mol-1",
        display_unit="kJ mol-1",
        factor=1e-3,
        symbol="mu",
        definition="Chemical potential against the stable pure element at the same temperature.",
    ),
    Quantity(
        name="gibbs_energy",
        unit="J mol-1",
        display_unit="kJ mol-1",
        factor=1e-3,
        symbol="G",
        definition="Gibbs energy per mole of atoms.",
    ),
    Quantity(
        name="electrode_potential",
        unit="V",
        display_unit="mV",
        factor=1e3,
        symbol="E",
        definition="Equilibrium potential against the pure metal of the working ion.",
    ),
    Quantity(
        name="overpotential",
        unit="V",
        display_unit="mV",
        factor=1e3,
        symbol="eta",
        definition="Voltage beyond the resting voltage, positive in the direction of the current.",
    ),
)
