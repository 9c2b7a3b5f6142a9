"""Impedance records from arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alkanode.data import check, spectra_record
from alkanode.foundation.errors import SchemaError

F = np.geomspace(1e5, 0.1, 7)
Z = 10 + 50 / (1 + 2j * np.pi * F * 1e-3)


def test_one_spectrum() -> None:
    record = check(spectra_record(F, Z, time=12.0, attrs={"source_file": "model"}), "impedance")
    np.testing.assert_array_equal(record["impedance"][0], Z)
    assert record["time"].values.tolist() == [12.0]
    assert record["impedance"].attrs["units"] == "ohm"
    assert record.attrs["source_file"] == "model"


def test_a_grid_is_shared_and_fields_are_spread() -> None:
    charge = np.array([0.0, 3.6, 7.2])
    record = spectra_record(F, [Z, 2 * Z, 3 * Z], time=[0, 60, 120], charge=charge, voltage=0.1, step=4)
    assert dict(record.sizes) == {"spectrum": 3, "point": 7}
    np.testing.assert_array_equal(record["frequency"], np.tile(F, (3, 1)))
    np.testing.assert_array_equal(record["charge"], charge)
    assert (record["voltage"] == 0.1).all()
    assert record["voltage"].shape == (3, 7)
    assert record["step"].values.tolist() == [4, 4, 4]


def test_arrays_are_copied() -> None:
    f = F.copy()
    record = spectra_record(f, Z)
    f[:] = 1.0
    np.testing.assert_array_equal(record["frequency"][0], F)


def test_shorter_spectra_are_padded_by_the_caller() -> None:
    grid = np.tile(F, (2, 1))
    grid[1, 5:] = np.nan
    record = spectra_record(grid, np.where(np.isnan(grid), np.nan, Z))
    assert np.isfinite(record["frequency"]).sum("point").values.tolist() == [7, 5]


@pytest.mark.parametrize(
    ("frequency", "impedance", "fields", "message"),
    [
        (F, Z.real, {}, "complex numbers"),
        (F[:3], Z, {}, "as many points"),
        (np.tile(F, (3, 1)), [Z, Z], {}, "as many spectra"),
        (F, np.zeros((2, 2, 7), complex), {}, "as many points"),
        (0 * F, Z, {}, "frequency above zero"),
        (["a"] * 7, Z, {}, "real numbers"),
        (F, Z, {"time": [1, 2]}, "time has the shape"),
        (F, Z, {"voltage": np.zeros(3)}, "voltage has the shape"),
        (F, Z, {"colour": 3}, "known fields only"),
        (F, Z, {"time": "noon"}, "real numbers"),
        (F[:0], Z[:0], {}, "at least one point"),
    ],
)
def test_what_is_no_spectrum(frequency: Any, impedance: Any, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        spectra_record(frequency, impedance, **fields)
