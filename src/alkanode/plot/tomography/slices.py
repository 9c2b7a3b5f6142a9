"""Cross-sections of volumes in grey, with what gained attenuation in red and what lost it in blue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import SchemaError
from alkanode.plot.description import Axis, Figure, FloatArray, Note, Panel, Role
from alkanode.plot.display import shown
from alkanode.plot.pictures import Picture, Pixels
from alkanode.plot.style import ROLE_COLOURS, number

Plane = Literal["xz", "yz", "xy"]

_ACROSS: dict[Plane, tuple[str, str, str]] = {"xz": ("y", "z", "x"), "yz": ("x", "z", "y"), "xy": ("z", "y", "x")}
_SIGNS: tuple[tuple[int, Role], ...] = ((1, "gain"), (-1, "loss"))
_MOST_PIXELS = 700
_BAR_SHARES = (1.0, 2.0, 5.0)
_WASH = 0.75


def slices(
    volumes: xr.Dataset | Sequence[xr.Dataset],
    *,
    changes: Sequence[xr.Dataset | None] = (),
    names: Sequence[str] = (),
    plane: Plane = "xz",
    count: int = 15,
    limits: tuple[float, float] | None = None,
) -> Figure:
    """Cross-sections through volumes, with what changed over them.

    Parameters
    ----------
    volumes
        One or more ``volume`` records of one grid, opened lazily or in memory; only the slices drawn are read.
    changes
        One ``change_map`` record (or ``None``) per volume: red gained attenuation, blue lost it.
    names
        One name per volume, for example ``"pristine"``.
    plane
        ``"xz"`` and ``"yz"`` show depth, ``"xy"`` lies along the electrolyte.
    count
        Slices to leaf through in a report; a picture on paper shows the middle one. 15 keep a report at a few MB.
    limits
        Attenuation (1/m) that is black and white; by default the 0.5 % and 99.5 % quantiles of the slices drawn.

    Returns
    -------
    Figure
        One panel per volume, with a scale bar.

    Raises
    ------
    SchemaError
        When the volumes have different grids, or the changes or names are not one per volume.
    """
    records = [check(one, "volume") for one in ((volumes,) if isinstance(volumes, xr.Dataset) else volumes)]
    maps = list(changes) if changes else [None] * len(records)
    titles = list(names) if names else [""] * len(records)
    shapes = {tuple(one.sizes[dim] for dim in "zyx") for one in records}
    if len(shapes) != 1 or len(maps) != len(records) or len(titles) != len(records):
        raise SchemaError(
            "slices are drawn of volumes of one grid, with one change and one name each",
            found=f"grids {sorted(shapes)}, {len(maps)} changes, {len(titles)} names",
        )
    across, down, along = _ACROSS[plane]
    places = _places(records[0].sizes[across], count)
    step = max(1, -(-max(records[0].sizes[down], records[0].sizes[along]) // _MOST_PIXELS))
    greys = [
        one["attenuation"].isel({across: places}).transpose(across, down, along).to_numpy()[:, ::step, ::step]
        for one in records
    ]
    low, high = limits or _grey_limits(greys)
    ends = [(_outer(records[0], dim)) for dim in (along, down)]
    labels = tuple(f"{across} = {number(float(shown(_centres(records[0], across)[k], 'z')))} µm" for k in places)
    panels = []
    for grey, change, title in zip(greys, maps, titles, strict=True):
        signs = (
            None
            if change is None
            else check(change, "change_map")["sign"]
            .isel({across: places})
            .transpose(across, down, along)
            .to_numpy()[:, ::step, ::step]
        )
        panels.append(_panel(grey, signs, (low, high), ends, labels, (along, down), title))
    words = "Red gained attenuation beyond the threshold, blue lost it. " if any(m is not None for m in maps) else ""
    return Figure(
        title="Cross-sections",
        caption=f"Linear attenuation from {number(low / 100)} (black) to {number(high / 100)} /cm (white). {words}"
        "Attenuation is not mass: potassium in place of liquid raises it while mass falls.",
        panels=tuple(panels),
    )


def _places(size: int, count: int) -> list[int]:
    inner = np.linspace(0, size - 1, min(count, size) + 2)[1:-1] if size > 2 else np.arange(size)
    return sorted({round(float(k)) for k in inner})


def _grey_limits(greys: Sequence[npt.NDArray[np.generic]]) -> tuple[float, float]:
    known = np.concatenate([grey[np.isfinite(grey)].ravel() for grey in greys])
    if known.size == 0:
        return (0.0, 1.0)
    low, high = (float(v) for v in np.quantile(known, [0.005, 0.995]))
    return (low, high if high > low else low + 1.0)


def _centres(record: xr.Dataset, dim: str) -> FloatArray:
    return record[dim].to_numpy() if dim in record.coords else np.arange(record.sizes[dim], dtype=float)


def _outer(record: xr.Dataset, dim: str) -> tuple[float, float]:
    """Outer ends of the voxels along one dimension, in um."""
    centres = shown(_centres(record, dim), "z")
    half = 0.5 * float(centres[1] - centres[0]) if centres.size > 1 else 0.5
    return float(centres[0]) - half, float(centres[-1]) + half


def _panel(
    grey: npt.NDArray[np.generic],
    signs: npt.NDArray[np.generic] | None,
    limits: tuple[float, float],
    ends: list[tuple[float, float]],
    labels: tuple[str, ...],
    axes: tuple[str, str],
    title: str,
) -> Panel:
    shade = np.clip((np.nan_to_num(grey) - limits[0]) / (limits[1] - limits[0]), 0, 1)
    pixels = np.repeat((255 * shade)[..., None], 3, axis=-1)
    if signs is not None:
        for sign, role in _SIGNS:
            colour = np.array([int(ROLE_COLOURS[role][k : k + 2], 16) for k in (1, 3, 5)])
            here = signs == sign
            pixels[here] = _WASH * colour + (1 - _WASH) * pixels[here]
    frames = pixels.astype(np.uint8)
    (x0, x1), (y0, y1) = ends
    length, words = _scale_bar(frames, x1 - x0)
    height = frames.shape[1]
    notes = [
        Note(
            text=words,
            x=x1 - 0.04 * (x1 - x0) - 0.5 * length,
            y=y1 - (y1 - y0) * (0.06 + max(3, height // 60) / height),
            level="above",
            role="model",
            backed=True,
        )
    ]
    if title:
        notes.append(Note(text=title, x=x0, y=y0, anchor="left", level="below", role="model", backed=True))
    return Panel(
        x=Axis(label=axes[0], unit="um", quantity="x", limits=(x0, x1), equal=True),
        y=Axis(label=axes[1], unit="um", quantity="z", limits=(y0, y1), equal=True, reversed=True),
        pictures=(
            Picture(
                name=title or "slice",
                frames=tuple(frames),
                labels=labels,
                x=(x0, x1),
                y=(y0, y1),
                shown=len(labels) // 2,
            ),
        ),
        notes=tuple(notes),
        height=max(0.6, min(1.6, 2.2 * (y1 - y0) / (x1 - x0))),
    )


def _scale_bar(frames: Pixels, width: float) -> tuple[float, str]:
    """Draw a bar of a round length near a fifth of the width into the pixels; its length in um and in words."""
    wanted = 0.2 * width
    decade = 10.0 ** np.floor(np.log10(wanted))
    length = float(max(share * decade for share in _BAR_SHARES if share * decade <= wanted * 1.0001))
    _, rows, columns, _ = frames.shape
    thick = max(2, rows // 60)
    right = columns - max(1, round(0.04 * columns))
    left = right - max(2, round(columns * length / width))
    bottom = rows - max(1, round(0.05 * rows))
    frames[:, max(bottom - thick - 1, 0) : bottom + 1, max(left - 1, 0) : right + 1] = 0
    frames[:, max(bottom - thick, 0) : bottom, left:right] = 255
    return length, f"{number(length)} µm"
