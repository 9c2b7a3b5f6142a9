"""Describe and draw in one call; the drawing libraries are imported here, inside the functions, when needed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy.typing as npt

from alkanode.data.schema import RecordLike
from alkanode.foundation.units import QuantityLike
from alkanode.plot import (
    describe_critical_current,
    describe_cycling,
    describe_impedance,
    describe_overpotential,
    describe_profile,
    describe_recovery,
    describe_relaxation,
    describe_staircase,
    describe_thermo,
    describe_validity,
)
from alkanode.plot.description import Figure

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.plot.matplotlib_renderer import Axes


def draw(figure: Figure, *, ax: Axes | Sequence[Axes] | None = None) -> Axes | list[Axes]:
    """Draw a described figure with matplotlib; see :func:`alkanode.plot.matplotlib_renderer.draw`."""
    from alkanode.plot import matplotlib_renderer

    return matplotlib_renderer.draw(figure, ax=ax)


def save_figure(figure: Figure, path: str | Path, *, dpi: int = 200) -> Path:
    """Save a described figure as png, pdf or svg; see :func:`alkanode.plot.matplotlib_renderer.save_figure`."""
    from alkanode.plot import matplotlib_renderer

    return matplotlib_renderer.save_figure(figure, path, dpi=dpi)


def to_plotly(figure: Figure) -> Any:
    """A described figure as a plotly figure; see :func:`alkanode.plot.plotly_renderer.to_plotly`."""
    from alkanode.plot import plotly_renderer

    return plotly_renderer.to_plotly(figure)


def figure_html(figure: Figure, *, div_id: str) -> str:
    """A described figure as an HTML fragment; see :func:`alkanode.plot.plotly_renderer.figure_html`."""
    from alkanode.plot import plotly_renderer

    return plotly_renderer.figure_html(figure, div_id=div_id)


def plotly_script() -> str:
    """The plotly library as text for one page; see :func:`alkanode.plot.plotly_renderer.plotly_script`."""
    from alkanode.plot import plotly_renderer

    return plotly_renderer.plotly_script()


def voltage_history(
    record: RecordLike,
    *,
    area: QuantityLike | None = None,
    mass: QuantityLike | None = None,
    events: xr.Dataset | Sequence[tuple[float, str]] = (),
    ax: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw voltage and current over time.

    Parameters
    ----------
    record, area, mass, events
        As for :func:`alkanode.plot.describe_cycling.voltage_history`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        Voltage, current.
    """
    drawn = draw(describe_cycling.voltage_history(record, area=area, mass=mass, events=events), ax=ax)
    return drawn if isinstance(drawn, list) else [drawn]


def stripping(
    record: RecordLike,
    *,
    area: QuantityLike | None = None,
    mass: QuantityLike | None = None,
    path: xr.Dataset | None = None,
    limit: xr.Dataset | None = None,
    stripped: Literal["working", "counter"] = "working",
    ax: Axes | None = None,
) -> Axes:
    """Draw voltage against stripped charge.

    Parameters
    ----------
    record, area, mass, path, limit, stripped
        As for :func:`alkanode.plot.describe_cycling.stripping`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    figure = describe_cycling.stripping(record, area=area, mass=mass, path=path, limit=limit, stripped=stripped)
    return _one(figure, ax)


def nyquist(
    record: RecordLike,
    *,
    area: QuantityLike | None = None,
    spectra: Sequence[int] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw spectra in the complex plane.

    Parameters
    ----------
    record, area, spectra
        As for :func:`alkanode.plot.describe_impedance.nyquist`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return _one(describe_impedance.nyquist(record, area=area, spectra=spectra), ax)


def bode(
    record: RecordLike,
    *,
    area: QuantityLike | None = None,
    spectra: Sequence[int] | None = None,
    ax: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw magnitude and phase of spectra.

    Parameters
    ----------
    record, area, spectra
        As for :func:`alkanode.plot.describe_impedance.bode`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        Magnitude, phase.
    """
    drawn = draw(describe_impedance.bode(record, area=area, spectra=spectra), ax=ax)
    return drawn if isinstance(drawn, list) else [drawn]


