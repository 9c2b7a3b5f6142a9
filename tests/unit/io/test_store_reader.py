"""A saved history reads back like the raw file it came from."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr

from alkanode.data import label, save
from alkanode.foundation.errors import ReaderError
from alkanode.io import open_history
from alkanode.virtual import write_demo


def test_a_saved_history_is_a_raw_file(tmp_path: Path) -> None:
    history = open_history(write_demo(tmp_path).parent / "stripping.mpt")
    again = open_history(save(history, tmp_path / "saved.h5"))
    assert again.attrs["started"] == history.attrs["started"]
    assert again.attrs["source_file"] == "saved.h5"
    for kind in ("cycling", "impedance"):
        xr.testing.assert_equal(again[kind].to_dataset(), history[kind].to_dataset())


def test_a_saved_record_is_a_history_of_one(tmp_path: Path) -> None:
    record = label(xr.Dataset({name: ("row", [0.0, 1.0]) for name in ("time", "voltage", "current")}), "cycling")
    again = open_history(save(record, tmp_path / "saved.h5"))
    assert list(again.children) == ["cycling"]


def test_other_stores_are_refused(tmp_path: Path) -> None:
    save(xr.Dataset({"x": ("row", [1.0])}), tmp_path / "other.h5")
    with pytest.raises(ReaderError, match="must hold a history"):
        open_history(tmp_path / "other.h5")
    with h5py.File(tmp_path / "foreign.h5", "w") as file:
        file["entry/data"] = np.zeros(3)
    with pytest.raises(ReaderError):
        open_history(tmp_path / "foreign.h5")
