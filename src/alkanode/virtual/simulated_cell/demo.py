"""The virtual experiment of the cell model: a NaK50 anode simulated, measured, written as files, analysed like any other.

Three tests, each with its own files and study: stripping to run-away with impedance every 0.25 mAh cm-2 after a rest, a ramp of
currents on a symmetric cell with impedance after every level, and a voltammogram. The truth beside each study comes from the
simulation without noise: charges at cut-offs, and the resistances that the linearised equations hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import yaml

from alkanode.cell_models import load_parameters
from alkanode.data.cell import Cell
from alkanode.data.charge import passed_charge
from alkanode.data.protocol import Protocol
from alkanode.virtual.simulated_cell.files import write_measured
from alkanode.virtual.simulated_cell.potentiostat import PotentiostatSettings, measure_history
from alkanode.virtual.simulated_cell.sampling import Sampling

CUTOFFS = (0.5, 1.0, 2.0)
"""V, of the study; the simulation goes a little beyond the last."""

HIGHEST, LOWEST = 7e6, 0.1
"""Hz, of the sweeps while stripping. Sweeps of the paper end at 1 Hz, where the arc of the interface (0.3 to 1 s) is not closed."""

CIRCUIT = "R0-p(R1,C1)-p(R2,C2)-p(R3,C3)"
"""What a sweep sees of the model: electrolyte, its grain boundaries, the coating, the interface."""

_ARCS = ((1e-8, 1e-5), (1e-5, 1e-2), (1e-2, 10.0))
"""s; decades in which the arcs of the circuit are sought among the relaxations of the equations."""

STRIPPING = Protocol.from_text(
    [
        "Rest for 10 min",
        "Strip at 0.25 mA cm-2 until 2.2 V with impedance every 0.25 mAh cm-2 after 10 min rest from 7 MHz to 0.1 Hz",
    ]
)
RAMP = Protocol.current_ramp(
    "0.1 mA cm-2", "0.1 mA cm-2", "2 mA cm-2", "2 h", voltage_limit="2 V", rest="10 min", impedance=True
)
VOLTAMMOGRAM = Protocol.from_text(["Rest for 1 min", "Sweep at 10 mV s-1 from 0 V to 0.5 V to -0.5 V for 10 cycles"])

_IMPEDANCE = 3
"""Control modes from here on are impedance."""

_STARTED = datetime(2026, 1, 5, 9, 0, 0, tzinfo=UTC)

_SUMMARY = (
    "A simulated cell: {what}. The cell model ran with the parameters of {parameters}, its record was given the samples, the clock "
    "and the noise of a potentiostat, written as a file of the instrument, and analysed like a measurement. The last section "
    "compares what was recovered with the truth of the simulation."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDemo:
    """Paths of the three studies.

    Attributes
    ----------
    stripping, ramp, voltammogram
        Study files; ``alkanode run`` takes each.
    """

    stripping: Path
    ramp: Path
    voltammogram: Path


def write_model_demo(folder: str | Path, *, seed: int = 1, parameters: str = "Wu2025") -> ModelDemo:
    """Write the virtual experiment of the cell model.

    Parameters
    ----------
    folder
        Where to write ``stripping.mpt``, ``ramp.mpt``, ``voltammogram.bdf.csv``, two cell files and three studies.
    seed
        Seed of the noise.
    parameters
        Parameter set of the simulation.

    Returns
    -------
    ModelDemo
        ``stripping`` is ``study.yaml``.

    Raises
    ------
    MissingExtraError
        Without PyBaMM.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    cells = {}
    for name, counter in (("cell.yaml", "Na"), ("symmetric_cell.yaml", "NaK50")):
        text = yaml.safe_dump(_cell(counter, parameters), sort_keys=False, allow_unicode=True, width=110)
        (target / name).write_text(text, encoding="utf-8")
        cells[name] = Cell.from_yaml(target / name)
    return ModelDemo(
        stripping=_stripping(target, cells["cell.yaml"], parameters, seed),
        ramp=_ramp(target, cells["symmetric_cell.yaml"], parameters, seed + 1),
        voltammogram=_voltammogram(target, cells["cell.yaml"], parameters, seed + 2),
    )


