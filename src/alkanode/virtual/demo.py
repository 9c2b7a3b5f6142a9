"""The virtual experiment of ``alkanode demo``: raw files, a cell file and a study, with their truth.

A NaK50 cell is conditioned on a cycler (a BDF table) and then stripped to run-away on a potentiostat with impedance
sweeps at rest (an EC-Lab text file). Both files are read, chained and analysed as a laboratory's own would be.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import yaml

from alkanode.data.cell import Cell
from alkanode.data.protocol import Protocol, Step
from alkanode.io import write_bdf, write_mpt
from alkanode.virtual.contact_loss_cell import ContactLossCell, ContactLossLaw
from alkanode.virtual.potentiostat import Potentiostat, Sweeps, area_of, current_of

CONDITIONING = Protocol.from_text(
    [
        "Rest for 10 min",
        "Strip at 1 mA cm-2 for 0.01 mAh cm-2",
        "Plate at 1 mA cm-2 for 0.01 mAh cm-2",
        "Rest for 10 min",
    ]
)

STRIPPING = Step.from_text("Strip at 1 mA cm-2 until 2.2 V")
"""The voltage lies beyond the largest cut-off of the study."""

SWEEP_EVERY = 9.0e3
"""C m-2 (0.25 mAh cm-2) between two sweeps."""

STARTED = datetime(2026, 1, 5, 9, 0, 0, tzinfo=UTC)

CUTOFFS = (0.5, 1.0, 2.0)

_CELL = """\
name: virtual NaK50 | NASICON | Na
anode:
  material: NaK50
  role: working
  mass: 4.3 mg
  mass_uncertainty: 0.05 mg
  coating: 20 nm SnO2 on the electrolyte
counter: Na
electrolyte:
  material: NASICON
  ion: Na+
  thickness: 1 mm
  conductivity: 5 mS cm-1
  single_ion: true
area: 0.283 cm2
area_uncertainty: 0.003 cm2
pressure_history:
  - {pressure: 10 MPa, duration: 2 min, stage: assembly}
  - {pressure: 10 MPa, stage: cycling}
temperature: 25 degC
temperature_uncertainty: 2 K
notes: A simulated cell. Contact area falls as 1 - (q/q_c)^3 with q_c = 400 mAh per gram of alloy.
"""


def write_demo(folder: str | Path, *, seed: int = 1) -> Path:
    """Write the virtual experiment.

    Parameters
    ----------
    folder
        Where to write ``conditioning.bdf.csv``, ``stripping.mpt``, ``cell.yaml`` and ``study.yaml``.
    seed
        Seed of the noise.

    Returns
    -------
    Path
        The study.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    cell = Cell.from_mapping(yaml.safe_load(_CELL))
    bench = ContactLossCell(cell, ContactLossLaw())
    conditioning = Potentiostat(bench, seed=seed)
    conditioning.run(CONDITIONING)
    first = conditioning.history(started=STARTED, name="conditioning.bdf.csv")
    write_bdf(first["cycling"].to_dataset(), target / "conditioning.bdf.csv")
    stripping = Potentiostat(bench, seed=seed + 1)
    sweeps = Sweeps(increment=SWEEP_EVERY * area_of(cell))
    stripping.run(Protocol((Step.from_text("Rest for 1 min"), STRIPPING)), sweeps=sweeps)
    second = stripping.history(started=STARTED + timedelta(hours=1), name="stripping.mpt")
    write_mpt(second, target / "stripping.mpt", technique="MB", comments="virtual cell")
    (target / "cell.yaml").write_text(_CELL, encoding="utf-8")
    study = {
        "title": "A virtual NaK50 anode stripped to loss of contact",
        "summary": "A simulated cell with a known answer: contact area falls by a stated law while Na is stripped at "
        "1 mA cm-2. Its record was written as raw files and analysed like a measurement; the last section compares "
        "what was recovered with the truth.",
        "cell": "cell.yaml",
        "time_zone": "UTC",
        "data": ".",
        "files": ["conditioning.bdf.csv", "stripping.mpt"],
        "analyses": {"stripping": {"cutoffs": [f"{level:g} V" for level in CUTOFFS]}},
        "truth": _truth(bench, sweeps),
    }
    path = target / "study.yaml"
    path.write_text(yaml.safe_dump(study, sort_keys=False, allow_unicode=True, width=110), encoding="utf-8")
    return path


def _truth(bench: ContactLossCell, sweeps: Sweeps) -> dict[str, dict[str, object]]:
    """Known values under the names that the study gives to what it recovers, in SI."""
    current, limit = current_of(STRIPPING, bench.cell), STRIPPING.voltage_limit or max(CUTOFFS)
    truth: dict[str, dict[str, object]] = {}
    for level in CUTOFFS:
        charge = bench.charge_at(level, current)
        truth[f"stripping.charge_at_{level:g}_V"] = {"value": charge, "quantity": "charge"}
    truth["stripping.specific_capacity_at_1_V"] = {
        "value": bench.charge_at(1.0, current) / bench.mass,
        "quantity": "specific_capacity",
    }
    last = sweeps.increment * (bench.charge_at(limit, current) // sweeps.increment)
    window = (1 / (2 * np.pi * sweeps.highest), 1 / (2 * np.pi * sweeps.lowest))
    for name, charge in {"first": 0.0, "last": last}.items():
        truth[f"impedance.{name}_polarisation_in_window"] = {
            "value": bench.polarisation_in_window(charge, *window),
            "quantity": "resistance",
        }
        truth[f"impedance.{name}_series_resistance"] = {"value": bench.law.series_resistance, "quantity": "resistance"}
    return truth
