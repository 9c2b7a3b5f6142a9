"""Any history comes back from a file as it went in; sweeps lose and double no point."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning
from alkanode.io import BdfParquetReader, BdfReader, MptReader, write_bdf, write_mpt
from alkanode.io.sweeps import fold, sweep_numbers

NUMBER = st.floats(-1e3, 1e3, allow_subnormal=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("round_trip")


@st.composite
def cycling(draw: st.DrawFn) -> xr.Dataset:
    size = draw(st.integers(1, 12))
    column = st.lists(NUMBER, min_size=size, max_size=size).map(np.array)
    mode = np.array(draw(st.lists(st.sampled_from([0, 1, 2]), min_size=size, max_size=size)))
    charge = draw(column)
    fields = {
        "time": np.cumsum(np.abs(draw(column))),
        "voltage": draw(column),
        "current": draw(column),
        "charge": charge - charge[0],
        "current_setpoint": np.where(mode == 1, draw(column), np.nan),
        "voltage_setpoint": np.where(mode == 2, draw(column), np.nan),
        "control_mode": mode,
        "step": np.array(draw(st.lists(st.integers(0, 9), min_size=size, max_size=size))),
    }
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


@settings(max_examples=50)
@given(record=cycling())
def test_ec_lab_text(folder: Path, record: xr.Dataset) -> None:
    tree = xr.DataTree.from_dict({"cycling": record})
    back = MptReader().read(write_mpt(tree, folder / "a.mpt", started="2024-01-01T00:00:00"))["cycling"]
    for name in record.data_vars:
        np.testing.assert_allclose(back[name], record[name], rtol=1e-14, atol=1e-9 * 1e-6, err_msg=str(name))


@settings(max_examples=50)
@given(
    record=cycling(),
    terminal=st.sampled_from(["positive", "negative"]),
    names=st.sampled_from(["preferred", "machine"]),
    suffix=st.sampled_from(["csv", "parquet"]),
)
def test_battery_data_format(folder: Path, record: xr.Dataset, terminal: str, names: str, suffix: str) -> None:
    path = write_bdf(record, folder / f"a.{suffix}", working_electrode=terminal, names=names)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "(?s).*in milliseconds", DataQualityWarning)  # random clocks look like that
        back = (BdfReader() if suffix == "csv" else BdfParquetReader()).read(path)["cycling"]
    for name in record.data_vars:
        if name in back:
            np.testing.assert_array_equal(back[name], record[name], err_msg=str(name))
        else:
            assert np.isnan(record[name]).all(), name


@given(
    frequency=st.lists(st.sampled_from([0.0, 1.0, 10.0, 100.0, 1e3]), min_size=1, max_size=60).map(np.array),
    cycle=st.booleans(),
)
def test_sweeps_keep_every_point_once_and_run_one_way(frequency: np.ndarray, cycle: bool) -> None:
    numbers = sweep_numbers(frequency, cycle=np.arange(frequency.size) if cycle else None)
    np.testing.assert_array_equal(numbers >= 0, frequency > 0)
    kept = numbers[numbers >= 0]
    assert (np.diff(kept) >= 0).all()
    assert set(kept) == set(range(kept.max(initial=-1) + 1))
    if kept.size:
        table = fold(frequency, numbers, missing=np.nan)
        np.testing.assert_array_equal(table[np.isfinite(table)], frequency[frequency > 0])
        for sweep in table:
            moves = np.sign(np.diff(sweep[np.isfinite(sweep)]))
            assert not ((moves > 0).any() and (moves < 0).any())
