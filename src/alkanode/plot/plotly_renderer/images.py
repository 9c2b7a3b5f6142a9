"""Pictures with a slider and bodies to turn, drawn with plotly; pixels are written into the page itself."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
from PIL import Image

from alkanode.plot.plotly_layout import axis_name
from alkanode.plot.style import ROLE_COLOURS, axis_text, labelled

if TYPE_CHECKING:
    from alkanode.plot.description import Figure, Panel
    from alkanode.plot.pictures import Picture, Pixels, Scene

_SLIDER_HEIGHT = 70
_CAMERA = {"eye": {"x": 1.35, "y": -1.6, "z": 0.8}}


def add_pictures(canvas: Any, figure: Figure) -> None:
    """Put the pictures of all panels under their curves; frames of equal labels move with one slider."""
    placed: list[tuple[Picture, int]] = []
    for number, panel in enumerate(figure.panels, start=1):
        for picture in panel.pictures:
            canvas.add_layout_image(
                source=_source(picture.frames[picture.shown]),
                x=picture.x[0],
                y=picture.y[0],
                sizex=abs(picture.x[1] - picture.x[0]),
                sizey=abs(picture.y[1] - picture.y[0]),
                xref=axis_name("x", number),
                yref=axis_name("y", number),
                sizing="stretch",
                layer="below",
            )
            placed.append((picture, len(canvas.layout.images) - 1))
    moving = [(picture, place) for picture, place in placed if len(picture.frames) > 1]
    for labels in dict.fromkeys(picture.labels for picture, _ in moving):
        _slider(canvas, [(picture, place) for picture, place in moving if picture.labels == labels], labels)


def _slider(canvas: Any, pictures: list[tuple[Picture, int]], labels: tuple[str, ...]) -> None:
    steps = [
        {
            "label": label,
            "method": "relayout",
            "args": [{f"images[{place}].source": _source(picture.frames[frame]) for picture, place in pictures}],
        }
        for frame, label in enumerate(labels)
    ]
    below = len(canvas.layout.sliders)
    margin = canvas.layout.margin.b + _SLIDER_HEIGHT
    canvas.update_layout(
        sliders=[
            *canvas.layout.sliders,
            {
                "active": pictures[0][0].shown,
                "steps": steps,
                "currentvalue": {"prefix": "", "font": {"size": 13, "color": "#222222"}},
                "font": {"color": "rgba(0,0,0,0)", "size": 1},
                "ticklen": 0,
                "minorticklen": 0,
                "pad": {"t": 34 + below * _SLIDER_HEIGHT, "b": 4},
                "x": 0,
                "len": 1,
            },
        ],
        height=canvas.layout.height + _SLIDER_HEIGHT,
    )
    canvas.layout.margin.b = margin


def _source(pixels: Pixels) -> str:
    """Pixels as a data address: lossless, so that a colour means what the legend says."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="WEBP", lossless=True, quality=60)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def add_scene(canvas: Any, scene: Scene, panel: Panel, number: int, domain: tuple[float, float]) -> None:
    """Put bodies into a space of their own, to be turned with the pointer."""
    name = "scene" if number == 1 else f"scene{number}"
    for mesh in scene.meshes:
        x, y, z = mesh.vertices.T
        i, j, k = mesh.faces.T
        canvas.add_trace(
            go.Mesh3d(
                x=x,
                y=y,
                z=z,
                i=i,
                j=j,
                k=k,
                name=mesh.name,
                color=ROLE_COLOURS[mesh.role],
                opacity=mesh.opacity,
                lighting={"ambient": 0.45, "diffuse": 0.7, "specular": 0.15, "roughness": 0.7},
                hoverinfo="name",
                showlegend=True,
                scene=name,
            )
        )
    x_limits, y_limits, z_limits = (list(pair) for pair in scene.limits)
    canvas.update_layout(
        {
            name: {
                "domain": {"x": [0, 1], "y": list(domain)},
                "aspectmode": "data",
                "camera": _CAMERA,
                "xaxis": {"title": {"text": axis_text(panel.x)}, "range": x_limits},
                "yaxis": {"title": {"text": axis_text(panel.y)}, "range": y_limits},
                "zaxis": {
                    "title": {"text": labelled(scene.z_label, scene.z_unit)},
                    "range": z_limits[::-1] if scene.z_reversed else z_limits,
                },
            }
        }
    )
