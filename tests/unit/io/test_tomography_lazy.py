"""Frames are read only where they are indexed; records travel between processes."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from made_scans import COLUMNS, ROWS, MadeScan

from alkanode.foundation.errors import DataQualityWarning
from alkanode.io import open_projections, open_stack, write_nxtomo
from alkanode.io.projections.frames import (
    FrameSource,
    Hdf5Frames,
    MemoryFrames,
    PickedFrames,
    SinogramFrames,
    TiffFrames,
)
from alkanode.io.projections.lazy import lazy_variable

MADE = MadeScan()
FRAMES = MADE.stacked()[0].shape[0]


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[xr.Dataset, np.ndarray]]:
    """Record and what it must hold, by kind of file."""
    base = tmp_path_factory.mktemp("scans")
    whole = MADE.stacked()[0]
    out = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        out["contiguous"] = open_projections(write_nxtomo(MADE.record(), base / "plain.nxs")), whole
        out["compressed"] = open_projections(write_nxtomo(MADE.record(), base / "gzip.nxs", compression="gzip")), whole
        folder = open_projections(MADE.folder(base / "tiff"))
        out["tiff"] = folder, whole
    return out


INDEX = st.one_of(
    st.integers(-5, 4),
    st.builds(
        slice,
        st.integers(-30, 30) | st.none(),
        st.integers(-30, 30) | st.none(),
        st.sampled_from([None, 1, 2, 3]),
    ),
    st.just(slice(None, None, -1)),
    st.lists(st.integers(-20, 19), max_size=6).map(lambda places: np.array(places, dtype=int)),
)


@pytest.mark.parametrize("kind", ["contiguous", "compressed", "tiff"])
@given(frame=INDEX, row=INDEX, column=INDEX)
@settings(max_examples=40)
def test_any_index_gives_what_the_array_gives(
    scans: dict[str, tuple[xr.Dataset, np.ndarray]], kind: str, frame: object, row: object, column: object
) -> None:
    record, whole = scans[kind]
    wanted = xr.DataArray(whole, dims=("frame", "row", "column")).isel(frame=frame, row=row, column=column)
    xr.testing.assert_equal(record["counts"].isel(frame=frame, row=row, column=column).drop_attrs(), wanted)


class Counting(MemoryFrames):
    """Remembers how much was read."""

    def read(self, frames: np.ndarray, rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
        block = super().read(frames, rows, columns)
        READ.append(block.shape)
        return block


READ: list[tuple[int, ...]] = []


def test_only_the_box_is_read() -> None:
    READ.clear()
    values = xr.DataArray(lazy_variable(("frame", "row", "column"), Counting(MADE.stacked()[0])))
    assert READ == []
    rows = values.isel(row=slice(10, 18))
    assert READ == []
    assert rows.isel(frame=[4, 2]).shape == (2, 8, COLUMNS)
    assert READ == []
    np.testing.assert_array_equal(rows.isel(frame=[4, 2]).values, MADE.stacked()[0][[4, 2], 10:18])
    assert READ == [(2, 8, COLUMNS)]
    _ = values.isel(row=slice(0, 3), column=slice(5, 7)).values
    assert READ[-1] == (FRAMES, 3, 2)


def test_uncompressed_tiff_reads_only_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = MADE.folder(tmp_path / "scan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        scan = open_projections(folder)
    asked = []
    monkeypatch.setattr(np, "fromfile", lambda *a, _f=np.fromfile, **k: asked.append(k["count"]) or _f(*a, **k))
    _ = scan["counts"].isel(row=slice(4, 6)).values
    assert set(asked) == {2 * COLUMNS}


@pytest.mark.parametrize("kind", ["contiguous", "compressed", "tiff"])
def test_a_pickled_record_reads_in_another_process(
    scans: dict[str, tuple[xr.Dataset, np.ndarray]], kind: str, tmp_path: Path
) -> None:
    record, whole = scans[kind]
    (tmp_path / "record").write_bytes(pickle.dumps(record))
    assert (tmp_path / "record").stat().st_size < whole.nbytes / 4, "names travel, not frames"
    code = (
        "import pickle, sys; r = pickle.load(open(sys.argv[1], 'rb'));"
        "print(int(r['counts'].isel(row=slice(3, 9)).values.astype('i8').sum()))"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "record"], capture_output=True, text=True, check=True)
    assert int(done.stdout) == int(whole[:, 3:9].astype(np.int64).sum())


def test_a_tiff_of_any_kind(tmp_path: Path) -> None:
    """Compressed, big-endian, many pages, many strips: the same numbers."""
    frames = MADE.frames[:4]
    ways = {
        "plain": {},
        "deflate": {"compression": "zlib"},
        "big": {"byteorder": ">"},
        "strips": {"rowsperstrip": 5},
        "predictor": {"compression": "zlib", "predictor": True},
    }
    for name, options in ways.items():
        tifffile.imwrite(tmp_path / f"{name}.tif", frames, photometric="minisblack", **options)
        with pytest.warns(DataQualityWarning, match="grey-unscaled"):
            stack = open_stack(tmp_path / f"{name}.tif")
        np.testing.assert_array_equal(stack["attenuation"], frames.astype(np.float32))
        np.testing.assert_array_equal(stack["attenuation"][2, 3:5], frames[2, 3:5])


def test_every_source_is_a_source(tmp_path: Path) -> None:
    values = MADE.stacked()[0]
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["frames"] = values
    shape = (FRAMES, ROWS, COLUMNS)
    memory = MemoryFrames(values)
    sources: list[FrameSource] = [
        memory,
        Hdf5Frames(tmp_path / "a.h5", "frames", shape, values.dtype),
        SinogramFrames(MemoryFrames(values.transpose(1, 0, 2))),
        PickedFrames(MemoryFrames(values[::-1]), np.arange(FRAMES)[::-1]),
    ]
    for source in sources:
        assert isinstance(source, FrameSource)
        assert source.shape == shape
        for frames in (np.array([7]), np.array([9, 3, 3, 4, 5]), np.arange(2, 12, 3), np.arange(0)):
            wanted = values[frames, 2:7, 1:30]
            np.testing.assert_array_equal(source.read(frames, (2, 7), (1, 30)), wanted)
    assert isinstance(
        TiffFrames(tmp_path, (), np.zeros(0, np.int32), np.zeros(0, np.int64), 2, 2, values.dtype), FrameSource
    )
