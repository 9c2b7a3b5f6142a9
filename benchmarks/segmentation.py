"""Segmentation and search for failures: rows per second of a long symmetric-cell record.

    python benchmarks/segmentation.py [--rows 1000000] [--half-cycles 1000]

The record is made here: square-wave current, a decaying spike and a slope in each half cycle, Gaussian noise. CPU time of one
thread, best of several.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import xarray as xr

from alkanode.data import label, passed_charge, with_half_cycles
from alkanode.electrochem import find_failures, overpotentials

TARGET = 1e7
"""Rows per second of segmentation with failure flags."""


def made(rows: int, half_cycles: int) -> xr.Dataset:
    random = np.random.default_rng(0)
    length = rows // half_cycles
    row = np.arange(rows)
    sign = np.where(row // length % 2 == 0, 1.0, -1.0)
    share = (row % length) / length
    voltage = sign * (0.05 + 0.01 * share + 0.02 * np.exp(-30 * share)) + 2e-4 * random.normal(size=rows)
    fields = {
        "time": 3.6 * row,
        "voltage": voltage,
        "current": 1e-3 * sign * (1 + 1e-3 * random.normal(size=rows)),
        "current_setpoint": 1e-3 * sign,
        "control_mode": np.ones(rows, dtype=np.int64),
    }
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


def best(function: Callable[[xr.Dataset], object], record: xr.Dataset, repeats: int) -> float:
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        function(record)
        spent.append(time.process_time() - start)
    return min(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--half-cycles", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    record = made(arguments.rows, arguments.half_cycles)
    found = find_failures(record)
    print(
        f"{arguments.rows} rows, {found.attrs['half_cycles']} half cycles, {found.sizes['event']} events in a sound cell"
    )
    for name, function in (
        ("half cycles", with_half_cycles),
        ("passed charge", passed_charge),
        ("overpotentials", overpotentials),
        ("failures", find_failures),
    ):
        seconds = best(function, record, arguments.repeats)
        line = f"{name:<16} {1e3 * seconds:8.1f} ms  {arguments.rows / seconds / 1e6:7.1f} M rows/s"
        print(line + (f"  target >= {TARGET / 1e6:g}" if function is find_failures else ""))


if __name__ == "__main__":
    main()