def _cell(counter: str, parameters: str) -> dict[str, Any]:
    """A cell file that says what the parameter set says."""
    from alkanode.cell_models import simulate

    values = load_parameters(parameters).values("NaK50")
    mass = float(simulate("alloy-anode", "NaK50", ["Rest for 1 s"], parameters, outputs="least").attrs["alloy_mass"])
    return {
        "name": f"virtual NaK50 | NASICON | {counter}",
        "anode": {
            "material": "NaK50",
            "role": "working",
            "mass": f"{mass * 1e6:.5g} mg",
            "mass_uncertainty": "0.05 mg",
            "coating": "20 nm SnO2 on the electrolyte",
        },
        "counter": counter,
        "electrolyte": {
            "material": "NASICON",
            "ion": "Na+",
            "thickness": f"{values['Electrolyte thickness [m]'] * 1e3:g} mm",
            "conductivity": f"{values['Electrolyte conductivity [S.m-1]'] * 10:g} mS cm-1",
            "single_ion": True,
        },
        "area": f"{values['Electrode area [m2]'] * 1e4:.5g} cm2",
        "area_uncertainty": "0.003 cm2",
        "stack_pressure": f"{values['Stack pressure [Pa]'] * 1e-6:g} MPa",
        "temperature": f"{values['Temperature [K]'] - 273.15:g} degC",
        "notes": f"A simulated cell with the parameters of {parameters}.",
    }


def _stripping(folder: Path, cell: Cell, parameters: str, seed: int) -> Path:
    from alkanode.cell_models import simulate

    history = simulate("alloy-anode", cell, STRIPPING, parameters, keep_states=True)
    write_measured(
        measure_history(history, seed=seed, started=_STARTED, name="stripping.mpt"), folder / "stripping.mpt"
    )
    truth = charges_at(history, CUTOFFS, cell) | impedance_truth(history)
    return _study(
        folder / "study.yaml",
        title="A simulated NaK50 anode stripped to loss of contact",
        what="NaK50 in carbon cloth on NASICON against sodium, stripped at 0.25 mA cm-2 with impedance after rests",
        parameters=parameters,
        cell="cell.yaml",
        file="stripping.mpt",
        analyses={
            "stripping": {"cutoffs": [f"{level:g} V" for level in CUTOFFS]},
            "circuit": {"circuit": CIRCUIT},
            "impedance": {"posterior": True, "joint": False},
            "model": {"parameters": parameters},
        },
        truth=truth,
    )


def _ramp(folder: Path, cell: Cell, parameters: str, seed: int) -> Path:
    from alkanode.cell_models import simulate

    history = simulate("alloy-anode", cell, RAMP, parameters)
    write_measured(measure_history(history, seed=seed, started=_STARTED, name="ramp.mpt"), folder / "ramp.mpt")
    return _study(
        folder / "ramp.yaml",
        title="A simulated NaK50 symmetric cell in a ramp of currents",
        what="NaK50 on both sides of NASICON, 2 h per half cycle, currents that rise by 0.1 mA cm-2",
        parameters=parameters,
        cell="symmetric_cell.yaml",
        file="ramp.mpt",
        analyses={"ccd": {}},
        truth=_ramp_truth(history),
    )


def _voltammogram(folder: Path, cell: Cell, parameters: str, seed: int) -> Path:
    from alkanode.cell_models import simulate

    history = simulate("alloy-anode", cell, VOLTAMMOGRAM, parameters)
    settings = PotentiostatSettings(sampling=Sampling(interval=5.0))
    name = "voltammogram.bdf.csv"
    write_measured(measure_history(history, seed=seed, settings=settings, started=_STARTED, name=name), folder / name)
    return _study(
        folder / "voltammogram.yaml",
        title="A simulated voltammogram of NaK50",
        what="NaK50 in carbon cloth on NASICON against sodium, ten cycles at 10 mV s-1 between -0.5 and 0.5 V",
        parameters=parameters,
        cell="cell.yaml",
        file=name,
        analyses={"cv": {}},
        truth=_voltammogram_truth(history),
    )


