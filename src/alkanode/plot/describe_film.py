"""Figure of a film of Na-K liquid on lithium: how much lithium it dissolves and the current that this allows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from alkanode.data.schema import check
from alkanode.plot.alloy_axis import alloy_words, content
from alkanode.plot.describe_phase_diagram import label_notes
from alkanode.plot.description import Axis, Figure, Fill, FloatArray, Panel, Role, Series, SeriesStyle
from alkanode.plot.display import axis_of, log_padded, positive, shown, shown_number

if TYPE_CHECKING:
    import xarray as xr

_FEW = 12
_SPREADS: dict[str, tuple[str, Role]] = {
    "diffusion_interval": ("interval: diffusion coefficient", "muted"),
    "assessment_interval": ("interval: assessment, 95 %", "fourth"),
    "interval": ("interval: temperature", "model"),
}
_SOLUBILITY = "lithium_solubility"


def lithium_film(film: xr.Dataset) -> Figure:
    """Solubility of lithium and limiting current density of a film over the composition of the film.

    Parameters
    ----------
    film
        A ``lithium_film`` record, or a ``lithium_solubility`` record, which has the first panel only.

    Returns
    -------
    Figure
        Both on logarithmic scales over Na / (Na + K) of the liquid; bands are the intervals that the record holds.

    Raises
    ------
    SchemaError
        When the record is of another kind.
    """
    whole = film.attrs.get("kind") != _SOLUBILITY
    film = check(film, "lithium_film" if whole else _SOLUBILITY)
    film = film.isel(composition=np.argsort(content(film, "Na", beside=("K",)), kind="stable"))
    x = content(film, "Na", beside=("K",))
    x_axis = Axis(label="Na over Na + K in the liquid", unit="at%", quantity="mole_fraction", limits=(0.0, 100.0))
    at = f" at {shown_number(float(film.attrs['temperature']), 'temperature')}" if "temperature" in film.attrs else ""
    thick = f", {shown_number(float(film.attrs['thickness']), 'thickness')} thick" if "thickness" in film.attrs else ""
    in_liquid = Axis(label="Li in the liquid", unit="at%", quantity="solubility")
    panels = [_panel(film, x, x_axis, "solubility", in_liquid, factor=100.0, last=not whole)]
    if whole:
        current = axis_of("limiting_current_density")
        panels.append(_panel(film, x, x_axis, "limiting_current_density", current, last=True))
    return Figure(
        title=f"Film of Na-K liquid on lithium{at}{thick}" if whole else f"Lithium in Na-K liquid{at}",
        caption=f"Lithium that Na-K liquid dissolves beside solid lithium{at}"
        + (
            f" (top), and the current density that diffusion of lithium through the film{thick} can carry, F D c / thickness "
            "(bottom)."
            if whole
            else "."
        )
        + " Bands: intervals; those over the assessment are at 95 %.",
        panels=tuple(panels),
        shared_x=True,
        notes=label_notes(film),
    )


def _panel(
    film: xr.Dataset, x: FloatArray, x_axis: Axis, field: str, y_axis: Axis, *, factor: float | None = None, last: bool
) -> Panel:
    def scaled(values: FloatArray) -> FloatArray:
        return positive(shown(values, field) if factor is None else factor * values)

    values, words = scaled(film[field].to_numpy()), alloy_words(film)
    spreads = {
        kind: tuple(scaled(film[f"{field}_{suffix}"].to_numpy()[:, side]) for side in (0, 1))
        for suffix, (kind, _) in _SPREADS.items()
        if f"{field}_{suffix}" in film
    }
    style: SeriesStyle = "line" if x.size > _FEW else "line+points" if x.size > 1 else "points"
    found = [end for pair in spreads.values() for end in pair]
    roles = dict(_SPREADS.values())
    return Panel(
        x=x_axis,
        y=replace(y_axis, scale="log", limits=log_padded(np.concatenate([values, *found]))),
        series=(
            Series(name=y_axis.label, x=x, y=values, style=style, role="fourth", hover=words, in_legend=False),
            *(
                Series(
                    name=name,
                    x=x,
                    y=values,
                    style="points",
                    role=roles[name],
                    hover=words,
                    y_interval=(pair[0], pair[1]),
                    in_legend=False,
                )
                for name, pair in spreads.items()
                if x.size == 1
            ),
        ),
        fills=tuple(
            Fill(name=name, x=x, lower=pair[0], upper=pair[1], role=roles[name], in_legend=last)
            for name, pair in spreads.items()
            if x.size > 1
        ),
    )
