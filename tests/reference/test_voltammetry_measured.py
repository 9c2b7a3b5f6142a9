"""Measured files: a dummy cell, and records that are no voltammogram."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from alkanode.electrochem import potential_sweeps, voltammetry, voltammogram_peaks
from alkanode.foundation.errors import SchemaError
from alkanode.io import open_history

Measured = Callable[[str], Path]


def test_the_dummy_cell_is_a_resistor(measured: Measured) -> None:
    record = open_history([measured("cycling/dummy_cell_cv.mpr")])["cycling"].to_dataset()
    found = voltammetry(record)
    assert found["complete"].to_numpy().tolist() == [True, True, True]
    np.testing.assert_allclose(found["resistance"], 4630.5, atol=0.1)
    low, high = found["resistance_interval"].to_numpy().T
    assert ((low < 4630.5) & (high > 4630.5)).all()
    np.testing.assert_allclose(found["residual_current"], 3.5e-8, rtol=0.05)
    np.testing.assert_allclose(found["scan_rate"], 0.05, rtol=1e-3)
    assert (found["linearity"] > 0.999999).all()
    assert not found["peak"].to_numpy().any()
    assert found["straight"].to_numpy().all()
    assert found.attrs["short"] == "suspected"
    assert "needs EIS" in found.attrs["short_would_confirm"]
    assert voltammogram_peaks(record).sizes["peak"] == 0


def test_the_dummy_cell_without_its_set_point(measured: Measured) -> None:
    record = open_history([measured("cycling/dummy_cell_cv.mpr")])["cycling"].to_dataset()
    found = voltammetry(record.drop_vars("voltage_setpoint"))
    assert found["complete"].to_numpy().tolist() == [True, True, True]
    np.testing.assert_allclose(found["resistance"], 4630.5, atol=0.1)


def test_with_the_resistance_of_its_electrolyte_the_dummy_is_no_short(measured: Measured) -> None:
    record = open_history([measured("cycling/dummy_cell_cv.mpr")])["cycling"].to_dataset()
    assert voltammetry(record, electrolyte="4000 ohm").attrs["short"] == "none"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("na_nacoo2_gcpl_5cyc.mpr", "controlled the current"),
        ("li_peo_geis_strip.mpr", "controlled the current"),
        ("na_nasicon_na_mb_short.mpr", "controlled the current"),
        ("li_sym_150um_mb.mpr", "controlled the current"),
        ("peis_col215.mpr", "was not controlled"),
    ],
)
def test_other_records_are_refused_with_the_reason(measured: Measured, name: str, reason: str) -> None:
    record = open_history([measured(f"cycling/{name}")])["cycling"].to_dataset()
    with pytest.raises(SchemaError, match=reason):
        potential_sweeps(record)
