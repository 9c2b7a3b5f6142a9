"""From the tape of a run to the history that people and analyses read."""

from __future__ import annotations

import json
import platform
import warnings
from collections.abc import Mapping
from dataclasses import asdict, replace
from importlib import metadata
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.cell_models.alloy_anode.inventory import AREA, POROSITY, THICKNESS
from alkanode.cell_models.alloy_anode.names import SET_CURRENT, of_counter
from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions
from alkanode.cell_models.alloy_anode.thermodynamics import SOURCES
from alkanode.cell_models.operando_impedance.states_record import states_record
from alkanode.cell_models.parameters import ParameterSet
from alkanode.cell_models.simulation.balances import AMOUNTS, CHARGE, PHASES, balances
from alkanode.cell_models.simulation.engine import BuiltModel, built
from alkanode.cell_models.simulation.failures import contact_losses
from alkanode.cell_models.simulation.refinement import refine
from alkanode.cell_models.simulation.tape import CURRENT, VOLTAGE, Tape
from alkanode.data.schema import label
from alkanode.foundation.errors import ExtrapolationWarning, StudyError
from alkanode.materials.alloys import Alloy

Floats = npt.NDArray[np.float64]
Outputs = Literal["standard", "all", "least"]

INTERFACE = {
    "contact_share": "Contact share",
    "liquid_contact_share": "Liquid contact share",
    "island_contact_share": "Island contact share",
    "counter_contact_share": "Counter contact share",
    "island_charge": "Island charge [C.m-2]",
    "open_circuit_voltage": "Open-circuit voltage [V]",
    "liquid_sodium_mole_fraction": "Sodium mole fraction of liquid at electrolyte",
    "current_density": "Current density [A.m-2]",
    "charge_transfer_area_resistance": "Charge transfer area resistance [Ohm.m2]",
    "constriction_resistance": "Constriction area resistance [Ohm.m2]",
    "counter_area_resistance": "Counter area resistance [Ohm.m2]",
    "cell_area_resistance": "Series area resistance [Ohm.m2]",
}
DEPTH = {
    "sodium_content": "Sodium content [mol.m-3]",
    "potassium_content": "Potassium content [mol.m-3]",
    "liquid_volume_fraction": PHASES[0],
    "solid_potassium_volume_fraction": PHASES[1],
    "solid_sodium_volume_fraction": PHASES[2],
    "void_volume_fraction": PHASES[3],
    "liquid_sodium_mole_fraction": "Sodium mole fraction of liquid",
}
TOOLS = ("Negus1984", "Sulzer2021", "Hindmarsh2005", "Andersson2019")
"""Papers behind the constriction and the tools, beside those of parameters and thermodynamics."""

KEPT_PER_PIECE = 24
"""Profiles over depth that are kept per piece of a run, besides its first and last."""


def history(
    tape: Tape,
    model: BuiltModel,
    values: Mapping[str, float],
    parameters: ParameterSet,
    alloy: Alloy,
    *,
    sign: int,
    outputs: Outputs,
    keep_states: bool,
    attrs: Mapping[str, Any],
) -> xr.DataTree:
    """The history of a run.

    Parameters
    ----------
    tape, model, values
        The run, the model that made it, and its parameters.
    parameters
        The set, for its table.
    alloy
        Of the working electrode.
    sign
        1 where the alloy is on the working lead of the instrument, else -1.
    outputs
        ``"standard"``, ``"all"`` (a profile over depth in every row) or ``"least"`` (no profiles).
    keep_states
        Whether the states of the model go into a node ``solution``.
    attrs
        Written on the tree.
    """
    rows = _rows(tape)
    place = np.arange(tape.rows)
    if outputs != "least":
        rows, place = refine(rows, model)
    names = list(dict.fromkeys(["Voltage [V]", "Current [A]", CHARGE, *INTERFACE.values()]))
    symmetric = model.options.counter == "alloy"
    found = model.evaluate(names, rows["local"], rows["state"], rows["inputs"])
    area = values[AREA]
    kept = np.arange(rows["time"].size) if outputs == "all" else place[_kept_rows(tape, outputs)]
    profiles = _profiles(model, rows, kept, symmetric=symmetric)
    counted = _counted(rows, found, model)[kept]
    tree = {
        "cycling": _cycling(rows, found, model, area, sign),
        "states": _states(profiles, rows, kept, found, model, values),
        "interface": _interface(rows, found),
        "events": _events(tape, found, rows, place),
        "balances": balances(profiles, values, counted, symmetric=symmetric),
        "parameters": _table(parameters, alloy),
    }
    if tape.spectra:
        tree["impedance"] = _impedance(tape, model, found, area, sign, place)
    if keep_states:
        tree["solution"] = xr.Dataset(
            {
                "state_vector": (("time", "state"), rows["state"]),
                "input_vector": (("time", "input"), rows["inputs"]),
                "input_name": ("input", list(model.parameter_names)),
            },
            coords={"time": rows["time"]},
        )
    made = xr.DataTree.from_dict({f"/{name}": record for name, record in tree.items()})
    made.attrs.update(attrs)
    made.attrs.update(_provenance(parameters, model.options))
    return made


