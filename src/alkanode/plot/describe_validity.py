"""Figures of validity: residuals of the Kramers-Kronig test over frequency, drift over the sweeps."""

from __future__ import annotations

import numpy as np

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.plot.description import Axis, ColourScale, Figure, FloatArray, Line, Panel, Role, Series
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
        rms residual is a horizontal line, points that fail within valid spectra are marked. Masked spectra were not tested
        and are left out.

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
    outlying = np.zeros(frequency.shape, dtype=bool)
    if "point_valid" in test:
        outlying[drawn] = (~test["point_valid"].to_numpy() & np.isfinite(both[0]) & valid[:, None])[drawn]

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
        if outlying.any():
            series.append(
                Series(
                    name="outlying point",
                    x=frequency[outlying],
                    y=values[outlying],
                    style="crosses",
                    role="warning",
                    hover=tuple(f"spectrum {k}" for k in np.nonzero(outlying)[0]),
                    in_legend=legend,
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
        f"Horizontal lines: the limit of the rms residual, {limit:g} %."
        + (" Dashed: spectra that fail." if not valid[drawn].all() else "")
        + (" Crosses: points that contradict the others." if outlying.any() else ""),
        panels=(panel(both[0], "real", legend=True), panel(both[1], "imaginary", legend=False)),
        shared_x=True,
        notes=notes,
    )


def sweep_drift(drift: RecordLike) -> Figure:
    """How far the cell moved during every sweep.

    Parameters
    ----------
    drift
        A ``sweep_drift`` record.

    Returns
    -------
    Figure
        Up to two panels over the number of the spectrum: change of |Z| while the sweep ran, with the smallest change that
        scatter lets one see and the limit; drift of the mean voltage and current over the AC amplitude. What is known of no
        sweep has no panel.

    Raises
    ------
    SchemaError
        When the record is of another kind, or neither is known of any sweep.
    """
    drift = check(drift, "sweep_drift")
    number = np.arange(drift.sizes["spectrum"], dtype=np.float64)
    x = Axis(label="spectrum", limits=(-0.5, number.size - 0.5))
    change, floor = (100 * drift[name].to_numpy() for name in ("change_during_sweep", "change_limit"))
    limit = 100 * float(drift.attrs.get("change_limit", 0.01))
    ratios = {name: drift[f"{name}_drift_ratio"].to_numpy() for name in ("voltage", "current")}
    known = {name: values for name, values in ratios.items() if np.isfinite(values).any()}
    panels = []
    if np.isfinite(change).any():
        panels.append(
            Panel(
                x=x,
                y=Axis(label="change during the sweep", unit="%", limits=_from_zero(change, floor, np.array([limit]))),
                series=(
                    Series(name="change of |Z|", x=number, y=change, style="line+points"),
                    Series(name="smallest that can be seen", x=number, y=floor, style="dotted", role="muted"),
                ),
                lines=(Line(value=limit, upright=False),),
            )
        )
    if known:
        roles: dict[str, Role] = {"voltage": "second", "current": "third"}
        panels.append(
            Panel(
                x=x,
                y=Axis(label="drift over AC amplitude", limits=_from_zero(*known.values(), np.array([1.0]))),
                series=tuple(
                    Series(name=f"mean {name}", x=number, y=values, style="line+points", role=roles[name])
                    for name, values in known.items()
                ),
                lines=(Line(value=1.0, upright=False),),
            )
        )
    if not panels:
        raise SchemaError("a figure of drift needs a change or a drift of some sweep", found="none")
    alone = int((~drift["bracketed"].to_numpy()).sum())
    notes = (f"{alone} of {number.size} sweeps are not bracketed: their change is not detectable.",) if alone else ()
    said = []
    if np.isfinite(change).any():
        said.append(
            "change of the impedance while each sweep ran, from the sweeps before and after it (horizontal line: the limit, "
            f"{limit:g} %)"
        )
    if known:
        said.append(
            "drift of the mean voltage and current over the AC amplitude (above the line the operating point left the range of the "
            "signal)"
        )
    words = "; ".join(said)
    return Figure(
        title="Drift during the sweeps",
        caption=f"{words[0].upper()}{words[1:]}. The Kramers-Kronig test does not see slow drift.",
        panels=tuple(panels),
        shared_x=True,
        notes=notes,
    )


def _from_zero(*values: FloatArray) -> tuple[float, float]:
    together = np.concatenate(values)
    return 0.0, 1.1 * float(np.nanmax(together))
