"""A leaching cell run through its cycles in PyBaMM, as a record, and where its potassium is at the end."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import xarray as xr

from alkanode.cell_models.host import pybamm
from alkanode.cell_models.leaching.lives import full_cell_protocol
from alkanode.cell_models.leaching.options import LeachingOptions
from alkanode.cell_models.parameters import ParameterSet, load_parameters
from alkanode.data.schema import check, label
from alkanode.foundation.errors import ConvergenceError, PhysicsError
from alkanode.foundation.sources import add_sources, source
from alkanode.materials import Alloy, Composition

SWING = 0.9
"""Share of the cathode's capacity that a half cycle of a full cell moves, so that neither end is reached."""

_CURRENT = "Current function [A]"


@source("Koh2024")
def simulate_leaching(
    alloy: Alloy | Composition | str = "Na50K50",
    *,
    cycles: int = 40,
    options: LeachingOptions | None = None,
    parameters: str | ParameterSet = "Koh2024",
    loading: float | None = None,
    current: Literal["cycling", "rest"] = "cycling",
    samples: int = 5,
    on_failure: Literal["return", "raise"] = "return",
) -> xr.Dataset:
    """Run an alloy electrode in a liquid sodium electrolyte through cycles, half cycle by half cycle.

    Parameters
    ----------
    alloy
        Alloy of the electrodes.
    cycles
        Number of cycles.
    options
        Law, counter electrode and precipitation; default parabolic, symmetric, perchlorate.
    parameters
        Parameter set.
    loading
        Mass of alloy over area, kg m-2; ``None`` takes that of the parameter set.
    current
        ``"cycling"``: strip and plate the working electrode, for a full cell charge and discharge. ``"rest"``: as long without
        current, for the calendar term.
    samples
        Samples per half cycle.
    on_failure
        What to do when the solver fails: return what was reached, with the reason in ``attrs``, or raise.

    Returns
    -------
    Dataset
        Kind ``leaching_history``, amounts in mol per electrode. ``attrs``: ``potassium_error``, ``sodium_error``, ``charge_error``,
        the largest relative errors of the balances; ``ended``, empty or why the run ended before its last cycle; ``fitted`` and ``assumed``,
        what it rests on. The thickness of the layer is that of dense KClO4.

    Raises
    ------
    PhysicsError
        For fewer than one cycle or sample.
    MissingExtraError
        Without PyBaMM.
    ConvergenceError
        When the solver fails and ``on_failure="raise"``.

    Notes
    -----
    A run ends where a half cycle meets the voltage limit of the parameter set (symmetric cells) or an end of the cathode.
    """
    if cycles < 1 or samples < 1:
        raise PhysicsError("a cycle and a sample or more are needed", found=f"{cycles} cycles, {samples} samples")
    host = pybamm()
    from alkanode.cell_models.leaching.model import LeachingAnode

    given = load_parameters(parameters)
    chosen = options or LeachingOptions()
    model = LeachingAnode(chosen, alloy=alloy, parameters=given, loading=loading)
    values = given.values()
    area = values["Electrode area [m2]"]
    full = chosen.counter == "cathode"
    if full:
        density, period = full_cell_protocol(values)
        half, first = SWING * period / 2, -1.0
    else:
        density, half, first = (
            values["Current density [A.m-2]"],
            values["Areal capacity [C.m-2]"] / values["Current density [A.m-2]"],
            1.0,
        )
    numbers = model.default_parameter_values
    numbers[_CURRENT] = "[input]"
    simulation = host.Simulation(model, parameter_values=numbers)
    simulation.build()
    solution, failure = None, ""
    for step in range(2 * cycles):
        sign = 0.0 if current == "rest" else first * (1.0 if step % 2 == 0 else -1.0)
        try:
            solution = simulation.solver.step(
                solution,
                simulation.built_model,
                half,
                t_eval=np.array([0.0, half]),
                t_interp=np.linspace(0.0, half, samples + 1),
                inputs={_CURRENT: sign * density * area},
                save=True,
            )
        except host.SolverError as cause:
            failure = f"cycle {step // 2 + 1}: {str(cause).splitlines()[0]}"
            if on_failure == "raise" or solution is None:
                raise ConvergenceError("the leaching model must solve", found=failure) from cause
            break
        if solution.termination != "final time":
            failure = f"cycle {step // 2 + 1}: {solution.termination.removeprefix('event: ')}"
            break
    record = _record(solution, model, area, full, half)
    record.attrs.update(
        alloy=model.held.alloy,
        law=chosen.law,
        counter=chosen.counter,
        precipitation=str(chosen.precipitation),
        current=current,
        parameter_set=given.name,
        ended=failure,
        fitted="; ".join(one.name for one in given.rested_on("fitted")),
        assumed="; ".join(one.name for one in given.rested_on("assumed")),
        host=f"pybamm {host.__version__}",
    )
    add_sources(record, model._table.sources)
    return label(record, "leaching_history")


