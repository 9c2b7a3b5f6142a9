"""The Weibull law of simulated ramps: bias, coverage and time, beside scipy and beside the naive fit.

    python benchmarks/weibull.py                # 2,000 sets
    python benchmarks/weibull.py --sets 200     # quick

Each set is a dozen cells whose critical current density follows a Weibull law (shape 3, scale 1.2), ramped in steps of
0.25 up to 1.75: intervals, and lower bounds for the cells that never fail. The naive fit takes the failing level for the
value. Coverage: share of the sets whose 95 % interval holds the true value, with Student's t (as alkanode does) and with
chi2. The fit is timed next to scipy's (``CensoredData`` and ``weibull_min.fit``) in the same process, by CPU time.
"""

from __future__ import annotations

import argparse
import platform
import time

import numpy as np
import scipy
from scipy.stats import CensoredData, weibull_min

from alkanode.numerics.weibull import WeibullFit, fit_weibull, most_likely

SHAPE, SCALE, STEP, CAP, CELLS = 3.0, 1.2, 0.25, 1.75, 12
TIMED = 50


def ramped(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the intervals in which a ramp finds values."""
    lower = np.minimum(np.floor(values / STEP) * STEP, CAP)
    return lower, np.where(lower < CAP, lower + STEP, np.inf)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=2000, help="number of simulated sets")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    sets = [ramped(SCALE * random.weibull(SHAPE, CELLS)) for _ in range(options.sets)]

    proper: list[WeibullFit] = []
    held = {"t": np.zeros(2), "chi2": np.zeros(2)}
    naive, without = [], 0
    for lower, upper in sets:
        fit = fit_weibull(lower, upper)
        other = fit_weibull(lower, upper, calibration="chi2")
        if isinstance(fit, str) or isinstance(other, str):
            without += 1
            continue
        proper.append(fit)
        for one in (fit, other):
            shape, scale = one.shape_interval, one.scale_interval
            held[one.calibration] += [shape[0] <= SHAPE <= shape[1], scale[0] <= SCALE <= scale[1]]
        found = most_likely(np.where(np.isinf(upper), lower, upper), upper)
        if not isinstance(found, str):
            naive.append(found)

    ours, theirs, apart = 0.0, 0.0, 0.0
    for lower, upper in sets[:TIMED]:
        start = time.process_time()
        mine = most_likely(lower, upper)
        ours += time.process_time() - start
        failed = np.isfinite(upper)
        start = time.process_time()
        data = CensoredData(interval=np.stack([lower[failed], upper[failed]], axis=1), right=lower[~failed])
        shape, _, scale = weibull_min.fit(data, floc=0)
        theirs += time.process_time() - start
        if not isinstance(mine, str):
            apart = max(apart, abs(mine[0] / shape - 1), abs(mine[1] / scale - 1))

    shapes, scales = np.array([fit.shape for fit in proper]), np.array([fit.scale for fit in proper])
    unbiased = np.array([fit.shape_unbiased for fit in proper])
    plain = np.array(naive)
    print(f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}; CPU time")
    print(
        f"{len(sets)} sets of {CELLS} cells: shape {SHAPE:g}, scale {SCALE:g}, step {STEP:g}, cap {CAP:g}; {without} without a fit"
    )
    print("                     shape: mean  median    bias      scale: mean  median    bias")
    for name, one, two in (
        ("intervals", shapes, scales),
        ("  bias taken off", unbiased, scales),
        ("naive", plain[:, 0], plain[:, 1]),
    ):
        print(
            f"{name:<18}  {one.mean():11.3f} {np.median(one):7.3f} {100 * (one.mean() / SHAPE - 1):+6.1f} %"
            f"  {two.mean():13.3f} {np.median(two):7.3f} {100 * (two.mean() / SCALE - 1):+6.1f} %"
        )
    for name, counts in held.items():
        share = 100 * counts / len(proper)
        print(f"95 % intervals by {name:<5} cover shape {share[0]:.1f} %, scale {share[1]:.1f} %")
    print(f"fit {1e3 * ours / TIMED:.2f} ms, scipy {1e3 * theirs / TIMED:.2f} ms, ratio {theirs / ours:.1f}")
    print(f"largest relative difference to scipy {apart:.1e}")


if __name__ == "__main__":
    main()
