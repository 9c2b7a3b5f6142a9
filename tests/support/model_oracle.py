"""The alloy anode once more, in numpy and scipy alone: written from the equations, sharing no code with the model.

Effective diffusion, lever rule with sharp corners, a liquid contact that follows the first volume, sodium metal opposite. Grain
boundaries and coating are taken as settled (they settle within milliseconds). Only numbers are taken from the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp

FARADAY = 96485.33212


@dataclass(frozen=True)
class Strip:
    """Result: charge until the cut-off (C m-2), and voltage (V) and surface content at shares of that charge."""

    charge: float
    shares: np.ndarray
    voltage: np.ndarray
    content: np.ndarray
    profile: np.ndarray


class StrippedCloth:
    """Numbers of one cell and the right-hand side of its equations."""

    def __init__(self, values: Mapping[str, float], cells: int, grading: float) -> None:
        v = self.values = values
        k = np.arange(cells + 1)
        self.edges = v["Cloth thickness [m]"] * np.expm1(grading * k / cells) / np.expm1(grading)
        self.width = np.diff(self.edges)
        self.distance = np.diff((self.edges[1:] + self.edges[:-1]) / 2)
        self.potassium = v["Initial potassium content [mol.m-3]"]

    def liquidus(self) -> tuple[float, float]:
        return (
            self.values["Sodium mole fraction at potassium liquidus"],
            self.values["Sodium mole fraction at sodium liquidus"],
        )

    def liquid_fraction(self, u: np.ndarray) -> np.ndarray:
        x_k, x_na = self.liquidus()
        na = np.minimum(u, self.potassium * x_na / (1 - x_na))
        k = np.minimum(self.potassium, u * (1 - x_k) / x_k)
        v = self.values
        volume = na * v["Molar volume of sodium in liquid [m3.mol-1]"]
        volume = volume + k * v["Molar volume of potassium in liquid [m3.mol-1]"]
        return volume + v["Excess molar volume of liquid [m3.mol-1]"] * na * k / (na + k)

    def open_circuit(self, u: float) -> float:
        """-mu/F by differentiating the molar Gibbs energy numerically."""
        v = self.values
        x = float(np.clip(u / (u + self.potassium), *self.liquidus()))

        def g(y: float) -> float:
            series = sum(v[f"Interaction of order {n} in liquid [J.mol-1]"] * (1 - 2 * y) ** n for n in range(3))
            ideal = v["Gas constant times temperature [J.mol-1]"] * (y * np.log(y) + (1 - y) * np.log(1 - y))
            return y * v["Energy of liquid sodium against solid [J.mol-1]"] + ideal + y * (1 - y) * series

        h = 1e-5
        slope = (g(x + h) - g(x - h)) / (2 * h)
        return -(g(x) + (1 - x) * slope) / FARADAY

    def contact(self, u: float) -> float:
        share = float(self.liquid_fraction(np.array([u]))[0]) / self.values["Filled share of cloth"]
        return min(self.values["Contact share of fresh interface"] * share ** self.values["Contact exponent"], 0.9999)

    def series(self, theta: float) -> float:
        """Everything but the charge transfer, ohm m2."""
        v = self.values
        rho = 1 / v["Electrolyte conductivity [S.m-1]"]

        def constriction(f: float) -> float:
            e = f**0.5
            psi = 1 - 1.40978 * e + 0.34406 * e**3 + 0.04305 * e**5 + 0.02271 * e**7
            return np.pi * rho * v["Contact spot radius [m]"] * psi / (4 * f)

        metal = v["Counter charge transfer resistance [Ohm.m2]"] + constriction(0.9999)
        inside = rho * v["Electrolyte thickness [m]"] + v["Grain boundary resistance [Ohm.m2]"]
        return inside + v["Coating resistance [Ohm.m2]"] + metal + constriction(theta)

    def rate(self, t: float, y: np.ndarray, current: float) -> np.ndarray:
        v, u, e = self.values, y[:-1], y[-1]
        theta = self.contact(u[0])
        through = theta * (e - self.open_circuit(u[0])) / v["Charge transfer resistance [Ohm.m2]"]
        x_na = self.liquidus()[1]
        liquid = np.minimum(u, self.potassium * x_na / (1 - x_na))
        flux = np.zeros(u.size + 1)
        flux[0] = -through / FARADAY
        flux[1:-1] = -v["Sodium transport coefficient [m2.s-1]"] * np.diff(liquid) / self.distance
        change = (flux[:-1] - flux[1:]) / self.width
        return np.append(change, (current - through) / v["Interface capacitance [F.m-2]"])

    def voltage(self, y: np.ndarray, current: float) -> float:
        return float(y[-1] + current * self.series(self.contact(y[0])))


def strip(
    values: Mapping[str, float], current: float, cut_off: float, *, cells: int = 40, grading: float = 6.0
) -> Strip:
    """Strip at a current density (A m-2) until a voltage (V)."""
    cloth = StrippedCloth(values, cells, grading)
    start = np.full(cells + 1, values["Initial sodium content [mol.m-3]"])
    start[-1] = cloth.open_circuit(start[0])

    def limit(t: float, y: np.ndarray, current: float) -> float:
        return cloth.voltage(y, current) - cut_off

    limit.terminal = True  # type: ignore[attr-defined]
    longest = 1.5 * FARADAY * start[0] * values["Cloth thickness [m]"] / current
    found = solve_ivp(
        cloth.rate,
        (0.0, longest),
        start,
        method="LSODA",
        args=(current,),
        events=limit,
        dense_output=True,
        rtol=1e-8,
        atol=1e-8,
    )
    end = float(found.t_events[0][0])
    shares = np.array([0.05, 0.25, 0.5, 0.75, 0.9, 0.98])
    states = found.sol(shares * end)
    return Strip(
        charge=current * end,
        shares=shares,
        voltage=np.array([cloth.voltage(y, current) for y in states.T]),
        content=states[0],
        profile=states[:-1, 2],
    )
