"""Figure of a choice of lambda: a criterion over its candidates."""

from __future__ import annotations

import numpy as np

from alkanode.data.schema import RecordLike, check
from alkanode.plot.description import Axis, Figure, Line, Panel, Series
from alkanode.plot.display import padded, spread
from alkanode.plot.style import number

_MOST = 12

_MEANING = {
    "gcv": ("ln GCV", "generalised cross-validation, the expected error of predicting a point that was left out"),
    "l-curve": ("- curvature of the L-curve", "minus the curvature of log roughness over log residual"),
    "re-im": ("ln prediction error", "real part predicted from the imaginary part and the other way round"),
}


def regularisation(curve: RecordLike) -> Figure:
    """Criterion for lambda over its candidates, pooled and of single spectra, and the L-curve.

    Parameters
    ----------
    curve
        A ``regularisation_curve`` record.

    Returns
    -------
    Figure
        Two panels: the criterion over lambda (smaller is better; single spectra in grey, their level shifted to that of
        the series), and mean log roughness over mean log misfit. The chosen lambda is marked in both.

    Raises
    ------
    SchemaError
        When the record is of another kind.
    """
    curve = check(curve, "regularisation_curve")
    lambdas = curve["candidate_regularisation"].to_numpy()
    pooled = curve["smoothing_criterion"].to_numpy()
    each = curve["spectrum_criterion"].to_numpy()
    chosen = float(curve.attrs["regularisation"])
    word, meaning = _MEANING[curve.attrs["regularisation_method"]]
    used = np.flatnonzero(np.isfinite(each).any(axis=1))
    drawn = used[spread(used.size, _MOST)] if used.size > 1 else used[:0]
    best = int(np.argmin(np.abs(lambdas - chosen)))
    lines = [
        Series(
            name="single spectra",
            x=lambdas,
            y=each[index] - np.nanmin(each[index]) + np.nanmin(pooled),
            role="muted",
            hover=tuple(f"spectrum {index}" for _ in lambdas),
            in_legend=index == drawn[0],
        )
        for index in map(int, drawn)
    ]
    lines.append(Series(name="series" if drawn.size else "spectrum", x=lambdas, y=pooled, style="line+points"))
    rough, misfit = curve["log_roughness"].to_numpy() / np.log(10), curve["log_misfit"].to_numpy() / np.log(10)
    notes = () if drawn.size == used.size or used.size < 2 else (f"{drawn.size} of {used.size} spectra are drawn.",)
    return Figure(
        title="Choice of the regularisation",
        caption=f"Criterion for lambda ({meaning}; smaller is better), and below roughness over misfit of the mean spectrum. "
        f"The chosen lambda is {chosen:.2g}.",
        panels=(
            Panel(
                x=Axis(
                    label="lambda",
                    quantity="candidate_regularisation",
                    scale="log",
                    limits=(float(lambdas[0]), float(lambdas[-1])),
                ),
                y=Axis(label=word, limits=padded(pooled[np.isfinite(pooled)], 0.15)),
                series=tuple(lines),
                lines=(Line(value=chosen, upright=True, label=f"chosen: {chosen:.2g}"),),
            ),
            Panel(
                x=Axis(label="log10 misfit", limits=padded(misfit, 0.05)),
                y=Axis(label="log10 roughness", limits=padded(rough, 0.05)),
                series=(
                    Series(
                        name="L-curve",
                        x=misfit,
                        y=rough,
                        style="line+points",
                        hover=tuple(f"lambda = {number(float(value))}" for value in lambdas),
                        in_legend=False,
                    ),
                    Series(name="chosen", x=misfit[[best]], y=rough[[best]], style="points", role="warning"),
                ),
            ),
        ),
        notes=notes,
    )
