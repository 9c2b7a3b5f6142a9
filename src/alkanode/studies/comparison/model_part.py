"""The block ``model`` of a study: simulate the study's own cell through its own protocol, and set it beside what was measured."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.protocol import Protocol
from alkanode.foundation.errors import DataQualityWarning, StudyError
from alkanode.foundation.runtime import Progress
from alkanode.materials.alloys import Alloy
from alkanode.plot.cell_model import anode_depths, contact_share
from alkanode.plot.cell_model.comparison import number_comparison, voltage_comparison
from alkanode.plot.description import Figure
from alkanode.studies.blocks import Circuit, Stripping
from alkanode.studies.comparison.compare import compare
from alkanode.studies.comparison.influence import charge_influence, interval_of
from alkanode.studies.comparison.measured_protocol import MeasuredProtocol, measured_protocol
from alkanode.studies.comparison.model_findings import findings_of
from alkanode.studies.comparison.model_tables import comparison_table, event_table, parameter_table, told_numbers
from alkanode.studies.comparison.numbers import levels
from alkanode.studies.comparison.numbers_told import estimates_of, rows_of
from alkanode.studies.comparison.settings import CellModel
from alkanode.studies.part import Part, Table

if TYPE_CHECKING:
    from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions
    from alkanode.cell_models.parameters import ParameterSet

_KEPT = ("cycling", "states", "interface", "impedance", "events", "balances", "parameters")


def model_part(
    settings: CellModel,
    history: xr.DataTree,
    cell: Cell,
    *,
    folder: Path | None = None,
    circuit: Circuit | None = None,
    stripping: Stripping | None = None,
    progress: Progress | None = None,
) -> Part:
    """Simulate a cell as it was measured, and compare.

    Parameters
    ----------
    settings
        The block.
    history
        What was measured.
    cell
        The study's cell.
    folder
        Folder that a parameter file is named from.
    circuit, stripping
        Blocks of the study, whose circuit and cut-offs are used on the model too.
    progress
        Told of the steps of the simulation.

    Returns
    -------
    Part
        Numbers of the model, each called calibrated or predicted, beside the measured ones; what each parameter does to
        them; voltage, depths and contact of the model.

    Raises
    ------
    StudyError
        When the protocol cannot be read off the files, the cell has no alloy, or a parameter or option is not known.
    PhysicsError
        When the alloy is not one of sodium and potassium.
    """
    from alkanode.cell_models import load_parameters, simulate

    cutoffs = levels(settings.cutoffs or (stripping or Stripping()).cutoffs)
    named = settings.parameters
    beside = None if folder is None else folder / named
    numbers = load_parameters(str(beside) if beside is not None and beside.is_file() else named)
    numbers = numbers.replace(settings.changes) if settings.changes else numbers
    options = _options(settings, cell)
    followed = _protocol(settings, history, cell, cutoffs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)  # of sweeps that drift: compare() lets them drift
        run = simulate(
            settings.model,
            cell,
            followed.protocol,
            numbers,
            options=options,
            keep_states="impedance" in history.children,
            progress=progress,
        )
    influence, intervals = _influence(settings, cell, numbers, followed, cutoffs, options)
    asked = circuit is not None and (circuit.circuit is not None or circuit.preset is not None)
    beside_each_other = compare(
        run,
        history,
        cell,
        cutoffs=cutoffs,
        circuit=circuit if asked else None,
        spectra=settings.spectra,
        intervals=intervals,
    )
    told = told_numbers(beside_each_other)
    records = {f"model_{name}": run[name].to_dataset() for name in _KEPT if name in run.children}
    records["comparison"] = beside_each_other
    if influence is not None:
        records["parameter_influence"] = influence
    return Part(
        name="model",
        title=f"Cell model beside the measurement: {settings.model} with the parameters {numbers.name}",
        estimates=estimates_of(beside_each_other),
        listed=(),
        details=_details(run, followed, beside_each_other, settings, influence),
        records=records,
        figures=_figures(run, history, cell, beside_each_other, cutoffs, told),
        tables=_tables(run, beside_each_other, influence, told),
        findings=findings_of(run, beside_each_other, influence, told, under_current=followed.under_current),
    )


def _options(settings: CellModel, cell: Cell) -> AlloyAnodeOptions:
    from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions

    opposite = None if cell.counter is None else cell.counter.material
    symmetric = isinstance(opposite, Alloy) and "K" in opposite.composition.elements
    given: dict[str, Any] = {"counter": "alloy" if symmetric else "sodium metal", **settings.options}
    known = set(AlloyAnodeOptions.__dataclass_fields__) - {"control"}
    unknown = sorted(set(given) - known)
    if unknown:
        raise StudyError(
            f"options of the model are {', '.join(sorted(known))}", found=", ".join(repr(name) for name in unknown)
        )
    return AlloyAnodeOptions(**given)


def _protocol(settings: CellModel, history: xr.DataTree, cell: Cell, cutoffs: tuple[float, ...]) -> MeasuredProtocol:
    if settings.protocol is None:
        return measured_protocol(history, cell, cutoffs=cutoffs)
    made = Protocol.from_text(list(settings.protocol))
    made.require_ends()
    strips = [k for k, step in enumerate(made.steps) if step.kind == "strip"]
    last = strips[-1] if strips and all(step.kind != "plate" for step in made.steps[strips[0] :]) else None
    return MeasuredProtocol(
        protocol=made, judged=None if last is None else (strips[0], last), voltage_limit=math.nan, given=True
    )


def _influence(
    settings: CellModel,
    cell: Cell,
    numbers: ParameterSet,
    followed: MeasuredProtocol,
    cutoffs: tuple[float, ...],
    options: AlloyAnodeOptions,
) -> tuple[xr.Dataset | None, dict[str, tuple[float, float]]]:
    """What intervals of parameters do; only where one strip to its end is compared."""
    if not settings.intervals or followed.judged is None:
        return None, {}
    found = charge_influence(cell, numbers, followed.protocol, cutoffs, judged=followed.judged, options=options)
    return found, dict(interval_of(found))


def _details(
    run: xr.DataTree,
    followed: MeasuredProtocol,
    comparison: xr.Dataset,
    settings: CellModel,
    influence: xr.Dataset | None,
) -> dict[str, Any]:
    return {
        "model": str(run.attrs.get("model", settings.model)),
        "parameter_set": str(run.attrs.get("parameter_set", "")),
        "options": json.loads(str(run.attrs.get("options", "{}"))),
        "rested_on": json.loads(str(run.attrs.get("rested_on", "{}"))),
        "protocol": followed.protocol.to_text(),
        "protocol_from": "the study" if followed.given else "the measured file",
        "comparison": rows_of(comparison),
        "left_out": json.loads(str(comparison.attrs.get("left_out", "{}"))),
        "parameters_varied": 0 if influence is None else int(influence.sizes["parameter"]),
    }


def _figures(
    run: xr.DataTree,
    history: xr.DataTree,
    cell: Cell,
    comparison: xr.Dataset,
    cutoffs: tuple[float, ...],
    told: tuple[str, ...],
) -> dict[str, Figure]:
    reached = float(np.nanmax(np.abs(history["cycling"]["voltage"].to_numpy())))
    figures = {
        "model_voltage": voltage_comparison(
            run,
            history,
            area=cell.effective_area,
            mass=cell.anode.mass,
            cutoffs=tuple(level for level in cutoffs if level <= reached),
        )
    }
    names = tuple(str(name) for name in comparison["name"].to_numpy() if str(name).replace(".", "_", 1) in told)
    if names:
        figures["model_numbers"] = number_comparison(comparison, names=names)
    figures["anode_depths"] = anode_depths(run["states"].to_dataset())
    figures["contact_share"] = contact_share(run["interface"].to_dataset())
    return figures


def _tables(
    run: xr.DataTree, comparison: xr.Dataset, influence: xr.Dataset | None, told: tuple[str, ...]
) -> dict[str, Table]:
    return {
        "comparison": comparison_table(comparison, told),
        "model_events": event_table(run["events"].to_dataset()),
        "model_parameters": parameter_table(run["parameters"].to_dataset(), influence),
    }