def _table(parameters: ParameterSet, alloy: Alloy) -> xr.Dataset:
    """Table of the parameters; what lies outside a table of theirs was told when the run began."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExtrapolationWarning)
        return parameters.table(alloy)


def _rows(tape: Tape) -> dict[str, Any]:
    """All pieces behind each other."""
    pieces = tape.pieces
    sizes = [piece.time.size for piece in pieces]

    def spread(values: list[Any]) -> npt.NDArray[Any]:
        return np.repeat(np.asarray(values), sizes, axis=0)

    return {
        "time": np.concatenate([piece.start + piece.time for piece in pieces]),
        "local": np.concatenate([piece.time for piece in pieces]),
        "state": np.concatenate([piece.state for piece in pieces]),
        "rate": np.concatenate([piece.rate for piece in pieces]),
        "inputs": spread([piece.inputs for piece in pieces]),
        "piece": np.repeat(np.arange(len(pieces)), sizes),
        "step": spread([piece.step for piece in pieces]),
        "cycle": spread([piece.cycle for piece in pieces]),
        "mode": spread([piece.mode for piece in pieces]),
    }


def _kept_rows(tape: Tape, outputs: Outputs) -> npt.NDArray[np.intp]:
    """Rows whose profile over depth is kept: first and last of every piece, and some between at even shares of its time."""
    if outputs == "least":
        return np.array([0, tape.rows - 1])
    found, begin = [], 0
    for piece in tape.pieces:
        even = np.linspace(0, piece.time[-1], KEPT_PER_PIECE + 2)
        found.append(begin + np.unique(np.clip(np.searchsorted(piece.time, even), 0, piece.time.size - 1)))
        begin += piece.time.size
    return np.unique(np.concatenate(found))


def _profiles(
    model: BuiltModel, rows: Mapping[str, Any], kept: npt.NDArray[np.intp], *, symmetric: bool
) -> dict[str, Floats]:
    scalars = [*AMOUNTS] + ([of_counter(name) for name in AMOUNTS] if symmetric else [])
    fields = [*DEPTH.values()] + ([of_counter(name) for name in PHASES] if symmetric else [])
    found = model.evaluate([*fields, *scalars, CHARGE], rows["local"][kept], rows["state"][kept], rows["inputs"][kept])
    shape = (kept.size, model.options.cells)
    return {
        name: np.broadcast_to(value.reshape(kept.size, -1), shape) if name in fields else value
        for name, value in found.items()
    }


def _cycling(
    rows: Mapping[str, Any], found: Mapping[str, Floats], model: BuiltModel, area: float, sign: int
) -> xr.Dataset:
    place = model.parameter_names.index(SET_CURRENT)
    demanded = np.where(rows["mode"] == CURRENT, rows["inputs"][:, place] * area, np.nan)
    record = xr.Dataset(
        {
            "time": ("row", rows["time"]),
            "voltage": ("row", sign * found["Voltage [V]"]),
            "current": ("row", sign * found["Current [A]"]),
            "current_setpoint": ("row", sign * demanded),
            "charge": ("row", sign * area * found[CHARGE]),
            "step": ("row", rows["step"].astype(np.float64)),
            "cycle": ("row", rows["cycle"].astype(np.float64)),
            "control_mode": ("row", rows["mode"].astype(np.float64)),
        }
    )
    return label(record, "cycling")


def _states(
    profiles: Mapping[str, Floats],
    rows: Mapping[str, Any],
    kept: npt.NDArray[np.intp],
    found: Mapping[str, Floats],
    model: BuiltModel,
    values: Mapping[str, float],
) -> xr.Dataset:
    edges = model.edges * values[THICKNESS]
    inside = {field: (("row", "depth"), np.asarray(profiles[name])) for field, name in DEPTH.items()}
    record = xr.Dataset(
        {
            "time": ("row", rows["time"][kept]),
            "depth": ("depth", (edges[1:] + edges[:-1]) / 2),
            "slice_thickness": ("depth", np.diff(edges)),
            "carbon_volume_fraction": ("depth", np.full(edges.size - 1, 1 - values[POROSITY])),
            "areal_capacity": ("row", found[CHARGE][kept]),
            "step": ("row", rows["step"][kept].astype(np.float64)),
            **inside,
        }
    )
    return label(record, "simulated_states")


def _interface(rows: Mapping[str, Any], found: Mapping[str, Floats]) -> xr.Dataset:
    fields = {field: ("row", found[name]) for field, name in INTERFACE.items()}
    record = xr.Dataset(
        {
            "time": ("row", rows["time"]),
            "areal_capacity": ("row", found[CHARGE]),
            "step": ("row", rows["step"].astype(np.float64)),
            **fields,
        }
    )
    return label(record, "simulated_interface")


def _events(
    tape: Tape, found: Mapping[str, Floats], rows: Mapping[str, Any], place: npt.NDArray[np.intp]
) -> xr.Dataset:
    losses = contact_losses(
        rows["time"],
        rows["step"],
        found["Contact share"],
        found["Counter contact share"],
        found["Current density [A.m-2]"] > 0,
    )
    told = [replace(one, row=int(place[one.row])) for one in tape.happenings]
    each = sorted([*told, *losses], key=lambda one: one.time)
    at = np.array([one.row for one in each], dtype=np.intp)
    record = xr.Dataset(
        {
            "time": ("event", np.array([one.time for one in each], dtype=np.float64)),
            "name": ("event", np.array([one.name for one in each], dtype=str)),
            "electrode": ("event", np.array([one.electrode for one in each], dtype=str)),
            "step": ("event", np.array([one.step for one in each], dtype=np.float64)),
            "reason": ("event", np.array([one.reason for one in each], dtype=str)),
            "areal_capacity": ("event", found[CHARGE][at]),
            "current_density": ("event", found["Current density [A.m-2]"][at]),
            "voltage": ("event", found["Voltage [V]"][at]),
        }
    )
    return label(record, "simulated_events")


def _counted(rows: Mapping[str, Any], found: Mapping[str, Floats], model: BuiltModel) -> Floats:
    """Charge by current times time; where the voltage was controlled, by the model's own count."""
    place = model.parameter_names.index(SET_CURRENT)
    by_current = rows["mode"] != VOLTAGE
    same = np.diff(rows["piece"], prepend=-1) == 0
    own = np.diff(found[CHARGE], prepend=found[CHARGE][0])
    told = rows["inputs"][:, place] * np.diff(rows["local"], prepend=0.0)
    return np.asarray(np.cumsum(np.where(same, np.where(by_current, told, own), 0.0)))


