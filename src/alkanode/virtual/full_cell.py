"""The virtual cycler: charges and discharges a full cell, and returns the history that a file reader returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.virtual.full_cell_law import FullCellLaw

Floats = npt.NDArray[np.float64]

_POINTS = 4001


@dataclass(frozen=True, slots=True, kw_only=True)
class CyclerProgram:
    """The program of the cycler.

    Attributes
    ----------
    rates
        (cycles, C-rate) in order; C counts from the cathode's first capacity.
    low, high
        V, cut-offs.
    hold
        C-rate to which the current falls at the upper cut-off before the discharge begins; 0 for no hold.
    rest
        s of rest between half cycles.
    samples
        Rows per half cycle at constant current.
    stop
        Share of the last discharge after which the record stops; 1 for the whole.
    """

    rates: Sequence[tuple[int, float]] = ((30, 1.0),)
    low: float = 2.0
    high: float = 4.0
    hold: float = 0.0
    rest: float = 600.0
    samples: int = 200
    stop: float = 1.0

    def __post_init__(self) -> None:
        if not self.rates or any(count < 1 or rate <= 0 for count, rate in self.rates):
            raise PhysicsError("a program has cycles at positive rates", found=str(self.rates))
        if (
            not 0 < self.low < self.high
            or self.hold < 0
            or self.rest < 0
            or self.samples < 10
            or not 0 < self.stop <= 1
        ):
            raise PhysicsError("cut-offs rise from above 0 V, a half cycle has ten samples or more", found=str(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class CyclerNoise:
    """Standard deviations of a sample: voltage (V), current over the current (1), capacity of a cycle over itself (1)."""

    voltage: float = 1e-4
    current: float = 2e-4
    capacity: float = 1e-3


def cycle_full_cell(
    law: FullCellLaw | None = None,
    program: CyclerProgram | None = None,
    *,
    seed: int,
    noise: CyclerNoise | None = None,
    anode_role: Literal["counter", "working"] = "counter",
    started: datetime | None = None,
    name: str = "virtual",
) -> xr.DataTree:
    """Cycle a full cell.

    Parameters
    ----------
    law
        The cell; default :class:`FullCellLaw`. Every number in it is assumed.
    program
        The program; default 30 cycles at 1 C from 2 to 4 V.
    seed
        Seed of the noise.
    noise
        Noise of instrument and cell; default 0.1 mV, 0.02 % and 0.1 % from cycle to cycle.
    anode_role
        Lead on which the anode hangs. As the working electrode it gives the mirrored record: oxidation discharges, and the voltage
        is negative.
    started
        When the record began; default a fixed date.
    name
        Name of the file it stands for.

    Returns
    -------
    DataTree
        ``cycling``, as a reader gives it, with ``attrs``: ``simulated``, ``law``, ``true_migration`` (share of the K host of
        each cycle over that of the last), ``true_potassium_share``, ``true_knee`` (cycle at which the anode becomes the smaller
        electrode; NaN if never in the record), ``true_end_of_metal``.

    Raises
    ------
    PhysicsError
        When the losses leave no room between the cut-offs.
    """
    law, program, noise = law or FullCellLaw(), program or CyclerProgram(), noise or CyclerNoise()
    random = np.random.default_rng(seed)
    tape: list[dict[str, Floats]] = []
    clock, passed = 0.0, 0.0
    rates = [rate for count, rate in program.rates for _ in range(count)]
    state = 0.0
    for cycle, rate in enumerate(rates, start=1):
        current = rate * law.cathode_capacity / 3600
        eta = law.loss(current)
        if program.low + eta >= program.high - eta:
            raise PhysicsError("the losses leave no room between the cut-offs", found=f"{eta:.3g} V at {rate:g} C")
        grid = np.linspace(program.low - eta - 0.5, program.high + eta + 0.5, _POINTS)
        curve = law.extracted(grid, cycle) * (1 + noise.capacity * random.normal())
        top, bottom = (float(np.interp(end, grid, curve)) for end in (program.high - eta, program.low + eta))
        full = float(np.interp(program.high, grid, curve)) if program.hold else top
        metal = float(law.anode_left(np.array(cycle)))
        bottom = max(bottom, full - metal)
        begin = bottom if cycle == 1 else min(max(state, bottom), top)
        if cycle == 1 and program.rest:
            tape.append(_rest(program, clock, float(np.interp(begin, curve, grid)), passed))
            clock += program.rest
        ends = [(begin, top, 1.0)]
        if program.hold and full > top:
            ends.append((top, full, 0.0))
        ends.append((full, bottom, -1.0))
        last = cycle == len(rates)
        for start, end, side in ends:
            share = program.stop if last and side < 0 else 1.0
            reached = start + share * (end - start)
            rows = _half(law, program, grid, curve, start, reached, side, current, eta)
            if side < 0 and not last:
                rows["voltage"][-1] = program.low
            tape.append({**rows, "time": clock + rows["time"], "charge": passed + rows["charge"]})
            clock, passed = float(tape[-1]["time"][-1]), float(tape[-1]["charge"][-1])
            if program.rest and (side < 0 or not (program.hold and side > 0 and full > top)):
                tape.append(_rest(program, clock, float(np.interp(reached, curve, grid)), passed))
                clock += program.rest
        state = bottom
    record = _record(tape, noise, random, mirrored=anode_role == "working")
    attrs = _truth(law, len(rates)) | {
        "started": (started or datetime(2026, 1, 5, tzinfo=UTC)).isoformat(),
        "source_file": name,
        "reader": "virtual cycler",
        "sha256": "",
        "simulated": "a stated law with assumed parameters, no measurement",
        "law": str(law),
    }
    record.attrs.update(attrs)
    tree = xr.DataTree.from_dict({"cycling": record})
    tree.attrs.update(attrs)
    return tree


def _rest(program: CyclerProgram, clock: float, voltage: float, charge: float) -> dict[str, Floats]:
    """Five rows without current."""
    return {
        "time": clock + np.linspace(program.rest / 5, program.rest, 5),
        "voltage": np.full(5, voltage),
        "current": np.zeros(5),
        "current_setpoint": np.full(5, np.nan),
        "charge": np.full(5, charge),
        "control_mode": np.zeros(5),
    }


def _half(
    law: FullCellLaw,
    program: CyclerProgram,
    grid: Floats,
    curve: Floats,
    start: float,
    end: float,
    side: float,
    current: float,
    eta: float,
) -> dict[str, Floats]:
    """Rows of one half cycle (side 1 charge, -1 discharge), or of a hold (side 0), counted from its begin."""
    state = np.linspace(start, end, program.samples + 1)[1:]
    still = np.interp(state, curve, grid)
    moved = np.abs(state - start)
    if side:
        return {
            "time": moved / current,
            "voltage": still + side * eta,
            "current": np.full(state.size, side * current),
            "current_setpoint": np.full(state.size, side * current),
            "charge": state - start,
            "control_mode": np.ones(state.size),
        }
    # at constant voltage the loss is what is left to the cut-off; the current that has this loss flows
    losses = np.geomspace(current * 1e-4, current, 200)
    flow = np.interp(program.high - still, np.array([law.loss(float(one)) for one in losses]), losses)
    kept = flow >= program.hold * law.cathode_capacity / 3600
    kept[0] = True
    time = np.cumsum(np.diff(moved, prepend=0.0) / flow)
    return {
        "time": time[kept],
        "voltage": np.full(int(kept.sum()), program.high),
        "current": flow[kept],
        "current_setpoint": np.full(int(kept.sum()), np.nan),
        "charge": (state - start)[kept],
        "control_mode": np.full(int(kept.sum()), 2.0),
    }


def _record(
    tape: list[dict[str, Floats]], noise: CyclerNoise, random: np.random.Generator, *, mirrored: bool
) -> xr.Dataset:
    """All rows with noise, as a reader gives them."""
    rows = {key: np.concatenate([part[key] for part in tape]) for key in tape[0]}
    count = rows["time"].size
    rows["voltage"] = rows["voltage"] + noise.voltage * random.normal(size=count)
    rows["current"] = rows["current"] * (1 + noise.current * random.normal(size=count))
    if mirrored:
        for key in ("voltage", "current", "current_setpoint", "charge"):
            rows[key] = -rows[key]
    rows["time"] = rows["time"] - rows["time"][0]
    fields = {key: ("row", values) for key, values in rows.items() if key != "control_mode"}
    return label(
        xr.Dataset(
            {
                **fields,
                "control_mode": ("row", rows["control_mode"].astype(np.int64)),
                "in_sweep": ("row", np.zeros(count, dtype=bool)),
            }
        ),
        "cycling",
    )


def _truth(law: FullCellLaw, cycles: int) -> dict[str, object]:
    """What an analysis should find."""
    numbers = np.arange(1, cycles + 1, dtype=float)
    share = law.potassium_share(numbers)
    fine = np.linspace(1, cycles, 100 * cycles)
    short = np.flatnonzero(law.anode_left(fine) < law.cathode_left(fine))
    end = 1 + law.anode_excess / law.anode_loss if law.anode_loss else np.inf
    return {
        "true_potassium_share": share,
        "true_migration": share / share[-1] if share[-1] > 0 else np.zeros(cycles),
        "true_knee": float(fine[short[0]]) if short.size and short[0] else float("nan"),
        "true_end_of_metal": float(end),
    }
