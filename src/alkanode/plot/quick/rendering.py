"""Draw a described figure; the drawing libraries are imported here, inside the functions, when needed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alkanode.plot.description import Figure

if TYPE_CHECKING:
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


def all_axes(figure: Figure, ax: Axes | Sequence[Axes] | None) -> list[Axes]:
    """Draw a figure and return its axes, one per panel."""
    drawn = draw(figure, ax=ax)
    return drawn if isinstance(drawn, list) else [drawn]


def one_axes(figure: Figure, ax: Axes | None) -> Axes:
    """Draw a figure of one panel and return its axes."""
    return all_axes(figure, ax)[0]