def kramers_kronig(test: RecordLike, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw the residuals of a Kramers-Kronig test.

    Parameters
    ----------
    test
        As for :func:`alkanode.plot.describe_validity.kramers_kronig`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        Real, imaginary part.
    """
    drawn = draw(describe_validity.kramers_kronig(test), ax=ax)
    return drawn if isinstance(drawn, list) else [drawn]


def operando_map(
    times: RecordLike,
    *,
    against: Literal["charge", "time"] = "charge",
    area: QuantityLike | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a map of relaxation times along a run.

    Parameters
    ----------
    times, against, area
        As for :func:`alkanode.plot.describe_relaxation.relaxation_map`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return _one(describe_relaxation.relaxation_map(times, against=against, area=area), ax)


def relaxation_times(
    times: RecordLike,
    spectrum: int | Sequence[int] | None = None,
    *,
    area: QuantityLike | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw distributions of relaxation times as curves.

    Parameters
    ----------
    times, spectrum, area
        As for :func:`alkanode.plot.describe_relaxation.distribution`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return _one(describe_relaxation.distribution(times, spectrum, area=area), ax)


def phase_diagram(
    diagram: xr.Dataset,
    *,
    paths: Sequence[xr.Dataset] = (),
    basis: Literal["mass", "mole"] = "mass",
    ax: Axes | None = None,
) -> Axes:
    """Draw a binary phase diagram with the paths of alloys that are being stripped.

    Parameters
    ----------
    diagram, paths, basis
        As for :func:`alkanode.plot.describe_thermo.phase_diagram`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return _one(describe_thermo.phase_diagram(diagram, paths=paths, basis=basis), ax)


def recovered(
    names: Sequence[str],
    true: npt.ArrayLike,
    values: npt.ArrayLike,
    intervals: npt.ArrayLike | None = None,
    units: Sequence[str] | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw recovered values over true values.

    Parameters
    ----------
    names, true, values, intervals, units
        As for :func:`alkanode.plot.describe_recovery.recovered_against_true`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return _one(describe_recovery.recovered_against_true(names, true, values, intervals, units), ax)


def half_cycle_shapes(
    record: RecordLike,
    shapes: xr.Dataset,
    *,
    area: QuantityLike | None = None,
    half_cycles: Sequence[int] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw half cycles with the spike, plateaus and ramps that were read from them.

    Parameters
    ----------
    record, shapes, area, half_cycles
        As for :func:`alkanode.plot.describe_profile.half_cycle_shapes`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return _one(describe_profile.half_cycle_shapes(record, shapes, area=area, half_cycles=half_cycles), ax)


def overpotential_history(
    table: RecordLike, growth: xr.Dataset | None = None, *, ax: Sequence[Axes] | None = None
) -> list[Axes]:
    """Draw the overpotential and the resistance of half cycles over the cycles.

    Parameters
    ----------
    table, growth
        As for :func:`alkanode.plot.describe_overpotential.overpotential_history`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        Overpotential, resistance.
    """
    drawn = draw(describe_overpotential.overpotential_history(table, growth), ax=ax)
    return drawn if isinstance(drawn, list) else [drawn]


def shape_history(shapes: RecordLike, *, ax: Axes | None = None) -> Axes:
    """Draw overpotentials and spikes of every half cycle.

    Parameters
    ----------
    shapes
        As for :func:`alkanode.plot.describe_profile.shape_history`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return _one(describe_profile.shape_history(shapes), ax)


def staircase_trace(
    record: RecordLike,
    levels: xr.Dataset,
    *,
    area: QuantityLike | None = None,
    ax: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw a current staircase with the steady voltage of each level.

    Parameters
    ----------
    record, levels, area
        As for :func:`alkanode.plot.describe_staircase.staircase_trace`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        Voltage, current.
    """
    drawn = draw(describe_staircase.staircase_trace(record, levels, area=area), ax=ax)
    return drawn if isinstance(drawn, list) else [drawn]


def steady_against_current(
    levels: RecordLike, *, area: QuantityLike | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the steady voltage of the levels of a staircase against their current.

    Parameters
    ----------
    levels, area
        As for :func:`alkanode.plot.describe_staircase.steady_against_current`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return _one(describe_staircase.steady_against_current(levels, area=area), ax)


def rest_relaxation(record: RecordLike, levels: xr.Dataset, *, ax: Axes | None = None) -> Axes:
    """Draw the relaxation of the voltage in the rests of a staircase.

    Parameters
    ----------
    record, levels
        As for :func:`alkanode.plot.describe_staircase.rest_relaxation`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return _one(describe_staircase.rest_relaxation(record, levels), ax)


def current_ramp(record: RecordLike, result: xr.Dataset, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw a ramp of currents with what became of each level.

    Parameters
    ----------
    record, result
        As for :func:`alkanode.plot.describe_critical_current.current_ramp`.
    ax
        Two axes to draw into.

    Returns
    -------
    list of Axes
        Current, voltage.
    """
    drawn = draw(describe_critical_current.current_ramp(record, result), ax=ax)
    return drawn if isinstance(drawn, list) else [drawn]


def weibull_plot(pooled: xr.Dataset, *, ax: Axes | None = None) -> Axes:
    """Draw the Weibull plot of replicates.

    Parameters
    ----------
    pooled
        As for :func:`alkanode.plot.describe_critical_current.weibull_plot`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return _one(describe_critical_current.weibull_plot(pooled), ax)


def critical_current_against(
    table: xr.Dataset, *, reference: Literal["none", "park"] = "none", ax: Axes | None = None
) -> Axes:
    """Draw critical current densities against a property of the cells.

    Parameters
    ----------
    table, reference
        As for :func:`alkanode.plot.describe_critical_current.critical_current_against`.
    ax
        Axes to draw into.

    Returns
    -------
    Axes
    """
    return _one(describe_critical_current.critical_current_against(table, reference=reference), ax)


def _one(figure: Figure, ax: Axes | None) -> Axes:
    drawn = draw(figure, ax=ax)
    return drawn[0] if isinstance(drawn, list) else drawn
