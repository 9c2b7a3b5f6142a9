"""The potentiostat's record of the virtual operando cell, and when the scans were taken on its clock."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import xarray as xr
import yaml

from alkanode.data.cell import Cell
from alkanode.virtual.contact_loss_cell import Arc, ContactLossCell, ContactLossLaw
from alkanode.virtual.potentiostat import Potentiostat
from alkanode.virtual.tomograph.operando.settings import OperandoCell

Floats = npt.NDArray[np.float64]

STARTED = datetime(2026, 1, 5, 9, 0, 0, tzinfo=UTC)
"""When the record begins."""

MARGIN = 60.0
"""s of rest before and after each scan."""

_LAW_AREA = 0.283e-4
"""m2, to which the resistances of :class:`ContactLossLaw` belong; those of another area are scaled."""


def cell_file(cell: OperandoCell, mass: float) -> str:
    """The cell as a YAML file that :class:`alkanode.data.cell.Cell` reads; ``mass`` of alloy in kg."""
    described = {
        "name": f"virtual {cell.alloy}@CC | NASICON | Na in a tomograph",
        "anode": {"material": cell.alloy, "role": "working", "mass": f"{1e6 * mass:.6g} mg"},
        "counter": "Na",
        "electrolyte": {"material": "NASICON", "ion": "Na+", "thickness": "1 mm", "conductivity": "5 mS cm-1"},
        "area": f"{1e4 * cell.area:.6g} cm2",
        "temperature": "25 degC",
        "notes": "A simulated miniature cell; its area is the bore of the tube.",
    }
    return yaml.safe_dump(described, sort_keys=False)


def run_record(cell: OperandoCell, mass: float, *, scan_time: float, seed: int) -> tuple[xr.DataTree, Floats]:
    """Run the cell: rest while a scan is taken, pass charge, rest, and so on.

    Parameters
    ----------
    cell
        The cell and its charge.
    mass
        Of the alloy, kg.
    scan_time
        s that one scan takes.
    seed
        Seed of the instrument's noise.

    Returns
    -------
    history
        With ``cycling``, as a file reader returns it. Positive current strips.
    starts
        (scan,) s on the record's clock at which each scan begins.
    """
    described = Cell.from_mapping(yaml.safe_load(cell_file(cell, mass)))
    scale, law = _LAW_AREA / cell.area, ContactLossLaw()
    arcs = [
        Arc(resistance=arc.resistance * scale, relaxation_time=arc.relaxation_time, exponent=arc.exponent)
        for arc in (law.grain_boundary, law.coating, law.interface)
    ]
    bench = ContactLossCell(
        described,
        ContactLossLaw(
            series_resistance=law.series_resistance * scale,
            grain_boundary=arcs[0],
            coating=arcs[1],
            interface=arcs[2],
        ),
    )
    instrument = Potentiostat(bench, seed=seed)
    instrument.rest(scan_time + 2 * MARGIN)
    rests = [0]
    for before, after in zip(cell.stripped_shares[:-1], cell.stripped_shares[1:], strict=True):
        rests.append(rests[-1] + (1 if after == before else 2))
        if after == before:
            instrument.rest(scan_time + 2 * MARGIN)
            continue
        current = np.sign(after - before) * cell.current_density * cell.area
        instrument.pass_charge(float(current), abs(after - before) * cell.areal_capacity * cell.area)
        instrument.rest(scan_time + 2 * MARGIN)
    history = instrument.history(started=STARTED, name="potentiostat.mpt")
    record = history["cycling"].to_dataset()
    step, time = record["step"].to_numpy(), record["time"].to_numpy()
    starts = np.array([time[step == number].min() for number in rests])
    return history, starts + MARGIN
