"""Impedance of the discretised cell model at any state: exactness, and time per frequency beside PyBaMM's DFN.

Run ``python benchmarks/operando_impedance.py``. CPU time, one thread, one process for both.
"""

from __future__ import annotations

import os
import platform
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")

import numpy as np  # noqa: E402 (after the number of threads is fixed)
from scipy.linalg import hessenberg  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
from diffusion_cell import CURRENT, DiffusionCell  # noqa: E402

from alkanode.cell_models import AlloyAnode, AlloyAnodeOptions, simulate  # noqa: E402
from alkanode.cell_models.host import pybamm as host  # noqa: E402
from alkanode.cell_models.operando_impedance import (  # noqa: E402
    PybammModel,
    operando_impedance,
    state_impedance,
    sweep_frequencies,
)
from alkanode.cell_models.operando_impedance.modes import _dense, _factored, modes  # noqa: E402
from alkanode.cell_models.operando_impedance.small_signal import eliminate, linearise  # noqa: E402
from alkanode.cell_models.simulation.history import built_model, state_inputs  # noqa: E402

F = sweep_frequencies()
pybamm = host()


def best(action: Callable[[], object], repeat: int = 7) -> float:
    """Shortest CPU time, s."""
    found = np.inf
    for _ in range(repeat):
        start = time.process_time()
        action()
        found = min(found, time.process_time() - start)
    return found


def exactness() -> None:
    cell = DiffusionCell()
    times = np.linspace(0, 20 * 3600.0, 5)
    model, states, _ = cell.solved(2.5, times)
    edges = cell.edges()
    middles = (edges[1:] + edges[:-1]) / 2
    worst = 0.0
    for t, y in zip(times[1:], states[1:], strict=True):
        face = y[0] - (y[1] - y[0]) / (middles[1] - middles[0]) * middles[0]
        z = state_impedance(model, t, y, {CURRENT: 2.5}, F)
        worst = max(worst, float(np.abs(z / cell.exact(F, face) - 1).max()))
    print(f"finite-length diffusion, any time         {worst:.1e} relative (target <= 1e-4)")
    values = pybamm.ParameterValues({CURRENT: 0.0})
    other = pybamm.EISSimulation(cell.model(), parameter_values=values, skip_surface_form_check=True, **cell.parts())
    start = np.concatenate([np.full(cell.cells, cell.content), np.zeros(states.shape[1] - cell.cells)])
    z = state_impedance(PybammModel(cell.built().built_model, {CURRENT: 0.0}), 0.0, start, {CURRENT: 0.0}, F)
    print(
        f"minus PyBaMM's EIS at the start           {np.abs(z / -other.solve(F).impedance - 1).max():.1e} (target <= 1e-6)"
    )


def anode_at_start(model: object, inputs: dict[str, float]) -> None:
    """The alloy anode itself beside PyBaMM's own impedance of the same model."""
    pybamm_model = AlloyAnode(alloy="NaK50")
    values = pybamm_model.default_parameter_values
    other = pybamm.EISSimulation(pybamm_model, parameter_values=values, skip_surface_form_check=True).solve(F).impedance
    still = inputs | {"Current density set-point [A.m-2]": 0.0}
    z = state_impedance(model, 0.0, model.start(still), still, F)
    print(f"alloy anode, minus PyBaMM's EIS           {np.abs(z / -other - 1).max():.1e} (target <= 1e-6)")


def mesh() -> None:
    """What the mesh over depth is wrong by, from 7 MHz to 0.1 Hz."""
    f = sweep_frequencies(7e6, 0.1)
    found = []
    for cells in (40, 160):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            history = simulate(
                "alloy-anode",
                "NaK50",
                ["Strip at 0.25 mA cm-2 for 2 mAh cm-2"],
                "Wu2025",
                options=AlloyAnodeOptions(cells=cells),
                keep_states=True,
            )
            found.append(operando_impedance(history, f, every="1 mAh cm-2")["impedance"].to_numpy())
    print(
        f"mesh of 40 against 160 cells, 7 MHz to 0.1 Hz  {100 * np.abs(found[0] / found[1] - 1).max():.2f} % (target <= 0.5)"
    )


def speed() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        history = simulate("alloy-anode", "NaK50", ["Strip at 0.25 mA cm-2 until 1 V"], "Wu2025", keep_states=True)
        model = built_model(history)
        row = history["solution"].sizes["time"] // 2
        inputs = state_inputs(history, row)
        state = history["solution"]["state_vector"].to_numpy()[row]
        ours = best(lambda: state_impedance(model, 0.0, state, inputs, F)) / F.size
        run = best(lambda: operando_impedance(history, F), 3) / (25 * F.size)
    anode_at_start(model, inputs)
    dfn = pybamm.EISSimulation(pybamm.lithium_ion.DFN(options={"surface form": "differential"}))
    grid = np.geomspace(1e4, 1e-3, 60)
    dfn.solve(grid)
    theirs = best(lambda: dfn.solve(grid), 3) / grid.size
    print(f"PyBaMM DFN EIS, per frequency             {1e3 * theirs:.3f} ms")
    print(f"alloy anode at one state, per frequency   {1e3 * ours:.4f} ms ({F.size} frequencies, {state.size} states)")
    print(f"alloy anode at one state over DFN EIS     {ours / theirs:.3f} x (target <= 0.3)")
    print(f"run of 25 spectra, drift told, over DFN EIS  {run / theirs:.3f} x (target <= 0.3)  {1e3 * run:.4f} ms")
    signal = linearise(model, 0.0, state, inputs)
    space = eliminate(signal)
    print(
        f"of one spectrum: derivatives              {1e3 * best(lambda: linearise(model, 0.0, state, inputs)):.2f} ms"
    )
    print(f"of one spectrum: modes                    {1e3 * best(lambda: modes(space)):.2f} ms")
    print(
        f"of one spectrum: Hessenberg form instead  {1e3 * best(lambda: hessenberg(space.matrix, calc_q=True)):.2f} ms, alone"
    )
    print(f"of one spectrum: dense systems instead    {1e3 * best(lambda: _dense(space, F)):.2f} ms")
    print(f"of one spectrum: sparse factors instead   {1e3 * best(lambda: _factored(signal, F)):.2f} ms")


def main() -> None:
    packages = ", ".join(f"{name} {version(name)}" for name in ("alkanode", "pybamm", "casadi", "numpy", "scipy"))
    print(f"Python {platform.python_version()}, {packages}; one thread, CPU time")
    exactness()
    mesh()
    speed()


if __name__ == "__main__":
    main()