def _study(
    path: Path,
    *,
    title: str,
    what: str,
    parameters: str,
    cell: str,
    file: str,
    analyses: dict[str, Any],
    truth: dict[str, dict[str, object]],
) -> Path:
    study = {
        "title": title,
        "summary": _SUMMARY.format(what=what, parameters=parameters),
        "cell": cell,
        "time_zone": "UTC",
        "data": ".",
        "files": [file],
        "analyses": analyses,
    }
    if truth:
        study["truth"] = truth
    path.write_text(yaml.safe_dump(study, sort_keys=False, allow_unicode=True, width=110), encoding="utf-8")
    return path


def charges_at(history: xr.DataTree, levels: tuple[float, ...], cell: Cell) -> dict[str, dict[str, object]]:
    """True charge at which a strip passed each voltage, under the names of a study.

    Parameters
    ----------
    history
        A simulation in which one step strips.
    levels
        V.
    cell
        Its mass turns a charge into a capacity.

    Returns
    -------
    dict
        ``stripping.charge_at_X_V``, C, for each level that was reached, and ``stripping.specific_capacity_at_X_V``, C kg-1.
    """
    record = history["cycling"].to_dataset()
    flowing = record["current"].to_numpy() > 0
    voltage, charge = record["voltage"].to_numpy()[flowing], passed_charge(record)[0][flowing]
    truth: dict[str, dict[str, object]] = {}
    for level in levels:
        beyond = np.flatnonzero(voltage >= level)
        if beyond.size == 0 or beyond[0] == 0:
            continue
        k = int(beyond[0])
        share = (level - voltage[k - 1]) / (voltage[k] - voltage[k - 1])
        value = float(charge[k - 1] + share * (charge[k] - charge[k - 1]) - charge[0])
        truth[f"stripping.charge_at_{level:g}_V"] = {"value": value, "quantity": "charge"}
        if cell.anode.mass is not None:
            truth[f"stripping.specific_capacity_at_{level:g}_V"] = {
                "value": value / cell.anode.mass,
                "quantity": "specific_capacity",
            }
    return truth


def impedance_truth(history: xr.DataTree) -> dict[str, dict[str, object]]:
    """True resistances at the first and the last spectrum, under the names of a study.

    Parameters
    ----------
    history
        A simulation with spectra, made with ``keep_states=True``.

    Returns
    -------
    dict
        In ohm, of the first and the last spectrum. From the linearised equations at the start of the sweep:
        ``impedance.first_series_resistance`` is the impedance at infinite frequency,
        ``impedance.first_polarisation_in_window`` the sum of the resistances whose relaxation times the sweep can see, from
        1/(2 pi f) of its highest to that of its lowest frequency, ``circuit.first_R0`` again the former, and
        ``circuit.first_R1`` to ``R3`` the sums around 0.1 us, 1 ms and 1 s. The last of these falls by some per cent while a
        late sweep lasts; it is taken when the sweep comes to the frequency of its peak.
    """
    spectra = history["impedance"].to_dataset()
    solution = history["solution"].to_dataset()
    window = (1 / (2 * np.pi * HIGHEST), 1 / (2 * np.pi * LOWEST))
    truth: dict[str, dict[str, object]] = {}
    for word, index in (("first", 0), ("last", -1)):
        at = float(spectra["time"].to_numpy()[index])
        rows = np.flatnonzero(np.abs(solution["time"].to_numpy() - at) < 1e-6)
        row = int(rows[-1])
        modes = _modes(history, solution, row)
        tau, resistance = modes["relaxation_time"].to_numpy(), modes["mode_resistance"].to_numpy()
        inside = (tau >= window[0]) & (tau <= window[1])
        series = float(modes["series_resistance"])
        values = {
            f"impedance.{word}_series_resistance": series,
            f"impedance.{word}_polarisation_in_window": float(resistance[inside].sum()),
            f"circuit.{word}_R0": series,
        }
        slow = _slow_arc(history, solution, row)
        for number, (low, high) in enumerate(_ARCS, start=1):
            values[f"circuit.{word}_R{number}"] = _between(modes, low, high)
        values[f"circuit.{word}_R{len(_ARCS)}"] = slow
        values[f"impedance.{word}_polarisation_in_window"] += slow - _between(modes, *_ARCS[-1])
        truth |= {name: {"value": value, "quantity": "resistance"} for name, value in values.items()}
    return truth


