"""Figure of the Kramers-Kronig test: residuals over frequency."""

from __future__ import annotations

import numpy as np

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.plot.description import Axis, ColourScale, Figure, FloatArray, Line, Panel, Series
from alkanode.plot.display import axis_of, log_padded, padded, positive, shown, spread

_MOST = 40


def kramers_kronig(test: RecordLike) -> Figure:
    """Residuals of real and imaginary part against frequency, per spectrum.

    Parameters
    ----------
    test
        A ``kramers_kronig`` record.

    Returns
    -------
    Figure
        Two panels over one axis of frequency, in per cent of |Z|; spectra that fail the test are dashed, the limit of the
        rms residual is a horizontal line. Masked spectra were not tested and are left out.

    Raises
    ------
    SchemaError
        When the record is of another kind or no spectrum was tested.
    """
    test = check(test, "kramers_kronig")
    tested = np.flatnonzero(np.isfinite(test["rms_residual"].to_numpy()))
    if tested.size == 0:
        raise SchemaError("a figure of residuals needs a tested spectrum", found="none")
    drawn = tested[spread(tested.size, _MOST)]
    frequency = positive(shown(test["frequency"].to_numpy(), "frequency"))
    valid = test["valid"].to_numpy()
    limit = 100 * float(test.attrs.get("limit", 0.01))
    x = axis_of("frequency", scale="log", limits=log_padded(frequency[drawn]))
    both = 100 * np.stack([test[f"residual_{part}"].to_numpy() for part in ("real", "imaginary")])
    lowest, highest = padded(np.append(both[:, drawn].ravel(), [-1.2 * limit, 1.2 * limit]), 0.05)
    many = tested.size > 1

    def panel(values: FloatArray, part: str, *, legend: bool) -> Panel:
        shades = {int(i): float(k) / max(tested.size - 1, 1) for k, i in enumerate(tested)}
        failed = [int(i) for i in drawn if not valid[i]]
        series = []
        for index in map(int, drawn):
            order = np.argsort(frequency[index])
            kept = order[np.isfinite(values[index][order])]
            fails = not valid[index]
            series.append(
                Series(
                    name="fails the test" if fails else f"spectrum {index}",
                    x=frequency[index][kept],
                    y=values[index][kept],
                    style="dashed" if fails else "line+points",
                    role="warning" if fails else "primary",
                    shade=None if fails or not many else shades[index],
                    hover=tuple(f"spectrum {index}" for _ in kept),
                    in_legend=legend and fails and index == failed[0],
                )
            )
        return Panel(
            x=x,
            y=Axis(label=f"{part} residual", unit="%", limits=(lowest, highest)),
            series=tuple(series),
            lines=tuple(Line(value=sign * limit, upright=False) for sign in (-1, 1)),
            colour_scale=ColourScale(label="spectrum", unit="1", low=float(tested[0]), high=float(tested[-1]))
            if many
            else None,
        )

    notes = () if drawn.size == tested.size else (f"{drawn.size} of {tested.size} spectra are drawn, evenly spread.",)
    return Figure(
        title="Kramers-Kronig residuals",
        caption="Difference of the linear Kramers-Kronig model and the data over |Z|, real (top) and imaginary part (bottom). "
        f"Horizontal lines: the limit of the rms residual, {limit:g} %. Dashed: spectra that fail.",
        panels=(panel(both[0], "real", legend=True), panel(both[1], "imaginary", legend=False)),
        shared_x=True,
        notes=notes,
    )
