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
        name="standard_potential",
        unit="V",
        symbol="E0",
        definition="Potential of a metal beside its ion at activity 1, against a stated reference.",
    ),
    Quantity(
        name="potential_in_electrolyte",
        unit="V",
        symbol="E",
        definition="Equilibrium potential of one metal of an alloy in an electrolyte, against a stated reference.",
    ),
    Quantity(
        name="oxidation_margin",
        unit="V",
        display_unit="mV",
        factor=1e3,
        symbol="E",
        definition="How far the potential of the metal that is oxidised first lies below that of the next.",
    ),
    Quantity(
        name="ion_activity",
        unit="1",
        symbol="a",
        definition="Activity of an ion, on the scale of mol L-1.",
    ),
    Quantity(
        name="ion_concentration",
        unit="mol m-3",
        display_unit="mol L-1",
        factor=1e-3,
        symbol="c",
        definition="Moles of an ion over the volume of the electrolyte.",
    ),
    Quantity(
        name="driving_potential",
        unit="V",
        display_unit="mV",
        factor=1e3,
        symbol="E",
        definition="Potential that drives an exchange of two metals, positive where it runs forward.",
    ),
    Quantity(
        name="extent",
        unit="1",
        symbol="xi",
        definition="Moles exchanged over moles of atoms of the initial alloy.",
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
