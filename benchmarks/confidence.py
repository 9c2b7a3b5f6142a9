"""Fits the confidence of failures: the share of right alarms against margin and number of signs, class by class.

    python benchmarks/confidence.py                # the tuning seeds, 0 to 999
    python benchmarks/confidence.py --count 400    # fewer

Writes the table for ``CALIBRATION`` in alkanode/electrochem/event.py, and how a fit to the even seeds does on the odd ones. The
law is logistic; its weights are not negative, and all three numbers are held back by a Gaussian prior of width 2, so that a class
with few alarms stays near one half and near no dependence. Seeds from 1000 on are the evaluation's and are not touched.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from alkanode.electrochem import find_failures
from alkanode.electrochem.event import MOST_MARGIN
from alkanode.foundation.errors import AlkanodeWarning
from alkanode.virtual import draw_traces, judge

PRIOR = 2.0
"""Standard deviation of the prior of each number."""

Floats = npt.NDArray[np.float64]


def kind(failure: str) -> str:
    return failure.removeprefix("suspected_").removeprefix("hard_")


def alarms(seeds: range) -> dict[str, Floats]:
    """Class -> (alarm, 4) seed, margin within its bounds, signs beyond the first, and whether it was right."""
    told: dict[str, list[tuple[float, float, float, float]]] = {}
    for trace in draw_traces(seeds):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AlkanodeWarning)
            found = find_failures(trace.record, trace.cell, impedance=trace.impedance)
        judged = judge(trace, found)
        for flag, margin, signs in zip(
            judged.flags, found["margin"].to_numpy(), found["signs"].to_numpy(), strict=True
        ):
            line = (float(trace.seed), float(np.clip(margin, 0, MOST_MARGIN)), float(signs - 1), float(flag.right))
            told.setdefault(kind(flag.failure), []).append(line)
    return {name: np.array(lines) for name, lines in sorted(told.items())}


def fitted(lines: Floats) -> Floats:
    """Intercept, weight of the margin and of each further sign."""
    terms, right = np.column_stack([np.ones(len(lines)), lines[:, 1:3]]), lines[:, 3]

    def cost(law: Floats) -> float:
        score = terms @ law
        return float(np.sum(np.logaddexp(0, score) - right * score) + np.sum(law**2) / (2 * PRIOR**2))

    best = minimize(cost, np.zeros(3), method="L-BFGS-B", bounds=[(None, None), (0, None), (0, None)])
    return np.asarray(best.x)


def share(law: Floats, lines: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-(law[0] + lines[:, 1:3] @ law[1:]))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000, help="tuning seeds, at most 1000")
    count = min(parser.parse_args().count, 1000)
    expected, came = np.zeros(0), np.zeros(0)
    for name, lines in alarms(range(count)).items():
        law = fitted(lines)
        numbers = ", ".join(f"{value:.2f}" for value in law)
        print(f'    "{name}": ({numbers}),  # {int(lines[:, 3].sum())} of {len(lines)} right')
        even = lines[:, 0] % 2 == 0
        if even.any() and not even.all():
            expected = np.append(expected, share(fitted(lines[even]), lines[~even]))
            came = np.append(came, lines[~even, 3])
    print("\nfit to the even seeds, odd seeds:")
    for low, high in ((0, 0.5), (0.5, 0.75), (0.75, 0.9), (0.9, 1.01)):
        inside = (expected >= low) & (expected < high)
        if inside.any():
            print(
                f"  confidence {low:g} to {min(high, 1):g}: {int(came[inside].sum())} of {np.count_nonzero(inside)} right, "
                f"{expected[inside].mean():.2f} expected"
            )


if __name__ == "__main__":
    main()
