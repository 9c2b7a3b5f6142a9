"""Series of scans: peak memory at full width, cost of the engine, and that a resumed run is the same bit for bit.

    python benchmarks/tomography_series.py             # 3077 columns, 3001 angles, blocks of 8 slices
    python benchmarks/tomography_series.py --angles 301  # quicker; memory of the frames is then not that of a real scan

Each case runs in a process of its own, so that its peak (`ru_maxrss`) is its own. Frames are made when they are read, as a
file would give them: nothing but the block in work is in memory. Peaks include Python and all libraries.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning
from alkanode.tomography.series import FindAxis, ReconstructScans, SeriesPlan, run_series

COLUMNS = 3077
PIXEL = 1.3e-6


class MadeFrames(BackendArray):
    """Counts of a disc with noise, made for the part that is asked for."""

    def __init__(self, frames: int, rows: int, columns: int) -> None:
        self.shape = (frames, rows, columns)
        self.dtype = np.dtype(np.uint16)
        across = (np.arange(columns) - 0.5 * columns + 3.2) / (0.42 * columns)
        self._mean = 2e4 * np.exp(-1.2 * np.sqrt(np.clip(1 - across**2, 0, None)))

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self._read)

    def _read(self, key: tuple[Any, ...]) -> Any:
        frames, rows, columns = (
            np.atleast_1d(np.arange(size)[part]) for size, part in zip(self.shape, key, strict=True)
        )
        out = np.empty((frames.size, rows.size, columns.size), np.uint16)
        for place, frame in enumerate(frames):
            rng = np.random.default_rng([int(frame), int(rows[0])])
            mean = self._mean if 20 <= frame < self.shape[0] - 10 else (2e4 if frame >= 10 else 100.0)
            wide = np.broadcast_to(mean, self.shape[2:])[columns]
            out[place] = np.clip(wide + np.sqrt(wide) * rng.standard_normal(out.shape[1:], np.float32), 0, 65535)
        drop = tuple(axis for axis, part in enumerate(key) if isinstance(part, (int, np.integer)))
        return out.squeeze(drop) if drop else out


def made_scan(angles: int, rows: int, columns: int = COLUMNS) -> xr.Dataset:
    """10 darks, 10 flats, views over 180 degrees, 10 flats."""
    frames = 30 + angles
    key = np.array([2] * 10 + [1] * 10 + [0] * angles + [1] * 10)
    angle = np.full(frames, np.nan)
    angle[key == 0] = np.arange(angles) * np.pi / angles
    counts = indexing.LazilyIndexedArray(MadeFrames(frames, rows, columns))
    return label(
        xr.Dataset(
            {
                "counts": xr.Variable(("frame", "row", "column"), counts),
                "image_key": ("frame", key),
                "rotation_angle": ("frame", angle),
                "pixel_size": PIXEL,
            }
        ),
        "projections",
    )


def case(angles: int, rows: int, block_rows: int, halves: bool, folder: str) -> None:
    """One run in this process; prints its peak and times as JSON."""
    warnings.simplefilter("ignore", DataQualityWarning)
    plan = SeriesPlan(
        scans={"scan": partial(made_scan, angles, rows)},
        block_rows=block_rows,
        steps=(FindAxis(columns={"scan": 0.5 * COLUMNS - 3.2}), ReconstructScans(halves=halves)),
    )
    start, wall = time.process_time(), time.perf_counter()
    result = run_series(plan, folder)
    told = {
        "finished": result.finished,
        "failures": {key: one.message for key, one in result.failures.items()},
        "cpu": time.process_time() - start,
        "wall": time.perf_counter() - wall,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
    }
    print(json.dumps(told))


def measured(angles: int, rows: int, block_rows: int, halves: bool) -> dict[str, Any]:
    """One case in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        words = [str(angles), str(rows), str(block_rows), str(int(halves)), folder]
        done = subprocess.run([sys.executable, __file__, "--case", *words], capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    assert told["finished"], told["failures"]
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--angles", type=int, default=3001)
    parser.add_argument("--case", nargs=5, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.case:
        angles, rows, block_rows, halves = (int(word) for word in given.case[:4])
        case(angles, rows, block_rows, bool(halves), given.case[4])
        return
    import finufft
    import zarr

    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, zarr {zarr.__version__}, "
        f"finufft {finufft.__version__}; {COLUMNS} columns, {given.angles} angles, one worker"
    )
    one = measured(given.angles, 8, 8, halves=True)
    print(f"peak memory, 1 block of 8 slices  {one['peak']:.2f} GB (target <= 3)")
    print(f"CPU time per slice, raw frames to zarr, with halves  {one['cpu'] / 8:.2f} s")
    few = max(given.angles // 10, 31)
    short, tall = measured(few, 8, 8, halves=False), measured(few, 32, 8, halves=False)
    print(f"peak memory at {few} angles, 1 block  {short['peak']:.2f} GB")
    print(f"peak memory at {few} angles, 4 blocks  {tall['peak']:.2f} GB")
    print(f"growth of the peak from 1 to 4 blocks  {100 * (tall['peak'] / short['peak'] - 1):.1f} % (target: none)")


if __name__ == "__main__":
    main()
