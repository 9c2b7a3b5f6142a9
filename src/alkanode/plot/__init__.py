"""Figures: described once as plain data, drawn by matplotlib (papers) or plotly (reports).

``describe_*`` modules turn a record into a :class:`Figure` and know no drawing library; each has its counterpart
here that also draws: ``describe_cycling.stripping`` describes, ``alkanode.plot.stripping`` draws.
The drawing libraries are imported when something is drawn.
"""

from alkanode.plot.description import (
    Area,
    Axis,
    Band,
    ColourScale,
    Figure,
    Fill,
    Heatmap,
    Line,
    Note,
    Panel,
    Series,
    Twin,
)
from alkanode.plot.figure_table import save_data
from alkanode.plot.quick.circuits import (
    arrhenius,
    circuit_fit,
    circuit_parameters,
    circuit_residuals,
    interphase_growth,
)
from alkanode.plot.quick.cycling import (
    critical_current_against,
    current_ramp,
    half_cycle_shapes,
    overpotential_history,
    rest_relaxation,
    shape_history,
    staircase_trace,
    steady_against_current,
    stripping,
    voltage_history,
    weibull_plot,
)
from alkanode.plot.quick.full_cells import (
    capacity_over_cycles,
    cell_profiles,
    differential_stack,
    migration_over_cycles,
    rate_capability,
)
from alkanode.plot.quick.impedance import (
    bode,
    kramers_kronig,
    nyquist,
    operando_map,
    peak_tracks,
    regularisation_curve,
    relaxation_times,
    sweep_drift,
)
from alkanode.plot.quick.interface import active_area, constriction, rivals
from alkanode.plot.quick.recovery import recovered
from alkanode.plot.quick.rendering import draw, figure_html, plotly_script, save_figure, to_plotly
from alkanode.plot.quick.series import capacity_against, capacity_by_alloy
from alkanode.plot.quick.thermo import (
    alloy_potentials,
    anode_path,
    anode_paths,
    gibbs_curves,
    ion_exchange,
    isothermal_section,
    lever_rule,
    lithium_film,
    phase_diagram,
)
from alkanode.plot.quick.voltammetry import current_over_scan_rate, peak_over_cycles, voltammogram

__all__ = [
    "Area",
    "Axis",
    "Band",
    "ColourScale",
    "Figure",
    "Fill",
    "Heatmap",
    "Line",
    "Note",
    "Panel",
    "Series",
    "Twin",
    "active_area",
    "alloy_potentials",
    "anode_path",
    "anode_paths",
    "arrhenius",
    "bode",
    "capacity_against",
    "capacity_by_alloy",
    "capacity_over_cycles",
    "cell_profiles",
    "circuit_fit",
    "circuit_parameters",
    "circuit_residuals",
    "constriction",
    "critical_current_against",
    "current_over_scan_rate",
    "current_ramp",
    "differential_stack",
    "draw",
    "figure_html",
    "gibbs_curves",
    "half_cycle_shapes",
    "interphase_growth",
    "ion_exchange",
    "isothermal_section",
    "kramers_kronig",
    "lever_rule",
    "lithium_film",
    "migration_over_cycles",
    "nyquist",
    "operando_map",
    "overpotential_history",
    "peak_over_cycles",
    "peak_tracks",
    "phase_diagram",
    "plotly_script",
    "rate_capability",
    "recovered",
    "regularisation_curve",
    "relaxation_times",
    "rest_relaxation",
    "rivals",
    "save_data",
    "save_figure",
    "shape_history",
    "staircase_trace",
    "steady_against_current",
    "stripping",
    "sweep_drift",
    "to_plotly",
    "voltage_history",
    "voltammogram",
    "weibull_plot",
]
