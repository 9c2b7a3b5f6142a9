"""What a figure is, as plain data: axes, series, filled areas, outlines, maps, bands, lines and notes.

One function per kind of figure (``describe_*.py``) turns a record into a :class:`Figure`; two renderers draw it.
Nothing here knows a drawing library, so a figure can be tested as numbers. All numbers are in display units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import SchemaError
from alkanode.plot.pictures import Picture, Scene
from alkanode.plot.roles import BandRole, Role, SeriesStyle

__all__ = [
    "Area",
    "Axis",
    "Band",
    "BandRole",
    "ColourScale",
    "Figure",
    "Fill",
    "FloatArray",
    "Heatmap",
    "Line",
    "Note",
    "Panel",
    "Picture",
    "Role",
    "Scene",
    "Series",
    "SeriesStyle",
    "Twin",
]

FloatArray: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One axis.

    Attributes
    ----------
    label
        Words, for example ``"areal capacity"``.
    unit
        Display unit in plain text, for example ``"mAh cm-2"``; ``"1"`` for pure numbers.
    quantity
        Field name in the vocabulary, or ``""`` where the axis mixes several.
    scale
        ``"linear"`` or ``"log"`` (labelled in powers of ten).
    reversed
        Whether numbers run from large to small.
    limits
        Lower and upper end, or ``None`` to fit the data.
    equal
        Whether one unit is as long as one unit of the other axis.
    categories
        Names drawn at 0, 1, 2, ... instead of numbers.
    """

    label: str
    unit: str = "1"
    quantity: str = ""
    scale: Literal["linear", "log"] = "linear"
    reversed: bool = False
    limits: tuple[float, float] | None = None
    equal: bool = False
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A second scale on the far side of an axis: named positions of that axis.

    Attributes
    ----------
    axis
        Label and unit of the second scale.
    side
        ``"top"`` (over the x axis) or ``"right"`` (beside the y axis).
    positions
        Places of the ticks, in numbers of the first axis.
    labels
        Text at each place.
    """

    axis: Axis
    side: Literal["top", "right"]
    positions: tuple[float, ...]
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        _same_length("a twin axis", positions=self.positions, labels=self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One curve or cloud of points.

    Attributes
    ----------
    name
        Text in the legend.
    x, y
        One number per point; NaN makes a gap.
    style
        How points are joined; ``"arrow"`` ends in an arrow head.
    role
        What the colour stands for.
    shade
        Place (0-1) on the colour scale of the panel, instead of a role.
    hover
        One text per point, or none.
    x_interval, y_interval
        Lower and upper end of an uncertainty interval per point, or ``None``.
    in_legend
        Whether the name stands in the legend.
    """

    name: str
    x: FloatArray
    y: FloatArray
    style: SeriesStyle = "line"
    role: Role = "primary"
    shade: float | None = None
    hover: tuple[str, ...] = ()
    x_interval: tuple[FloatArray, FloatArray] | None = None
    y_interval: tuple[FloatArray, FloatArray] | None = None
    in_legend: bool = True

    def __post_init__(self) -> None:
        _same_length(f"series {self.name!r}", x=self.x, y=self.y)
        if self.hover:
            _same_length(f"series {self.name!r}", x=self.x, hover=self.hover)
        for interval in (self.x_interval, self.y_interval):
            if interval is not None:
                _same_length(f"series {self.name!r}", x=self.x, lower=interval[0], upper=interval[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """The area between two curves, for example the interval of a curve.

    Attributes
    ----------
    name
        Text in the legend.
    x
        One number per point, in the order of drawing.
    lower, upper
        Both curves; NaN in one of them makes a gap.
    role
        What the colour stands for; the area is drawn pale.
    shade
        Place (0-1) on the colour scale of the panel, instead of a role.
    in_legend
        Whether the name stands in the legend.
    """

    name: str
    x: FloatArray
    lower: FloatArray
    upper: FloatArray
    role: Role = "primary"
    shade: float | None = None
    in_legend: bool = True

    def __post_init__(self) -> None:
        _same_length(f"area {self.name!r}", x=self.x, lower=self.lower, upper=self.upper)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heatmap:
    """A map: one colour per cell.

    Attributes
    ----------
    name
        What the colour shows.
    unit
        Unit of the colour.
    x_edges, y_edges
        Borders of the columns and rows, increasing (one more than there are columns and rows).
    z
        Values, row by column; NaN is an empty cell.
    limits
        Ends of the colour scale, or ``None`` to fit the data. Panels whose maps agree in name, unit and limits share one
        colour bar.
    diverging
        Whether zero is the middle of the colour scale.
    """

    name: str
    unit: str
    x_edges: FloatArray
    y_edges: FloatArray
    z: FloatArray
    limits: tuple[float, float] | None = None
    diverging: bool = False

    def __post_init__(self) -> None:
        wanted = (self.y_edges.size - 1, self.x_edges.size - 1)
        if self.z.shape != wanted:
            raise SchemaError("a map needs one border more than it has cells", found=f"{self.z.shape} for {wanted}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A region of the background with a meaning; an end left out reaches the end of the axis.

    Attributes
    ----------
    label
        Text inside the region; ``""`` for none.
    role
        What the region stands for.
    x0, x1, y0, y1
        Ends of a rectangle.
    upright
        Whether the label runs upwards (narrow bands).
    hover
        Longer text, for example a reason.
    """

    label: str
    role: BandRole
    x0: float | None = None
    x1: float | None = None
    y0: float | None = None
    y1: float | None = None
    upright: bool = False
    hover: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A closed outline of the background with a meaning, for example a field of a phase diagram.

    Attributes
    ----------
    name
        What it is, told when the pointer is in it.
    x, y
        Corners in order; the last one is joined to the first.
    role
        What the area stands for.
    """

    name: str
    x: FloatArray
    y: FloatArray
    role: BandRole

    def __post_init__(self) -> None:
        _same_length(f"area {self.name!r}", x=self.x, y=self.y)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A straight line across a panel, with a label at its end.

    Attributes
    ----------
    value
        Place on the axis that the line crosses.
    upright
        True for a vertical line at x = ``value``, False for a horizontal one.
    label
        Text at the line.
    role
        What the colour stands for.
    hover
        Longer text.
    """

    value: float
    upright: bool
    label: str = ""
    role: Role = "muted"
    hover: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text at a place in the panel.

    Attributes
    ----------
    text
        The words.
    x, y
        Place in numbers of the axes.
    anchor
        Which part of the text stands there.
    level
        Whether the text stands on its place, over it or under it.
    role
        What the colour stands for.
    angle
        Degrees by which the text is turned, counterclockwise.
    backed
        Whether the text stands on a pale ground, so that it can be read over lines.
    """

    text: str
    x: float
    y: float
    anchor: Literal["left", "centre", "right"] = "centre"
    level: Literal["on", "above", "below"] = "on"
    role: Role = "muted"
    angle: float = 0.0
    backed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourScale:
    """Meaning of the shades of the series of a panel: ``low`` at shade 0, ``high`` at shade 1."""

    label: str
    unit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One pair of axes with what is drawn in it.

    Attributes
    ----------
    x, y
        The axes.
    series, fills, areas, maps, pictures, bands, lines, notes, twins
        What is drawn.
    scene
        Bodies in three dimensions, instead of all those.
    colour_scale
        Meaning of the shades of the series.
    height
        Height against that of other panels.
    bare
        Whether the axes themselves stay unseen, because what is drawn carries its own scales (a triangle).
    """

    x: Axis
    y: Axis
    series: tuple[Series, ...] = ()
    fills: tuple[Fill, ...] = ()
    areas: tuple[Area, ...] = ()
    maps: tuple[Heatmap, ...] = ()
    pictures: tuple[Picture, ...] = ()
    scene: Scene | None = None
    bands: tuple[Band, ...] = ()
    lines: tuple[Line, ...] = ()
    notes: tuple[Note, ...] = ()
    twins: tuple[Twin, ...] = ()
    colour_scale: ColourScale | None = None
    height: float = 1.0
    bare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A whole figure.

    Attributes
    ----------
    title
        One line over the figure.
    caption
        What a stranger needs to read the figure.
    panels
        From top to bottom.
    shared_x
        Whether all panels have the same x axis.
    notes
        Doubts and omissions, shown with the caption.
    """

    title: str
    caption: str
    panels: tuple[Panel, ...]
    shared_x: bool = False
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.panels:
            raise SchemaError("a figure needs at least one panel", found="none")


def _same_length(owner: str, **parts: FloatArray | tuple[float, ...] | tuple[str, ...]) -> None:
    sizes = {name: len(part) for name, part in parts.items()}
    if len(set(sizes.values())) > 1:
        raise SchemaError(
            f"{owner} needs parts of one length", found=", ".join(f"{name} {size}" for name, size in sizes.items())
        )
