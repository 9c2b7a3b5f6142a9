"""The cell model: a critical stripping beside PyBaMM's DFN discharge, 100 cycles, and what a new cell costs.

    python benchmarks/cell_model.py            # best of 7, one thread, CPU time

Everything runs in one process on the integrator IDAKLU. PyBaMM's discharge of 1 h is a second call of one simulation, so that
its model is built already; ours is the whole call of ``simulate`` with a built model, from the cell to the history, and the
integration alone beside it.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from importlib import metadata
from typing import Any

from alkanode.cell_models import AlloyAnodeOptions, load_parameters, simulate
from alkanode.cell_models.alloy_anode import model_values
from alkanode.cell_models.host import pybamm as host
from alkanode.cell_models.simulation.engine import BuiltModel, built
from alkanode.cell_models.simulation.stepping import Runner
from alkanode.data import Protocol

STRIP = Protocol.from_text(["Strip at 0.25 mA cm-2 until 1 V"])
CYCLES = Protocol.from_text(
    ["Repeat 100 times:", "  Strip at 0.25 mA cm-2 for 0.5 mAh cm-2", "  Plate at 0.25 mA cm-2 for 0.5 mAh cm-2"]
)
ALLOYS = ("NaK50", "NaK65", "NaK80")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    names = ("pybamm", "pybammsolvers", "casadi", "numpy")
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {metadata.version(name)}" for name in names))
    discharge = dfn(repeats)
    show("DFN discharge of 1 h", discharge * 1e3, "ms")
    for alloy in ALLOYS:
        whole = best(lambda alloy=alloy: simulate("alloy-anode", alloy, STRIP), repeats)
        show(f"strip {alloy} to cut-off, history", whole * 1e3, "ms")
        alone = integration(alloy, repeats)
        show(f"strip {alloy} to cut-off", alone * 1e3, "ms")
        show(f"strip {alloy} over DFN", alone / discharge, "x (target <= 0.6)")
    cycles = best(lambda: simulate("alloy-anode", "NaK50", CYCLES), max(repeats // 2, 1))
    show("100 cycles, 200 steps", cycles, "s (target <= 2)")
    build = best(lambda: BuiltModel(AlloyAnodeOptions()).start(inputs("NaK50")), 3)
    show("build once per choice of physics", build, "s")


def show(name: str, value: float, unit: str) -> None:
    print(f"{name:40s} {value:10.3f} {unit}")


def best(task: Callable[[], Any], repeats: int) -> float:
    """Shortest CPU time of a task, s; one run goes before."""
    task()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
    return min(times)


def dfn(repeats: int) -> float:
    """CPU time of PyBaMM's DFN, 1 h at 1 C, built before."""
    pybamm = host()
    simulation = pybamm.Simulation(pybamm.lithium_ion.DFN(), solver=pybamm.IDAKLUSolver())
    return best(lambda: simulation.solve([0, 3600]), repeats)


def inputs(alloy: str) -> dict[str, float]:
    return {**model_values(load_parameters("Wu2025"), alloy), **Runner._control(2.5, upper=1.0)}


def integration(alloy: str, repeats: int) -> float:
    """CPU time of the integration alone, from the start state to the event."""
    model = built(AlloyAnodeOptions())
    given = model.vector(inputs(alloy))
    return best(lambda: model.run(model.start(given), given, 1e7), repeats)


if __name__ == "__main__":
    main()
