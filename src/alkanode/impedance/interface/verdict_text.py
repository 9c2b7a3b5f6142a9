"""What a comparison of rivals comes to, in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from alkanode.foundation.vocabulary import quantity
from alkanode.impedance.interface.rival_evidence import SOMETHING_ELSE

FloatArray = npt.NDArray[np.float64]

_SIGMA = 2.0  # a prediction is off where the measured value lies further out than this many standard deviations


def verdict(
    names: npt.NDArray[np.str_],
    evidence: FloatArray,
    logs: FloatArray,
    in_window: bool,
    predicted: Mapping[str, tuple[FloatArray, FloatArray]],
    decisive: float,
    *,
    fragile: bool,
) -> str:
    """One peak's verdict.

    Parameters
    ----------
    names
        Rivals, best first, something else among them.
    evidence
        Their logarithmic evidence, in the same order.
    logs
        ln of resistance times area (ohm m2) and of capacitance per area (F m-2).
    in_window
        Whether both count; else the capacitance alone.
    predicted
        Mean and covariance of the same logarithms by rival.
    decisive
        Odds from which on a rival is named.
    fragile
        Whether the best rival loses its lead when the prior ranges are wider.
    """
    near = names[evidence > evidence[0] - np.log(decisive)]
    measured = f"{_shown(logs[1], 'areal_capacitance')}"
    if in_window:
        tau = f"{np.exp(logs.sum()):.2g} s"
        measured = f"{_shown(logs[0], 'area_specific_resistance')}, {measured} and {tau}"
    else:
        measured = f"{measured} (beyond the window, where R and tau alone are not measured)"
    if names[0] == SOMETHING_ELSE:
        others = [str(name) for name in near if name != SOMETHING_ELSE]
        head = f"Cannot say: no rival predicts {measured}" + (
            f" much better than chance ({_listed(others)})" if others else ""
        )
    elif near.size > 1:
        head = f"Cannot say: {measured} are within a factor {decisive:g} as likely for {_listed([str(name) for name in near])}"
    elif fragile:
        head = f"Cannot say: {measured} fit {names[0]} best, but not decisively once the prior ranges are wider"
    else:
        odds = float(np.exp(min(evidence[0] - evidence[1], 700.0)))
        head = f"{str(names[0]).capitalize()} predicts {measured} best, {odds:.2g} times better than {names[1]}"
    off = [
        f"{name} ({why})"
        for name in names
        if name not in near and name in predicted and (why := _misses(logs, in_window, *predicted[str(name)]))
    ]
    return head + (f"; rejected: {'; '.join(off)}" if off else "") + "."


def _misses(logs: FloatArray, in_window: bool, mean: FloatArray, covariance: FloatArray) -> str:
    """Which of R, C and tau a rival misses, and by how many decades from the middle of its range."""
    told = []
    combinations = (("R", np.array([1.0, 0.0])), ("C", np.array([0.0, 1.0])), ("tau", np.array([1.0, 1.0])))
    for symbol, weights in combinations if in_window else combinations[1:2]:
        distance = float(weights @ (logs - mean))
        if abs(distance) > _SIGMA * float(np.sqrt(weights @ covariance @ weights)):
            told.append(
                f"{symbol} {'too small' if distance > 0 else 'too large'} by {abs(distance) / np.log(10):.1f} decades"
            )
    return ", ".join(told)


def _shown(logarithm: float, name: str) -> str:
    entry = quantity(name)
    value, unit = float(entry.to_display(float(np.exp(logarithm)))), entry.shown_unit
    for larger in ("mF cm-2", "F cm-2"):
        if name == "areal_capacitance" and value >= 1e3:
            value, unit = value / 1e3, larger
    return f"{value:.3g} {unit}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
