"""A small PyBaMM cell of which the impedance is known: diffusion in a layer, two relaxing interfaces, one algebraic one."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from alkanode.cell_models.host import pybamm as host
from alkanode.cell_models.operando_impedance import PybammModel

CURRENT = "Current function [A]"


@dataclass(frozen=True, kw_only=True)
class DiffusionCell:
    """Sodium in a layer of 1 m2, taken out at one face; voltage from the logarithm of its content there."""

    thickness: float = 250e-6
    diffusivity: float = 1e-12
    content: float = 12000.0
    ohmic: float = 1e-2
    resistances: tuple[float, ...] = (3e-3, 5e-3)
    times: tuple[float, ...] = (1e-7, 1e-3)
    algebraic: float = 2e-3  # ohm m2, of an interface without capacity
    smallest: float = 1e-9
    cells: int = 60
    slope: float = 0.0257  # V per unit of the logarithm of content

    def edges(self) -> np.ndarray:
        """Borders of cells, fine at the face at 0."""
        low, high = 1.0, 10.0
        for _ in range(200):
            growth = 0.5 * (low + high)
            reach = float((self.smallest * growth ** np.arange(self.cells)).sum())
            low, high = (growth, high) if reach < self.thickness else (low, growth)
        edges = np.concatenate(([0.0], np.cumsum(high ** np.arange(self.cells))))
        edges *= self.thickness / edges[-1]
        edges[-1] = self.thickness
        return edges

    def model(self) -> Any:
        pb = host()
        model = pb.BaseModel(name="diffusion cell")
        content = pb.Variable("Content [mol.m-3]", domain="layer")
        volts = [pb.Variable(f"Voltage of element {k} [V]") for k in range(len(self.times))]
        drop = pb.Variable("Algebraic drop [V]")
        current = pb.FunctionParameter(CURRENT, {"Time [s]": pb.t})
        flux = -self.diffusivity * pb.grad(content)
        model.rhs = {content: -pb.div(flux)}
        for volt, r, tau in zip(volts, self.resistances, self.times, strict=True):
            model.rhs[volt] = (r * current - volt) / tau
        model.algebraic = {drop: drop - self.algebraic * current}
        out = current / 96485.33212
        model.boundary_conditions = {
            content: {"left": (out / self.diffusivity, "Neumann"), "right": (pb.Scalar(0), "Neumann")}
        }
        model.initial_conditions = {content: pb.Scalar(self.content), drop: pb.Scalar(0.0)} | {
            v: pb.Scalar(0.0) for v in volts
        }
        surface = pb.BoundaryValue(content, "left")
        voltage = -self.slope * pb.log(surface / self.content) + self.ohmic * current + drop
        for volt in volts:
            voltage = voltage + volt
        model.variables = {"Content [mol.m-3]": content, "Voltage [V]": voltage, "Current [A]": current}
        model.summary_variables = []
        one = pb.Scalar(1)
        model.param = SimpleNamespace(Q=one, A_cc=one, n_electrodes_parallel=one, n_cells=one)
        return model

    def parts(self) -> dict[str, Any]:
        pb = host()
        z = pb.SpatialVariable("z", domain=["layer"], coord_sys="cartesian")
        edges = self.edges()
        return {
            "geometry": {"layer": {z: {"min": 0.0, "max": self.thickness}}},
            "submesh_types": {"layer": pb.MeshGenerator(pb.UserSupplied1DSubMesh, {"edges": edges})},
            "var_pts": {z: self.cells},
            "spatial_methods": {"layer": pb.FiniteVolume()},
        }

    def built(self) -> Any:
        pb = host()
        simulation = pb.Simulation(
            self.model(),
            parameter_values=pb.ParameterValues({CURRENT: "[input]"}),
            solver=pb.IDAKLUSolver(rtol=1e-8, atol=1e-8),
            **self.parts(),
        )
        simulation.build()
        return simulation

    def solved(self, current: float, times: np.ndarray) -> tuple[PybammModel, np.ndarray, Any]:
        """Model, states (time, state) and the simulation after a constant current."""
        simulation = self.built()
        solution = simulation.solve([times[0], times[-1]], t_interp=times, inputs={CURRENT: current})
        return PybammModel(simulation.built_model, {CURRENT: current}), np.asarray(solution.y).T, simulation

    def exact(self, frequency: np.ndarray, surface: float) -> np.ndarray:
        """Impedance of the equations without a mesh, at a content of the face."""
        w = 2j * np.pi * frequency
        q = np.sqrt(w * self.thickness**2 / self.diffusivity)
        coth = 1 / np.tanh(q)
        diffusion = self.slope / surface * self.thickness / (self.diffusivity * 96485.33212) * coth / q
        arcs = sum(r / (1 + w * tau) for r, tau in zip(self.resistances, self.times, strict=True))
        return np.asarray(self.ohmic + self.algebraic + arcs + diffusion)
