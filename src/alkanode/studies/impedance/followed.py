"""The resistance of one process along a run: alone, after control cells were taken off, per interface, over cycles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.data.steps import half_cycle_table
from alkanode.foundation.errors import StudyError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import to_si
from alkanode.impedance import (
    fit_series,
    parse_circuit,
    per_interface,
    pool_controls,
    process_resistance,
    subtract_control,
)
from alkanode.impedance.circuits.arcs_of_tree import arcs_of
from alkanode.impedance.circuits.presets import processes_of
from alkanode.plot import Figure
from alkanode.plot.describe_resistance import resistance_along
from alkanode.studies.blocks import Circuit, Impedance
from alkanode.studies.impedance.spectra import checked_spectra
from alkanode.studies.part import Table
from alkanode.studies.wording import number, worded

Floats = npt.NDArray[np.float64]

TOTAL = "total"
"""Name of the process that holds every resistance of the circuit."""

_CONTROLS = {"coated-nasicon": "coated-nasicon-control"}
"""Preset of a cell -> preset of its control cell."""

_NORMAL = 1.96


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Followed:
    """What following a resistance gave, ready for a part of a study."""

    record: xr.Dataset
    estimates: dict[str, Estimate]
    findings: tuple[str, ...]
    table: Table
    figure: Figure
    details: dict[str, object] = field(default_factory=dict)


def is_asked(settings: Circuit) -> bool:
    """Whether a study wants a resistance followed."""
    return settings.process is not None or bool(settings.control) or settings.per_interface


def follow(
    fit: xr.Dataset,
    settings: Circuit,
    *,
    controls: Sequence[xr.Dataset] = (),
    area: float | None = None,
    cycling: xr.Dataset | None = None,
) -> Followed:
    """Follow the resistance of a process over the spectra of a fit.

    Parameters
    ----------
    fit
        Record of kind ``circuit_fit``.
    settings
        Block of the study.
    controls
        Spectra of control cells, one record per cell.
    area
        Electrode area, m2.
    cycling
        Cycling record on the same clock, which counts the cycles.

    Raises
    ------
    StudyError
        When controls are named but not given, or cell and control share no resistance.
    SchemaError
        For an unknown process.
    """
    told: list[str] = []
    details: dict[str, object] = {}
    if controls:
        record, told, details = _less_control(fit, settings, controls, area)
    else:
        record = process_resistance(fit, _members(fit, settings.process))
        record.attrs["process"] = _name(settings.process)
    if settings.per_interface:
        whole = record
        record = per_interface(whole)
        kept = {
            name: whole[name].variable for name in ("cell_resistance", "control_resistance") if name in whole.variables
        }
        record = record.assign({name: 0.5 * values for name, values in kept.items()})
        record.attrs["assumption"] = "; ".join(
            text for text in (str(whole.attrs.get("assumption", "")), str(record.attrs["assumption"])) if text
        )
        told.append(
            "The resistance of one interface is half of the whole: both interfaces are taken as equal, which no spectrum of "
            "two electrodes can confirm. [assumed]"
        )
    if cycling is not None and cycling.sizes["row"] and "time" in record.variables:
        record = record.assign(completed_cycles=("spectrum", completed_cycles(record["time"].to_numpy(), cycling)))
    record = label(record, "process_resistance")
    details |= {
        "process": str(record.attrs.get("process", "")),
        "resistances": str(record.attrs.get("parameters", "")),
        "per_interface": settings.per_interface,
    }
    estimates = _estimates(record, area)
    return Followed(
        record=record,
        estimates=estimates,
        findings=(*told, *_sentences(record, estimates)),
        table=_table(record, area),
        figure=resistance_along(record, area=area),
        details=details,
    )


def completed_cycles(times: npt.NDArray[np.float64], cycling: xr.Dataset) -> Floats:
    """Cycles that were complete when each spectrum began: half cycles that had ended over two.

    Parameters
    ----------
    times
        Start of each spectrum (s), shape (spectrum,), on the clock of ``cycling``.
    cycling
        Cycling record.

    Returns
    -------
    ndarray
        Shape (spectrum,); halves after a first half cycle, NaN without a time.
    """
    table = half_cycle_table(cycling)
    ends = table["start_time"].to_numpy() + table["duration"].to_numpy()
    done = np.searchsorted(np.sort(ends), np.nan_to_num(times, nan=-np.inf), side="right") / 2
    return np.where(np.isfinite(times), done, np.nan)


def control_settings(settings: Circuit) -> str:
    """Circuit of the control cells: as named, that of the preset, else that of the cell."""
    named = settings.control_preset or settings.control_circuit
    circuit = named or _CONTROLS.get(settings.preset or "") or settings.preset or settings.circuit
    if circuit is None:
        raise StudyError(
            "control cells need a circuit", found="none", todo="Give circuit or preset; an automatic choice may differ"
        )
    return circuit


def _name(process: str | list[str] | None) -> str:
    if process is None:
        return "all arcs"
    return process if isinstance(process, str) else " + ".join(process)


def _ohms(fit: xr.Dataset) -> list[str]:
    units = str(fit.attrs.get("parameter_units", "")).split()
    return [str(name) for name, unit in zip(fit["parameter"].to_numpy(), units, strict=False) if unit == "ohm"]


def _arcs(fit: xr.Dataset) -> list[str]:
    """Resistances of the arcs, the fastest first where the circuit says so; without those in series."""
    circuit = parse_circuit(str(fit.attrs["circuit"]))
    return [circuit.names[arc.resistance] for arc in arcs_of(circuit.tree)]


def _members(fit: xr.Dataset, process: str | list[str] | None) -> str | list[str]:
    """A process as :func:`process_resistance` takes it."""
    if process == TOTAL:
        return _ohms(fit)
    return _arcs(fit) if process is None else process


def _less_control(
    fit: xr.Dataset, settings: Circuit, controls: Sequence[xr.Dataset], area: float | None
) -> tuple[xr.Dataset, list[str], dict[str, object]]:
    """The resistance of the cell less that of its controls, sentences about it, and details."""
    circuit = control_settings(settings)
    checks = Impedance.of(frequency_range=settings.frequency_range, drift_limit=settings.drift_limit)
    fits = [fit_series(checked_spectra(one, checks), circuit, starts=settings.starts) for one in controls]
    own, taken, words = _shared(fit, fits[0], settings.process)
    cell = process_resistance(fit, own)
    pooled = pool_controls([process_resistance(one, taken) for one in fits])
    known = area is not None and settings.control_area is not None
    difference = subtract_control(
        cell,
        pooled,
        area=area if known else None,
        control_area=to_si(settings.control_area, "area") if known and settings.control_area else None,
        scale=settings.scale_control and known,
    )
    difference.attrs["process"] = _name(settings.process)
    difference.attrs["assumption"] = str(pooled.attrs["assumption"])
    difference.attrs["control_cells"] = int(pooled.attrs["control_cells"])
    value, deviation = float(pooled["resistance"][0]), float(pooled["standard_deviation"][0])
    count = int(pooled.attrs["control_cells"])
    equal = "" if known else " Their electrodes are taken as large as that of the cell."
    told = [
        f"Taken off: {words}. {count} control cell{'s' if count > 1 else ''} ({circuit}) show{'' if count > 1 else 's'} "
        f"{number(value, 3)} ohm ({number(value - _NORMAL * deviation, 3)} to {number(value + _NORMAL * deviation, 3)} for one "
        f"cell like {'them' if count > 1 else 'it'}). [fitted] Assumed: {pooled.attrs['assumption']}.{equal}"
    ]
    details: dict[str, object] = {
        "control_circuit": circuit,
        "control_cells": count,
        "control_resistance": value,
        "control_standard_deviation": deviation,
        "control_scatter": float(pooled.attrs["scatter"]),
    }
    return difference, told, details


def _shared(fit: xr.Dataset, control: xr.Dataset, process: str | list[str] | None) -> tuple[list[str], list[str], str]:
    """Resistances of the cell, those of the control, and what is taken off in words.

    A process that the control does not hold is found together with the arcs that both hold, and those of the control are
    taken off: arcs that lie close cannot be told apart in the cell, their sum can. The series resistance stays out of it.
    """
    mine, theirs = (processes_of(str(one.attrs.get("processes", ""))) for one in (fit, control))
    arcs, others = _arcs(fit), _arcs(control)
    if process is None or process == TOTAL:
        own, taken = (arcs, others) if process is None else (_ohms(fit), _ohms(control))
        what = "all arcs" if process is None else "all resistances"
        return own, taken, f"{what} of the control cell from {what} of the cell"
    if isinstance(process, str) and process in mine and process not in theirs:
        common = [name for name in mine if name in theirs and set(mine[name]) <= set(arcs)]
        if not common:
            raise StudyError("cell and control need a process in common", found=f"{', '.join(theirs) or 'no names'}")
        own = [member for name in (*common, process) for member in mine[name]]
        taken = [member for name in common for member in theirs[name]]
        both = " and ".join(common)
        return own, taken, f"{both} of the control cell from {both} and {process} of the cell"
    names = [process] if isinstance(process, str) else process
    own = [member for name in names for member in mine.get(name, (name,))]
    taken = [member for name in names for member in theirs.get(name, (name,))]
    if not set(taken) <= set(_ohms(control)):
        raise StudyError(
            f"the control needs {', '.join(taken)}", found=", ".join(_ohms(control)), todo="Give control_circuit"
        )
    return own, taken, f"{' + '.join(names)} of the control cell from {' + '.join(names)} of the cell"


def along_of(record: xr.Dataset) -> str:
    """What a resistance is listed and drawn along: cycles where they differ, else time, else the spectrum."""
    if "completed_cycles" in record.variables and np.unique(record["completed_cycles"].to_numpy()).size > 2:
        return "completed_cycles"
    if "time" in record.variables and np.isfinite(record["time"].to_numpy()).any():
        return "time"
    return "spectrum"


def _known(record: xr.Dataset) -> npt.NDArray[np.intp]:
    return np.flatnonzero(np.isfinite(record["resistance"].to_numpy()))


def _estimates(record: xr.Dataset, area: float | None) -> dict[str, Estimate]:
    """First and last resistance, and their ratio."""
    known = _known(record)
    if known.size == 0:
        return {}
    found: dict[str, Estimate] = {}
    name = "interface_resistance" if "control_resistance" in record.variables else "followed_resistance"
    basis = f"fitted: {record.attrs.get('process', '')}"
    basis += ", less the control" if "control_resistance" in record.variables else ""
    assumed = str(record.attrs.get("assumption", ""))
    basis += f"; assumed: {assumed}" if assumed else ""
    for end, spectrum in zip(("first", "last"), np.unique(known[[0, -1]]), strict=False):
        value, low, high = (float(record[key][spectrum]) for key in ("resistance", "lower_95", "upper_95"))
        for suffix, unit, quantity, factor in (
            ("", "ohm", "resistance", 1.0),
            ("_area_specific", "ohm m2", "area_specific_resistance", area),
        ):
            if factor is not None:
                found[f"{end}_{name}{suffix}"] = Estimate(
                    value=factor * value,
                    unit=unit,
                    quantity=quantity,
                    interval=(factor * low, factor * high) if np.isfinite([low, high]).all() else None,
                    label=f"{basis}; spectrum {int(spectrum)}; interval: 95 %",
                )
    ratio = ratio_of_ends(record)
    if ratio is not None:
        found["last_over_first"] = ratio
    return found


def ratio_of_ends(record: xr.Dataset) -> Estimate | None:
    """Resistance of the last spectrum over that of the first.

    ``None`` where one of them is not above zero, or where one control was taken off both, whose error they share. The
    interval takes both fits as independent: ``R2/R1 exp(+- 1.96 sqrt((s1/R1)^2 + (s2/R2)^2))``.
    """
    known = _known(record)
    if known.size < 2 or "control_resistance" in record.variables:
        return None
    value, deviation = (record[key].to_numpy()[known[[0, -1]]] for key in ("resistance", "standard_deviation"))
    if not (record["lower_95"].to_numpy()[known[[0, -1]]] > 0).all():
        return None
    spread = float(np.exp(_NORMAL * np.sqrt(((deviation / value) ** 2).sum())))
    ratio = float(value[1] / value[0])
    return Estimate(
        value=ratio,
        unit="1",
        quantity="fraction",
        interval=(ratio / spread, ratio * spread),
        label=f"fitted: {record.attrs.get('process', '')}, spectrum {known[-1]} over {known[0]}; interval: 95 % of both fits",
    )


def _sentences(record: xr.Dataset, estimates: dict[str, Estimate]) -> list[str]:
    known = _known(record)
    if known.size == 0:
        return ["No spectrum gives the resistance that is followed. [fitted]"]
    ends = [name for name in estimates if name.startswith(("first_", "last_")) and name.endswith("resistance")]
    what = str(record.attrs.get("process", ""))
    told = []
    for name in ends:
        specific = estimates.get(f"{name}_area_specific")
        beside = "" if specific is None else f" or {worded(specific)}"
        spectrum = int(known[0] if name.startswith("first") else known[-1])
        told.append(f"{worded(estimates[name])}{beside} {_where(record, spectrum)}")
    found = [f"The resistance of {what} is {' and '.join(told)}. [fitted]"]
    ratio = estimates.get("last_over_first")
    if ratio is not None:
        found.append(f"The last is {worded(ratio)} times the first. [fitted]")
    return found


def _where(record: xr.Dataset, spectrum: int) -> str:
    along = along_of(record)
    if along == "completed_cycles":
        return f"after {number(float(record[along][spectrum]), 3)} cycles (spectrum {spectrum})"
    if along == "time":
        return f"at {number(float(record['time'][spectrum]) / 60, 3)} min (spectrum {spectrum})"
    return f"in spectrum {spectrum}"


def _table(record: xr.Dataset, area: float | None) -> Table:
    """One row per spectrum."""
    factor, unit = (1.0, "ohm") if area is None else (1e4 * area, "ohm cm2")
    with_control = "control_resistance" in record.variables
    columns = ["spectrum", "complete cycles", "time / min", f"R / {unit}", "lower 95 %", "upper 95 %"]
    columns += [f"R of the cell / {unit}", f"R of the control / {unit}"] if with_control else []
    fields = ["resistance", "lower_95", "upper_95"]
    fields += ["cell_resistance", "control_resistance"] if with_control else []
    rows = []
    for spectrum in _known(record):
        cycles = float(record["completed_cycles"][spectrum]) if "completed_cycles" in record.variables else None
        time = float(record["time"][spectrum]) / 60 if "time" in record.variables else None
        rows.append((int(spectrum), cycles, time, *(factor * float(record[name][spectrum]) for name in fields)))
    return Table(
        title=f"Resistance of {record.attrs.get('process', 'the process')}", columns=tuple(columns), rows=tuple(rows)
    )
