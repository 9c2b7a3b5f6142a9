"""Properties of metals and alloys against temperature."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

ENTRIES = (
    Quantity(
        name="molar_volume",
        unit="m3 mol-1",
        display_unit="cm3 mol-1",
        factor=1e6,
        symbol="V_m",
        definition="Volume of one mole of atoms.",
    ),
    Quantity(
        name="viscosity",
        unit="Pa s",
        display_unit="mPa s",
        factor=1e3,
        symbol="eta",
        definition="Dynamic viscosity of a liquid.",
    ),
    Quantity(
        name="diffusion_coefficient",
        unit="m2 s-1",
        display_unit="cm2 s-1",
        factor=1e4,
        symbol="D",
        definition="Diffusion coefficient of one element in a liquid.",
    ),
    Quantity(
        name="self_diffusion",
        unit="m2 s-1",
        display_unit="cm2 s-1",
        factor=1e4,
        symbol="D*",
        definition="Self-diffusion coefficient of one element in a liquid of even composition.",
    ),
    Quantity(
        name="chemical_diffusion",
        unit="m2 s-1",
        display_unit="cm2 s-1",
        factor=1e4,
        symbol="D",
        definition="Diffusion coefficient that evens out a gradient of composition in a liquid.",
    ),
    Quantity(
        name="thermodynamic_factor",
        unit="1",
        symbol="Phi",
        definition="Slope of the logarithm of an activity with the logarithm of its mole fraction.",
    ),
    Quantity(
        name="surface_tension",
        unit="N m-1",
        display_unit="mN m-1",
        factor=1e3,
        symbol="gamma",
        definition="Work to make a unit area of the surface of a liquid.",
    ),
    Quantity(
        name="surface_mole_fraction",
        unit="1",
        display_unit="at%",
        factor=100.0,
        symbol="x_s",
        definition="Atoms of one element over all atoms in the outermost layer of a liquid.",
    ),
    Quantity(
        name="solubility",
        unit="1",
        display_unit="at%",
        factor=100.0,
        symbol="x_sat",
        definition="Mole fraction of an element in a liquid at equilibrium with its solid.",
    ),
    Quantity(
        name="concentration",
        unit="mol m-3",
        display_unit="mol L-1",
        factor=1e-3,
        symbol="c",
        definition="Moles of one element over the volume of a liquid.",
    ),
    Quantity(
        name="limiting_current_density",
        unit="A m-2",
        display_unit="mA cm-2",
        factor=0.1,
        symbol="j_lim",
        definition="Largest current density that diffusion through a film can carry.",
    ),
)
