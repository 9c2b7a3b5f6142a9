"""Figure of known values and what an analysis recovers of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import SchemaError
from alkanode.plot.description import Axis, Figure, Line, Panel, Role, Series
from alkanode.plot.display import tidy
from alkanode.plot.style import with_unit


def recovered_against_true(
    names: Sequence[str],
    true: npt.ArrayLike,
    recovered: npt.ArrayLike,
    intervals: npt.ArrayLike | None = None,
    units: Sequence[str] | None = None,
) -> Figure:
    """Each recovered value over its true value, with its interval, one row per quantity.

    Parameters
    ----------
    names
        What was recovered, n texts; the first stands at the top.
    true, recovered
        Shape (n,), in the unit of each row; a true value must not be zero.
    intervals
        Shape (n, 2): lower and upper end in the same unit; NaN where none is known.
    units
        n units for the hover texts; by default pure numbers.

    Returns
    -------
    Figure
        Points at recovered / true. Rows whose interval misses the true value are red.

    Raises
    ------
    SchemaError
        When the parts differ in length, or a true value is zero or missing.
    """
    truth = np.asarray(true, dtype=float)
    found = np.asarray(recovered, dtype=float)
    count = len(names)
    ends = np.full((count, 2), np.nan) if intervals is None else np.asarray(intervals, dtype=float)
    names_of_units = ["1"] * count if units is None else list(units)
    if truth.shape != (count,) or found.shape != (count,) or ends.shape != (count, 2) or len(names_of_units) != count:
        raise SchemaError(
            f"{count} names need as many true and recovered values, units and pairs of ends",
            found=f"{truth.shape}, {found.shape}, {len(names_of_units)} and {ends.shape}",
        )
    if count == 0 or not np.isfinite(truth).all() or (truth == 0).any():
        raise SchemaError("a ratio needs true values other than zero", found=str(truth.tolist()))
    ratio = tidy(found / truth)
    bounds = np.sort(tidy(ends / truth[:, None]), axis=1)
    rows = np.arange(count, dtype=float)[::-1].copy()
    missed = (bounds[:, 0] > 1) | (bounds[:, 1] < 1)
    hover = tuple(
        f"{name}<br>true {with_unit(float(t), unit)}<br>recovered {with_unit(float(r), unit)}"
        + (f"<br>interval {with_unit(float(a), unit)} to {with_unit(float(b), unit)}" if np.isfinite(a + b) else "")
        for name, t, r, (a, b), unit in zip(names, truth, found, ends, names_of_units, strict=True)
    )
    groups: tuple[tuple[str, Role, npt.NDArray[np.bool_]], ...] = (
        (_words(bounds[~missed]), "primary", ~missed),
        ("recovered, interval misses the true value", "warning", missed),
    )
    series = tuple(
        Series(
            name=text,
            x=ratio[chosen],
            y=rows[chosen],
            style="points",
            role=role,
            hover=tuple(words for words, here in zip(hover, chosen, strict=True) if here),
            x_interval=(bounds[chosen, 0], bounds[chosen, 1]),
        )
        for text, role, chosen in groups
        if chosen.any()
    )
    reach = np.concatenate((ratio, bounds.ravel(), [1.0]))
    reach = reach[np.isfinite(reach)]
    span = max(1 - float(reach.min()), float(reach.max()) - 1, 0.02) * 1.15
    return Figure(
        title="Recovered against true",
        caption="Recovered value over true value with its interval; the line at 1 is the truth.",
        panels=(
            Panel(
                x=Axis(label="recovered / true", limits=(1 - span, 1 + span)),
                y=Axis(label="", categories=tuple(reversed(list(names))), limits=(-0.6, count - 0.4)),
                series=series,
                lines=(Line(value=1.0, upright=True, label="", role="model", hover="true value"),),
                height=max(0.6, 0.14 * count),
            ),
        ),
    )


def _words(bounds: npt.NDArray[np.float64]) -> str:
    known = np.isfinite(bounds).all(axis=1)
    if known.all():
        return "recovered, interval holds the true value"
    return "recovered, interval holds the true value or is not known" if known.any() else "recovered"
