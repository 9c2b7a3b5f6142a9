"""A damaged scan ends in a named error or in a record, never in anything else."""

from __future__ import annotations

import warnings
from contextlib import suppress
from pathlib import Path

import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from made_scans import MadeScan

from alkanode.foundation.errors import AlkanodeError
from alkanode.io import inspect_scan, open_projections, write_nxtomo

MADE = MadeScan(projections=5)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    base = tmp_path_factory.mktemp("damage")
    many = base / "frames.tif"
    tifffile.imwrite(many, MADE.stacked()[0], photometric="minisblack")
    return {"nxs": write_nxtomo(MADE.record(), base / "scan.nxs"), "tif": many, "h5": MADE.exchange(base / "scan.h5")}


@pytest.mark.parametrize("kind", ["nxs", "h5", "tif"])
@given(data=st.data())
@settings(max_examples=60, derandomize=True)
def test_bytes_that_changed_or_are_lost(files: dict[str, Path], kind: str, data: st.DataObject) -> None:
    """The same damage in every run: the library of HDF5 can follow some damage in circles, which no reader can stop."""
    whole = bytearray(files[kind].read_bytes())
    head = 4000
    for _ in range(data.draw(st.integers(0, 6))):
        place = data.draw(st.integers(0, head) | st.integers(len(whole) - head, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    damaged = files[kind].with_name(f"damaged.{kind}")
    damaged.write_bytes(whole[: data.draw(st.integers(0, len(whole)) | st.just(len(whole)))])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = inspect_scan(damaged, frames=3)
        assert str(report)
        with suppress(AlkanodeError):
            scan = open_projections(damaged)
            scan["counts"].isel(row=slice(0, 2)).to_numpy()
