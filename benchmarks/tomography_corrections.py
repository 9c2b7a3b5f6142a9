"""From counts to transmission: alkanode next to algotom on one sinogram, by CPU time on one thread.

    python benchmarks/tomography_corrections.py            # 3001 angles x 3077 columns
    python benchmarks/tomography_corrections.py --small    # 901 x 1023
    python benchmarks/tomography_corrections.py --repeats 1

The sinogram is a phantom of discs seen by a detector with 2e4 counts in the open beam, Poisson noise, columns of uneven
response, wide stripes, dead and restless columns, and zingers. Both packages get the same arrays, in the order
(angle, column), and give them back in it. Every method runs once before it is timed; the smallest of the repeats counts.
CPU time is that of the whole process, so that threads of a library would count; set OMP_NUM_THREADS=1 to have none.

Counts are whole numbers, so that many readings of a column are equal, and algotom's order of equal readings depends on
the processor. For the comparison of values they are spread evenly over the width of a count; what is equal by chance
is seen in the second line, where the readings of each column are sorted.
"""

from __future__ import annotations

import argparse
import platform
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.tomography.corrections import (
    Corrections,
    Stripes,
    correct_rows,
    frame_plan,
    remove_stripes,
)

FLATS, DARKS, OPEN_BEAM, DARK_LEVEL = 20, 20, 2e4, 100.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="901 x 1023 in place of 3001 x 3077")
    parser.add_argument("--repeats", type=int, default=2, help="runs of each task that are timed")
    asked = parser.parse_args()
    from algotom.prep import correction, removal

    angles, columns = (901, 1023) if asked.small else (3001, 3077)
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "scipy", "algotom"))
    print(f"Python {platform.python_version()}, {packages}; CPU time, one thread")
    scan = raw_scan(angles, columns)
    plan = frame_plan(scan)
    counts = scan["counts"].to_numpy()
    transmission = clean_transmission(counts[:, 0], plan)
    print(f"{angles} angles x {columns} columns")
    methods: list[tuple[str, Callable[[Any], Any], float | None]] = [
        ("sorting", lambda s: removal.remove_stripe_based_sorting(s, 21), 3.0),
        ("filtering", lambda s: removal.remove_stripe_based_filtering(s, 3, 21), None),
        ("large", lambda s: removal.remove_large_stripe(s, 3.0, 51), None),
        ("dead", lambda s: removal.remove_dead_stripe(s, 3.0, 51), None),
        ("all", lambda s: removal.remove_all_stripe(s, 3.0, 51, 21), 4.0),
    ]
    for name, peer, target in methods:
        options = Stripes(method=name)  # type: ignore[arg-type]
        theirs_s, theirs = cpu(lambda peer=peer: peer(transmission), asked.repeats)
        ours_s, ours = cpu(lambda options=options: remove_stripes(transmission, options), asked.repeats)
        compare(f"stripes {name}", theirs_s, ours_s, target)
        agreement(name, np.asarray(theirs, dtype=np.float32), ours)

    def chain() -> Any:
        flat, dark = (counts[chosen, 0].mean(axis=0) for chosen in (plan.flats[0], plan.darks))
        result = correction.flat_field_correction(counts[plan.projections, 0], flat, dark)
        result = removal.remove_zinger(result, 0.08)
        result = removal.remove_all_stripe(result, 3.0, 51, 21)
        return -np.log(np.clip(result, 1e-6, None))

    theirs_s, theirs = cpu(chain, asked.repeats)
    ours_s, (ours, repairs) = cpu(lambda: correct_rows(counts, plan), asked.repeats)
    compare("counts to line integrals, all stripes", theirs_s, ours_s, None)
    print(f"line integrals, median difference  {np.median(np.abs(theirs - ours[0])):.1e} 1")
    without, _ = cpu(lambda: correct_rows(counts, plan, Corrections(stripes=Stripes(method="none"))), asked.repeats)
    print(f"counts to line integrals, no stripes, alkanode  {without:.3f} s")
    print(f"zingers put in / found  {scan.attrs['flashes']} / {repairs.totals()['zingers']}")


