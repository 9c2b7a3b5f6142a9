"""Calibrations from files and from voltage traces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

pytest.importorskip("pybamm")

from alkanode.cell_models import load_parameters
from alkanode.cell_models.observables import QuickCell
from alkanode.data.protocol import Protocol
from alkanode.data.schema import label
from alkanode.foundation.errors import StudyError
from alkanode.studies.calibration import LogUniform, calibrate, voltage_datum
from alkanode.studies.calibration.file import calibrate_file
from alkanode.studies.calibration.part import calibration_part

D = "Sodium transport coefficient [m2.s-1]"
TEXT = """
fit:
  Sodium transport coefficient: {prior: log uniform, between: [1e-14, 1e-10]}
data:
  - {alloy: NaK50, protocol: Strip at 0.25 mA cm-2 until 1 V, observable: specific_capacity, value: 400 mAh g-1, standard_error: 0.13, logarithmic: true}
  - {alloy: NaK80, protocol: Strip at 0.25 mA cm-2 until 1 V, observable: specific_capacity, value: 150 mAh g-1, standard_error: 0.13, logarithmic: true}
samples: 0
"""


def test_a_file_says_what_python_says(tmp_path: Path) -> None:
    path = tmp_path / "calibration.yaml"
    path.write_text(TEXT)
    part = calibration_part(calibrate_file(path))
    found = part.details["parameters"][0]
    assert found["best"] == pytest.approx(1.027e-12, rel=0.01)
    assert found["honest_interval"][1] > 1.5 * found["interval"][1]
    assert part.details["tuned"] == 1
    assert any("Cloth thickness" in sentence for sentence in part.findings)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("log uniform", "flat"),
        ("between: [1e-14, 1e-10]", "between: [1e-14]"),
        ("between: [1e-14, 1e-10]", "between: [low, high]"),
        ("alloy: NaK50", "colour: red"),
        ("alloy: NaK50, ", "alloy: NaK50, cell: cell.yaml, "),
        ("standard_error: 0.13, ", ""),
        ("samples: 0", "sample: 0"),
        ("fit:\n  Sodium transport coefficient: {prior: log uniform, between: [1e-14, 1e-10]}", "fit: [1]"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, old: str, new: str) -> None:
    assert old in TEXT
    path = tmp_path / "calibration.yaml"
    path.write_text(TEXT.replace(old, new))
    with pytest.raises(StudyError):
        calibrate_file(path)


def record_of(cell: QuickCell, current: float) -> xr.Dataset:
    """A stripping trace as a potentiostat without noise would record it."""
    run = cell.run(Protocol.critical_stripping(current, 1.0))
    time, _, volts = run.voltage()
    kept = np.concatenate([[True], np.diff(time) > 0])
    return label(
        xr.Dataset(
            {
                "time": ("row", time[kept]),
                "voltage": ("row", volts[kept]),
                "current": ("row", np.full(kept.sum(), current * cell.area)),
            }
        ),
        "cycling",
    )


def test_a_voltage_trace_gives_back_its_truth() -> None:
    parameters = load_parameters("Wu2025").replace({D: 6e-13})
    cell = QuickCell("NaK65", parameters)
    datum = voltage_datum(
        "NaK65", ["Strip at 0.25 mA cm-2 until 1 V"], record_of(cell, 2.5), area=cell.area, standard_error="5 mV"
    )
    assert datum.si.size == 30
    found = calibrate(
        "alloy-anode", [datum], {D: LogUniform(1e-13, 1e-11)}, samples=0, profile_points=0, confounders=[]
    )
    assert found["posterior"]["best"].item() == pytest.approx(6e-13, rel=5e-3)
    assert np.abs(found["predictive"]["standardised_residual"]).max() < 1


def test_a_trace_that_does_not_strip_is_refused() -> None:
    cell = QuickCell("NaK65", load_parameters("Wu2025"))
    record = record_of(cell, 2.5)
    record["current"] = -record["current"]
    with pytest.raises(StudyError, match="strips"):
        voltage_datum("NaK65", ["Strip at 0.25 mA cm-2 until 1 V"], record, area=cell.area)