def _impedance(
    tape: Tape, model: BuiltModel, found: Mapping[str, Floats], area: float, sign: int, place: npt.NDArray[np.intp]
) -> xr.Dataset:
    spectra = tape.spectra
    place_of = model.parameter_names.index(SET_CURRENT)
    inputs = [dict(zip(model.parameter_names, one.inputs.tolist(), strict=True)) for one in spectra]
    at = place[[one.row for one in spectra]]
    return states_record(
        model,
        [one.time for one in spectra],
        np.stack([one.state for one in spectra]),
        inputs,
        [one.frequency for one in spectra],
        charge=sign * area * found[CHARGE][at],
        step=np.array([one.step for one in spectra], dtype=np.float64),
        cycle=np.array([one.cycle for one in spectra], dtype=np.float64),
        at_rest=np.array([one.inputs[place_of] == 0 for one in spectra]),
        current_density=sign * np.array([one.inputs[place_of] for one in spectra]),
    )


def _provenance(parameters: ParameterSet, options: AlloyAnodeOptions) -> dict[str, Any]:
    weak = {role: [one.name for one in parameters.rested_on(role)] for role in ("fitted", "assumed", "protocol")}
    keys = [one.source for one in parameters.entries.values() if one.source]
    versions = {name: metadata.version(name) for name in ("alkanode", "pybamm", "pybammsolvers", "casadi", "numpy")}
    return {
        "model": "alloy-anode",
        "options": json.dumps(asdict(options)),
        "parameter_set": parameters.name,
        "rested_on": json.dumps(weak),
        "versions": json.dumps({**versions, "python": platform.python_version()}),
        "sources": " ".join(dict.fromkeys([*keys, *SOURCES, *TOOLS])),
    }


def built_model(tree: xr.DataTree) -> BuiltModel:
    """The built model behind a history, from its options (kept between calls)."""
    return built(AlloyAnodeOptions(**json.loads(tree.attrs["options"])))


def state_inputs(tree: xr.DataTree, index: int) -> dict[str, float]:
    """Inputs of the model at a row of the node ``solution``.

    Raises
    ------
    StudyError
        When the history was made without ``keep_states=True``.
    """
    if "solution" not in tree.children:
        raise StudyError(
            "the states of the model are needed", found="a history without them", todo="simulate(..., keep_states=True)"
        )
    node = tree["solution"]
    numbers = node["input_vector"].to_numpy()[index]
    return dict(zip(node["input_name"].to_numpy().tolist(), numbers.tolist(), strict=True))