def _modes(history: xr.DataTree, solution: xr.Dataset, row: int) -> xr.Dataset:
    """Relaxations of the equations at a row of the solution."""
    from alkanode.cell_models.operando_impedance import relaxation_modes
    from alkanode.cell_models.simulation.history import built_model, state_inputs

    state, time = solution["state_vector"].to_numpy()[row], float(solution["time"].to_numpy()[row])
    return relaxation_modes(built_model(history), time, state, state_inputs(history, row))


def _between(modes: xr.Dataset, low: float, high: float) -> float:
    """Sum of the resistances (ohm) with relaxation times (s) in a range."""
    tau = modes["relaxation_time"].to_numpy()
    return float(modes["mode_resistance"].to_numpy()[(tau >= low) & (tau < high)].sum())


def _slow_arc(history: xr.DataTree, solution: xr.Dataset, row: int) -> float:
    """Resistance (ohm) of the slowest arc when the sweep that begins at a row comes to the frequency of its peak."""
    mode, time = history["cycling"]["control_mode"].to_numpy(), solution["time"].to_numpy()
    end = row
    while end + 1 < mode.size and mode[end + 1] >= _IMPEDANCE:
        end += 1
    at = [_modes(history, solution, one) for one in (row, end)]
    first, last = (_between(modes, *_ARCS[-1]) for modes in at)
    tau, resistance = at[0]["relaxation_time"].to_numpy(), at[0]["mode_resistance"].to_numpy()
    own = (tau >= _ARCS[-1][0]) & (tau < _ARCS[-1][1])
    peak = 1 / (2 * np.pi * float((tau * resistance)[own].sum() / resistance[own].sum()))
    frequency = np.sort(history["impedance"]["frequency"].to_numpy()[0])[::-1]
    frequency = frequency[np.isfinite(frequency)]
    passed = PotentiostatSettings().point_times(frequency[frequency >= peak])[-1]
    share = min(float(passed) / float(time[end] - time[row]), 1.0) if end > row else 0.0
    return (1 - share) * first + share * last


def _ramp_truth(history: xr.DataTree) -> dict[str, dict[str, object]]:
    """The current density at which the simulation shorted, if it did."""
    events = history["events"].to_dataset()
    shorts = np.flatnonzero(events["name"].to_numpy() == "short")
    if shorts.size == 0:
        return {}
    value = abs(float(events["current_density"].to_numpy()[shorts[0]]))
    return {"ccd.critical_current_density": {"value": value, "quantity": "critical_current_density"}}


def _voltammogram_truth(history: xr.DataTree) -> dict[str, dict[str, object]]:
    """Charge stripped in the last cycle, and over the charge plated in it."""
    record = history["cycling"].to_dataset()
    cycle = record["cycle"].to_numpy()
    rows = np.flatnonzero(cycle == cycle[-1])
    steps = np.diff(record["charge"].to_numpy()[rows])
    stripped, plated = float(steps[steps > 0].sum()), float(-steps[steps < 0].sum())
    return {
        "cv.stripped_charge": {"value": stripped, "quantity": "charge"},
        "cv.asymmetry": {"value": stripped / plated, "quantity": "fraction"},
    }
