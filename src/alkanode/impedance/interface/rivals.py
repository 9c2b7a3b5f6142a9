"""The rivals that are compared unless others are given, each with its formula and its prior ranges.

No rival is the default. Ranges are wide and mostly assumed; they are parameters: ``rival.with_ranges(...)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import constants

from alkanode.foundation.sources import Trust
from alkanode.impedance.interface.constriction import constriction_factor
from alkanode.impedance.interface.rival import PriorRange, Rival
from alkanode.impedance.interface.unit_cell import VACUUM_PERMITTIVITY

FloatArray = npt.NDArray[np.float64]
Parameters = Mapping[str, FloatArray]

GAS_CONSTANT: Final = constants.R
FARADAY: Final = constants.N_A * constants.e

_MAIN_LINE = 4 / np.pi**2  # of the diffusion time: the slowest and strongest relaxation of a finite layer


def _assumed(low: float, high: float, unit: str, reason: str) -> PriorRange:
    return PriorRange(low=low, high=high, unit=unit, trust=Trust.ASSUMED, reason=reason)


def _void(p: Parameters, temperature: float) -> tuple[FloatArray, FloatArray]:
    f = p["contact_odds"] / (1 + p["contact_odds"])
    resistance = p["resistivity"] * np.pi * p["spacing"] / 4 * constriction_factor(f) / np.sqrt(f)
    void = VACUUM_PERMITTIVITY * (1 - f) / p["void_depth"]
    return resistance, void + p["resistivity"] * VACUUM_PERMITTIVITY * p["relative_permittivity"] / resistance


def _charge_transfer(p: Parameters, temperature: float) -> tuple[FloatArray, FloatArray]:
    per_area = GAS_CONSTANT * temperature / (FARADAY * p["exchange_current_density"])
    return per_area / p["area_fraction"], p["double_layer"] * p["area_fraction"]


def _chemical(p: Parameters, temperature: float) -> tuple[FloatArray, FloatArray]:
    capacitance = p["volumetric_capacitance"] * p["layer_thickness"]
    return p["layer_thickness"] ** 2 / p["diffusivity"] / capacitance, capacitance


def _liquid_diffusion(p: Parameters, temperature: float) -> tuple[FloatArray, FloatArray]:
    per_mole = GAS_CONSTANT * temperature / FARADAY**2
    resistance = per_mole * p["thermodynamic_factor"] * p["layer_thickness"] / (p["diffusivity"] * p["concentration"])
    return resistance, _MAIN_LINE * p["layer_thickness"] ** 2 / p["diffusivity"] / resistance


def _adsorption(p: Parameters, temperature: float) -> tuple[FloatArray, FloatArray]:
    thermal = GAS_CONSTANT * temperature / FARADAY
    capacitance = FARADAY * p["sites"] * p["occupancy"] / thermal
    return thermal / p["exchange_current_density"] / p["area_fraction"], capacitance * p["area_fraction"]


def _coating(p: Parameters, temperature: float) -> tuple[FloatArray, FloatArray]:
    permittivity = VACUUM_PERMITTIVITY * p["relative_permittivity"]
    return p["layer_thickness"] / p["conductivity"], permittivity / p["layer_thickness"]


def _grain_boundary(p: Parameters, temperature: float) -> tuple[FloatArray, FloatArray]:
    permittivity = VACUUM_PERMITTIVITY * p["relative_permittivity"]
    return p["resistivity"] * p["thickness"], permittivity * p["grain_over_boundary"] / p["thickness"]


_AREA = _assumed(0.01, 1.0, "1", "from a hundredth of full contact to all of it")

RIVALS: Final[tuple[Rival, ...]] = (
    Rival(
        name="void capacitance",
        meaning="current is constricted to contact spots; voids beside them act as capacitors",
        formula="R = rho (pi b/4) psi/e, C = eps0 (1-f)/d + rho eps0 eps_r/R",
        ranges={
            "resistivity": _assumed(1.0, 100.0, "ohm m", "solid electrolytes of 0.1 to 10 mS/cm"),
            "spacing": _assumed(1e-6, 3e-4, "m", "from roughness to the scale of a carbon cloth"),
            "contact_odds": _assumed(0.01, 10.0, "1", "f/(1-f): 1 to 90 % in contact"),
            "void_depth": _assumed(1e-8, 3e-5, "m", "from a crack to a hole of half a fibre's distance"),
            "relative_permittivity": _assumed(10.0, 50.0, "1", "oxide and sulfide electrolytes"),
        },
        model=_void,
        slopes=(0.0, 1.0),
    ),
    Rival(
        name="charge transfer",
        meaning="charge transfer beside a double layer, on the touching area",
        formula="R = R T/(F j0 f), C = C_dl f",
        ranges={
            "exchange_current_density": _assumed(0.1, 1e3, "A m-2", "0.01 to 100 mA/cm2 for alkali metals"),
            "double_layer": _assumed(0.05, 0.5, "F m-2", "5 to 50 uF/cm2, usual for double layers"),
            "area_fraction": _AREA,
        },
        model=_charge_transfer,
        slopes=(0.0, 1.0),
    ),
    Rival(
        name="chemical capacitance",
        meaning="a solid layer takes up and gives off the alkali metal",
        formula="R = L/(D c_v), C = c_v L",
        ranges={
            "layer_thickness": _assumed(2e-8, 1e-6, "m", "a coating of SnO2 and what becomes of it"),
            "volumetric_capacitance": _assumed(1e7, 1e9, "F m-3", "10 to 1000 F/cm3, hosts of alkali metals"),
            "diffusivity": _assumed(1e-18, 1e-13, "m2 s-1", "chemical diffusion in solids at room temperature"),
        },
        model=_chemical,
        slopes=(0.0, 1.0, 2.0),
        needs_coating=True,
    ),
    Rival(
        name="diffusion in the liquid",
        meaning="finite-length diffusion in liquid alloy behind the interface",
        formula="R = (R T/F^2) Phi delta/(D c), tau = (4/pi^2) delta^2/D",
        ranges={
            "thermodynamic_factor": _assumed(0.5, 5.0, "1", "Na-K mixes nearly ideally to weakly unmixing"),
            "layer_thickness": _assumed(3e-5, 3e-4, "m", "up to the thickness of a carbon cloth"),
            "diffusivity": _assumed(2e-9, 1e-8, "m2 s-1", "about 4e-5 cm2/s in liquid Na-K, an estimate"),
            "concentration": _assumed(3e3, 2.5e4, "mol m-3", "minor to major component of liquid Na-K"),
        },
        model=_liquid_diffusion,
        slopes=(0.0, 2.0),
    ),
    Rival(
        name="adsorption",
        meaning="ions adsorb on the touching area before they react",
        formula="R = R T/(F j_ad f), C = F^2 Gamma theta(1-theta) f/(R T)",
        ranges={
            "exchange_current_density": _assumed(0.1, 100.0, "A m-2", "0.01 to 10 mA/cm2"),
            "sites": _assumed(1e-6, 5e-5, "mol m-2", "a tenth of a monolayer to a few of them"),
            "occupancy": _assumed(0.01, 0.25, "1", "theta(1-theta), from nearly full or empty to half full"),
            "area_fraction": _AREA,
        },
        model=_adsorption,
        slopes=(0.0, 1.0),
    ),
    Rival(
        name="interphase or coating",
        meaning="ions cross a thin solid layer that stores no metal",
        formula="R = L/sigma, C = eps0 eps_r/L",
        ranges={
            "layer_thickness": _assumed(2e-9, 5e-7, "m", "from a native film to a thick reaction layer"),
            "conductivity": _assumed(1e-8, 1e-3, "S m-1", "1e-10 to 1e-5 S/cm"),
            "relative_permittivity": _assumed(5.0, 50.0, "1", "oxides, salts, organic films"),
        },
        model=_coating,
        slopes=(0.0, 1.0),
    ),
    Rival(
        name="grain boundary",
        meaning="grain boundaries of the electrolyte, in its whole thickness",
        formula="R = rho_gb L, C = eps0 eps_r (grain/boundary)/L",
        ranges={
            "resistivity": _assumed(0.5, 100.0, "ohm m", "50 to 10000 ohm cm"),
            "thickness": _assumed(3e-4, 3e-3, "m", "pellets"),
            "relative_permittivity": _assumed(10.0, 50.0, "1", "oxide electrolytes"),
            "grain_over_boundary": _assumed(100.0, 1e4, "1", "grains of 0.5 to 10 um, boundaries of 1 to 5 nm"),
        },
        model=_grain_boundary,
        slopes=(1.0,),
        per_interface=False,
    ),
)
"""The rivals, in no order of preference."""
