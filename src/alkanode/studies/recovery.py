"""Recovered values beside known ones, for data whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from alkanode.foundation.errors import StudyError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import to_si
from alkanode.foundation.vocabulary import quantity
from alkanode.plot.describe_recovery import recovered_against_true
from alkanode.studies.block import Truth
from alkanode.studies.part import Part
from alkanode.studies.wording import shown, worded


def recovery_part(truth: Mapping[str, Truth], parts: Sequence[Part]) -> Part:
    """Compare headline numbers with their known values.

    Parameters
    ----------
    truth
        Known value by ``part.name``.
    parts
        The parts of the study that were computed.

    Raises
    ------
    StudyError
        When none of the known values was computed.
    """
    have = {f"{part.name}.{name}": estimate for part in parts for name, estimate in part.estimates.items()}
    rows: list[tuple[str, float, Estimate]] = []
    missing = []
    for name, known in truth.items():
        estimate = have.get(name)
        if estimate is None or estimate.value is None:
            missing.append(name)
        elif estimate.quantity != known.quantity:
            raise StudyError(f"the truth {name!r} must be a {estimate.quantity}", found=known.quantity)
        else:
            rows.append((name, to_si(known.value, known.quantity), estimate))
    if not rows:
        raise StudyError(
            "a known value is compared with a computed one", found=f"none of {', '.join(missing)} was computed"
        )
    true = np.array([value for _, value, _ in rows])
    values = np.array([estimate.value for _, _, estimate in rows], dtype=float)
    intervals = np.array([estimate.interval or (np.nan, np.nan) for _, _, estimate in rows], dtype=float)
    shown_units = [quantity(estimate.quantity) for _, _, estimate in rows]
    factor = np.array([unit.factor for unit in shown_units])
    figure = recovered_against_true(
        [name.replace(".", ": ", 1).replace("_", " ") for name, _, _ in rows],
        true * factor,
        values * factor,
        intervals * factor[:, None],
        [unit.shown_unit for unit in shown_units],
    )
    errors = 100 * np.abs(values / true - 1)
    worst = int(np.argmax(errors))
    inside = [
        bool(low <= value <= high) for value, (low, high) in zip(true, intervals, strict=True) if np.isfinite(low)
    ]
    findings = [
        f"{len(rows)} recovered values differ from the true ones by {np.median(errors):.2g} % in the median and by at most "
        f"{errors[worst]:.2g} % ({rows[worst][0]}: {worded(rows[worst][2])} against {shown(true[worst], rows[worst][2].quantity)}); "
        f"{sum(inside)} of {len(inside)} intervals hold the true value."
    ]
    return Part(
        name="recovery",
        title="Recovered against true",
        estimates={name: estimate for name, _, estimate in rows},
        details={
            "true": {name: value for name, value, _ in rows},
            "relative_error": {
                row[0]: float(value / true_value - 1) for row, value, true_value in zip(rows, values, true, strict=True)
            },
            "not_computed": missing,
        },
        figures={"recovered": figure},
        findings=tuple(findings),
    )