def cpu(task: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Smallest CPU time of a run, s, and what it gives; one run goes before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = task()
        best = np.inf
        for _ in range(repeats):
            start = time.process_time()
            result = task()
            best = min(best, time.process_time() - start)
    return best, result


def compare(name: str, theirs: float, ours: float, target: float | None) -> None:
    aim = "" if target is None else f" (target >= {target:g})"
    print(f"{name}: algotom took {theirs:.3f} s, alkanode {ours:.3f} s")
    print(f"{name}, times faster than algotom  {theirs / ours:.1f} x{aim}")


def agreement(name: str, theirs: np.ndarray, ours: np.ndarray) -> None:
    interior = slice(60, -60)
    same = (theirs == ours)[:, interior].mean()
    values = (np.sort(theirs, axis=0) == np.sort(ours, axis=0))[:, interior].mean()
    print(f"stripes {name}, interior readings equal to the last bit  {same:.6f} 1")
    print(f"stripes {name}, the same with each column sorted  {values:.6f} 1")
    print(f"stripes {name}, largest difference  {np.abs(theirs - ours).max():.1e} 1")


def clean_transmission(counts: np.ndarray, plan: Any) -> np.ndarray:
    flat, dark = (counts[chosen].mean(axis=0) for chosen in (plan.flats[0], plan.darks))
    spread = np.random.default_rng(1).uniform(-0.5, 0.5, (plan.projections.size, counts.shape[1]))
    return ((counts[plan.projections] + spread - dark) / (flat - dark)).astype(np.float32)


def raw_scan(angles: int, columns: int) -> xr.Dataset:
    """One detector row of a scan with every kind of stripe, and flashes."""
    random = np.random.default_rng(20265)
    theta = np.linspace(0.0, np.pi, angles, endpoint=False)
    s = np.arange(columns) - 0.5 * (columns - 1)
    integral = np.zeros((angles, columns))
    for _ in range(40):
        radius, where, phase = (random.uniform(*span) for span in ((0.01, 0.08), (0.0, 0.35), (0.0, 2 * np.pi)))
        centre = where * columns * np.cos(theta - phase)
        chord = np.maximum((radius * columns) ** 2 - (s[None] - centre[:, None]) ** 2, 0.0)
        integral += 2.0 * np.sqrt(chord) * (0.6 / columns)
    flat = OPEN_BEAM * (1.0 + 0.1 * np.sin(np.arange(columns) / 37.0))
    response = 1.0 + 0.003 * random.standard_normal(columns)
    response[columns // 5 : columns // 5 + 9] *= 0.85
    signal = flat * np.exp(-integral) * response
    dead, restless = columns // 3, columns // 2 + 40
    signal[:, restless] *= random.uniform(0.3, 1.0, angles)
    counts = random.poisson(signal) + DARK_LEVEL
    counts[:, dead] = 0.4 * OPEN_BEAM
    flashes = angles * columns // 20_000
    counts[random.integers(0, angles, flashes), random.integers(0, columns, flashes)] += random.uniform(
        3e3, 3e4, flashes
    )
    flats = random.poisson(np.broadcast_to(flat, (FLATS, columns))) + DARK_LEVEL
    darks = np.full((DARKS, columns), DARK_LEVEL)
    frames = np.concatenate([darks, flats, counts])[:, None].round().astype(np.uint16)
    return label(
        xr.Dataset(
            {
                "counts": (("frame", "row", "column"), frames),
                "image_key": ("frame", np.repeat([2, 1, 0], [DARKS, FLATS, angles])),
                "rotation_angle": ("frame", np.concatenate([np.full(DARKS + FLATS, np.nan), theta])),
            },
            attrs={"flashes": flashes},
        ),
        "projections",
    )


if __name__ == "__main__":
    main()
