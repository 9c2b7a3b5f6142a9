"""From raw counts to a slice: alkanode next to algotom, in one process, by CPU time on one thread.

    python benchmarks/tomography_chain.py            # 3001 angles x 3077 columns
    python benchmarks/tomography_chain.py --small    # 901 x 1023

Both get the counts of the corrections benchmark (flats, darks, stripes of every kind, flashes) and give a slice in 1/pixel.
alkanode: :func:`line_integrals` with all stripe methods and :func:`reconstruct`, as a series calls them, for two rows at
once; the time is divided by two. algotom: flat field, zinger, all stripe methods, logarithm, FBP (``ncore=1``, no graphics
card), for one of the rows. A run on few columns goes before, for compilation; alkanode's is the smallest of two, algotom's is
run once, since nothing but its FBP takes half a minute.

algotom is given the mean flat; its FBP pads at the edges and applies the same window, ``hann``. Its y axis points the other
way.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

os.environ["NUMBA_NUM_THREADS"] = "1"

import numpy as np
import xarray as xr
from tomography_corrections import raw_scan

from alkanode.foundation.runtime import require
from alkanode.tomography.corrections import Corrections, Stripes, frame_plan, line_integrals
from alkanode.tomography.reconstruction import reconstruct

TARGET = 6.0
INSIDE = 0.8
WITHOUT_AXIS = 40
"""Pixels about the axis that are not compared: what removal of stripes leaves there is decided by single readings."""

Stages = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="901 x 1023 in place of 3001 x 3077")
    small = parser.parse_args().small
    warnings.simplefilter("ignore")
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "finufft", "algotom"))
    print(f"Python {platform.python_version()}, {packages}; CPU time, one thread")
    for angles, columns in ((180, 160), (901, 1023) if small else (3001, 3077)):
        scan = two_rows(raw_scan(angles, columns))
        axis = 0.5 * (columns - 1)
        runs = [ours(scan, axis) for _ in range(2)]
        slices, own = min(runs, key=lambda run: sum(run[1].values()))
        theirs, peer = algotom(scan, axis)
    print(f"{angles} angles x {columns} columns")
    for name, stages in (("alkanode", own), ("algotom", peer)):
        told = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in stages.items())
        print(f"chain[{name}]  {sum(stages.values()):.2f} s per slice: {told}")
    middle = np.arange(columns) - axis
    radius = np.hypot(middle[:, None], middle[None])
    where = (radius < INSIDE * 0.5 * columns) & (radius > WITHOUT_AXIS)
    alike = np.corrcoef(slices[0][::-1][where], theirs[where])[0, 1]
    print(f"chain, correlation of both slices inside {INSIDE} of the radius  {alike:.4f} 1")
    print(
        f"chain, counts to slice, times faster than algotom  {sum(peer.values()) / sum(own.values()):.1f} x (target >= {TARGET:g})"
    )


def two_rows(scan: xr.Dataset) -> xr.Dataset:
    """The same row twice: two slices share a transform."""
    return scan.isel(row=[0, 0]).assign(pixel_size=1.0).assign_attrs(scan.attrs)


def clock(stages: Stages, name: str, task: Callable[[], Any], slices: int = 1) -> Any:
    start = time.process_time()
    result = task()
    stages[name] = (time.process_time() - start) / slices
    return result


def ours(scan: xr.Dataset, axis: float) -> tuple[np.ndarray, Stages]:
    stages: Stages = {}
    options = Corrections(stripes=Stripes(method="all"))
    record = clock(stages, "corrections", lambda: line_integrals(scan, options=options), 2)
    volume = clock(stages, "reconstruction", lambda: reconstruct(record, axis), 2)
    return volume["attenuation"].to_numpy(), stages


def algotom(scan: xr.Dataset, axis: float) -> tuple[np.ndarray, Stages]:
    correction, removal = (require(f"algotom.prep.{name}", extra="tomography") for name in ("correction", "removal"))
    reconstruction = require("algotom.rec.reconstruction", extra="tomography")
    counts, plan = scan["counts"].to_numpy()[:, 0], frame_plan(scan)
    angles = scan["rotation_angle"].to_numpy()[plan.projections]
    stages: Stages = {}

    def flat_field() -> Any:
        flat, dark = (counts[chosen].mean(axis=0) for chosen in (plan.flats[0], plan.darks))
        return correction.flat_field_correction(counts[plan.projections], flat, dark)

    views = clock(stages, "flat field", flat_field)
    views = clock(stages, "zingers", lambda: removal.remove_zinger(views, 0.08))
    views = clock(stages, "stripes", lambda: removal.remove_all_stripe(views, 3.0, 51, 21))
    found = clock(
        stages,
        "FBP",
        lambda: reconstruction.fbp_reconstruction(
            -np.log(np.clip(views, 1e-6, None)), axis, angles, apply_log=False, gpu=False, ncore=1
        ),
    )
    return found, stages


if __name__ == "__main__":
    main()
