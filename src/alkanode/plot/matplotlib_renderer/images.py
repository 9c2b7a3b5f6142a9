"""Pictures and bodies, drawn with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.patches import Patch

from alkanode.plot.style import ROLE_COLOURS, axis_text, labelled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from alkanode.plot.description import Panel
    from alkanode.plot.pictures import Picture, Scene

_VIEW = {"elev": 22.0, "azim": -58.0}


def draw_picture(picture: Picture, target: Axes) -> None:
    """Draw the frame of a picture that is to be shown."""
    target.imshow(
        picture.frames[picture.shown],
        extent=(*picture.x, picture.y[1], picture.y[0]),
        interpolation="none",
        origin="upper",
        aspect="auto",
        zorder=0.5,
    )
    target.set_aspect("equal", adjustable="box")
    target.grid(visible=False)


def draw_scene(scene: Scene, panel: Panel, target: Any) -> None:
    """Draw bodies into axes of three dimensions, shaded by their slope."""
    named = []
    for mesh in scene.meshes:
        colour = ROLE_COLOURS[mesh.role]
        named.append(Patch(color=colour, label=mesh.name))
        if len(mesh.faces) == 0:
            continue
        x, y, z = mesh.vertices.T
        target.plot_trisurf(
            x, y, z, triangles=mesh.faces, color=colour, alpha=mesh.opacity, linewidth=0, antialiased=False
        )
    (x0, x1), (y0, y1), (z0, z1) = scene.limits
    target.set_xlim(x0, x1)
    target.set_ylim(y0, y1)
    target.set_zlim(*((z1, z0) if scene.z_reversed else (z0, z1)))
    target.set_box_aspect((x1 - x0, y1 - y0, z1 - z0), zoom=0.85)
    target.set_xlabel(axis_text(panel.x))
    target.set_ylabel(axis_text(panel.y))
    target.set_zlabel(labelled(scene.z_label, scene.z_unit))
    target.view_init(**_VIEW)
    target.legend(handles=named, loc="upper left", frameon=False)