def _record(solution: Any, model: Any, area: float, full: bool, half: float) -> xr.Dataset:
    def of(name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.asarray(solution[name].entries, dtype=float)

    sides = ["Working"] if full else ["Working", "Counter"]
    time = of("Time [s]")
    over = ("row", "electrode")

    def both(name: str, factor: float = 1.0) -> Any:
        return over, factor * np.stack([of(f"{side} {name}") for side in sides], axis=1)

    record = xr.Dataset(
        {
            "time": ("row", time),
            "cycle": ("row", np.maximum(np.ceil(time / (2 * half) - 1e-9), 1).astype(np.int64)),
            "voltage": ("row", of("Voltage [V]")),
            "current": ("row", of("Current [A]")),
            "sodium_ion_concentration": ("row", of("Sodium ion concentration [mol.m-3]")),
            "potassium_ion_concentration": ("row", of("Potassium ion concentration [mol.m-3]")),
            "sodium_amount": both("sodium [mol.m-2]", area),
            "potassium_amount": both("potassium [mol.m-2]", area),
            "precipitate_amount": both("precipitate [mol.m-2]", area),
            "layer_thickness": both("layer thickness [m]"),
            "free_surface_share": both("free surface share"),
        },
        coords={"electrode": [side.lower() for side in sides]},
    )
    if full:
        record["cathode_potassium_share"] = ("row", of("Cathode potassium share"))
        record["cathode_potassium_amount"] = (
            "row",
            area * of("Cathode potassium [mol.m-2]"),
            {"units": "mol", "display_unit": "umol"},
        )
    for metal in ("potassium", "sodium"):
        total = of(f"Total {metal} [mol.m-2]")
        record.attrs[f"{metal}_error"] = float(np.abs(total / total[0] - 1).max())
    carried = sum(of(f"{side} {metal} current density [A.m-2]") for side in sides for metal in ("sodium", "potassium"))
    wanted = of("Current density [A.m-2]") if full else np.zeros_like(time)
    scale = max(
        float(np.abs(of("Current density [A.m-2]")).max()),
        float(np.abs(of("Working potassium current density [A.m-2]")).max()),
    )
    record.attrs["charge_error"] = float(np.abs(carried - wanted).max() / scale)
    record.attrs["layer_share"] = float(model.default_parameter_values["Layer share"])
    record.attrs["electrolyte_volume"] = float(model.default_parameter_values["Electrolyte volume [m3]"])
    return record


def potassium_balance(history: xr.Dataset, *, cycle: int | None = None) -> xr.Dataset:
    """Where the potassium of a simulated cell is at the end of a cycle.

    Parameters
    ----------
    history
        Result of :func:`simulate_leaching`.
    cycle
        Cycle number; ``None`` takes the last.

    Returns
    -------
    Dataset
        Kind ``potassium_balance``: ``potassium_amount`` (mol) and ``share`` of all by ``place``: ``alloy``, ``layer`` (on top of the
        electrodes), ``elsewhere`` (precipitate in pores, separator and on walls), ``dissolved``, ``cathode``.
        ``attrs["relative_error"]`` against the start, ``attrs["dense_layer_thickness"]`` (m), what all precipitate of one
        electrode would make as a dense layer.

    Raises
    ------
    PhysicsError
        For a cycle that the history does not reach.
    """
    history = check(history, "leaching_history")
    rows = np.flatnonzero(
        history["cycle"].to_numpy() == (cycle if cycle is not None else history["cycle"].to_numpy()[-1])
    )
    if not rows.size:
        raise PhysicsError(
            "a cycle of the history is needed", found=f"{cycle} of {int(history['cycle'].to_numpy()[-1])} cycles"
        )
    at, start = history.isel(row=int(rows[-1])), history.isel(row=0)

    def amounts(state: xr.Dataset) -> dict[str, float]:
        solid = float(state["precipitate_amount"].sum())
        on_top = history.attrs["layer_share"] * solid
        return {
            "alloy": float(state["potassium_amount"].sum()),
            "layer": on_top,
            "elsewhere": solid - on_top,
            "dissolved": float(state["potassium_ion_concentration"]) * history.attrs["electrolyte_volume"],
            "cathode": float(state["cathode_potassium_amount"]) if "cathode_potassium_amount" in state else 0.0,
        }

    now, then = amounts(at), amounts(start)
    total = sum(now.values())
    on_one = float(at["precipitate_amount"].isel(electrode=0))
    thickness = float(at["layer_thickness"].isel(electrode=0))
    layer = history.attrs["layer_share"]
    record = xr.Dataset(
        {
            "potassium_amount": ("place", np.array(list(now.values()))),
            "share": ("place", np.array(list(now.values())) / total),
        },
        coords={"place": list(now)},
        attrs={
            **{name: history.attrs[name] for name in ("alloy", "law", "parameter_set")},
            "cycle": int(at["cycle"]),
            "relative_error": abs(total / sum(then.values()) - 1),
            "layer_thickness": thickness,
            "dense_layer_thickness": thickness / layer if layer > 0 and on_one > 0 else 0.0,
            "sources": history.attrs.get("sources", ""),
        },
    )
    return label(record, "potassium_balance")
