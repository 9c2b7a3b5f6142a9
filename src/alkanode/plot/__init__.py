"""Figures: described once as plain data, drawn by matplotlib (papers) or plotly (reports).

``describe_*`` modules turn a record into a :class:`Figure` and know no drawing library; each has its counterpart
here that also draws: ``describe_cycling.stripping`` describes, ``alkanode.plot.stripping`` draws.
The drawing libraries are imported when something is drawn.
"""

from alkanode.plot.description import (
    Axis,
    Band,
    ColourScale,
    Figure,
    Heatmap,
    Line,
    Note,
    Panel,
    Series,
    Twin,
)
from alkanode.plot.figure_table import save_data
from alkanode.plot.quick import (
    bode,
    draw,
    figure_html,
    kramers_kronig,
    nyquist,
    operando_map,
    phase_diagram,
    plotly_script,
    recovered,
    relaxation_times,
    save_figure,
    stripping,
    to_plotly,
    voltage_history,
)

__all__ = [
    "Axis",
    "Band",
    "ColourScale",
    "Figure",
    "Heatmap",
    "Line",
    "Note",
    "Panel",
    "Series",
    "Twin",
    "bode",
    "draw",
    "figure_html",
    "kramers_kronig",
    "nyquist",
    "operando_map",
    "phase_diagram",
    "plotly_script",
    "recovered",
    "relaxation_times",
    "save_data",
    "save_figure",
    "stripping",
    "to_plotly",
    "voltage_history",
]
