"""What is saved is what is opened."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from alkanode.data import label, open_saved, provenance, save
from alkanode.foundation.errors import ReaderError, SchemaError

numbers = hnp.arrays(np.complex128, (2, 3), elements=st.complex_numbers(max_magnitude=1e6, allow_nan=False))


@pytest.mark.parametrize("ending", [".zarr", ".h5"])
@settings(max_examples=8)
@given(values=numbers)
def test_round_trip(ending: str, values: np.ndarray) -> None:
    point = ("spectrum", "point")
    spectra = xr.Dataset(
        {
            "impedance": (point, values),
            "frequency": (point, np.geomspace(10, 1, 6).reshape(2, 3)),
            "masked": ("spectrum", [True, False]),
            "mask_reason": ("spectrum", ["drift", ""]),
        }
    )
    record = label(spectra, "impedance")
    with tempfile.TemporaryDirectory() as folder:
        again = open_saved(save(record, Path(folder) / f"record{ending}"))
    assert isinstance(again, xr.Dataset)
    xr.testing.assert_equal(record, again)
    assert again["masked"].dtype == bool
    assert again["impedance"].attrs["units"] == "ohm"


def test_a_history_keeps_its_branches_and_provenance(tmp_path: Path) -> None:
    cycling = xr.Dataset({name: ("row", [0.0, 1.0]) for name in ("time", "voltage", "current")})
    tree = xr.DataTree.from_dict({"cycling": label(cycling, "cycling")})
    origin = provenance(inputs={"a.mpr": "00"}, settings={"cutoff": 1.0})
    again = open_saved(save(tree, tmp_path / "history.zarr", origin=origin))
    assert isinstance(again, xr.DataTree)
    xr.testing.assert_equal(again["cycling"].to_dataset(), cycling)
    stored = json.loads(again.attrs["provenance"])
    assert stored["inputs"] == {"a.mpr": "00"}
    assert stored["settings"] == {"cutoff": 1.0}


@settings(max_examples=25)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_noticed(place: float, bit: int) -> None:
    record = label(xr.Dataset({name: ("row", [0.0, 1.0]) for name in ("time", "voltage", "current")}), "cycling")
    with tempfile.TemporaryDirectory() as folder:
        path = save(record, Path(folder) / "record.h5")
        content = bytearray(path.read_bytes())
        content[int(place * len(content))] ^= 1 << bit
        path.write_bytes(content)
        with pytest.raises(ReaderError, match="seal"):
            open_saved(path)


def test_other_programs_open_what_is_sealed(tmp_path: Path) -> None:
    path = save(xr.Dataset({"x": ("row", [1.0, 2.0])}), tmp_path / "x.h5")
    with xr.open_dataset(path, engine="h5netcdf") as opened:
        np.testing.assert_array_equal(opened["x"], [1.0, 2.0])
    cut = tmp_path / "cut.h5"
    cut.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ReaderError, match="no seal at its end"):
        open_saved(cut)


def test_other_endings_and_broken_stores_are_named(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"\.zarr"):
        save(xr.Dataset(), tmp_path / "x.txt")
    broken = tmp_path / "x.h5"
    broken.write_bytes(b"no store")
    with pytest.raises(ReaderError):
        open_saved(broken)
    with pytest.raises(ReaderError):
        open_saved(tmp_path / "absent.zarr")
