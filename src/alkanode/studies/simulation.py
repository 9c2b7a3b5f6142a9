"""A simulated history as a part: what the cell gave, what ended it, what balances, what it rested on."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.charge import passed_charge
from alkanode.data.schema import check
from alkanode.data.steps import half_cycle_table
from alkanode.foundation.sources import Estimate
from alkanode.plot.cell_model import anode_depths, contact_share, simulated_voltage
from alkanode.plot.description import Figure
from alkanode.studies.part import Part, Table
from alkanode.studies.wording import number, shown

_FAILURES = {
    "contact_loss": "the {electrode} lost contact",
    "short": "the cell shorted at the {electrode}",
    "infeasible": "a step could not be done",
    "solver_failure": "the solver gave up",
}

_SHOWN_EVENTS = 12


def simulation_part(history: xr.DataTree, cell: Cell | None = None) -> Part:
    """What a simulation gave.

    Parameters
    ----------
    history
        What :func:`alkanode.simulate` returned.
    cell
        The cell; its area and the mass of its alloy turn charges into capacities. By default the area of the parameters.

    Returns
    -------
    Part
        Charges of the first and the largest stripping half cycle, events, balances, and the numbers that the run rested on,
        told apart by role.
    """
    record = check(history, "cycling")
    parameters = _node(history, "parameters", "parameter_table")
    basis = _basis(history, parameters)
    area, mass = _area(cell, parameters), _mass(history, cell)
    tables, details = _tables(history)
    return Part(
        name="simulation",
        title=f"Simulation: {history.attrs.get('model', 'a cell model')}",
        estimates=_estimates(record, area, mass, basis),
        details={**details, "steps": int(np.unique(record["step"].to_numpy()).size) if "step" in record else 1},
        records={
            name: history[name].to_dataset()
            for name in ("cycling", "interface", "states", "impedance", "events", "balances", "parameters")
            if name in history.children
        },
        figures=_figures(history, area, mass),
        tables=tables,
        findings=(*_events_in_words(history), *_balance_in_words(history), *_numbers_in_words(parameters)),
    )


def _node(history: xr.DataTree, name: str, kind: str) -> xr.Dataset | None:
    return check(history[name].to_dataset(), kind) if name in history.children else None


def _basis(history: xr.DataTree, parameters: xr.Dataset | None) -> str:
    """What every number of the run rests on."""
    text = f"computed by {history.attrs.get('model', 'a cell model')}"
    if parameters is None:
        return text
    roles = parameters["role"].to_numpy()
    fitted, assumed = int((roles == "fitted").sum()), int((roles == "assumed").sum())
    name = parameters.attrs.get("parameter_set", "parameters")
    return f"{text} with {name}: {fitted} fitted and {assumed} assumed numbers"


def _area(cell: Cell | None, parameters: xr.Dataset | None) -> float | None:
    if cell is not None and cell.effective_area is not None:
        return cell.effective_area
    return _value(parameters, "Electrode area [m2]")


def _mass(history: xr.DataTree, cell: Cell | None) -> float | None:
    if cell is not None and cell.anode.mass is not None:
        return cell.anode.mass
    known = history.attrs.get("alloy_mass")
    return None if known is None else float(known)


def _value(parameters: xr.Dataset | None, name: str) -> float | None:
    if parameters is None:
        return None
    found = np.flatnonzero(parameters["parameter"].to_numpy() == name)
    return float(parameters["value"].to_numpy()[found[0]]) if found.size else None


def _estimates(record: xr.Dataset, area: float | None, mass: float | None, basis: str) -> dict[str, Estimate]:
    """Charge of the largest stripping and plating half cycles, voltage at the end."""
    found: dict[str, Estimate] = {}

    def put(name: str, value: float, quantity: str, unit: str) -> None:
        found[name] = Estimate(value=value, unit=unit, quantity=quantity, label=basis)

    if (np.abs(record["current"].to_numpy()) > 0).any():
        table = half_cycle_table(record)
        direction, charge = table["direction"].to_numpy(), np.abs(table["charge_passed"].to_numpy())
        for word in ("strip", "plate"):
            if not (direction == word).any():
                continue
            largest = float(charge[direction == word].max())
            name = "stripped" if word == "strip" else "plated"
            put(f"largest_charge_{name}", largest, "charge", "C")
            if area:
                put(f"largest_areal_capacity_{name}", largest / area, "areal_capacity", "C m-2")
            if mass:
                put(f"largest_specific_capacity_{name}", largest / mass, "specific_capacity", "C kg-1")
    put("net_charge", float(passed_charge(record)[0][-1]), "charge", "C")
    put("last_voltage", float(record["voltage"].to_numpy()[-1]), "voltage", "V")
    put("duration", float(np.ptp(record["time"].to_numpy())), "time", "s")
    return found


def _tables(history: xr.DataTree) -> tuple[dict[str, Table], dict[str, object]]:
    tables: dict[str, Table] = {}
    details: dict[str, object] = {}
    events = _node(history, "events", "simulated_events")
    if events is not None:
        rows = tuple(
            (
                str(name).replace("_", " "),
                str(electrode),
                int(step) + 1,
                float(time) / 3600,
                str(reason),
            )
            for name, electrode, step, time, reason in zip(
                *(events[key].to_numpy() for key in ("name", "electrode", "step", "time", "reason")), strict=True
            )
        )
        columns = ("event", "electrode", "step", "time / h", "why")
        title = "Events" if len(rows) <= _SHOWN_EVENTS else f"Events: failures and the last of {len(rows)}"
        kept = rows if len(rows) <= _SHOWN_EVENTS else _first_of_each(rows)
        tables["events"] = Table(title=title, columns=columns, rows=kept)
        details["events"] = [
            dict(zip(("name", "electrode", "step", "time_h", "reason"), row, strict=True)) for row in rows
        ]
    balances = _node(history, "balances", "balances")
    if balances is not None:
        names = balances["balance"].to_numpy()
        numbers = (balances[key].to_numpy() for key in ("initial", "final", "relative_error"))
        rows_of_balance = tuple(
            (str(n), float(a), float(b), float(e)) for n, a, b, e in zip(names, *numbers, strict=True)
        )
        tables["balances"] = Table(
            title="Balances", columns=("what", "at first", "at last", "relative error"), rows=rows_of_balance
        )
    parameters = _node(history, "parameters", "parameter_table")
    if parameters is not None:
        details["parameters"] = [
            {
                key: (
                    str(parameters[key].to_numpy()[k])
                    if parameters[key].dtype.kind in "OU"
                    else float(parameters[key].to_numpy()[k])
                )
                for key in (
                    "parameter",
                    "value",
                    "lower",
                    "upper",
                    "unit",
                    "role",
                    "trust",
                    "source",
                    "fitted_to",
                    "note",
                )
            }
            for k in range(parameters.sizes["parameter"])
        ]
    return tables, details


def _first_of_each(
    rows: tuple[tuple[str | float | int | None, ...], ...],
) -> tuple[tuple[str | float | int | None, ...], ...]:
    """The first event of each name, and the last few."""
    first = {row[0]: row for row in reversed(rows)}
    chosen = [*first.values(), *rows[-4:]]
    return tuple(row for row in rows if row in chosen)[:_SHOWN_EVENTS]


def _figures(history: xr.DataTree, area: float | None, mass: float | None) -> dict[str, Figure]:
    figures = {"simulated_voltage": simulated_voltage(history, area=area, mass=mass)}
    if "states" in history.children:
        figures["anode_depths"] = anode_depths(history["states"].to_dataset())
    if "interface" in history.children:
        figures["contact_share"] = contact_share(history["interface"].to_dataset())
    return figures


def _events_in_words(history: xr.DataTree) -> list[str]:
    events = _node(history, "events", "simulated_events")
    if events is None:
        return []
    said: list[str] = []
    for name, text in _FAILURES.items():
        places = np.flatnonzero(events["name"].to_numpy() == name)
        if places.size == 0:
            continue
        first = int(places[0])
        electrode = str(events["electrode"].to_numpy()[first])
        sentence = text.format(electrode=f"{electrode} electrode" if electrode else "cell")
        when = shown(float(events["time"].to_numpy()[first]), "time")
        said.append(
            f"{sentence[0].upper()}{sentence[1:]} after {when}, in step {int(events['step'].to_numpy()[first]) + 1}: "
            f"{events['reason'].to_numpy()[first]}. [computed]"
        )
    return said or ["No failure within the protocol. [computed]"]


def _balance_in_words(history: xr.DataTree) -> list[str]:
    balances = _node(history, "balances", "balances")
    if balances is None or balances.sizes["balance"] == 0:
        return []
    error = np.abs(balances["relative_error"].to_numpy())
    worst = int(np.argmax(error))
    names = ", ".join(str(one) for one in balances["balance"].to_numpy())
    return [
        f"Balances ({names}) close to {number(float(error[worst]), 2)}, the worst that of {balances['balance'].to_numpy()[worst]}."
    ]


def _numbers_in_words(parameters: xr.Dataset | None) -> list[str]:
    if parameters is None:
        return []
    said = []
    roles, names = parameters["role"].to_numpy(), parameters["parameter"].to_numpy()
    values, targets = parameters["value"].to_numpy(), parameters["fitted_to"].to_numpy()
    by_target: dict[str, list[str]] = {}
    for k in np.flatnonzero(roles == "fitted"):
        by_target.setdefault(str(targets[k]), []).append(f"{names[k]} = {number(float(values[k]), 3)}")
    for target, which in by_target.items():
        said.append(f"Fitted to the {target}: {'; '.join(which)}.")
    assumed = [f"{names[k]} = {number(float(values[k]), 3)}" for k in np.flatnonzero(roles == "assumed")]
    if assumed:
        said.append(f"Assumed: {'; '.join(assumed)}.")
    given = [
        f"{names[k]} = {number(float(values[k]), 3)}"
        for k in np.flatnonzero(parameters["trust"].to_numpy() == "given by the user")
    ]
    if given:
        said.append(f"Given by the user: {'; '.join(given)}.")
    return said
